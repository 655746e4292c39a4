"""A picture as plain figures in the units of its view box; one template draws it as SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from examsvc.web.examiner.wording import decimal
from scoring.responses import FloatArray


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `title` says what it stands for, `kind` which of two fillings it has."""

    x: float
    y: float
    width: float
    height: float
    title: str
    label: str = ""
    kind: str = "first"


@dataclass(frozen=True, slots=True)
class Dot:
    """A point, with the ends of its interval where it has one; a square is one left out."""

    x: float
    y: float
    title: str
    low: float | None = None
    high: float | None = None
    is_square: bool = False
    radius: int = 5


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a point, over the middle of which they stand."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A vertical line at a value; near an edge of the picture its label leans inwards."""

    at: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture in the units of its view box; the same figures stand in a table beside it.

    `key` names what the shapes stand for, by the kind of shape (line, dot, square, bar, bar-second, dash).
    """

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    paths: tuple[str, ...] = ()
    dashes: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    dots: tuple[Dot, ...] = ()
    markers: tuple[Marker, ...] = ()
    labels: tuple[Label, ...] = ()
    key: tuple[tuple[str, str], ...] = ()
    width: int = 480
    height: int = 290
    left: int = 90
    right: int = 464
    top: int = 26
    bottom: int = 232


@dataclass(frozen=True, slots=True)
class Axes:
    """From values to places in the view box."""

    x_range: tuple[float, float]
    y_top: float
    y_low: float = 0.0
    frame: Plot = field(default_factory=lambda: Plot("", "", "", (), ()))

    def x(self, value: float) -> float:
        """Where a value stands across."""
        low, high = self.x_range
        return round(self.frame.left + (value - low) / (high - low) * (self.frame.right - self.frame.left), 1)

    def y(self, value: float) -> float:
        """Where a value stands in height."""
        share = (value - self.y_low) / (self.y_top - self.y_low)
        return round(self.frame.bottom - share * (self.frame.bottom - self.frame.top), 1)

    def path(self, xs: FloatArray, ys: FloatArray) -> str:
        """A line through points."""
        points = [f"{self.x(x)},{self.y(y)}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        return "M" + " L".join(points)

    def y_ticks(self, step: float, label: Callable[[float], str]) -> tuple[Tick, ...]:
        """Ticks from the bottom to the top."""
        values = np.arange(self.y_low, self.y_top + step / 2, step).tolist()
        return tuple(Tick(self.y(value), label(value)) for value in values)

    def bar(self, reach: tuple[float, float], n: float, title: str, label: str = "") -> Bar:
        """A bar over a range of x that stands on the bottom."""
        left, right, top = self.x(reach[0]), self.x(reach[1]), self.y(n)
        return Bar(left, top, round(right - left, 1), round(self.frame.bottom - top, 1), title, label)

    def whole_ticks(self, values: Iterable[int]) -> tuple[Tick, ...]:
        """Ticks across at whole numbers."""
        return tuple(Tick(self.x(value), decimal(value, 0)) for value in values)


def nice_step(most: float) -> float:
    """A round distance between about four ticks from 0 to `most`."""
    if most <= 0:
        return 1.0
    raw = most / 4
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
