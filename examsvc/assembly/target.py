"""How much information a form of this blueprint should give at the cuts.

Cuts are shares of the marks. The pool and the blueprint together describe a reference form: in each cell,
the blueprint's number of items, each an average item of the pool's cell. Its test characteristic curve maps
the shares on theta before any form exists, so that parallel forms share cuts and target. Its information at
those cuts is what a form drawn at random offers on average. The target raises that by half of the largest
common gain that all the forms could reach together (a linear program over the shared pool): better than
chance, yet no form starves the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq, linprog
from scipy.sparse import csr_array

from examsvc.assembly.errors import CutUnreachable
from examsvc.assembly.pool import FloatArray, cell_places, pool_params, pool_shares
from scoring.information import item_information
from scoring.points import expected_shares

if TYPE_CHECKING:
    from examsvc.assembly.blueprint import Blueprint
    from examsvc.assembly.pool import PoolItem

GAIN_SHARE = 0.5
LARGEST_RAISE = 1.5
THETA_LIMIT = 6.0


@dataclass(frozen=True, slots=True)
class Target:
    """The information wanted at each cut, in the logistic metric (D = 1)."""

    cut_shares: tuple[float, ...]
    thetas: tuple[float, ...]
    information: tuple[float, ...]
    raised_by: float


def derive_target(blueprint: Blueprint, pool: tuple[PoolItem, ...], n_forms: int, max_overlap: int) -> Target:
    """The target of all forms made from this pool; the pool holds only items of the blueprint's cells."""
    weights = reference_weights(blueprint, pool)
    params = pool_params(pool)
    thetas = tuple(_theta_at_share(share, weights, pool) for share in blueprint.cut_shares)
    information = item_information(np.array(thetas), params)
    typical = information @ weights
    gain = _common_gain(blueprint, pool, information / typical[:, None], (n_forms, max_overlap))
    raised_by = min(1 + GAIN_SHARE * (gain - 1), LARGEST_RAISE)
    return Target(
        cut_shares=blueprint.cut_shares,
        thetas=thetas,
        information=tuple(float(value) for value in typical * raised_by),
        raised_by=raised_by,
    )


def reference_weights(blueprint: Blueprint, pool: tuple[PoolItem, ...]) -> FloatArray:
    """How much of each pool item the reference form holds: its cell's count, shared by the cell's items."""
    weights = np.zeros(len(pool))
    places = cell_places(pool)
    for cell, n_items in blueprint.counts.items():
        for index in places.get(cell, ()):
            weights[index] = n_items / len(places[cell])
    return weights


def _theta_at_share(share: float, weights: FloatArray, pool: tuple[PoolItem, ...]) -> float:
    params, worth, total = pool_params(pool), pool_shares(pool), float(weights.sum())

    def excess(theta: float) -> float:
        return float(expected_shares(np.array([theta]), params, worth)[0] @ weights) / total - share

    if total == 0 or not excess(-THETA_LIMIT) <= 0 <= excess(THETA_LIMIT):
        raise CutUnreachable(share)
    return float(brentq(excess, -THETA_LIMIT, THETA_LIMIT, xtol=1e-10))


def _common_gain(
    blueprint: Blueprint, pool: tuple[PoolItem, ...], relative: FloatArray, use: tuple[int, int]
) -> float:
    """The largest t with t × typical information for the average form at every cut; 1 when there is none.

    Variables: whether each item serves a form (0..1), its further uses (0..n_forms - 1), and t.
    """
    n_forms, max_overlap = use
    n_items, places = len(pool), cell_places(pool)
    cells = np.zeros((len(blueprint.counts), n_items))
    for row, cell in enumerate(blueprint.counts):
        cells[row, places.get(cell, [])] = 1
    needs = np.array(list(blueprint.counts.values()), dtype=float) * n_forms
    no_t = np.zeros((len(cells), 1))
    repeats = np.concatenate([np.zeros(n_items), np.ones(n_items), [0.0]])
    informs = np.hstack([-relative, -relative, np.full((len(relative), 1), float(n_forms))])
    solution = linprog(
        np.concatenate([np.zeros(2 * n_items), [-1.0]]),
        A_ub=csr_array(np.vstack([informs, repeats])),
        b_ub=np.concatenate([np.zeros(len(relative)), [float(max_overlap * (n_forms - 1))]]),
        A_eq=csr_array(np.hstack([cells, cells, no_t])),
        b_eq=needs,
        bounds=[(0, 1)] * n_items + [(0, n_forms - 1)] * n_items + [(0, LARGEST_RAISE * 2)],
    )
    # Without a solution the blueprint itself cannot be met; the solver says so with the lines that clash.
    return max(float(-solution.fun), 1.0) if solution.status == 0 else 1.0
