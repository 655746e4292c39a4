"""What a person's responses say about ability: EAP, MAP, ML and WLE with standard errors."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring._ability_blocks import (
    FineGrids,
    ResponseBlock,
    Responses,
    count_persons,
    log_likelihood_table,
    response_blocks,
)
from scoring._ability_curves import Equation, WeightedLikelihood
from scoring._ability_search import PersonScores, ScoreStatus, SearchOptions, joined, search
from scoring._options import member
from scoring.errors import InvalidQuadrature
from scoring.params import ItemParams
from scoring.quadrature import Quadrature, coarsened
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
            try:
                values = np.asarray(getattr(self, name), dtype=np.float64)
            except (TypeError, ValueError):
                raise InvalidQuadrature(
                    f"prior {name}: expected a number or ({n_persons},) numbers"
                ) from None
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

    Theta and SE are right to 1e-6 whatever the length of the test: where a posterior is narrower than the
    spacing of evenly spaced nodes, a finer grid takes their place, log weights between them interpolated by
    a cubic spline (exact for a normal distribution). Its mass is then gathered on the given nodes, each the
    middle of its cell; their mean may differ from theta by part of the spacing. Nodes not evenly spaced, or
    fewer than 11, are taken for the distribution itself and left as they are. Beyond a = 400 (in units of
    the usual grid) the grid ends to grow finer.

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
    fine = FineGrids(params, quadrature)
    for block in response_blocks(responses, params):
        log_posterior = block.sums(logs) + quadrature.log_weights
        posterior, theta, se = _moments(log_posterior, quadrature)
        for rows, factor, grid, log_likelihood in fine.parts(block, fine.factors(block, log_posterior)):
            mass, theta[rows], se[rows] = _moments(log_likelihood + grid.log_weights, grid)
            posterior[rows] = coarsened(mass, factor)
        unscored = block.n_responses == 0  # the prior mean would look like a result
        posterior[unscored] = theta[unscored] = se[unscored] = np.nan
        yield block.persons, AbilityEstimates(theta, se, posterior, block.n_responses)


def _moments(log_posterior: FloatArray, grid: Quadrature) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(n_persons, n_nodes) probabilities, and their means and standard deviations."""
    posterior = np.exp(log_posterior - log_posterior.max(axis=1, keepdims=True))
    posterior /= posterior.sum(axis=1, keepdims=True)
    theta = posterior @ grid.nodes
    variance = (posterior * (grid.nodes - theta[:, None]) ** 2).sum(axis=1)
    return posterior, theta, np.sqrt(variance)


def ml_scores(
    responses: Responses, params: ItemParams, *, options: SearchOptions | None = None
) -> PersonScores:
    """Maximum likelihood estimates; inf or -inf where the likelihood keeps rising (INFINITE), then se is NaN.

    That is so for all-right and all-wrong patterns and, under the 3PL, for patterns below chance. Responses,
    missing data and errors as in `eap`. SE: 1 / sqrt(observed information). Of several maxima (3PL) the
    highest is found. Between items much steeper than they are close the likelihood is level to the last
    digit: FLAT, se NaN. References: Lord (1980), ch. 4; Samejima (1973) on the 3PL's several maxima.
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

    Where a prior lies outside the range of `options`, the search reaches there too, see SearchOptions.

    Responses, missing data and errors as in `eap`; InvalidQuadrature for a prior that is none. SE: 1 /
    sqrt(observed information + 1 / sd^2). Of several maxima (3PL) the highest is found.
    References: Samejima (1969), Birnbaum (1969).
    """
    mean, sd = (prior or NormalPrior()).of(count_persons(responses))
    return search(responses, params, Equation(mean, sd**-2.0), options or SearchOptions())


def wle_scores(
    responses: Responses,
    params: ItemParams,
    weight: WeightedLikelihood | str = WeightedLikelihood.SQRT_INFORMATION,
    *,
    options: SearchOptions | None = None,
) -> PersonScores:
    """Weighted likelihood estimates: nearly unbiased, and finite for all-right and all-wrong patterns.

    Responses, missing data and errors as in `eap`; InvalidOptions for a weight that is none. FLAT where two
    maxima far apart are as high, as between very steep items. SE: 1 /
    sqrt(Fisher information) at the estimate. For the 3PL alone the two weights differ: the default is the
    maximum of L sqrt(I), Jeffreys' prior, because R's mirt has that and a mode always exists; Warm's own
    equation, unbiased to first order for the 3PL too, is `weight=WeightedLikelihood.WARM` or "warm".
    References: Warm (1989); Penfield & Bergeron (2005) for more than two categories.
    """
    equation = Equation(weight=member(WeightedLikelihood, weight, "weight"))
    return search(responses, params, equation, options or SearchOptions())
