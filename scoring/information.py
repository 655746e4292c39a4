"""How precisely a set of items measures at a given ability."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scoring.models import logit_of_knowing, probability_correct
from scoring.params import ItemParams
from scoring.responses import FloatArray


def item_information(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Fisher information of each item.

    Parameters
    ----------
    theta : (n_points,) ability grid
    params : n_items rows of 3PL parameters, logistic metric (D = 1)

    Returns
    -------
    (n_points, n_items) a² (1 - P) / P · ((P - c) / (1 - c))²; for c = 0 this is a² P (1 - P).

    Raises
    ------
    NotCalibrated : an item has no parameters.

    References: Lord (1980), eq. 5-9; Birnbaum (1968) for the 3PL.
    """
    logit = logit_of_knowing(theta, params)
    knows, not_knows = expit(logit), expit(-logit)
    probability = params.c + (1.0 - params.c) * knows
    # Far below b the 2PL's P rounds to 0; there (P - c) / P is 1, as everywhere when c = 0.
    share_knowing = np.divide(knows, probability, out=np.ones_like(knows), where=probability > 0)
    information: FloatArray = params.a**2 * (1.0 - params.c) * not_knows * knows * share_knowing
    return information


def form_information(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Test information function (TIF).

    Parameters
    ----------
    theta : (n_points,) ability grid
    params : n_items rows of 3PL parameters, logistic metric (D = 1)

    Returns
    -------
    (n_points,) Fisher information; SE(theta) = 1/sqrt(information).

    References: Lord (1980), eq. 5-6.
    """
    total: FloatArray = item_information(theta, params).sum(axis=1)
    return total


def expected_number_correct(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Test characteristic curve (TCC): the number-correct score to expect, (n_points,), in items.

    References: Lord (1980), ch. 4.
    """
    total: FloatArray = probability_correct(theta, params).sum(axis=1)
    return total
