"""The maximum of each person's likelihood, posterior or weighted likelihood."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from scoring._ability_blocks import (
    ResponseBlock,
    Responses,
    log_likelihood_table,
    response_blocks,
    sharpness,
)
from scoring._ability_curves import Curves, Equation, Slopes, WeightedLikelihood
from scoring.errors import InvalidQuadrature
from scoring.information import item_information
from scoring.params import ItemParams
from scoring.responses import BoolArray, FloatArray, IntArray

_TINY: Final = 1e-300
_FLAT: Final = 2.5e4  # an SE of so many times the range searched: rounding decides where the maximum is
_MOST_STEEP: Final = 400  # nodes added for steep items
_UNSTABLE: Final = 12  # Newton's method needs three or four steps; after so many, halve the bracket instead
Columns = tuple[FloatArray, FloatArray, IntArray, npt.NDArray[np.int8]]  # of PersonScores


class ScoreStatus(IntEnum):
    """How an estimate came about; small integers, so that a million persons take a megabyte."""

    NOT_SCORED = 0
    """No scored response: theta and se are NaN."""
    CONVERGED = 1
    AT_BOUND = 2
    """The estimate lies beyond the range searched; theta is its end."""
    INFINITE = 3
    """The likelihood has no maximum: theta is inf or -inf, se NaN."""
    NOT_CONVERGED = 4
    FLAT = 5
    """No one best theta: the likelihood is level to the last digit around it, where se is NaN, or another
    maximum far away is as high. So it is between items much steeper than they are close."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonScores:
    """One row per person, without the posterior.

    theta : (n_persons,) estimate; NaN where not scored, inf or -inf where ML has no maximum
    se : (n_persons,) its standard error; NaN where theta is not finite or the likelihood flat
    n_responses : (n_persons,) how many responses the estimate rests on
    status : (n_persons,) int8 ScoreStatus
    """

    theta: FloatArray
    se: FloatArray
    n_responses: IntArray
    status: npt.NDArray[np.int8]

    @property
    def scored(self) -> BoolArray:
        mask: BoolArray = self.n_responses > 0
        return mask


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Where and how closely MAP, ML and WLE look for the maximum.

    lower, upper : the range of theta; on a scale with another unit than the usual SD of 1, widen it. MAP
        widens it by itself where priors lie outside, by half its width or 6 SDs beyond their means
    tolerance : largest last step, in units of theta
    """

    lower: float = -20.0
    upper: float = 20.0
    tolerance: float = 1e-8
    max_iterations: int = 100

    def __post_init__(self) -> None:
        if not (np.isfinite([self.lower, self.upper]).all() and self.lower < self.upper):
            raise InvalidQuadrature("lower and upper must be finite, and lower below upper")
        if not (self.tolerance > 0 and self.max_iterations > 0):
            raise InvalidQuadrature("tolerance and max_iterations must be positive")


def search(
    responses: Responses, params: ItemParams, equation: Equation, options: SearchOptions
) -> PersonScores:
    """The best node of a coarse grid, then Newton's method between its neighbours, block by block."""
    outer, widened = _outer_nodes(equation, options)
    coarse, options = _CoarseGrid(params, options, outer, weighted=equation.weight is not None), widened
    curves, parts = Curves(params), []
    for block in response_blocks(responses, params):
        here = equation.of(block.persons)
        theta, bracket, tied = coarse.best(block, here)
        scored = block.n_responses > 0
        se, status = np.full(theta.size, np.nan), np.full(theta.size, ScoreStatus.INFINITE, dtype=np.int8)
        inner = np.flatnonzero(scored & np.isfinite(theta))
        if inner.size:
            slopes = Slopes(block, inner, curves, here.of(inner))
            theta[inner], se[inner], status[inner] = _solve(slopes, theta[inner], bracket[:, inner], options)
            if equation.mean is None:
                _tell_flat(se, status, tied, options)
        theta[~scored], status[~scored] = np.nan, ScoreStatus.NOT_SCORED
        parts.append((theta, se, block.n_responses, status))
    return joined(parts)


def joined(parts: list[Columns]) -> PersonScores:
    if not parts:
        return PersonScores(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int8))
    theta, se, n_responses, status = zip(*parts, strict=True)
    return PersonScores(*map(np.concatenate, (theta, se, n_responses, status)))


def _outer_nodes(equation: Equation, options: SearchOptions) -> tuple[FloatArray, SearchOptions]:
    """Nodes beyond the range, where a prior has its mass there, and the range widened to hold them."""
    if equation.mean is None or equation.precision is None or not equation.mean.size:
        return np.zeros(0), options
    mean, sd = equation.mean, equation.precision**-0.5
    reach = np.maximum((options.upper - options.lower) / 2, 6.0 * sd)
    step, parts, lower, upper = (
        (options.upper - options.lower) / 40,
        [np.zeros(0)],
        options.lower,
        options.upper,
    )
    if (mean - 3.0 * sd).min() < lower:
        lower = float((mean - reach).min())
        n = int(np.clip((options.lower - lower) / step, 8, 200))
        parts.append(np.linspace(lower, options.lower, n, endpoint=False))
    if (mean + 3.0 * sd).max() > upper:
        upper = float((mean + reach).max())
        n = int(np.clip((upper - options.upper) / step, 8, 200))
        parts.append(np.linspace(upper, options.upper, n, endpoint=False))
    return np.concatenate(parts), replace(options, lower=lower, upper=upper)


