"""Whatever a network, two devices and the staff do to a sitting, no invariant of its log and clock breaks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from examsvc.delivery.admission import Outcome, admit, reached_after
from examsvc.delivery.deadline import AdjustmentKind, ExamClock, TimeAdjustment, time_account
from examsvc.delivery.errors import EventsRefused
from examsvc.delivery.events import LogEntry, ResponseEvent, apply_event, durable_through, project
from examsvc.delivery.outline import Navigation, Outline, Placed, Section
from examsvc.delivery.receipt import make_receipt
from examsvc.delivery.sections import schedule
from examsvc.delivery.sitting import (
    Sitting,
    SittingState,
    adjust,
    expire,
    leave_section,
    open_sitting,
    pause,
    paused_s,
    resume,
    submit,
    take_over,
)
from item_bank.interactions.asked import single_choice

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
CLOCK = ExamClock(START, 600, START + timedelta(seconds=1200))
ITEMS = ("i1", "i2", "i3", "i4")
PLACED = {
    item: Placed(at, (at + 1) // 2, single_choice("A", "B", "C", "D"))
    for at, item in enumerate(ITEMS, start=1)
}
SHAPES = {
    "one section": (),
    "untimed sections": (Section(1), Section(2)),
    "timed sections": (Section(1, 250), Section(2, 350)),
}
PAYLOADS = st.one_of(
    st.fixed_dictionaries({"response": st.sampled_from(["A", "B", "C", "D", None])}),
    st.fixed_dictionaries({"flagged": st.booleans()}),
    st.fixed_dictionaries(
        {"response": st.sampled_from(["A", "B", None]), "struck": st.lists(st.sampled_from("CD"), max_size=2)}
    ),
    st.fixed_dictionaries({"note": st.sampled_from(["", "xem lại", "ghi chú dài " * 9])}),
)
KEPT_ASIDE = (Outcome.LATE, Outcome.QUARANTINED, Outcome.OUT_OF_TURN)


class SittingMachine(RuleBasedStateMachine):
    """The store's part is played by a dict; every rule is something a client or a person may do."""

    @initialize(shape=st.sampled_from(sorted(SHAPES)), navigation=st.sampled_from(Navigation))
    def begin(self, shape, navigation):
        self.sections = SHAPES[shape]
        placed = {i: replace(p, section=p.section if self.sections else 1) for i, p in PLACED.items()}
        self.form = Outline(placed, self.sections)
        self.now = START
        waiting = Sitting("s1", CLOCK, SittingState.CHECKED_IN, navigation=navigation)
        waiting = replace(waiting, n_sections=max(1, len(self.sections)))
        self.sitting = open_sitting(self._timed(waiting), self.now, "pc1")
        self.made = []  # everything any device ever made, sent or not
        self.next_seq = {}
        self.next_id = 1
        self.stored = {}  # position -> (event, outcome, received_at, the sitting then)
        self.arrived = []  # numbers of the items of counted events, as they arrived
        self.let_in = set()  # positions that two people have let count
        self.current = {}
        self.acknowledged = {}
        self.receipt = None
        self.left_at_pause = None
        self.failed = False

    def _timed(self, sitting):
        """The sitting with the spans that its adjustments and its leaving come to."""
        if not self.sections or self.sections[0].limit_s is None:
            return sitting
        spans = schedule(CLOCK, self.sections, sitting.adjustments, sitting.left_at)
        return replace(sitting, spans=spans)

    def _make(self, epoch, item, payload):
        seq = self.next_seq.get(epoch, 0) + 1
        self.next_seq[epoch] = seq
        event = ResponseEvent(epoch, seq, str(UUID(int=self.next_id)), item, payload)
        self.next_id += 1
        self.made.append(event)
        return event

    def _send(self, batch):
        held = [LogEntry(e.epoch, e.seq, e.event_id, e.payload_hash) for e, *_ in self.stored.values()]
        decisions = admit(batch, sitting=self.sitting, outline=self.form, held=held, now=self.now)
        assert [decision.event for decision in decisions] == list(batch)
        for decision in decisions:
            event = decision.event
            if decision.is_stored:
                assert event.position not in self.stored
                self.stored[event.position] = (event, decision.outcome, self.now, self.sitting)
            if decision.counts:
                assert self.sitting.state is SittingState.OPEN
                self.arrived.append(self.form.placed[event.item_id].number)
                self.acknowledged[event.event_id] = event.payload_hash
                self.current[event.item_id] = apply_event(self.current.get(event.item_id), event)
        reached = reached_after(decisions, self.form, self.sitting.reached)
        self.sitting = replace(self.sitting, reached=reached)
        return decisions

    def _counted(self):
        return [
            entry[0]
            for place, entry in self.stored.items()
            if entry[1] is Outcome.ACCEPTED or place in self.let_in
        ]

    def _is_open(self):
        return self.sitting.state is SittingState.OPEN

    def _may_write(self):
        return self._is_open() and self.now <= self.sitting.counts_until

    def _may_stop_the_clock(self):
        return self._is_open() and self.sitting.paused_at is None and self.now < self.sitting.deadline_at

    @rule(back=st.integers(0, 2), item=st.sampled_from(ITEMS), payload=PAYLOADS)
    def record(self, back, item, payload):
        """A device records a response; a device of an old epoch may not know that it is old."""
        self._make(max(1, self.sitting.epoch - back), item, payload)

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def send(self, data):
        """Any made events in any order, repeated at will."""
        self._send(data.draw(st.lists(st.sampled_from(self.made), min_size=1, max_size=8)))

    @precondition(lambda self: self.stored)
    @rule(data=st.data(), payload=PAYLOADS, item=st.sampled_from(ITEMS))
    def send_altered(self, data, payload, item):
        event = self.stored[data.draw(st.sampled_from(sorted(self.stored)))][0]
        altered = ResponseEvent(event.epoch, event.seq, event.event_id, item, payload)
        outcome = self._send([altered])[0].outcome
        same = altered.payload_hash == event.payload_hash
        assert outcome is (Outcome.DUPLICATE if same else Outcome.ALTERED)

    @precondition(lambda self: self.stored)
    @rule(data=st.data(), payload=PAYLOADS, item=st.sampled_from(ITEMS))
    def send_to_a_taken_place(self, data, payload, item):
        epoch, seq = data.draw(st.sampled_from(sorted(self.stored)))
        intruder = ResponseEvent(epoch, seq, str(UUID(int=10_000_000 + self.next_id)), item, payload)
        assert self._send([intruder])[0].outcome is Outcome.SEQ_CONFLICT

    @rule(bad=st.sampled_from(["item", "option", "struck", "epoch"]))
    def send_with_an_impossible_event(self, bad):
        before = dict(self.stored)
        good = self._make(self.sitting.epoch, "i1", {"response": "A"})
        event = ResponseEvent(
            self.sitting.epoch + (bad == "epoch"),
            900_000,
            str(UUID(int=20_000_000)),
            "i9" if bad == "item" else "i1",
            {"struck": ["E"]} if bad == "struck" else {"response": "E" if bad == "option" else "A"},
        )
        try:
            self._send([good, event])
        except EventsRefused:
            assert self.stored == before
        else:
            raise AssertionError("an impossible event was taken")

    @precondition(_may_write)
    @rule(same=st.booleans())
    def another_device_or_tab(self, same):
        device = self.sitting.device_id if same else f"pc{self.next_id}"
        self.sitting = take_over(self.sitting, self.now, device, permitted=not same)
        if not same and self.failed:  # the spare gives back what the failed machine has cost
            self._resume(AdjustmentKind.MACHINE_FAILURE)

    @rule(seconds=st.one_of(st.integers(1, 240), st.floats(0.001, 3)))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @precondition(_is_open)
    @rule(seconds=st.integers(-300, 400).filter(bool))
    def the_deadline_moves(self, seconds):
        kind = AdjustmentKind.EXTENSION if seconds > 0 else AdjustmentKind.CORRECTION
        self.sitting = self._timed(adjust(self.sitting, TimeAdjustment(seconds, kind, "r", "p1", self.now)))
        self.left_at_pause = None  # what was left is another now

    @precondition(_may_stop_the_clock)
    @rule(failed_ago=st.one_of(st.none(), st.integers(0, 120)))
    def the_clock_stops(self, failed_ago):
        """By the staff now, or since a failed machine's last sign of life."""
        since = self.now
        if failed_ago is not None:  # whoever leaves a section is alive
            since = max(START, *self.sitting.left_at, self.now - timedelta(seconds=failed_ago))
        self.failed = failed_ago is not None
        self.sitting = replace(pause(self.sitting, self.now), paused_at=since)
        self.left_at_pause = self.sitting.remaining_ms(since)

    @precondition(lambda self: self._is_open() and self.sitting.paused_at is not None and not self.failed)
    @rule()
    def the_clock_runs_on(self):
        self._resume(AdjustmentKind.PAUSE)

    def _resume(self, kind):
        before = self.sitting.remaining_ms(self.now)
        seconds = paused_s(self.sitting, self.now)
        line = TimeAdjustment(seconds, kind, "r", "p1", self.now) if seconds else None
        self.sitting = self._timed(resume(self.sitting, line))
        self.left_at_pause, self.failed = None, False
        assert before <= self.sitting.remaining_ms(self.now) <= before + 1000

    @precondition(_may_write)
    @rule()
    def leave(self):
        """Leave the section early; the last one is left by handing in."""
        current = self.sitting.section(self.now)
        if current < self.sitting.n_sections:
            self.sitting = self._timed(leave_section(self.sitting, self.now, current))
            assert self.sitting.section(self.now) == current + 1
            assert leave_section(self.sitting, self.now, current) is self.sitting
            self.left_at_pause = None

    @precondition(_is_open)
    @rule()
    def end(self):
        over = self.now > self.sitting.counts_until
        self.sitting = expire(self.sitting, self.now) if over else submit(self.sitting, self.now)
        self.receipt = make_receipt("s1", self.sitting.finalised_at, self._counted())

    @precondition(lambda self: self.receipt and any(entry[1] in KEPT_ASIDE for entry in self.stored.values()))
    @rule(data=st.data())
    def two_people_let_events_count(self, data):
        aside = sorted(place for place, entry in self.stored.items() if entry[1] in KEPT_ASIDE)
        self.let_in |= set(data.draw(st.lists(st.sampled_from(aside), min_size=1)))
        self.current = project(self._counted())
        self.receipt = make_receipt("s1", self.sitting.finalised_at, self._counted())

    @invariant()
    def nothing_acknowledged_is_lost_or_changed(self):
        held = {event.event_id: event.payload_hash for event in self._counted()}
        assert self.acknowledged.items() <= held.items()
        assert len(held) == len(self.acknowledged) + len(self.let_in)

    @invariant()
    def projection_is_replay_in_any_order(self):
        counted = self._counted()
        assert self.current == project(counted)
        assert self.current == project(reversed(counted))
        for item, current in self.current.items():
            last = max((e for e in counted if e.item_id == item), key=lambda e: e.position).payload
            assert current.response == last.get("response")
            assert current.flagged == last.get("flagged", False)
            assert current.struck == tuple(last.get("struck", ()))
            assert current.note == last.get("note", "")

    @invariant()
    def what_is_late_old_or_out_of_turn_is_kept_and_never_counts_by_itself(self):
        for event, outcome, received_at, then in self.stored.values():
            if outcome is Outcome.ACCEPTED:
                assert received_at <= then.counts_until
                assert event.epoch == then.epoch
                assert then.state is SittingState.OPEN
            if event.epoch < then.epoch:
                assert outcome is Outcome.QUARANTINED

    @invariant()
    def no_event_counts_in_a_section_that_is_closed(self):
        grace = timedelta(seconds=CLOCK.grace_s)
        for event, outcome, received_at, then in self.stored.values():
            section = self.form.placed[event.item_id].section
            if outcome is not Outcome.ACCEPTED:
                continue
            if then.spans:
                span = then.spans[section - 1]
                assert span.starts_at <= then.clock_time(received_at) <= span.ends_at + grace
            elif then.navigation is Navigation.SECTION:
                assert section == min(len(then.left_at) + 1, then.n_sections)

    @invariant()
    def moving_forward_never_goes_back(self):
        if self.sitting.navigation is Navigation.FORWARD:
            assert self.arrived == sorted(self.arrived)

    @invariant()
    def a_stopped_clock_stands_still(self):
        if self.sitting.paused_at is not None and self.left_at_pause is not None and self._is_open():
            window = (CLOCK.window_ends_at - max(self.now, START)) // timedelta(milliseconds=1)
            assert self.sitting.remaining_ms(self.now) == max(0, min(self.left_at_pause, window))

    @invariant()
    def spans_follow_each_other_within_the_window(self):
        spans = self.sitting.spans
        for span, following in pairwise(spans):
            assert span.starts_at <= span.ends_at == following.starts_at
        assert not spans or spans[-1].ends_at <= CLOCK.window_ends_at

    @invariant()
    def durable_through_is_contiguous(self):
        for epoch in {place[0] for place in self.stored}:
            seqs = {seq for held_epoch, seq in self.stored if held_epoch == epoch}
            through = durable_through(seqs)
            assert set(range(1, through + 1)) <= seqs
            assert through + 1 not in seqs

    @invariant()
    def no_event_id_is_stored_twice(self):
        ids = [entry[0].event_id for entry in self.stored.values()]
        assert len(ids) == len(set(ids))

    @invariant()
    def every_second_is_accounted_for(self):
        account = time_account(self.sitting.clock, self.sitting.adjustments)
        assert account.limit_s + account.granted_s - account.removed_s - account.cut_s == account.total_s
        assert self.sitting.added_s == account.granted_s - account.removed_s
        assert START <= self.sitting.deadline_at <= CLOCK.window_ends_at

    @invariant()
    def the_receipt_stays_true_after_the_end(self):
        if self.receipt is not None:
            assert self.receipt == make_receipt("s1", self.sitting.finalised_at, self._counted())


TestSittingMachine = SittingMachine.TestCase
# The nightly profile asks for more; fewer than 200 would leave the rarer orders untried.
EXAMPLES = max(200, settings.default.max_examples)
TestSittingMachine.settings = settings(deadline=None, stateful_step_count=40, max_examples=EXAMPLES)
