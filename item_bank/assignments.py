"""Assignments: what an author owes the bank by when, what of it is delivered, and how late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from item_bank.lifecycle import ASIDE, State
from item_bank.pool import Pool

DUE_SOON_DAYS = 7


class Reach(IntEnum):
    """How far a version has come on its way into the bank; of an item the farthest version counts."""

    NOWHERE = 0  # retired before anybody accepted it: another item is owed in its place
    WITH_AUTHOR = 1
    HANDED_IN = 2
    ACCEPTED = 3


def reach(state: State, *, appraised: bool) -> Reach:
    """`appraised` says whether the version had been appraised when it was set aside or retired."""
    if state is State.DRAFT:
        return Reach.WITH_AUTHOR
    if state is State.IN_REVIEW:
        return Reach.HANDED_IN
    if state is State.RETIRED and not appraised:
        return Reach.NOWHERE
    if state in ASIDE and not appraised:
        return Reach.HANDED_IN
    return Reach.ACCEPTED


class Standing(StrEnum):
    """Where an item written for an assignment stands."""

    WRITTEN = "written"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


DELIVERED: frozenset[Standing] = frozenset({Standing.IN_REVIEW, Standing.ACCEPTED})


def standing(farthest: Reach, handed_in_on: date | None) -> Standing:
    """An item with its author counts as returned from its first handing in on."""
    if farthest is Reach.WITH_AUTHOR:
        return Standing.WRITTEN if handed_in_on is None else Standing.RETURNED
    by_reach = {Reach.ACCEPTED: Standing.ACCEPTED, Reach.HANDED_IN: Standing.IN_REVIEW}
    return by_reach.get(farthest, Standing.REJECTED)


@dataclass(frozen=True, slots=True)
class Tally:
    """So many items that stand alike and were first handed in on the same day."""

    standing: Standing
    handed_in_on: date | None
    n_items: int


class Ending(StrEnum):
    """How the bank manager ends an assignment: what is missing is forgiven, or nothing was owed at all."""

    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Progress(StrEnum):
    """The state of an assignment at a date."""

    OPEN = "open"
    DUE_SOON = "due_soon"
    LATE = "late"
    DELIVERED = "delivered"
    DELIVERED_LATE = "delivered_late"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OWING: frozenset[Progress] = frozenset({Progress.OPEN, Progress.DUE_SOON, Progress.LATE})


@dataclass(frozen=True, slots=True)
class Terms:
    """How many items are asked for by when, and whether and when the bank manager ended it."""

    n_items: int
    due_on: date
    ending: Ending | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """An assignment at a date, in numbers of items.

    `delivered` and `delivered_late` count no more than was asked for, so that a surplus here hides no debt
    elsewhere; `owed` is what is missing of it, `overdue` what of that should be there already.
    """

    progress: Progress
    asked: int
    written: int
    in_review: int
    returned: int
    accepted: int
    delivered: int
    delivered_late: int
    owed: int
    overdue: int
    days_late: int


def assess(terms: Terms, tallies: Sequence[Tally], today: date) -> Figures:
    """An item is delivered on the day it first reached review; while it is returned it does not count.

    When it comes back it counts from that first day again: how long reviewing takes is not his doing.
    """
    days = sorted(
        day
        for tally in tallies
        if tally.standing in DELIVERED and tally.handed_in_on is not None
        for day in [tally.handed_in_on] * tally.n_items
    )[: terms.n_items]
    withdrawn = terms.ending is Ending.WITHDRAWN
    missing = terms.n_items - len(days)
    owed = missing if terms.ending is None else 0
    counts = {which: sum(t.n_items for t in tallies if t.standing is which) for which in Standing}
    progress = _progress(terms, days, today)
    return Figures(
        progress=progress,
        asked=0 if withdrawn else terms.n_items,
        written=sum(counts.values()) - counts[Standing.REJECTED],
        in_review=counts[Standing.IN_REVIEW],
        returned=counts[Standing.RETURNED],
        accepted=counts[Standing.ACCEPTED],
        delivered=0 if withdrawn else len(days),
        delivered_late=0 if withdrawn else sum(day > terms.due_on for day in days),
        owed=owed,
        overdue=owed if today > terms.due_on else 0,
        days_late=0 if withdrawn else _days_late(terms, days, today),
    )


def _progress(terms: Terms, days: list[date], today: date) -> Progress:
    if terms.ending is Ending.WITHDRAWN:
        return Progress.WITHDRAWN
    if len(days) == terms.n_items:
        return Progress.DELIVERED_LATE if days[-1] > terms.due_on else Progress.DELIVERED
    if terms.ending is Ending.CLOSED:
        return Progress.CLOSED
    if today > terms.due_on:
        return Progress.LATE
    return Progress.DUE_SOON if (terms.due_on - today).days <= DUE_SOON_DAYS else Progress.OPEN


def _days_late(terms: Terms, days: list[date], today: date) -> int:
    """Up to the day on which the last item came, the assignment was closed, or today."""
    if len(days) == terms.n_items:
        until = days[-1]
    else:
        until = today if terms.ended_on is None else min(today, terms.ended_on)
    return max(0, (until - terms.due_on).days)


@dataclass(frozen=True, slots=True)
class Sums:
    """Several assignments together; `days_late` is the worst of them, `n_late` how many are late now."""

    n_assignments: int
    n_late: int
    asked: int
    in_review: int
    returned: int
    accepted: int
    delivered: int
    delivered_late: int
    owed: int
    overdue: int
    days_late: int


def sum_up(figures: Iterable[Figures]) -> Sums:
    """What a unit, or all of them, owe and have delivered; nothing withdrawn and no surplus counts."""
    counted = [one for one in figures if one.progress is not Progress.WITHDRAWN]
    return Sums(
        n_assignments=len(counted),
        n_late=sum(one.progress is Progress.LATE for one in counted),
        asked=sum(one.asked for one in counted),
        in_review=sum(one.in_review for one in counted),
        returned=sum(one.returned for one in counted),
        accepted=sum(min(one.accepted, one.asked) for one in counted),
        delivered=sum(one.delivered for one in counted),
        delivered_late=sum(one.delivered_late for one in counted),
        owed=sum(one.owed for one in counted),
        overdue=sum(one.overdue for one in counted),
        days_late=max((one.days_late for one in counted), default=0),
    )


@dataclass(frozen=True, slots=True)
class Quota:
    """An assignment that items may still be written for; `level` None asks for any."""

    id: int
    topic: str
    level: str | None
    due_on: date
    left: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new item stands, as far as an assignment asks."""

    topic: str
    level: str
    pool: str = Pool.OPERATIONAL.value


def fits(quota: Quota, place: Place) -> bool:
    """Assignments ask for items of exams: one to practise with fulfils none."""
    in_cell = quota.topic == place.topic and quota.level in (None, place.level)
    return in_cell and place.pool == Pool.OPERATIONAL.value


def choose(quotas: Sequence[Quota], places: Sequence[Place]) -> list[int | None]:
    """For each new item the assignment due first that fits and lacks one, a named level before any."""
    left = {quota.id: quota.left for quota in quotas}
    ordered = sorted(quotas, key=lambda quota: (quota.due_on, quota.level is None, quota.id))
    chosen: list[int | None] = []
    for place in places:
        found = next((q.id for q in ordered if left[q.id] > 0 and fits(q, place)), None)
        if found is not None:
            left[found] -= 1
        chosen.append(found)
    return chosen
