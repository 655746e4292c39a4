"""The curves of a run's forms, as places in an SVG; the template only draws them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np

from examsvc.assembly.pool import item_of, pool_params, pool_shares
from scoring.points import expected_points

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 84, 626, 16, 264


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis; `value` is what it stands for."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A form's curve, where its name stands, and which of the line styles draws it (from 1)."""

    label: str
    path: str
    style: int


@dataclass(frozen=True, slots=True)
class CutMark:
    """A cut: a vertical line at its ability, and the target with its band where the curve has one."""

    share: float
    x: float
    y: float | None
    band: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class CurveChart:
    """Curves over ability, with ticks in the units of the view box."""

    curves: tuple[Curve, ...]
    cuts: tuple[CutMark, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def information_chart(certificate: Mapping[str, Any], labels: Sequence[str]) -> CurveChart:
    """Each form's information, with the target and its band at the cuts."""
    target, band = certificate["target"], float(certificate["band"])
    rows = [form["information"] for form in certificate["forms"]]
    highest = max([max(row) for row in rows] + [wanted * (1 + band) for wanted in target["information"]])
    axes = _Axes(certificate["theta_grid"], _round_top(highest))
    cuts = tuple(
        CutMark(
            share, axes.x(theta), axes.y(wanted), (axes.y(wanted * (1 + band)), axes.y(wanted * (1 - band)))
        )
        for share, theta, wanted in zip(
            target["cut_shares"], target["thetas"], target["information"], strict=True
        )
    )
    return axes.chart(rows, labels, cuts)


def share_chart(certificate: Mapping[str, Any], labels: Sequence[str]) -> CurveChart:
    """The share of the marks that each form expects of an ability (TCC), with the cuts."""
    target = certificate["target"]
    axes = _Axes(certificate["theta_grid"], 1.0)
    cuts = tuple(
        CutMark(share, axes.x(theta), axes.y(share), None)
        for share, theta in zip(target["cut_shares"], target["thetas"], strict=True)
    )
    return axes.chart([form["expected_share"] for form in certificate["forms"]], labels, cuts)


def expected_shares(certificate: Mapping[str, Any]) -> list[list[float]]:
    """For each cut, the share of the marks that each form expects of a candidate just there."""
    pool = {item["version_id"]: item_of(item) for item in certificate["request"]["pool"]}
    thetas = np.array(certificate["target"]["thetas"], dtype=np.float64)
    columns = []
    for form in certificate["forms"]:
        items = [pool[item["version_id"]] for item in form["items"]]
        expected = expected_points(thetas, pool_params(items), pool_shares(items))
        columns.append((expected / len(items)).tolist())
    return [list(row) for row in zip(*columns, strict=True)]


@dataclass(frozen=True, slots=True)
class _Axes:
    grid: Sequence[float]
    highest: float

    def x(self, theta: float) -> float:
        low, high = self.grid[0], self.grid[-1]
        inside = min(max(theta, low), high)
        return round(LEFT + (inside - low) / (high - low) * (RIGHT - LEFT), 1)

    def y(self, value: float) -> float:
        return round(BOTTOM - min(value / self.highest, 1.0) * (BOTTOM - TOP), 1)

    def chart(
        self, rows: Sequence[Sequence[float]], labels: Sequence[str], cuts: tuple[CutMark, ...]
    ) -> CurveChart:
        curves = tuple(
            Curve(label, self._path(row), style)
            for style, (label, row) in enumerate(zip(labels, rows, strict=True), start=1)
        )
        thetas = range(ceil(self.grid[0]), floor(self.grid[-1]) + 1)
        return CurveChart(
            curves=curves,
            cuts=cuts,
            x_ticks=_ticks(thetas, self.x),
            y_ticks=_ticks([self.highest * quarter / 4 for quarter in range(5)], self.y),
        )

    def _path(self, row: Sequence[float]) -> str:
        places = (f"{self.x(theta)},{self.y(value)}" for theta, value in zip(self.grid, row, strict=True))
        return "M" + " L".join(places)


def _ticks(values: Sequence[float], place: Callable[[float], float]) -> tuple[Tick, ...]:
    return tuple(Tick(place(value), value) for value in values)


def _round_top(highest: float) -> float:
    """The next figure above whose quarters are round."""
    step = 10 ** floor(log10(highest or 1.0))
    return next(float(factor * step) for factor in (1, 2, 4, 8, 10, 20) if factor * step >= highest)
