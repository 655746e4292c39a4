"""What is true in the sample: abilities and item parameters that only the simulation knows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

SHARED = 0.9  # how strongly each competency goes with the general ability
SLOPE, SLOPE_SPREAD = 1.35, 0.25  # lognormal discriminations around 1.35
JUDGEMENT_ERROR = 0.45  # how far the authors' judged difficulty is off, in units of b
BLANK = 0.01
SLOW = 0.04  # share of candidates who do not reach the last items


@dataclass(frozen=True, slots=True)
class TrueItem:
    """An item as the simulation answers it."""

    a: float
    b: float
    key: str
    distractors: tuple[str, ...]
    pull: tuple[float, ...]  # how often each distractor is chosen by those who miss the key


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """What is known of an item before anybody answers it."""

    identity: int
    judged_b: float
    key: str
    option_ids: tuple[str, ...]


def draw_items(items: Sequence[JudgedItem], rng: np.random.Generator) -> dict[int, TrueItem]:
    """True parameters around the judged ones, one draw an item, in the order of their identities."""
    truths = {}
    for item in sorted(items, key=lambda each: each.identity):
        others = tuple(option for option in item.option_ids if option != item.key)
        pull = rng.dirichlet(np.full(len(others), 3.0))
        truths[item.identity] = TrueItem(
            a=float(math.exp(rng.normal(math.log(SLOPE), SLOPE_SPREAD))),
            b=float(item.judged_b + rng.normal(0.0, JUDGEMENT_ERROR)),
            key=item.key,
            distractors=others,
            pull=tuple(float(share) for share in pull),
        )
    return truths


def draw_abilities(
    officers: Sequence[str], competencies: Sequence[str], rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    """Each officer's true ability in each competency: standard normal, correlated through a general one."""
    specific = math.sqrt(1 - SHARED**2)
    abilities = {}
    for officer in sorted(officers):
        general = rng.normal()
        draws = rng.normal(size=len(competencies))
        abilities[officer] = {
            code: float(SHARED * general + specific * draw)
            for code, draw in zip(sorted(competencies), draws, strict=True)
        }
    return abilities


def answer_form(
    items: Sequence[tuple[int, str]],
    truths: Mapping[int, TrueItem],
    ability: Mapping[str, float],
    rng: np.random.Generator,
) -> list[tuple[int, str]]:
    """The options an officer chooses, in the order of the form; blanks are left out.

    Parameters
    ----------
    items : (identity, competency) of each item of the form
    """
    reached = len(items) - (int(rng.integers(1, 5)) if rng.random() < SLOW else 0)
    chosen = []
    for identity, competency in items[:reached]:
        item = truths[identity]
        right = rng.random() < 1 / (1 + math.exp(-item.a * (ability[competency] - item.b)))
        wrong = str(rng.choice(np.array(item.distractors), p=np.array(item.pull)))
        if rng.random() >= BLANK:
            chosen.append((identity, item.key if right else wrong))
    return chosen


def true_share(theta: float, items: Sequence[TrueItem]) -> float:
    """The expected share right of these items at an ability."""
    return sum(1 / (1 + math.exp(-item.a * (theta - item.b))) for item in items) / len(items)
