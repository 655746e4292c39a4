"""Events kept aside: proposed by one, decided by another, once; receipts, marks and scoring follow."""

from __future__ import annotations

import dataclasses
import threading

import pytest
import sqlalchemy as sa

from examsvc.accounts.errors import Forbidden
from examsvc.delivery.errors import NotReady
from examsvc.results.errors import ScoringRefused
from examsvc.services import Services, candidates, late_events, sittings
from examsvc.services.audit import verify_chain
from examsvc.services.finalise import finalise_due
from examsvc.services.late_events import Effect, Fate, Proposal
from examsvc.services.results import _require_late_events_decided
from examsvc.store import late_events as store
from examsvc.store import sittings as sitting_store
from examsvc.store.models import (
    AdministrationRow,
    CalibrationRow,
    LateDecisionRow,
    ResultRow,
    ScoreRow,
    SittingMarkRow,
    SittingRow,
)
from examsvc.store.rows import get_row
from tests.integration.laid import MACHINE, OTHER_MACHINE, LaidSitting, lay_sitting, projected, response
from tests.integration.laid_campaign import move_start, now_of

pytestmark = pytest.mark.integration


@pytest.fixture
def laid(services: Services) -> LaidSitting:
    """Two responses in time; after the end the second item's comes changed, the third's anew."""
    laid = lay_sitting(services, n_items=4)
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    first, second, third, _fourth = laid.item_ids
    _save(services, laid, response(1, first, "A"), response(2, second, "B"))
    move_start(services, laid.administration_id, 2700 + 31)
    finalise_due(services)
    _save(services, laid, response(3, second, "C"), response(4, third, "D"))
    return laid


def _save(services: Services, laid: LaidSitting, *events) -> None:
    sittings.save_events(services, laid.owner, laid.sitting_id, events, device_token=MACHINE)


def _propose(
    services: Services, laid: LaidSitting, *places, counts: bool = True, who: str = "proctor"
) -> int:
    proposal = Proposal(places or [(1, 3), (1, 4)], counts, "mạng bị cắt trước khi hết giờ")
    return late_events.propose(services, laid.organisation.staff[who], laid.sitting_id, proposal)


def _responses(services: Services, laid: LaidSitting) -> list[str | None]:
    held = projected(services, laid.sitting_id)
    return [held[item_id].response if item_id in held else None for item_id in laid.item_ids]


def _receipts(services: Services, laid: LaidSitting) -> list[str]:
    with services.store.read() as session:
        return [one.sha256 for one in sitting_store.list_receipts(session, laid.sitting_id)]


def _campaign_id(services: Services, laid: LaidSitting) -> int:
    with services.store.read() as session:
        return get_row(session, AdministrationRow, laid.administration_id).campaign_id


def test_late_responses_count_only_when_two_people_say_so(services: Services, laid: LaidSitting):
    chairman = laid.organisation.chairman
    assert _responses(services, laid) == ["A", "B", None, None]
    decision = _propose(services, laid)
    assert _responses(services, laid) == ["A", "B", None, None]
    with pytest.raises(Forbidden):
        late_events.decide(services, laid.proctor, decision, confirm=True)
    late_events.decide(services, chairman, decision, confirm=True)
    assert _responses(services, laid) == ["A", "C", "D", None]
    first, second = _receipts(services, laid)
    with services.store.read() as session:
        row = get_row(session, SittingRow, laid.sitting_id)
        assert (row.receipt, row.marked) == (second, False)
        log = sitting_store.list_logs(session, [laid.sitting_id])[laid.sitting_id]
    assert [entry.position for entry in log] == [(1, 1), (1, 2), (1, 3), (1, 4)]
    assert first != second
    finalise_due(services)
    with services.store.read() as session:
        marks = session.scalars(
            sa.select(SittingMarkRow.receipt)
            .where(SittingMarkRow.sitting_id == laid.sitting_id)
            .order_by(SittingMarkRow.id)
        ).all()
        assert get_row(session, SittingRow, laid.sitting_id).marked
    assert marks == [first, second]  # the mark of the first log stays on record
    assert verify_chain(services).first_bad_seq is None


