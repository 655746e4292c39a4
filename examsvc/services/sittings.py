"""What a candidate does: opens the sitting, saves responses, moves through sections, submits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.delivery import sitting as rules
from examsvc.delivery.device import hash_device
from examsvc.delivery.errors import EpochSuperseded, EventsMissing, PermitRequired
from examsvc.delivery.events import CurrentResponse, LogEntry, ResponseEvent
from examsvc.delivery.receipt import Receipt, log_digest, log_lines, make_receipt, missing_seqs
from examsvc.delivery.sitting import SittingState
from examsvc.services.audit import record_act
from examsvc.services.clock_reading import ClockReading, clock_reading
from examsvc.services.deps import Services
from examsvc.services.holding import Login, hold, look
from examsvc.services.incidents import note_incident
from examsvc.services.papers import PaperKeys, paper_keys
from examsvc.services.saving import Pending, Saved
from examsvc.services.standing_clock import go_on
from examsvc.store import NotFound, Session, database_now, steps
from examsvc.store import sittings as store
from examsvc.store.models import SittingRow
from examsvc.store.rows import get_row
from examsvc.store.sittings import SittingFacts


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh epoch, what the server holds so far, and what opens the sealed form."""

    clock: ClockReading
    epoch: int
    responses: dict[str, CurrentResponse]
    navigation: str
    reached: int
    keys: PaperKeys


@dataclass(frozen=True, slots=True)
class Claim:
    """What a player that hands in says of itself and its log; what is None is not asked about.

    digest : the player's own digest of the epoch's log
    epoch : the epoch it writes in
    device_token : its machine's
    without : numbers that were refused, with which it will never come; they stand in the audit chain
    """

    digest: str | None = None
    epoch: int | None = None
    device_token: str | None = None
    without: frozenset[int] = frozenset()


def read_clock(
    deps: Services, who: Actor | Login, sitting_id: int, device_token: str | None = None
) -> ClockReading:
    """The time as the database has it; also the sign of life of the candidate's machine."""
    facts, _actor = look(deps.glance, sitting_id, who)
    note_sign_of_life(deps, facts.sitting, facts.now, device_token)
    return clock_reading(facts.sitting, facts.now)


def note_sign_of_life(
    deps: Services, sitting: rules.Sitting, now: datetime, device_token: str | None
) -> None:
    """The machine that asks is alive, if it is the one that holds the sitting, or none does.

    A machine that asks while another one holds the sitting is no sign of life of that one: the time that its
    failure costs is counted from its own last.
    """
    if device_token is None or sitting.device_id in (None, hash_device(device_token)):
        _seen(deps, int(sitting.id), now)


def open_sitting(
    deps: Services, who: Actor | Login, sitting_id: int, device_token: str, address: str | None = None
) -> Opened:
    """Begin, or go on: takes a new epoch, so that whatever wrote before can no longer win.

    A machine is known by a token, which can be copied: `address`, where it differs from the one before, is
    noted in the minutes, and so is a machine that is refused.
    Raises NotCheckedIn, NotStarted, WindowOver, SittingClosed, or PermitRequired on another machine
    than the one that holds the sitting while no proctor has allowed it.
    """
    device = hash_device(device_token)
    with _asking_aloud(deps, sitting_id, device, address), deps.store.begin() as session:
        facts, actor = hold(session, sitting_id, who)
        first = facts.sitting.state is SittingState.CHECKED_IN
        if first:
            moved = rules.open_sitting(facts.sitting, facts.now, device)
            steps.write_first_opening(session, moved, address)
        else:
            moved = _taken_over(session, sitting_id, facts.now, device, address)
        responses = {} if first else store.list_current(session, sitting_id)
        keys = paper_keys(session, facts)
        record_act(
            session,
            actor,
            "sittings.open",
            f"sitting:{sitting_id}",
            epoch=moved.epoch,
            changed_machine=facts.sitting.device_id not in (None, device),
            **({"address": address} if address else {}),
        )
    _seen(deps, sitting_id, facts.now)
    if not first:
        deps.presence.answered(sitting_id)
    reading = clock_reading(moved, facts.now)
    return Opened(reading, moved.epoch, responses, moved.navigation.value, moved.reached, keys)


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
    device = None if device_token is None else hash_device(device_token)
    return save(deps, Pending(sitting_id, tuple(batch), actor=actor, device=device))


def save(deps: Services, pending: Pending) -> Saved:
    """The same for whoever knows only the login that the batch came with (see Pending)."""
    saved = deps.save(pending)
    _seen(deps, pending.sitting_id, saved.clock.server_time)
    return saved


