"""Responses drawn from known abilities, and how well an estimate recovers a truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from scoring._options import member
from scoring.designs import Design
from scoring.errors import InvalidOptions
from scoring.models import category_probabilities, probability_correct
from scoring.params import ItemModel, ItemParams
from scoring.responses import MISSING, BoolArray, FloatArray, ResponseMatrix, SparseResponses

_BLOCK: Final = 1024
_PAIRS: Final = 1_000_000


def simulate_responses(
    theta: npt.ArrayLike, params: ItemParams, rng: np.random.Generator, *, presented: BoolArray | None = None
) -> ResponseMatrix:
    """Marks that persons of these abilities would earn on items of any models.

    Parameters
    ----------
    theta : (n_persons,) abilities
    params : n_items rows
    rng : the only source of randomness; the same generator state gives the same responses
    presented : (n_persons, n_items) True where the person meets the item; everything when None. What is drawn
        for an item does not depend on which others are presented.

    Returns
    -------
    (n_persons, n_items) int8 of 0, 1, … and MISSING.

    Raises
    ------
    NotCalibrated : an item has no parameters.
    """
    if params.is_dichotomous:
        probability = probability_correct(theta, params)
        marks = (rng.random(probability.shape) < probability).astype(np.int8)
    else:
        marks = _mixed_marks(np.atleast_1d(np.asarray(theta, dtype=np.float64)), params, rng)
    if presented is not None:
        marks[~presented] = MISSING
    return marks


def _mixed_marks(theta: FloatArray, params: ItemParams, rng: np.random.Generator) -> ResponseMatrix:
    """One number from 0 to 1 for each response: the mark is how many chances of reaching a step exceed it."""
    marks = np.empty((theta.size, params.n_items), dtype=np.int8)
    for first in range(0, theta.size, _BLOCK):
        some = slice(first, first + _BLOCK)
        probabilities = category_probabilities(theta[some], params)
        reached = np.cumsum(probabilities[:, :, ::-1], axis=2)[:, :, ::-1][:, :, 1:]
        drawn = rng.random(probabilities.shape[:2])
        marks[some] = (drawn[:, :, None] < reached).sum(axis=2)
    return marks


def simulate_sparse(
    theta: npt.ArrayLike, params: ItemParams, design: Design, rng: np.random.Generator
) -> SparseResponses:
    """Marks on the items each person meets, in memory proportional to their number.

    Parameters
    ----------
    theta : (n_persons,) abilities
    params : n_items rows, as many as the design has items
    design : who meets what; the marks stand in its order

    Raises
    ------
    InvalidOptions : other numbers of persons or items than in the design.
    NotCalibrated : an item has no parameters.
    """
    ability = np.asarray(theta, dtype=np.float64)
    if ability.shape != (design.n_persons,) or params.n_items != design.n_items:
        raise InvalidOptions(
            f"theta, params: expected {design.n_persons} persons and {design.n_items} items, as in the "
            f"design, got {ability.size} and {params.n_items}"
        )
    params.require_calibrated()
    marks = np.empty(design.item.size, dtype=np.int8)
    for first in range(0, marks.size, _PAIRS):
        some = slice(first, min(first + _PAIRS, marks.size))
        who = np.searchsorted(design.start, np.arange(some.start, some.stop), side="right") - 1
        marks[some] = draw_marks(ability[who], design.item[some], params, rng)
    return SparseResponses(design.start, design.item, marks, design.n_items)


def simulate_multistage(
    theta: npt.ArrayLike,
    params: ItemParams,
    stages: Sequence[Sequence[npt.ArrayLike]],
    rng: np.random.Generator,
) -> SparseResponses:
    """A multistage test as it is run: the sum of marks so far leads to the next module.

    What is missing depends on marks that are there, and is therefore ignorable in a calibration (Rubin 1976).

    Parameters
    ----------
    stages : of each stage the modules from easy to hard, each the positions of its items, none of an earlier
        stage; equally many persons are led to each module of a stage, ties at random
    """
    ability = np.asarray(theta, dtype=np.float64)
    params.require_calibrated()
    marks = np.full((ability.size, params.n_items), MISSING, dtype=np.int8)
    for modules in stages:
        earned = np.maximum(marks, 0).sum(axis=1) + rng.random(ability.size)
        led = earned.argsort().argsort() * len(modules) // max(ability.size, 1)
        for place, module in enumerate(modules):
            met = np.ix_(np.flatnonzero(led == place), np.asarray(module, dtype=np.intp))
            who, item = (index.ravel() for index in np.broadcast_arrays(*met))
            marks[who, item] = draw_marks(ability[who], item, params, rng)
    return SparseResponses.from_dense(marks)


def draw_marks(
    theta: FloatArray, item: npt.NDArray[np.integer], params: ItemParams, rng: np.random.Generator
) -> ResponseMatrix:
    """(n,) one mark for each pair of an ability and an item's position."""
    drawn = rng.random(theta.size)
    marks: ResponseMatrix = (drawn[:, None] < _reached(theta, item, params)).sum(axis=1).astype(np.int8)
    return marks


