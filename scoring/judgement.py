"""Provisional parameters of items that nobody has answered yet, from experts' judgement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from scoring.errors import InvalidParameters
from scoring.params import ItemParams
from scoring.points import category_shares, expected_shares
from scoring.quadrature import normal_quadrature

STEP: Final = 0.5
"""Between neighbouring thresholds of an item that is judged, in units of theta."""
_FARTHEST: Final = 40.0


def params_from_expected_shares(shares: npt.ArrayLike, *, discrimination: float = 1.0) -> ItemParams:
    """2PL parameters under which the judged share of a N(0, 1) population answers right.

    Parameters
    ----------
    shares : (n_items,) judged shares of right answers, each strictly between 0 and 1
    discrimination : the one slope assumed of all, since a judgement of difficulty says nothing of it

    Returns
    -------
    n_items rows, logistic metric

    Raises
    ------
    InvalidParameters : a share outside (0, 1).

    The logistic curve averaged over a normal population is again nearly logistic, flattened by
    sqrt(1 + pi a^2 / 8): MacKay (1992), "The evidence framework applied to classification networks", eq. 11.
    """
    judged = np.asarray(shares, dtype=np.float64)
    if not bool(np.all((judged > 0) & (judged < 1))):
        raise InvalidParameters("judged shares must lie strictly between 0 and 1")
    logits = np.log(judged / (1 - judged))
    flattening = math.sqrt(1 + math.pi * discrimination**2 / 8)
    return ItemParams.two_pl(np.full(judged.shape, discrimination), -logits * flattening / discrimination)


def judged_partial_credit(
    judged: float, shares: Sequence[float], *, discrimination: float = 1.0
) -> ItemParams:
    """GPCM parameters of one item under which a N(0, 1) population earns the judged share of its mark.

    Parameters
    ----------
    judged : the share of the mark to expect of the population, between what the lowest and the highest
        category are worth
    shares : what each category is worth, lowest first, as in `scoring.points.category_shares`
    discrimination : as in params_from_expected_shares

    Returns
    -------
    One row. Its thresholds stand STEP apart; where they stand as a whole follows from the judgement, averaged
    over the population by quadrature.

    Raises
    ------
    InvalidParameters : fewer than two categories, shares that do not ascend, a judgement beyond them.

    A convention of ours, since a judgement of difficulty says nothing of slopes and steps: with m steps the
    slope is 3 / (m + 2) of that of an item with one. With equal thresholds the mark's variance at their place
    is m (m + 2) / 12, so that the expected mark, as a share, rises there as steeply as that of the item with
    one step, by a quarter of its discrimination; the item then tells more than that one in the ratio
    3 m / (m + 2), 2 for four steps, and not the m it would claim with an equal slope.
    """
    n_steps = len(shares) - 1
    if n_steps < 1 or not shares[0] < judged < shares[-1]:
        raise InvalidParameters("a judged share must lie between those of the lowest and highest category")
    slope = 3.0 * discrimination / (n_steps + 2)
    away = STEP * (np.arange(n_steps) - (n_steps - 1) / 2)
    population = normal_quadrature()

    def item(place: float) -> ItemParams:
        return ItemParams.polytomous([slope], (place + away)[None, :])

    worth = category_shares([shares], item(0.0))

    def excess(place: float) -> float:
        return (
            float(population.weights @ expected_shares(population.nodes, item(place), worth)[:, 0]) - judged
        )

    return item(float(brentq(excess, -_FARTHEST, _FARTHEST, xtol=1e-12)))
