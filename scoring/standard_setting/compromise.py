"""Hofstee's compromise between a standard and the failure rate it brings."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidRatings


@dataclass(frozen=True, slots=True)
class HofsteeBounds:
    """Means over the judges: lowest and highest acceptable cut (marks) and failure rate (0 to 1)."""

    min_cut: float
    max_cut: float
    min_fail: float
    max_fail: float

    def __post_init__(self) -> None:
        if not (self.min_cut < self.max_cut and 0 <= self.min_fail < self.max_fail <= 1):
            raise InvalidRatings("bounds: expected min_cut < max_cut and 0 <= min_fail < max_fail <= 1")


def hofstee(scores: npt.ArrayLike, bounds: HofsteeBounds) -> float:
    """Where the observed failure rates cross the line from (min_cut, max_fail) to (max_cut, min_fail).

    Parameters
    ----------
    scores : (n_persons,) raw scores; NaN (not scored) does not count. At a cut k who scored below k fails;
        between whole cuts the rate is interpolated.

    Returns
    -------
    The cut, in marks; NaN where the curve does not cross the line: the bounds do not fit these persons.

    Raises InvalidRatings when there is no score.

    References: Hofstee (1983); Cizek & Bunch (2007), ch. 12.
    """
    known = np.asarray(scores, dtype=np.float64)
    known = np.sort(known[~np.isnan(known)])
    if known.size == 0:
        raise InvalidRatings("scores: expected at least one")
    whole = np.arange(np.floor(bounds.min_cut), np.ceil(bounds.max_cut) + 1)
    rates = np.searchsorted(known, whole, side="left") / known.size
    inside = whole[(whole > bounds.min_cut) & (whole < bounds.max_cut)]
    cuts = np.concatenate([[bounds.min_cut], inside, [bounds.max_cut]])
    line = np.interp(cuts, [bounds.min_cut, bounds.max_cut], [bounds.max_fail, bounds.min_fail])
    above = np.interp(cuts, whole, rates) - line  # never falls with the cut
    if above[0] > 0 or above[-1] < 0:
        return float("nan")
    return float(np.interp(0.0, above, cuts))
