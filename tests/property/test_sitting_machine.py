"""Whatever a network and two devices do to a sitting, no invariant of its log breaks."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from examsvc.delivery.admission import Outcome, admit
from examsvc.delivery.deadline import AdjustmentKind, ExamClock, TimeAdjustment, time_account
from examsvc.delivery.errors import EventsRefused
from examsvc.delivery.events import LogEntry, ResponseEvent, apply_event, durable_through, project
from examsvc.delivery.outline import Outline, Placed
from examsvc.delivery.receipt import make_receipt
from examsvc.delivery.sitting import Sitting, SittingState, adjust, expire, open_sitting, submit, take_over

START = datetime(2026, 5, 4, 1, 0, tzinfo=UTC)
CLOCK = ExamClock(START, 600, START + timedelta(seconds=1200))
ITEMS = ("i1", "i2", "i3")
FORM = Outline({item: Placed(at, 1, frozenset("ABCD")) for at, item in enumerate(ITEMS, start=1)})
PAYLOADS = st.one_of(
    st.fixed_dictionaries({"response": st.sampled_from(["A", "B", "C", "D", None])}),
    st.fixed_dictionaries({"flagged": st.booleans()}),
    st.fixed_dictionaries({"response": st.sampled_from(["A", "B", None]), "struck": st.just(["C"])}),
)


class SittingMachine(RuleBasedStateMachine):
    """The store's part is played by a dict; every rule is something a client or a person may do."""

    @initialize()
    def begin(self):
        self.now = START
        self.sitting = open_sitting(Sitting("s1", CLOCK, SittingState.CHECKED_IN), self.now, "pc1")
        self.made = []  # everything any device ever made, sent or not
        self.next_seq = {}
        self.next_id = 1
        self.stored = {}  # position -> (event, outcome, received_at, counts_until then, epoch then)
        self.current = {}
        self.acknowledged = {}
        self.receipt = None

    def _make(self, epoch, item, payload):
        seq = self.next_seq.get(epoch, 0) + 1
        self.next_seq[epoch] = seq
        event = ResponseEvent(epoch, seq, str(UUID(int=self.next_id)), item, payload)
        self.next_id += 1
        self.made.append(event)
        return event

    def _send(self, batch):
        held = [LogEntry(e.epoch, e.seq, e.event_id, e.payload_hash) for e, *_ in self.stored.values()]
        decisions = admit(batch, sitting=self.sitting, outline=FORM, held=held, now=self.now)
        assert [decision.event for decision in decisions] == list(batch)
        for decision in decisions:
            event = decision.event
            if decision.is_stored:
                assert event.position not in self.stored
                self.stored[event.position] = (
                    event,
                    decision.outcome,
                    self.now,
                    self.sitting.counts_until,
                    self.sitting.epoch,
                )
            if decision.counts:
                assert self.sitting.state is SittingState.OPEN
                self.acknowledged[event.event_id] = event.payload_hash
                self.current[event.item_id] = apply_event(self.current.get(event.item_id), event)
        return decisions

    def _counted(self):
        return [entry[0] for entry in self.stored.values() if entry[1] is Outcome.ACCEPTED]

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

    @rule(bad=st.sampled_from(["item", "option", "epoch"]))
    def send_with_an_impossible_event(self, bad):
        before = dict(self.stored)
        good = self._make(self.sitting.epoch, "i1", {"response": "A"})
        event = ResponseEvent(
            self.sitting.epoch + (bad == "epoch"),
            900_000,
            str(UUID(int=20_000_000)),
            "i9" if bad == "item" else "i1",
            {"response": "E" if bad == "option" else "A"},
        )
        try:
            self._send([good, event])
        except EventsRefused:
            assert self.stored == before
        else:
            raise AssertionError("an impossible event was taken")

    @precondition(
        lambda self: self.sitting.state is SittingState.OPEN and self.now <= self.sitting.counts_until
    )
    @rule(same=st.booleans())
    def another_device_or_tab(self, same):
        device = self.sitting.device_id if same else f"pc{self.next_id}"
        self.sitting = take_over(self.sitting, self.now, device, permitted=not same)

    @rule(seconds=st.integers(1, 240))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.sitting.state is SittingState.OPEN)
    @rule(seconds=st.integers(-300, 400).filter(bool))
    def the_deadline_moves(self, seconds):
        kind = AdjustmentKind.EXTENSION if seconds > 0 else AdjustmentKind.CORRECTION
        self.sitting = adjust(self.sitting, TimeAdjustment(seconds, kind, "r", "p1", self.now))

    @precondition(lambda self: self.sitting.state is SittingState.OPEN)
    @rule()
    def end(self):
        over = self.now > self.sitting.counts_until
        self.sitting = expire(self.sitting, self.now) if over else submit(self.sitting, self.now)
        self.receipt = make_receipt("s1", self.sitting.finalised_at, self._counted())

    @invariant()
    def nothing_acknowledged_is_lost_or_changed(self):
        held = {event.event_id: event.payload_hash for event in self._counted()}
        assert held == self.acknowledged

    @invariant()
    def projection_is_replay_in_any_order(self):
        counted = self._counted()
        assert self.current == project(counted)
        assert self.current == project(reversed(counted))
        for item, current in self.current.items():
            last = max((e for e in counted if e.item_id == item), key=lambda e: e.position)
            assert current.response == last.payload.get("response")

    @invariant()
    def late_and_old_events_are_kept_and_never_count(self):
        for event, outcome, received_at, counts_until, epoch in self.stored.values():
            if outcome is Outcome.ACCEPTED:
                assert received_at <= counts_until
                assert event.epoch == epoch
            if event.epoch < epoch:
                assert outcome is Outcome.QUARANTINED

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
        assert START <= self.sitting.deadline_at <= CLOCK.window_ends_at

    @invariant()
    def the_receipt_stays_true_after_the_end(self):
        if self.receipt is not None:
            assert self.receipt == make_receipt("s1", self.sitting.finalised_at, self._counted())


TestSittingMachine = SittingMachine.TestCase
# The nightly profile asks for more; fewer than 200 would leave the rarer orders untried.
EXAMPLES = max(200, settings.default.max_examples)
TestSittingMachine.settings = settings(deadline=None, stateful_step_count=40, max_examples=EXAMPLES)
