"""The many-facet models, what may be asked of a fit, and what a fit holds."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from scoring._options import settle
from scoring.errors import InvalidParameters
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray


class Steps(StrEnum):
    """Whether all tasks share one rating scale (Andrich 1978) or each has its own (partial credit)."""

    COMMON = "COMMON"
    BY_TASK = "BY_TASK"


class RaterStatus(StrEnum):
    """How the fit ended. NOT_DETERMINED: the gradient vanished, but not at a proper maximum."""

    CONVERGED = "CONVERGED"
    NOT_DETERMINED = "NOT_DETERMINED"
    MAX_ITERATIONS = "MAX_ITERATIONS"
    NO_IMPROVEMENT = "NO_IMPROVEMENT"
    CANCELLED = "CANCELLED"


class RaterMessage(StrEnum):
    """What a reader of the result should know; worded in the user interface."""

    GRADIENT_BELOW_TOLERANCE = "GRADIENT_BELOW_TOLERANCE"
    INFORMATION_NOT_POSITIVE_DEFINITE = "INFORMATION_NOT_POSITIVE_DEFINITE"
    ITERATION_LIMIT_REACHED = "ITERATION_LIMIT_REACHED"
    STEP_CANNOT_IMPROVE = "STEP_CANNOT_IMPROVE"
    CANCELLED_BY_CALLER = "CANCELLED_BY_CALLER"
    LINKED_BY_POPULATION_ONLY = "LINKED_BY_POPULATION_ONLY"
    CATEGORIES_RECODED = "CATEGORIES_RECODED"
    STEPS_DISORDERED = "STEPS_DISORDERED"
    NEGATIVE_SLOPE = "NEGATIVE_SLOPE"
    QUADRATURE_TOO_COARSE = "QUADRATURE_TOO_COARSE"


class Facet(StrEnum):
    TASK = "TASK"
    RATER = "RATER"


class FacetExclusion(StrEnum):
    """Why a rater or task has no measure. Its ratings are not used for any other measure either."""

    TOO_FEW_RATINGS = "TOO_FEW_RATINGS"
    ALL_LOWEST = "ALL_LOWEST"
    ALL_HIGHEST = "ALL_HIGHEST"


@dataclass(frozen=True, slots=True)
class ExcludedFacet:
    facet: Facet
    position: int
    reason: FacetExclusion


@dataclass(frozen=True, slots=True, eq=False)
class FacetOptions:
    """Which many-facet model, and how to fit it.

    steps : one rating scale for all tasks, or one for each
    estimate_slopes : slopes per task with theta ~ N(0, 1); else slopes of 1 with theta ~ N(0, sd)
    require_links : refuse a design that ties raters together only by assuming that their persons are alike
    min_ratings : a rater with fewer gets no severity
    tolerance : of the gradient norm, see RaterCalibration
    quadrature : of the standardised ability; None for 61 nodes on [-6, 6], refined until they are no further
        apart than the posterior standard deviation of nearly every person
    """

    steps: Steps = Steps.COMMON
    estimate_slopes: bool = False
    require_links: bool = True
    min_ratings: int = 10
    max_iterations: int = 200
    tolerance: float = 1e-6
    quadrature: Quadrature | None = None

    def __post_init__(self) -> None:
        settle(self, steps=Steps)
        if self.max_iterations < 1 or self.min_ratings < 1 or not self.tolerance > 0:
            raise InvalidParameters("max_iterations, min_ratings and tolerance must be positive")


@dataclass(frozen=True, slots=True, eq=False)
class FacetParams:
    """Parameters of a many-facet model; NaN where a task or rater has none.

    log P(x = k) / P(x = k - 1) = slope_task (theta - difficulty_task - severity_rater - step_k),
    theta ~ N(0, sd^2). Linacre (1989) with slopes of 1; with slopes a generalised partial credit model.

    slope, difficulty : (n_tasks,)
    severity : (n_raters,) in units of theta; positive for a rater who gives lower marks; mean 0
    steps : (n_tasks, most_steps) the rating scale of each task, mean 0, NaN beyond its own; equal rows when
        the steps are common
    sd : of ability
    category_marks : (n_tasks, most_steps + 1) the mark each category stands for, NaN beyond its own
    """

    slope: FloatArray
    difficulty: FloatArray
    severity: FloatArray
    steps: FloatArray
    sd: float
    category_marks: FloatArray

    @property
    def n_tasks(self) -> int:
        return int(self.difficulty.size)

    @property
    def n_raters(self) -> int:
        return int(self.severity.size)


@dataclass(frozen=True, slots=True)
class RaterWarning:
    """`position` of a task or rater, or None when the warning concerns the whole fit."""

    code: RaterMessage
    facet: Facet | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RaterCalibration:
    """A fitted many-facet model.

    params : the estimates
    se : standard errors in the same places, from the exact observed information (Louis 1982); NaN for what is
        held fixed, for excluded facets, and everywhere unless the information is positive definite
    covariance : (n_raters, n_raters) of the severities, for contrasts between raters
    log_likelihood : marginal, of all ratings used
    gradient_norm : largest gradient over the root of that parameter's complete-data information
    quadrature : of the standardised ability theta / sd, as used
    n_ratings : (n_raters,) ratings of each rater that were used
    rater_groups : raters comparable through persons they share; one group unless links were not required
    """

    params: FacetParams
    se: FacetParams
    covariance: FloatArray
    log_likelihood: float
    n_parameters: int
    n_iterations: int
    gradient_norm: float
    status: RaterStatus
    message: RaterMessage
    quadrature: Quadrature
    options: FacetOptions
    n_ratings: IntArray
    rater_groups: tuple[IntArray, ...]
    excluded: tuple[ExcludedFacet, ...]
    warnings: tuple[RaterWarning, ...]

    @property
    def is_converged(self) -> bool:
        return self.status is RaterStatus.CONVERGED

    @property
    def separation_reliability(self) -> float:
        """Share of the variance of severities that is not error; near 0 when raters can be exchanged.

        NaN with fewer than two raters or without standard errors. References: Wright & Masters (1982), ch. 5.
        """
        known = np.isfinite(self.params.severity)
        if known.sum() < 2:
            return float("nan")
        variance = float(np.var(self.params.severity[known], ddof=1))
        error = float(np.mean(self.se.severity[known] ** 2))
        return max(variance - error, 0.0) / variance if variance > 0 else 0.0
