"""How likely each mark is at a given ability."""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit

from scoring.errors import InvalidParameters
from scoring.params import ItemModel, ItemParams
from scoring.responses import FloatArray

_TINY: Final = 1e-300


def logit_of_knowing(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """a (theta - b): the log odds of a correct response without guessing, (n_points, n_items).

    Raises NotCalibrated when an item has no parameters, InvalidParameters when one has more than two marks.
    """
    params.require_calibrated()
    _require_dichotomous(params)
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    logit: FloatArray = params.a * (points[:, None] - params.b)
    return logit


def probability_correct(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Item response functions of dichotomous items (Rasch, 1PL, 2PL, 3PL).

    Parameters
    ----------
    theta : (n_points,) abilities
    params : n_items rows, logistic metric (D = 1)

    Returns
    -------
    (n_points, n_items) probabilities.

    Raises
    ------
    NotCalibrated : an item has no parameters.
    InvalidParameters : an item has more than two categories; see category_probabilities.

    References: Birnbaum (1968).
    """
    probability: FloatArray = params.c + (1.0 - params.c) * expit(logit_of_knowing(theta, params))
    return probability


def log_category_probabilities(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Logarithms of the category response functions of any mixture of models.

    They stay finite where the probabilities themselves round to 0 or 1.

    Parameters
    ----------
    theta : (n_points,) abilities
    params : n_items rows, logistic metric (D = 1)

    Returns
    -------
    (n_points, n_items, most_categories); -inf beyond an item's own categories.

    Raises
    ------
    NotCalibrated : an item has no parameters.

    References: Birnbaum (1968), Samejima (1969), Masters (1982), Muraki (1992).
    """
    params.require_calibrated()
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    most = int(params.n_categories.max(initial=2))
    logs = np.full((points.size, params.n_items, most), -np.inf)
    dichotomous = np.array([model.is_dichotomous for model in params.models], dtype=np.bool_)
    graded = np.array([model is ItemModel.GRM for model in params.models], dtype=np.bool_)
    if dichotomous.any():
        logs[:, dichotomous, :2] = _dichotomous(points, params.subset(dichotomous))
    n_categories = params.n_categories
    for n in np.unique(n_categories[~dichotomous]).tolist():
        for family, of_curve in ((graded, _graded), (~graded & ~dichotomous, _partial_credit)):
            where = np.flatnonzero(family & (n_categories == n))
            if where.size:
                steps = params.thresholds[where, : n - 1]
                logs[:, where, :n] = of_curve(params.a[where, None] * (points[:, None, None] - steps))
    return logs


def category_probabilities(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Category response functions, (n_points, n_items, most_categories); 0 beyond an item's own categories.

    Parameters, errors and references as in log_category_probabilities.
    """
    probabilities: FloatArray = np.exp(log_category_probabilities(theta, params))
    return probabilities


def expected_marks(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """The mark to expect of each item at each ability, (n_points, n_items), in marks."""
    probabilities = category_probabilities(theta, params)
    marks: FloatArray = probabilities @ np.arange(probabilities.shape[2], dtype=np.float64)
    return marks


def log_probabilities(theta: npt.ArrayLike, params: ItemParams) -> tuple[FloatArray, FloatArray]:
    """Logs of a right and of a wrong response to dichotomous items, each (n_points, n_items)."""
    _require_dichotomous(params)
    logs = log_category_probabilities(theta, params)
    return logs[:, :, 1], logs[:, :, 0]


def _require_dichotomous(params: ItemParams) -> None:
    several = params.n_categories > 2
    if several.any():
        raise InvalidParameters("items with more than two categories have no single probability of success",
                                np.flatnonzero(several).tolist())  # fmt: skip


def _dichotomous(points: FloatArray, params: ItemParams) -> FloatArray:
    """With z = a (theta - b): P = (c + e^z) / (1 + e^z) and 1 - P = (1 - c) / (1 + e^z)."""
    z = params.a * (points[:, None] - params.b)
    wrong = log_expit(-z)
    if not params.c.any():
        return np.stack([wrong, log_expit(z)], axis=2)
    with np.errstate(divide="ignore"):  # c = 0 has log c = -inf, which logaddexp takes as meant
        right = np.logaddexp(np.log(params.c), z) + wrong
    return np.stack([wrong + np.log1p(-params.c), right], axis=2)


def _graded(z: FloatArray) -> FloatArray:
    """Logs of differences of cumulative curves; z (…, n_steps) falls from step to step.

    sigma(u) - sigma(v) = sigma(u) sigma(-v) (1 - e^(v - u)) for u > v loses no digits in either tail.
    """
    first, last = log_expit(-z[..., :1]), log_expit(z[..., -1:])
    upper, lower = z[..., :-1], z[..., 1:]
    gap = -np.expm1(np.minimum(lower - upper, 0.0))
    between = log_expit(upper) + log_expit(-lower) + np.log(np.maximum(gap, _TINY))
    return np.concatenate([first, between, last], axis=-1)


def _partial_credit(z: FloatArray) -> FloatArray:
    """Logs of the softmax of the cumulated step logits; z (…, n_steps)."""
    cumulated = np.concatenate([np.zeros((*z.shape[:-1], 1)), np.cumsum(z, axis=-1)], axis=-1)
    cumulated -= cumulated.max(axis=-1, keepdims=True)
    logs: FloatArray = cumulated - np.log(np.exp(cumulated).sum(axis=-1, keepdims=True))
    return logs
