"""Saving responses: judged by the rules under the sitting's lock, several sittings in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import Facts, permit
from examsvc.accounts.roles import Role
from examsvc.delivery import sitting as rules
from examsvc.delivery.admission import Decision, admit, reached_after
from examsvc.delivery.events import LogEntry, ResponseEvent, project
from examsvc.services.clock_reading import ClockReading, clock_reading
from examsvc.services.incidents import note_incident
from examsvc.store import EventIdTaken, NotFound, Session, Store
from examsvc.store.saving import LockedSitting, Writing, find_durable_through, lock_for_saving, write_saves
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
    session: Session, group: Sequence[Pending], *, skip_locked: bool = False, cautious: bool = False
) -> list[Saved | Exception]:
    """Save batches of different sittings; what the rules refuse is returned in its place and harms no other.

    With `skip_locked` a sitting that is held elsewhere gets Unjudged. `cautious` looks every event up in the
    log first. Raises EventIdTaken, when nothing of the group was stored.
    """
    locked = lock_for_saving(session, {one.sitting_id: one.login for one in group}, skip_locked=skip_locked)
    outcomes: list[Saved | Exception] = []
    writings: list[Writing] = []
    for pending in group:
        found = locked.get(pending.sitting_id)
        if found is None:
            outcomes.append(Unjudged() if skip_locked else NotFound("sitting", pending.sitting_id))
            continue
        try:
            decisions = _judge(session, found, pending, cautious=cautious)
        except Exception as refusal:  # noqa: BLE001 of this batch alone; whoever asked is told
            outcomes.append(refusal)
            continue
        writing = _writing(found, decisions)
        if writing.stored:
            writings.append(writing)
        outcomes.append(Saved(clock_reading(found.sitting, found.now), writing.durable_through, decisions))
    write_saves(session, writings)
    return [
        _settled(session, outcome, locked.get(pending.sitting_id))
        for outcome, pending in zip(outcomes, group, strict=True)
    ]


def _judge(
    session: Session, locked: LockedSitting, pending: Pending, *, cautious: bool
) -> tuple[Decision, ...]:
    permit(_actor(locked, pending), pending.action, Facts(owner_user_id=locked.owner_id))
    sitting = locked.sitting
    if pending.device is not None and any(event.epoch == sitting.epoch for event in pending.batch):
        rules.require_holder(sitting, pending.device)
    held: list[LogEntry] = []
    if cautious or not _all_new(locked, pending.batch):
        held = list_held(session, locked.id, pending.batch)
    return admit(pending.batch, sitting=sitting, outline=locked.outline, held=held, now=locked.now)


def _actor(locked: LockedSitting, pending: Pending) -> Actor:
    """Who saves, as far as the permission table asks."""
    if pending.actor is not None:
        return pending.actor
    if locked.actor_id is None:
        raise Forbidden(pending.action, "login")
    return Actor(
        user_id=locked.actor_id,
        username="",
        display_name="",
        roles=frozenset(Role(role) for role in locked.roles),
    )


def _all_new(locked: LockedSitting, batch: Sequence[ResponseEvent]) -> bool:
    """Whether no event of the batch can have a place in the log already."""
    return all(event.epoch == locked.sitting.epoch and event.seq > locked.max_seq for event in batch)


def _writing(locked: LockedSitting, decisions: tuple[Decision, ...]) -> Writing:
    """The rows to be added; the durable mark moves on at once where nothing is missing."""
    stored = [decision for decision in decisions if decision.is_stored]
    own = [decision.event.seq for decision in stored if decision.event.epoch == locked.sitting.epoch]
    through = locked.durable_through
    if own and through == locked.max_seq and sorted(own) == list(range(through + 1, through + 1 + len(own))):
        through = max(own)
    return Writing(
        locked=locked,
        stored=stored,
        current=project(decision.event for decision in decisions if decision.counts).values(),
        durable_through=through,
        max_seq=max([locked.max_seq, *own]),
        reached=reached_after(decisions, locked.outline, locked.sitting.reached),
    )


def _settled(session: Session, outcome: Saved | Exception, locked: LockedSitting | None) -> Saved | Exception:
    """What can only be done once the events are in the log."""
    if locked is None or isinstance(outcome, Exception):
        return outcome
    for decision in outcome.decisions:
        if decision.is_contradiction:
            _note_contradiction(session, locked, decision)
    own = [d.event.seq for d in outcome.decisions if d.event.epoch == locked.sitting.epoch]
    if own and max(own) > outcome.durable_through:  # a hole, or one that was just filled
        through = find_durable_through(session, locked)
        return Saved(outcome.clock, through, outcome.decisions)
    return outcome


def _note_contradiction(session: Session, locked: LockedSitting, decision: Decision) -> None:
    """An altered or doubly numbered event becomes an incident that keeps what was sent."""
    sent: dict[str, Any] = {
        "outcome": decision.outcome.value,
        "epoch": decision.event.epoch,
        "seq": decision.event.seq,
        "event_id": decision.event.event_id,
        "item": decision.event.item_id,
        "payload": dict(decision.event.payload),
    }
    note_incident(session, locked.administration_id, locked.id, "event_contradiction", sent)
