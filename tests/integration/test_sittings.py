"""What the log keeps, whatever a machine sends, and who may send it: the services on both databases."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from examsvc.accounts.errors import Forbidden
from examsvc.delivery.admission import Outcome
from examsvc.delivery.errors import (
    EpochSuperseded,
    EventsMissing,
    EventsRefused,
    NotCheckedIn,
    NotOpen,
    NotStarted,
    PermitRequired,
)
from examsvc.services import Services, candidates, papers, rooms, sittings
from examsvc.services.audit import verify_chain
from examsvc.services.finalise import finalise_due
from examsvc.services.sittings import Claim
from examsvc.store.models import IncidentRow, SittingRow
from tests.integration.laid import (
    MACHINE,
    OTHER_MACHINE,
    LaidSitting,
    lay_sitting,
    projected,
    replayed,
    response,
    stored,
)
from tests.integration.laid_campaign import move_start

pytestmark = pytest.mark.integration


@pytest.fixture
def laid(services: Services) -> LaidSitting:
    return lay_sitting(services)


def outcomes(saved: sittings.Saved) -> list[Outcome]:
    return [decision.outcome for decision in saved.decisions]


def opened(services: Services, laid: LaidSitting) -> int:
    return sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE).epoch


def test_nobody_but_the_owner_reads_or_writes_a_sitting(services: Services, laid: LaidSitting):
    opened(services, laid)
    stranger, sitting_id = laid.stranger, laid.sitting_id
    for attempt in (
        lambda: sittings.read_clock(services, stranger, sitting_id),
        lambda: sittings.open_sitting(services, stranger, sitting_id, MACHINE),
        lambda: sittings.save_events(services, stranger, sitting_id, [response(1, laid.item_ids[0])]),
        lambda: sittings.submit_sitting(services, stranger, sitting_id, 0),
        lambda: papers.read_paper(services, stranger, sitting_id, MACHINE),
        lambda: candidates.read_outcome(services, stranger, sitting_id),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert stored(services, sitting_id, "counted") == []


def test_events_count_in_whatever_order_they_arrive(services: Services, laid: LaidSitting):
    opened(services, laid)
    item = laid.item_ids[0]
    late_one = sittings.save_events(services, laid.owner, laid.sitting_id, [response(3, item, "C")])
    assert late_one.durable_through == 0
    rest = [response(2, item, "B"), response(1, item, "A")]
    saved = sittings.save_events(services, laid.owner, laid.sitting_id, rest)
    assert saved.durable_through == 3
    assert projected(services, laid.sitting_id)[item].response == "C"
    assert projected(services, laid.sitting_id) == replayed(services, laid.sitting_id)


def test_the_same_event_twice_is_stored_once(services: Services, laid: LaidSitting):
    opened(services, laid)
    event = response(1, laid.item_ids[0])
    sittings.save_events(services, laid.owner, laid.sitting_id, [event])
    again = sittings.save_events(services, laid.owner, laid.sitting_id, [event, event])
    assert outcomes(again) == [Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert again.durable_through == 1
    assert stored(services, laid.sitting_id, "counted") == [(1, 1)]


def test_an_altered_event_becomes_an_incident_and_the_rest_stands(services: Services, laid: LaidSitting):
    opened(services, laid)
    first = response(1, laid.item_ids[0], "A")
    sittings.save_events(services, laid.owner, laid.sitting_id, [first])
    altered = response(1, laid.item_ids[0], "B", event_id=first.event_id)
    fresh = response(2, laid.item_ids[1], "C")
    saved = sittings.save_events(services, laid.owner, laid.sitting_id, [altered, fresh])
    assert outcomes(saved) == [Outcome.ALTERED, Outcome.ACCEPTED]
    held = projected(services, laid.sitting_id)
    assert (held[laid.item_ids[0]].response, held[laid.item_ids[1]].response) == ("A", "C")
    with services.store.read() as session:
        incident = session.scalars(sa.select(IncidentRow)).one()
    assert incident.kind == "event_contradiction"
    assert '"response": "B"' in incident.note


def test_an_id_that_another_sitting_used_takes_nothing_from_this_one(services: Services, laid: LaidSitting):
    opened(services, laid)
    mine = response(1, laid.item_ids[0])
    sittings.save_events(services, laid.owner, laid.sitting_id, [mine])
    with services.store.read() as session:
        other_id = session.scalars(sa.select(SittingRow.id).where(SittingRow.id != laid.sitting_id)).one()
    sittings.open_sitting(services, laid.stranger, other_id, OTHER_MACHINE)
    copied = response(1, laid.item_ids[0], event_id=mine.event_id)
    honest = response(2, laid.item_ids[1])
    saved = sittings.save_events(services, laid.stranger, other_id, [copied, honest])
    assert outcomes(saved) == [Outcome.ACCEPTED, Outcome.ACCEPTED]  # an id is unique within its own log
    assert stored(services, laid.sitting_id, "counted") == [(1, 1)]
    again = sittings.save_events(services, laid.owner, laid.sitting_id, [mine])
    assert outcomes(again) == [Outcome.DUPLICATE]


def test_an_unknown_option_or_item_refuses_the_whole_request(services: Services, laid: LaidSitting):
    opened(services, laid)
    good = response(1, laid.item_ids[0])
    for bad, code in (
        (response(2, laid.item_ids[1], "Z"), "unknown_option"),
        (response(2, "999999"), "unknown_item"),
        (response(2, laid.item_ids[1], epoch=7), "unknown_epoch"),
    ):
        with pytest.raises(EventsRefused) as refused:
            sittings.save_events(services, laid.owner, laid.sitting_id, [good, bad])
        assert [(fault.index, fault.code) for fault in refused.value.faults] == [(1, code)]
    assert stored(services, laid.sitting_id, "counted") == []


def test_nothing_is_written_before_the_sitting_is_opened(services: Services, laid: LaidSitting):
    with pytest.raises(NotOpen):
        sittings.save_events(services, laid.owner, laid.sitting_id, [response(1, laid.item_ids[0])])
    with pytest.raises(NotOpen):
        papers.read_paper(services, laid.owner, laid.sitting_id, MACHINE)


def test_nobody_opens_before_the_common_start(services: Services):
    early = lay_sitting(services, started_ago_s=None)
    with pytest.raises(NotStarted):
        sittings.open_sitting(services, early.owner, early.sitting_id, MACHINE)


def test_nobody_opens_without_having_been_checked_in(services: Services):
    absent = lay_sitting(services, checked_in=False)
    with pytest.raises(NotCheckedIn):
        sittings.open_sitting(services, absent.owner, absent.sitting_id, MACHINE)


def test_what_comes_after_grace_is_kept_but_does_not_count(services: Services, laid: LaidSitting):
    opened(services, laid)
    sittings.save_events(services, laid.owner, laid.sitting_id, [response(1, laid.item_ids[0], "A")])
    move_start(services, laid.administration_id, 2700 + 20)  # within grace
    saved = sittings.save_events(services, laid.owner, laid.sitting_id, [response(2, laid.item_ids[0], "B")])
    assert outcomes(saved) == [Outcome.ACCEPTED]
    assert (saved.clock.phase, saved.clock.remaining_ms) == ("grace", 0)
    move_start(services, laid.administration_id, 2700 + 31)
    late = sittings.save_events(services, laid.owner, laid.sitting_id, [response(3, laid.item_ids[0], "C")])
    assert outcomes(late) == [Outcome.LATE]
    assert stored(services, laid.sitting_id, "late") == [(1, 3)]
    assert projected(services, laid.sitting_id)[laid.item_ids[0]].response == "B"


def test_a_newer_epoch_takes_the_pen_from_the_older(services: Services, laid: LaidSitting):
    opened(services, laid)
    assert opened(services, laid) == 2  # the same machine: a reload, or a second window
    saved = sittings.save_events(
        services, laid.owner, laid.sitting_id, [response(1, laid.item_ids[0], "A", epoch=1)]
    )
    assert outcomes(saved) == [Outcome.QUARANTINED]
    assert stored(services, laid.sitting_id, "quarantined") == [(1, 1)]
    assert projected(services, laid.sitting_id) == {}


def test_another_machine_goes_on_only_by_a_permit_used_once(services: Services, laid: LaidSitting):
    opened(services, laid)
    sittings.save_events(services, laid.owner, laid.sitting_id, [response(1, laid.item_ids[0], "D")])
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, laid.owner, laid.sitting_id, OTHER_MACHINE)
    with pytest.raises(PermitRequired):
        papers.read_paper(services, laid.owner, laid.sitting_id, OTHER_MACHINE)
    rooms.allow_takeover(services, laid.proctor, laid.sitting_id, "Máy hỏng")
    moved = sittings.open_sitting(services, laid.owner, laid.sitting_id, OTHER_MACHINE)
    assert moved.epoch == 2
    assert moved.responses[laid.item_ids[0]].response == "D"
    with pytest.raises(PermitRequired):
        sittings.open_sitting(services, laid.owner, laid.sitting_id, MACHINE)


def test_two_machines_at_once_get_two_epochs_or_a_refusal(services: Services, laid: LaidSitting):
    epochs: list[int] = []
    refused: list[PermitRequired] = []

    def race(machine: str) -> None:
        try:
            epochs.append(sittings.open_sitting(services, laid.owner, laid.sitting_id, machine).epoch)
        except PermitRequired as error:
            refused.append(error)

    threads = [threading.Thread(target=race, args=(machine,)) for machine in (MACHINE, OTHER_MACHINE) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(epochs), len(refused)) == ([1, 2, 3], 3)


def test_concurrent_saves_leave_the_projection_equal_to_the_log(services: Services, laid: LaidSitting):
    opened(services, laid)

    def save(first_seq: int) -> None:
        for seq in range(first_seq, 25, 4):
            event = response(seq, laid.item_ids[seq % 5], "ABCD"[seq % 4])
            sittings.save_events(services, laid.owner, laid.sitting_id, [event])

    threads = [threading.Thread(target=save, args=(first,)) for first in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stored(services, laid.sitting_id, "counted") == [(1, seq) for seq in range(1, 25)]
    assert projected(services, laid.sitting_id) == replayed(services, laid.sitting_id)


def test_submitting_asks_for_what_is_missing_and_then_gives_one_receipt(
    services: Services, laid: LaidSitting
):
    opened(services, laid)
    sittings.save_events(
        services, laid.owner, laid.sitting_id, [response(1, laid.item_ids[0]), response(3, laid.item_ids[1])]
    )
    with pytest.raises(EventsMissing) as missing:
        sittings.submit_sitting(services, laid.owner, laid.sitting_id, 4)
    assert missing.value.seqs == (2, 4)
    sittings.save_events(
        services, laid.owner, laid.sitting_id, [response(2, laid.item_ids[0]), response(4, laid.item_ids[2])]
    )
    receipt = sittings.submit_sitting(services, laid.owner, laid.sitting_id, 4)
    assert receipt.events == 4
    assert sittings.submit_sitting(services, laid.owner, laid.sitting_id, 4) == receipt
    assert verify_chain(services).first_bad_seq is None
    after = sittings.save_events(services, laid.owner, laid.sitting_id, [response(5, laid.item_ids[0], "B")])
    assert outcomes(after) == [Outcome.LATE]


def test_a_window_that_lost_its_pen_and_another_machine_cannot_hand_in(services: Services, laid: LaidSitting):
    first = opened(services, laid)
    second = opened(services, laid)
    with pytest.raises(EpochSuperseded):
        sittings.submit_sitting(services, laid.owner, laid.sitting_id, 0, Claim(epoch=first))
    with pytest.raises(PermitRequired):
        sittings.submit_sitting(services, laid.owner, laid.sitting_id, 0, Claim(device_token="another"))
    handed_in = Claim(epoch=second, device_token=MACHINE)
    assert sittings.submit_sitting(services, laid.owner, laid.sitting_id, 0, handed_in).events == 0


def test_the_finaliser_ends_a_sitting_without_its_client(services: Services, laid: LaidSitting):
    opened(services, laid)
    sittings.save_events(services, laid.owner, laid.sitting_id, [response(1, laid.item_ids[0], "A")])
    assert finalise_due(services) == 0
    move_start(services, laid.administration_id, 2700 + 15)
    assert finalise_due(services) == 0  # grace
    move_start(services, laid.administration_id, 2700 + 31)
    assert finalise_due(services) == 2  # the stranger's too, who never opened
    outcome = candidates.read_outcome(services, laid.owner, laid.sitting_id)
    assert (outcome.number_correct, outcome.n_marked, outcome.n_responses) == (1, 5, 1)
    assert outcome.receipt is not None
    assert outcome.receipt.events == 1
    assert finalise_due(services) == 0


def test_the_finaliser_honours_an_extension(services: Services, laid: LaidSitting):
    opened(services, laid)
    rooms.extend(services, laid.proctor, [laid.sitting_id], 300, "Mất điện 5 phút")
    move_start(services, laid.administration_id, 2700 + 100)
    assert finalise_due(services) == 1  # the stranger had none
    assert sittings.read_clock(services, laid.owner, laid.sitting_id).state == "open"
    move_start(services, laid.administration_id, 2700 + 331)
    assert finalise_due(services) == 1
    account = candidates.read_outcome(services, laid.owner, laid.sitting_id).time
    assert (account.granted_s, account.total_s, account.lines[0].reason) == (300, 3000, "Mất điện 5 phút")


def test_two_finalisers_end_each_sitting_once(services: Services, laid: LaidSitting):
    opened(services, laid)
    move_start(services, laid.administration_id, 2700 + 31)
    ended: list[int] = []
    threads = [threading.Thread(target=lambda: ended.append(finalise_due(services))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(ended) == 2


def test_who_was_never_checked_in_is_absent(services: Services):
    absent = lay_sitting(services, checked_in=False, started_ago_s=2700 + 31)
    assert finalise_due(services) == 2
    assert sittings.read_clock(services, absent.owner, absent.sitting_id).state == "absent"
    outcome = candidates.read_outcome(services, absent.owner, absent.sitting_id)
    assert (outcome.receipt, outcome.number_correct) == (None, None)
