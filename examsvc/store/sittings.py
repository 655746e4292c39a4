"""Queries about sittings: the row that a save locks, its clock, its log and its projection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.deadline import AdjustmentKind, ExamClock, TimeAdjustment
from examsvc.delivery.events import CurrentResponse, LogEntry, ResponseEvent
from examsvc.delivery.outline import Navigation, Outline, are_timed
from examsvc.delivery.receipt import Receipt, receipt_code
from examsvc.delivery.sections import schedule
from examsvc.delivery.sitting import UNFINISHED_STATES, Sitting, SittingState
from examsvc.rulepacks.pack import RulePack
from examsvc.rulepacks.registry import get_pack
from examsvc.store.errors import NotFound
from examsvc.store.models import (
    AdministrationRow,
    CampaignRow,
    CurrentResponseRow,
    LateDecisionRow,
    ResponseEventRow,
    SittingReceiptRow,
    SittingRow,
    TimeAdjustmentRow,
)
from examsvc.store.outlines import get_outline


@dataclass(frozen=True, slots=True)
class SittingFacts:
    """A sitting as the rules see it, with the rows it was read from."""

    row: SittingRow
    administration: AdministrationRow
    sitting: Sitting
    rules: RulePack
    outline: Outline


def get_sitting(session: Session, sitting_id: int, *, lock: bool = False) -> SittingFacts:
    """The sitting with its clock; `lock` holds its row until the transaction ends. Raises NotFound."""
    if lock:  # the row alone is locked, first: everything read after it holds until the commit
        row = session.get(SittingRow, sitting_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("sitting", sitting_id)
    found = list_sittings(session, [sitting_id])
    if not found:
        raise NotFound("sitting", sitting_id)
    return found[0]


def list_sittings(session: Session, sitting_ids: Sequence[int]) -> list[SittingFacts]:
    """Several sittings with their clocks, by id."""
    query = (
        sa.select(SittingRow, AdministrationRow, CampaignRow.rule_pack_code, CampaignRow.rule_pack_version)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
        .where(SittingRow.id.in_(sitting_ids))
        .order_by(SittingRow.id)
    )
    adjustments = list_adjustments(session, sitting_ids)
    found = []
    for row, administration, pack_code, pack_version in session.execute(query):
        rules = get_pack(pack_code, pack_version)
        outline = get_outline(session, row.form_id)
        clock = exam_clock(administration, rules)
        sitting = as_sitting(row, clock, rules, outline, adjustments.get(row.id, ()))
        found.append(SittingFacts(row, administration, sitting, rules, outline))
    return found


def exam_clock(administration: AdministrationRow, rules: RulePack) -> ExamClock:
    """The common clock of an administration under its campaign's rules."""
    return ExamClock(
        starts_at=administration.starts_at,
        limit_s=administration.limit_s,
        window_ends_at=administration.window_ends_at,
        grace_s=rules.grace_s,
    )


def as_sitting(
    row: SittingRow,
    clock: ExamClock,
    rules: RulePack,
    outline: Outline,
    adjustments: Sequence[TimeAdjustment],
) -> Sitting:
    """The sitting as the rules see it; only timed sections need the adjustments one by one."""
    left_at = tuple(datetime.fromisoformat(at) for at in row.left_sections or ())
    sections = outline.sections
    return Sitting(
        id=str(row.id),
        clock=clock,
        state=SittingState(row.state),
        adjustments=tuple(adjustments),
        epoch=row.epoch,
        device_id=row.device_hash,
        checked_in_at=row.checked_in_at,
        opened_at=row.opened_at,
        submitted_at=row.submitted_at,
        finalised_at=row.finalised_at,
        added_s=row.added_s,
        paused_at=row.paused_at,
        navigation=Navigation(rules.navigation),
        spans=schedule(clock, sections, adjustments, left_at) if are_timed(sections) else (),
        n_sections=max(1, len(sections)),
        left_at=left_at,
        reached=row.reached,
    )


def list_adjustments(session: Session, sitting_ids: Sequence[int]) -> dict[int, tuple[TimeAdjustment, ...]]:
    """Every second granted or taken, by sitting, in order."""
    table = TimeAdjustmentRow
    rows = session.execute(
        sa.select(table.sitting_id, table.seconds, table.kind, table.reason, table.actor_id, table.created_at)
        .where(table.sitting_id.in_(sitting_ids))
        .order_by(table.id)
    )
    found: dict[int, tuple[TimeAdjustment, ...]] = {}
    for sitting_id, seconds, kind, reason, actor_id, created_at in rows:
        line = TimeAdjustment(seconds, AdjustmentKind(kind), reason, str(actor_id), created_at)
        found[sitting_id] = (*found.get(sitting_id, ()), line)
    return found


