"""From many p values to few flags."""

import numpy as np
import numpy.typing as npt

from scoring.multiple_tests import benjamini_hochberg
from scoring.responses import BoolArray


def misfit_flags(p_values: npt.ArrayLike, rate: float = 0.05) -> BoolArray:
    """True where the adjusted p value is at most `rate`; never where there was no test."""
    adjusted = benjamini_hochberg(p_values)
    flagged: BoolArray = np.nan_to_num(adjusted, nan=2.0) <= rate
    return flagged
