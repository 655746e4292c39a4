"""Ratings drawn from known abilities and severities."""

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidParameters
from scoring.raters.model import FacetParams
from scoring.raters.ratings import Ratings
from scoring.responses import FloatArray, IntArray


def draw_facets(
    n_tasks: int, n_raters: int, n_categories: int, rng: np.random.Generator, *, severity_sd: float = 0.5
) -> FacetParams:
    """Plausible parameters of one rating scale with slopes of 1: difficulties N(0, 0.7), steps 1 apart.

    Severities are normal and centred; ability has a standard deviation of 1.5.
    """
    if n_categories < 2 or n_tasks < 1 or n_raters < 1:
        raise InvalidParameters("expected a task, a rater and 2 categories at least")
    severity = rng.normal(0.0, severity_sd, n_raters)
    steps = np.arange(n_categories - 1, dtype=np.float64)
    return FacetParams(
        slope=np.ones(n_tasks),
        difficulty=rng.normal(0.0, 0.7, n_tasks),
        severity=severity - severity.mean(),
        steps=np.tile(steps - steps.mean(), (n_tasks, 1)),
        sd=1.5,
        category_marks=np.tile(np.arange(n_categories, dtype=np.float64), (n_tasks, 1)),
    )


def rater_pairs(n_persons: int, n_raters: int, rng: np.random.Generator, *, n_each: int = 2) -> IntArray:
    """(n_persons, n_each) different raters for each person at random, loads as even as can be.

    Sampling without fixed pairs is what links the raters.
    """
    if not 1 <= n_each <= n_raters:
        raise InvalidParameters(f"n_each: expected 1 to {n_raters} raters a person")
    turns = -(-n_persons // n_raters)
    order = np.concatenate([rng.permutation(n_raters) for _ in range(turns)])[:n_persons]
    others = rng.random((n_persons, n_raters - 1)).argsort(axis=1)[:, : n_each - 1]
    found: IntArray = np.column_stack([order, (order[:, None] + 1 + others) % n_raters])
    return found


def simulate_ratings(
    theta: npt.ArrayLike, params: FacetParams, raters: npt.ArrayLike, rng: np.random.Generator
) -> Ratings:
    """Every person does every task and is rated by his own raters.

    Parameters
    ----------
    theta : (n_persons,) abilities
    params : the truth
    raters : (n_persons, n_each) positions of each person's raters; -1 for none
    rng : the only source of randomness
    """
    ability, who = np.asarray(theta, dtype=np.float64), np.asarray(raters)
    if who.ndim != 2 or len(who) != ability.size:
        raise InvalidParameters(f"raters: expected a row for each of {ability.size} persons")
    person, task, slot = (index.ravel() for index in np.indices((*who.shape, params.n_tasks))[[0, 2, 1]])
    rater = who[person, slot]
    keep = rater >= 0
    person, task, rater = person[keep], task[keep], rater[keep]
    chance = _chances(ability[person], params, task, rater)
    category = (rng.random((person.size, 1)) > np.cumsum(chance[:, :-1], axis=1)).sum(axis=1)
    labels = [tuple(range(size)) for size in (ability.size, params.n_tasks, params.n_raters)]
    return Ratings(person, task, rater, params.category_marks[task, category].astype(np.intp), *labels)


def _chances(theta: FloatArray, params: FacetParams, task: IntArray, rater: IntArray) -> FloatArray:
    distance = (theta - params.difficulty[task] - params.severity[rater])[:, None] - params.steps[task]
    logits = params.slope[task, None] * distance
    psi = np.concatenate([np.zeros((task.size, 1)), np.cumsum(logits, axis=1)], axis=1)
    psi[~np.isfinite(psi)] = -np.inf
    chance: FloatArray = np.exp(psi - psi.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    return chance
