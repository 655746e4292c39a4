"""One fitted set of item parameters: how it was asked for, how it ended, and what is needed to judge it."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import sparse

from scoring.errors import InvalidParameters
from scoring.params import ItemParams
from scoring.priors import WEAK_PRIORS, ItemPriors
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import (
    MISSING,
    MOST_CATEGORIES,
    FloatArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    response_matrix,
)


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
    ONE_CATEGORY = "ONE_CATEGORY"


class CalibrationMessage(StrEnum):
    """What a reader of the result should know, of the whole or of one item; worded in the user interface."""

    GRADIENT_BELOW_TOLERANCE = "GRADIENT_BELOW_TOLERANCE"
    ITERATION_LIMIT_REACHED = "ITERATION_LIMIT_REACHED"
    CANCELLED_BY_CALLER = "CANCELLED_BY_CALLER"
    NEGATIVE_DISCRIMINATION = "NEGATIVE_DISCRIMINATION"
    INFORMATION_NOT_POSITIVE_DEFINITE = "INFORMATION_NOT_POSITIVE_DEFINITE"
    PERSONS_WITHOUT_RESPONSES = "PERSONS_WITHOUT_RESPONSES"
    EMPTY_CATEGORIES = "EMPTY_CATEGORIES"
    GUESSING_AT_BOUND = "GUESSING_AT_BOUND"
    POPULATION_BEYOND_NODES = "POPULATION_BEYOND_NODES"
    POPULATION_FINER_THAN_NODES = "POPULATION_FINER_THAN_NODES"
    POPULATION_WITHOUT_SPREAD = "POPULATION_WITHOUT_SPREAD"
    MAXIMUM_NOT_VERIFIED = "MAXIMUM_NOT_VERIFIED"
    UNLINKED_FORMS = "UNLINKED_FORMS"


class StandardErrorMethod(StrEnum):
    """Where standard errors come from.

    OBSERVED: the whole observed information (Louis 1982). ITEM: each item's own complete information alone,
    for banks of thousands of items; somewhat too small. AUTO: OBSERVED unless it would cost more than about
    a minute.
    """

    AUTO = "AUTO"
    OBSERVED = "OBSERVED"
    ITEM = "ITEM"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class ExcludedItem:
    item: int
    reason: ExclusionReason


@dataclass(frozen=True, slots=True)
class CalibrationWarning:
    """`item` is a position, or None when the warning concerns the whole calibration."""

    code: CalibrationMessage
    item: int | None = None


@dataclass(frozen=True, slots=True)
class RecodedItem:
    """An item with marks that nobody earned: `marks` are those that were, now counted 0, 1, …"""

    item: int
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupDistribution:
    """Ability in one group, on the scale of the parameters; standard errors are 0 where fixed."""

    name: Hashable
    mean: float
    sd: float
    se_mean: float
    se_sd: float
    n_persons: float


@dataclass(frozen=True, slots=True, eq=False)
class ItemCovariance:
    """Sampling covariances of the free parameters, and how a, c, b_1 … b_K of each item depend on them."""

    parameters: FloatArray
    jacobian: sparse.csr_matrix

    def matrix(self) -> FloatArray:
        """(n_items · (2 + most_steps), …) covariances of all items together; NaN where not estimated."""
        whole: FloatArray = np.asarray((self.jacobian @ (self.jacobian @ self.parameters).T).T)
        unknown = np.asarray(abs(self.jacobian).sum(axis=1)).ravel() == 0
        whole[unknown] = np.nan
        whole[:, unknown] = np.nan
        return whole


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationOptions:
    """How to calibrate.

    priors : None for maximum likelihood, where a may become negative
    tolerance : of the gradient norm, see Calibration
    min_responses : an item with fewer is not calibrated, "classical statistics only"
    quadrature : the nodes, and the weights of a population that is not estimated; N(0, 1) sets the scale
    reference : the group whose mean is 0 (and SD 1 unless slopes are fixed); the first to occur when None
    allow_unlinked : calibrate items that no person links too, on the strength of populations alone: with
        forms given to persons at random, all are samples of one N(0, 1) (equivalent groups)
    standard_errors : see StandardErrorMethod
    """

    priors: ItemPriors | None = WEAK_PRIORS
    max_iterations: int = 500
    tolerance: float = 1e-5
    min_responses: int = 50
    quadrature: Quadrature = field(default_factory=normal_quadrature)
    reference: Hashable = None
    allow_unlinked: bool = False
    standard_errors: StandardErrorMethod = StandardErrorMethod.AUTO

    def __post_init__(self) -> None:
        for name in ("max_iterations", "min_responses"):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or value < 1:
                raise InvalidParameters(f"{name}: expected a whole number of 1 or more, got {value!r}")
        if not (isinstance(self.tolerance, int | float) and 0 < self.tolerance < 1):
            raise InvalidParameters(f"tolerance: expected a number between 0 and 1, got {self.tolerance!r}")
        if not isinstance(self.priors, ItemPriors | None):
            raise InvalidParameters(f"priors: expected ItemPriors or None, got {type(self.priors).__name__}")
        if not isinstance(self.quadrature, Quadrature):
            raise InvalidParameters(f"quadrature: expected Quadrature, got {type(self.quadrature).__name__}")
        try:
            object.__setattr__(self, "standard_errors", StandardErrorMethod(self.standard_errors))
        except ValueError:
            known = ", ".join(StandardErrorMethod)
            raise InvalidParameters(f"standard_errors: {self.standard_errors!r}; known are {known}") from None


MAXIMUM_LIKELIHOOD = CalibrationOptions(priors=None, min_responses=1)


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """One fitted set of parameters, with what is needed to judge it.

    params : n_items rows in the order of the responses; NaN for excluded items
    se_a, se_b, se_c : (n_items,); NaN for excluded or fixed items and values, for a cancelled calibration,
        and where the information is not positive definite. se_b is that of a dichotomous item's difficulty
    se_thresholds : (n_items, most_steps)
    item_covariances : (n_items, 2 + most_steps, 2 + most_steps) of a, c, b_1 … b_K; NaN where not estimated
    between_items : gives the same of all items together; None without the whole observed information
    groups : the ability distribution of each group
    log_likelihood, log_posterior : of all responses used; the posterior without its normalising constant
    n_parameters : free ones, of items and populations
    n_iterations : E-steps done
    gradient_norm : largest gradient of the log posterior, each divided by the root of that parameter's
        complete-data information: roughly how many standard errors the worst parameter may still be off
    n_persons : with any response; n_extreme_persons of them have every mark lowest or every mark highest
    n_responses : (n_items,) scored responses of each item
    recoded : items with marks that nobody earned; `recode` maps responses the same way
    quadrature : the nodes used
    """

    params: ItemParams
    se_a: FloatArray
    se_b: FloatArray
    se_c: FloatArray
    se_thresholds: FloatArray
    item_covariances: FloatArray
    between_items: ItemCovariance | None
    groups: tuple[GroupDistribution, ...]
    log_likelihood: float
    log_posterior: float
    n_parameters: int
    n_iterations: int
    gradient_norm: float
    status: CalibrationStatus
    message: CalibrationMessage
    n_persons: int
    n_extreme_persons: int
    n_responses: IntArray
    excluded: tuple[ExcludedItem, ...]
    recoded: tuple[RecodedItem, ...]
    warnings: tuple[CalibrationWarning, ...]
    standard_errors: StandardErrorMethod
    quadrature: Quadrature

    @property
    def is_converged(self) -> bool:
        return self.status is CalibrationStatus.CONVERGED

    @property
    def aic(self) -> float:
        """Akaike (1974): 2 k - 2 log L; smaller is better."""
        return 2.0 * self.n_parameters - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz (1978): k log n - 2 log L; smaller is better."""
        return float(self.n_parameters * np.log(self.n_persons) - 2.0 * self.log_likelihood)

    def group(self, name: Hashable) -> GroupDistribution:
        """The ability distribution of the group of this name.

        Raises
        ------
        InvalidParameters : no such group.
        """
        for group in self.groups:
            if group.name == name:
                return group
        known = ", ".join(repr(group.name) for group in self.groups)
        raise InvalidParameters(f"group: {name!r}; known are {known}")

    def population(self, name: Hashable = None) -> Quadrature:
        """The ability distribution of a group, the prior of its persons' EAP; the reference's when None."""
        group = self.groups[0] if name is None else self.group(name)
        if (group.mean, group.sd) == (0.0, 1.0):
            return self.quadrature
        nodes = self.quadrature.nodes
        weights = np.exp(-0.5 * ((nodes - group.mean) / group.sd) ** 2)
        return Quadrature(nodes, weights / weights.sum())

    def recode(self, responses: npt.ArrayLike | SparseResponses) -> ResponseMatrix | SparseResponses:
        """The same responses in the categories of `params`, dense or sparse as they came.

        A mark that nobody earned when the item was calibrated counts as the nearest lower one that was; below
        the lowest that was, as that.
        """
        given = (
            responses
            if isinstance(responses, SparseResponses)
            else response_matrix(responses, MOST_CATEGORIES)
        )
        if not self.recoded:
            return given
        table = np.tile(np.arange(MOST_CATEGORIES, dtype=np.int8), (self.params.n_items, 1))
        for item in self.recoded:
            places = np.searchsorted(np.array(item.marks), table[item.item], side="right") - 1
            table[item.item] = np.maximum(places, 0)
        if isinstance(given, SparseResponses):
            return SparseResponses(given.start, given.item, table[given.item, given.mark], given.n_items)
        return np.where(given == MISSING, MISSING, table[np.arange(len(table)), given]).astype(np.int8)