def store_sitting(row: SittingRow, sitting: Sitting) -> None:
    """Write back what a rule changed; a new epoch's log is empty."""
    if row.epoch != sitting.epoch:
        row.durable_through = row.max_seq = 0
    row.state = sitting.state.value
    row.epoch = sitting.epoch
    row.device_hash = sitting.device_id
    row.checked_in_at = sitting.checked_in_at
    row.opened_at = sitting.opened_at
    row.submitted_at = sitting.submitted_at
    row.finalised_at = sitting.finalised_at
    row.added_s = sitting.added_s
    row.paused_at = sitting.paused_at
    row.left_sections = [at.isoformat() for at in sitting.left_at] or None
    row.reached = sitting.reached


def refreshed(session: Session, facts: SittingFacts) -> Sitting:
    """The sitting after what was just written; only timed sections have to be found anew."""
    if not facts.sitting.spans:
        adjustments = facts.sitting.adjustments
        clock = facts.sitting.clock
        return as_sitting(facts.row, clock, facts.rules, facts.outline, adjustments)
    session.flush()
    return get_sitting(session, facts.row.id).sitting


def add_adjustment(session: Session, row: SittingRow, line: TimeAdjustment, actor_id: int) -> None:
    """Append what was granted or removed; `store_sitting` writes the sum of all beside it."""
    session.add(
        TimeAdjustmentRow(
            sitting_id=row.id,
            kind=line.kind.value,
            seconds=line.seconds,
            reason=line.reason.strip(),
            actor_id=actor_id,
            created_at=line.made_at,
        )
    )


def list_held(session: Session, sitting_id: int, batch: Iterable[ResponseEvent]) -> list[LogEntry]:
    """Stored events of the sitting that share an id or a position with one of the batch."""
    events = list(batch)
    if not events:
        return []
    table = ResponseEventRow
    same_place = sa.and_(
        table.epoch.in_({event.epoch for event in events}), table.seq.in_({event.seq for event in events})
    )
    same_id = table.event_id.in_({event.event_id for event in events})
    query = sa.select(table.epoch, table.seq, table.event_id, table.payload_hash).where(
        table.sitting_id == sitting_id, sa.or_(same_place, same_id)
    )
    return [LogEntry(*row) for row in session.execute(query)]


def list_events(session: Session, sitting_id: int, *, standing: str = "counted") -> list[ResponseEvent]:
    """The events of a sitting with all they say, in order, of one standing."""
    table = ResponseEventRow
    query = (
        sa.select(
            table.epoch, table.seq, table.event_id, table.item_version_id, table.payload, table.client_ms
        )
        .where(table.sitting_id == sitting_id, table.standing == standing)
        .order_by(table.epoch, table.seq)
    )
    return [
        ResponseEvent(epoch, seq, event_id, str(version_id), payload, client_ms)
        for epoch, seq, event_id, version_id, payload, client_ms in session.execute(query)
    ]


def list_logs(session: Session, sitting_ids: Sequence[int]) -> dict[int, list[LogEntry]]:
    """What counts of several sittings, each in order: counted when it came, or by a later decision."""
    table = ResponseEventRow
    query = (
        sa.select(
            table.sitting_id, table.epoch, table.seq, table.event_id, table.payload_hash, table.standing
        )
        .where(table.sitting_id.in_(sitting_ids))
        .order_by(table.sitting_id, table.epoch, table.seq)
    )
    rows = session.execute(query).all()
    aside = {row.sitting_id for row in rows if row.standing != "counted"}
    let_in = list_let_in(session, sorted(aside)) if aside else {}
    logs: dict[int, list[LogEntry]] = {sitting_id: [] for sitting_id in sitting_ids}
    for sitting_id, epoch, seq, event_id, payload_hash, standing in rows:
        if standing == "counted" or (epoch, seq) in let_in.get(sitting_id, ()):
            logs[sitting_id].append(LogEntry(epoch, seq, event_id, payload_hash))
    return logs