def _tell_flat(se: FloatArray, status: npt.NDArray[np.int8], tied: BoolArray, options: SearchOptions) -> None:
    level = ~(se < _FLAT * (options.upper - options.lower)) & (
        (status == ScoreStatus.CONVERGED) | (status == ScoreStatus.NOT_CONVERGED)
    )
    se[level] = np.nan
    status[level | (tied & (status == ScoreStatus.CONVERGED))] = ScoreStatus.FLAT


class _CoarseGrid:
    """Where each person's criterion is highest among some nodes: near the right one of several maxima."""

    def __init__(
        self, params: ItemParams, options: SearchOptions, outer: FloatArray, *, weighted: bool
    ) -> None:
        # Guessing and weights make several maxima: then the nodes must see the valleys between them.
        even = np.linspace(-1.0, 1.0, 81 if params.c.any() else 61)
        spread = np.sinh(3.0 * even) / np.sinh(3.0)  # close together in the middle
        base = (options.lower + options.upper) / 2 + spread * (options.upper - options.lower) / 2
        steep = _steep_nodes(params, base) if weighted or params.c.any() else np.zeros(0)
        self.uneven, self.nodes = steep.size > 0, base
        if steep.size or outer.size:
            self.nodes = np.unique(np.concatenate([base, steep, outer]))
        self.logs = log_likelihood_table(self.nodes, params)
        self.limits = _log_probabilities_at_infinity(params)
        self.information = item_information(self.nodes, params).T if weighted else None

    def best(self, block: ResponseBlock, equation: Equation) -> tuple[FloatArray, FloatArray, BoolArray]:
        """(n_block_persons,) starts, ±inf where ML has no maximum, (2, …) brackets, and ties."""
        nodes = self.nodes
        height = block.sums(self.logs) + equation.log_prior(nodes)
        if self.information is not None:
            height += 0.5 * np.log(np.maximum(self._information(block), _TINY))
        top, tied = height.argmax(axis=1), np.zeros(len(height), dtype=np.bool_)
        if self.uneven:
            top, tied = _highest_summit(nodes, height)
        likelihood_alone = equation.mean is None and equation.weight is None
        if likelihood_alone and not self.uneven:  # of a plateau the middle
            top = (top + nodes.size - 1 - height[:, ::-1].argmax(axis=1)) // 2
        theta = _vertex(nodes, height, top)
        bracket = np.stack([nodes[np.maximum(top - 1, 0)], nodes[np.minimum(top + 1, nodes.size - 1)]])
        if equation.weight is WeightedLikelihood.WARM:  # its criterion is not what the nodes compared
            bracket = np.repeat([[nodes[0]], [nodes[-1]]], top.size, axis=1)
        if likelihood_alone:
            highest = height.max(axis=1, keepdims=True)
            # Far out a 3PL likelihood is flat to the last digit: a tie with the limit means the limit.
            limit = block.sums(self.limits) >= highest - 1e-12 * (1.0 + np.abs(highest))
            theta[limit[:, 0]], theta[limit[:, 1]] = -np.inf, np.inf
        return theta, bracket, tied & (equation.weight is not None)

    def _information(self, block: ResponseBlock) -> FloatArray:
        assert self.information is not None
        if (block.n_responses == block.n_items).all():
            return np.asarray(self.information.sum(axis=0)[None, :])
        return block.sums(np.repeat(self.information[:, None, :], block.n_categories, axis=1))


def _steep_nodes(params: ItemParams, base: FloatArray) -> FloatArray:
    """Nodes about the steps of items so steep that the base would pass over what happens there."""
    slope = np.repeat(sharpness(params)[1][:, None], params.thresholds.shape[1], axis=1)
    step, slope = params.thresholds[np.isfinite(params.thresholds)], slope[np.isfinite(params.thresholds)]
    place = np.clip(np.searchsorted(base, step), 1, base.size - 1)
    steep = (slope * (base[place] - base[place - 1]) > 1.0) & (step > base[0]) & (step < base[-1])
    if not steep.any():
        return np.zeros(0)
    nodes = (step[steep, None] + np.linspace(-4.0, 4.0, 33) / slope[steep, None]).ravel()
    nodes, closest = nodes[(nodes > base[0]) & (nodes < base[-1])], 0.25 / slope[steep].max()
    while True:
        kept = nodes[np.unique(np.round(nodes / closest), return_index=True)[1]]
        if kept.size <= _MOST_STEEP:
            return np.asarray(kept)
        closest *= 2.0


