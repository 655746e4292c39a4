"""Queries about what officers have seen: items by the sittings that had them on a form, and their rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import (
    AdministrationRow,
    BlueprintRow,
    CampaignRow,
    CandidateRow,
    FormItemRow,
    FormRow,
    ItemRestRow,
    ItemRestRuleRow,
    ItemRow,
    ItemVersionRow,
    PositionRow,
    SittingRow,
    TopicRow,
    UserRow,
)
from examsvc.store.parts import in_parts
from item_bank.interactions.kinds import RATED

SEEN_AT: Final = sa.func.coalesce(SittingRow.opened_at, SittingRow.submitted_at)  # None: nobody has seen it


@dataclass(frozen=True, slots=True)
class Sight:
    """How many sittings of a position saw an item in a campaign, of how many, and when last."""

    campaign: CampaignRow
    position: str
    n_sittings: int
    n_candidates: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Beyond what an item may rest; `since` is the instant before which nothing seen counts any more."""

    most_sittings: int | None
    most_share: float | None
    since: datetime


def seen_forms() -> sa.CTE:
    """(form, campaign, position) → how many sittings have been opened, and when the last was."""
    query = (
        sa.select(
            SittingRow.form_id,
            AdministrationRow.campaign_id,
            PositionRow.code.label("position"),
            sa.func.count().label("n"),
            sa.func.max(SEEN_AT).label("last_at"),
        )
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .join(FormRow, FormRow.id == SittingRow.form_id)
        .join(BlueprintRow, BlueprintRow.id == FormRow.blueprint_id)
        .join(PositionRow, PositionRow.id == BlueprintRow.position_id)
        .where(SEEN_AT.is_not(None))
        .group_by(SittingRow.form_id, AdministrationRow.campaign_id, PositionRow.code)
    )
    return query.cte("seen_form")


def seen_items(forms: sa.CTE) -> sa.CTE:
    """(item, campaign, position) → sittings that saw any version of the item, and when last."""
    query = (
        sa.select(
            ItemVersionRow.item_id,
            forms.c.campaign_id,
            forms.c.position,
            sa.func.sum(forms.c.n).label("n"),
            sa.func.max(forms.c.last_at).label("last_at"),
        )
        .join(FormItemRow, FormItemRow.form_id == forms.c.form_id)
        .join(ItemVersionRow, ItemVersionRow.id == FormItemRow.item_version_id)
        .group_by(ItemVersionRow.item_id, forms.c.campaign_id, forms.c.position)
    )
    return query.cte("seen_item")


def candidates_of(forms: sa.CTE) -> sa.CTE:
    """(campaign, position) → its sittings that have been opened."""
    total = sa.func.sum(forms.c.n).label("n")
    return (
        sa.select(forms.c.campaign_id, forms.c.position, total)
        .group_by(forms.c.campaign_id, forms.c.position)
        .cte("seen_position")
    )


def exposures() -> sa.CTE:
    """item → sittings, campaigns, when last, the largest share of a position's candidates in a campaign."""
    forms = seen_forms()
    items, totals = seen_items(forms), candidates_of(forms)
    return (
        sa.select(
            items.c.item_id,
            sa.func.sum(items.c.n).label("n_sittings"),
            sa.func.count(items.c.campaign_id.distinct()).label("n_campaigns"),
            sa.func.max(items.c.last_at).label("last_at"),
            sa.func.max(items.c.n * 1.0 / totals.c.n).label("share"),
        )
        .join(
            totals,
            sa.and_(totals.c.campaign_id == items.c.campaign_id, totals.c.position == items.c.position),
        )
        .group_by(items.c.item_id)
        .cte("exposure")
    )


def list_sights(session: Session, item_ids: Sequence[int]) -> dict[int, list[Sight]]:
    """Item → its campaigns and positions, the latest first.

    The forms that were seen are few beside the sittings: they are counted once, and the items' parts added up
    here.
    """
    seen: dict[int, list[tuple[tuple[int, str], int, datetime]]] = {}
    totals: Counter[tuple[int, str]] = Counter()
    for form_id, campaign_id, position, n, last_at in session.execute(sa.select(seen_forms())):
        seen.setdefault(form_id, []).append(((campaign_id, position), n, last_at))
        totals[campaign_id, position] += n
    found: dict[int, dict[tuple[int, str], tuple[int, datetime]]] = {}
    for item_id, form_id in _forms_of(session, item_ids):
        by_place = found.setdefault(item_id, {})
        for place, n, last_at in seen.get(form_id, ()):
            before, at = by_place.get(place, (0, last_at))
            by_place[place] = (before + n, max(at, last_at))
    campaigns = {row.id: row for row in session.scalars(sa.select(CampaignRow))}
    return {
        item_id: sorted(
            (
                Sight(campaigns[place[0]], place[1], n, totals[place], last_at)
                for place, (n, last_at) in by_place.items()
            ),
            key=lambda sight: (sight.last_at, sight.position),
            reverse=True,
        )
        for item_id, by_place in found.items()
        if by_place
    }


