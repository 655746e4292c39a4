"""Derivatives of the log likelihood, and what weighted likelihood adds, each person at his own theta."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scoring._ability_blocks import ResponseBlock
from scoring.params import ItemModel, ItemParams
from scoring.responses import BoolArray, FloatArray, IntArray

_TINY: Final = 1e-300


class WeightedLikelihood(StrEnum):
    """By what the likelihood is weighted. The two agree for every model but the 3PL.

    SQRT_INFORMATION: by sqrt(I), the mode under Jeffreys' prior, as R's mirt. WARM: Warm's own correction
    J / (2 I), which takes away the first-order bias of the 3PL too.
    References: Warm (1989), eq. 6-8; Magis & Raîche (2012).
    """

    SQRT_INFORMATION = "sqrt_information"
    WARM = "warm"


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """What ML (nothing given), MAP (prior means and precisions) and WLE (a weight) set to zero."""

    mean: FloatArray | None = None
    precision: FloatArray | None = None
    weight: WeightedLikelihood | None = None

    def of(self, persons: slice | IntArray | BoolArray) -> "Equation":
        if self.mean is None or self.precision is None:
            return self
        return Equation(self.mean[persons], self.precision[persons], self.weight)

    def log_prior(self, nodes: FloatArray) -> FloatArray | float:
        if self.mean is None or self.precision is None:
            return 0.0
        logs: FloatArray = -0.5 * self.precision[:, None] * (nodes - self.mean[:, None]) ** 2
        return logs

    def solve(self, theta: FloatArray, sums: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
        """The derivative to set to zero, and its slope, of which -1/SE^2 is made.

        sums : score, its derivative and, for WLE, Fisher information and correction.
        """
        if self.weight is not None:
            return sums[0] + sums[3] / (2.0 * np.maximum(sums[2], _TINY)), -sums[2]
        if self.mean is None or self.precision is None:
            return sums[0], sums[1]
        return sums[0] - self.precision * (theta - self.mean), sums[1] - self.precision


class Curves:
    """Item parameters as the derivatives below want them, in slope and intercept form."""

    def __init__(self, params: ItemParams) -> None:
        self.a, self.c = params.a, params.c
        intercepts = -params.a[:, None] * params.thresholds
        # A step an item does not have is never reached: its logit is -inf.
        steps = np.where(np.isfinite(params.thresholds), intercepts, -np.inf)
        of_marks = np.hstack([np.zeros((params.n_items, 1)), np.cumsum(steps, axis=1)])
        self.d = (steps[:, 0], steps, of_marks)  # by family
        self.family = np.array(
            [0 if m.is_dichotomous else 1 if m is ItemModel.GRM else 2 for m in params.models], dtype=np.int8
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The responses to items of one family: whose, their mark, and the items' parameters beside each."""

    derivatives: "Callable[[_Part, FloatArray, WeightedLikelihood | None], list[FloatArray]]"
    person: IntArray
    mark: npt.NDArray[np.int8]
    a: FloatArray
    c: FloatArray | None
    d: FloatArray

    def keep(self, where: BoolArray, number: IntArray) -> "_Part":
        c = None if self.c is None else self.c[where]
        return _Part(
            self.derivatives, number[self.person[where]], self.mark[where], self.a[where], c, self.d[where]
        )


