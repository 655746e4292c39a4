"""How far the judges of a panel agree, and how sure their mean is."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from scoring.errors import InvalidRatings
from scoring.responses import FloatArray


@dataclass(frozen=True, slots=True)
class PanelStatistics:
    """Of the judges' cuts; judges without a cut (NaN) do not count.

    sd : with n - 1 in the denominator; NaN for a single judge
    se : sd / sqrt(n_judges), the standard error of the mean over judges
    """

    n_judges: int
    mean: float
    median: float
    sd: float
    se: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, cuts: FloatArray) -> Self:
        """Raises InvalidRatings when no judge has a cut."""
        known = np.asarray(cuts, dtype=np.float64)
        known = known[~np.isnan(known)]
        if known.size == 0:
            raise InvalidRatings("no judge has a cut")
        sd = float(known.std(ddof=1)) if known.size > 1 else math.nan
        return cls(
            known.size, float(known.mean()), float(np.median(known)), sd, sd / math.sqrt(known.size),
            float(known.min()), float(known.max()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two-way random-effects analysis of items (rows) by judges (columns), one rating a cell.

    var_items, var_judges, var_residual : variance components, negative estimates set to 0
    icc_agreement, icc_agreement_panel : ICC(2,1) and ICC(2,k): would another judge, or panel, agree?
    icc_consistency, icc_consistency_panel : ICC(3,1) and ICC(3,k): would they order the items so? The latter
        is the generalizability coefficient and Cronbach's alpha; ICC(2,k) is the dependability coefficient
    se_items_random : standard error of the cut, in marks, over judges and items as samples, where the panel's
        `se` takes the items as given: n_items sqrt(var_j / n_j + var_i / n_i + var_res / (n_j n_i))
    n_items, n_judges : complete cells used

    References: Shrout & Fleiss (1979); McGraw & Wong (1996); Brennan (1995) for the error of a cut.
    """

    var_items: float
    var_judges: float
    var_residual: float
    icc_agreement: float
    icc_agreement_panel: float
    icc_consistency: float
    icc_consistency_panel: float
    se_items_random: float
    n_items: int
    n_judges: int


def agreement(ratings: FloatArray) -> Agreement:
    """Variance components and intraclass correlations of a panel.

    Parameters
    ----------
    ratings : (n_judges, n_items), NaN where a judge did not rate. Judges without any rating are left out,
        then items that not every other judge rated.

    Everything is NaN when fewer than two judges or two items remain.
    """
    present = ratings[~np.isnan(ratings).all(axis=1)]
    table = present[:, ~np.isnan(present).any(axis=0)].T
    n, k = table.shape
    if n < 2 or k < 2:
        return Agreement(*(math.nan,) * 8, n_items=n, n_judges=k)
    grand, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    between = float(k * ((rows - grand) ** 2).sum() / (n - 1))
    judges = float(n * ((columns - grand) ** 2).sum() / (k - 1))
    rest = table - rows[:, None] - columns + grand
    residual = float((rest**2).sum() / ((n - 1) * (k - 1)))
    var_items, var_judges = max((between - residual) / k, 0.0), max((judges - residual) / n, 0.0)
    signal, severity = between - residual, judges - residual
    return Agreement(
        var_items, var_judges, residual,
        icc_agreement=_ratio(signal, between + (k - 1) * residual + k * severity / n),
        icc_agreement_panel=_ratio(signal, between + severity / n),
        icc_consistency=_ratio(signal, between + (k - 1) * residual),
        icc_consistency_panel=_ratio(signal, between),
        se_items_random=n * math.sqrt(var_judges / k + var_items / n + residual / (n * k)),
        n_items=n, n_judges=k,
    )  # fmt: skip


def required_judges(sd: float, target_se: float) -> int:
    """How many judges like these bring the standard error of the mean cut down to `target_se`.

    Raises InvalidRatings unless sd is not negative and target_se positive.
    """
    if not (sd >= 0 and target_se > 0):
        raise InvalidRatings("sd must not be negative and target_se must be positive")
    return max(1, math.ceil((sd / target_se) ** 2 - 1e-9))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else math.nan
