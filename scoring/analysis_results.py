"""What an analysis of a calibration says, where its flags begin, and whose ability it supposes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring.ability import PersonScores, eap_scores
from scoring.calibration import Calibration
from scoring.errors import InvalidGroups, InvalidOptions
from scoring.fit.curves import ItemCurve
from scoring.fit.m2 import M2
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray, IntArray, ResponseMatrix
from scoring.screening import IdenticalGroup


class AnalysisFlag(StrEnum):
    """What the analysis says of an item; stable codes, worded in the user interface."""

    MISFIT = "MISFIT"
    """Its curve is not the model's: S-X² significant and large, or mean squares far above 1."""
    OVERFIT = "OVERFIT"
    """Responses follow ability more strictly than the model says: often a clone of other items."""
    LOCAL_DEPENDENCE = "LOCAL_DEPENDENCE"
    """Its residuals go with another item's."""


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """Where flags begin.

    false_discoveries : share of false flags among those of S-X² and Q3 (Benjamini & Hochberg 1995)
    misfit_rmsea : of S-X²; smaller misfit is significant in large samples and harmless
    mean_square, mean_square_z : infit and outfit beyond the range and beyond the z
    q3_limit : distance of Q3 from its mean over all pairs (Christensen, Makransky & Horton 2017)
    q3_persons, q3_unusual : pairs that fewer persons met are not judged, nor those where fewer of them earned
        another mark than most on either item
    person_threshold : lz* below it flags a person; -2.326 flags 1 % of those the model holds for
    n_bins : points of an item's empirical curve
    m2_persons : forms with fewer complete persons get no M2
    duplicate_items, duplicate_p : identical vectors of so many items, less probable than this by chance
    """

    false_discoveries: float = 0.05
    misfit_rmsea: float = 0.05
    mean_square: tuple[float, float] = (0.7, 1.3)
    mean_square_z: float = 2.58
    q3_limit: float = 0.2
    q3_persons: int = 30
    q3_unusual: int = 8
    person_threshold: float = -2.326
    n_bins: int = 8
    m2_persons: int = 50
    duplicate_items: int = 10
    duplicate_p: float = 1e-3

    def __post_init__(self) -> None:
        if not (0 < self.false_discoveries < 1 and self.person_threshold < 0 < self.q3_limit):
            raise InvalidOptions(
                "false_discoveries must lie in (0, 1), q3_limit above 0, person_threshold below 0"
            )


@dataclass(frozen=True, slots=True, eq=False)
class ItemQuality:
    """One row per item of the calibration; NaN (and q3_with -1, no curve) where it has no parameters.

    s_x2, df, p, p_adjusted, rmsea : (n_items,) see SX2
    infit, infit_z, outfit, outfit_z : (n_items,) see MeanSquares
    q3_max, q3_with : (n_items,) the Q3 farthest from the mean, and the position of the other item
    curves : n_items empirical curves
    flags : n_items tuples
    """

    s_x2: FloatArray
    df: FloatArray
    p: FloatArray
    p_adjusted: FloatArray
    rmsea: FloatArray
    infit: FloatArray
    infit_z: FloatArray
    outfit: FloatArray
    outfit_z: FloatArray
    q3_max: FloatArray
    q3_with: IntArray
    curves: tuple[ItemCurve | None, ...]
    flags: tuple[tuple[AnalysisFlag, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class PersonQuality:
    """One row per person; NaN where not scored.

    eap, eap_se : (n_persons,) under the distribution of the person's group; wle : of lz*
    lz_star : (n_persons,) about standard normal, low where the pattern is unlikely
    outfit : (n_persons,); n : (n_persons,) responses
    flagged : (n_persons,) lz_star below threshold
    """

    eap: FloatArray
    eap_se: FloatArray
    wle: FloatArray
    lz_star: FloatArray
    outfit: FloatArray
    n: IntArray
    flagged: BoolArray
    threshold: float


@dataclass(frozen=True, slots=True)
class FormReliability:
    """Of one form, from the n persons who responded to all of its items."""

    form: int
    n: int
    alpha: float
    omega: float


@dataclass(frozen=True, slots=True, eq=False)
class FormFit:
    """M2 of one form, from the persons who responded to all of its items."""

    form: int
    m2: M2


@dataclass(frozen=True, slots=True)
class DependentPair:
    """Two items, by position, that share more than ability."""

    first: int
    second: int
    q3: float
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """See the parts. `marginal` and `empirical` are reliabilities of theta over all forms."""

    items: ItemQuality
    persons: PersonQuality
    marginal: float
    empirical: float
    reliabilities: tuple[FormReliability, ...]
    model_fit: tuple[FormFit, ...]
    dependent_pairs: tuple[DependentPair, ...]
    duplicates: tuple[IdenticalGroup, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Populations:
    """Distributions of ability, and which is whose: group (n_persons,) positions among them."""

    distributions: tuple[Quadrature, ...]
    group: IntArray

    @classmethod
    def read(cls, calibration: Calibration, groups: npt.ArrayLike | None, n_persons: int) -> Self:
        """Of the groups named; without names the groups' mixture, as they were calibrated, is everybody's.

        Raises InvalidGroups for another number of names than persons, or one that was not calibrated.
        """
        several = tuple(calibration.population(one.name) for one in calibration.groups)
        if groups is None:
            sizes = np.array([one.n_persons for one in calibration.groups], dtype=np.float64)
            return cls((_mixture(several, sizes),), np.zeros(n_persons, dtype=np.intp))
        labels = np.asarray(groups)
        if labels.shape != (n_persons,):
            raise InvalidGroups(f"groups: expected {n_persons} names, got {labels.shape}")
        place_of = {one.name: place for place, one in enumerate(calibration.groups)}
        for person, name in enumerate(labels.tolist()):
            if name not in place_of:
                known = ", ".join(map(repr, place_of))
                raise InvalidGroups(f"groups[{person}]: {name!r} was not calibrated; known are {known}")
        return cls(several, np.array([place_of[name] for name in labels.tolist()], dtype=np.intp))

    def among(self, persons: BoolArray) -> Quadrature:
        """The mixture of the groups as they are among some persons."""
        counts = np.bincount(self.group[persons], minlength=len(self.distributions))
        return _mixture(self.distributions, counts.astype(np.float64))

    def scores(self, marks: ResponseMatrix, params: ItemParams) -> PersonScores:
        """EAP of every person under his own group's distribution."""
        n = len(marks)
        theta, se = np.full(n, np.nan), np.full(n, np.nan)
        n_responses, status = np.zeros(n, dtype=np.intp), np.zeros(n, dtype=np.int8)
        for place in np.unique(self.group).tolist():
            here = self.group == place
            part = eap_scores(marks[here], params, self.distributions[place])
            theta[here], se[here] = part.theta, part.se
            n_responses[here], status[here] = part.n_responses, part.status
        return PersonScores(theta, se, n_responses, status)


def _mixture(distributions: tuple[Quadrature, ...], sizes: FloatArray) -> Quadrature:
    if np.count_nonzero(sizes) <= 1:  # itself, to the last digit
        return distributions[int(sizes.argmax())]
    weights = np.array([one.weights for one in distributions])
    return Quadrature(distributions[0].nodes, sizes / sizes.sum() @ weights)