def list_let_in(session: Session, sitting_ids: Sequence[int]) -> dict[int, set[tuple[int, int]]]:
    """The places of events kept aside that two people have let count."""
    query = sa.select(LateDecisionRow.sitting_id, LateDecisionRow.positions).where(
        LateDecisionRow.sitting_id.in_(sitting_ids),
        LateDecisionRow.state == "confirmed",
        LateDecisionRow.counts.is_(True),
    )
    found: dict[int, set[tuple[int, int]]] = {}
    for sitting_id, positions in session.execute(query):
        found.setdefault(sitting_id, set()).update((epoch, seq) for epoch, seq in positions)
    return found


def list_receipts(session: Session, sitting_id: int) -> list[Receipt]:
    """Every receipt of a sitting as it was given, the newest last."""
    query = (
        sa.select(SittingReceiptRow)
        .where(SittingReceiptRow.sitting_id == sitting_id)
        .order_by(SittingReceiptRow.version)
    )
    return [
        Receipt(
            str(sitting_id), row.made_at, row.n_events, row.log_digest, row.sha256, receipt_code(row.sha256)
        )
        for row in session.scalars(query)
    ]


def list_seqs(
    session: Session, sitting_id: int, epoch: int, *, after: int = 0, most: int | None = None
) -> list[int]:
    """The numbers above `after` of the stored events of an epoch, in order, whatever their standing."""
    query = (
        sa.select(ResponseEventRow.seq)
        .where(
            ResponseEventRow.sitting_id == sitting_id,
            ResponseEventRow.epoch == epoch,
            ResponseEventRow.seq > after,
        )
        .order_by(ResponseEventRow.seq)
        .limit(most)
    )
    return list(session.scalars(query))


def list_current(session: Session, sitting_id: int) -> dict[str, CurrentResponse]:
    """The projection: what holds for each item now."""
    table = CurrentResponseRow
    query = sa.select(
        table.item_version_id,
        table.response,
        table.flagged,
        table.struck,
        table.note,
        table.epoch,
        table.seq,
    ).where(table.sitting_id == sitting_id)
    return {
        str(item): CurrentResponse(str(item), response, flagged, tuple(struck), note, (epoch, seq))
        for item, response, flagged, struck, note, epoch, seq in session.execute(query)
    }


def list_overdue_ids(session: Session, now: datetime, limit: int = 100) -> list[int]:
    """Unfinished sittings in which, as far as can be seen without a lock, nothing more counts at `now`.

    Of timed sections the sum of all limits is taken here: the rules judge each sitting again under its lock.
    """
    due: list[int] = []
    for administration, code, version in session.execute(_running(now)):
        clock = exam_clock(administration, get_pack(code, version))
        grace = timedelta(seconds=clock.grace_s)
        if now <= clock.starts_at + timedelta(seconds=clock.limit_s) + grace:
            continue  # nobody's time is shorter than the limit but by a correction, which waits for the rest
        spent_s = int((now - grace - clock.starts_at).total_seconds())
        over = sa.and_(SittingRow.paused_at.is_(None), SittingRow.added_s < spent_s - clock.limit_s)
        window_over = now > clock.window_ends_at + grace
        query = (
            sa.select(SittingRow.id)
            .where(
                SittingRow.administration_id == administration.id,
                SittingRow.state.in_(UNFINISHED_STATES),
                sa.true() if window_over else over,
            )
            .order_by(SittingRow.id)
            .limit(limit - len(due))
        )
        due += session.scalars(query)
        if len(due) >= limit:
            break
    return due


def _running(now: datetime) -> sa.Select[AdministrationRow, str, int]:
    """Administrations that have begun and hold unfinished sittings, with their rules."""
    unfinished = sa.exists().where(
        SittingRow.administration_id == AdministrationRow.id, SittingRow.state.in_(UNFINISHED_STATES)
    )
    return (
        sa.select(AdministrationRow, CampaignRow.rule_pack_code, CampaignRow.rule_pack_version)
        .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
        .where(AdministrationRow.state == "ready", AdministrationRow.starts_at < now, unfinished)
        .order_by(AdministrationRow.starts_at, AdministrationRow.id)
    )


def count_overdue(session: Session, now: datetime) -> int:
    """How many sittings the finaliser has still to end: its backlog."""
    return len(list_overdue_ids(session, now, limit=100_000))


def lock_unfinished(session: Session, sitting_ids: Sequence[int]) -> list[int]:
    """Hold those that are still unfinished; rows that another worker holds are passed over."""
    query = (
        sa.select(SittingRow.id)
        .where(SittingRow.id.in_(sitting_ids), SittingRow.state.in_(UNFINISHED_STATES))
        .order_by(SittingRow.id)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))
