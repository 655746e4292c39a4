"""Queries about who has seen which wording, and how many he may."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.models import (
    FormItemRow,
    ItemRow,
    ItemVersionRow,
    ItemViewRow,
    UserRow,
    ViewGrantRow,
    ViewLimitRow,
)
from examsvc.store.parts import in_parts
from item_bank.lifecycle import State
from item_bank.pool import Pool
from item_bank.viewing import GUARDED, How, Wording, is_guarded

DEFAULT_LIMITS: dict[str, int | None] = {"author": 100, "reviewer": 200, "bank_manager": 300, "auditor": None}
_GUARDED = tuple(sorted(state.value for state in GUARDED))


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks, and whether what is in review waits for his judgement."""

    user_id: int
    reviews: bool


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A showing as a line of the log."""

    row: ItemViewRow
    code: str
    version: int
    viewer: str


def wordings(session: Session, version_ids: Collection[int], looker: Looker) -> dict[int, Wording]:
    """What is known of these wordings now, by version: guarded where any version of the item is."""
    sibling = aliased(ItemVersionRow)
    others = (
        sa.exists()
        .where(sibling.item_id == ItemVersionRow.item_id, sibling.state.in_(_GUARDED))
        .correlate(ItemVersionRow)
    )
    handed_out = aliased(ItemVersionRow)
    on_form = (
        sa.exists()
        .where(handed_out.item_id == ItemVersionRow.item_id, FormItemRow.item_version_id == handed_out.id)
        .correlate(ItemVersionRow)
    )
    facts = (ItemVersionRow.state, ItemRow.author_id, ItemRow.pool, others, on_form)
    found: dict[int, Wording] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = (
            sa.select(ItemVersionRow.id, ItemRow.id, *facts)
            .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
            .where(ItemVersionRow.id.in_(part))
        )
        for version_id, item_id, state, author_id, pool, has_guarded, stands in session.execute(query):
            siblings = (State.OPERATIONAL,) if has_guarded else ()
            own = author_id == looker.user_id
            duty = looker.reviews and state == State.IN_REVIEW
            guarded = is_guarded(State(state), Pool(pool), siblings, on_form=stands)
            found[version_id] = Wording(version_id, item_id, guarded, own, duty)
    return found


def stems(session: Session, version_ids: Collection[int]) -> dict[int, tuple[str, int]]:
    """Stem and author of each version: for `examsvc.services.viewing`, which has logged them."""
    found: dict[int, tuple[str, int]] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = (
            sa.select(ItemVersionRow.id, ItemVersionRow.stem, ItemRow.author_id)
            .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
            .where(ItemVersionRow.id.in_(part))
        )
        found.update({id_: (stem, author) for id_, stem, author in session.execute(query)})
    return found


def lock_viewer(session: Session, user_id: int) -> None:
    """Hold this person's other looks until the transaction ends: two at once do not share what is left."""
    session.execute(sa.select(UserRow.id).where(UserRow.id == user_id).with_for_update(key_share=True))


def seen_items(session: Session, user_id: int, day: date) -> set[int]:
    """The items that count toward this person's allowance on this day."""
    query = (
        sa.select(ItemViewRow.item_id)
        .where(ItemViewRow.user_id == user_id, ItemViewRow.viewed_on == day, ItemViewRow.counted)
        .distinct()
    )
    return set(session.scalars(query))


def seen_versions(session: Session, user_id: int, day: date, detail: str) -> set[int]:
    """The wordings that this person has been shown on this day in this way."""
    query = sa.select(ItemViewRow.item_version_id).where(
        ItemViewRow.user_id == user_id, ItemViewRow.viewed_on == day, ItemViewRow.detail == detail[:80]
    )
    return set(session.scalars(query))


def add_views(
    session: Session, shown: Sequence[Wording], user_id: int, at: tuple[datetime, date], how: tuple[How, str]
) -> None:
    """Log what is shown, one row each, in one statement."""
    if not shown:
        return
    rows = [
        {
            "item_version_id": wording.version_id,
            "item_id": wording.item_id,
            "user_id": user_id,
            "viewed_at": at[0],
            "viewed_on": at[1],
            "how": how[0].value,
            "detail": how[1][:80],
            "counted": wording.counts,
        }
        for wording in shown
    ]
    session.connection().execute(sa.insert(ItemViewRow), rows)


def limits(session: Session) -> dict[str, int | None]:
    """Role → how many it may see a day now; None: no limit."""
    query = sa.select(ViewLimitRow.role, ViewLimitRow.day_limit).order_by(ViewLimitRow.version)
    return DEFAULT_LIMITS | {row.role: row.day_limit for row in session.execute(query)}


def list_limits(session: Session) -> list[tuple[ViewLimitRow, str]]:
    """All versions with who made them, newest first."""
    query = (
        sa.select(ViewLimitRow, UserRow.display_name)
        .join(UserRow, UserRow.id == ViewLimitRow.made_by)
        .order_by(ViewLimitRow.id.desc())
    )
    return [(row, name) for row, name in session.execute(query)]


