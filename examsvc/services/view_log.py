"""Who has seen what of the bank: by item, by person, and what is out of the ordinary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.services.office_calendar import OFFICE_TIME, today
from examsvc.store import views as store
from examsvc.store.models import ItemRow, UserRow
from examsvc.store.rows import get_row
from examsvc.store.staff_views import read_for_staff
from examsvc.store.views import ViewLine
from item_bank.viewing import How, OddDay, View, odd_days

PERIODS: Final = (7, 31, 92, 366)  # days
SHOWN: Final = 500
_TIMEOUT_MS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Overview:
    """Everybody who has looked since `since`, and the days that are out of the ordinary."""

    since: date
    people: list[tuple[int, str, int, int]]  # user, name, distinct items, showings
    odd: list[tuple[OddDay, str]]


@dataclass(frozen=True, slots=True)
class Seen:
    """The log of one item or one person, newest first; `more`: older entries are left out."""

    since: date
    title: str
    lines: list[ViewLine]
    n_people: int
    n_items: int
    odd: list[OddDay]

    @property
    def more(self) -> bool:
        return len(self.lines) == SHOWN


def view_overview(deps: Services, actor: Actor, days: int) -> Overview:
    """Who has looked at how much within the last so many days."""
    permit(actor, "views.read")
    with read_for_staff(deps.store, _TIMEOUT_MS) as session:
        since = today(session) - timedelta(days=days - 1)
        # exports are decided by two persons and listed by themselves: they would drown what is looked at
        odd = odd_days(_local(store.list_views(session, since, without=(How.EXPORT,))))
        names = store.names_of(session, {one.user_id for one in odd})
        people = store.count_by_user(session, since)
        return Overview(since, people, [(one, names[one.user_id]) for one in odd])


def views_of_item(deps: Services, actor: Actor, code: str, days: int) -> Seen | None:
    """Who has seen the item of this code; None: there is no such item."""
    permit(actor, "views.read")
    with read_for_staff(deps.store, _TIMEOUT_MS) as session:
        item = store.find_item(session, code.strip())
        if item is None:
            return None
        since = today(session) - timedelta(days=days - 1)
        return _seen(since, item.code, store.list_item_views(session, item.id, since, SHOWN), [])


def views_of_user(deps: Services, actor: Actor, user_id: int, days: int) -> Seen:
    """What this person has seen. Raises NotFound."""
    permit(actor, "views.read")
    with read_for_staff(deps.store, _TIMEOUT_MS) as session:
        user = get_row(session, UserRow, user_id)
        since = today(session) - timedelta(days=days - 1)
        lines = store.list_user_views(session, user_id, since, SHOWN)
        every = store.list_views(session, since, without=(How.EXPORT,), user_id=user_id)
        return _seen(since, user.display_name, lines, odd_days(_local(every)))


def viewers_of_item(deps: Services, actor: Actor, item_id: int) -> list[tuple[str, int, datetime, datetime]]:
    """Everybody who has seen this item: name, how often, first and last time."""
    permit(actor, "views.read")
    with deps.store.read() as session:
        return list(store.viewers_of(session, get_row(session, ItemRow, item_id).id))


def _seen(since: date, title: str, lines: list[ViewLine], odd: list[OddDay]) -> Seen:
    people = {line.row.user_id for line in lines}
    return Seen(since, title, lines, len(people), len({line.row.item_id for line in lines}), odd)


def _local(found: list[tuple[int, int, datetime]]) -> list[View]:
    return [View(user_id, item_id, at.astimezone(OFFICE_TIME)) for user_id, item_id, at in found]
