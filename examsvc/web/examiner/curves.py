"""Pictures of items and abilities, as plain figures that one template draws as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from flask_babel import gettext as _

from examsvc.web.examiner.plots import Axes, Dot, Marker, Plot, Tick, nice_step
from examsvc.web.examiner.wording import decimal
from scoring import ItemParams, form_information, item_information
from scoring.points import category_shares, expected_shares
from scoring.responses import FloatArray

LOWEST, HIGHEST = -4.0, 4.0
GRID: Final[FloatArray] = np.linspace(LOWEST, HIGHEST, 161)
TABLE_THETAS: Final = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
BIN: Final = 0.5


def response_curve(
    params: ItemParams, points: Sequence[Mapping[str, Any]] = (), worth: Sequence[float] | None = None
) -> Plot:
    """How the expected share of an item's mark grows with ability, beside what groups of persons earned.

    worth : what share of the mark each category stands for
    """
    axes = Axes((LOWEST, HIGHEST), 1.0)
    return Plot(
        title=_("The model and the responses") if points else _("Probability of a right answer by ability"),
        x_label=_("ability θ"),
        y_label=_("probability") if params.models[0].is_dichotomous else _("share of the marks"),
        x_ticks=axes.whole_ticks(range(-4, 5)),
        y_ticks=axes.y_ticks(0.25, lambda value: decimal(value, 2)),
        paths=(axes.path(GRID, _expected_share(GRID, params, worth)),),
        dots=tuple(_observed(axes, point) for point in points if LOWEST <= point["theta"] <= HIGHEST),
        markers=_difficulty(axes, params),
        key=(("line", _("the model")), ("dot", _("the responses, with intervals (95%)"))) if points else (),
    )


def response_table(
    params: ItemParams, worth: Sequence[float] | None = None
) -> list[tuple[float, float, float]]:
    """Ability, probability, information: the points of the curve for those who read rather than see."""
    thetas = np.array(TABLE_THETAS)
    chances = _expected_share(thetas, params, worth)
    information = item_information(thetas, params)[:, 0]
    return list(zip(thetas.tolist(), chances.tolist(), information.tolist(), strict=True))


def observed_table(
    params: ItemParams, points: Sequence[Mapping[str, Any]], worth: Sequence[float] | None = None
) -> list[tuple[Mapping[str, Any], float, bool]]:
    """Each group of persons, what the model expects of it, and whether that lies inside its interval."""
    thetas = np.array([point["theta"] for point in points], dtype=np.float64)
    expected = _expected_share(thetas, params, worth).tolist()
    return [
        (point, share, point["low"] <= share <= point["high"])
        for point, share in zip(points, expected, strict=True)
    ]


def difficulties(params: ItemParams) -> tuple[Plot, list[tuple[str, int]]]:
    """How many items lie where on the scale: picture and table."""
    title = _("Items by difficulty b")
    return _histogram(params.b, title, _("difficulty b"), _("items"))


def information(params: ItemParams) -> tuple[Plot, list[tuple[float, float, float]]]:
    """Where all items together measure well: picture, and a table of ability, information, standard error."""
    curve = form_information(GRID, params)
    step = nice_step(float(curve.max()))
    axes = Axes((LOWEST, HIGHEST), step * math.ceil(float(curve.max()) / step))
    thetas = np.array(TABLE_THETAS)
    values = form_information(thetas, params)
    table = [
        (theta, value, 1 / math.sqrt(value))
        for theta, value in zip(thetas.tolist(), values.tolist(), strict=True)
    ]
    plot = Plot(
        title=_("Information of all items together"),
        x_label=_("ability θ"),
        y_label=_("information"),
        x_ticks=axes.whole_ticks(range(-4, 5)),
        y_ticks=axes.y_ticks(step, lambda value: decimal(value, 0 if step >= 1 else 1)),
        paths=(axes.path(GRID, curve),),
    )
    return plot, table


def abilities(thetas: Sequence[float]) -> tuple[Plot, list[tuple[str, int]]]:
    """How the estimates of ability are spread: picture and table."""
    return _histogram(
        np.array(thetas, dtype=np.float64), _("Sittings by ability θ"), _("ability θ"), _("sittings")
    )


def levels(counts: Sequence[tuple[str, int]]) -> Plot:
    """How many sittings reach each level."""
    most = max((n for _name, n in counts), default=0)
    step = nice_step(most)
    axes = Axes((0.0, float(len(counts))), step * math.ceil(max(most, 1) / step))
    bars = tuple(
        axes.bar((place + 0.15, place + 0.85), n, f"{name}: {n}", label=str(n))
        for place, (name, n) in enumerate(counts)
    )
    return Plot(
        title=_("Sittings by level"),
        x_label=_("level"),
        y_label=_("sittings"),
        x_ticks=tuple(Tick(axes.x(place + 0.5), name) for place, (name, _n) in enumerate(counts)),
        y_ticks=axes.y_ticks(step, lambda value: decimal(value, 0)),
        bars=bars,
    )


def _histogram(
    values: FloatArray, title: str, x_label: str, y_label: str
) -> tuple[Plot, list[tuple[str, int]]]:
    edges = np.arange(LOWEST, HIGHEST + BIN / 2, BIN)
    inside = np.clip(values, LOWEST, HIGHEST - 1e-9)  # what lies beyond stands in the outermost bin
    counts = np.histogram(inside, bins=edges)[0].tolist()
    step = max(1.0, nice_step(max(counts)))
    axes = Axes((LOWEST, HIGHEST), step * math.ceil(max(max(counts), 1) / step))
    names = [f"{decimal(low, 1)} … {decimal(low + BIN, 1)}" for low in edges[:-1].tolist()]
    gap = 0.04
    bars = tuple(
        axes.bar((low + gap, low + BIN - gap), n, f"{name}: {n}")
        for low, n, name in zip(edges[:-1].tolist(), counts, names, strict=True)
        if n
    )
    plot = Plot(
        title=title,
        x_label=x_label,
        y_label=y_label,
        x_ticks=axes.whole_ticks(range(-4, 5)),
        y_ticks=axes.y_ticks(step, lambda value: decimal(value, 0)),
        bars=bars,
    )
    return plot, [(name, n) for name, n in zip(names, counts, strict=True) if n]


def _expected_share(thetas: FloatArray, params: ItemParams, worth: Sequence[float] | None) -> FloatArray:
    """Of one item: for one with marks 0 and 1 the probability of a right answer."""
    shares = None if worth is None else category_shares([worth], params)
    share: FloatArray = expected_shares(thetas, params, shares)[:, 0]
    return share


def _observed(axes: Axes, point: Mapping[str, Any]) -> Dot:
    low, high = max(0.0, point["low"]), min(1.0, point["high"])
    title = f"θ {decimal(point['theta'])}, n {point['n']}: {decimal(point['mean'])}"
    return Dot(axes.x(point["theta"]), axes.y(point["mean"]), title, axes.y(low), axes.y(high))


def _difficulty(axes: Axes, params: ItemParams) -> tuple[Marker, ...]:
    difficulty = float(params.b[0])
    if not LOWEST <= difficulty <= HIGHEST:
        return ()
    anchor = "end" if difficulty > HIGHEST - 1 else "start" if difficulty < LOWEST + 1 else "middle"
    return (Marker(axes.x(difficulty), f"b = {decimal(difficulty)}", anchor),)
