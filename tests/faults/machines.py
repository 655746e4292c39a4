"""Generated sequences of acts: over the pure engine, and over real databases with saves at once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, ClassVar

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from examsvc.delivery.admission import Outcome
from examsvc.delivery.device import hash_device
from examsvc.delivery.errors import DeliveryError
from examsvc.delivery.events import ResponseEvent, durable_through, project
from examsvc.services import Services, pauses, rooms, sittings
from examsvc.services.finalise import finalise_due
from examsvc.services.group_commit import GroupCommit
from examsvc.services.saving import Pending, Saved, save_alone
from examsvc.store import Session, Store
from examsvc.store import sittings as sitting_store
from examsvc.store.models import (
    CurrentResponseRow,
    IncidentRow,
    LateDecisionRow,
    ResponseEventRow,
    SittingMarkRow,
    SittingReceiptRow,
    SittingRow,
    TimeAdjustmentRow,
)
from proctoring.errors import ProctoringRefused
from tests.faults.scene import Report, silent
from tests.integration.laid_campaign import move_start
from tests.load.seeding import Exam, lay_exam, owner_of
from tests.load.servers import migrated_store
from tests.property.test_sitting_machine import SittingMachine

MACHINE, SPARE = "machine-one-" + "x" * 32, "machine-two-" + "x" * 32
LIMIT_S = 3600
OF_A_SITTING = (
    CurrentResponseRow,
    IncidentRow,
    LateDecisionRow,
    ResponseEventRow,
    SittingMarkRow,
    SittingReceiptRow,
    TimeAdjustmentRow,
)
PAYLOADS = st.one_of(
    st.fixed_dictionaries({"response": st.sampled_from(["A", "B", None]), "flagged": st.booleans()}),
    st.fixed_dictionaries({"response": st.just("C"), "struck": st.just(["A", "B"])}),
    st.fixed_dictionaries({"note": st.sampled_from(["", "xem lại “câu này”", "\\ \" ' %s :x"])}),
)


class StoreMachine(RuleBasedStateMachine):
    """One sitting of a real database, wiped before each sequence; services are called as routes call them."""

    exam: ClassVar[Exam]
    saver: ClassVar[GroupCommit]
    begun: ClassVar[int] = 0
    report: ClassVar[Report] = staticmethod(silent)

    @initialize()
    def begin(self) -> None:
        cls = type(self)
        cls.begun += 1
        cls.report(cls.begun)
        self.seat = self.exam.seats[0]
        self.owner = owner_of(self.exam, self.seat)
        self.deps: Services = self.exam.services
        self.chairman = self.exam.organisation.staff["chairman"]
        self.ago_s = 5
        with self.exam.store.begin() as session:
            _wipe(session, self.seat.sitting_id)
        self._move()
        self.epoch = sittings.open_sitting(self.deps, self.owner, self.seat.sitting_id, MACHINE).epoch
        self.machine = MACHINE
        self.next_seq: dict[int, int] = {}
        self.made: list[ResponseEvent] = []
        self.accepted: dict[str, str] = {}
        self.receipt: Any = None

    @rule(back=st.integers(0, 1), place=st.integers(0, 3), payload=PAYLOADS)
    def record(self, back: int, place: int, payload: dict[str, Any]) -> None:
        epoch = max(1, self.epoch - back)
        seq = self.next_seq[epoch] = self.next_seq.get(epoch, 0) + 1
        item_id = self.seat.item_ids[place]
        self.made.append(ResponseEvent(epoch, seq, str(uuid.uuid4()), item_id, payload))

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def save(self, data: st.DataObject) -> None:
        """One request, in a transaction of its own."""
        with suppress(DeliveryError):
            self._note(save_alone(self.exam.store, self._pending(self._batch(data))))

    @precondition(lambda self: self.made)
    @rule(data=st.data(), n=st.integers(2, 4))
    def save_from_several_threads(self, data: st.DataObject, n: int) -> None:
        """Requests at the same moment, the same events in some of them, through the shared commit."""
        batches = [self._batch(data) for _ in range(n)]
        with ThreadPoolExecutor(n) as pool:
            saved = [pool.submit(self.saver.save, self._pending(batch)) for batch in batches]
        for one in saved:
            with suppress(DeliveryError):
                self._note(one.result())

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def contradict(self, data: st.DataObject) -> None:
        """An id with another content, and a place with another id: neither changes what is held."""
        event = data.draw(st.sampled_from(self.made))
        altered = ResponseEvent(event.epoch, event.seq, event.event_id, event.item_id, {"response": "D"})
        intruder = ResponseEvent(event.epoch, event.seq, str(uuid.uuid4()), event.item_id, {"response": "D"})
        if altered.event_id in self.accepted:
            with suppress(DeliveryError):
                outcomes = [
                    one.outcome
                    for one in save_alone(self.exam.store, self._pending([altered, intruder])).decisions
                ]
                assert outcomes == [Outcome.ALTERED, Outcome.SEQ_CONFLICT]

    @rule(spare=st.booleans())
    def open_again(self, spare: bool) -> None:
        """In a second tab, or at a spare machine with the proctor's permit."""
        machine = self.machine
        if spare:
            machine = SPARE if machine == MACHINE else MACHINE
            with self.exam.store.begin() as session:
                session.get_one(SittingRow, self.seat.sitting_id).takeover_allowed = True
        with suppress(DeliveryError):
            opened = sittings.open_sitting(self.deps, self.owner, self.seat.sitting_id, machine)
            self.epoch, self.machine = opened.epoch, machine

    @rule(seconds=st.integers(60, 900))
    def extend(self, seconds: int) -> None:
        with suppress(DeliveryError, ProctoringRefused):
            rooms.extend(self.deps, self.chairman, [self.seat.sitting_id], seconds, "Lý do")

    @rule()
    def stop_the_clock(self) -> None:
        with suppress(DeliveryError):
            pauses.pause(self.deps, self.chairman, self.seat.sitting_id, "Lý do")

    @rule()
    def let_the_clock_run(self) -> None:
        with suppress(DeliveryError):
            pauses.resume(self.deps, self.chairman, self.seat.sitting_id, "Lý do")

    @rule(seconds=st.integers(1, 2000))
    def time_passes(self, seconds: int) -> None:
        self.ago_s += seconds
        self._move()

    @rule()
    def finalise(self) -> None:
        finalise_due(self.deps)

    @rule()
    def submit(self) -> None:
        """Handing in twice is handing in once."""
        final_seq = self.next_seq.get(self.epoch, 0)
        with suppress(DeliveryError):
            receipt = sittings.submit_sitting(self.deps, self.owner, self.seat.sitting_id, final_seq)
            assert self.receipt in (None, receipt)
            self.receipt = receipt

    @invariant()
    def what_the_database_holds_agrees_with_itself_and_with_what_was_said(self) -> None:
        sitting_id = self.seat.sitting_id
        with self.exam.store.read() as session:
            row = session.get_one(SittingRow, sitting_id)
            held = sitting_store.list_seqs(session, sitting_id, row.epoch)
            counted = sitting_store.list_events(session, sitting_id)
            current = sitting_store.list_current(session, sitting_id)
            lines = sitting_store.list_adjustments(session, [sitting_id]).get(sitting_id, ())
            receipts = sitting_store.list_receipts(session, sitting_id)
        assert row.durable_through == durable_through(held)
        assert row.max_seq == max(held, default=0)
        assert current == project(counted)
        assert row.added_s == sum(line.seconds for line in lines)
        assert {event.event_id: event.payload_hash for event in counted} == self.accepted
        assert len(receipts) == (row.state in ("submitted", "expired"))
        if self.receipt is not None:
            assert receipts == [self.receipt]

    def _batch(self, data: st.DataObject) -> list[ResponseEvent]:
        return data.draw(st.lists(st.sampled_from(self.made), min_size=1, max_size=6))

    def _pending(self, batch: list[ResponseEvent]) -> Pending:
        device = hash_device(self.machine)
        return Pending(self.seat.sitting_id, tuple(batch), actor=self.owner, device=device)

    def _note(self, saved: Saved) -> None:
        for decision in saved.decisions:
            if decision.counts:
                assert decision.event.event_id not in self.accepted, "counted twice"
                self.accepted[decision.event.event_id] = decision.event.payload_hash

    def _move(self) -> None:
        move_start(self.deps, self.exam.administration_id, self.ago_s)


