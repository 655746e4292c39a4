"""An item's observed marks against its model curve, for the eye."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from scoring.errors import InvalidParameters
from scoring.fit._pairs import (
    Responses,
    abilities,
    checked_responses,
    dense_blocks,
    n_persons_of,
    pair_curves,
)
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ItemCurve:
    """Observed and expected marks of one item in groups of like ability, and the curve itself.

    Marks are shares of the highest mark. Of each of at most n_bins groups, lowest ability first:

    theta : (n_bins,) mean ability
    n : (n_bins,) persons
    observed, low, high : (n_bins,) mean mark and its interval
    expected : (n_bins,) mean of the persons' expected marks
    categories, expected_categories : (n_bins, n_categories) share of each mark, observed and expected
    grid, curve : (n_points,) ability and expected mark
    grid_categories : (n_points, n_categories) category response functions
    """

    theta: FloatArray
    n: IntArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray
    expected: FloatArray
    categories: FloatArray
    expected_categories: FloatArray
    grid: FloatArray
    curve: FloatArray
    grid_categories: FloatArray


def item_curve(  # noqa: PLR0913 - data, model, ability and item, then two settings of the picture
    responses: Responses,
    params: ItemParams,
    theta: npt.ArrayLike,
    item: int,
    *,
    n_bins: int = 10,
    confidence: float = 0.95,
) -> ItemCurve:
    """Empirical and model curve of the item at this position.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    params : n_items rows of any models
    theta : (n_persons,) abilities; persons whose theta is not finite are left out
    item : position
    n_bins : groups of about equal size; persons of equal ability stay together, so there may be fewer
    confidence : of the intervals: Wilson's of a dichotomous item, normal of the mean mark of others

    Missing data: the persons who met the item.

    Raises InvalidResponses, NotCalibrated; InvalidParameters for an item that is not there.

    References: Wilson (1927) for the interval; Hambleton & Swaminathan (1985), ch. 9, for the comparison.
    """
    if not 0 <= item < params.n_items:
        raise InvalidParameters(f"item must be a position from 0 to {params.n_items - 1}", [item])
    given = checked_responses(responses, params)
    ability = abilities(theta, n_persons_of(given))
    mark = np.concatenate([block[:, item] for _, block in dense_blocks(given)] or [np.zeros(0, np.int8)])
    counted = (mark >= 0) & np.isfinite(ability)
    mark, ability = mark[counted].astype(np.intp), ability[counted]
    one, m = params.subset([item]), int(params.n_categories[item])
    modelled = pair_curves(ability, np.zeros(mark.size, np.intp), one).p[:, :m]
    group, size = _groups(ability, n_bins)
    mean = [np.bincount(group, weights=values, minlength=size.size) / size
            for values in (ability, mark / (m - 1), (mark / (m - 1)) ** 2)]  # fmt: skip
    low, high = _interval(mean[1], mean[2], size, confidence, dichotomous=m == 2)
    shares, model_shares = (
        np.stack(
            [np.bincount(group, weights=column, minlength=size.size) / size for column in columns.T], axis=1
        )
        for columns in ((mark[:, None] == np.arange(m)).astype(np.float64), modelled)
    )
    grid = np.linspace(*_range(ability), 61)
    curves = category_probabilities(grid, one)[:, 0, :m]
    scale = np.arange(m) / (m - 1)
    return ItemCurve(mean[0], size, mean[1], low, high, model_shares @ scale, shares, model_shares,
                     grid, curves @ scale, curves)  # fmt: skip


def _groups(ability: FloatArray, n_bins: int) -> tuple[IntArray, IntArray]:
    """Each person's group, and the groups' sizes; cut at quantiles of ability."""
    if not ability.size:
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    inner = np.quantile(ability, np.arange(1, max(n_bins, 1)) / max(n_bins, 1))
    place = np.searchsorted(np.unique(inner), ability, side="right")
    _, group, size = np.unique(place, return_inverse=True, return_counts=True)
    return group.reshape(-1).astype(np.intp), size.astype(np.intp)


def _interval(
    mean: FloatArray, mean_square: FloatArray, n: IntArray, confidence: float, *, dichotomous: bool
) -> tuple[FloatArray, FloatArray]:
    z = float(norm.ppf(0.5 + confidence / 2.0))
    if dichotomous:
        centre = (mean + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z * np.sqrt(mean * (1 - mean) / n + z**2 / (4.0 * n**2)) / (1 + z**2 / n)
    else:
        # A group of one has no spread of its own: the widest possible stands in.
        variance = np.where(n > 1, (mean_square - mean**2) * n / np.maximum(n - 1, 1), 0.25)
        centre, half = mean, z * np.sqrt(np.maximum(variance, 0.0) / n)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def _range(ability: FloatArray) -> tuple[float, float]:
    if not ability.size:
        return -4.0, 4.0
    return min(-4.0, float(ability.min())), max(4.0, float(ability.max()))
