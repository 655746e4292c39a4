"""Stopped clocks: of one, a room, a whole exam; what they give back, and who may let them run on."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.adapters.memory import MemoryLive
from examsvc.delivery.errors import NotReady, NotStarted, PermitRequired, SittingClosed
from examsvc.services import Services, pauses, rooms, sittings
from examsvc.services.clock_reading import ClockReading
from examsvc.services.finalise import finalise_due
from examsvc.store import sittings as sitting_store
from examsvc.store.models import AuditEntryRow, FormItemRow, IncidentRow, SittingRow, TimeAdjustmentRow
from examsvc.store.rows import get_row
from proctoring.errors import ExtensionRefused
from tests.integration.laid import MACHINE, OTHER_MACHINE, response
from tests.integration.laid_campaign import Laid, approved_room, lay_organisation, move_start, now_of

pytestmark = pytest.mark.integration


@dataclasses.dataclass(frozen=True)
class Exam:
    """Two rooms of two, checked in, the common start a quarter of an hour ago."""

    laid: Laid
    administration_id: int
    room_id: int
    here: list[int]
    elsewhere: list[int]


@pytest.fixture
def exam(services: Services) -> Exam:
    laid = lay_organisation(services, n_items=3, officers=(4, 0))
    administration_id, room_id, here = approved_room(services, laid, rooms=(("P1", 2), ("P2", 2)))
    with services.store.read() as session:
        everybody = session.scalars(sa.select(SittingRow.id).order_by(SittingRow.id)).all()
    for sitting_id in everybody:
        rooms.check_in(services, laid.proctor, sitting_id)
    move_start(services, administration_id, ago_s=900)
    return Exam(laid, administration_id, room_id, here, [one for one in everybody if one not in here])


def _row(services: Services, sitting_id: int) -> SittingRow:
    with services.store.read() as session:
        return get_row(session, SittingRow, sitting_id)


def _owner(services: Services, exam: Exam, sitting_id: int) -> Actor:
    user_id = _row(services, sitting_id).user_id
    return next(officer for officer in exam.laid.officers if officer.user_id == user_id)


def _backdate(services: Services, sitting_ids: list[int], seconds: int) -> None:
    """Let the pause, and its line in the minutes, have begun so long ago: tests wait for no clock."""
    with services.store.begin() as session:
        began = now_of(services) - timedelta(seconds=seconds)
        for sitting_id in sitting_ids:
            row = get_row(session, SittingRow, sitting_id, lock=True)
            assert row.paused_at is not None
            row.paused_at = began
            if row.failed_at is not None:
                row.failed_at = began


def _lines(services: Services, sitting_id: int) -> list[tuple[str, int, str]]:
    with services.store.read() as session:
        query = sa.select(TimeAdjustmentRow).where(TimeAdjustmentRow.sitting_id == sitting_id)
        return [(row.kind, row.seconds, row.reason) for row in session.scalars(query.order_by("id"))]


def _remaining_ms(services: Services, sitting_id: int) -> int:
    with services.store.read() as session:
        return sitting_store.get_sitting(session, sitting_id).sitting.remaining_ms(now_of(services))


def _at_once(*acts: Callable[[], object]) -> list[object]:
    came: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            came[place] = act()
        except Exception as error:
            came[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_a_stopped_clock_gives_back_exactly_what_it_stood_still(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    pauses.pause(services, exam.laid.proctor, sitting_id, "thí sinh bị ốm")
    with pytest.raises(NotReady, match="already_paused"):
        pauses.pause(services, exam.laid.proctor, sitting_id, "lần nữa")
    _backdate(services, [sitting_id], 120)
    standing = _remaining_ms(services, sitting_id)
    pauses.resume(services, exam.laid.proctor, sitting_id, "đã khỏe")
    [(kind, seconds, reason)] = _lines(services, sitting_id)
    assert (kind, reason) == ("pause", "thí sinh bị ốm")  # why it was stopped is what the candidate is told
    assert seconds in (120, 121)  # a begun second is the candidate's
    assert 0 <= seconds * 1000 + standing - _remaining_ms(services, sitting_id) - 120_000 < 30_000
    assert _row(services, sitting_id).added_s == seconds
    with pytest.raises(NotReady, match="not_paused"):
        pauses.resume(services, exam.laid.proctor, sitting_id, "lần nữa")


def test_a_room_is_stopped_and_the_room_beside_it_is_not(services: Services, exam: Exam):
    live = MemoryLive()
    watched = dataclasses.replace(services, live=live)
    assert pauses.pause_room(watched, exam.laid.proctor, exam.room_id, "mất điện") == 2
    assert {change.sitting_ids for change in live.said} == {tuple(exam.here)}
    assert [_row(services, one).paused_at is not None for one in exam.here + exam.elsewhere] == [
        True,
        True,
        False,
        False,
    ]
    with pytest.raises(NotReady, match="nobody_to_pause"):
        pauses.pause_room(services, exam.laid.proctor, exam.room_id, "mất điện")
    assert pauses.resume_room(services, exam.laid.proctor, exam.room_id, "có điện") == 2
    with pytest.raises(NotReady, match="nobody_paused"):
        pauses.resume_room(services, exam.laid.proctor, exam.room_id, "có điện")


def test_what_the_chairman_stopped_for_all_no_proctor_lets_run_on(services: Services, exam: Exam):
    laid = exam.laid
    with pytest.raises(Forbidden):
        pauses.pause_administration(services, laid.proctor, exam.administration_id, "báo cháy")
    pauses.pause(services, laid.proctor, exam.here[0], "thí sinh bị ốm")
    assert pauses.pause_administration(services, laid.chairman, exam.administration_id, "báo cháy") == 3
    for refused in (
        lambda: pauses.resume_room(services, laid.proctor, exam.room_id, "hết báo động"),
        lambda: pauses.resume(services, laid.proctor, exam.here[0], "hết báo động"),
    ):
        with pytest.raises(NotReady, match="paused_by_chairman"):
            refused()
    assert pauses.resume_administration(services, laid.chairman, exam.administration_id, "an toàn") == 4
    pauses.pause(services, laid.proctor, exam.here[0], "thí sinh bị ốm lại")
    pauses.resume(services, laid.proctor, exam.here[0], "đã khỏe")  # his own pause again
    kinds = [row.kind for row, *_names in rooms.list_incidents(services, laid.auditor, exam.room_id)]
    assert kinds == ["resume", "pause", "resume", "pause", "pause"]  # all of it in the minutes of the room


def test_a_pause_of_a_room_is_for_all_of_it_or_for_nobody(services: Services, exam: Exam):
    himself = dataclasses.replace(exam.laid.proctor, user_id=_row(services, exam.here[-1]).user_id)
    with pytest.raises(Forbidden):
        pauses.pause_room(services, himself, exam.room_id, "mất điện")
    with pytest.raises(NotReady, match="reason_missing"):
        pauses.pause_room(services, exam.laid.proctor, exam.room_id, "  ")
    move_start(services, exam.administration_id, ago_s=-60)
    with pytest.raises(NotStarted):
        pauses.pause_room(services, exam.laid.proctor, exam.room_id, "mất điện")
    assert all(_row(services, one).paused_at is None for one in exam.here)


def test_who_has_handed_in_is_not_stopped(services: Services, exam: Exam):
    owner = _owner(services, exam, exam.here[0])
    sittings.open_sitting(services, owner, exam.here[0], MACHINE)
    sittings.submit_sitting(services, owner, exam.here[0], final_seq=0)
    with pytest.raises(SittingClosed):
        pauses.pause(services, exam.laid.proctor, exam.here[0], "mất điện")
    assert pauses.pause_room(services, exam.laid.proctor, exam.room_id, "mất điện") == 1


def test_a_stopped_sitting_is_not_ended_by_its_old_deadline(services: Services, exam: Exam):
    pauses.pause_room(services, exam.laid.proctor, exam.room_id, "mất điện")
    _backdate(services, exam.here, 800)
    move_start(services, exam.administration_id, ago_s=2700 + 31)  # over for those whose clock runs
    finalise_due(services)
    assert {_row(services, one).state for one in exam.here} == {"checked_in"}
    assert {_row(services, one).state for one in exam.elsewhere} == {"expired"}
    pauses.resume_room(services, exam.laid.proctor, exam.room_id, "có điện")
    assert all(_remaining_ms(services, one) > 700_000 for one in exam.here)


def test_two_people_who_let_a_room_run_on_at_once_give_the_time_back_once(services: Services, exam: Exam):
    pauses.pause_room(services, exam.laid.proctor, exam.room_id, "mất điện")
    _backdate(services, exam.here, 60)
    came = _at_once(
        lambda: pauses.resume_room(services, exam.laid.proctor, exam.room_id, "có điện"),
        lambda: pauses.resume_room(services, exam.laid.chairman, exam.room_id, "có điện"),
        lambda: pauses.resume(services, exam.laid.proctor, exam.here[0], "có điện"),
    )
    assert any(not isinstance(one, Exception) for one in came)
    for sitting_id in exam.here:
        assert [kind for kind, _seconds, _reason in _lines(services, sitting_id)] == ["pause"]
    assert all(isinstance(one, NotReady) for one in came if isinstance(one, Exception))


def test_extending_and_stopping_at_once_loses_neither(services: Services, exam: Exam):
    came = _at_once(
        lambda: rooms.extend_room(services, exam.laid.proctor, exam.room_id, 300, "mất mạng"),
        lambda: pauses.pause_administration(services, exam.laid.chairman, exam.administration_id, "báo cháy"),
        lambda: rooms.extend_administration(
            services, exam.laid.chairman, exam.administration_id, 600, "bắt đầu chậm"
        ),
    )
    assert came == [2, 4, 4]
    for sitting_id in exam.here:
        row = _row(services, sitting_id)
        assert row.added_s == 900
        assert row.paused_at is not None


def test_only_the_chairman_gives_everybody_time_and_accommodations(services: Services, exam: Exam):
    laid, sitting_id = exam.laid, exam.elsewhere[0]
    for proctor in (laid.proctor, laid.manager):
        with pytest.raises(Forbidden):
            rooms.extend_administration(services, proctor, exam.administration_id, 60, "chậm")
        with pytest.raises(Forbidden):
            rooms.accommodate(services, proctor, sitting_id, 900, "khiếm thị")
    with pytest.raises(ExtensionRefused):
        rooms.accommodate(services, laid.chairman, sitting_id, 900, " ")
    rooms.accommodate(services, laid.chairman, sitting_id, 900, "khiếm thị")
    rooms.extend(
        services, laid.proctor, [sitting_id], 600, "máy chậm"
    )  # takes nothing from the proctor's share
    assert _lines(services, sitting_id) == [
        ("accommodation", 900, "khiếm thị"),
        ("extension", 600, "máy chậm"),
    ]
    with services.store.read() as session:
        acts = session.scalars(sa.select(AuditEntryRow.record).order_by(AuditEntryRow.seq)).all()
    assert '"rooms.accommodate"' in acts[-2]


def test_a_failed_machine_costs_its_candidate_no_time(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    sittings.open_sitting(services, owner, sitting_id, MACHINE)
    silent_since = now_of(services) - timedelta(seconds=200)
    with services.store.begin() as session:
        get_row(session, SittingRow, sitting_id, lock=True).opened_at = silent_since - timedelta(seconds=60)
    services.presence.seen(sitting_id, int(silent_since.timestamp() * 1000))
    told = rooms.read_last_sign(services, exam.laid.proctor, sitting_id)
    assert 199 <= told.lost_s < 230
    before = _remaining_ms(services, sitting_id)
    sign = rooms.allow_takeover(services, exam.laid.proctor, sitting_id, "máy hỏng", restore=True)
    assert abs(sign.at - silent_since) < timedelta(milliseconds=2)
    assert _remaining_ms(services, sitting_id) >= before + 199_000  # what was lost is back at once
    opened = sittings.open_sitting(services, owner, sitting_id, OTHER_MACHINE)
    [(kind, seconds, _reason)] = _lines(services, sitting_id)
    assert kind == "machine_failure"
    assert 200 <= seconds < 260
    assert not opened.clock.paused


def test_the_last_response_is_a_sign_of_life_where_presence_has_forgotten(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    sittings.open_sitting(services, owner, sitting_id, MACHINE)
    with services.store.read() as session:
        item_id = next(iter(sitting_store.get_sitting(session, sitting_id).outline.placed))
    sittings.save_events(services, owner, sitting_id, [response(1, item_id)], device_token=MACHINE)
    services.presence._seen.clear()
    assert (
        rooms.read_last_sign(services, exam.laid.proctor, sitting_id).lost_s < 60
    )  # not since the opening only
    with services.store.read() as session:
        facts = sitting_store.get_sitting(session, sitting_id)
    sign = rooms.read_last_sign(services, exam.laid.proctor, sitting_id)
    assert sign.at >= facts.row.opened_at


def test_a_spare_that_asks_is_no_sign_of_life_of_the_failed_machine(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    sittings.open_sitting(services, owner, sitting_id, MACHINE)
    silent_since = now_of(services) - timedelta(seconds=200)
    services.presence.seen(sitting_id, int(silent_since.timestamp() * 1000))
    sittings.read_clock(services, owner, sitting_id, OTHER_MACHINE)
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, owner, sitting_id, OTHER_MACHINE)
    assert services.presence.last_seen([sitting_id])[sitting_id] == int(silent_since.timestamp() * 1000)
    sittings.read_clock(services, owner, sitting_id, MACHINE)
    assert services.presence.last_seen([sitting_id])[sitting_id] > silent_since.timestamp() * 1000 + 100_000


def test_a_pause_of_the_room_takes_over_from_a_failed_machine(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    sittings.open_sitting(services, owner, sitting_id, MACHINE)
    rooms.allow_takeover(services, exam.laid.proctor, sitting_id, "máy hỏng", restore=True)
    failed_at = _row(services, sitting_id).failed_at
    assert failed_at is not None
    assert pauses.pause_room(services, exam.laid.proctor, exam.room_id, "mất điện") == 2
    row = _row(services, sitting_id)
    assert (row.failed_at, row.paused_at) == (None, failed_at)
    assert sittings.open_sitting(
        services, owner, sitting_id, OTHER_MACHINE
    ).clock.paused  # the room stands still
    pauses.resume_room(services, exam.laid.proctor, exam.room_id, "có điện")
    assert [kind for kind, *_rest in _lines(services, sitting_id)] == ["pause"]


def test_a_room_that_runs_on_does_not_start_the_clock_of_who_waits_for_a_spare(
    services: Services, exam: Exam
):
    sitting_id = exam.here[0]
    sittings.open_sitting(services, _owner(services, exam, sitting_id), sitting_id, MACHINE)
    pauses.pause(services, exam.laid.proctor, exam.here[1], "thí sinh bị ốm")
    rooms.allow_takeover(services, exam.laid.proctor, sitting_id, "máy hỏng", restore=True)
    assert pauses.resume_room(services, exam.laid.proctor, exam.room_id, "có điện") == 1
    assert _row(services, sitting_id).failed_at is not None
    pauses.resume(services, exam.laid.proctor, sitting_id, "máy chạy lại")  # the old machine works again
    row = _row(services, sitting_id)
    assert (row.failed_at, row.paused_at, row.takeover_allowed) == (None, None, False)
    assert all(kind == "machine_failure" for kind, *_rest in _lines(services, sitting_id))


def test_time_given_back_for_a_pause_is_not_given_back_again_for_a_failure(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    sittings.open_sitting(services, owner, sitting_id, MACHINE)
    pauses.pause(services, exam.laid.proctor, sitting_id, "mất điện")
    _backdate(services, [sitting_id], 300)
    pauses.resume(services, exam.laid.proctor, sitting_id, "có điện")
    with services.store.begin() as session:  # nothing was heard since before the pause
        row = get_row(session, SittingRow, sitting_id, lock=True)
        row.opened_at = now_of(services) - timedelta(seconds=600)
    services.presence._seen.clear()
    assert rooms.read_last_sign(services, exam.laid.proctor, sitting_id).lost_s < 60


def test_the_room_sees_which_machine_asks_to_go_on(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    sittings.open_sitting(services, owner, sitting_id, MACHINE)
    assert rooms.watch_room(services, exam.laid.proctor, exam.room_id).asking == frozenset()
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, owner, sitting_id, OTHER_MACHINE)
    assert rooms.watch_room(services, exam.laid.proctor, exam.room_id).asking == {sitting_id}


def _noted(services: Services, sitting_id: int) -> list[str]:
    """The kinds of what the system itself noted about a sitting."""
    with services.store.read() as session:
        query = sa.select(IncidentRow.kind).where(
            IncidentRow.sitting_id == sitting_id, IncidentRow.actor_id.is_(None)
        )
        return list(session.scalars(query))


def _save(services: Services, owner: Actor, sitting_id: int, seq: int) -> ClockReading:
    with services.store.read() as session:
        form_id = get_row(session, SittingRow, sitting_id).form_id
        item = session.scalars(
            sa.select(FormItemRow.item_version_id).where(FormItemRow.form_id == form_id)
        ).first()
    events = [response(seq, str(item))]
    return sittings.save_events(services, owner, sitting_id, events, device_token=MACHINE).clock


def test_a_failed_machine_that_sends_responses_has_its_clock_run_on_and_is_noted(
    services: Services, exam: Exam
):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    sittings.open_sitting(services, owner, sitting_id, MACHINE)
    rooms.allow_takeover(services, exam.laid.proctor, sitting_id, "máy hỏng", restore=True)
    _backdate(services, [sitting_id], 45)
    clock = _save(services, owner, sitting_id, 1)
    assert not clock.paused
    row = _row(services, sitting_id)
    assert (row.failed_at, row.paused_at, row.takeover_allowed) == (None, None, False)
    assert _noted(services, sitting_id) == ["machine_back"]
    [(kind, seconds, *_rest)] = _lines(services, sitting_id)
    assert kind == "machine_failure"
    assert 45 <= seconds <= 60  # what it was silent for; from here on no second is free
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, owner, sitting_id, OTHER_MACHINE)


def test_responses_in_a_pause_count_and_are_noted_once_a_pause(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    sittings.open_sitting(services, owner, sitting_id, MACHINE)
    pauses.pause(services, exam.laid.proctor, sitting_id, "mất điện")
    assert _save(services, owner, sitting_id, 1).paused  # on its way when the clock stopped
    assert _noted(services, sitting_id) == []
    _backdate(services, [sitting_id], 300)
    for seq in (2, 3):
        assert _save(services, owner, sitting_id, seq).paused
    assert _noted(services, sitting_id) == ["response_in_pause"]


def test_the_same_machine_at_another_address_is_noted(services: Services, exam: Exam):
    sitting_id = exam.here[0]
    owner = _owner(services, exam, sitting_id)
    for address in ("10.1.1.5", "10.1.1.5", "10.1.1.9", "10.1.1.9"):
        sittings.open_sitting(services, owner, sitting_id, MACHINE, address)
    assert _noted(services, sitting_id) == ["other_address"]
