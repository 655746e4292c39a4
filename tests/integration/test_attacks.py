"""What somebody tries who wants to cheat, to spoil another one's exam, or to break the server."""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role, clashes
from examsvc.delivery.admission import Outcome
from examsvc.delivery.errors import PermitRequired
from examsvc.delivery.events import MAX_SEQ
from examsvc.edge import pace
from examsvc.services import Services, accounts, calibration, campaigns, results, rooms, sittings
from examsvc.services.audit import record_act, verify_chain
from examsvc.services.calibration_campaign import calibrate_campaign
from examsvc.services.calibration_order import CalibrationOrder
from examsvc.store import Store, StoreBusy
from examsvc.store import accounts as account_store
from examsvc.store.models import (
    AdministrationRow,
    CandidateRow,
    EvidenceRow,
    IncidentRow,
    ResultRow,
    SittingRow,
    UserRow,
)
from proctoring.errors import ExtensionNeedsChairman
from tests.integration.laid import (
    MACHINE,
    OTHER_MACHINE,
    PASSWORD,
    LaidSitting,
    lay_sitting,
    response,
    stored,
    wire,
)
from tests.integration.laid_campaign import Laid, approved_room, lay_organisation, plan_campaign
from tests.integration.measured_campaign import lay_measured_campaign
from tests.integration.signing_in import Browser, sign_in, token_of

pytestmark = [pytest.mark.integration, pytest.mark.either_database]

on_postgres = pytest.mark.parametrize("store", ["postgresql"], indirect=True)
NOW_MS = 1_800_000_000_000  # what Date.now() says in January 2027


@pytest.fixture
def laid(services: Services) -> LaidSitting:
    return lay_sitting(services, password=PASSWORD)


@pytest.fixture
def browser(app: Flask, laid: LaidSitting) -> Browser:
    opened = sign_in(app, laid.owner.username, PASSWORD)
    assert opened.post_json(api(laid, "open"), {}).status_code == 200
    return opened


