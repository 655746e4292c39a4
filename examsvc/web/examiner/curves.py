"""Pictures of items and abilities, as plain figures that one template draws as SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from flask_babel import gettext as _

from examsvc.web.examiner.wording import decimal
from scoring import ItemParams, form_information, item_information, probability_correct
from scoring.responses import FloatArray

LOWEST, HIGHEST = -4.0, 4.0
GRID: Final[FloatArray] = np.linspace(LOWEST, HIGHEST, 161)
TABLE_THETAS: Final = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
BIN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `title` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    title: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line at a value; near an edge of the picture its label leans inwards."""

    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture in the units of its view box; the same figures stand in a table beside it."""

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    paths: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    markers: tuple[Marker, ...] = ()
    width: int = 480
    height: int = 290
    left: int = 66
    right: int = 464
    top: int = 26
    bottom: int = 232


@dataclass(frozen=True, slots=True)
class _Axes:
    """From values to places in the view box."""

    x_range: tuple[float, float]
    y_top: float
    frame: Plot = field(default_factory=lambda: Plot("", "", "", (), ()))

    def x(self, value: float) -> float:
        low, high = self.x_range
        return round(self.frame.left + (value - low) / (high - low) * (self.frame.right - self.frame.left), 1)

    def y(self, value: float) -> float:
        return round(self.frame.bottom - value / self.y_top * (self.frame.bottom - self.frame.top), 1)

    def path(self, xs: FloatArray, ys: FloatArray) -> str:
        points = [f"{self.x(x)},{self.y(y)}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        return "M" + " L".join(points)

    def y_ticks(self, step: float, label: Callable[[float], str]) -> tuple[Tick, ...]:
        values = np.arange(0.0, self.y_top + step / 2, step).tolist()
        return tuple(Tick(self.y(value), label(value)) for value in values)


def response_curve(params: ItemParams) -> Plot:
    """How the chance of a right answer grows with ability, for one item."""
    axes = _Axes((LOWEST, HIGHEST), 1.0)
    difficulty = float(params.b[0])
    is_visible = LOWEST <= difficulty <= HIGHEST
    anchor = "end" if difficulty > HIGHEST - 1 else "start" if difficulty < LOWEST + 1 else "middle"
    return Plot(
        title=_("Probability of a right answer by ability"),
        x_label=_("ability θ"),
        y_label=_("probability"),
        x_ticks=_theta_ticks(axes),
        y_ticks=axes.y_ticks(0.25, lambda value: decimal(value, 2)),
        paths=(axes.path(GRID, probability_correct(GRID, params)[:, 0]),),
        markers=(Marker(axes.x(difficulty), f"b = {decimal(difficulty)}", anchor),) if is_visible else (),
    )


def response_table(params: ItemParams) -> list[tuple[float, float, float]]:
    """Ability, probability, information: the points of the curve for those who read rather than see."""
    thetas = np.array(TABLE_THETAS)
    chances = probability_correct(thetas, params)[:, 0]
    information = item_information(thetas, params)[:, 0]
    return list(zip(thetas.tolist(), chances.tolist(), information.tolist(), strict=True))


def difficulties(params: ItemParams) -> tuple[Plot, list[tuple[str, int]]]:
    """How many items lie where on the scale: picture and table."""
    title = _("Items by difficulty b")
    return _histogram(params.b, title, _("difficulty b"), _("items"))


def information(params: ItemParams) -> tuple[Plot, list[tuple[float, float, float]]]:
    """Where all items together measure well: picture, and a table of ability, information, standard error."""
    curve = form_information(GRID, params)
    step = nice_step(float(curve.max()))
    axes = _Axes((LOWEST, HIGHEST), step * math.ceil(float(curve.max()) / step))
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
        x_ticks=_theta_ticks(axes),
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
    axes = _Axes((0.0, float(len(counts))), step * math.ceil(max(most, 1) / step))
    bars = tuple(
        _bar(axes, (place + 0.15, place + 0.85), n, f"{name}: {n}", label=str(n))
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


def nice_step(most: float) -> float:
    """A round distance between about four ticks from 0 to `most`."""
    if most <= 0:
        return 1.0
    raw = most / 4
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)


def _histogram(
    values: FloatArray, title: str, x_label: str, y_label: str
) -> tuple[Plot, list[tuple[str, int]]]:
    edges = np.arange(LOWEST, HIGHEST + BIN / 2, BIN)
    inside = np.clip(values, LOWEST, HIGHEST - 1e-9)  # what lies beyond stands in the outermost bin
    counts = np.histogram(inside, bins=edges)[0].tolist()
    step = max(1.0, nice_step(max(counts)))
    axes = _Axes((LOWEST, HIGHEST), step * math.ceil(max(max(counts), 1) / step))
    names = [f"{decimal(low, 1)} … {decimal(low + BIN, 1)}" for low in edges[:-1].tolist()]
    gap = 0.04
    bars = tuple(
        _bar(axes, (low + gap, low + BIN - gap), n, f"{name}: {n}")
        for low, n, name in zip(edges[:-1].tolist(), counts, names, strict=True)
        if n
    )
    plot = Plot(
        title=title,
        x_label=x_label,
        y_label=y_label,
        x_ticks=_theta_ticks(axes),
        y_ticks=axes.y_ticks(step, lambda value: decimal(value, 0)),
        bars=bars,
    )
    return plot, [(name, n) for name, n in zip(names, counts, strict=True) if n]


def _bar(axes: _Axes, reach: tuple[float, float], n: int, title: str, label: str = "") -> Bar:
    left, right, top = axes.x(reach[0]), axes.x(reach[1]), axes.y(n)
    return Bar(left, top, round(right - left, 1), round(axes.frame.bottom - top, 1), title, label)


def _theta_ticks(axes: _Axes) -> tuple[Tick, ...]:
    return tuple(Tick(axes.x(value), decimal(value, 0)) for value in (-4, -3, -2, -1, 0, 1, 2, 3, 4))
