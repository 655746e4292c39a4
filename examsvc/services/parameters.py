"""Stored parameters as the scoring library takes them, and its figures as a row can keep them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from examsvc.results.categories import Categories
from examsvc.store.models import ItemParameterRow
from scoring import ItemModel, ItemParams


def params_of(rows: Sequence[ItemParameterRow | None], *, least_steps: int = 1) -> ItemParams:
    """The rows' parameters in their order; NaN where there is no row, or none was calibrated.

    least_steps : columns of the thresholds at least, to stand beside parameters that have so many
    """
    steps_of = [len(row.thresholds) for row in rows if row is not None and row.thresholds]
    n_steps = max([least_steps, *steps_of])
    a, b, c = np.full((3, len(rows)), np.nan)
    c[:] = 0.0
    thresholds = np.full((len(rows), n_steps), np.nan)
    models = [ItemModel.TWO_PL] * len(rows)
    for place, row in enumerate(rows):
        if row is None or row.a is None or row.b is None:
            continue
        a[place], b[place], c[place] = row.a, row.b, row.c or 0.0
        steps = row.thresholds or [row.b]
        thresholds[place, : len(steps)] = steps
        models[place] = _model(row)
    return ItemParams(a, b, c, thresholds, tuple(models))


def categories_of(rows: Sequence[ItemParameterRow | None]) -> tuple[Categories, ...]:
    """What the rows' calibration divides the items' marks into; right or not where there is no row."""
    return tuple(Categories.from_json(None if row is None else row.categories) for row in rows)


def thresholds_of(params: ItemParams, place: int) -> list[float] | None:
    """An item's thresholds for a row; None of one without parameters, and of right or wrong."""
    known = params.thresholds[place][np.isfinite(params.thresholds[place])]
    return None if params.models[place].is_dichotomous or not known.size else known.tolist()


def _model(row: ItemParameterRow) -> ItemModel:
    """Rows from before models were kept say 2PL, whatever their lower asymptote."""
    model = ItemModel(row.model or ItemModel.TWO_PL)
    return ItemModel.THREE_PL if model is ItemModel.TWO_PL and row.c else model


def number(value: float | None) -> float | None:
    """A figure for a row: None where it is unknown or infinite, which JSON cannot say."""
    return None if value is None or not math.isfinite(value) else float(value)