def leave_section(
    deps: Services, actor: Actor, sitting_id: int, ordinal: int, device_token: str
) -> ClockReading:
    """Leave a section before its time is up, for good; doing so again changes nothing.

    Raises TransitionRefused for the last section and one that lies ahead, PermitRequired at another machine.
    """
    with deps.store.begin() as session:
        facts = store.get_sitting(session, sitting_id, lock=True)
        permit(actor, "sittings.take", Facts(owner_user_id=facts.row.user_id))
        rules.require_holder(facts.sitting, hash_device(device_token))
        now = database_now(session)
        moved = rules.leave_section(facts.sitting, now, ordinal)
        if moved is not facts.sitting:
            store.store_sitting(facts.row, moved)
            record_act(session, actor, "sittings.leave_section", f"sitting:{sitting_id}", section=ordinal)
        moved = store.refreshed(session, facts)
    _seen(deps, sitting_id, now)
    return clock_reading(moved, now)


def submit_sitting(
    deps: Services, who: Actor | Login, sitting_id: int, final_seq: int, claim: Claim | None = None
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
        facts, actor = hold(session, sitting_id, who)
        if facts.sitting.is_closed:
            given = _given_receipt(session, sitting_id)
            if given is not None:
                return given
        _require_claim(facts.sitting, said)
        if facts.durable_through < final_seq and facts.now <= facts.sitting.counts_until:
            held = store.list_seqs(session, sitting_id, facts.sitting.epoch)
            missing = missing_seqs(final_seq, {*held, *said.without})
            if missing:
                raise EventsMissing(str(sitting_id), missing)
        closed = rules.submit(facts.sitting, facts.now)
        log = store.list_logs(session, [sitting_id])[sitting_id]
        receipt = make_receipt(str(sitting_id), facts.now, log)
        own = [entry for entry in log if entry.epoch == closed.epoch]
        steps.write_submission(session, closed, receipt, max((entry.seq for entry in own), default=0))
        record_act(
            session,
            actor,
            "sittings.submit",
            f"sitting:{sitting_id}",
            receipt=receipt.sha256,
            final_seq=final_seq,
            digest_equal=None if said.digest is None else said.digest == log_digest(own),
            **({"without": sorted(said.without)} if said.without else {}),
        )
    return receipt


def close_with_receipt(
    session: Session, facts: SittingFacts, closed: rules.Sitting, now: datetime, log: Sequence[LogEntry]
) -> Receipt:
    """Write the closed state and the receipt over the counted log."""
    receipt = make_receipt(str(facts.row.id), now, log)
    store.store_sitting(facts.row, closed)
    steps.add_receipt(session, facts.row.id, receipt)
    facts.row.receipt = receipt.sha256
    facts.row.final_seq = max((entry.seq for entry in log if entry.epoch == facts.row.epoch), default=0)
    return receipt


def read_log(deps: Services, actor: Actor, sitting_id: int) -> str:
    """The lines of one's own counted log: their SHA-256 stands on the receipt. Raises NotFound while open."""
    with deps.store.read() as session:
        facts = store.get_sitting(session, sitting_id)
        permit(actor, "results.read_own", Facts(owner_user_id=facts.row.user_id))
        if facts.row.receipt is None:
            raise NotFound("log", sitting_id)
        return log_lines(store.list_logs(session, [sitting_id])[sitting_id])


def _taken_over(
    session: Session, sitting_id: int, now: datetime, device: str, address: str | None
) -> rules.Sitting:
    """The sitting open on this machine, with the time back that a failed machine has cost."""
    facts = store.get_sitting(session, sitting_id, lock=True)
    before = facts.row.address
    if device == facts.row.device_hash and address and before not in (None, address):
        told = {"before": before, "address": address}
        note_incident(session, facts.row.administration_id, sitting_id, "other_address", told)
    moved = rules.take_over(facts.sitting, now, device, permitted=facts.row.takeover_allowed)
    facts.row.address = address or before
    return go_on(session, facts, moved, now)


def _given_receipt(session: Session, sitting_id: int) -> Receipt | None:
    """The receipt of a closed sitting, as it was given last; none of one that nobody ever opened."""
    given = store.list_receipts(session, sitting_id)
    return given[-1] if given else None


@contextmanager
def _asking_aloud(deps: Services, sitting_id: int, device: str, address: str | None) -> Iterator[None]:
    """Let the proctor see that another machine was refused, now and in the minutes (each machine once)."""
    try:
        yield
    except PermitRequired:
        deps.presence.ask(sitting_id)
        with deps.store.begin() as session:
            row = get_row(session, SittingRow, sitting_id)
            told = {"machine": device[:12], **({"address": address} if address else {})}
            note_incident(session, row.administration_id, sitting_id, "machine_refused", told)
        raise


def _require_claim(sitting: rules.Sitting, said: Claim) -> None:
    """Refuse another machine, and a window of an earlier epoch, while the sitting is open."""
    if sitting.state is not SittingState.OPEN:
        return
    if said.device_token is not None:
        rules.require_holder(sitting, hash_device(said.device_token))
    if said.epoch not in (None, sitting.epoch):
        raise EpochSuperseded(sitting.id, sitting.epoch)


def _seen(deps: Services, sitting_id: int, now: datetime) -> None:
    deps.presence.seen(sitting_id, int(now.timestamp() * 1000))
