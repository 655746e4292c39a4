"""The scale scores are reported on: a straight line, rounded and cut off at both ends."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from scoring._options import member, settle
from scoring.errors import InvalidCuts, InvalidScale
from scoring.number_correct import score_distributions
from scoring.params import ItemParams
from scoring.responses import FloatArray, IntArray

_EXACT: Final = 1e-9
"""Of a step: closer than this to a half or a whole step counts as one, for binary fractions miss halves."""


class Rounding(StrEnum):
    """What becomes of the part below a step."""

    HALF_UP = "half_up"
    """Halves go up, also below zero: -2.5 becomes -2."""
    HALF_EVEN = "half_even"
    """Halves go to the even step, so that rounding adds nothing on average."""
    TRUNCATE = "truncate"
    """The part below a step is dropped, towards zero."""
    NONE = "none"


class DecideOn(StrEnum):
    """Which score is held against a cut."""

    UNROUNDED = "unrounded"
    REPORTED = "reported"


class ScaleBasis(StrEnum):
    """What the line is drawn through; for the record, the arithmetic is the same."""

    THETA = "theta"
    NUMBER_CORRECT = "number_correct"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class ScoreScale:
    """slope · value + intercept, rounded to multiples of `step`, never below `lowest` or above `highest`.

    slope : reporting units per unit of the basis, positive
    lowest, highest : lowest and highest obtainable scale score (LOSS, HOSS), -inf and inf for none; when
        scores are rounded, multiples of `step`
    basis : what `value` is: theta, the number of marks, or a percentage of them

    Raises
    ------
    InvalidScale : a slope or step that is not positive, numbers not finite, ends in the wrong order or
        between steps. InvalidOptions : a rounding or basis that is none.

    References: Kolen & Brennan (2014), ch. 9; Kolen, Zeng & Hanson (1996) for the conditional SEM.
    """

    slope: float
    intercept: float
    lowest: float = -np.inf
    highest: float = np.inf
    rounding: Rounding = Rounding.HALF_UP
    step: float = 1.0
    basis: ScaleBasis = ScaleBasis.THETA

    def __post_init__(self) -> None:
        settle(self, rounding=Rounding, basis=ScaleBasis)
        if not (
            np.isfinite([self.slope, self.intercept, self.step]).all() and min(self.slope, self.step) > 0
        ):
            raise InvalidScale("slope and step must be positive, the intercept finite")
        if not self.lowest < self.highest:
            raise InvalidScale(f"lowest {self.lowest} must lie below highest {self.highest}")
        if self.rounding is not Rounding.NONE:
            for name, end in (("lowest", self.lowest), ("highest", self.highest)):
                if np.isfinite(end) and abs(end / self.step - round(end / self.step)) > _EXACT:
                    raise InvalidScale(f"{name} {end} is no multiple of the step {self.step}")

    @classmethod
    def through(
        cls, first: tuple[float, float], second: tuple[float, float], template: Self | None = None
    ) -> Self:
        """The line through two points (value, scale score), say a cut at 500; the rest as in `template`."""
        if not second[0] != first[0]:
            raise InvalidScale("two points of one value give no line")
        slope = (second[1] - first[1]) / (second[0] - first[0])
        intercept = first[1] - slope * first[0]
        if template is None:
            return cls(slope, intercept)
        return replace(template, slope=slope, intercept=intercept)

    def unrounded(self, value: npt.ArrayLike) -> FloatArray:
        """slope · value + intercept within the ends, before rounding. NaN (not scored) stays NaN, ±inf (an ML
        estimate) becomes an end."""
        line: FloatArray = self.slope * np.asarray(value, dtype=np.float64) + self.intercept
        return np.asarray(np.clip(line, self.lowest, self.highest))

    def reported(self, value: npt.ArrayLike) -> FloatArray:
        """(n_persons,) scale scores as printed."""
        return np.asarray(np.clip(self._rounded(self.unrounded(value)), self.lowest, self.highest))

    def _rounded(self, score: FloatArray) -> FloatArray:
        if self.rounding is Rounding.NONE:
            return score
        steps = score / self.step
        near = np.floor(steps)
        over = steps - near
        if self.rounding is Rounding.TRUNCATE:
            whole = np.abs(steps - np.rint(steps)) < _EXACT
            return np.asarray(self.step * np.where(whole, np.rint(steps), np.trunc(steps)))
        half = np.abs(over - 0.5) < _EXACT
        at_half = near + 1.0 if self.rounding is Rounding.HALF_UP else near + near % 2.0
        return np.asarray(self.step * np.where(half, at_half, np.rint(steps)))

    def value(self, score: npt.ArrayLike) -> FloatArray:
        """The inverse of the line, in units of the basis; of an end, the bound of a range of values."""
        inverse: FloatArray = (np.asarray(score, dtype=np.float64) - self.intercept) / self.slope
        return inverse

    def sem(self, se: npt.ArrayLike, *, with_rounding: bool = False) -> FloatArray:
        """Conditional SEM of a score from its standard error on the basis: slope · se.

        `with_rounding` adds the rounding's own variance, step^2 / 12; truncation at the ends is not in it.
        """
        own = self.step**2 / 12.0 if with_rounding and self.rounding is not Rounding.NONE else 0.0
        return np.asarray(np.sqrt((self.slope * np.asarray(se, dtype=np.float64)) ** 2 + own))

    def table(self, n_marks: int) -> FloatArray:
        """(n_marks + 1,) the reported score of each number of marks, for a scale on marks or percent.

        Raises InvalidScale for a scale on theta; give `reported` a SumScoreTable's theta instead.
        """
        if self.basis is ScaleBasis.THETA:
            raise InvalidScale("a scale on theta has no table of marks")
        marks = np.arange(n_marks + 1, dtype=np.float64)
        return self.reported(100.0 * marks / n_marks if self.basis is ScaleBasis.PERCENT else marks)

    def reported_consistently(self, value: npt.ArrayLike, cuts: npt.ArrayLike) -> FloatArray:
        """Scale scores as printed that never show another side of a cut than the unrounded score is on.

        A score that rounding would lift over a cut is printed a step lower, and one that it would drop below
        a cut it has passed is printed a step higher. `cuts` (n_cuts,) ascending, on the reporting scale, not
        rounded; printed, a cut is the first step at or above it (see `printed_cuts`).

        Raises
        ------
        InvalidCuts : two cuts that no step divides, or a cut that no score between the ends can pass or miss.
        """
        exact, shown = self.unrounded(value), self.reported(value)
        printed = self.printed_cuts(cuts)
        step = self.step if self.rounding is not Rounding.NONE else 0.0
        for cut, first in zip(np.atleast_1d(np.asarray(cuts, dtype=np.float64)), printed, strict=True):
            passed = exact >= cut - _EXACT * self.step
            if step:
                shown = np.where(passed, np.maximum(shown, first), np.minimum(shown, first - step))
        return np.asarray(np.where(np.isnan(exact), np.nan, shown))

    def printed_cuts(self, cuts: npt.ArrayLike) -> FloatArray:
        """(n_cuts,) the lowest score that is printed for someone who has passed."""
        exact = np.atleast_1d(np.asarray(cuts, dtype=np.float64))
        if not np.isfinite(exact).all() or (np.diff(exact) <= 0).any():
            raise InvalidCuts("cuts must be finite and strictly ascending")
        if self.rounding is Rounding.NONE:
            return exact
        steps = exact / self.step
        whole = np.abs(steps - np.rint(steps)) < _EXACT
        printed = self.step * np.where(whole, np.rint(steps), np.ceil(steps))
        if (np.diff(printed) <= 0).any():
            raise InvalidCuts("cuts closer than a step cannot be told apart when printed")
        if (printed <= self.lowest).any() or (printed > self.highest).any():
            raise InvalidCuts("a cut at or below the lowest or above the highest score divides nobody")
        return np.asarray(printed)

    def levels(
        self, value: npt.ArrayLike, cuts: npt.ArrayLike, decide_on: DecideOn | str = DecideOn.UNROUNDED
    ) -> IntArray:
        """Levels reached, 0 … n_cuts, -1 where not scored; cuts on the reporting scale.

        UNROUNDED holds the exact score against the exact cut. REPORTED holds what `reported` prints against
        the cut: then a score may pass by rounding, which is to be an explicit rule of the programme.
        """
        limits = np.atleast_1d(np.asarray(cuts, dtype=np.float64))
        if not np.isfinite(limits).all() or (np.diff(limits) <= 0).any():
            raise InvalidCuts("cuts must be finite and strictly ascending")
        chosen = member(DecideOn, decide_on, "decide_on")
        score = self.unrounded(value) if chosen is DecideOn.UNROUNDED else self.reported(value)
        reached = np.searchsorted(limits - _EXACT * self.step, score, side="right")
        return np.where(np.isnan(score), -1, reached)


def conditional_sem(theta: npt.ArrayLike, params: ItemParams, score_of_sum: npt.ArrayLike) -> FloatArray:
    """Conditional SEM of scores made from the sum score, rounding and both ends included.

    Parameters
    ----------
    theta : (n_points,) abilities
    params : the form's n_items rows
    score_of_sum : (n_scores,) the reported score of each sum score: `ScoreScale.table`, or `reported` of a
        SumScoreTable's theta

    Returns
    -------
    (n_points,) standard deviation of the reported score over repeated testing at that ability.

    References: Kolen, Zeng & Hanson (1996), eq. 5.
    """
    distributions = score_distributions(theta, params)
    scores = np.asarray(score_of_sum, dtype=np.float64)
    if scores.shape != distributions.shape[1:]:
        raise InvalidScale(
            f"score_of_sum: expected {distributions.shape[1]} scores, got shape {scores.shape}"
        )
    mean = distributions @ scores
    return np.asarray(np.sqrt((distributions * (scores - mean[:, None]) ** 2).sum(axis=1)))
