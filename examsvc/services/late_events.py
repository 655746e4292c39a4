"""What came late, out of turn, or from a machine that had lost its pen: two people let it count or not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.delivery.errors import NotReady
from examsvc.delivery.events import CurrentResponse, Position, ResponseEvent, project
from examsvc.delivery.receipt import make_receipt
from examsvc.delivery.sitting import MARKED_STATES
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.incidents import permit_for
from examsvc.store import Session, database_now, steps
from examsvc.store import late_events as store
from examsvc.store import sittings as sitting_store
from examsvc.store.late_events import AsideSitting, DecisionLine
from examsvc.store.models import CampaignRow, LateDecisionRow
from examsvc.store.rows import get_row
from examsvc.store.sittings import SittingFacts
from examsvc.store.staff_views import read_for_staff


class Effect(StrEnum):
    """What letting an event count would do; what it says is nobody's to see."""

    CHANGES = "changes"
    SAME = "same"
    OLDER = "older"  # something newer holds: it would stand in the log and change nothing


class Fate(StrEnum):
    """What has been decided about an event."""

    OPEN = "open"
    PROPOSED = "proposed"
    COUNTS = "counts"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class KeptAside:
    """An event as staff see it: its place, its item's number, when it came; never what it says.

    late_s : seconds after the sitting's deadline; None for one that came in time
    """

    position: Position
    number: int
    standing: str
    received_at: datetime
    late_s: int | None
    effect: Effect
    fate: Fate


@dataclass(frozen=True, slots=True)
class Proposal:
    """Which events of a sitting shall count, or stay aside, and why."""

    positions: Collection[Position]
    counts: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """One sitting's events that were kept aside, and the decisions on them."""

    whose: AsideSitting
    events: tuple[KeptAside, ...]
    decisions: tuple[DecisionLine, ...]
    is_over: bool

    @property
    def n_open(self) -> int:
        return sum(event.fate is Fate.OPEN for event in self.events)


def list_kept_aside(
    deps: Services,
    actor: Actor,
    *,
    exam_room_id: int | None = None,
    administration_id: int | None = None,
) -> list[Bundle]:
    """What was kept aside in a room or an administration, by candidate."""
    permit(actor, "late_events.read")
    with read_for_staff(deps.store) as session:
        found = store.list_sittings_aside(
            session, exam_room_id=exam_room_id, administration_id=administration_id
        )
        ids = [one.sitting.id for one in found]
        events = store.list_aside(session, ids)
        decisions = store.list_decisions(session, ids)
        sittings = {one.row.id: one for one in sitting_store.list_sittings(session, ids)}
        return [
            _bundle(
                one,
                sittings[one.sitting.id],
                events.get(one.sitting.id, ()),
                decisions.get(one.sitting.id, ()),
                sitting_store.list_current(session, one.sitting.id),
            )
            for one in found
        ]


def propose(deps: Services, actor: Actor, sitting_id: int, proposal: Proposal) -> int:
    """Propose that events kept aside count, or that they stay aside; another person decides.

    Raises NotReady while the sitting goes on, when one of the events is spoken for already, and once results
    have been scored.
    """
    permit(actor, "late_events.propose")
    with deps.store.begin() as session:
        facts = _lock(session, sitting_id)
        permit_for(actor, "late_events.propose", facts)
        if not proposal.reason.strip():
            raise NotReady("reason_missing")
        wanted = sorted(set(proposal.positions))
        aside = {one.event.position for one in store.list_aside(session, [sitting_id]).get(sitting_id, ())}
        if not wanted or not aside.issuperset(wanted):
            raise NotReady("nothing_kept_aside")
        lines = store.list_decisions(session, [sitting_id]).get(sitting_id, ())
        if not store.spoken_for(line.row for line in lines).keys().isdisjoint(wanted):
            raise NotReady("already_proposed")
        row = LateDecisionRow(
            sitting_id=sitting_id,
            positions=[list(position) for position in wanted],
            counts=proposal.counts,
            reason=proposal.reason.strip(),
            state="proposed",
            proposed_by=actor.user_id,
            proposed_at=database_now(session),
        )
        session.add(row)
        session.flush()
        record_act(
            session,
            actor,
            "late_events.propose",
            f"late_decision:{row.id}",
            sitting=sitting_id,
            counts=proposal.counts,
            events=len(wanted),
            reason=row.reason,
        )
        return row.id


