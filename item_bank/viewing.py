"""Who may still see how much of the bank today, and whose looking is out of the ordinary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

from item_bank.lifecycle import State
from item_bank.pool import Pool


class How(StrEnum):
    """In which way a wording was shown."""

    PAGE = "page"
    LIST = "list"
    BOARD = "board"
    PREVIEW = "preview"
    EXPORT = "export"
    PROOF = "proof"


# an item of these states is in an exam, was in one, or may come into one: its wording is the treasure
GUARDED: Final[frozenset[State]] = frozenset(
    {
        State.APPROVED,
        State.PILOT,
        State.CALIBRATED,
        State.OPERATIONAL,
        State.SUSPENDED,
        State.NEEDS_LAW_UPDATE,
        State.QUARANTINED,
    }
)
WARNED_FROM: Final = 0.8  # share of the day's allowance


@dataclass(frozen=True, slots=True)
class Wording:
    """What is known of a wording that somebody wants to see.

    guarded : it, or another version of its item, stands in a guarded state or on a form (see `is_guarded`)
    own : whoever wants to see it has written it; duty : it waits for his judgement
    """

    version_id: int
    item_id: int
    guarded: bool
    own: bool
    duty: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is taken off the day's allowance: what is one's own or one's work is not."""
        return self.guarded and not self.own and not self.duty


def is_guarded(
    state: State, pool: Pool, sibling_states: Collection[State] = (), *, on_form: bool = False
) -> bool:
    """Whether showing this wording is logged: an item to practise with is open to every officer anyway.

    on_form : it stands on a form: whoever retires it, or has it appraised afresh, opens it to nobody
    """
    return pool is Pool.OPERATIONAL and (on_form or not GUARDED.isdisjoint({state, *sibling_states}))


class Standing(StrEnum):
    FREE = "free"  # no limit holds
    WITHIN = "within"
    NEAR = "near"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Quota:
    """How many distinct guarded items one person may see on a day, and how many he has seen.

    limit : None: as many as he likes; extra : what somebody else has granted for this day
    """

    limit: int | None
    extra: int = 0
    seen: int = 0

    @property
    def allowance(self) -> int | None:
        return None if self.limit is None else self.limit + self.extra

    @property
    def left(self) -> int | None:
        """None: no limit holds."""
        return None if self.allowance is None else max(0, self.allowance - self.seen)

    @property
    def standing(self) -> Standing:
        if self.allowance is None:
            return Standing.FREE
        if self.seen >= self.allowance:
            return Standing.REACHED
        return Standing.NEAR if self.seen >= WARNED_FROM * self.allowance else Standing.WITHIN


def limit_of(roles: Iterable[str], limits: Mapping[str, int | None]) -> int | None:
    """The limit of whoever holds these roles: the most generous of those that have one; None: no limit.

    limits : by role; a role that is not named neither gives nor takes
    """
    found = [limits[role] for role in roles if role in limits]
    numbers = [limit for limit in found if limit is not None]
    return max(numbers) if numbers and len(numbers) == len(found) else None


@dataclass(frozen=True, slots=True)
class Admitted:
    """Which of the wordings wanted may be shown, in their order, which not, and how the day then stands."""

    shown: tuple[Wording, ...]
    withheld: tuple[Wording, ...]
    quota: Quota


def admit(wanted: Sequence[Wording], seen_items: Collection[int], quota: Quota) -> Admitted:
    """As many in their order as the day still allows; an item that was seen today costs nothing again.

    seen_items : the items that were counted today already, `quota.seen` of them
    """
    known, left = set(seen_items), quota.left
    shown: list[Wording] = []
    withheld: list[Wording] = []
    for wording in wanted:
        if wording.counts and wording.item_id not in known:
            if left is not None and len(known) - len(seen_items) >= left:
                withheld.append(wording)
                continue
            known.add(wording.item_id)
        shown.append(wording)
    after = Quota(quota.limit, quota.extra, quota.seen + len(known) - len(seen_items))
    return Admitted(tuple(shown), tuple(withheld), after)


@dataclass(frozen=True, slots=True)
class View:
    """One showing of an item to one person; `at` by the clock of the office."""

    user_id: int
    item_id: int
    at: datetime


class Oddity(StrEnum):
    OUT_OF_HOURS = "out_of_hours"
    MANY_IN_AN_HOUR = "many_in_an_hour"
    ABOVE_OWN_MEDIAN = "above_own_median"


@dataclass(frozen=True, slots=True)
class Habits:
    """From when on looking is out of the ordinary; the defaults are our own, no rule names them."""

    opens: time = time(7)
    closes: time = time(18)
    out_of_hours: int = 5  # distinct items on a day
    in_an_hour: int = 60  # distinct items within any 60 minutes
    times_median: float = 3.0
    at_least: int = 20  # distinct items on a day, before it is compared with the median
    days_known: int = 3  # days of looking before it, for there to be a median


@dataclass(frozen=True, slots=True)
class OddDay:
    """A person's day of looking that is out of the ordinary: how, how many items, and what is usual.

    count : distinct items that made it so; usual : the figure it was held against
    """

    user_id: int
    day: date
    oddity: Oddity
    count: int
    usual: float


def odd_days(views: Iterable[View], habits: Habits = Habits()) -> list[OddDay]:
    """The days on which somebody saw items out of hours, many in an hour, or far more than he usually does.

    Newest first, and the greatest count of a day first. A flag is a question, never a verdict.
    """
    by_user: dict[int, dict[date, list[View]]] = defaultdict(lambda: defaultdict(list))
    for view in views:
        by_user[view.user_id][view.at.date()].append(view)
    found: list[OddDay] = []
    for user_id, days in by_user.items():
        earlier: list[int] = []
        for day in sorted(days):
            looked = days[day]
            found.extend(_oddities(user_id, day, looked, earlier, habits))
            earlier.append(_distinct(looked))
    return sorted(found, key=lambda one: (one.day, one.count, one.user_id), reverse=True)


def _oddities(
    user_id: int, day: date, looked: list[View], earlier: Sequence[int], habits: Habits
) -> Iterable[OddDay]:
    outside = _distinct([view for view in looked if not _in_hours(view.at, habits)])
    if outside >= habits.out_of_hours:
        yield OddDay(user_id, day, Oddity.OUT_OF_HOURS, outside, habits.out_of_hours)
    busiest = _busiest_hour(looked)
    if busiest >= habits.in_an_hour:
        yield OddDay(user_id, day, Oddity.MANY_IN_AN_HOUR, busiest, habits.in_an_hour)
    if len(earlier) >= habits.days_known:
        count, usual = _distinct(looked), median(earlier)
        if count >= habits.at_least and count > habits.times_median * usual:
            yield OddDay(user_id, day, Oddity.ABOVE_OWN_MEDIAN, count, usual)


def _distinct(views: Sequence[View]) -> int:
    return len({view.item_id for view in views})


def _in_hours(at: datetime, habits: Habits) -> bool:
    return at.weekday() < 5 and habits.opens <= at.time() < habits.closes


def _busiest_hour(views: Sequence[View]) -> int:
    """The most distinct items within any 60 minutes."""
    inside: dict[int, int] = defaultdict(int)
    ordered = sorted(views, key=lambda view: view.at)
    most = start = 0
    for view in ordered:
        inside[view.item_id] += 1
        while view.at - ordered[start].at >= timedelta(hours=1):
            inside[ordered[start].item_id] -= 1
            if not inside[ordered[start].item_id]:
                del inside[ordered[start].item_id]
            start += 1
        most = max(most, len(inside))
    return most
