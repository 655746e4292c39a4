"""Responses drawn from known abilities, and how well an estimate recovers a truth."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.models import probability_correct
from scoring.params import ItemParams
from scoring.responses import MISSING, BoolArray, ResponseMatrix


def simulate_responses(
    theta: npt.ArrayLike, params: ItemParams, rng: np.random.Generator, *, presented: BoolArray | None = None
) -> ResponseMatrix:
    """Marks that persons of these abilities would earn.

    Parameters
    ----------
    theta : (n_persons,) abilities
    params : n_items rows
    rng : the only source of randomness; the same generator state gives the same responses
    presented : (n_persons, n_items) True where the person meets the item; everything when None. What is drawn
        for an item does not depend on which others are presented.

    Returns
    -------
    (n_persons, n_items) int8 of 0, 1 and MISSING.
    """
    probability = probability_correct(theta, params)
    marks = (rng.random(probability.shape) < probability).astype(np.int8)
    if presented is not None:
        marks[~presented] = MISSING
    return marks


@dataclass(frozen=True, slots=True)
class Recovery:
    """Agreement of `n` pairs: correlation, root mean squared error, and mean of estimate minus truth."""

    n: int
    correlation: float
    rmse: float
    bias: float


def recovery(true: npt.ArrayLike, estimated: npt.ArrayLike) -> Recovery:
    """How well estimates recover the truth; pairs with a NaN (not scored, not calibrated) are left out.

    The correlation is NaN for fewer than two pairs or where one side does not vary.
    """
    truth, guess = np.asarray(true, dtype=np.float64), np.asarray(estimated, dtype=np.float64)
    known = np.isfinite(truth) & np.isfinite(guess)
    truth, guess = truth[known], guess[known]
    if truth.size == 0:
        return Recovery(0, np.nan, np.nan, np.nan)
    error = guess - truth
    varies = truth.size > 1 and np.ptp(truth) > 0 and np.ptp(guess) > 0
    correlation = float(np.corrcoef(truth, guess)[0, 1]) if varies else np.nan
    return Recovery(int(truth.size), correlation, float(np.sqrt(np.mean(error**2))), float(error.mean()))
