"""How often each part of an item was right, and each share of its mark earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from examsvc.results.categories import Categories
from examsvc.results.marks import ItemKey
from item_bank.errors import InvalidResponse
from item_bank.interactions.kinds import Form
from item_bank.interactions.responses import parts_of, read_response

Counts = Mapping[str | None, int]
"""How many persons who met an item sent each response; None: left blank."""
TYPED: Final = frozenset({Form.NUMBER, Form.TEXT})


def shares_earned(known: ItemKey, counts: Counts) -> dict[Fraction, int]:
    """How many persons earned each share of the mark."""
    found: dict[Fraction, int] = {}
    for response, n in counts.items():
        share = known.share(response)
        found[share] = found.get(share, 0) + n
    return found


def part_statistics(known: ItemKey, counts: Counts, categories: Categories) -> dict[str, Any] | None:
    """What a row keeps; None of a choice of one that is right or wrong, whose options say it all.

    parts : where several are chosen, of each the share of persons who were right about it, chosen or left; of
        an order and of places the share who put there what the key has; none of what is typed
    categories : of each, how many persons earned it
    """
    if known.asked.kind.form is Form.ONE and categories.as_json() is None:
        return None
    n_persons = sum(counts.values())
    return {
        "parts": [
            {"id": part, "share": right / n_persons if n_persons else None}
            for part, right in _right_parts(known, counts).items()
        ],
        "categories": _category_counts(categories, shares_earned(known, counts)),
    }


def _category_counts(categories: Categories, earned: Mapping[Fraction, int]) -> list[dict[str, Any]]:
    n_persons = sum(earned.values())
    amounts = [0] * len(categories)
    for share, n in earned.items():
        amounts[categories.place(share)] += n
    return [
        {"from": str(bound), "worth": worth, "n": n, "share": n / n_persons if n_persons else None}
        for bound, worth, n in zip(categories.bounds, categories.worth, amounts, strict=True)
    ]


def _right_parts(known: ItemKey, counts: Counts) -> dict[str, int]:
    form = known.asked.kind.form
    if form in TYPED or form is Form.ONE or known.key.accepted == ():
        return {}
    wanted = parts_of(known.key.accepted[0])
    names = known.asked.choosable_ids if form is Form.SOME else known.asked.place_ids
    if form is Form.ORDERED:
        names = tuple(str(place) for place in range(1, len(wanted) + 1))
    right = dict.fromkeys(names, 0)
    for response, n in counts.items():
        for name in _rightly(known, form, wanted, response):
            right[name] += n
    return right


def _rightly(known: ItemKey, form: Form, wanted: Sequence[str], response: str | None) -> list[str]:
    """The parts that one response is right about; a blank is right about nothing."""
    try:
        given = () if response is None else parts_of(read_response(known.asked, response))
    except InvalidResponse:
        given = ()
    if not given:
        return []
    if form is Form.SOME:
        return [part for part in known.asked.choosable_ids if (part in given) == (part in wanted)]
    if form is Form.ORDERED:
        return [
            str(place)
            for place, pair in enumerate(zip(given, wanted, strict=True), start=1)
            if len({*pair}) == 1
        ]
    return [place for place in known.asked.place_ids if _in(place, given) == _in(place, wanted)]


def _in(place: str, pairs: Sequence[str]) -> set[str]:
    """What is put to a place."""
    return {pair for pair in pairs if pair.endswith(f">{place}")}
