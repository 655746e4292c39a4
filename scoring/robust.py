"""How far an item lies from the others, in a unit that items far away do not set."""

from typing import Final

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidParameters
from scoring.responses import BoolArray, FloatArray

NORMAL_OF_IQR: Final = 0.74
"""The SD of a normal distribution over its interquartile range, as Huynh & Meyer round it."""

LEAST_SPREAD: Final = 1e-6
"""Below this, 0.74 IQR is rounding error of values that are really equal, not a yardstick."""


def robust_z(differences: npt.ArrayLike, among: BoolArray | None = None) -> FloatArray:
    """(d - median) / (0.74 IQR), with quartiles by linear interpolation (Hyndman & Fan's type 7).

    Parameters
    ----------
    differences : (n_items,); what is not finite gives NaN and does not count
    among : (n_items,) the items whose median and IQR are the yardstick; all when None

    A spread of rounding size counts as 1e-6: where the middle half agrees exactly, items that agree with it
    have z of about 0 and one that does not an enormous z. All NaN where nothing is known.

    Raises InvalidParameters for another shape.

    References: Huynh & Meyer (2010), "Use of robust z in detecting unstable items in item response theory
    models".
    """
    d = np.asarray(differences, dtype=np.float64)
    if d.ndim != 1 or (among is not None and among.shape != d.shape):
        raise InvalidParameters("differences, among: expected two vectors of one length")
    known = np.isfinite(d)
    yardstick = d[known if among is None else known & among]
    z = np.full(d.shape, np.nan)
    if yardstick.size:
        first, median, third = np.quantile(yardstick, [0.25, 0.5, 0.75])
        z[known] = (d[known] - median) / max(NORMAL_OF_IQR * (third - first), LEAST_SPREAD)
    return z
