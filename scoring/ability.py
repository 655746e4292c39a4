"""What a person's responses say about ability: EAP, MAP, ML and WLE with standard errors."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring._ability_blocks import (
    ResponseBlock,
    Responses,
    count_persons,
    log_likelihood_table,
    response_blocks,
)
from scoring._ability_curves import Equation, WeightedLikelihood
from scoring._ability_search import PersonScores, ScoreStatus, SearchOptions, joined, search
from scoring.errors import InvalidQuadrature
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray, IntArray

__all__ = [
    "AbilityEstimates",
    "NormalPrior",
    "PersonScores",
    "ResponseBlock",
    "Responses",
    "ScoreStatus",
    "SearchOptions",
    "WeightedLikelihood",
    "count_persons",
    "eap",
    "eap_scores",
    "log_likelihood_table",
    "map_scores",
    "ml_scores",
    "posterior_blocks",
    "response_blocks",
    "wle_scores",
]


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
    def scored(self) -> BoolArray:
        mask: BoolArray = self.n_responses > 0
        return mask


@dataclass(frozen=True, slots=True, eq=False)
class NormalPrior:
    """A normal distribution of ability: mean and sd, one number for all or (n_persons,)."""

    mean: float | FloatArray = 0.0
    sd: float | FloatArray = 1.0

    def of(self, n_persons: int) -> tuple[FloatArray, FloatArray]:
        """(n_persons,) means and sds. Raises InvalidQuadrature for another length, or an sd not positive."""
        both = []
        for name in ("mean", "sd"):
            values = np.asarray(getattr(self, name), dtype=np.float64)
            if values.shape not in ((), (n_persons,)):
                raise InvalidQuadrature(
                    f"prior {name}: expected a number or ({n_persons},), got {values.shape}"
                )
            if not np.isfinite(values).all() or (name == "sd" and (values <= 0).any()):
                raise InvalidQuadrature(f"prior {name} must be finite, and an sd positive")
            both.append(np.broadcast_to(values, (n_persons,)))
        return both[0], both[1]


def eap(responses: Responses, params: ItemParams, quadrature: Quadrature) -> AbilityEstimates:
    """Expected a posteriori estimates; finite for all-right and all-wrong patterns too.

    Holds the whole posterior, n_persons by n_nodes; `eap_scores` and `posterior_blocks` do not.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING (left out, as never presented), or SparseResponses
    params : n_items rows of any models in the same order
    quadrature : the prior distribution of ability, on the scale of `params`

    Raises
    ------
    InvalidResponses : not such a matrix, or its columns are not the items of `params`.
    NotCalibrated : an item has no parameters.

    References: Bock & Mislevy (1982).
    """
    parts = [part for _, part in posterior_blocks(responses, params, quadrature)]
    if not parts:
        none = np.zeros(0)
        return AbilityEstimates(none, none, np.zeros((0, quadrature.n_nodes)), none.astype(np.intp))
    columns = ("theta", "se", "posterior", "n_responses")
    return AbilityEstimates(*(np.concatenate([getattr(part, name) for part in parts]) for name in columns))


def eap_scores(responses: Responses, params: ItemParams, quadrature: Quadrature) -> PersonScores:
    """The same estimates as `eap` without the posterior, for any number of persons."""
    parts = [
        (part.theta, part.se, part.n_responses, part.scored.astype(np.int8))  # NOT_SCORED 0, CONVERGED 1
        for _, part in posterior_blocks(responses, params, quadrature)
    ]
    return joined(parts)


def posterior_blocks(
    responses: Responses, params: ItemParams, quadrature: Quadrature
) -> Iterator[tuple[slice, AbilityEstimates]]:
    """The estimates of `eap` some thousand persons at a time, with the slice of persons each part covers."""
    logs = log_likelihood_table(quadrature.nodes, params)
    for block in response_blocks(responses, params):
        log_posterior = block.sums(logs) + quadrature.log_weights
        posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
        posterior[block.n_responses == 0] = np.nan  # the prior mean would look like a result
        theta = posterior @ quadrature.nodes
        variance = (posterior * (quadrature.nodes - theta[:, None]) ** 2).sum(axis=1)
        yield block.persons, AbilityEstimates(theta, np.sqrt(variance), posterior, block.n_responses)


def ml_scores(
    responses: Responses, params: ItemParams, *, options: SearchOptions | None = None
) -> PersonScores:
    """Maximum likelihood estimates; inf or -inf where the likelihood keeps rising (INFINITE), then se is NaN.

    That is so for all-right and all-wrong patterns and, under the 3PL, for patterns below chance. Responses,
    missing data and errors as in `eap`. SE: 1 / sqrt(observed information). Of several maxima (3PL) the
    highest is found. References: Lord (1980), ch. 4; Samejima (1973) on the 3PL's several maxima.
    """
    return search(responses, params, Equation(), options or SearchOptions())


def map_scores(
    responses: Responses,
    params: ItemParams,
    prior: NormalPrior | None = None,
    *,
    options: SearchOptions | None = None,
) -> PersonScores:
    """Maximum a posteriori estimates under a normal prior (mean 0, sd 1 when None); always finite.

    Responses, missing data and errors as in `eap`; InvalidQuadrature for a prior that is none. SE: 1 /
    sqrt(observed information + 1 / sd^2). Of several maxima (3PL) the highest is found.
    References: Samejima (1969), Birnbaum (1969).
    """
    mean, sd = (prior or NormalPrior()).of(count_persons(responses))
    return search(responses, params, Equation(mean, sd**-2.0), options or SearchOptions())


def wle_scores(
    responses: Responses,
    params: ItemParams,
    weight: WeightedLikelihood = WeightedLikelihood.SQRT_INFORMATION,
    *,
    options: SearchOptions | None = None,
) -> PersonScores:
    """Weighted likelihood estimates: nearly unbiased, and finite for all-right and all-wrong patterns.

    Responses, missing data and errors as in `eap`. SE: 1 / sqrt(Fisher information) at the estimate. The
    weight matters for the 3PL only, see WeightedLikelihood.
    References: Warm (1989); Penfield & Bergeron (2005) for more than two categories.
    """
    return search(responses, params, Equation(weight=WeightedLikelihood(weight)), options or SearchOptions())
