"""What an analysis of a calibration says, and where its flags begin."""

from dataclasses import dataclass
from enum import StrEnum

from scoring.errors import InvalidOptions
from scoring.fit.curves import ItemCurve
from scoring.fit.m2 import M2
from scoring.responses import BoolArray, FloatArray, IntArray
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

    eap, eap_se : (n_persons,) under the calibration's population; wle : of lz*
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
