"""Plausible values: draws from each person's posterior, for unbiased statements about groups."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from scoring._ability_blocks import FineGrids
from scoring.ability import NormalPrior, Responses, count_persons, log_likelihood_table, response_blocks
from scoring.errors import InvalidCuts, InvalidPlausibleValues
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray

_MOST_BEYOND = 1e-3  # of a prior's mass: a normal one may come within 3.1 sd of the last node
_FLOOR = -700.0  # exp of it is the smallest normal number: an interval beside an impossible node stays finite


@dataclass(frozen=True, slots=True, eq=False)
class PooledEstimate:
    """A figure of a group, pooled over plausible values by Rubin's rules.

    estimate : mean over the sets of values
    se : sqrt(within + (1 + 1/M) between)
    within, between : variance by sampling persons, and between the M sets (measurement error)
    df : degrees of freedom of the t distribution for an interval; inf where the sets agree
    fraction_missing : share of the variance that is due to measurement error
    """

    estimate: float
    se: float
    within: float
    between: float
    df: float
    fraction_missing: float


def plausible_values(  # noqa: PLR0913 - data, items, grid and randomness are four things
    responses: Responses,
    params: ItemParams,
    quadrature: Quadrature,
    rng: np.random.Generator,
    *,
    n_values: int = 10,
    conditional: NormalPrior | None = None,
) -> FloatArray:
    """Draw from every person's posterior distribution of ability.

    Between nodes the density is taken as log-linear, so that draws are continuous and, up to the grid's own
    accuracy, have the posterior's mean and variance. Where a posterior is narrower than the spacing of the
    nodes, a finer grid takes their place, as in `scoring.ability.eap`.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING (left out), or SparseResponses
    params : n_items rows in the same order
    quadrature : nodes, and the population's distribution of ability
    rng : the only source of randomness; every person takes n_values numbers from it, scored or not, so that a
        person's draws do not depend on who else was scored
    conditional : each person's own prior, as `NormalPrior(mean=(n_persons,), sd=…)` with the mean of his
        group or a regression's prediction; then only the nodes of `quadrature` count, not its weights.
        Groups whose difference is to be reported need it: one common prior pulls them together.

    Returns
    -------
    (n_persons, n_values); NaN for a person without responses: not scored.

    Raises
    ------
    InvalidResponses, NotCalibrated : as `scoring.ability.eap`. InvalidPlausibleValues : n_values below 1, or
        a person's own prior of which more than 1 in 1,000 lies beyond the nodes: draws would pile up there.

    References: Mislevy (1991); Mislevy, Beaton, Kaplan & Sheehan (1992).
    """
    if n_values < 1:
        raise InvalidPlausibleValues(f"n_values must be 1 or more, not {n_values}")
    n_persons = count_persons(responses)
    mean, sd = (conditional or NormalPrior()).of(n_persons)
    if conditional is not None:
        _refuse_beyond(mean, sd, quadrature.nodes)
    precision = None if conditional is None else float(sd.min(initial=np.inf) ** -2.0)
    logs, fine = log_likelihood_table(quadrature.nodes, params), FineGrids(params, quadrature, precision)
    values = np.empty((n_persons, n_values))

    def log_prior(grid: Quadrature, persons: IntArray) -> FloatArray:
        if conditional is not None:
            own: FloatArray = -0.5 * ((grid.nodes - mean[persons, None]) / sd[persons, None]) ** 2
            return own
        # As a density a node's weight is spread over its cell.
        spread: FloatArray = grid.log_weights - np.log(np.gradient(grid.nodes))
        return spread

    for block in response_blocks(responses, params):
        whole = np.arange(block.persons.start, block.persons.stop)
        log_density = block.sums(logs) + log_prior(quadrature, whole)
        uniform = rng.random((len(log_density), n_values))
        found = draw_from_grid(log_density, quadrature.nodes, uniform)
        for rows, _, grid, log_likelihood in fine.parts(block, fine.factors(block, log_density)):
            finer = log_likelihood + log_prior(grid, whole[rows])
            found[rows] = draw_from_grid(finer, grid.nodes, uniform[rows])
        found[block.n_responses == 0] = np.nan
        values[block.persons] = found
    return values


def _refuse_beyond(mean: FloatArray, sd: FloatArray, nodes: FloatArray) -> None:
    """Raise InvalidPlausibleValues for a normal prior that the nodes do not hold."""
    beyond = ndtr((nodes[0] - mean) / sd) + ndtr((mean - nodes[-1]) / sd)
    at_fault = np.flatnonzero(beyond > _MOST_BEYOND)
    if at_fault.size:
        person = int(at_fault[0])
        raise InvalidPlausibleValues(
            f"conditional: the prior of person {person}, mean {mean[person]:g} and sd {sd[person]:g}, reaches"
            f" beyond the nodes, {nodes[0]:g} to {nodes[-1]:g}; {at_fault.size - 1} more do: widen quadrature"
        )


def draw_from_grid(log_density: FloatArray, nodes: FloatArray, uniform: FloatArray) -> FloatArray:
    """Quantiles of distributions whose log density is linear between nodes.

    log_density : (n_persons, n_nodes), up to a constant per person; uniform : (n_persons, n_values) in [0, 1)
    """
    heights = np.maximum(log_density - log_density.max(axis=1, keepdims=True), _FLOOR)
    rise, density = np.diff(heights, axis=1), np.exp(heights)
    # (e^v - e^u) / (v - u), the mean of the density over an interval; for v = u its limit.
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = np.where(np.abs(rise) < 1e-6, density[:, :-1], np.diff(density, axis=1) / rise)
    cumulated = np.cumsum(middle * np.diff(nodes), axis=1)
    target = uniform * cumulated[:, -1:]
    cell = np.stack([(cumulated <= one[:, None]).sum(axis=1) for one in target.T], axis=1)
    cell = np.minimum(cell, nodes.size - 2)
    below = np.take_along_axis(np.hstack([np.zeros((len(cumulated), 1)), cumulated]), cell, axis=1)
    whole = np.take_along_axis(cumulated, cell, axis=1) - below
    share = np.clip((target - below) / np.where(whole > 0, whole, 1.0), 0.0, 1.0)
    slope = np.take_along_axis(rise, cell, axis=1)
    steep = np.where(np.abs(slope) < 1e-6, 1.0, slope)
    # Solve (e^(slope t) - 1) / (e^slope - 1) = share for t; a rise from the upper end, lest e^slope overflow.
    falling = -np.abs(steep)
    from_high = np.log1p(np.where(steep > 0, 1.0 - share, share) * np.expm1(falling)) / falling
    curved = np.where(steep > 0, 1.0 - from_high, from_high)
    place = np.where(np.abs(slope) < 1e-6, share, np.clip(curved, 0.0, 1.0))
    return np.asarray(nodes[cell] + place * np.diff(nodes)[cell])


def pool(estimates: npt.ArrayLike, variances: npt.ArrayLike) -> PooledEstimate:
    """Rubin's rules for one figure computed once per set of plausible values.

    Parameters
    ----------
    estimates, variances : (n_values,) the figure from each set, and its sampling variance

    Raises
    ------
    InvalidPlausibleValues : no two vectors of one length.

    References: Rubin (1987), ch. 3; Little & Rubin (2002), eq. 5.17-5.20.
    """
    found, variance = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if found.ndim != 1 or found.shape != variance.shape or not found.size:
        raise InvalidPlausibleValues("estimates and variances: expected two vectors of one length")
    within, n = float(variance.mean()), found.size
    between = float(found.var(ddof=1)) if n > 1 else np.nan  # one set cannot tell measurement error
    added = (1.0 + 1.0 / n) * between
    total = within + added
    missing = added / total if total > 0 else 0.0 * total
    df = np.inf if missing**2 == 0 else (n - 1) / missing**2
    return PooledEstimate(float(found.mean()), float(np.sqrt(total)), within, between, float(df), missing)


def pooled_mean(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> PooledEstimate:
    """Mean of (n_persons, n_values) plausible values; NaN rows (not scored) are left out.

    weights : (n_persons,) survey weights, treated as of a simple random sample with replacement
    """
    return _pooled(_matrix(values), weights)


def pooled_level_shares(
    values: npt.ArrayLike, cuts: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> list[PooledEstimate]:
    """Share of the group at each level, lowest first; a value exactly on a cut has passed it.

    cuts : (n_levels - 1,) strictly ascending. Shares of EAP estimates would be biased: they vary too little.
    """
    thresholds = np.atleast_1d(np.asarray(cuts, dtype=np.float64))
    if thresholds.ndim != 1 or not np.isfinite(thresholds).all() or (np.diff(thresholds) <= 0).any():
        raise InvalidCuts("cuts must be finite and strictly ascending")
    matrix = _matrix(values)
    levels = np.where(np.isnan(matrix), np.nan, np.searchsorted(thresholds, matrix, side="right"))
    at = [np.where(np.isnan(levels), np.nan, levels == level) for level in range(thresholds.size + 1)]
    return [_pooled(one, weights) for one in at]


def _matrix(values: npt.ArrayLike) -> FloatArray:
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2:
        raise InvalidPlausibleValues(
            f"values: expected (n_persons, n_values), got {matrix.ndim} dimension(s)"
        )
    return matrix


def _pooled(matrix: FloatArray, weights: npt.ArrayLike | None) -> PooledEstimate:
    weight = np.ones(len(matrix)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (len(matrix),) or not np.isfinite(weight).all() or (weight < 0).any():
        raise InvalidPlausibleValues(f"weights: expected {len(matrix)} numbers of 0 or more")
    used = ~np.isnan(matrix).any(axis=1) & (weight > 0)
    if not used.any():
        return pool(np.full(matrix.shape[1], np.nan), np.full(matrix.shape[1], np.nan))
    share, n = weight[used] / weight[used].sum(), int(used.sum())
    means = share @ matrix[used]
    correction = n / (n - 1) if n > 1 else np.nan
    variances = correction * (share[:, None] ** 2 * (matrix[used] - means) ** 2).sum(axis=0)
    return pool(means, variances)
