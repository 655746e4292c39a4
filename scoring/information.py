"""How precisely a set of items measures at a given ability."""

import numpy as np
import numpy.typing as npt

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
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    probabilities, slopes = category_slopes(points, params)
    # Far from an item a category's P rounds to 0; its share of the information does so too.
    shares = np.divide(slopes**2, probabilities, out=np.zeros_like(slopes), where=probabilities > 0)
    information: FloatArray = shares.sum(axis=2)
    return information


def category_slopes(theta: FloatArray, params: ItemParams) -> tuple[FloatArray, FloatArray]:
    """Category response functions and their derivatives in theta, each (n_points, n_items, most_categories).

    Raises NotCalibrated when an item has no parameters.
    """
    probabilities = category_probabilities(theta, params)
    marks = np.arange(probabilities.shape[2])
    expected = (probabilities @ marks.astype(np.float64))[:, :, None]
    slopes = params.a[:, None] * probabilities * (marks - expected)
    curved = np.array([model in _CURVED for model in params.models], dtype=np.bool_)
    if curved.any():
        slopes[:, curved] = _cumulative_slopes(probabilities[:, curved], params.subset(curved))
    return probabilities, slopes


_CURVED = (ItemModel.GRM, ItemModel.THREE_PL)


def _cumulative_slopes(probabilities: FloatArray, params: ItemParams) -> FloatArray:
    """From the logistic cumulative curves: dP_k/dtheta = (1 - c) a (L_k (1 - L_k) - L_k+1 (1 - L_k+1))."""
    beyond = np.cumsum(probabilities[:, :, ::-1], axis=2)[:, :, ::-1]
    below = np.cumsum(probabilities, axis=2)
    c = params.c[:, None]
    not_reached = np.clip(below[:, :, :-1] / (1.0 - c), 0.0, 1.0)  # 1 - L at each step
    reached = np.clip((beyond[:, :, 1:] - c) / (1.0 - c), 0.0, 1.0)
    product = (1.0 - c) * params.a[:, None] * reached * not_reached
    edge = np.zeros((*product.shape[:2], 1))
    slopes: FloatArray = np.concatenate([edge, product], axis=2) - np.concatenate([product, edge], axis=2)
    # Beyond an item's own categories nothing is reached and everything is not: the product is 0 there.
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
