"""One fitted set of item parameters: how it was asked for, how it ended, and what is needed to judge it."""

from dataclasses import dataclass, field
from enum import StrEnum

from scoring.errors import InvalidParameters
from scoring.params import ItemParams
from scoring.priors import WEAK_PRIORS, ItemPriors
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import FloatArray, IntArray


class CalibrationStatus(StrEnum):
    """How the calibration ended. Only CONVERGED parameters should be used in an exam.

    NOT_DETERMINED: the gradient vanished, but not at a maximum: without priors slopes can run away.
    """

    CONVERGED = "CONVERGED"
    NOT_DETERMINED = "NOT_DETERMINED"
    MAX_ITERATIONS = "MAX_ITERATIONS"
    CANCELLED = "CANCELLED"


class ExclusionReason(StrEnum):
    """Why an item has classical statistics only."""

    TOO_FEW_RESPONSES = "TOO_FEW_RESPONSES"
    ALL_CORRECT = "ALL_CORRECT"
    ALL_WRONG = "ALL_WRONG"


class CalibrationMessage(StrEnum):
    """What a reader of the result should know, of the whole or of one item; worded in the user interface."""

    GRADIENT_BELOW_TOLERANCE = "GRADIENT_BELOW_TOLERANCE"
    ITERATION_LIMIT_REACHED = "ITERATION_LIMIT_REACHED"
    CANCELLED_BY_CALLER = "CANCELLED_BY_CALLER"
    NEGATIVE_DISCRIMINATION = "NEGATIVE_DISCRIMINATION"
    INFORMATION_NOT_POSITIVE_DEFINITE = "INFORMATION_NOT_POSITIVE_DEFINITE"
    PERSONS_WITHOUT_RESPONSES = "PERSONS_WITHOUT_RESPONSES"


@dataclass(frozen=True, slots=True)
class ExcludedItem:
    item: int
    reason: ExclusionReason


@dataclass(frozen=True, slots=True)
class CalibrationWarning:
    """`item` is a position, or None when the warning concerns the whole calibration."""

    code: CalibrationMessage
    item: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationOptions:
    """How to calibrate.

    priors : None for maximum likelihood, where a may become negative
    tolerance : of the gradient norm, see Calibration
    min_responses : an item with fewer is not calibrated
    quadrature : the latent distribution; N(0, 1) identifies the scale
    """

    priors: ItemPriors | None = WEAK_PRIORS
    max_iterations: int = 500
    tolerance: float = 1e-5
    min_responses: int = 50
    quadrature: Quadrature = field(default_factory=normal_quadrature)

    def __post_init__(self) -> None:
        if self.max_iterations < 1 or self.min_responses < 1 or not self.tolerance > 0:
            raise InvalidParameters("max_iterations, min_responses and tolerance must be positive")


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """One fitted set of parameters, with what is needed to judge it.

    params : n_items rows in the order of the responses; NaN for excluded items
    se_a, se_b : (n_items,) from the exact observed information (Louis 1982); NaN for excluded items, for a
        cancelled calibration, and where the information is not positive definite
    log_likelihood, log_posterior : of all responses used; the posterior without its normalising constant
    n_iterations : E-steps done
    gradient_norm : largest gradient of the log posterior, each divided by the root of that parameter's
        complete-data information: roughly how many standard errors the worst parameter may still be off
    n_responses : (n_items,) scored responses of each item
    """

    params: ItemParams
    se_a: FloatArray
    se_b: FloatArray
    log_likelihood: float
    log_posterior: float
    n_iterations: int
    gradient_norm: float
    status: CalibrationStatus
    message: CalibrationMessage
    n_persons: int
    n_responses: IntArray
    excluded: tuple[ExcludedItem, ...]
    warnings: tuple[CalibrationWarning, ...]
