"""How precisely a set of items measures at a given ability."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scoring.models import category_probabilities, expected_marks
from scoring.params import ItemModel, ItemParams
from scoring.responses import FloatArray


def item_information(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Fisher information of each item.

    Parameters
    ----------
    theta : (n_points,) ability grid
    params : n_items rows of any models, logistic metric (D = 1)

    Returns
    -------
    (n_points, n_items): the sum over categories of (dP/dtheta)^2 / P. For the 3PL this is
    a^2 (1 - P) / P ((P - c) / (1 - c))^2, for the PCM, GPCM and RSM a^2 times the variance of the mark.

    Raises
    ------
    NotCalibrated : an item has no parameters.

    References: Lord (1980), eq. 5-9; Birnbaum (1968) for the 3PL; Samejima (1969), Muraki (1993).
    """
    probabilities, slopes = category_slopes(theta, params)
    # Far from an item a category's P rounds to 0; its share of the information does so too.
    shares = np.divide(slopes**2, probabilities, out=np.zeros_like(slopes), where=probabilities > 0)
    information: FloatArray = shares.sum(axis=2)
    return information


def category_slopes(theta: npt.ArrayLike, params: ItemParams) -> tuple[FloatArray, FloatArray]:
    """Category response functions and their derivatives in theta, each (n_points, n_items, most_categories).

    Raises NotCalibrated when an item has no parameters.
    """
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    probabilities = category_probabilities(points, params)
    marks = np.arange(probabilities.shape[2])
    expected = (probabilities @ marks.astype(np.float64))[:, :, None]
    slopes = params.a[:, None] * probabilities * (marks - expected)
    curved = np.array([model in _CURVED for model in params.models], dtype=np.bool_)
    if curved.any():
        slopes[:, curved] = _cumulative_slopes(points, params.subset(curved), marks.size)
    return probabilities, slopes


_CURVED = (ItemModel.GRM, ItemModel.THREE_PL)


def _cumulative_slopes(points: FloatArray, params: ItemParams, most: int) -> FloatArray:
    """From the logistic cumulative curves L_k: dP_k/dtheta = (1 - c) a (L_k (1 - L_k) - L_k+1 (1 - L_k+1)).

    Worked out from the logits: differences of the probabilities lose all digits far from the item.
    """
    z = params.a[:, None] * (points[:, None, None] - params.thresholds[:, : most - 1])
    rise = ((1.0 - params.c) * params.a)[:, None] * expit(z) * expit(-z)
    rise = np.where(np.isnan(z), 0.0, rise)  # beyond an item's own categories
    edge = np.zeros((*rise.shape[:2], 1))
    slopes: FloatArray = np.concatenate([edge, rise], axis=2) - np.concatenate([rise, edge], axis=2)
    return slopes


def form_information(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Test information function (TIF).

    Parameters
    ----------
    theta : (n_points,) ability grid
    params : n_items rows of any models, logistic metric (D = 1)

    Returns
    -------
    (n_points,) Fisher information; SE(theta) = 1/sqrt(information).

    References: Lord (1980), eq. 5-6.
    """
    total: FloatArray = item_information(theta, params).sum(axis=1)
    return total


def expected_number_correct(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Test characteristic curve (TCC): the sum of marks to expect, (n_points,); of 0/1 items, in items.

    References: Lord (1980), ch. 4.
    """
    total: FloatArray = expected_marks(theta, params).sum(axis=1)
    return total