def _highest_summit(nodes: FloatArray, height: FloatArray) -> tuple[IntArray, BoolArray]:
    """(n_persons,) the node nearest to the highest summit, and whether another one is as high.

    A summit is that of the parabola through a node and its neighbours: nodes alone are too low.
    """
    step = np.diff(nodes)
    rise = np.diff(height, axis=1) / step
    before, after = rise[:, :-1], rise[:, 1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (before * step[1:] + after * step[:-1]) / (step[1:] + step[:-1])
        gain = middle**2 * (step[1:] + step[:-1]) / (4.0 * (before - after))
    is_summit = np.zeros(height.shape, dtype=np.bool_)
    is_summit[:, 1:-1] = (before >= 0) & (after <= 0)
    summit = height.copy()
    summit[:, 1:-1] += np.where(is_summit[:, 1:-1] & np.isfinite(gain), gain, 0.0)
    top = summit.argmax(axis=1)
    highest = summit[np.arange(top.size), top][:, None]
    rival = is_summit & (summit >= highest - 1e-6)
    first, last = rival.argmax(axis=1), nodes.size - 1 - rival[:, ::-1].argmax(axis=1)
    column = np.arange(nodes.size)
    between = (column >= first[:, None]) & (column <= last[:, None])
    valley, row = np.where(between, height, np.inf).min(axis=1), np.arange(top.size)
    return top, np.asarray(valley < np.minimum(height[row, first], height[row, last]) - 1e-3)


def _vertex(nodes: FloatArray, height: FloatArray, top: IntArray) -> FloatArray:
    """The summit of the parabola through the highest node and its neighbours."""
    rows, middle = np.arange(top.size), np.clip(top, 1, nodes.size - 2)
    left, right = nodes[middle] - nodes[middle - 1], nodes[middle + 1] - nodes[middle]
    with np.errstate(invalid="ignore", divide="ignore"):
        before = (height[rows, middle] - height[rows, middle - 1]) / left
        after = (height[rows, middle + 1] - height[rows, middle]) / right
        shift = (before * right + after * left) / (2.0 * (before - after))
    inside = np.isfinite(shift) & (shift > -left) & (shift < right) & (top == middle)
    return np.asarray(nodes[top] + np.where(inside, shift, 0.0))


def _log_probabilities_at_infinity(params: ItemParams) -> FloatArray:
    """(n_items, most_categories, 2) limits of the log probabilities at -inf and inf."""
    most = int(params.n_categories.max(initial=2))
    limits = np.full((params.n_items, most, 2), -np.inf)
    with np.errstate(divide="ignore"):
        limits[:, 0, 0], limits[:, 1, 0] = np.log1p(-params.c), np.log(params.c)
    limits[np.arange(params.n_items), params.n_categories - 1, 1] = 0.0
    limits[params.a < 0] = limits[params.a < 0][:, :, ::-1]
    flat = params.a == 0
    if flat.any():
        of_flat = log_likelihood_table([0.0], params.subset(flat))
        limits[flat, : of_flat.shape[1]] = of_flat
    return limits


def _solve(
    slopes: "Slopes", theta: FloatArray, bracket: FloatArray, options: SearchOptions
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int8]]:
    """Newton's method inside a bracket that shrinks from both sides, for all persons at once."""
    theta, (lower, upper) = theta.copy(), bracket.copy()
    se, status = np.full(theta.size, np.nan), np.full(theta.size, ScoreStatus.NOT_CONVERGED, dtype=np.int8)
    active = np.arange(theta.size)
    x_before = f_before = np.full(theta.size, np.nan)
    for iteration in range(options.max_iterations):
        x = theta[active]
        f, slope = slopes.at(x)
        lower[active], upper[active] = (
            np.where(f > 0, x, lower[active]),
            np.where(f < 0, x, upper[active]),
        )
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            se[active] = np.sqrt(-1.0 / slope)
            # WLE's slope leaves out how the weight changes; two points know it.
            secant = (f - f_before) / (x - x_before)
            step = -f / np.where(slopes.equation.weight is not None and secant < 0.1 * slope, secant, slope)
        new, near = x + step, (np.abs(step) <= options.tolerance) & (slope < 0)
        astray = ~((new > lower[active]) & (new < upper[active])) | (slope >= 0) | (iteration > _UNSTABLE)
        new = np.where(astray & ~near, (lower[active] + upper[active]) / 2, new)
        theta[active] = new
        done = np.abs(new - x) <= options.tolerance
        solved = done & (np.abs(f) <= 1e3 * options.tolerance * np.abs(slope))
        status[active[solved]] = ScoreStatus.CONVERGED
        if done.all():
            break
        slopes.keep(~done)
        active, x_before, f_before = active[~done], x[~done], f[~done]
    ends = np.array([[options.lower], [options.upper]])
    at_end = (np.abs(theta - ends) <= 10 * options.tolerance).any(axis=0)
    status[at_end] = ScoreStatus.AT_BOUND
    return theta, se, status
