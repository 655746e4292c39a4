"""Queries about the forms that have an item, and what became of the exams that had the forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import (
    AdministrationRow,
    CampaignRow,
    CandidateRow,
    FormItemRow,
    FormRow,
    ItemVersionRow,
    ResultRow,
    SittingRow,
)
from examsvc.store.parts import in_parts
from item_bank.confidentiality import Sat, Stage, Use, stage_of

_PRESSING = (Stage.RUNNING, Stage.AWAITED, Stage.MARKING, Stage.OVER, Stage.DRAFT)


def list_uses(session: Session, item_id: int, now: datetime) -> list[Use]:
    """The forms that have any version of the item, with each campaign that has them or may hand them out."""
    forms = list(
        session.scalars(
            sa.select(FormRow)
            .where(
                FormRow.id.in_(
                    sa.select(FormItemRow.form_id)
                    .join(ItemVersionRow, ItemVersionRow.id == FormItemRow.item_version_id)
                    .where(ItemVersionRow.item_id == item_id)
                )
            )
            .order_by(FormRow.code)
        )
    )
    return [use for form in forms for use in _uses_of(session, form, now)]


def forms_of_items(session: Session, item_ids: Collection[int]) -> dict[int, str]:
    """Item → the code of a form, not withdrawn, that has a version of it; items on no form are left out."""
    found: dict[int, str] = {}
    for part in in_parts(sorted(set(item_ids))):
        query = (
            sa.select(ItemVersionRow.item_id, sa.func.min(FormRow.code))
            .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
            .join(FormRow, FormRow.id == FormItemRow.form_id)
            .where(ItemVersionRow.item_id.in_(part), FormRow.state != "withdrawn")
            .group_by(ItemVersionRow.item_id)
        )
        found.update({row[0]: row[1] for row in session.execute(query)})
    return found


def forms_ahead(session: Session, version_ids: Collection[int], now: datetime) -> dict[int, str]:
    """Item version → the code of a form that has it for an administration which is not over."""
    rostered = sa.exists().where(
        CandidateRow.form_id == FormRow.id,
        CandidateRow.administration_id == AdministrationRow.id,
        AdministrationRow.state != "closed",
        AdministrationRow.window_ends_at > now,
    )
    offered = sa.exists().where(FormRow.state == "published", *_coming(now))
    found: dict[int, str] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = (
            sa.select(FormItemRow.item_version_id, sa.func.min(FormRow.code))
            .join(FormRow, FormRow.id == FormItemRow.form_id)
            .where(FormItemRow.item_version_id.in_(part), FormRow.state != "withdrawn")
            .where(sa.or_(rostered, offered))
            .group_by(FormItemRow.item_version_id)
        )
        found.update({row[0]: row[1] for row in session.execute(query)})
    return found


def _coming(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Administrations that may yet hand out a form of their blueprint."""
    return (
        AdministrationRow.blueprint_id == FormRow.blueprint_id,
        AdministrationRow.state == "planned",
        AdministrationRow.window_ends_at > now,
    )


def _uses_of(session: Session, form: FormRow, now: datetime) -> list[Use]:
    published = form.state == "published"
    stages: dict[tuple[int, str], Stage] = {}
    for administration, campaign in _administrations(session, form, now):
        stage = stage_of(_sat(session, administration, form.id), now)
        at = (campaign.id, campaign.code)
        stages[at] = min(stages.get(at, stage), stage, key=_PRESSING.index)
    if stages:
        return [Use(form.id, form.code, stage, code, id_) for (id_, code), stage in stages.items()]
    if form.state == "withdrawn":
        return []
    return [Use(form.id, form.code, stage_of(None, now, published=published))]


def _administrations(
    session: Session, form: FormRow, now: datetime
) -> list[tuple[AdministrationRow, CampaignRow]]:
    """Those whose roster has the form; where it is published, also those to come that may hand it out."""
    holds: sa.ColumnElement[bool] = AdministrationRow.id.in_(
        sa.select(CandidateRow.administration_id).where(CandidateRow.form_id == form.id)
    )
    if form.state == "published":
        coming = sa.and_(
            AdministrationRow.blueprint_id == form.blueprint_id,
            AdministrationRow.state == "planned",
            AdministrationRow.window_ends_at > now,
        )
        holds = sa.or_(holds, coming)
    query = (
        sa.select(AdministrationRow, CampaignRow)
        .join(CampaignRow, CampaignRow.id == AdministrationRow.campaign_id)
        .where(holds)
        .order_by(AdministrationRow.starts_at)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _sat(session: Session, administration: AdministrationRow, form_id: int) -> Sat:
    query = (
        sa.select(ResultRow.state, sa.func.count())
        .join(SittingRow, SittingRow.id == ResultRow.sitting_id)
        .where(SittingRow.administration_id == administration.id, SittingRow.form_id == form_id)
        .group_by(ResultRow.state)
    )
    results = Counter({row[0]: row[1] for row in session.execute(query)})
    return Sat(
        starts_at=administration.starts_at,
        ends_at=administration.window_ends_at,
        closed=administration.state == "closed",
        provisional=results["provisional"],
        released=results["released"],
    )