def run_engine_machine(n: int, report: Report = silent) -> int:
    """Sequences over the pure engine; raises where an invariant breaks."""
    count = {"begun": 0}

    class Counted(SittingMachine):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            count["begun"] += 1
            report(count["begun"])

    run_state_machine_as_test(Counted, settings=_settings(n, 30))
    return count["begun"]


def run_store_machine(database_url: str, n: int, report: Report = silent) -> int:
    """Sequences over a real database; raises where an invariant breaks."""
    store: Store = migrated_store(database_url)
    saver = GroupCommit(store)
    try:
        exam = lay_exam(store, 2, limit_s=LIMIT_S, code="MACHINE")
        fields = {"exam": exam, "saver": saver, "begun": 0, "report": staticmethod(report)}
        machine = type("Machine", (StoreMachine,), fields)
        run_state_machine_as_test(machine, settings=_settings(n, 20))
        return int(machine.begun)  # type: ignore[attr-defined]
    finally:
        saver.close()
        store.dispose()


def _settings(n: int, steps: int) -> settings:
    """A search anew each time, without looking for the smallest example when there is none."""
    return settings(
        max_examples=n,
        stateful_step_count=steps,
        deadline=None,
        derandomize=False,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def _wipe(session: Session, sitting_id: int) -> None:
    """The sitting as it was after check-in, its past forgotten: what only grows is let go for a moment."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
    else:
        names = [table.__tablename__ for table in OF_A_SITTING]
        triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :names")
        bound = triggers.bindparams(sa.bindparam("names", names, expanding=True))
        for name in session.scalars(bound).all():
            session.execute(sa.text(f"DROP TRIGGER {name}"))
    for table in OF_A_SITTING:
        session.execute(sa.delete(table).where(table.sitting_id == sitting_id))
    session.execute(
        sa.update(SittingRow)
        .where(SittingRow.id == sitting_id)
        .values(
            state="checked_in",
            epoch=0,
            device_hash=None,
            takeover_allowed=False,
            opened_at=None,
            submitted_at=None,
            finalised_at=None,
            final_seq=None,
            receipt=None,
            added_s=0,
            durable_through=0,
            max_seq=0,
            reached=0,
            left_sections=None,
            paused_at=None,
            failed_at=None,
            failure_by=None,
            marked=False,
        )
    )