def test_the_receipt_page_tells_when_it_was_handed_in_and_every_receipt(
    services: Services, laid: LaidSitting
):
    before = candidates.read_outcome(services, laid.owner, laid.sitting_id)
    assert before.receipt is not None
    assert (before.handed_in_at, before.earlier) == (before.receipt.submitted_at, ())
    decision = _propose(services, laid)
    late_events.decide(services, laid.organisation.chairman, decision, confirm=True)
    after = candidates.read_outcome(services, laid.owner, laid.sitting_id)
    assert after.receipt is not None
    assert after.earlier == (before.receipt,)
    assert after.receipt.submitted_at > before.receipt.submitted_at
    assert after.handed_in_at == before.handed_in_at


def test_what_was_decided_is_not_decided_again(services: Services, laid: LaidSitting):
    chairman = laid.organisation.chairman
    decision = _propose(services, laid, (1, 3))
    with pytest.raises(NotReady, match="already_proposed"):
        _propose(services, laid, (1, 3), counts=False)
    late_events.decide(services, chairman, decision, confirm=True)
    for confirm in (True, False):
        with pytest.raises(NotReady, match="already_decided"):
            late_events.decide(services, chairman, decision, confirm=confirm)
    with pytest.raises(NotReady, match="already_proposed"):
        _propose(services, laid)
    left = _propose(services, laid, (1, 4), counts=False)
    late_events.decide(services, chairman, left, confirm=True)
    assert _responses(services, laid) == ["A", "C", None, None]
    [bundle] = late_events.list_kept_aside(services, chairman, administration_id=laid.administration_id)
    assert [event.fate for event in bundle.events] == [Fate.COUNTS, Fate.LEFT]


def test_a_rejected_proposal_leaves_the_way_open_for_another(services: Services, laid: LaidSitting):
    chairman = laid.organisation.chairman
    late_events.decide(services, chairman, _propose(services, laid), confirm=False)
    assert len(_receipts(services, laid)) == 1
    again = _propose(services, laid, who="manager")
    late_events.decide(services, chairman, again, confirm=True)
    assert _responses(services, laid) == ["A", "C", "D", None]


def test_nobody_decides_for_himself_or_on_his_own_proposal(services: Services, laid: LaidSitting):
    staff = laid.organisation
    both = dataclasses.replace(staff.proctor, roles=staff.proctor.roles | staff.chairman.roles)
    decision = late_events.propose(services, both, laid.sitting_id, Proposal([(1, 3)], True, "mạng bị cắt"))
    himself = dataclasses.replace(staff.chairman, user_id=laid.owner.user_id)
    for actor in (both, himself):
        with pytest.raises(Forbidden):
            late_events.decide(services, actor, decision, confirm=True)
    own = dataclasses.replace(staff.proctor, user_id=laid.owner.user_id)
    with pytest.raises(Forbidden):
        late_events.propose(services, own, laid.sitting_id, Proposal([(1, 4)], True, "mạng bị cắt"))
    with pytest.raises(NotReady, match="reason_missing"):
        late_events.propose(services, staff.proctor, laid.sitting_id, Proposal([(1, 4)], True, " "))
    for places in ([], [(1, 1)], [(7, 7)]):  # what counts already, and what was never sent
        with pytest.raises(NotReady, match="nothing_kept_aside"):
            late_events.propose(services, staff.proctor, laid.sitting_id, Proposal(places, True, "mạng"))


