"""p values of many tests, corrected for their number."""

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidResponses
from scoring.responses import FloatArray


def benjamini_hochberg(p_values: npt.ArrayLike) -> FloatArray:
    """p values adjusted for the false discovery rate, in the order given.

    Parameters
    ----------
    p_values : any shape, in [0, 1]; NaN is no test, is not counted and stays NaN

    Returns
    -------
    The same shape: flagging where the result is <= q keeps the expected share of false flags at q or less.

    Raises InvalidResponses for a value outside [0, 1].  References: Benjamini & Hochberg (1995).
    """
    values = np.asarray(p_values, dtype=np.float64)
    known = ~np.isnan(values)
    tests = values[known]
    if ((tests < 0) | (tests > 1)).any():
        raise InvalidResponses("p_values: a probability lies in [0, 1]")
    order = np.argsort(tests, kind="stable")
    scaled = tests[order] * tests.size / np.arange(1, tests.size + 1)
    smallest_from_here = np.minimum.accumulate(scaled[::-1])[::-1]
    adjusted = np.empty_like(tests)
    adjusted[order] = np.minimum(smallest_from_here, 1.0)
    result = np.full(values.shape, np.nan)
    result[known] = adjusted
    return result
