"""What arrives is counted, kept aside or refused; what counted can be proven."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from examsvc.delivery.admission import Outcome, admit
from examsvc.delivery.deadline import ExamClock
from examsvc.delivery.errors import BatchTooLarge, EventsMalformed, EventsRefused, NotOpen
from examsvc.delivery.events import (
    LogEntry,
    ResponseEvent,
    durable_through,
    events_from_json,
    payload_hash,
    project,
)
from examsvc.delivery.outline import Navigation, Outline, Placed, Section
from examsvc.delivery.receipt import log_digest, make_receipt, missing_seqs
from examsvc.delivery.sections import schedule
from examsvc.delivery.sitting import Sitting, SittingState
from item_bank.interactions.asked import single_choice

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
CLOCK = ExamClock(START, 2700, START + timedelta(hours=1))
NOW = START + timedelta(minutes=5)
OVER = START + timedelta(seconds=2731)
FORM = Outline(
    {
        "i1": Placed(1, 1, single_choice("A", "B", "C", "D")),
        "i2": Placed(2, 2, single_choice("A", "B", "C", "D")),
    }
)
OPEN = Sitting("s1", CLOCK, SittingState.OPEN, epoch=2, device_id="pc1")


def event(seq, option="A", *, epoch=2, item="i1", number=None, **payload):
    identity = str(UUID(int=seq + 1000 * epoch if number is None else number))
    return ResponseEvent(epoch, seq, identity, item, {"response": option} | payload)


def held(*events):
    return [LogEntry(e.epoch, e.seq, e.event_id, e.payload_hash) for e in events]


def outcomes(batch, known=(), sitting=OPEN, now=NOW):
    decisions = admit(batch, sitting=sitting, outline=FORM, held=held(*known), now=now)
    return [decision.outcome for decision in decisions]


def test_the_same_event_twice_is_one_event():
    assert outcomes([event(1), event(1)]) == [Outcome.ACCEPTED, Outcome.DUPLICATE]
    assert outcomes([event(1)], known=[event(1)]) == [Outcome.DUPLICATE]


def test_a_duplicate_stays_a_duplicate_after_the_deadline_and_after_submission():
    assert outcomes([event(1)], known=[event(1)], now=OVER) == [Outcome.DUPLICATE]
    done = replace(OPEN, state=SittingState.SUBMITTED)
    assert outcomes([event(1)], known=[event(1)], sitting=done) == [Outcome.DUPLICATE]


@pytest.mark.parametrize(
    "other", [event(1, "B"), event(1, item="i2"), event(2, number=2001), event(1, flagged=True)]
)
def test_an_id_that_comes_back_with_another_content_is_altered(other):
    assert outcomes([other], known=[event(1)]) == [Outcome.ALTERED]


def test_two_events_cannot_share_a_place_in_the_log():
    assert outcomes([event(1, number=7)], known=[event(1)]) == [Outcome.SEQ_CONFLICT]
    assert outcomes([event(1), event(1, number=7), event(2)]) == [
        Outcome.ACCEPTED,
        Outcome.SEQ_CONFLICT,
        Outcome.ACCEPTED,
    ]


def test_an_older_epoch_is_kept_aside_even_late():
    assert outcomes([event(1, epoch=1)]) == [Outcome.QUARANTINED]
    assert outcomes([event(1, epoch=1)], now=OVER) == [Outcome.QUARANTINED]


def test_grace_counts_and_what_follows_is_kept_as_late():
    assert outcomes([event(1)], now=OPEN.counts_until) == [Outcome.ACCEPTED]
    assert outcomes([event(1)], now=OVER) == [Outcome.LATE]
    assert outcomes([event(1)], sitting=replace(OPEN, state=SittingState.SUBMITTED)) == [Outcome.LATE]


def test_the_clients_clock_decides_nothing():
    forged = replace(event(1), client_ms=-86_400_000)
    assert outcomes([forged], now=OVER) == [Outcome.LATE]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (event(2, item="i9"), "unknown_item"),
        (event(2, "E"), "unknown_option"),
        (event(2, "A", struck=["E"]), "unknown_option"),
        (event(2, epoch=3), "unknown_epoch"),
        (event(0), "bad_seq"),
    ],
)
def test_one_impossible_event_refuses_the_whole_batch(bad, code):
    with pytest.raises(EventsRefused) as refusal:
        outcomes([event(1), bad])
    assert [(fault.index, fault.code) for fault in refusal.value.faults] == [(1, code)]


def test_clearing_a_response_is_an_event_like_any_other():
    assert outcomes([event(1, None)]) == [Outcome.ACCEPTED]


def test_fifty_events_are_taken_and_fifty_one_are_not():
    assert len(outcomes([event(seq) for seq in range(1, 51)])) == 50
    with pytest.raises(BatchTooLarge):
        outcomes([event(seq) for seq in range(1, 52)])


def test_nothing_is_written_while_waiting():
    with pytest.raises(NotOpen):
        outcomes([event(1)], sitting=replace(OPEN, state=SittingState.CHECKED_IN, epoch=2))


def test_the_latest_event_of_an_item_says_all():
    later = event(3, "B", epoch=1, flagged=True, struck=["A"], note="xem lại")
    current = project([later, event(1, "C", epoch=1)])["i1"]
    assert (current.response, current.flagged, current.struck, current.note) == ("B", True, ("A",), "xem lại")
    assert project([later, event(4, "B", epoch=1)])["i1"].flagged is False


def test_an_item_that_is_behind_is_closed_where_one_never_goes_back():
    forward = replace(OPEN, navigation=Navigation.FORWARD)
    batch = [event(1), event(2, item="i2"), event(3)]
    assert outcomes(batch, sitting=forward) == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.OUT_OF_TURN]
    assert outcomes([event(1)], sitting=replace(forward, reached=2)) == [Outcome.OUT_OF_TURN]


def test_a_section_that_was_left_or_lies_ahead_is_closed():
    first = replace(OPEN, navigation=Navigation.SECTION, n_sections=2)
    assert outcomes([event(1), event(2, item="i2")], sitting=first) == [Outcome.ACCEPTED, Outcome.OUT_OF_TURN]
    second = replace(first, left_at=(START,))
    assert outcomes([event(1), event(2, item="i2")], sitting=second) == [
        Outcome.OUT_OF_TURN,
        Outcome.ACCEPTED,
    ]


def test_a_timed_section_takes_events_until_its_grace_is_over():
    sections = (Section(1, 900), Section(2, 1800))
    timed = replace(OPEN, spans=schedule(CLOCK, sections, (), ()), n_sections=2)
    end = START + timedelta(seconds=900)
    assert outcomes([event(1), event(2, item="i2")], sitting=timed, now=end + timedelta(seconds=30)) == [
        Outcome.ACCEPTED,
        Outcome.ACCEPTED,
    ]
    assert outcomes([event(1)], sitting=timed, now=end + timedelta(seconds=31)) == [Outcome.LATE]
    assert outcomes([event(1, item="i2")], sitting=timed, now=NOW) == [Outcome.OUT_OF_TURN]


def test_the_newer_epoch_wins_whatever_its_seq():
    assert project([event(9, "A", epoch=1), event(1, "C", epoch=2)])["i1"].response == "C"


def test_a_cleared_response_is_no_response():
    assert project([event(1, "B"), event(2, None)])["i1"].response is None


def test_durable_means_without_a_hole():
    assert durable_through([]) == 0
    assert durable_through([2, 3]) == 0
    assert durable_through([3, 1, 2, 5]) == 3
    assert missing_seqs(6, [3, 1, 2, 5]) == (4, 6)


def test_hash_is_of_canonical_utf8_json_of_item_and_payload():
    # Fixed so that the player's JavaScript can be held against the same value.
    import hashlib

    text = '{"item_id":"i1","payload":{"flagged":false,"response":"Đ"}}'
    expected = hashlib.sha256(text.encode()).hexdigest()
    assert payload_hash("i1", {"response": "Đ", "flagged": False}) == expected


def test_a_receipt_depends_on_every_event_and_not_on_arrival_order():
    events = [event(1, "B"), event(2, "C", item="i2")]
    receipt = make_receipt("s1", NOW, events)
    assert receipt == make_receipt("s1", NOW, reversed(events))
    assert receipt.log_digest == log_digest(events)
    assert len(receipt.code) == 19
    changed = [
        make_receipt("s1", NOW, events[:1]),
        make_receipt("s1", NOW, [event(1, "A"), events[1]]),
        make_receipt("s2", NOW, events),
        make_receipt("s1", NOW + timedelta(microseconds=1), events),
    ]
    assert len({receipt.code} | {other.code for other in changed}) == 5


GOOD = {
    "epoch": 1,
    "seq": 1,
    "event_id": "3f2b8c1e-0000-4000-8000-000000000001",
    "item_id": "i1",
    "payload": {"response": "A", "flagged": False},
    "client_ms": 5,
}


def test_a_request_of_events_is_read():
    assert events_from_json([GOOD])[0].payload == {"response": "A", "flagged": False}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"epoch": True}, "bad_epoch"),
        ({"seq": 0}, "bad_seq"),
        ({"seq": "1"}, "bad_seq"),
        ({"client_ms": 2**60}, "bad_client_ms"),
        ({"event_id": "{3f2b8c1e-0000-4000-8000-000000000001}"}, "bad_event_id"),
        ({"event_id": None}, "bad_event_id"),
        ({"item_id": ""}, "bad_item_id"),
        ({"payload": {}}, "bad_payload"),
        ({"payload": {"response": 3}}, "bad_payload"),
        ({"payload": {"response": "A", "struck": "B"}}, "bad_payload"),
        ({"payload": {"struck": ["A"] * 27}}, "bad_payload"),
        ({"payload": {"note": "x" * 2001}}, "bad_payload"),
        ({"payload": {"note": "\x00"}}, "bad_payload"),
        ({"payload": {"note": "\ud800"}}, "bad_payload"),
        ({"payload": {"flagged": 1}}, "bad_payload"),
        ({"payload": {"response": "A", "score": 1}}, "bad_payload"),
    ],
)
def test_a_malformed_event_is_named_by_its_index(change, code):
    with pytest.raises(EventsMalformed) as refusal:
        events_from_json([GOOD, GOOD | change])
    assert [(fault.index, fault.code) for fault in refusal.value.faults] == [(1, code)]


@pytest.mark.parametrize("data", [None, "[]", {"a": 1}, 5])
def test_what_is_no_list_of_events_is_refused(data):
    with pytest.raises(EventsMalformed):
        events_from_json(data)
