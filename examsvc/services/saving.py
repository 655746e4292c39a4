"""Saving responses: judged by the rules under the sitting's lock, several sittings in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.delivery import sitting as rules
from examsvc.delivery.admission import Decision, admit, reached_after
from examsvc.delivery.events import LogEntry, ResponseEvent, project
from examsvc.delivery.sitting import SittingState
from examsvc.services.clock_reading import ClockReading, clock_reading
from examsvc.services.holding import actor_of
from examsvc.services.incidents import note_incident
from examsvc.services.standing_clock import spoke_in_pause
from examsvc.store import EventIdTaken, NotFound, Session, Store
from examsvc.store.saving import (
    SavingFacts,
    Writing,
    find_durable_through,
    glance,
    lock_for_saving,
    write_saves,
    write_unchanged,
)
from examsvc.store.sittings import list_held


@dataclass(frozen=True, slots=True)
class Pending:
    """A batch of events on its way into the log, and on whose word.

    actor : who saves; or, unknown yet, `login`: the digest of the token that a request came with
    device : what is stored of the sending machine's token; None: no machine sent it
    action : what the permission table is asked for
    """

    sitting_id: int
    batch: tuple[ResponseEvent, ...]
    actor: Actor | None = None
    login: str | None = None
    device: str | None = None
    action: str = "sittings.take"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a batch; `durable_through` is what the player may forget."""

    clock: ClockReading
    durable_through: int
    decisions: tuple[Decision, ...]


class Unjudged(Exception):
    """Somebody else holds the sitting: it was passed over, and has to be saved by itself."""


def save_alone(store: Store, pending: Pending) -> Saved:
    """Save one batch in a transaction of its own. Raises what `judge` refuses."""
    for last in (False, True):
        try:
            with store.begin_save() as session:
                outcome = save_together(session, [pending], cautious=last)[0]
            break
        except EventIdTaken:  # an id came back with another place in the log: now the log is looked at
            if last:
                raise
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def save_together(
    session: Session, group: Sequence[Pending], *, cautious: bool = False
) -> list[Saved | Exception]:
    """Save batches of different sittings under their locks, in the session's transaction.

    What the rules refuse is returned in its place and harms no other. `cautious` looks every event up in the
    log first. Raises EventIdTaken, when nothing of the group was stored.
    """
    found = lock_for_saving(session, {one.sitting_id: one.login for one in group})

    def judge(facts: SavingFacts | None, pending: Pending) -> Writing:
        if facts is None:
            raise NotFound("sitting", pending.sitting_id)
        held: list[LogEntry] = []
        if cautious or not _all_new(facts, pending.batch):
            held = list_held(session, facts.id, pending.batch)
        return _judge(facts, pending, held)

    outcomes, writings = _judge_each(group, found, judge)
    write_saves(session, writings)
    return [
        _settled(session, outcome, found.get(pending.sitting_id), by_machine=pending.device is not None)
        for outcome, pending in zip(outcomes, group, strict=True)
    ]


def save_quickly(store: Store, group: Sequence[Pending]) -> list[Saved | Exception]:
    """The same for the common case, in two statements and without holding a lock between them.

    What is not of that case gets Unjudged, to be saved by itself: events that may be in the log already, a
    sitting that is closed or paused, or that somebody changed at this very moment.
    """
    found = glance(store, {one.sitting_id: one.login for one in group})

    def judge(facts: SavingFacts | None, pending: Pending) -> Writing:
        if facts is None or not _is_common(facts, pending.batch):
            raise Unjudged
        writing = _judge(facts, pending, ())
        contradicts = any(decision.is_contradiction for decision in writing.decisions)
        if contradicts or writing.durable_through != writing.max_seq:
            raise Unjudged
        return writing

    outcomes, writings = _judge_each(group, found, judge)
    written = write_unchanged(store, writings)
    return [
        Unjudged() if isinstance(outcome, Saved) and pending.sitting_id not in written else outcome
        for outcome, pending in zip(outcomes, group, strict=True)
    ]