def _reached(theta: FloatArray, item: npt.NDArray[np.integer], params: ItemParams) -> FloatArray:
    """(n, most_steps) chance of mark k or more, for k from 1; 0 beyond an item's own steps."""
    steps = params.thresholds[item]
    known = np.isfinite(steps)
    z = params.a[item, None] * (theta[:, None] - np.where(known, steps, 0.0))
    reached = np.where(known, expit(z), 0.0)
    partial = np.array([model.is_partial_credit for model in params.models], dtype=np.bool_)[item]
    if partial.any():
        psi = np.where(known[partial], z[partial], -np.inf).cumsum(axis=1)
        psi = np.concatenate([np.zeros((len(psi), 1)), psi], axis=1)
        odds = np.exp(psi - psi.max(axis=1, keepdims=True))
        beyond = np.cumsum(odds[:, ::-1], axis=1)[:, ::-1]
        reached[partial] = beyond[:, 1:] / beyond[:, :1]
    c = params.c[item, None]
    return np.asarray(np.where(known, c + (1.0 - c) * reached, 0.0))


@dataclass(frozen=True, slots=True)
class Population:
    """A group of persons whose abilities are normal."""

    name: str
    n_persons: int
    mean: float = 0.0
    sd: float = 1.0

    def __post_init__(self) -> None:
        if self.n_persons < 0 or not self.sd >= 0:
            raise InvalidOptions("a population needs n_persons and sd of 0 or more")


def draw_abilities(
    populations: Sequence[Population], rng: np.random.Generator
) -> tuple[FloatArray, npt.NDArray[np.str_]]:
    """Abilities (n_persons,) of all groups, one group after the other, and the name of each one's group."""
    theta = [rng.normal(group.mean, group.sd, group.n_persons) for group in populations]
    names = np.repeat([group.name for group in populations], [group.n_persons for group in populations])
    return np.concatenate([*theta, np.zeros(0)]), names


def draw_params(
    model: ItemModel | str, n_items: int, rng: np.random.Generator, *, n_categories: int = 4
) -> ItemParams:
    """Plausible items of one model.

    log a is normal with mean 0 and standard deviation 0.3 (one draw for all 1PL items, a = 1 where the model
    says so), b is N(0, 1), c is beta(5, 17) with mean 0.23. Steps lie around b, 0.9 apart give or
    take 0.3, ascending for the GRM; those of RSM items are the same for all.

    Raises
    ------
    InvalidOptions : a model that is none, or fewer than two categories; `n_categories` is not used for
        dichotomous models.
    """
    kind = member(ItemModel, model, "model")
    if n_categories < 2:
        raise InvalidOptions("n_categories: expected 2 or more")
    a = np.ones(n_items) if kind.has_unit_slope else rng.lognormal(0.0, 0.3, n_items)
    if kind is ItemModel.ONE_PL:
        a[:] = a[:1]
    b = rng.normal(0.0, 1.0, n_items)
    if kind.is_dichotomous:
        c = rng.beta(5.0, 17.0, n_items) if kind is ItemModel.THREE_PL else np.zeros(n_items)
        return ItemParams(a, b, c, models=(kind,) * n_items)
    steps = 0.9 * np.arange(n_categories - 1) + rng.uniform(-0.3, 0.3, (n_items, n_categories - 1))
    if kind is ItemModel.RSM:
        steps[:] = steps[:1]
    return ItemParams.polytomous(a, b[:, None] + steps - steps.mean(axis=1, keepdims=True), kind)


@dataclass(frozen=True, slots=True)
class Recovery:
    """Agreement of `n` pairs: correlation, root mean squared error, and mean of estimate minus truth."""

    n: int
    correlation: float
    rmse: float
    bias: float


def recovery(true: npt.ArrayLike, estimated: npt.ArrayLike) -> Recovery:
    """How well estimates recover the truth; pairs with a NaN (not scored, not calibrated) are left out.

    The correlation is NaN for fewer than two pairs or where one side does not vary.
    """
    truth, guess = np.asarray(true, dtype=np.float64), np.asarray(estimated, dtype=np.float64)
    known = np.isfinite(truth) & np.isfinite(guess)
    truth, guess = truth[known], guess[known]
    if truth.size == 0:
        return Recovery(0, np.nan, np.nan, np.nan)
    error = guess - truth
    varies = truth.size > 1 and np.ptp(truth) > 0 and np.ptp(guess) > 0
    correlation = float(np.corrcoef(truth, guess)[0, 1]) if varies else np.nan
    return Recovery(int(truth.size), correlation, float(np.sqrt(np.mean(error**2))), float(error.mean()))
