"""A second count of every form, by other code than the solver's: plain Python, no matrices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp

from examsvc.assembly.blueprint import Blueprint
from examsvc.assembly.findings import Violation
from examsvc.assembly.pool import PoolItem
from examsvc.assembly.target import Target

SLACK = 1e-5
"""What a rounded binary may move a sum by; whole counts have none."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the auditor holds a form against."""

    blueprint: Blueprint
    enemies: Collection[tuple[int, int]]
    target: Target
    band: float
    max_overlap: int


def audit_form(form: Sequence[int], pool: Collection[PoolItem], rules: Rules) -> list[Violation]:
    """Everything wrong with one form; nothing when it may be used."""
    by_id = {item.version_id: item for item in pool}
    strangers = [version_id for version_id in form if version_id not in by_id]
    if strangers:
        return [Violation("item_unknown", {"version_id": version_id}) for version_id in strangers]
    items = [by_id[version_id] for version_id in form]
    return [
        *_count_violations(items, rules),
        *_enemy_violations(form, rules),
        *_section_violations(items, rules),
        *_target_violations(items, rules),
    ]


def audit_forms(forms: Sequence[Sequence[int]], pool: Collection[PoolItem], rules: Rules) -> list[Violation]:
    """Everything wrong with any of the forms, or between two of them."""
    found = [violation for form in forms for violation in audit_form(form, pool, rules)]
    for (first, one), (second, other) in combinations(enumerate(forms, start=1), 2):
        shared = len(set(one) & set(other))
        if shared > rules.max_overlap:
            params = {"first": first, "second": second, "found": shared, "allowed": rules.max_overlap}
            found.append(Violation("overlap_exceeded", params))
    return found


def information_of(item: PoolItem, theta: float) -> float:
    """Information of one item: of a 3PL item by its definition P'² / (P Q) (Lord 1980, eq. 5-9).

    Of one with partial credit a² times the variance of its category (Muraki 1993).
    """
    if item.thresholds:
        return item.a**2 * _variance(_category_chances(item, theta))
    z = item.a * (theta - item.b)
    knows = 1 / (1 + exp(-z)) if z >= 0 else exp(z) / (1 + exp(z))
    chance = item.c + (1 - item.c) * knows
    slope = (1 - item.c) * item.a * knows * (1 - knows)
    return slope * slope / (chance * (1 - chance)) if 0 < chance < 1 else 0.0


def _category_chances(item: PoolItem, theta: float) -> list[float]:
    heights = [0.0]
    for step in item.thresholds:
        heights.append(heights[-1] + item.a * (theta - step))
    top = max(heights)
    weights = [exp(height - top) for height in heights]
    return [weight / sum(weights) for weight in weights]


def _variance(chances: Sequence[float]) -> float:
    mean = sum(place * chance for place, chance in enumerate(chances))
    return sum((place - mean) ** 2 * chance for place, chance in enumerate(chances))


def _count_violations(items: Sequence[PoolItem], rules: Rules) -> Iterator[Violation]:
    for version_id, times in Counter(item.version_id for item in items).items():
        if times > 1:
            yield Violation("item_repeated", {"version_id": version_id, "found": times})
    if len(items) != rules.blueprint.n_items:
        yield Violation("length_wrong", {"found": len(items), "expected": rules.blueprint.n_items})
    found = Counter((item.topic, item.cognitive_level) for item in items)
    expected: Counter[tuple[str, str]] = Counter()
    for cell, n_items in rules.blueprint.cells:
        expected[cell.topic, cell.cognitive_level] += n_items
    for topic, level in sorted(found.keys() | expected.keys()):
        have, want = found[topic, level], expected[topic, level]
        if have != want:
            place = {"topic": topic, "cognitive_level": level}
            yield Violation("cell_wrong", {**place, "found": have, "expected": want})


def _enemy_violations(form: Sequence[int], rules: Rules) -> Iterator[Violation]:
    present = set(form)
    for first, second in rules.enemies:
        if first != second and first in present and second in present:
            yield Violation("enemies_together", {"first": first, "second": second})


def _section_violations(items: Sequence[PoolItem], rules: Rules) -> Iterator[Violation]:
    """No item stands before one of an earlier section, or in no section at all."""
    reached = 1
    for item in items if rules.blueprint.sections else ():
        number = 0
        for ordinal, section in enumerate(rules.blueprint.sections, start=1):
            if item.topic in section.topics:
                number = ordinal
        if number < reached:
            yield Violation("section_broken", {"version_id": item.version_id, "section": number})
        reached = max(reached, number)


def _target_violations(items: Sequence[PoolItem], rules: Rules) -> Iterator[Violation]:
    target = rules.target
    for cut, (theta, wanted) in enumerate(zip(target.thetas, target.information, strict=True), start=1):
        found = sum(information_of(item, theta) for item in items)
        if abs(found - wanted) > (rules.band + SLACK) * wanted:
            yield Violation(
                "target_missed", {"cut": cut, "found": found, "wanted": wanted, "band": rules.band}
            )
