"""Queries about the flags that calibrations in force put on items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import CalibrationRow, ItemParameterRow, ItemRow, ItemVersionRow
from examsvc.store.parts import in_parts

# what a calibration says of its way with an item, not of the item
ANCHORED: Final = "ANCHORED"
CARRIED_OVER: Final = "CARRIED_OVER"
NO_FAULT: Final = frozenset({ANCHORED, CARRIED_OVER})
_MARK: Final = '"code"'
Flags = list[Any]  # [{"code": stable code, "option": "A" or null}, …]


def is_flagged() -> sa.ColumnElement[bool]:
    """Whether a row of parameters bears a flag that says something of the item, by its own calibration.

    The flags are read as the text they are kept in: both databases can count in that.
    """
    text = sa.cast(ItemParameterRow.flags, sa.Text)
    n_flags = (sa.func.length(text) - sa.func.length(sa.func.replace(text, _MARK, ""))) / len(_MARK)
    n_anchored = sa.case((text.contains(f'"{ANCHORED}"'), 1), else_=0)
    return sa.and_(n_flags > n_anchored, ~text.contains(f'"{CARRIED_OVER}"'))


def flagged_calibrations() -> sa.CTE:
    """item → in how many adopted calibrations of its own responses it was flagged."""
    query = (
        sa.select(
            ItemVersionRow.item_id, sa.func.count(ItemParameterRow.calibration_id.distinct()).label("n")
        )
        .join(ItemVersionRow, ItemVersionRow.id == ItemParameterRow.item_version_id)
        .join(CalibrationRow, CalibrationRow.id == ItemParameterRow.calibration_id)
        .where(CalibrationRow.state == "adopted", is_flagged())
        .group_by(ItemVersionRow.item_id)
    )
    return query.cte("flagged")


def count_flagged(session: Session, item_ids: Sequence[int]) -> dict[int, int]:
    """Item → in how many adopted calibrations it was flagged; those never flagged are absent."""
    found: dict[int, int] = {}
    for part in in_parts(item_ids):
        flagged = flagged_calibrations()
        query = sa.select(flagged.c.item_id, flagged.c.n).where(flagged.c.item_id.in_(part))
        found.update(dict(session.execute(query).all()))
    return found


def flags_in(session: Session, calibration_id: int, item_ids: Sequence[int]) -> dict[int, Flags]:
    """Item → the flags of its newest version in a calibration."""
    found: dict[int, Flags] = {}
    for part in in_parts(item_ids):
        query = (
            sa.select(ItemVersionRow.item_id, ItemParameterRow.flags)
            .join(ItemVersionRow, ItemVersionRow.id == ItemParameterRow.item_version_id)
            .where(ItemParameterRow.calibration_id == calibration_id, ItemVersionRow.item_id.in_(part))
            .order_by(ItemVersionRow.version)
        )
        found.update(dict(session.execute(query).all()))
    return found


def list_flagged(
    session: Session, calibration_id: int, but_states: Sequence[str]
) -> list[tuple[int, str, Flags]]:
    """The item versions in use that a calibration flags, carried-over flags too: version, code, flags."""
    query = (
        sa.select(ItemVersionRow.id, ItemRow.code, ItemParameterRow.flags)
        .join(ItemVersionRow, ItemVersionRow.id == ItemParameterRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(
            ItemParameterRow.calibration_id == calibration_id,
            sa.cast(ItemParameterRow.flags, sa.Text) != "[]",
            ItemRow.pool == "operational",
            ItemVersionRow.state.not_in(but_states),
        )
        .order_by(ItemRow.code, ItemVersionRow.version)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
