"""Fitting a campaign's items as ordered: on their own scale, or on the one in force."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from examsvc.services.calibration_data import CampaignData
from examsvc.services.calibration_order import CalibrationOrder, Priors, Scale
from examsvc.services.linking import Reference, Tie, tie
from examsvc.services.parameters import number
from scoring import (
    WEAK_PRIORS,
    Calibration,
    CalibrationOptions,
    ItemModel,
    ItemParams,
    ItemPriors,
    LogNormal,
    Normal,
    calibrate,
)
from scoring.hierarchy import Borrowing, TopicPrior, calibrate_borrowing
from scoring.linking import Link, anchors_as_fixed
from scoring.responses import FloatArray

Follow = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A calibration, and how its own scale becomes the scale of the rows.

    topics : where the priors come from, when they were borrowed
    tie : to the calibration in force; None on a scale of its own
    anchored : whether the tie's anchors were held fixed, so that the calibration is on that scale already
    """

    calibration: Calibration
    topics: tuple[TopicPrior, ...] = ()
    tie: Tie | None = None
    anchored: bool = False

    @property
    def slope(self) -> float:
        """theta of the rows = slope * theta of the calibration + intercept."""
        return 1.0 if self.tie is None or self.anchored else self.tie.link.slope

    @property
    def intercept(self) -> float:
        return 0.0 if self.tie is None or self.anchored else self.tie.link.intercept

    @property
    def params(self) -> ItemParams:
        """On the scale of the rows. With another slope than 1 a Rasch item is of the 1PL, PCM is GPCM."""
        if self.tie is not None and self.anchored:
            return _with_anchors(self.calibration.params, self.tie)
        moved = self.calibration.params.transformed(self.slope, self.intercept)
        if self.slope == 1.0:
            return moved
        models = tuple(_FREE_SLOPE.get(model, model) for model in self.calibration.params.models)
        return ItemParams(moved.a, moved.b, moved.c, moved.thresholds, models)

    @property
    def population(self) -> tuple[float, float]:
        """Mean and standard deviation of the candidates' ability, on the scale of the rows."""
        group = self.calibration.groups[0]
        return self.slope * group.mean + self.intercept, self.slope * group.sd


_FREE_SLOPE: Final = {ItemModel.RASCH: ItemModel.ONE_PL, ItemModel.PCM: ItemModel.GPCM}


def models_of(data: CampaignData, order: CalibrationOrder) -> list[ItemModel]:
    """As ordered where a mark is whole or nothing; else partial credit, with unit slopes beside Rasch items.

    A choice of one that can be guessed is not told apart from a number that cannot: of the 3PL, the items'
    own responses find c.
    """
    ordered = ItemModel(order.model)
    in_parts = ItemModel.PCM if ordered is ItemModel.RASCH else ItemModel.GPCM
    return [in_parts if data.is_in_parts(place) else ordered for place in range(len(data.items))]


def _with_anchors(params: ItemParams, tied: Tie) -> ItemParams:
    """Anchors to the last digit as they are stored: the engine turned them into intercepts and back."""
    source = np.arange(params.n_items)
    source[tied.anchors] = params.n_items + np.arange(tied.anchors.size)
    return ItemParams.concat([params, tied.anchor_params]).subset(source)


def fit(data: CampaignData, order: CalibrationOrder, reference: Reference | None, follow: Follow) -> Fitted:
    """Calibrate as ordered; with a reference, tied to it.

    Raises CalibrationRefused when no link can be had, and scoring's errors (NothingToCalibrate,
    DisconnectedDesign) when the responses cannot carry a calibration.
    """
    options = CalibrationOptions(
        min_responses=order.min_responses, allow_unlinked=data.shares_populations
    )  # the engine warns of forms that populations alone tie: UNLINKED_FORMS
    models = models_of(data, order)
    free, borrowed = _calibrate(data, order, models, options, follow)
    topics = () if borrowed is None else borrowed.topics
    if reference is None or not free.is_converged:
        return Fitted(free, topics)
    tied = tie(data, free, reference)
    if order.scale == Scale.LINKED:
        return Fitted(free, topics, tied)
    believed = WEAK_PRIORS if borrowed is None else borrowed.priors
    options = replace(options, priors=_moved(believed, tied.link))
    for place, model in zip(tied.anchors.tolist(), tied.anchor_params.models, strict=True):
        # held at slopes of their own, they share none: a 1PL item held fixed is one of the 2PL
        models[place] = ItemModel.TWO_PL if model is ItemModel.ONE_PL else model
    fixed = anchors_as_fixed(tied.anchor_params, tied.anchors, len(data.items))
    start = tied.link.apply(free.params)
    held = calibrate(data.marks, models, fixed=fixed, start=start, options=options, progress=follow)
    return Fitted(held, topics, tied, anchored=True)


def _calibrate(
    data: CampaignData,
    order: CalibrationOrder,
    models: list[ItemModel],
    options: CalibrationOptions,
    follow: Follow,
) -> tuple[Calibration, Borrowing | None]:
    def run(under: CalibrationOptions, start: ItemParams | None) -> Calibration:
        return calibrate(data.marks, models, start=start, options=under, progress=follow)

    if order.priors != Priors.BORROWED:
        return run(options, None), None
    return calibrate_borrowing(run, [item.topic for item in data.items], options=options)


def _moved(priors: ItemPriors, link: Link) -> ItemPriors:
    """The same beliefs on the scale in force: they are of items as this campaign's candidates find them."""
    a, b = priors.a, priors.b
    return ItemPriors(
        a=LogNormal(a.mean - math.log(link.slope), a.sd) if isinstance(a, LogNormal) else a,
        b=None if b is None else Normal(link.slope * b.mean + link.intercept, link.slope * b.sd),
        c=priors.c,
    )


def standard_errors(fitted: Fitted) -> tuple[FloatArray, FloatArray, FloatArray]:
    """se of a, b and c on the scale of the rows, each (n_items,); those of anchors are the stored ones."""
    calibration = fitted.calibration
    se_a, se_b = calibration.se_a / fitted.slope, calibration.se_b * fitted.slope
    se_c = calibration.se_c.copy()
    if fitted.tie is not None and fitted.anchored:
        rows = [
            row for row, kept in zip(fitted.tie.shared.rows, fitted.tie.screening.kept, strict=True) if kept
        ]
        for place, row in zip(fitted.tie.anchors.tolist(), rows, strict=True):
            for errors, stored in ((se_a, row.se_a), (se_b, row.se_b), (se_c, row.se_c)):
                errors[place] = np.nan if stored is None else stored
    return se_a, se_b, se_c


def threshold_errors(fitted: Fitted, place: int) -> list[float | None]:
    """The errors of one item's thresholds, on the scale of the rows; of an anchor the stored ones."""
    n_steps = int(fitted.params.n_categories[place]) - 1
    if fitted.tie is not None and fitted.anchored and place in fitted.tie.anchors:
        row = fitted.tie.shared.rows[fitted.tie.shared.columns.tolist().index(place)]
        stored = (row.parts or {}).get("se") or [None] * n_steps
        return list(stored)
    return [number(value * fitted.slope) for value in fitted.calibration.se_thresholds[place, :n_steps]]
