"""The room's statuses, incidents, extensions and gate follow the rules of the exam room."""

from datetime import UTC, datetime, timedelta

import pytest

from proctoring.checkin import ChairmanConsent, Entry, Gate, decide_entry
from proctoring.errors import EntryRefused, ExtensionNeedsChairman, ExtensionRefused, IncidentRefused
from proctoring.extensions import Extension, Grantor, require_grantable
from proctoring.incidents import Incident, IncidentKind, accepted_incident
from proctoring.room import Presence, Seat, Status, room_snapshot

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
END = START + timedelta(minutes=45)
NOW = START + timedelta(minutes=10)


def seat(state, silent_s=None):
    last = None if silent_s is None else NOW - timedelta(seconds=silent_s)
    return Seat("s", state, END, last)


@pytest.mark.parametrize(
    ("state", "silent_s", "status"),
    [
        ("registered", None, Status.NOT_ARRIVED),
        ("absent", None, Status.NOT_ARRIVED),
        ("checked_in", None, Status.WAITING),
        ("checked_in", 20, Status.WAITING),
        ("checked_in", 21, Status.DISCONNECTED),
        ("open", 3, Status.SITTING),
        ("open", 60, Status.DISCONNECTED),
        ("open", None, Status.DISCONNECTED),
        ("submitted", 600, Status.SUBMITTED),
        ("expired", None, Status.SUBMITTED),
        ("annulled", 1, Status.ANNULLED),
    ],
)
def test_status_follows_state_and_silence(state, silent_s, status):
    assert room_snapshot([seat(state, silent_s)], START, NOW).seats[0].status is status


def test_nobody_is_called_disconnected_while_presence_is_dark():
    snapshot = room_snapshot([seat("open")], START, NOW, Presence(is_known=False))
    assert snapshot.counts[Status.SITTING] == 1
    assert snapshot.counts[Status.DISCONNECTED] == 0


def test_counts_add_up_and_finished_candidates_have_no_time_left():
    snapshot = room_snapshot([seat("open", 1), seat("submitted"), seat("registered")], START, NOW)
    assert sum(snapshot.counts.values()) == 3
    assert [entry.remaining_ms for entry in snapshot.seats] == [35 * 60_000, 0, 35 * 60_000]
    assert snapshot.next_deadline_at == END


def test_an_unknown_state_is_not_shown_as_something_else():
    with pytest.raises(KeyError):
        room_snapshot([seat("dreaming")], START, NOW)


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        (IncidentKind.OTHER, {"note": "  "}, "note_missing"),
        (IncidentKind.OTHER, {"note": "x" * 2001}, "note_too_long"),
        (IncidentKind.MISCONDUCT, {}, "sitting_id_missing"),
        (IncidentKind.ITEM_CHALLENGE, {"sitting_id": "s"}, "item_id_missing"),
        (IncidentKind.NETWORK, {"occurred_at": NOW + timedelta(hours=1)}, "in_the_future"),
        (IncidentKind.NETWORK, {"reporter": ""}, "reporter_missing"),
    ],
)
def test_an_incident_without_its_facts_is_refused(kind, facts, code):
    incident = Incident(**({"kind": kind, "note": "n", "reporter": "p1", "occurred_at": NOW} | facts))
    with pytest.raises(IncidentRefused) as refusal:
        accepted_incident(incident, NOW)
    assert refusal.value.code == code


def test_a_network_failure_may_concern_the_whole_room():
    assert accepted_incident(Incident(IncidentKind.NETWORK, " cut ", "p1", NOW), NOW).note == "cut"


def test_a_proctor_grants_ten_minutes_in_total_and_no_more():
    extension = Extension(300, "power cut", Grantor.PROCTOR)
    require_grantable(extension, 300)
    with pytest.raises(ExtensionNeedsChairman) as refusal:
        require_grantable(extension, 301)
    assert (refusal.value.wanted_s, refusal.value.left_s) == (300, 299)
    require_grantable(Extension(1200, "power cut", Grantor.CHAIRMAN), 600)


@pytest.mark.parametrize(
    ("seconds", "reason", "code"),
    [(60, " ", "reason_missing"), (0, "r", "seconds_out_of_range"), (-5, "r", "seconds_out_of_range")],
)
def test_extensions_need_seconds_and_a_reason_even_from_the_chairman(seconds, reason, code):
    with pytest.raises(ExtensionRefused) as refusal:
        require_grantable(Extension(seconds, reason, Grantor.CHAIRMAN), 0)
    assert refusal.value.code == code


def test_the_gate_lets_in_until_its_last_second_and_then_asks_the_chairman():
    gate = Gate(START, END, 300)
    assert decide_entry(gate, START) is Entry.ON_TIME
    assert decide_entry(gate, START + timedelta(seconds=300)) is Entry.WITHIN_GATE
    late = START + timedelta(seconds=301)
    with pytest.raises(EntryRefused) as refusal:
        decide_entry(gate, late)
    assert refusal.value.code == "chairman_decides"
    assert decide_entry(gate, late, ChairmanConsent("c1", "accident")) is Entry.BY_CHAIRMAN
    with pytest.raises(EntryRefused):
        decide_entry(gate, late, ChairmanConsent("c1", " "))


def test_without_a_figure_every_late_entry_is_the_chairmans():
    with pytest.raises(EntryRefused):
        decide_entry(Gate(START, END, None), START + timedelta(seconds=1))


def test_nobody_enters_an_exam_that_is_over():
    with pytest.raises(EntryRefused) as refusal:
        decide_entry(Gate(START, END, 300), END, ChairmanConsent("c1", "r"))
    assert refusal.value.code == "exam_over"
