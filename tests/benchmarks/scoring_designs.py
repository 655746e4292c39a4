"""The data sets of the scoring benchmark: seeded, so that every engine fits the same responses."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.responses import MISSING, BoolArray, FloatArray, ResponseMatrix

SEED = 20261127


@dataclass(frozen=True)
class Design:
    """n_persons by n_items of one model; `met` says who meets what, everything when None."""

    name: str
    model: ItemModel
    n_persons: int
    n_items: int
    n_categories: int = 2
    met: Callable[[int, int, np.random.Generator], BoolArray] | None = None


def forms_of_60(n_persons: int, n_items: int, rng: np.random.Generator) -> BoolArray:
    """20 forms of 60 in a ring: each shares half its items with the next."""
    members = (np.arange(20)[:, None] * (n_items // 20) + np.arange(60)) % n_items
    forms = np.zeros((20, n_items), dtype=np.bool_)
    np.put_along_axis(forms, members, True, axis=1)
    return forms[np.arange(n_persons) % 20]


def drawn_40(n_persons: int, n_items: int, rng: np.random.Generator) -> BoolArray:
    """40 items drawn for each person (LOFT)."""
    return np.argsort(rng.random((n_persons, n_items)), axis=1) < 40


DESIGNS = {
    design.name: design
    for design in (
        Design("2PL 5,000 × 100", ItemModel.TWO_PL, 5_000, 100),
        Design("2PL 50,000 × 200", ItemModel.TWO_PL, 50_000, 200),
        Design("2PL 50,000 × 600, 20 forms of 60", ItemModel.TWO_PL, 50_000, 600, met=forms_of_60),
        Design("2PL 20,000 × 400, 40 drawn each", ItemModel.TWO_PL, 20_000, 400, met=drawn_40),
        Design("2PL 5,000 × 10", ItemModel.TWO_PL, 5_000, 10),
        Design("GRM 5,000 × 40 × 5", ItemModel.GRM, 5_000, 40, 5),
        Design("GPCM 5,000 × 40 × 4", ItemModel.GPCM, 5_000, 40, 4),
        Design("3PL 10,000 × 60, prior on c", ItemModel.THREE_PL, 10_000, 60),
    )
}


def sample(design: Design) -> tuple[ItemParams, FloatArray, ResponseMatrix]:
    """True items, true abilities and the responses."""
    rng = np.random.default_rng(SEED)
    a = rng.lognormal(0.0, 0.3, design.n_items)
    steps = rng.normal(0.0, 1.0, (design.n_items, design.n_categories - 1))
    if design.model is ItemModel.GRM:
        steps = np.sort(steps, axis=1) + 0.15 * np.arange(design.n_categories - 1)
    c = np.full(design.n_items, 0.2 if design.model is ItemModel.THREE_PL else 0.0)
    params = ItemParams(a, steps.mean(axis=1), c, steps, (design.model,) * design.n_items)
    theta = rng.normal(size=design.n_persons)
    responses = np.empty((design.n_persons, design.n_items), dtype=np.int8)
    for first in range(0, design.n_persons, 1000):
        part = slice(first, first + 1000)
        below = np.cumsum(category_probabilities(theta[part], params), axis=2)[:, :, :-1]
        responses[part] = (rng.random(below.shape[:2])[:, :, None] > below).sum(axis=2)
    if design.met is not None:
        responses[~design.met(design.n_persons, design.n_items, rng)] = MISSING
    return params, theta, responses