def test_staff_are_told_places_and_effects_and_no_response(services: Services, laid: LaidSitting):
    [bundle] = late_events.list_kept_aside(
        services, laid.organisation.auditor, administration_id=laid.administration_id
    )
    with services.store.read() as session:
        placed = sitting_store.get_sitting(session, laid.sitting_id).outline.placed
    numbers = [placed[laid.item_ids[1]].number, placed[laid.item_ids[2]].number]
    assert [(event.number, event.effect) for event in bundle.events] == [
        (numbers[0], Effect.CHANGES),
        (numbers[1], Effect.CHANGES),
    ]
    assert all(event.late_s and event.late_s >= 31 for event in bundle.events)
    assert not {field.name for field in dataclasses.fields(bundle.events[0])} & {
        "payload",
        "response",
        "event",
    }


def test_what_an_old_machine_sent_wins_only_where_nothing_newer_holds(services: Services):
    laid = lay_sitting(services, n_items=4)
    first, second, *_rest = laid.item_ids
    sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)
    with services.store.begin() as session:
        get_row(session, SittingRow, laid.sitting_id, lock=True).takeover_allowed = True
    sittings.open_sitting(services, laid.owner, laid.sitting_id, OTHER_MACHINE)
    newer = [response(1, first, "A", epoch=2)]
    sittings.save_events(services, laid.owner, laid.sitting_id, newer, device_token=OTHER_MACHINE)
    _save(services, laid, response(1, first, "D"), response(2, second, "B"))  # quarantined
    with pytest.raises(NotReady, match="sitting_not_over"):
        _propose(services, laid, (1, 1), (1, 2))
    sittings.submit_sitting(services, laid.owner, laid.sitting_id, final_seq=1)
    decision = _propose(services, laid, (1, 1), (1, 2))
    late_events.decide(services, laid.organisation.chairman, decision, confirm=True)
    assert _responses(services, laid) == ["A", "B", None, None]


def test_scoring_waits_for_every_proposal_and_afterwards_nothing_changes(
    services: Services, laid: LaidSitting
):
    campaign_id = _campaign_id(services, laid)
    decision = _propose(services, laid, (1, 3))
    with services.store.read() as session, pytest.raises(ScoringRefused, match="late_events_undecided"):
        _require_late_events_decided(session, campaign_id)
    waiting = _propose(services, laid, (1, 4))
    late_events.decide(services, laid.organisation.chairman, decision, confirm=True)
    _score(services, laid)
    with pytest.raises(NotReady, match="results_scored"):
        late_events.decide(services, laid.organisation.chairman, waiting, confirm=True)
    with services.store.read() as session:
        assert store.is_scored(session, campaign_id)
        assert get_row(session, LateDecisionRow, waiting).state == "proposed"


def test_of_many_who_decide_at_once_one_does(services: Services, laid: LaidSitting):
    decision = _propose(services, laid)
    came: list[object] = []

    def decide(confirm: bool) -> None:
        try:
            came.append(late_events.decide(services, laid.organisation.chairman, decision, confirm=confirm))
        except NotReady as error:
            came.append(error.code)

    threads = [threading.Thread(target=decide, args=(turn % 2 == 0,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came.count("already_decided") == 3
    counts = _responses(services, laid) == ["A", "C", "D", None]
    assert len(_receipts(services, laid)) == (2 if counts else 1)


def _score(services: Services, laid: LaidSitting) -> None:
    """A score and its result as the examiner's work leaves them."""
    with services.store.begin() as session:
        now = now_of(services)
        row = get_row(session, SittingRow, laid.sitting_id)
        score = ScoreRow(
            sitting_id=row.id,
            form_checksum=row.form_checksum,
            keys_checksum="0" * 64,
            calibration_id=session.scalar(sa.select(CalibrationRow.id)),
            number_correct=1,
            n_items=4,
            theta=0.0,
            se=1.0,
            level=0,
            level_probabilities=[1.0],
            cuts=[],
            provenance={},
            rescored_equal=True,
            created_by=laid.proctor.user_id,
            created_at=now,
        )
        session.add(score)
        session.flush()
        session.add(ResultRow(sitting_id=row.id, score_id=score.id, state="provisional", created_at=now))
