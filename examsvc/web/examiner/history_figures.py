"""What calibrations found of an item, one after the other: curves, figures, and how difficulty has moved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from examsvc.edge.language import local_day
from examsvc.edge.texts import gettext as _
from examsvc.services import parameters
from examsvc.services.item_history import Found
from examsvc.services.office_calendar import office_date
from examsvc.store.models import ItemParameterRow
from examsvc.web.examiner import curves
from examsvc.web.examiner.document import Cell, Facts, Figure, Row, Table, figures
from examsvc.web.examiner.item_shares import worth_of
from examsvc.web.examiner.plots import Axes, Dot, Plot, Tick
from examsvc.web.examiner.wording import decimal, percent, with_error
from examsvc.web.item_flags import ItemFlag, item_flags
from scoring import ItemParams

Z_95: Final = 1.96
MOST_SHOWN: Final = 12  # calibrations side by side, beyond which no label fits


@dataclass(frozen=True, slots=True)
class Portrait:
    """What one calibration found: flags, figures, the curve beside its table, who chose what."""

    found: Found
    flags: list[ItemFlag]
    facts: Facts
    curve: Figure | None
    options: Table | None


def portrait(found: Found) -> Portrait:
    """One calibration's figures of the item."""
    row = found.parameter
    return Portrait(
        found, item_flags(row.flags), Facts((*_facts(row), *_fit(row.fit or {}))), _curve(row), _options(row)
    )


def overview(found: Sequence[Found]) -> Table:
    """All calibrations in one table, the newest first."""
    headings = (
        _("Calibration"),
        _("In force from"),
        _("Flags"),
        _("Version"),
        _("Responses"),
        "p",
        "r",
        "a ± se",
        "b ± se",
        "c",
    )
    rows = tuple(
        (
            Cell(one.calibration.code, "badge-info" if one.in_force else ""),
            _adopted_on(one),
            ", ".join(flag.label for flag in item_flags(one.parameter.flags)) or "–",
            str(one.version.version),
            decimal(one.parameter.n_responses, 0) if one.parameter.n_responses else "–",
            decimal(one.parameter.p_value),
            decimal(one.parameter.point_biserial),
            with_error(one.parameter.a, one.parameter.se_a),
            _difficulty(one.parameter),
            decimal(one.parameter.c) if one.parameter.c else "–",
        )
        for one in found
    )
    return Table(_("Every calibration that has been in force"), headings, rows, figures(headings, 3))


def drift(found: Sequence[Found]) -> Figure | None:
    """The difficulty b from calibration to calibration; None where there are not two to compare."""
    known = [one for one in reversed(found) if one.parameter.b is not None][-MOST_SHOWN:]
    if len(known) < 2:
        return None
    values = [float(one.parameter.b or 0.0) for one in known]
    errors = [one.parameter.se_b for one in known]
    rows: list[Row] = []
    for place, one in enumerate(known):
        change = "–" if not place else decimal(values[place] - values[place - 1])
        rows.append((str(place + 1), one.calibration.code, _difficulty(one.parameter), change))
    headings = (_("No."), _("Calibration"), "b ± se", _("Change"))
    table = Table(_("Difficulty b, the oldest first"), headings, tuple(rows), figures(headings, 2))
    return Figure(_drift_plot([one.calibration.code for one in known], values, errors), table)


def _drift_plot(codes: Sequence[str], values: Sequence[float], errors: Sequence[float | None]) -> Plot:
    reaches = [Z_95 * (error or 0.0) for error in errors]
    low = math.floor(min(value - reach for value, reach in zip(values, reaches, strict=True)))
    high = math.ceil(max(value + reach for value, reach in zip(values, reaches, strict=True)))
    low, high = max(low, -10), min(max(high, low + 1), 10)
    axes = Axes((0.0, float(len(values))), float(high), float(low))
    places = [place + 0.5 for place in range(len(values))]

    def inside(value: float) -> float:
        return axes.y(min(max(value, low), high))

    dots = tuple(
        Dot(
            axes.x(at),
            inside(value),
            f"{code}: b = {with_error(value, error)}",
            inside(value - reach),
            inside(value + reach),
        )
        for at, value, error, reach, code in zip(places, values, errors, reaches, codes, strict=True)
    )
    line = " L".join(f"{dot.x},{dot.y}" for dot in dots)
    step = 1.0 if high - low <= 5 else 2.0
    return Plot(
        title=_("Difficulty b from calibration to calibration"),
        x_label=_("calibration, the oldest first"),
        y_label=_("difficulty b"),
        x_ticks=tuple(Tick(axes.x(at), str(number)) for number, at in enumerate(places, start=1)),
        y_ticks=axes.y_ticks(step, lambda value: decimal(value, 0)),
        paths=(f"M{line}",),
        dots=dots,
        key=(("dot", _("b with its interval (95%)")),),
    )


