"""Category curves a second time, by the scalar formulas, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from scoring.params import ItemModel, ItemParams

Logs: TypeAlias = tuple[tuple[float, ...], ...]
"""Of each category the logs of its probability at every point."""
LEAST: Final = 1e-300


def category_logs(params: ItemParams, place: int, thetas: Sequence[float]) -> Logs | None:
    """Logs of the probabilities of an item's categories at each point; None without parameters.

    Birnbaum (1968) for right and wrong, Masters (1982) and Muraki (1992) for partial credit, Samejima (1969)
    for graded items.
    """
    a, c, model = float(params.a[place]), float(params.c[place]), params.models[place]
    if math.isnan(a):
        return None
    if model.is_dichotomous:
        return _right_and_wrong(a, float(params.b[place]), c, thetas)
    steps = [float(step) for step in params.thresholds[place] if not math.isnan(step)]
    of_point = _graded if model is ItemModel.GRM else _partial_credit
    columns = [of_point(a, steps, theta) for theta in thetas]
    return tuple(zip(*columns, strict=True))


def _right_and_wrong(a: float, b: float, c: float, thetas: Sequence[float]) -> Logs:
    odds = [math.exp(min(700.0, -a * (theta - b))) for theta in thetas]  # of wrong, without guessing
    chances = [c + (1 - c) / (1 + odd) for odd in odds]
    right = tuple(math.log(max(chance, LEAST)) for chance in chances)
    return tuple(math.log(max(1 - chance, LEAST)) for chance in chances), right


def _partial_credit(a: float, steps: Sequence[float], theta: float) -> list[float]:
    """log P_k = sum over j <= k of a (theta - b_j), less the log of the sum of all their exponentials."""
    heights = [0.0]
    for step in steps:
        heights.append(heights[-1] + a * (theta - step))
    top = max(heights)
    total = top + math.log(sum(math.exp(height - top) for height in heights))
    return [height - total for height in heights]


def _graded(a: float, steps: Sequence[float], theta: float) -> list[float]:
    """log of P(Y >= k) - P(Y >= k + 1), each 1 / (1 + exp(-a (theta - b_k)))."""
    reached = [1.0, *(1 / (1 + math.exp(min(700.0, -a * (theta - step)))) for step in steps), 0.0]
    return [math.log(max(low - high, LEAST)) for low, high in pairwise(reached)]
