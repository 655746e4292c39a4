"""What a candidate does: opens the sitting, saves responses, submits."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.delivery import sitting as rules
from examsvc.delivery.admission import Decision, admit
from examsvc.delivery.deadline import until_start_ms
from examsvc.delivery.errors import EpochSuperseded, EventsMissing, WindowOver
from examsvc.delivery.events import CurrentResponse, ResponseEvent, durable_through, project
from examsvc.delivery.receipt import Receipt, log_digest, make_receipt, missing_seqs, receipt_code
from examsvc.delivery.sitting import SittingState
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.incidents import note_incident
from examsvc.store import EventIdTaken, Session, database_now
from examsvc.store import sittings as store
from examsvc.store.sittings import SittingFacts


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the player needs to show the time; the server alone decides that it is up."""

    server_time: datetime
    starts_at: datetime
    deadline_at: datetime
    until_start_ms: int
    remaining_ms: int
    phase: str
    state: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh epoch, and what the server holds so far."""

    clock: ClockReading
    epoch: int
    responses: dict[str, CurrentResponse]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a batch; `durable_through` is what the player may forget."""

    clock: ClockReading
    durable_through: int
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a player that hands in says of itself and its log; what is None is not asked about.

    digest : the player's own digest of the epoch's log
    epoch : the epoch it writes in
    device_token : its machine's
    """

    digest: str | None = None
    epoch: int | None = None
    device_token: str | None = None


def hash_device(token: str) -> str:
    """What is stored of a machine's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_clock(deps: Services, actor: Actor, sitting_id: int) -> ClockReading:
    """The time as the database has it; also the sign of life of a candidate's machine."""
    with deps.store.read() as session:
        facts = store.get_sitting(session, sitting_id)
        permit(actor, "sittings.take", Facts(owner_user_id=facts.row.user_id))
        now = database_now(session)
    deps.presence.seen(sitting_id, int(now.timestamp() * 1000))
    return clock_reading(facts, now)


def open_sitting(deps: Services, actor: Actor, sitting_id: int, device_token: str) -> Opened:
    """Begin, or go on: takes a new epoch, so that whatever wrote before can no longer win.

    Raises NotCheckedIn, NotStarted, WindowOver, SittingClosed, or PermitRequired on another machine
    than the one that holds the sitting while no proctor has allowed it.
    """
    with deps.store.begin() as session:
        facts = store.get_sitting(session, sitting_id, lock=True)
        permit(actor, "sittings.take", Facts(owner_user_id=facts.row.user_id))
        now = database_now(session)
        device = hash_device(device_token)
        if facts.sitting.state is SittingState.OPEN:
            moved = rules.take_over(facts.sitting, now, device, permitted=facts.row.takeover_allowed)
        else:
            moved = rules.open_sitting(facts.sitting, now, device)
        changed_machine = facts.sitting.device_id not in (None, device)
        store.store_sitting(facts.row, moved)
        facts.row.takeover_allowed = False
        responses = store.list_current(session, sitting_id)
        record_act(
            session,
            actor,
            "sittings.open",
            f"sitting:{sitting_id}",
            epoch=moved.epoch,
            changed_machine=changed_machine,
        )
    deps.presence.seen(sitting_id, int(now.timestamp() * 1000))
    reading = clock_reading(SittingFacts(facts.row, facts.administration, moved, facts.rules), now)
    return Opened(reading, moved.epoch, responses)


def save_events(
    deps: Services,
    actor: Actor,
    sitting_id: int,
    batch: Sequence[ResponseEvent],
    *,
    device_token: str | None = None,
) -> Saved:
    """Append events to the log and bring the projection up to them, in one transaction under the row's lock.

    Contradictions are not stored as events but kept whole in an incident; the rest of the batch stands.
    Raises Forbidden, EventsRefused, NotCheckedIn, NotOpen: then nothing of the batch was stored; likewise
    PermitRequired, when a machine that does not hold the sitting (None: no machine sent them) writes into
    its epoch. What it made in an earlier epoch is kept aside as ever.
    """
    try:
        return _save_events(deps, actor, sitting_id, batch, device_token)
    except EventIdTaken:  # by another sitting at this very instant: now it is seen, and judged
        return _save_events(deps, actor, sitting_id, batch, device_token)


def _save_events(
    deps: Services, actor: Actor, sitting_id: int, batch: Sequence[ResponseEvent], device_token: str | None
) -> Saved:
    with deps.store.begin() as session:
        facts = store.get_sitting(session, sitting_id, lock=True)
        permit(actor, "sittings.take", Facts(owner_user_id=facts.row.user_id))
        if device_token is not None and any(event.epoch == facts.sitting.epoch for event in batch):
            rules.require_holder(facts.sitting, hash_device(device_token))
        now = database_now(session)
        decisions = admit(
            batch,
            sitting=facts.sitting,
            options=store.option_ids(session, facts.row.form_id),
            held=store.list_held(session, sitting_id, batch),
            now=now,
        )
        store.add_events(session, sitting_id, decisions, now)
        _project(session, sitting_id, [decision.event for decision in decisions if decision.counts])
        _note_contradictions(session, facts, decisions)
        through = durable_through(store.list_seqs(session, sitting_id, facts.sitting.epoch))
    deps.presence.seen(sitting_id, int(now.timestamp() * 1000))
    return Saved(clock_reading(facts, now), through, decisions)


