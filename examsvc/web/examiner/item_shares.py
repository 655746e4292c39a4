"""What an item's mark was earned in: its categories with their curves, and its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from examsvc.edge.texts import gettext as _
from examsvc.services.parameters import categories_of
from examsvc.store.models import ItemParameterRow
from examsvc.web.examiner import curves
from examsvc.web.examiner.document import Figure, Table, figures
from examsvc.web.examiner.plots import Axes, Label, Plot
from examsvc.web.examiner.wording import decimal, percent
from scoring import ItemParams
from scoring.models import category_probabilities
from scoring.responses import FloatArray


def worth_of(row: ItemParameterRow) -> tuple[float, ...]:
    """What share of the mark each of the item's categories stands for."""
    return categories_of([row])[0].worth


def category_figure(params: ItemParams, worth: Sequence[float]) -> Figure | None:
    """How likely each share of the mark is by ability; None of an item that is right or wrong."""
    if params.is_dichotomous:
        return None
    names = [decimal(share) for share in worth]
    chances = category_probabilities(curves.GRID, params)[:, 0, : len(names)]
    axes = Axes((curves.LOWEST, curves.HIGHEST), 1.0)
    lines = [axes.path(curves.GRID, chances[:, place]) for place in range(len(names))]
    plot = Plot(
        title=_("Probability of each share of the mark by ability"),
        x_label=_("ability θ"),
        y_label=_("probability"),
        x_ticks=axes.whole_ticks(range(-4, 5)),
        y_ticks=axes.y_ticks(0.25, lambda value: decimal(value, 2)),
        paths=tuple(lines[::2]),
        dashes=tuple(lines[1::2]),
        labels=tuple(_label(axes, name, chances[:, place]) for place, name in enumerate(names)),
    )
    thetas = np.array(curves.TABLE_THETAS)
    table = category_probabilities(thetas, params)[:, 0, : len(names)]
    rows = tuple(
        (decimal(theta, 0), *(decimal(chance) for chance in line))
        for theta, line in zip(thetas.tolist(), table.tolist(), strict=True)
    )
    headings = ("θ", *names)
    caption = _("Probability of each share of the mark")
    return Figure(plot, Table(caption, headings, rows, figures(headings, 0)))


def _label(axes: Axes, name: str, chances: FloatArray) -> Label:
    """Over the highest point of a category's curve."""
    place = int(np.argmax(chances))
    inside = min(max(float(curves.GRID[place]), curves.LOWEST + 0.4), curves.HIGHEST - 0.4)
    return Label(axes.x(inside), axes.y(min(float(chances[place]), 0.93)) - 6, name)


def category_table(parts: Mapping[str, Any] | None) -> Table | None:
    """How often each share of the mark was earned."""
    if not parts or not parts.get("categories"):
        return None
    rows = tuple(
        (decimal(line["worth"]), decimal(line["n"], 0), percent(line["share"]))
        for line in parts["categories"]
    )
    headings = (_("Share of the mark"), _("Persons"), _("Share"))
    return Table(_("Who earned what"), headings, rows, figures(headings, 0))


def part_table(parts: Mapping[str, Any] | None) -> Table | None:
    """How often each option, statement, gap or place was right."""
    if not parts or not parts.get("parts"):
        return None
    rows = tuple((str(line["id"]), percent(line["share"])) for line in parts["parts"])
    headings = (_("Part"), _("Share right"))
    return Table(_("How often each part was right"), headings, rows, figures(headings))