def api(laid: LaidSitting, act: str) -> str:
    return f"/api/v1/sittings/{laid.sitting_id}/{act}"


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Let all of them happen at the same instant; what each returned or raised, in order."""
    ready = threading.Barrier(len(acts))
    came: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        ready.wait()
        try:
            came[place] = act()
        except Exception as error:
            came[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def with_roles(deps: Services, actor: Actor, *roles: Role) -> Actor:
    """The same person after his roles were changed."""
    with deps.store.begin() as session:
        account_store.set_roles(session, actor.user_id, frozenset(roles))
        return account_store.actor_of(session, session.get_one(UserRow, actor.user_id))


# ---- a candidate ----


@pytest.mark.parametrize("client_ms", [NOW_MS, 2**53 - 1, -(2**53) + 1])
def test_whatever_a_clock_says_the_response_is_kept(laid: LaidSitting, browser: Browser, client_ms: int):
    event = {**wire(response(1, laid.item_ids[0])), "client_ms": client_ms}
    saved = browser.post_json(api(laid, "events"), {"events": [event]})
    assert (saved.status_code, saved.json["durable_through"]) == (200, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'{"events":"\xff\xfe"}',
        b'{"events":["\\ud800"]}',
        b'{"events":NaN}',
        b'{"events":[{"epoch":1,"seq":' + b"9" * 6000 + b"}]}",
        b"[" * 100_000,
        b'{"events":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    ],
    ids=["empty", "null", "not utf-8", "surrogate", "nan", "long number", "open brackets", "deep"],
)
@pytest.mark.parametrize("act", ["events", "submit"])
def test_malformed_json_is_refused_with_words(laid: LaidSitting, browser: Browser, act: str, body: bytes):
    headers = {"X-CSRFToken": browser.token}
    answer = browser.client.post(api(laid, act), data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json["error"]) == (422, "events_malformed")


def test_a_body_that_no_batch_needs_is_refused(laid: LaidSitting, browser: Browser):
    headers = {"X-CSRFToken": browser.token}
    answer = browser.client.post(
        api(laid, "events"), data=b" " * 2**20, content_type="application/json", headers=headers
    )
    assert answer.status_code == 413


def test_another_machine_writes_and_hands_in_nothing_without_a_permit(
    app: Flask, services: Services, laid: LaidSitting, browser: Browser
):
    accomplice = sign_in(app, laid.owner.username, PASSWORD)
    events = {"events": [wire(response(1, laid.item_ids[0], "B"))]}
    written = accomplice.post_json(api(laid, "events"), events)
    handed_in = accomplice.post_json(api(laid, "submit"), {"final_seq": 0})
    for refused in (written, handed_in):
        assert (refused.status_code, refused.json["error"]) == (409, "permit_required")
    assert [stored(services, laid.sitting_id, kind) for kind in ("counted", "quarantined", "late")] == [
        []
    ] * 3
    assert browser.post_json(api(laid, "events"), events).json["durable_through"] == 1


def test_what_the_old_machine_still_holds_is_kept_aside_after_a_takeover(
    services: Services, laid: LaidSitting
):
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    rooms.allow_takeover(services, laid.proctor, laid.sitting_id, "Máy hỏng")
    sittings.open_sitting(services, laid.owner, laid.sitting_id, OTHER_MACHINE)
    left = [response(1, laid.item_ids[0])]
    saved = sittings.save_events(services, laid.owner, laid.sitting_id, left, device_token=MACHINE)
    assert [decision.outcome for decision in saved.decisions] == [Outcome.QUARANTINED]
    forged = [response(1, laid.item_ids[0], epoch=2)]
    with pytest.raises(PermitRequired):
        sittings.save_events(services, laid.owner, laid.sitting_id, forged, device_token=MACHINE)


def test_a_flood_of_contradictions_does_not_bury_the_rooms_minutes(laid: LaidSitting, browser: Browser):
    events = [wire(response(seq, laid.item_ids[0])) for seq in range(1, 51)]
    browser.post_json(api(laid, "events"), {"events": events})
    for option in "BCD":
        altered = [{**event, "payload": {"response": option}} for event in events]
        for _again in range(2):
            assert browser.post_json(api(laid, "events"), {"events": altered}).status_code == 409
    with browser.client.application.extensions["examsvc"].store.read() as session:
        notes = session.scalars(sa.select(IncidentRow.note)).all()
    assert len(notes) == len(set(notes)) == 50


def test_a_claim_of_a_million_events_is_answered_with_the_first_that_are_missing(
    laid: LaidSitting, browser: Browser
):
    answer = browser.post_json(api(laid, "submit"), {"final_seq": MAX_SEQ})
    assert (answer.status_code, answer.json["error"]) == (409, "events_missing")
    assert answer.json["seqs"] == list(range(1, 501))


def test_whoever_sends_without_end_waits_and_others_do_not(
    app: Flask, laid: LaidSitting, browser: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pace, "_pace", pace.Pace(a_second=0.001, at_once=120))
    item = laid.item_ids[0]
    batch = lambda first: {"events": [wire(response(seq, item)) for seq in range(first, first + 50)]}  # noqa: E731
    assert browser.post_json(api(laid, "events"), batch(1)).status_code == 200
    assert browser.post_json(api(laid, "events"), batch(51)).status_code == 200
    refused = browser.post_json(api(laid, "events"), batch(101))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert browser.get(api(laid, "clock")).status_code == 200
    other = sign_in(app, laid.owner.username, PASSWORD)  # another login has a pace of its own
    assert other.post_json(api(laid, "open"), {}).json["error"] == "permit_required"


def test_events_above_a_hole_are_found_once_it_is_filled(services: Services, laid: LaidSitting):
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    save = lambda *seqs: sittings.save_events(  # noqa: E731
        services,
        laid.owner,
        laid.sitting_id,
        [response(seq, laid.item_ids[0]) for seq in seqs],
        device_token=MACHINE,
    )
    for first in range(2, 452, 50):
        assert save(*range(first, first + 50)).durable_through == 0
    assert save(500).durable_through == 0
    assert save(1).durable_through == 451
    assert save(*range(452, 500)).durable_through == 500


def test_many_guesses_at_once_are_not_all_let_through(app: Flask, laid: LaidSitting):
    def guess() -> int:
        client = app.test_client()
        token = token_of(client.get("/login").text)
        form = {"csrf_token": token, "username": laid.owner.username, "password": "đoán bừa"}
        return client.post("/login", data=form).status_code

    came = at_once(*[guess] * 16)
    assert set(came) <= {401, 429}
    assert came.count(401) <= 11


@on_postgres
def test_two_candidates_who_send_one_id_at_once_break_nothing(services: Services, laid: LaidSitting):
    with services.store.read() as session:
        other_id = session.scalars(sa.select(SittingRow.id).where(SittingRow.id != laid.sitting_id)).one()
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    sittings.open_sitting(services, laid.stranger, other_id, OTHER_MACHINE)
    for seq in range(1, 11):
        same = response(seq, laid.item_ids[0], event_id=str(uuid.uuid4()))
        came = at_once(
            lambda same=same: sittings.save_events(services, laid.owner, laid.sitting_id, [same]),
            lambda same=same: sittings.save_events(services, laid.stranger, other_id, [same]),
        )
        outcomes = sorted(saved.decisions[0].outcome for saved in came)
        assert outcomes == [Outcome.ACCEPTED, Outcome.ACCEPTED]  # each log is its own


def test_handing_in_many_times_at_once_gives_one_receipt(services: Services, laid: LaidSitting):
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    sittings.save_events(services, laid.owner, laid.sitting_id, [response(1, laid.item_ids[0])])
    act = lambda: sittings.submit_sitting(services, laid.owner, laid.sitting_id, 1)  # noqa: E731
    assert len({receipt.sha256 for receipt in at_once(*[act] * 6)}) == 1
    assert verify_chain(services).first_bad_seq is None


# ---- anybody at the door ----


@pytest.mark.parametrize(
    "target", ["/\n//evil.example", "/x\r\nX-Injected: 1", "/\t/evil.example", "/\\evil"]
)
def test_a_target_with_control_characters_leads_home(app: Flask, laid: LaidSitting, target: str):
    client = app.test_client()
    form = {"csrf_token": token_of(client.get("/login").text), "username": "author", "password": PASSWORD}
    answer = client.post("/login", query_string={"next": target}, data=form)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "X-Injected" not in answer.headers


def test_a_null_character_is_refused_wherever_it_stands(app: Flask, laid: LaidSitting):
    client = app.test_client()
    form = {"csrf_token": token_of(client.get("/login").text), "username": "a\x00", "password": "b"}
    assert client.post("/login", data=form).status_code == 400
    author = sign_in(app, "author", PASSWORD)
    assert author.client.get("/items", query_string={"topic": "\x00"}).status_code == 400
    proctor = sign_in(app, "proctor", PASSWORD)
    incident = {"kind": "other", "sitting": "0", "note": "a\x00b"}
    assert proctor.post_form("/rooms/1/incidents", **incident).status_code == 400


def test_errors_about_static_files_are_not_kept_by_caches(app: Flask):
    answer = app.test_client().get("/static/none.css")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


def test_an_upload_beyond_the_limit_is_read_to_its_end_and_told_why(app: Flask, laid: LaidSitting):
    author = sign_in(app, "author", PASSWORD)
    body = b"x" * (17 * 2**20)
    stream = io.BytesIO(body)
    answer = author.client.post(
        "/items/import",
        input_stream=stream,
        content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": str(len(body)), "X-CSRFToken": author.token},
    )
    assert answer.status_code == 413
    assert stream.tell() == len(body)  # or the browser shows a broken connection instead of the words


# ---- staff ----


def test_a_proctor_does_nothing_for_his_own_sitting(services: Services, laid: LaidSitting):
    himself = with_roles(services, laid.owner, Role.OFFICER, Role.PROCTOR)
    other = next(one for one in _sitting_ids(services) if one != laid.sitting_id)
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    for act in (
        lambda: rooms.check_in(services, himself, laid.sitting_id),
        lambda: rooms.extend(services, himself, [laid.sitting_id], 60, "Mất điện"),
        lambda: rooms.extend(services, himself, [other, laid.sitting_id], 60, "Mất điện"),
        lambda: rooms.allow_takeover(services, himself, laid.sitting_id, "Máy hỏng"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert rooms.extend(services, himself, [other], 60, "Mất điện") == 1


def test_a_proctor_does_not_check_himself_in_with_his_room(services: Services):
    laid = lay_sitting(services, checked_in=False, started_ago_s=None)
    himself = with_roles(services, laid.owner, Role.OFFICER, Role.PROCTOR)
    with services.store.read() as session:
        sitting = session.get_one(SittingRow, laid.sitting_id)
        room_id = session.get_one(CandidateRow, sitting.candidate_id).exam_room_id
    with pytest.raises(Forbidden):
        rooms.check_in_room(services, himself, room_id)
    with services.store.read() as session:
        assert set(session.scalars(sa.select(SittingRow.state))) == {"registered"}


def test_no_way_of_asking_gives_more_than_the_proctors_limit(services: Services, laid: LaidSitting):
    everybody = _sitting_ids(services)
    rooms.extend(services, laid.proctor, everybody, 360, "Mất điện")
    rooms.extend(services, laid.proctor, [laid.sitting_id], 240, "Mất điện")
    for asked in ([laid.sitting_id], everybody, [everybody[-1]] * 5):
        with pytest.raises(ExtensionNeedsChairman):
            rooms.extend(services, laid.proctor, asked, 60, "Mất điện")
    came = at_once(*[lambda: rooms.extend(services, laid.proctor, [everybody[-1]], 60, "Mất điện")] * 6)
    assert sum(one == 1 for one in came) == 4  # 240 of 600 seconds were left


def test_who_planned_an_administration_does_not_approve_the_campaign(services: Services):
    laid = lay_organisation(services, n_items=4, officers=(2, 0))
    campaign_id, administration_id = plan_campaign(services, laid)
    colleague = laid.staff["author"]
    with services.store.begin() as session:  # somebody else planned this start, and has become chairman since
        session.get_one(AdministrationRow, administration_id).created_by = colleague.user_id
    campaigns.fill_roster(services, laid.manager, administration_id)
    chairman = with_roles(services, colleague, Role.CHAIRMAN)
    with pytest.raises(Forbidden):
        campaigns.approve_campaign(services, chairman, campaign_id)
    campaigns.approve_campaign(services, laid.chairman, campaign_id)


def test_an_administrator_does_not_change_his_own_roles(services: Services):
    user_id = accounts.add_user(services, None, accounts.NewUser("root", "R", frozenset({Role.ADMIN})))
    admin = Actor(user_id, "root", "R", frozenset({Role.ADMIN}))
    with pytest.raises(Forbidden):
        accounts.change_roles(services, admin, user_id, frozenset({Role.EXAMINER}))
    assert accounts.get_user(services, admin, user_id)[1] == {Role.ADMIN}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Role.AUTHOR, Role.CHAIRMAN),  # an author never sees final forms
        (Role.PROCTOR, Role.REVIEWER),  # a proctor never sees items
        (Role.PROCTOR, Role.BANK_MANAGER),
        (Role.PROCTOR, Role.EXAM_MANAGER),
        (Role.EXAMINER, Role.LEADER),  # an examiner never sees whose results they are
    ],
)
def test_no_pair_of_roles_opens_what_one_of_them_may_never_see(one: Role, other: Role):
    assert clashes(frozenset({one, other}))


# ---- two at once ----


@on_postgres
def test_acts_of_many_at_once_leave_the_chain_unbroken(services: Services):
    def act() -> None:
        for _one in range(10):
            with services.store.begin() as session:
                record_act(session, None, "test.act", "subject:1")

    assert at_once(*[act] * 6) == [None] * 6
    report = verify_chain(services)
    assert (report.first_bad_seq, report.n_entries) == (None, 60)


@on_postgres
def test_a_roster_filled_twice_at_once_holds_everybody_once(services: Services):
    laid: Laid = lay_organisation(services, n_items=4, officers=(5, 3))
    _campaign_id, administration_id = plan_campaign(services, laid)
    act = lambda: campaigns.fill_roster(services, laid.manager, administration_id)  # noqa: E731
    assert sorted(at_once(*[act] * 4)) == [0, 0, 0, 8]


@on_postgres
def test_a_campaign_approved_twice_at_once_is_approved_once(services: Services):
    laid: Laid = lay_organisation(services, n_items=4, officers=(2, 0))
    campaign_id, administration_id = plan_campaign(services, laid)
    campaigns.fill_roster(services, laid.manager, administration_id)
    came = at_once(*[lambda: campaigns.approve_campaign(services, laid.chairman, campaign_id)] * 4)
    assert sum(one is None for one in came) == 1


@on_postgres
def test_adopting_scoring_and_releasing_at_once_happen_once(services: Services):
    measured = lay_measured_campaign(services)
    examiner, second = measured.staff["examiner"], measured.staff["second"]
    chairman, campaign_id = measured.staff["chairman"], measured.campaign_id
    proposed = calibrate_campaign(services, examiner, CalibrationOrder(campaign_id), _silent)
    adopt = lambda: calibration.adopt_calibration(services, second, proposed)  # noqa: E731
    assert sum(came is None for came in at_once(*[adopt] * 4)) == 1
    score = lambda: results.score_campaign(services, examiner, campaign_id, _silent)  # noqa: E731
    n_scored = sum(came for came in at_once(score, score) if isinstance(came, int))  # form by form, in turns
    release = lambda: results.release_results(services, chairman, campaign_id)  # noqa: E731
    assert [came for came in at_once(*[release] * 4) if isinstance(came, int)] == [n_scored]
    with services.store.read() as session:
        written = session.scalars(sa.select(EvidenceRow.result_id)).all()
        states = session.execute(sa.select(ResultRow.state, sa.func.count()).group_by(ResultRow.state)).all()
    assert len(written) == 3 * n_scored
    assert [tuple(row) for row in states] == [("released", n_scored)]
    assert verify_chain(services).first_bad_seq is None


@on_postgres
def test_transactions_that_wait_for_each_other_are_busy_and_not_broken(services: Services, store: Store):
    laid = lay_organisation(services, n_items=4, officers=(2, 0))
    _administration_id, _room_id, (first, second) = approved_room(services, laid)
    met = threading.Barrier(2)

    def lock(one: int, other: int) -> None:
        with store.begin() as session:
            session.get(SittingRow, one, with_for_update=True)
            met.wait()
            session.get(SittingRow, other, with_for_update=True)

    came = at_once(lambda: lock(first, second), lambda: lock(second, first))
    assert sorted(type(one) for one in came if one is not None) == [StoreBusy]


def _sitting_ids(deps: Services) -> list[int]:
    with deps.store.read() as session:
        return list(session.scalars(sa.select(SittingRow.id).order_by(SittingRow.id)))


def _silent(_done: int, _total: int, _stage: str = "") -> None:
    """Nobody follows the progress."""