def newest_limit(session: Session, role: str) -> int:
    """The number of the version in force, 0 where there is none."""
    query = sa.select(sa.func.max(ViewLimitRow.version)).where(ViewLimitRow.role == role)
    return session.scalar(query) or 0


def granted(session: Session, user_id: int, day: date) -> int:
    """How many items were granted to this person for this day beyond his limit."""
    query = sa.select(sa.func.coalesce(sa.func.sum(ViewGrantRow.extra), 0)).where(
        ViewGrantRow.user_id == user_id, ViewGrantRow.day == day
    )
    return int(session.execute(query).scalar_one())


def list_grants(session: Session, since: date) -> list[tuple[ViewGrantRow, str, str]]:
    """What was granted since this day, newest first: to whom, and by whom."""
    holder, giver = aliased(UserRow), aliased(UserRow)
    query = (
        sa.select(ViewGrantRow, holder.display_name, giver.display_name)
        .join(holder, holder.id == ViewGrantRow.user_id)
        .join(giver, giver.id == ViewGrantRow.granted_by)
        .where(ViewGrantRow.day >= since)
        .order_by(ViewGrantRow.id.desc())
    )
    return [(row, to, by) for row, to, by in session.execute(query)]


def list_item_views(session: Session, item_id: int, since: date, limit: int) -> list[ViewLine]:
    """Who has seen this item, any of its versions, newest first."""
    return _lines(session, limit, ItemViewRow.item_id == item_id, ItemViewRow.viewed_on >= since)


def list_user_views(session: Session, user_id: int, since: date, limit: int) -> list[ViewLine]:
    """What this person has seen, newest first."""
    return _lines(session, limit, ItemViewRow.user_id == user_id, ItemViewRow.viewed_on >= since)


def _lines(session: Session, limit: int, *conditions: sa.ColumnElement[bool]) -> list[ViewLine]:
    query = (
        sa.select(ItemViewRow, ItemRow.code, ItemVersionRow.version, UserRow.display_name)
        .join(ItemVersionRow, ItemVersionRow.id == ItemViewRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemViewRow.item_id)
        .join(UserRow, UserRow.id == ItemViewRow.user_id)
        .where(*conditions)
        .order_by(ItemViewRow.id.desc())
        .limit(limit)
    )
    return [ViewLine(*row) for row in session.execute(query)]


def viewers_of(session: Session, item_id: int) -> list[tuple[str, int, datetime, datetime]]:
    """Everybody who has seen this item: name, how often, first and last time; the last to look first."""
    last = sa.func.max(ItemViewRow.viewed_at)
    query = (
        sa.select(UserRow.display_name, sa.func.count(), sa.func.min(ItemViewRow.viewed_at), last)
        .join(UserRow, UserRow.id == ItemViewRow.user_id)
        .where(ItemViewRow.item_id == item_id)
        .group_by(UserRow.id, UserRow.display_name)
        .order_by(last.desc())
    )
    return [(name, count, first, latest) for name, count, first, latest in session.execute(query)]


def count_by_user(session: Session, since: date) -> list[tuple[int, str, int, int]]:
    """Who looked at what since then: user, name, distinct items, showings; most items first."""
    distinct = sa.func.count(sa.distinct(ItemViewRow.item_id))
    query = (
        sa.select(UserRow.id, UserRow.display_name, distinct, sa.func.count())
        .join(UserRow, UserRow.id == ItemViewRow.user_id)
        .where(ItemViewRow.viewed_on >= since)
        .group_by(UserRow.id, UserRow.display_name)
        .order_by(distinct.desc(), UserRow.display_name)
    )
    return [(id_, name, items, showings) for id_, name, items, showings in session.execute(query)]


def list_views(
    session: Session, since: date, *, without: Sequence[How] = (), user_id: int | None = None
) -> list[tuple[int, int, datetime]]:
    """Every showing since this day as (user, item, instant): for finding what is out of the ordinary."""
    query = sa.select(ItemViewRow.user_id, ItemViewRow.item_id, ItemViewRow.viewed_at).where(
        ItemViewRow.viewed_on >= since, ItemViewRow.how.not_in([how.value for how in without])
    )
    if user_id is not None:
        query = query.where(ItemViewRow.user_id == user_id)
    return [(viewer, item_id, at) for viewer, item_id, at in session.execute(query)]


def find_item(session: Session, code: str) -> ItemRow | None:
    """The item of this code, in whatever case it was typed."""
    return session.scalars(
        sa.select(ItemRow).where(sa.func.upper(ItemRow.code) == code.upper())
    ).one_or_none()


def names_of(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """The display names of these users."""
    query = sa.select(UserRow.id, UserRow.display_name).where(UserRow.id.in_(set(user_ids)))
    return {row.id: row.display_name for row in session.execute(query)}
