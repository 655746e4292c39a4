"""What is true in the sample: abilities and item parameters that only the simulation knows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from examsvc.sample.answering import shares_by_parts, write_response
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Credit, Key

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
    asked: Asked
    key: Key
    distractors: tuple[str, ...]
    pull: tuple[float, ...]  # how often each distractor is chosen by those who miss the key
    shares: tuple[float, ...]  # of the mark, by how many parts are mastered

    def mastery(self, theta: float) -> float:
        """The chance of each part; where only the whole counts, so that the whole has the item's curve.

        The number of parts that are mastered then follows a generalised partial credit model: a binomial
        count whose chance is logistic is one (Muraki 1992, with steps b - log((n - k + 1) / k) / a).
        """
        chance = 1 / (1 + math.exp(-self.a * (theta - self.b)))
        n_parts = len(self.shares) - 1
        return chance ** (1 / n_parts) if self.key.credit is Credit.WHOLE else chance

    def expected_share(self, theta: float) -> float:
        """The share of the mark to expect at an ability."""
        chance, n_parts = self.mastery(theta), len(self.shares) - 1
        return sum(
            share * math.comb(n_parts, count) * chance**count * (1 - chance) ** (n_parts - count)
            for count, share in enumerate(self.shares)
        )


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """What is known of an item before anybody answers it."""

    identity: int
    judged_b: float
    asked: Asked
    key: Key


def draw_items(items: Sequence[JudgedItem], rng: np.random.Generator) -> dict[int, TrueItem]:
    """True parameters around the judged ones, one draw an item, in the order of their identities."""
    truths = {}
    for item in sorted(items, key=lambda each: each.identity):
        others = tuple(option for option in item.asked.option_ids if option != item.key.option_id)
        pull = rng.dirichlet(np.full(len(others), 3.0)) if others else ()
        truths[item.identity] = TrueItem(
            a=float(math.exp(rng.normal(math.log(SLOPE), SLOPE_SPREAD))),
            b=float(item.judged_b + rng.normal(0.0, JUDGEMENT_ERROR)),
            asked=item.asked,
            key=item.key,
            distractors=others,
            pull=tuple(float(share) for share in pull),
            shares=shares_by_parts(item.asked, item.key),
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
    """What an officer responds, in the order of the form; blanks are left out.

    Parameters
    ----------
    items : (identity, competency) of each item of the form
    """
    reached = len(items) - (int(rng.integers(1, 5)) if rng.random() < SLOW else 0)
    chosen = []
    for identity, competency in items[:reached]:
        response = _respond(truths[identity], ability[competency], rng)
        if rng.random() >= BLANK and response is not None:
            chosen.append((identity, response))
    return chosen


def _respond(item: TrueItem, theta: float, rng: np.random.Generator) -> str | None:
    mastered = [rng.random() < item.mastery(theta) for _part in range(len(item.shares) - 1)]
    if item.asked.kind.form is not Form.ONE:
        return write_response(item.asked, item.key, mastered, rng)
    wrong = str(rng.choice(np.array(item.distractors), p=np.array(item.pull)))
    return item.key.option_id if mastered[0] else wrong


def true_share(theta: float, items: Sequence[TrueItem]) -> float:
    """The expected share right of these items at an ability."""
    return sum(item.expected_share(theta) for item in items) / len(items)
