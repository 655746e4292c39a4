"""How often an item has been seen, and whether it rests so that it is not worn out."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_MONTHS = 120  # ten years: whoever wants more retires the item


class RestReason(StrEnum):
    """Why an item rests."""

    ORDERED = "ordered"  # somebody put it to rest until a day
    SITTINGS = "sittings"  # more sittings saw it than the rule allows
    SHARE = "share"  # too large a share of a position's candidates saw it in one campaign


@dataclass(frozen=True, slots=True)
class Sighting:
    """One campaign's use of an item for one position.

    Parameters
    ----------
    n_sittings : sittings that were opened on a form with the item
    n_candidates : sittings of the position that were opened in the campaign, with the item or without
    last_on : the day on which the last of them opened it
    """

    campaign: str
    position: str
    n_sittings: int
    n_candidates: int
    last_on: date

    @property
    def share(self) -> float:
        """The share of the position's candidates that saw the item, from 0 to 1."""
        return self.n_sittings / self.n_candidates if self.n_candidates else 0.0


@dataclass(frozen=True, slots=True)
class OrderedRest:
    """A rest that a person ordered; on `until_on` the item may be used again."""

    until_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the decision depends on; an item's versions count together: who saw one of them knows the others.

    Parameters
    ----------
    ordered : the newest order, where it puts the item to rest
    woken_on : the day on which somebody last woke it: what was seen until then no longer makes it rest
    """

    sightings: tuple[Sighting, ...] = ()
    ordered: OrderedRest | None = None
    woken_on: date | None = None

    @property
    def n_sittings(self) -> int:
        """How many sittings saw the item."""
        return sum(sighting.n_sittings for sighting in self.sightings)

    @property
    def last_on(self) -> date | None:
        """When it was last seen; None: never."""
        return max((sighting.last_on for sighting in self.sightings), default=None)


@dataclass(frozen=True, slots=True)
class RestRule:
    """When items rest by themselves; what is None does not make them rest.

    Parameters
    ----------
    most_sittings : an item seen by more rests after it was last seen
    most_share : an item seen by a larger share of a position's candidates in one campaign rests after it
    least_candidates : shares of fewer candidates than these say nothing, and are passed over
    months : how long either rest lasts
    """

    most_sittings: int | None = None
    most_share: float | None = None
    least_candidates: int = 30
    months: int = 6

    @property
    def is_empty(self) -> bool:
        """Whether no item rests by it."""
        return self.most_sittings is None and self.most_share is None


NO_RULE = RestRule()


@dataclass(frozen=True, slots=True)
class Rest:
    """Why an item rests, and the first day on which it may be used again."""

    reason: RestReason
    until_on: date
    n_sittings: int = 0  # SITTINGS: how many saw it
    share: float = 0.0  # SHARE: of whom
    campaign: str = ""  # SHARE: where
    note: str = ""  # ORDERED: the words of whoever ordered it


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it has none such."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def rests(facts: ItemFacts, rule: RestRule, today: date) -> Rest | None:
    """Why the item may not go on a new form today; of several reasons the one that holds longest.

    An order counts until its day. The rule counts from the day the item was last seen, and no longer once
    somebody has woken the item since. Past its rest an item may be used again, and rests anew after that.
    """
    found = [rest for rest in (*_by_order(facts), *_by_rule(facts, rule)) if today < rest.until_on]
    return max(found, key=lambda rest: rest.until_on, default=None)


def earliest_sight(rule: RestRule, today: date) -> date:
    """What was last seen before this day no longer rests by the rule: where a search may stop.

    A month has at most 31 days, so that nothing is passed over.
    """
    return date.fromordinal(max(1, today.toordinal() - 31 * rule.months - 1))


def _by_order(facts: ItemFacts) -> Iterator[Rest]:
    if facts.ordered is not None:
        yield Rest(RestReason.ORDERED, facts.ordered.until_on, note=facts.ordered.reason)


def _by_rule(facts: ItemFacts, rule: RestRule) -> Iterator[Rest]:
    seen = [one for one in facts.sightings if facts.woken_on is None or one.last_on > facts.woken_on]
    last_on = max((one.last_on for one in seen), default=None)
    if last_on is None:
        return
    if rule.most_sittings is not None and facts.n_sittings > rule.most_sittings:
        until_on = add_months(last_on, rule.months)
        yield Rest(RestReason.SITTINGS, until_on, n_sittings=facts.n_sittings)
    if rule.most_share is None:
        return
    for one in seen:
        if one.n_candidates >= rule.least_candidates and one.share > rule.most_share:
            until_on = add_months(one.last_on, rule.months)
            yield Rest(RestReason.SHARE, until_on, share=one.share, campaign=one.campaign)
