"""One item in one calibration: its curve beside the responses, its options, its fit, its history."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, url_for
from werkzeug.exceptions import NotFound

from examsvc.edge.room import deps
from examsvc.edge.texts import gettext as _
from examsvc.store import Session, calibration_pages
from examsvc.store import measuring as store
from examsvc.store.models import CalibrationRow
from examsvc.store.rows import get_row
from examsvc.web import terms
from examsvc.web.examiner import curves, item_shares, wording
from examsvc.web.examiner.document import Cell, Facts, Table, figures
from examsvc.web.examiner.item_lines import ItemLine, list_lines, params_of
from examsvc.web.examiner.room import room
from examsvc.web.examiner.wording import decimal, with_error
from scoring import ItemParams

MISFIT_P = 0.01
REGULAR, NOISY = 0.7, 1.3  # mean squares, after Wright & Linacre (1994)


@room.view("/calibrations/<int:calibration_id>/items/<int:version_id>", permission="calibrations.read")
def item(calibration_id: int, version_id: int) -> str:
    """One item: its curve, its options' figures, its flags in words."""
    with deps().store.read() as session:
        row = get_row(session, CalibrationRow, calibration_id)
        lines = list_lines(session, calibration_id)
        line = next((line for line in lines if line.version.id == version_id), None)
        if line is None:
            raise NotFound
        in_force = store.find_adopted(session)
        history = _history(session, line, row, in_force)
    names = {other.version.id: other.item.code for other in lines}
    params = params_of([line])
    points = line.parameter.curve or []
    worth = item_shares.worth_of(line.parameter)
    return render_template(
        "examiner/item.html",
        row=row,
        line=line,
        curve=curves.response_curve(params, points, worth) if params.n_items else None,
        points=curves.response_table(params, worth) if params.n_items else [],
        observed=_observed(params, points, worth) if params.n_items and points else None,
        categories=item_shares.category_figure(params, worth) if params.n_items else None,
        earned=item_shares.category_table(line.parameter.parts),
        parts=item_shares.part_table(line.parameter.parts),
        fit=_fit_facts(line, names),
        history=history,
        words=wording,
        terms=terms,
    )


def _observed(params: ItemParams, points: list[dict[str, float]], worth: Sequence[float]) -> Table:
    headings = ("θ", _("Persons"), _("Responses"), _("Interval (95%)"), _("Model"), _("Inside"))
    rows = tuple(
        (
            decimal(point["theta"]),
            decimal(point["n"], 0),
            decimal(point["mean"]),
            f"{decimal(point['low'])} – {decimal(point['high'])}",
            decimal(share),
            Cell(_("yes"), "badge-good") if is_inside else Cell(_("no"), "badge-warn"),
        )
        for point, share, is_inside in curves.observed_table(params, points, worth)
    )
    caption = _("Groups of persons of like ability: share of the marks earned")
    return Table(caption, headings, rows, frozenset(range(5)))


def _fit_facts(line: ItemLine, names: dict[int, str]) -> Facts | None:
    fit = line.parameter.fit
    if not fit:
        return None
    test = _(
        "%(value)s, df %(df)s, p = %(p)s",
        value=decimal(fit.get("s_x2"), 1),
        df=decimal(fit.get("df"), 0),
        p=decimal(fit.get("p"), 3),
    )
    p_value = fit.get("p")
    rows: list[tuple[str, str | Cell]] = [
        ("S-X²", Cell(test, "badge-warn") if p_value is not None and p_value < MISFIT_P else test),
        (_("RMSEA of S-X²"), decimal(fit.get("rmsea"), 3)),
        (_("Infit (z)"), _mean_square(fit.get("infit"), fit.get("infit_z"))),
        (_("Outfit (z)"), _mean_square(fit.get("outfit"), fit.get("outfit_z"))),
    ]
    if fit.get("q3_max") is not None:
        partner = names.get(fit.get("q3_with") or 0, "–")
        rows.append(
            (_("Largest Q₃"), _("%(value)s with %(item)s", value=decimal(fit["q3_max"]), item=partner))
        )
    return Facts(tuple(rows))


def _mean_square(value: float | None, z: float | None) -> str | Cell:
    text = f"{decimal(value)} ({decimal(z, 1)})"
    return text if value is None or REGULAR <= value <= NOISY else Cell(text, "badge-warn")


def _history(session: Session, line: ItemLine, row: CalibrationRow, in_force: CalibrationRow | None) -> Table:
    headings = (_("Calibration"), _("Version"), _("Persons"), "a ± se", "b ± se", "c", "p", _("State"))
    rows = tuple(
        (
            _calibration(other, row.id, version.id),
            str(version.version),
            decimal(found.n_responses, 0) if found.n_responses else "–",
            with_error(found.a, found.se_a),
            with_error(found.b, found.se_b),
            decimal(found.c) if found.c else "–",
            decimal(found.p_value),
            _state(other, in_force),
        )
        for found, version, other in calibration_pages.item_history(session, line.item.id)
    )
    caption = _("This item in every calibration, newest first")
    return Table(caption, headings, rows, figures(headings[:-1]))


def _calibration(other: CalibrationRow, here: int, version_id: int) -> Cell:
    if other.id == here:
        return Cell(_("%(code)s (this one)", code=other.code))
    return Cell(other.code, href=url_for("examiner.item", calibration_id=other.id, version_id=version_id))


def _state(other: CalibrationRow, in_force: CalibrationRow | None) -> Cell:
    if in_force is not None and other.id == in_force.id:
        return Cell(_("In force"), "badge-info")
    label, badge = wording.CALIBRATION_STATES[other.state]
    return Cell(str(label), badge)