def _forms_of(session: Session, item_ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(item, form) pairs: the forms that have a version of the item."""
    for part in in_parts(item_ids):
        query = (
            sa.select(ItemVersionRow.item_id, FormItemRow.form_id)
            .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
            .where(ItemVersionRow.item_id.in_(part))
        )
        yield from ((row[0], row[1]) for row in session.execute(query))


def count_officers(session: Session, item_ids: Sequence[int]) -> dict[int, int]:
    """Item → how many officers have seen any version of it, each counted once."""
    found: dict[int, int] = {}
    for part in in_parts(item_ids):
        query = (
            sa.select(ItemVersionRow.item_id, sa.func.count(CandidateRow.officer_id.distinct()))
            .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
            .join(SittingRow, SittingRow.form_id == FormItemRow.form_id)
            .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
            .where(ItemVersionRow.item_id.in_(part), SEEN_AT.is_not(None))
            .group_by(ItemVersionRow.item_id)
        )
        found.update(dict(session.execute(query).all()))
    return found


def list_ordered(session: Session, today: date) -> list[int]:
    """The items whose newest order puts them to rest beyond today."""
    newest = sa.select(sa.func.max(ItemRestRow.id)).group_by(ItemRestRow.item_id)
    query = sa.select(ItemRestRow.item_id).where(ItemRestRow.id.in_(newest), ItemRestRow.until_on > today)
    return list(session.scalars(query))


def list_suspects(session: Session, beyond: Suspicion) -> list[int]:
    """The items that may rest by the rule: more than those that do, for the library decides."""
    seen = exposures()
    worn: list[sa.ColumnElement[bool]] = []
    if beyond.most_sittings is not None:
        worn.append(seen.c.n_sittings > beyond.most_sittings)
    if beyond.most_share is not None:
        worn.append(seen.c.share > beyond.most_share)
    if not worn:
        return []
    query = sa.select(seen.c.item_id).where(seen.c.last_at >= beyond.since, sa.or_(*worn))
    return list(session.scalars(query))


def list_orders(session: Session, item_ids: Sequence[int]) -> dict[int, list[ItemRestRow]]:
    """Item → the orders about its rest, newest first."""
    found: dict[int, list[ItemRestRow]] = {}
    for part in in_parts(item_ids):
        query = sa.select(ItemRestRow).where(ItemRestRow.item_id.in_(part)).order_by(ItemRestRow.id.desc())
        for row in session.scalars(query):
            found.setdefault(row.item_id, []).append(row)
    return found


def cells_of(session: Session, item_ids: Sequence[int]) -> list[tuple[int, int, str, str]]:
    """The operational versions of these items for exams: item, version, topic and cognitive level of each.

    None that people mark: no form can hold them, whether they rest or not.
    """
    found: list[tuple[int, int, str, str]] = []
    for part in in_parts(item_ids):
        query = (
            sa.select(ItemRow.id, ItemVersionRow.id, TopicRow.code, ItemVersionRow.cognitive_level)
            .join(ItemVersionRow, ItemVersionRow.item_id == ItemRow.id)
            .join(TopicRow, TopicRow.id == ItemRow.topic_id)
            .where(
                ItemRow.id.in_(part),
                ItemRow.pool == "operational",
                ItemVersionRow.state == "operational",
                ItemVersionRow.interaction.not_in(RATED),
            )
            .order_by(ItemVersionRow.id)
        )
        found.extend((row[0], row[1], row[2], row[3]) for row in session.execute(query))
    return found


def items_of_versions(session: Session, version_ids: Collection[int]) -> dict[int, str]:
    """Item → code, of the items for exams that these versions belong to, by code."""
    found: dict[int, str] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = (
            sa.select(ItemRow.id, ItemRow.code)
            .where(
                ItemRow.id.in_(sa.select(ItemVersionRow.item_id).where(ItemVersionRow.id.in_(part))),
                ItemRow.pool == "operational",
            )
            .order_by(ItemRow.code)
        )
        found.update({row[0]: row[1] for row in session.execute(query)})
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def find_rule(session: Session) -> ItemRestRuleRow | None:
    """The rule in force; None where nobody has made one."""
    query = sa.select(ItemRestRuleRow).order_by(ItemRestRuleRow.version.desc()).limit(1)
    return session.scalars(query).one_or_none()


def list_rules(session: Session) -> list[tuple[ItemRestRuleRow, str]]:
    """All versions of the rule with who made them, newest first."""
    query = (
        sa.select(ItemRestRuleRow, UserRow.display_name)
        .join(UserRow, UserRow.id == ItemRestRuleRow.made_by)
        .order_by(ItemRestRuleRow.version.desc())
    )
    return [(row, name) for row, name in session.execute(query)]
