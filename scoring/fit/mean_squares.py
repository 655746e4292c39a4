"""Infit and outfit: are the residuals of an item, or of a person, as large as the model says?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.fit._pairs import (
    Responses,
    abilities,
    checked_responses,
    n_persons_of,
    pair_blocks,
    pair_curves,
)
from scoring.params import ItemParams
from scoring.responses import FloatArray, IntArray

# Two guards, as R mirt has them, so that published figures are met: no residual is standardised by a variance
# below sqrt(1e-5), and a mean square's standard deviation counts for 1.4142 at most.
_SMALLEST_VARIANCE = np.sqrt(1e-5)
_LARGEST_SPREAD = 1.4142


@dataclass(frozen=True, slots=True, eq=False)
class MeanSquares:
    """One row per item, or per person; 1 is what the model expects. NaN where there is no response.

    outfit : mean of the squared standardised residuals; sensitive to surprises far from the item
    infit : sum of squared residuals over the sum of their variances; sensitive to patterns near the item
    z_outfit, z_infit : the same made about standard normal by the cube root of Wilson and Hilferty
    n : responses each rests on
    """

    outfit: FloatArray
    z_outfit: FloatArray
    infit: FloatArray
    z_infit: FloatArray
    n: IntArray


def item_mean_squares(responses: Responses, params: ItemParams, theta: npt.ArrayLike) -> MeanSquares:
    """Infit and outfit of each item, (n_items,).

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    params : n_items rows of any models
    theta : (n_persons,) abilities, on the scale of `params`; persons whose theta is not finite are left out

    Missing data: every response given counts, and only those: an item is judged by the persons who met it.

    Raises
    ------
    InvalidResponses : shapes that do not agree, or marks an item does not have.
    NotCalibrated : an item has no parameters.

    References: Wright & Masters (1982), ch. 5; the theta of R mirt's figures is the EAP.
    """
    return _mean_squares(responses, params, theta, by_item=True)


def person_mean_squares(responses: Responses, params: ItemParams, theta: npt.ArrayLike) -> MeanSquares:
    """Infit and outfit of each person, (n_persons,); parameters, errors and references as of items."""
    return _mean_squares(responses, params, theta, by_item=False)


def _mean_squares(
    responses: Responses, params: ItemParams, theta: npt.ArrayLike, *, by_item: bool
) -> MeanSquares:
    given = checked_responses(responses, params)
    n_persons = n_persons_of(given)
    ability = abilities(theta, n_persons)
    size = params.n_items if by_item else n_persons
    # rows: n, z^2, C/W^2, residual^2, W, C - W^2
    sums = np.zeros((6, size))
    for pairs in pair_blocks(given):
        scored = np.isfinite(ability[pairs.person])
        item, person = pairs.item[scored], pairs.person[scored]
        curves = pair_curves(ability[person], item, params)
        expected = curves.expected
        variance, fourth = curves.central_moments(expected)
        variance = np.maximum(variance, _SMALLEST_VARIANCE)
        squared = (pairs.mark[scored] - expected) ** 2
        columns = (
            np.ones_like(squared),
            squared / variance,
            fourth / variance**2,
            squared,
            variance,
            fourth - variance**2,
        )
        of = item if by_item else person
        for row, values in zip(sums, columns, strict=True):
            row += np.bincount(of, weights=values, minlength=size)
    return _summary(sums)


def _summary(sums: FloatArray) -> MeanSquares:
    n, standardised, kurtosis, squared, variance, excess = sums
    with np.errstate(invalid="ignore", divide="ignore"):  # no response: 0/0 is the NaN that is meant
        outfit, infit = standardised / n, squared / variance
        spread_outfit = np.sqrt(np.maximum(kurtosis / n**2 - 1.0 / n, 0.0))
        spread_infit = np.sqrt(np.maximum(excess, 0.0)) / variance
    return MeanSquares(outfit, _normal(outfit, spread_outfit), infit, _normal(infit, spread_infit),
                       n.astype(np.intp))  # fmt: skip


def _normal(mean_square: FloatArray, spread: FloatArray) -> FloatArray:
    """Wilson–Hilferty: (v^(1/3) - 1) 3/q + q/3, q the standard deviation of v, cut at sqrt 2."""
    q = np.minimum(spread, _LARGEST_SPREAD)
    with np.errstate(invalid="ignore", divide="ignore"):
        z: FloatArray = (np.cbrt(mean_square) - 1.0) * 3.0 / q + q / 3.0
    return np.where(q > 0, z, np.nan)
