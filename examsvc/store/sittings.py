"""Queries about sittings: the row that a save locks, its clock, its log and its projection."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.admission import Decision, HeldEvent, Outcome
from examsvc.delivery.deadline import AdjustmentKind, ExamClock, TimeAdjustment, counts_until
from examsvc.delivery.events import CurrentResponse, ResponseEvent
from examsvc.delivery.sitting import UNFINISHED_STATES, Sitting, SittingState
from examsvc.rulepacks.pack import RulePack
from examsvc.rulepacks.registry import get_pack
from examsvc.store.errors import EventIdTaken, NotFound
from examsvc.store.models import (
    AdministrationRow,
    CampaignRow,
    CurrentResponseRow,
    FormItemRow,
    ItemVersionRow,
    ResponseEventRow,
    SittingRow,
    TimeAdjustmentRow,
)

_STANDING = {Outcome.ACCEPTED: "counted", Outcome.QUARANTINED: "quarantined", Outcome.LATE: "late"}


@dataclass(frozen=True, slots=True)
class SittingFacts:
    """A sitting as the rules see it, with the rows it was read from."""

    row: SittingRow
    administration: AdministrationRow
    sitting: Sitting
    rules: RulePack


def get_sitting(session: Session, sitting_id: int, *, lock: bool = False) -> SittingFacts:
    """The sitting with its clock; `lock` holds its row until the transaction ends. Raises NotFound."""
    if lock:  # the row alone is locked, first: everything read after it holds until the commit
        row = session.get(SittingRow, sitting_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound("sitting", sitting_id)
    query = (
        sa.select(SittingRow, AdministrationRow, CampaignRow.rule_pack_code, CampaignRow.rule_pack_version)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
        .where(SittingRow.id == sitting_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound("sitting", sitting_id)
    row, administration, pack_code, pack_version = found
    rules = get_pack(pack_code, pack_version)
    adjustments = list_adjustments(session, [sitting_id]).get(sitting_id, ())
    return SittingFacts(row, administration, _as_sitting(row, administration, rules, adjustments), rules)


def exam_clock(session: Session, administration: AdministrationRow) -> ExamClock:
    """The common clock of an administration under its campaign's rules."""
    campaign = session.get_one(CampaignRow, administration.campaign_id)
    return _clock(administration, get_pack(campaign.rule_pack_code, campaign.rule_pack_version))


def _clock(administration: AdministrationRow, rules: RulePack) -> ExamClock:
    return ExamClock(
        starts_at=administration.starts_at,
        limit_s=administration.limit_s,
        window_ends_at=administration.window_ends_at,
        grace_s=rules.grace_s,
    )


def _as_sitting(
    row: SittingRow, administration: AdministrationRow, rules: RulePack, adjustments: Sequence[TimeAdjustment]
) -> Sitting:
    clock = _clock(administration, rules)
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
    )


def list_adjustments(session: Session, sitting_ids: Sequence[int]) -> dict[int, tuple[TimeAdjustment, ...]]:
    """Every second granted or taken, by sitting, in order."""
    rows = session.scalars(
        sa.select(TimeAdjustmentRow)
        .where(TimeAdjustmentRow.sitting_id.in_(sitting_ids))
        .order_by(TimeAdjustmentRow.id)
    )
    found: dict[int, tuple[TimeAdjustment, ...]] = {}
    for row in rows:
        line = TimeAdjustment(
            row.seconds, AdjustmentKind(row.kind), row.reason, str(row.actor_id), row.created_at
        )
        found[row.sitting_id] = (*found.get(row.sitting_id, ()), line)
    return found


def store_sitting(row: SittingRow, sitting: Sitting) -> None:
    """Write back what a rule changed."""
    row.state = sitting.state.value
    row.epoch = sitting.epoch
    row.device_hash = sitting.device_id
    row.checked_in_at = sitting.checked_in_at
    row.opened_at = sitting.opened_at
    row.submitted_at = sitting.submitted_at
    row.finalised_at = sitting.finalised_at


def option_ids(session: Session, form_id: int) -> dict[str, frozenset[str]]:
    """The option ids of each item on a form; a form's items never change, so they are read once a process."""
    return _options_of(form_id, _Uncached(session))