class Slopes:
    """Derivatives of the persons' criteria, each at its own theta, for fewer and fewer persons."""

    def __init__(self, block: ResponseBlock, persons: IntArray, curves: Curves, equation: Equation) -> None:
        self.equation, self.n_persons = equation, block.n_responses.size
        whose = np.repeat(np.arange(self.n_persons), block.n_responses)
        family = curves.family[block.item]
        self.parts = []
        for code, derivatives in enumerate((_dichotomous, _graded, _partial_credit)):
            here = slice(None) if (family == code).all() else family == code
            item, mark = block.item[here], block.mark[here]
            if item.size:
                c = curves.c[item] if curves.c.any() and code == 0 else None
                d = curves.d[code][item]
                self.parts.append(_Part(derivatives, whose[here], mark, curves.a[item], c, d))
        if persons.size < self.n_persons:
            self._renumber(np.isin(np.arange(self.n_persons), persons))

    def keep(self, where: BoolArray) -> None:
        if not where.all():
            self.equation = self.equation.of(where)
            self._renumber(where)

    def _renumber(self, where: BoolArray) -> None:
        number = np.cumsum(where) - 1
        self.parts = [part.keep(where[part.person], number) for part in self.parts]
        self.n_persons = int(where.sum())

    def at(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        sums: list[FloatArray] = []
        for part in self.parts:
            terms = part.derivatives(part, theta[part.person], self.equation.weight)
            totals = [np.bincount(part.person, term, self.n_persons).astype(np.float64) for term in terms]
            sums = [one + other for one, other in zip(sums, totals, strict=True)] if sums else totals
        return self.equation.solve(theta, sums)


def _dichotomous(part: _Part, theta: FloatArray, weight: WeightedLikelihood | None) -> list[FloatArray]:
    """L = 1 / (1 + e^-z), r = (1 - c) L / P is the chance of knowing if right, s = a (1 - L) r or -a L."""
    a, right = part.a, part.mark == 1
    sign = np.where(right, 1.0, -1.0)
    # 1 - L if right, L if wrong: of the logit itself, as where it is small a difference has no digit right.
    other = expit(-sign * (a * theta + part.d))
    spread = other * (1.0 - other) * a * a
    skew = sign * (2.0 * other - 1.0)
    if part.c is None:
        slopes = [a * sign * other, -spread]
        return slopes if weight is None else [*slopes, spread, a * spread * skew]
    reached = np.where(right, 1.0 - other, other)
    known = (1.0 - part.c) * reached / (part.c + (1.0 - part.c) * reached)
    missed = np.where(right, other, 1.0 - other)
    when_right = a * missed * known
    bend = when_right * a * missed * (1.0 - known) - spread * known
    slopes = [np.where(right, when_right, -a * reached), np.where(right, bend, -spread)]
    if weight is None:
        return slopes
    if weight is WeightedLikelihood.SQRT_INFORMATION:
        skew += (1.0 - known) * missed
    return [*slopes, spread * known, a * spread * known * skew]


def _graded(part: _Part, theta: FloatArray, weight: WeightedLikelihood | None) -> list[FloatArray]:
    """s_k = a (1 - L_k - L_k+1), of cumulative curves L_0 = 1, L_1 …, L_K+1 = 0; no division by a small P."""
    inner = expit(part.a[:, None] * theta[:, None] + part.d)
    edge = np.ones((theta.size, 1))
    reached = np.hstack([edge, inner, 0.0 * edge])
    at, width = np.arange(theta.size), reached * (1.0 - reached)
    low, high = reached[at, part.mark], reached[at, part.mark + 1]
    squared = part.a * part.a
    slopes = [
        part.a * (1.0 - low - high),
        -squared * (width[at, part.mark] + width[at, part.mark + 1]),
    ]
    if weight is None:
        return slopes
    chance = reached[:, :-1] - reached[:, 1:]
    s = 1.0 - reached[:, :-1] - reached[:, 1:]
    t = -(width[:, :-1] + width[:, 1:])
    return [
        *slopes,
        squared * (chance * s * s).sum(axis=1),
        squared * part.a * (chance * s * (t + s * s)).sum(axis=1),
    ]


def _partial_credit(part: _Part, theta: FloatArray, weight: WeightedLikelihood | None) -> list[FloatArray]:
    """s = a (mark - E), and I and J are a^2 and a^3 times the mark's second and third central moment."""
    marks = np.arange(part.d.shape[1], dtype=np.float64)
    chance = (part.a * theta)[:, None] * marks + part.d
    np.exp(chance - chance.max(axis=1, keepdims=True), out=chance)
    chance /= chance.sum(axis=1, keepdims=True)
    expected = chance @ marks
    off = marks - expected[:, None]
    squares = chance * off * off
    spread = part.a**2 * squares.sum(axis=1)
    slopes = [part.a * (part.mark - expected), -spread]
    return slopes if weight is None else [*slopes, spread, part.a**3 * (squares * off).sum(axis=1)]
