"""How likely a correct response is at a given ability."""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scoring.params import ItemParams
from scoring.responses import FloatArray


def logit_of_knowing(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """a (theta - b): the log odds of a correct response without guessing, (n_points, n_items)."""
    params.require_calibrated()
    points = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    logit: FloatArray = params.a * (points[:, None] - params.b)
    return logit


def probability_correct(theta: npt.ArrayLike, params: ItemParams) -> FloatArray:
    """Item response functions of the 3PL.

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

    References: Birnbaum (1968).
    """
    probability: FloatArray = params.c + (1.0 - params.c) * expit(logit_of_knowing(theta, params))
    return probability


def log_probabilities(theta: npt.ArrayLike, params: ItemParams) -> tuple[FloatArray, FloatArray]:
    """Log probabilities of a correct and of a wrong response, each (n_points, n_items).

    They stay finite where the probabilities themselves round to 0 or 1: with z = a (theta - b),
    P = (c + e^z) / (1 + e^z) and 1 - P = (1 - c) / (1 + e^z).
    """
    z = logit_of_knowing(theta, params)
    softplus = np.logaddexp(0.0, z)
    with np.errstate(divide="ignore"):  # c = 0 has log c = -inf, which logaddexp takes as meant
        log_c = np.log(params.c)
    return np.logaddexp(log_c, z) - softplus, np.log1p(-params.c) - softplus