def decide(deps: Services, actor: Actor, decision_id: int, *, confirm: bool) -> LateDecisionRow:
    """The chairman confirms or rejects a proposal, once.

    A confirmed "let count" brings the responses up by the order of the log, gives the sitting a new receipt,
    and has it marked anew. A rejected proposal decides nothing about its events: another may be made.
    """
    permit(actor, "late_events.decide", Facts(owner_user_id=None))
    with deps.store.begin() as session:
        sitting_id = get_row(session, LateDecisionRow, decision_id).sitting_id
        facts = _lock(session, sitting_id)
        row = get_row(session, LateDecisionRow, decision_id, lock=True)
        permit(actor, "late_events.decide", Facts(owner_user_id=facts.row.user_id, doers=(row.proposed_by,)))
        if row.state != "proposed":
            raise NotReady("already_decided")
        row.state = "confirmed" if confirm else "rejected"
        row.decided_by, row.decided_at = actor.user_id, database_now(session)
        session.flush()
        changed = _let_in(session, facts, row) if confirm and row.counts else []
        record_act(
            session,
            actor,
            "late_events.decide",
            f"late_decision:{row.id}",
            sitting=sitting_id,
            counts=row.counts,
            confirmed=confirm,
            items_changed=changed,
            receipt=facts.row.receipt,
        )
    return row


def _lock(session: Session, sitting_id: int) -> SittingFacts:
    """The sitting under its lock, over and not scored; the campaign's lock keeps the scoring out."""
    found = sitting_store.get_sitting(session, sitting_id)
    campaign = get_row(session, CampaignRow, found.administration.campaign_id, lock=True)
    facts = sitting_store.get_sitting(session, sitting_id, lock=True)
    if facts.sitting.state not in MARKED_STATES:
        raise NotReady("sitting_not_over")
    if store.is_scored(session, campaign.id):
        raise NotReady("results_scored")
    return facts


def _let_in(session: Session, facts: SittingFacts, row: LateDecisionRow) -> list[str]:
    """Let the events speak, in the order of the log; returns the items for which something else holds now."""
    sitting_id = facts.row.id
    wanted = {(epoch, seq) for epoch, seq in row.positions}
    events = [one.event for one in store.list_aside(session, [sitting_id])[sitting_id]]
    held = sitting_store.list_current(session, sitting_id)
    current = project((event for event in events if event.position in wanted), held)
    changed = [item_id for item_id, now_held in current.items() if held.get(item_id) != now_held]
    for item_id in changed:
        store.write_current(session, sitting_id, current[item_id])
    log = sitting_store.list_logs(session, [sitting_id])[sitting_id]
    receipt = make_receipt(str(sitting_id), database_now(session), log)
    steps.add_receipt(session, sitting_id, receipt)
    facts.row.receipt = receipt.sha256
    facts.row.marked = False
    session.flush()
    return sorted(changed)


def _bundle(
    whose: AsideSitting,
    facts: SittingFacts,
    events: Sequence[store.AsideEvent],
    lines: Sequence[DecisionLine],
    held: Mapping[str, CurrentResponse],
) -> Bundle:
    spoken = store.spoken_for(line.row for line in lines)
    deadline_at = facts.sitting.deadline_at
    return Bundle(
        whose,
        tuple(
            KeptAside(
                one.event.position,
                one.number,
                one.standing,
                one.received_at,
                _late_s(one.received_at, deadline_at),
                _effect(one.event, held.get(one.event.item_id)),
                _fate(spoken.get(one.event.position)),
            )
            for one in events
        ),
        tuple(lines),
        facts.sitting.state in MARKED_STATES,
    )


def _late_s(received_at: datetime, deadline_at: datetime) -> int | None:
    late_s = int((received_at - deadline_at).total_seconds())
    return late_s if late_s > 0 else None


def _effect(event: ResponseEvent, held: CurrentResponse | None) -> Effect:
    if held is not None and held.position >= event.position:
        return Effect.OLDER if held.position > event.position else Effect.SAME
    before = None if held is None else held.response
    return Effect.SAME if event.payload.get("response") == before else Effect.CHANGES


def _fate(row: LateDecisionRow | None) -> Fate:
    if row is None:
        return Fate.OPEN
    if row.state == "proposed":
        return Fate.PROPOSED
    return Fate.COUNTS if row.counts else Fate.LEFT
