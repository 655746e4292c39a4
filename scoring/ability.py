"""What a person's responses say about ability."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidResponses
from scoring.models import log_probabilities
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray, presented, response_matrix


@dataclass(frozen=True, slots=True, eq=False)
class AbilityEstimates:
    """One row per person; a person without any scored response is NaN throughout: not scored.

    theta : (n_persons,) posterior mean
    se : (n_persons,) posterior standard deviation
    posterior : (n_persons, n_nodes) probability of each node, rows sum to 1
    n_responses : (n_persons,) how many responses the estimate rests on
    """

    theta: FloatArray
    se: FloatArray
    posterior: FloatArray
    n_responses: IntArray

    @property
    def scored(self) -> npt.NDArray[np.bool_]:
        mask: npt.NDArray[np.bool_] = self.n_responses > 0
        return mask


def eap(responses: npt.ArrayLike, params: ItemParams, quadrature: Quadrature) -> AbilityEstimates:
    """Expected a posteriori estimates; finite for all-right and all-wrong patterns too.

    Parameters
    ----------
    responses : (n_persons, n_items) of 0, 1 and MISSING
    params : n_items rows in the same order
    quadrature : the prior distribution of ability, on the scale of `params`

    Raises
    ------
    InvalidResponses : not such a matrix, or its columns are not the items of `params`.
    NotCalibrated : an item has no parameters.

    References: Bock & Mislevy (1982).
    """
    marks = response_matrix(responses)
    if marks.shape[1] != params.n_items:
        raise InvalidResponses(f"{marks.shape[1]} columns for {params.n_items} items")
    log_right, log_wrong = log_probabilities(quadrature.nodes, params)
    right, wrong = (marks == 1).astype(np.float64), (marks == 0).astype(np.float64)
    log_posterior = right @ log_right.T + wrong @ log_wrong.T + quadrature.log_weights
    n_responses = presented(marks).sum(axis=1)
    posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    posterior[n_responses == 0] = np.nan  # the prior mean would look like a result
    theta = posterior @ quadrature.nodes
    variance = (posterior * (quadrature.nodes - theta[:, None]) ** 2).sum(axis=1)
    return AbilityEstimates(theta, np.sqrt(variance), posterior, n_responses)