def _curve(row: ItemParameterRow) -> Figure | None:
    if row.a is None:
        return None
    params = parameters.params_of([row])
    points = row.curve or []
    worth = worth_of(row)
    plot = curves.response_curve(params, points, worth)
    return Figure(plot, _observed(params, points, worth) if points else _model_points(params, worth))


def _observed(params: ItemParams, points: Sequence[Mapping[str, Any]], worth: Sequence[float]) -> Table:
    headings = ("θ", _("Persons"), _("Responses"), _("Interval (95%)"), _("Model"))
    rows = tuple(
        (
            decimal(point["theta"]),
            decimal(point["n"], 0),
            decimal(point["mean"]),
            f"{decimal(point['low'])} – {decimal(point['high'])}",
            decimal(share),
        )
        for point, share, _inside in curves.observed_table(params, points, worth)
    )
    caption = _("Groups of persons of like ability: share of the marks earned")
    return Table(caption, headings, rows, figures(headings, 0))


def _model_points(params: ItemParams, worth: Sequence[float]) -> Table:
    headings = ("θ", _("Probability"), _("Information"))
    rows = tuple(
        (decimal(theta, 0), decimal(chance), decimal(information))
        for theta, chance, information in curves.response_table(params, worth)
    )
    return Table(_("Points of the curve"), headings, rows, figures(headings, 0))


def _options(row: ItemParameterRow) -> Table | None:
    if not row.options:
        return None
    headings = (_("Option"), _("Share"), "r")
    rows = tuple(
        (
            Cell(_("%(option)s (key)", option=option["id"]), "badge-good")
            if option["is_key"]
            else option["id"],
            percent(option["share"]),
            decimal(option["point_biserial"]),
        )
        for option in row.options
    )
    return Table(_("Who chose what"), headings, rows, figures(headings))


def _facts(row: ItemParameterRow) -> list[tuple[str, str | Cell]]:
    facts: list[tuple[str, str | Cell]] = [
        (_("Model"), row.model),
        (_("Responses"), decimal(row.n_responses, 0) if row.n_responses else "–"),
        (_("Answering right, p"), decimal(row.p_value)),
        (_("Correlation with the rest, r"), decimal(row.point_biserial)),
        (_("Discrimination a"), with_error(row.a, row.se_a)),
        (_("Difficulty b"), with_error(row.b, row.se_b)),
    ]
    if row.c:
        facts.append((_("Guessing c"), with_error(row.c, row.se_c)))
    if row.thresholds:
        facts.append((_("Thresholds"), "; ".join(decimal(one) for one in row.thresholds)))
    return facts


def _fit(fit: Mapping[str, Any]) -> list[tuple[str, str | Cell]]:
    if not fit:
        return []
    test = _(
        "%(value)s, df %(df)s, p = %(p)s",
        value=decimal(fit.get("s_x2"), 1),
        df=decimal(fit.get("df"), 0),
        p=decimal(fit.get("p"), 3),
    )
    return [
        ("S-X²", test),
        (_("RMSEA of S-X²"), decimal(fit.get("rmsea"), 3)),
        (_("Infit (z)"), f"{decimal(fit.get('infit'))} ({decimal(fit.get('infit_z'), 1)})"),
        (_("Outfit (z)"), f"{decimal(fit.get('outfit'))} ({decimal(fit.get('outfit_z'), 1)})"),
    ]


def _difficulty(row: ItemParameterRow) -> str:
    if row.thresholds:
        return "; ".join(decimal(one) for one in row.thresholds)
    return with_error(row.b, row.se_b)


def _adopted_on(one: Found) -> str:
    at = one.calibration.adopted_at
    return "–" if at is None else local_day(office_date(at))
