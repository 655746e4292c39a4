"""Queries about items that leave the bank as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.models import ItemExportLineRow, ItemExportRow, ItemRow, ItemVersionRow, UserRow

OPEN = ("checking", "asked", "confirmed", "ready")


@dataclass(frozen=True, slots=True)
class ExportLine:
    """An export with who asked for it and who decided ("" while nobody has)."""

    row: ItemExportRow
    asked_by: str
    decided_by: str


def list_exports(session: Session, limit: int) -> list[ExportLine]:
    """The exports, those still open first, then the newest."""
    is_open = sa.case((ItemExportRow.state.in_(OPEN), 0), else_=1)
    query = _lines().order_by(is_open, ItemExportRow.id.desc()).limit(limit)
    return [ExportLine(row[0], row[1], row[2] or "") for row in session.execute(query)]


def find_export(session: Session, export_id: int) -> ExportLine | None:
    """One export."""
    row = session.execute(_lines().where(ItemExportRow.id == export_id)).one_or_none()
    return None if row is None else ExportLine(row[0], row[1], row[2] or "")


def _lines() -> sa.Select[ItemExportRow, str, str]:
    asker, decider = aliased(UserRow), aliased(UserRow)
    return (
        sa.select(ItemExportRow, asker.display_name, decider.display_name)
        .join(asker, asker.id == ItemExportRow.asked_by)
        .outerjoin(decider, decider.id == ItemExportRow.decided_by)
    )


def count_waiting(session: Session, user_id: int) -> int:
    """How many exports wait for this person's word: those that somebody else asked for."""
    query = sa.select(sa.func.count()).where(
        ItemExportRow.state == "asked", ItemExportRow.asked_by != user_id
    )
    return session.execute(query).scalar_one()


def add_lines(session: Session, export_id: int, version_ids: Sequence[int]) -> None:
    """Which item versions the export takes out, in their order."""
    session.connection().execute(
        sa.insert(ItemExportLineRow),
        [
            {"export_id": export_id, "item_version_id": version_id, "ordinal": ordinal}
            for ordinal, version_id in enumerate(version_ids, 1)
        ],
    )


def version_ids(session: Session, export_id: int) -> list[int]:
    """The item versions of an export, in their order."""
    query = (
        sa.select(ItemExportLineRow.item_version_id)
        .where(ItemExportLineRow.export_id == export_id)
        .order_by(ItemExportLineRow.ordinal)
    )
    return list(session.scalars(query))


def list_codes(session: Session, export_id: int, limit: int) -> list[tuple[int, str, int, str]]:
    """Version id, item code, version and state of an export's first items."""
    query = (
        sa.select(ItemVersionRow.id, ItemRow.code, ItemVersionRow.version, ItemVersionRow.state)
        .join(ItemExportLineRow, ItemExportLineRow.item_version_id == ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(ItemExportLineRow.export_id == export_id)
        .order_by(ItemExportLineRow.ordinal)
        .limit(limit)
    )
    return [(id_, code, version, state) for id_, code, version, state in session.execute(query)]


def taken_with(session: Session, item_id: int) -> list[tuple[int, str]]:
    """Number and recipient of the exports taken out that had any version of the item, newest first."""
    query = (
        sa.select(ItemExportRow.id, ItemExportRow.recipient)
        .join(ItemExportLineRow, ItemExportLineRow.export_id == ItemExportRow.id)
        .join(ItemVersionRow, ItemVersionRow.id == ItemExportLineRow.item_version_id)
        .where(ItemVersionRow.item_id == item_id, ItemExportRow.state == "taken")
        .distinct()
        .order_by(ItemExportRow.id.desc())
    )
    return [(id_, recipient) for id_, recipient in session.execute(query)]


def list_overdue(session: Session, now: datetime, asked_before: datetime) -> list[int]:
    """Exports whose file nobody took out in time, or that nobody decided on, or whose writing broke off."""
    late = sa.or_(
        sa.and_(ItemExportRow.state.in_(["ready", "confirmed"]), ItemExportRow.expires_at <= now),
        sa.and_(ItemExportRow.state.in_(["asked", "checking"]), ItemExportRow.asked_at <= asked_before),
    )
    return list(session.scalars(sa.select(ItemExportRow.id).where(late).order_by(ItemExportRow.id)))


def list_traceable(session: Session) -> list[ExportLine]:
    """Every export that had a file."""
    query = _lines().where(ItemExportRow.file_sha256.is_not(None)).order_by(ItemExportRow.id)
    return [ExportLine(row[0], row[1], row[2] or "") for row in session.execute(query)]


def exportable(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Item code → the version to export: the one in use, else the newest that its author has handed in."""
    found: dict[str, int] = {}
    in_use = sa.case((ItemVersionRow.state == "operational", 1), else_=0)
    for start in range(0, len(codes), 500):
        query = (
            sa.select(ItemRow.code, ItemVersionRow.id)
            .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
            .where(
                ItemRow.code.in_(codes[start : start + 500]),
                ItemVersionRow.state.not_in(["draft", "retired"]),
            )
            .order_by(in_use, ItemVersionRow.version)
        )
        found.update({row.code: row.id for row in session.execute(query)})
    return found


def codes_of(session: Session, version_ids: Sequence[int]) -> list[str]:
    """The item codes of these versions, each once, in order."""
    query = (
        sa.select(ItemRow.code)
        .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
        .where(ItemVersionRow.id.in_(version_ids[:500]))
        .distinct()
        .order_by(ItemRow.code)
    )
    return list(session.scalars(query))
