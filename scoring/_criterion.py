"""What an item's marks are correlated with: the rest of the form, or a measure from elsewhere."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidResponses
from scoring.responses import BoolArray, FloatArray

_PERSONS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """What a mark is correlated with: y_ij = level_i - leave_out_i (x_ij - p_j) for persons who count.

    An outside criterion has leave_out = 0. The rest score has level = s r and leave_out = r, where s is the
    person's sum of mark minus p and r = 1 / (number of items met - 1). In this form all sums over persons are
    products of the response matrix with a few columns, and no second matrix of its size is needed.

    counts, level, leave_out : (n_persons,), the latter two 0 for persons who do not count
    p : (n_items,) share correct, 0 where unknown
    """

    counts: FloatArray
    level: FloatArray
    leave_out: FloatArray
    p: FloatArray

    def correlation(self, chose: BoolArray, right: BoolArray, met: BoolArray) -> FloatArray:
        """(n_items,) with an indicator that is `right` itself or excludes it; NaN without variation."""
        u, r, p = self.level, self.leave_out, self.p
        n, u1, r1, uu, ur, rr = _sums(met, self.counts, u, r, u * u, u * r, r * r).T
        right_r, right_ur, right_rr = _sums(right, r, u * r, r * r).T
        sum_x, chose_u, chose_r = _sums(chose, self.counts, u, r).T
        (both_r,) = _sums(chose & right, r).T
        sum_y = u1 - right_r + p * r1
        sum_yy = uu - 2.0 * (right_ur - p * ur) + (1.0 - 2.0 * p) * right_rr + p**2 * rr
        sum_xy = chose_u - both_r + p * chose_r
        persons = np.maximum(n, 1.0)
        var_x, var_y = sum_x * (1.0 - sum_x / persons), sum_yy - sum_y**2 / persons
        # Equal values leave rounding dust in the variance; dividing by it would invent a correlation.
        varies = (var_x > 1e-9) & (var_y > 1e-12 * persons)
        scale = np.sqrt(np.where(varies, var_x * var_y, 1.0))
        correlation: FloatArray = np.where(varies, (sum_xy - sum_x * sum_y / persons) / scale, np.nan)
        return np.clip(correlation, -1.0, 1.0)


def rest_score(right: BoolArray, met: BoolArray) -> Criterion:
    """Mean of mark minus p over the person's other items; persons who met one item only do not count."""
    p = np.nan_to_num(share_of(right, met))
    n_others = met.sum(axis=1) - 1
    counts = n_others > 0
    leave_out = np.where(counts, 1.0 / np.where(counts, n_others, 1), 0.0)
    surplus = right.sum(axis=1) - met @ p
    return Criterion(counts.astype(np.float64), surplus * leave_out, leave_out, p)


def outside_criterion(criterion: npt.ArrayLike, met: BoolArray) -> Criterion:
    """A measure from elsewhere, (n_persons,); persons without it do not count."""
    values = np.asarray(criterion, dtype=np.float64)
    if values.shape != met.shape[:1]:
        raise InvalidResponses(f"expected a criterion for each of {met.shape[0]} persons")
    known = np.isfinite(values)
    centred = np.where(known, values, 0.0)
    centred = np.where(known, centred - centred.sum() / max(int(known.sum()), 1), 0.0)
    # Scaled as well, so that what counts as rounding dust does not depend on the criterion's unit.
    largest = float(np.abs(centred).max(initial=0.0))
    level = centred / largest if largest > 0 else centred
    zero = np.zeros_like(level)
    return Criterion(known.astype(np.float64), level, zero, np.zeros(met.shape[1]))


def share_of(hit: BoolArray, met: BoolArray) -> FloatArray:
    """(n_items,) share of those who met the item; NaN where nobody did."""
    n = met.sum(axis=0)
    share: FloatArray = np.divide(hit.sum(axis=0), n, out=np.full(n.shape, np.nan), where=n > 0)
    return share


def _sums(mask: BoolArray, *columns: FloatArray) -> FloatArray:
    """(n_items, n_columns) sums of each person column over the persons an item's mask holds."""
    weights = np.column_stack(columns)
    total = np.zeros((mask.shape[1], len(columns)))
    for start in range(0, mask.shape[0], _PERSONS_AT_ONCE):
        part = slice(start, start + _PERSONS_AT_ONCE)
        total += mask[part].T.astype(np.float64) @ weights[part]
    return total
