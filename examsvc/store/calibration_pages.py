"""Queries for the calibration desk: what a campaign offers, the forms it sat, an item's history."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.sitting import MARKED_STATES
from examsvc.store.models import (
    AdministrationRow,
    CalibrationRow,
    CampaignRow,
    FormItemRow,
    FormRow,
    ItemParameterRow,
    ItemVersionRow,
    LevelScaleRow,
    SittingRow,
)
from examsvc.store.rows import get_row


@dataclass(frozen=True, slots=True)
class SatFormLine:
    """A form that was sat in a campaign."""

    code: str
    n_items: int
    n_sittings: int


def list_sat_forms(session: Session, campaign_id: int) -> list[SatFormLine]:
    """The forms of a campaign's closed sittings by code."""
    n_items = (
        sa.select(sa.func.count())
        .select_from(FormItemRow)
        .where(FormItemRow.form_id == FormRow.id, FormItemRow.scored)
        .scalar_subquery()
    )
    query = (
        sa.select(FormRow.code, n_items, sa.func.count(SittingRow.id))
        .join(SittingRow, SittingRow.form_id == FormRow.id)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(AdministrationRow.campaign_id == campaign_id, SittingRow.state.in_(MARKED_STATES))
        .group_by(FormRow.id, FormRow.code)
        .order_by(FormRow.code)
    )
    return [SatFormLine(*row) for row in session.execute(query)]


def sat_items(session: Session, campaign_id: int) -> dict[int, frozenset[int]]:
    """Form → its scored item versions, of the forms that were sat in a campaign."""
    query = (
        sa.select(FormItemRow.form_id, FormItemRow.item_version_id)
        .distinct()
        .join(SittingRow, SittingRow.form_id == FormItemRow.form_id)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(
            AdministrationRow.campaign_id == campaign_id,
            SittingRow.state.in_(MARKED_STATES),
            FormItemRow.scored,
        )
    )
    found: dict[int, set[int]] = {}
    for form_id, version_id in session.execute(query):
        found.setdefault(form_id, set()).add(version_id)
    return {form_id: frozenset(versions) for form_id, versions in found.items()}


def count_sat(session: Session, campaign_id: int) -> dict[int, int]:
    """Form → its closed sittings, of the forms that were sat in a campaign."""
    query = (
        sa.select(SittingRow.form_id, sa.func.count())
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(AdministrationRow.campaign_id == campaign_id, SittingRow.state.in_(MARKED_STATES))
        .group_by(SittingRow.form_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count_items(session: Session, campaign_id: int, calibration_id: int | None) -> tuple[int, int]:
    """How many items a campaign's sat forms hold, and how many of them this calibration has figures for."""
    versions = frozenset[int]().union(*sat_items(session, campaign_id).values())
    known = sa.select(ItemParameterRow.item_version_id).where(
        ItemParameterRow.calibration_id == calibration_id, ItemParameterRow.a.is_not(None)
    )
    return len(versions), len(versions & set(session.scalars(known)))


def item_history(
    session: Session, item_id: int
) -> list[tuple[ItemParameterRow, ItemVersionRow, CalibrationRow]]:
    """An item's figures in every calibration, newest first."""
    query = (
        sa.select(ItemParameterRow, ItemVersionRow, CalibrationRow)
        .join(ItemVersionRow, ItemVersionRow.id == ItemParameterRow.item_version_id)
        .join(CalibrationRow, CalibrationRow.id == ItemParameterRow.calibration_id)
        .where(ItemVersionRow.item_id == item_id)
        .order_by(CalibrationRow.id.desc(), ItemVersionRow.version.desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def cut_percents(session: Session, campaign_id: int) -> tuple[float, ...]:
    """The percents at which the levels of a campaign's scale begin."""
    scale = get_row(session, LevelScaleRow, get_row(session, CampaignRow, campaign_id).level_scale_id)
    return tuple(float(percent) for percent in scale.cut_percents)