def submit_sitting(
    deps: Services, actor: Actor, sitting_id: int, final_seq: int, claim: Claim | None = None
) -> Receipt:
    """Close the sitting; repeating it returns the same receipt.

    Parameters
    ----------
    final_seq : the last event the player made in this epoch; what is missing below it is asked for
    claim : judged under the row's lock, so that no take-over can slip in between

    Raises EventsMissing (with the numbers to send again), WindowOver, NotOpen, NotCheckedIn, PermitRequired
    at a machine that does not hold the open sitting, EpochSuperseded for a window that lost its pen.
    """
    said = claim or Claim()
    with deps.store.begin() as session:
        facts = store.get_sitting(session, sitting_id, lock=True)
        permit(actor, "sittings.take", Facts(owner_user_id=facts.row.user_id))
        if facts.sitting.is_closed and facts.row.receipt is not None:
            return kept_receipt(session, facts)
        _require_claim(facts.sitting, said)
        now = database_now(session)
        missing = missing_seqs(final_seq, store.list_seqs(session, sitting_id, facts.sitting.epoch))
        if missing and now <= facts.sitting.counts_until:
            raise EventsMissing(str(sitting_id), missing)
        closed = rules.submit(facts.sitting, now)
        events = store.list_events(session, sitting_id)
        receipt = close_with_receipt(facts, closed, now, events)
        record_act(
            session,
            actor,
            "sittings.submit",
            f"sitting:{sitting_id}",
            receipt=receipt.sha256,
            final_seq=final_seq,
            digest_equal=None if said.digest is None else said.digest == _epoch_digest(facts, events),
        )
    return receipt


def close_with_receipt(
    facts: SittingFacts, closed: rules.Sitting, now: datetime, events: Sequence[ResponseEvent]
) -> Receipt:
    """Write the closed state and the receipt over the counted log, `events`."""
    receipt = make_receipt(str(facts.row.id), now, events)
    store.store_sitting(facts.row, closed)
    facts.row.receipt = receipt.sha256
    facts.row.final_seq = max((event.seq for event in events if event.epoch == facts.row.epoch), default=0)
    return receipt


def kept_receipt(session: Session, facts: SittingFacts) -> Receipt:
    """The receipt of a closed sitting, as it was given."""
    events = store.list_events(session, facts.row.id)
    at = facts.row.finalised_at
    if at is None or facts.row.receipt is None:
        raise WindowOver(str(facts.row.id), facts.sitting.counts_until)
    sha256 = facts.row.receipt
    return Receipt(str(facts.row.id), at, len(events), log_digest(events), sha256, receipt_code(sha256))


def clock_reading(facts: SittingFacts, now: datetime) -> ClockReading:
    """The sitting's time at `now`."""
    sitting = facts.sitting
    return ClockReading(
        server_time=now,
        starts_at=sitting.started_at,
        deadline_at=sitting.deadline_at,
        until_start_ms=until_start_ms(sitting.clock, now),
        remaining_ms=sitting.remaining_ms(now),
        phase=sitting.phase(now).value,
        state=sitting.state.value,
        epoch=sitting.epoch,
    )


def _project(session: Session, sitting_id: int, counted: list[ResponseEvent]) -> None:
    if not counted:
        return
    before = store.list_current(session, sitting_id, {event.item_id for event in counted})
    store.write_current(session, sitting_id, before, project(counted, before).values())


def _note_contradictions(session: Session, facts: SittingFacts, decisions: tuple[Decision, ...]) -> None:
    """An altered or doubly numbered event becomes an incident that keeps what was sent."""
    for decision in decisions:
        if decision.is_contradiction:  # rare: what is noted already is looked up only then
            sent: dict[str, Any] = {
                "outcome": decision.outcome.value,
                "epoch": decision.event.epoch,
                "seq": decision.event.seq,
                "event_id": decision.event.event_id,
                "item": decision.event.item_id,
                "payload": dict(decision.event.payload),
            }
            note_incident(session, facts, "event_contradiction", sent)


def _require_claim(sitting: rules.Sitting, said: Claim) -> None:
    """Refuse another machine, and a window of an earlier epoch, while the sitting is open."""
    if sitting.state is not SittingState.OPEN:
        return
    if said.device_token is not None:
        rules.require_holder(sitting, hash_device(said.device_token))
    if said.epoch not in (None, sitting.epoch):
        raise EpochSuperseded(sitting.id, sitting.epoch)


def _epoch_digest(facts: SittingFacts, events: Sequence[ResponseEvent]) -> str:
    return log_digest(event for event in events if event.epoch == facts.row.epoch)