def _judge_each(
    group: Sequence[Pending],
    found: Mapping[int, SavingFacts],
    judge: Callable[[SavingFacts | None, Pending], Writing],
) -> tuple[list[Saved | Exception], list[Writing]]:
    """What becomes of each batch, in the group's order, and what is to be written for all of them."""
    outcomes: list[Saved | Exception] = []
    writings: list[Writing] = []
    for pending in group:
        try:
            writing = judge(found.get(pending.sitting_id), pending)
        except Exception as refusal:  # noqa: BLE001 of this batch alone; whoever asked is told
            outcomes.append(refusal)
            continue
        if writing.stored:
            writings.append(writing)
        clock = clock_reading(writing.facts.sitting, writing.facts.now)
        outcomes.append(Saved(clock, writing.durable_through, writing.decisions))
    return outcomes, writings


def _is_common(facts: SavingFacts, batch: Sequence[ResponseEvent]) -> bool:
    sitting = facts.sitting
    return (
        bool(batch)
        and sitting.state is SittingState.OPEN
        and sitting.paused_at is None
        and _all_new(facts, batch)
    )


def _permit(facts: SavingFacts, pending: Pending) -> None:
    actor = pending.actor or actor_of(facts, None, pending.action)
    permit(actor, pending.action, Facts(owner_user_id=facts.owner_id))


def _judge(facts: SavingFacts, pending: Pending, held: Sequence[LogEntry]) -> Writing:
    _permit(facts, pending)
    sitting = facts.sitting
    if pending.device is not None and any(event.epoch == sitting.epoch for event in pending.batch):
        rules.require_holder(sitting, pending.device)
    decisions = admit(pending.batch, sitting=sitting, outline=facts.outline, held=held, now=facts.now)
    return _writing(facts, decisions)


def _all_new(facts: SavingFacts, batch: Sequence[ResponseEvent]) -> bool:
    """Whether no event of the batch can have a place in the log already."""
    return all(event.epoch == facts.sitting.epoch and event.seq > facts.max_seq for event in batch)


def _writing(facts: SavingFacts, decisions: tuple[Decision, ...]) -> Writing:
    """The rows to be added; the durable mark moves on at once where nothing is missing."""
    epoch = facts.sitting.epoch
    own = [one.event.seq for one in decisions if one.is_stored and one.event.epoch == epoch]
    through = facts.durable_through
    if own and through == facts.max_seq and sorted(own) == list(range(through + 1, through + 1 + len(own))):
        through = max(own)
    return Writing(
        facts=facts,
        decisions=decisions,
        current=project(decision.event for decision in decisions if decision.counts).values(),
        durable_through=through,
        max_seq=max([facts.max_seq, *own]),
        reached=reached_after(decisions, facts.outline, facts.sitting.reached),
    )


def _settled(
    session: Session, outcome: Saved | Exception, facts: SavingFacts | None, *, by_machine: bool
) -> Saved | Exception:
    """What can only be done once the events are in the log."""
    if facts is None or isinstance(outcome, Exception):
        return outcome
    for decision in outcome.decisions:
        if decision.is_contradiction:
            _note_contradiction(session, facts, decision)
    clock = outcome.clock
    if by_machine and facts.sitting.paused_at is not None and any(d.counts for d in outcome.decisions):
        clock = clock_reading(spoke_in_pause(session, facts), facts.now)
    through = outcome.durable_through
    own = [d.event.seq for d in outcome.decisions if d.event.epoch == facts.sitting.epoch]
    if own and max(own) > through:  # a hole, or one that was just filled
        through = find_durable_through(session, facts)
    return Saved(clock, through, outcome.decisions)


def _note_contradiction(session: Session, facts: SavingFacts, decision: Decision) -> None:
    """An altered or doubly numbered event becomes an incident that keeps what was sent."""
    sent: dict[str, Any] = {
        "outcome": decision.outcome.value,
        "epoch": decision.event.epoch,
        "seq": decision.event.seq,
        "event_id": decision.event.event_id,
        "item": decision.event.item_id,
        "payload": dict(decision.event.payload),
    }
    note_incident(session, facts.administration_id, facts.id, "event_contradiction", sent)
