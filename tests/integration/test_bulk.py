"""Changing many items at once: the preview says what happens, and exactly that happens, or nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.jobs.runner import Cancelled, run_job
from examsvc.results.errors import JobRefused
from examsvc.services import Services, bank, bank_review, bulk, bulk_previews, item_history, jobs
from examsvc.services.audit import verify_chain
from examsvc.services.bulk import Outcome
from examsvc.services.bulk_order import BulkOrder
from examsvc.services.bulk_previews import Preview
from examsvc.services.view_limits import set_limit
from examsvc.store import NotFound
from examsvc.store import audit as audit_store
from examsvc.store.models import ItemRow, ItemVersionRow, JobRow, TopicRow
from examsvc.store.rows import get_row
from item_bank.errors import BulkRefused, TransitionRefused
from item_bank.lifecycle import State
from item_bank.review import CHECKLIST, Decision
from tests.integration.laid_acts import BASIS, DECREE, Bank
from tests.integration.laid_campaign import approved_room, move_start
from tests.integration.laid_guard import lay_guarded, views_of

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
NEW = "167/2025/NĐ-CP"
REPLACE = BulkOrder("replace", "Đổi tên cơ quan", find="Câu", put="Câu hỏi", parts=("stem",), with_case=True)
NEW_DECREE = BulkOrder("basis", "Nghị định mới", basis=f"Nghị định {NEW}, Điều 20")


@pytest.fixture
def laid(services: Services) -> Bank:
    return Bank(services)


def previewed(deps: Services, actor: Actor, order: BulkOrder, ids: list[int]) -> tuple[str, Preview]:
    preview_id = bulk_previews.ask_preview(deps, actor, order, ids)
    assert isinstance(preview_id, str)
    return preview_id, bulk_previews.view_preview(deps, actor, preview_id, "", 1)


def carried_out(deps: Services, actor: Actor, preview_id: str) -> Outcome:
    report = bulk.view_report(deps, actor, bulk.ask_change(deps, actor, preview_id))
    assert report.outcome is not None, report.job.message
    return report.outcome


def changed(deps: Services, actor: Actor, order: BulkOrder, ids: list[int]) -> Outcome:
    return carried_out(deps, actor, previewed(deps, actor, order, ids)[0])


def row(deps: Services, version_id: int) -> ItemVersionRow:
    with deps.store.read() as session:
        return session.get_one(ItemVersionRow, version_id)


def n_versions(deps: Services) -> int:
    with deps.store.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(ItemVersionRow)).scalar_one()


def whys(preview: Preview) -> dict[str, str]:
    return {line.kept.code: line.kept.why for line in preview.lines if not line.kept.way}


def log_of(deps: Services, action: str) -> list[str]:
    with deps.store.read_as_one() as session:
        entries = [entry.record for entry in audit_store.iter_entries(session)]
    return [record for record in entries if f'"action":"{action}"' in record]


def test_words_replaced_in_frozen_items_make_drafts_that_their_author_hands_in(services, laid: Bank):
    ids = [laid.lay(f"T01-00{number}", "operational") for number in (1, 2)]
    preview_id, preview = previewed(services, laid.manager, REPLACE, ids)
    assert (preview.n_changed, preview.n_left, preview.n_to_review) == (2, 0, 2)
    [stem] = preview.lines[0].found
    assert [(run.change, run.text) for run in stem.runs if run.change != "same"] == [("new", " hỏi")]
    assert n_versions(services) == 2  # a preview changes nothing
    outcome = carried_out(services, laid.manager, preview_id)
    drafts = [row(services, id_) for id_ in outcome.version_ids]
    assert [(one.version, one.state, one.stem) for one in drafts] == [
        (2, "draft", "Câu hỏi T01-001?"),
        (2, "draft", "Câu hỏi T01-002?"),
    ]
    assert [laid.state_of(id_) for id_ in ids] == ["operational"] * 2  # what is in use stays so till then
    assert len(log_of(services, "items.new_version")) == 2
    [act] = log_of(services, "items.change_in_bulk")
    assert "Đổi tên cơ quan" in act
    assert verify_chain(services).first_bad_seq is None
    bank.submit_for_review(services, laid.author, outcome.version_ids)
    history = item_history.view_history(services, laid.manager, outcome.version_ids[0])
    assert ("made", 2, "Dung", "Đổi tên cơ quan") in [
        (one.kind, one.version, one.who, one.note) for one in history.events
    ]


def test_who_changed_the_words_neither_hands_them_in_nor_approves_them(services, laid: Bank):
    outcome = changed(services, laid.manager, REPLACE, [laid.lay("T01-001", "operational")])
    [draft] = outcome.version_ids
    with pytest.raises(Forbidden):
        bank.submit_for_review(services, laid.manager, [draft])
    bank.submit_for_review(services, laid.author, [draft])
    judgement = bank_review.Judgement(Decision.ACCEPT, frozenset(CHECKLIST))
    bank_review.review_item(services, laid.reviewer, draft, judgement)
    with pytest.raises((Forbidden, TransitionRefused)):
        bank_review.approve_items(services, laid.manager, [draft])
    bank_review.approve_items(services, laid.second_manager, [draft])


def test_each_item_that_is_left_says_why(services, laid: Bank):
    ids = [
        laid.lay("A-DRAFT", "draft"),
        laid.lay("B-RETIRED", "retired"),
        laid.lay("C-GOOD", "approved"),
        laid.lay("D-OLD", "operational"),
    ]
    bank.new_version(services, laid.author, ids[3])
    _id, preview = previewed(services, laid.manager, NEW_DECREE, ids)
    assert whys(preview) == {
        "A-DRAFT": "AUTHORS_DRAFT",
        "B-RETIRED": "ITEM_RETIRED",
        "D-OLD": "NOT_NEWEST",
    }
    assert preview.reasons == {"AUTHORS_DRAFT": 1, "ITEM_RETIRED": 1, "NOT_NEWEST": 1}
    again = BulkOrder("basis", "Như cũ", basis=BASIS)
    assert whys(previewed(services, laid.manager, again, ids[2:3])[1]) == {"C-GOOD": "SAME_BASIS"}


def test_an_authors_draft_changes_in_place_and_others_items_stay(services, laid: Bank):
    own, other = laid.lay("T01-001", "draft"), laid.lay("T01-002", "draft", author=laid.other_author)
    outcome = changed(services, laid.author, REPLACE, [own])
    assert (outcome.version_ids, row(services, own).stem) == ([own], "Câu hỏi T01-001?")
    assert len(log_of(services, "items.edit")) == 1
    history = item_history.view_history(services, laid.author, own)
    assert (history.events[0].kind, history.events[0].note) == ("edited", "Đổi tên cơ quan")
    with pytest.raises(Forbidden):  # he may not even read it
        bulk_previews.ask_preview(services, laid.author, REPLACE, [own, other])
    reading_author = Actor(laid.author.user_id, "an", "An", frozenset({Role.AUTHOR, Role.REVIEWER}))
    assert whys(previewed(services, reading_author, NEW_DECREE, [own, other])[1]) == {"T01-002": "NOT_YOURS"}


@pytest.mark.parametrize("who", ["reviewer", "auditor", "admin", "officer"])
def test_who_may_change_no_item_may_change_none_in_bulk(services, laid: Bank, who: str):
    with pytest.raises(Forbidden):
        bulk_previews.ask_preview(services, getattr(laid, who), REPLACE, [laid.lay("T01-001", "draft")])


def test_a_preview_is_its_makers_alone(services, laid: Bank):
    preview_id, _preview = previewed(services, laid.manager, REPLACE, [laid.lay("T01-001", "approved")])
    for act in (
        lambda: bulk_previews.view_preview(services, laid.second_manager, preview_id, "", 1),
        lambda: bulk.ask_change(services, laid.second_manager, preview_id),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize("meanwhile", ["move", "new version", "topic"])
def test_what_the_bank_no_longer_is_changes_nothing_and_is_named(services, laid: Bank, meanwhile: str):
    ids = [laid.lay("T01-001", "operational"), laid.lay("T01-002", "operational")]
    preview_id, _preview = previewed(services, laid.manager, NEW_DECREE, ids)
    if meanwhile == "move":
        bank_review.move_items(services, laid.manager, ids[1:], State.SUSPENDED, comment="Rà lại")
    elif meanwhile == "new version":
        bank.new_version(services, laid.author, ids[1])
    else:
        with services.store.begin() as session:
            other = TopicRow(code="T02", name_vi="Khác", name_en="Other")
            session.add(other)
            session.flush()
            get_row(session, ItemRow, row(services, ids[1]).item_id, lock=True).topic_id = other.id
    before = n_versions(services)
    outcome = carried_out(services, laid.manager, preview_id)
    assert (outcome.outdated, outcome.version_ids) == (["T01-002"], [])
    assert n_versions(services) == before
    assert log_of(services, "items.change_in_bulk") == []
    shown = bulk_previews.view_preview(services, laid.manager, preview_id, "", 1)
    assert [line.kept.code for line in shown.lines if line.is_outdated] == ["T01-002"]
    renewed = bulk_previews.renew_preview(services, laid.manager, preview_id)
    assert carried_out(services, laid.manager, str(renewed)).version_ids


def test_what_changes_while_it_is_written_takes_all_of_it_back(services, laid: Bank, monkeypatch):
    """The second look, with the rows locked, is the one that counts."""
    ids = [laid.lay(f"T01-{number:03}", "operational") for number in range(4)]
    monkeypatch.setattr("examsvc.services.bulk_plan.AT_A_TIME", 2)
    preview_id, _preview = previewed(services, laid.manager, NEW_DECREE, ids)
    compare = bulk._compare

    def compare_and_be_overtaken(*args: object) -> list[str]:
        outdated = compare(*args)
        bank.new_version(services, laid.author, ids[3])
        return outdated

    monkeypatch.setattr(bulk, "_compare", compare_and_be_overtaken)
    outcome = carried_out(services, laid.manager, preview_id)
    assert (outcome.outdated, n_versions(services)) == (["T01-003"], 5)


def test_an_order_is_carried_out_once_however_often_it_is_asked_for(services, laid: Bank):
    preview_id, _preview = previewed(services, laid.manager, NEW_DECREE, [laid.lay("T01-001", "approved")])
    job_id = bulk.ask_change(services, laid.manager, preview_id)
    assert bulk.ask_change(services, laid.manager, preview_id) == job_id
    assert n_versions(services) == 2


def test_a_worker_that_dies_after_the_commit_leaves_the_work_known_as_done(services, laid: Bank):
    preview_id, _preview = previewed(services, laid.manager, NEW_DECREE, [laid.lay("T01-001", "approved")])
    job_id = bulk.ask_change(services, laid.manager, preview_id)
    made = bulk.view_report(services, laid.manager, job_id).outcome
    with services.store.begin() as session:  # as it stands before the runner writes its last word
        get_row(session, JobRow, job_id, lock=True).state = "queued"
    run_job(services, job_id)
    assert bulk.view_report(services, laid.manager, job_id).outcome == made
    assert n_versions(services) == 2


def test_a_worker_that_dies_before_the_commit_leaves_nothing_and_is_taken_up_again(
    services, laid: Bank, monkeypatch
):
    preview_id, _preview = previewed(services, laid.manager, NEW_DECREE, [laid.lay("T01-001", "approved")])
    with monkeypatch.context() as patched:
        patched.setattr(bulk, "_recorded", lambda *_args: 1 / 0)
        job_id = bulk.ask_change(services, laid.manager, preview_id)
    assert bulk.view_report(services, laid.manager, job_id).job.state == "failed"
    assert n_versions(services) == 1
    again = bulk.ask_change(services, laid.manager, preview_id)
    assert again != job_id
    assert bulk.view_report(services, laid.manager, again).n_changed == 1


def test_a_stopped_order_has_changed_nothing(services, laid: Bank):
    preview_id, _preview = previewed(services, laid.manager, NEW_DECREE, [laid.lay("T01-001", "approved")])

    def stop(_done: int, _total: int, stage: str = "") -> None:
        if stage == "changing":
            raise Cancelled

    with pytest.raises(Cancelled):
        bulk.change_items(services, laid.manager, preview_id, stop)
    assert n_versions(services) == 1


def test_what_was_written_before_it_was_stopped_is_taken_back(services, laid: Bank, monkeypatch):
    """Beside one writer nobody can tell it to stop: there it is done."""
    monkeypatch.setattr("examsvc.services.bulk_plan.AT_A_TIME", 1)
    ids = [laid.lay(f"T01-{number:03}", "approved") for number in range(3)]
    preview_id, _preview = previewed(services, laid.manager, NEW_DECREE, ids)
    told: list[int] = []

    def stop(done: int, _total: int, stage: str = "") -> None:
        if stage == "changing":
            told.append(done)
            if done == 2:
                raise Cancelled

    monkeypatch.setattr("examsvc.jobs.runner.JobProgress", lambda _deps, _job_id: stop)
    report = bulk.view_report(services, laid.manager, bulk.ask_change(services, laid.manager, preview_id))
    if services.store.seat_limit is not None:
        assert (told, report.n_changed) == ([0], 3)
        return
    assert (told, report.job.state, n_versions(services)) == ([0, 0, 1, 2], "cancelled", 3)


def test_many_items_are_previewed_by_a_worker_and_listed_by_pages(services, laid: Bank, monkeypatch):
    monkeypatch.setattr(bulk_previews, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_previews, "SHOWN", 2)
    ids = [laid.lay(f"T01-{number:03}", "approved") for number in range(3)]
    job_id = bulk_previews.ask_preview(services, laid.manager, NEW_DECREE, ids)
    assert isinstance(job_id, int)
    preview_id = jobs.read_job(services, laid.manager, job_id).outcome["preview_id"]
    pages = [bulk_previews.view_preview(services, laid.manager, preview_id, "changed", n) for n in (1, 2)]
    assert [[line.kept.code for line in page.lines] for page in pages] == [
        ["T01-000", "T01-001"],
        ["T01-002"],
    ]
    assert pages[0].n_pages == 2


def test_a_topic_moves_with_its_item_unless_a_form_has_it(services: Services):
    guarded = lay_guarded(services, n_items=2)
    manager, author = guarded.staff["dung"], guarded.staff["author"]
    with services.store.begin() as session:
        session.add(TopicRow(code="T99", name_vi="Khác", name_en="Other"))
        item_id = session.get_one(ItemVersionRow, guarded.versions[guarded.codes[0]]).item_id
    order = BulkOrder("topic", "Sắp xếp lại", topic="T99")
    _id, preview = previewed(services, manager, order, list(guarded.versions.values()))
    assert set(whys(preview).values()) == {"ON_FORM"}
    assert set(whys(previewed(services, author, order, list(guarded.versions.values()))[1]).values()) == {
        "TOPIC_FIXED"
    }
    with services.store.begin() as session:
        session.execute(sa.text("UPDATE form SET state = 'withdrawn'"))
    changed(services, manager, order, [guarded.versions[guarded.codes[0]]])
    with services.store.read() as session:
        item = session.get_one(ItemRow, item_id)
        assert session.get_one(TopicRow, item.topic_id).code == "T99"
    history = item_history.view_history(services, manager, guarded.versions[guarded.codes[0]])
    [event] = [event for event in history.events if event.kind == "filed"]
    assert (event.who, event.note, event.facts["to_topic"]) == ("Dung", "Sắp xếp lại", "T99")


def test_nothing_that_candidates_are_about_to_sit_is_retired_in_passing(services: Services):
    guarded = lay_guarded(services, n_items=2)
    manager, ids = guarded.staff["dung"], list(guarded.versions.values())
    administration_id, _room, _sittings = approved_room(services, guarded.laid)
    retire = BulkOrder("move", "Không còn phù hợp", to="retired")
    assert set(whys(previewed(services, manager, retire, ids)[1]).values()) == {"FORM_AHEAD"}
    quarantine = BulkOrder("move", "Nghi lộ", to="quarantined")
    assert previewed(services, manager, quarantine, ids)[1].n_changed == 2  # protecting is never refused
    with services.store.begin() as session:
        session.execute(
            sa.text("UPDATE administration SET state = 'closed' WHERE id = :id"), {"id": administration_id}
        )
    outcome = changed(services, manager, retire, ids)
    assert {row(services, id_).state for id_ in outcome.version_ids} == {"retired"}
    assert len(log_of(services, "items.move")) == 2


def test_candidates_wait_for_no_order_of_many_items(services: Services, monkeypatch):
    guarded = lay_guarded(services, n_items=2)
    manager, ids = guarded.staff["dung"], list(guarded.versions.values())
    monkeypatch.setattr(bulk, "MOST_BESIDE_EXAM", 1)
    administration_id, _room, _sittings = approved_room(services, guarded.laid)
    level = BulkOrder("level", "Đánh giá lại", level="situation")
    preview_id, _preview = previewed(services, manager, level, ids)
    move_start(services, administration_id, 60)
    with pytest.raises(JobRefused, match="exam_under_way"):
        bulk.ask_change(services, manager, preview_id)
    move_start(services, administration_id, 10 * 3600)  # it is over
    assert len(carried_out(services, manager, preview_id).version_ids) == 2


def test_a_guarded_wording_of_the_preview_is_logged_and_counts_for_the_day(services: Services):
    guarded = lay_guarded(services, n_items=4)
    manager = guarded.staff["dung"]
    set_limit(services, guarded.staff["giang"], Role.BANK_MANAGER, 3, "Thử")
    order = BulkOrder("replace", "Đổi từ", find="thủ tục", put="nghiệp vụ", parts=("stem",))
    _id, preview = previewed(services, manager, order, list(guarded.versions.values()))
    assert [line.found is None for line in preview.lines] == [False, False, False, True]
    logged = views_of(services, manager.user_id)
    assert [(view.how, view.detail) for view in logged] == [("preview", "bulk")] * 3
    assert preview.quota.seen == 3


def test_a_change_that_shows_no_words_looks_at_none(services: Services):
    guarded = lay_guarded(services, n_items=2)
    order = BulkOrder("level", "Đánh giá lại", level="situation")
    preview_id, preview = previewed(services, guarded.staff["dung"], order, list(guarded.versions.values()))
    assert preview.n_to_review == 2
    assert views_of(services, guarded.staff["dung"].user_id) == []
    drafts = carried_out(services, guarded.staff["dung"], preview_id).version_ids
    assert {row(services, id_).cognitive_level for id_ in drafts} == {"situation"}


@pytest.mark.parametrize(
    ("order", "field", "code"),
    [
        (BulkOrder("", "x"), "act", "CHOOSE_ACT"),
        (BulkOrder("topic", "x", topic="T77"), "topic", "CHOOSE_TOPIC"),
        (BulkOrder("level", "x", level="hard"), "level", "CHOOSE_LEVEL"),
        (BulkOrder("move", "x", to="operational"), "to", "CHOOSE_STATE"),
        (BulkOrder("replace", "x", find="a", put="b"), "parts", "NO_PART"),
        (BulkOrder("basis", " ", basis=f"Nghị định {DECREE}"), "reason", "REASON_MISSING"),
    ],
)
def test_an_order_that_says_too_little_is_refused_with_the_field(
    services, laid: Bank, order: BulkOrder, field: str, code: str
):
    with pytest.raises(BulkRefused) as refused:
        bulk_previews.ask_preview(services, laid.manager, order, [laid.lay("T01-001", "approved")])
    assert (refused.value.params["field"], refused.value.code) == (field, code)


def test_a_preview_that_changes_nothing_cannot_be_applied(services, laid: Bank):
    preview_id, preview = previewed(services, laid.manager, REPLACE, [laid.lay("T01-001", "retired")])
    assert preview.n_changed == 0
    with pytest.raises(BulkRefused, match="NOTHING_CHANGES"):
        bulk.ask_change(services, laid.manager, preview_id)
