"""Pictures that set two computations side by side: old against new items, one competency against all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.plots import Axes, Bar, Dot, Plot, Tick
from examsvc.web.examiner.wording import decimal

CROWDED = 60  # more points than this are drawn smaller


def anchor_scatter(link: Mapping[str, Any], names: Mapping[int, str]) -> Plot:
    """Each shared item's difficulty now and before, with the line of the link."""
    anchors: Sequence[Mapping[str, Any]] = link["anchors"]
    values = [value for anchor in anchors for value in (anchor["b_old"], anchor["b_new"])] or [-1.0, 1.0]
    low, high = math.floor(min(values)), max(math.ceil(max(values)), math.floor(min(values)) + 1)
    axes = Axes((low, high), high, low)
    ends = _visible_line(link["slope"], link["intercept"], (low, high))
    return Plot(
        title=_("Difficulty of the shared items, before and now"),
        x_label=_("b now, on this campaign's own scale"),
        y_label=_("b before"),
        x_ticks=axes.whole_ticks(range(low, high + 1)),
        y_ticks=axes.y_ticks(1.0, lambda value: decimal(value, 0)),
        dashes=(axes.path(*ends),) if ends[0].size else (),
        dots=tuple(
            Dot(
                axes.x(anchor["b_new"]),
                axes.y(anchor["b_old"]),
                _moved(anchor, names),
                is_square=not anchor["kept"],
                radius=5 if len(anchors) <= CROWDED else 3,
            )
            for anchor in anchors
        ),
        key=(("dot", _("in the link")), ("square", _("left out")), ("dash", _("the link"))),
    )


def gain_bars(gain: Sequence[Mapping[str, Any]]) -> Plot:
    """The reliability of each competency by its own items, and with what the others say."""
    axes = Axes((0.0, max(len(gain), 1)), 1.0)
    bars: list[Bar] = []
    for place, line in enumerate(gain):
        alone, joint = line["reliability_alone"] or 0.0, line["reliability_joint"] or 0.0
        first = axes.bar((place + 0.12, place + 0.48), max(alone, 0.0), f"{line['code']}: {decimal(alone)}")
        second = axes.bar((place + 0.52, place + 0.88), max(joint, 0.0), f"{line['code']}: {decimal(joint)}")
        bars += [first, replace(second, kind="second")]
    return Plot(
        title=_("Reliability by competency, alone and borrowing"),
        x_label=_("competency"),
        y_label=_("reliability"),
        x_ticks=tuple(Tick(axes.x(place + 0.5), line["code"]) for place, line in enumerate(gain)),
        y_ticks=axes.y_ticks(0.25, lambda value: decimal(value, 2)),
        bars=tuple(bars),
        key=(("bar", _("its own items alone")), ("bar-second", _("all items together"))),
    )


def _moved(anchor: Mapping[str, Any], names: Mapping[int, str]) -> str:
    code = names.get(anchor["version_id"], str(anchor["version_id"]))
    return _(
        "%(code)s: b before %(old)s, now %(new)s",
        code=code,
        old=decimal(anchor["b_old"]),
        new=decimal(anchor["b_new"]),
    )


def _visible_line(
    slope: float, intercept: float, reach: tuple[float, float]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The part of the line inside the picture."""
    xs = np.linspace(*reach, 201)
    ys = slope * xs + intercept
    inside = (ys >= reach[0]) & (ys <= reach[1])
    return xs[inside][[0, -1]] if inside.any() else xs[:0], ys[inside][[0, -1]] if inside.any() else ys[:0]