class _Uncached:
    """Carries the session past the cache's key: two are equal when they read the same database."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._engine = session.get_bind()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Uncached) and other._engine is self._engine

    def __hash__(self) -> int:
        return id(self._engine)


@lru_cache(maxsize=512)
def _options_of(form_id: int, source: _Uncached) -> dict[str, frozenset[str]]:
    query = (
        sa.select(ItemVersionRow.id, ItemVersionRow.options)
        .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
        .where(FormItemRow.form_id == form_id)
    )
    return {
        str(version_id): frozenset(option["id"] for option in options)
        for version_id, options in source.session.execute(query)
    }


def list_held(session: Session, sitting_id: int, batch: Iterable[ResponseEvent]) -> list[HeldEvent]:
    """Stored events that share an id or a position with one of the batch.

    An id that another sitting used gets no position and no hash here: it can only be an altered event.
    """
    events = list(batch)
    if not events:
        return []
    table = ResponseEventRow
    own = table.sitting_id == sitting_id
    same_place = sa.and_(
        own,
        table.epoch.in_({event.epoch for event in events}),
        table.seq.in_({event.seq for event in events}),
    )
    query = sa.select(
        sa.case((own, table.epoch), else_=0),
        sa.case((own, table.seq), else_=0),
        table.event_id,
        sa.case((own, table.payload_hash), else_=""),
    ).where(sa.or_(same_place, table.event_id.in_([event.event_id for event in events])))
    return [HeldEvent(*row) for row in session.execute(query)]


def add_events(
    session: Session, sitting_id: int, decisions: Iterable[Decision], received_at: datetime
) -> int:
    """Append what is to be stored; returns how many rows. Raises EventIdTaken: the transaction is lost."""
    rows = [
        {
            "sitting_id": sitting_id,
            "epoch": decision.event.epoch,
            "seq": decision.event.seq,
            "event_id": decision.event.event_id,
            "item_version_id": int(decision.event.item_id),
            "payload": dict(decision.event.payload),
            "payload_hash": decision.event.payload_hash,
            "client_ms": decision.event.client_ms,
            "received_at": received_at,
            "standing": _STANDING[decision.outcome],
        }
        for decision in decisions
        if decision.is_stored
    ]
    if rows:
        try:
            session.execute(sa.insert(ResponseEventRow), rows)
        except sa.exc.IntegrityError as error:
            raise EventIdTaken from error
    return len(rows)


def list_events(session: Session, sitting_id: int, *, standing: str = "counted") -> list[ResponseEvent]:
    """The log of a sitting in order, of one standing."""
    query = (
        sa.select(ResponseEventRow)
        .where(ResponseEventRow.sitting_id == sitting_id, ResponseEventRow.standing == standing)
        .order_by(ResponseEventRow.epoch, ResponseEventRow.seq)
    )
    return [
        ResponseEvent(row.epoch, row.seq, row.event_id, str(row.item_version_id), row.payload, row.client_ms)
        for row in session.scalars(query)
    ]


def list_seqs(session: Session, sitting_id: int, epoch: int) -> list[int]:
    """The numbers of the counted events of an epoch."""
    query = sa.select(ResponseEventRow.seq).where(
        ResponseEventRow.sitting_id == sitting_id,
        ResponseEventRow.epoch == epoch,
        ResponseEventRow.standing == "counted",
    )
    return list(session.scalars(query))


def list_current(
    session: Session, sitting_id: int, item_ids: Collection[str] | None = None
) -> dict[str, CurrentResponse]:
    """The projection: what holds for each item now, or for these items only (a save touches few)."""
    query = sa.select(CurrentResponseRow).where(CurrentResponseRow.sitting_id == sitting_id)
    if item_ids is not None:
        query = query.where(CurrentResponseRow.item_version_id.in_([int(item_id) for item_id in item_ids]))
    return {
        str(row.item_version_id): CurrentResponse(
            str(row.item_version_id),
            row.option_id,
            _position(row.option_epoch, row.option_seq),
            row.flagged,
            _position(row.flag_epoch, row.flag_seq),
        )
        for row in session.scalars(query)
    }


def write_current(
    session: Session, sitting_id: int, before: dict[str, CurrentResponse], after: Iterable[CurrentResponse]
) -> None:
    """Bring the projection up to what the log now says."""
    for current in after:
        values: dict[str, Any] = {
            "option_id": current.option,
            "option_epoch": current.option_from[0] if current.option_from else None,
            "option_seq": current.option_from[1] if current.option_from else None,
            "flagged": current.flagged,
            "flag_epoch": current.flagged_from[0] if current.flagged_from else None,
            "flag_seq": current.flagged_from[1] if current.flagged_from else None,
        }
        identity = {"sitting_id": sitting_id, "item_version_id": int(current.item_id)}
        if current.item_id in before:
            session.execute(sa.update(CurrentResponseRow).filter_by(**identity).values(**values))
        else:
            session.execute(sa.insert(CurrentResponseRow).values(**identity, **values))


def _position(epoch: int | None, seq: int | None) -> tuple[int, int] | None:
    return None if epoch is None or seq is None else (epoch, seq)


def list_overdue_ids(session: Session, now: datetime, limit: int = 50) -> list[int]:
    """Unfinished sittings in which, as far as can be seen without a lock, nothing more counts at `now`."""
    unfinished = (
        sa.select(SittingRow.id, AdministrationRow, CampaignRow.rule_pack_code, CampaignRow.rule_pack_version)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
        .where(
            SittingRow.state.in_(UNFINISHED_STATES),
            AdministrationRow.state == "ready",
            AdministrationRow.starts_at < now,
        )
        .order_by(AdministrationRow.starts_at, SittingRow.id)
    )
    clocks = {
        sitting_id: _clock(administration, get_pack(code, version))
        for sitting_id, administration, code, version in session.execute(unfinished)
    }
    past = [sitting_id for sitting_id, clock in clocks.items() if now > counts_until(clock, ())]
    due: list[int] = []
    for start in range(0, len(past), limit):
        part = past[start : start + limit]
        adjusted = list_adjustments(session, part)
        due += [one for one in part if now > counts_until(clocks[one], adjusted.get(one, ()))]
        if len(due) >= limit:
            break
    return due[:limit]


def lock_unfinished(session: Session, sitting_ids: Sequence[int]) -> list[int]:
    """Hold those that are still unfinished; rows that another worker holds are passed over."""
    query = (
        sa.select(SittingRow.id)
        .where(SittingRow.id.in_(sitting_ids), SittingRow.state.in_(UNFINISHED_STATES))
        .order_by(SittingRow.id)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))
