"""Which shares of its mark an item can give at all, by its key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import NOTHING, STATEMENT_SHARES, WHOLE, Credit, Key, Weights
from item_bank.interactions.responses import parts_of

_MOST_STATES: Final = 1024  # sums with their counts that are followed before the search is given up


def attainable_shares(asked: Asked, key: Key, most: int) -> tuple[Fraction, ...] | None:
    """The distinct shares that `share` can give, ascending from 0; None where they are more than `most`.

    Nothing that a response can earn is missing. Limits on how often one option may be put somewhere are not
    looked at, so that of an item with weights a share may stand here that no response earns.

    Parameters
    ----------
    asked, key : of an item that a computer marks; the key as `check_key` gives it
    most : how many shares are still wanted

    Raises InvalidItem KEY_MISSING where people mark.
    """
    if asked.kind.rated:
        raise InvalidItem("KEY_MISSING")
    if key.weights is not None:
        return _weighed(asked, key.weights, most)
    found = {NOTHING, WHOLE}
    if key.credit is Credit.STATEMENTS:
        found |= set(STATEMENT_SHARES)
    elif key.credit is Credit.PARTS:
        for accepted in key.accepted:
            n_parts = len(parts_of(accepted))
            found |= {Fraction(n, n_parts) for n in range(n_parts + 1)}
        if asked.kind.form is Form.ORDERED and len(key.accepted) == 1:
            found.discard(Fraction(len(asked.options) - 1, len(asked.options)))  # the last is right with them
    return tuple(sorted(found)) if len(found) <= most else None


def _weighed(asked: Asked, weights: Weights, most: int) -> tuple[Fraction, ...] | None:
    found = {NOTHING}
    for total in _totals(asked, weights):
        if total is None:
            return None
        low = total if weights.low is None else max(total, weights.low)
        held = low if weights.high is None else min(low, weights.high)
        found.add(min(WHOLE, max(NOTHING, held / weights.best)))
        if len(found) > most:
            return None
    return tuple(sorted(found))


def _totals(asked: Asked, weights: Weights) -> Iterator[Fraction | None]:
    """Every sum of weights that a response can have; None at the end where they are too many to follow."""
    form = asked.kind.form
    if form is Form.TEXT:
        yield from {*weights.of.values(), weights.otherwise}
        return
    if form is Form.ONE:
        yield from {weights.of.get(one, weights.otherwise) for one in asked.option_ids}
        return
    groups = _pairs_by_place(asked) if form is Form.PAIRED else [(asked.choosable_ids, asked.at_most)]
    reached = {NOTHING}
    for parts, limit in groups:
        sums = _sums([weights.of.get(part, weights.otherwise) for part in parts], limit)
        if sums is None:
            yield None
            return
        reached = set(islice(_each(reached, sums), _MOST_STATES))
        yield from reached
        if len(reached) >= _MOST_STATES:
            yield None
            return


def _each(some: set[Fraction], others: set[Fraction]) -> Iterator[Fraction]:
    seen: set[Fraction] = set()
    for one in some:
        for other in others:
            if one + other not in seen:
                seen.add(one + other)
                yield one + other


def _sums(worth: Iterable[Fraction], limit: int | None) -> set[Fraction] | None:
    """The sums of any of these, at most `limit` of them; None where they are too many."""
    states = {(NOTHING, 0)}
    for one in worth:
        states |= {(total + one, n + 1) for total, n in states if limit is None or n < limit}
        if limit is None:
            states = {(total, 0) for total, _n in states}
        if len(states) > _MOST_STATES:
            return None
    return {total for total, _n in states}


def _pairs_by_place(asked: Asked) -> list[tuple[tuple[str, ...], int | None]]:
    """What may stand in each place, and how many of them."""
    return [
        (
            tuple(f"{one.id}>{place.id}" for one in asked.options if one.place in {None, place.id}),
            place.at_most,
        )
        for place in asked.places
    ]
