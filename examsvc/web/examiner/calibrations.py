"""Calibrations: proposed by one examiner, looked at item by item, adopted by a second person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from examsvc.edge.job_picture import JobPicture, picture_job
from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.services import calibration as service
from examsvc.services import jobs
from examsvc.store import jobs as job_rows
from examsvc.store import measuring as store
from examsvc.store import scored
from examsvc.store.models import (
    CalibrationRow,
    CampaignRow,
    ItemParameterRow,
    ItemRow,
    ItemVersionRow,
    TopicRow,
)
from examsvc.store.rows import get_row
from examsvc.web import terms
from examsvc.web.examiner import curves, wording
from examsvc.web.examiner.room import room
from examsvc.web.examiner.wording import ItemFlag, item_flags
from scoring import ItemParams


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of a calibration as a row of its table: no wording."""

    parameter: ItemParameterRow
    version: ItemVersionRow
    item: ItemRow
    topic: TopicRow
    flags: list[ItemFlag]

    @property
    def is_serious(self) -> bool:
        """Whether a flag asks for a decision."""
        return any(flag.words.is_serious for flag in self.flags)


Value = Callable[[ItemLine], Any]
COLUMNS: dict[str, Value] = {
    "code": lambda line: line.item.code,
    "topic": lambda line: line.topic.code,
    "n": lambda line: line.parameter.n_responses,
    "p": lambda line: line.parameter.p_value,
    "rpb": lambda line: line.parameter.point_biserial,
    "a": lambda line: line.parameter.a,
    "b": lambda line: line.parameter.b,
    "flags": lambda line: (line.is_serious, len(line.flags)),
}
SHOWN: dict[str, Callable[[ItemLine], bool]] = {
    "all": lambda _line: True,
    "flagged": lambda line: bool(line.flags),
    "serious": lambda line: line.is_serious,
}


@room.view("/calibrations", permission="calibrations.read")
def list_calibrations() -> str:
    """All parameter sets, which one is in force, and how to propose another."""
    with deps().store.read() as session:
        rows = store.list_calibrations(session)
        in_force = store.find_adopted(session)
        names = scored.staff_names(
            session, [user for row, _campaign in rows for user in (row.created_by, row.adopted_by)]
        )
        campaigns = scored.list_calibratable(session)
    return render_template(
        "examiner/calibrations.html",
        rows=rows,
        in_force=in_force,
        names=names,
        campaigns=campaigns,
        job=shown_job("calibrate"),
        words=wording,
    )


@room.view("/calibrations/judgement", permission="calibrations.run", methods=("POST",))
def propose() -> Response:
    """Provisional parameters from the authors' estimates."""
    try:
        calibration_id = service.propose_by_judgement(deps(), current_actor())
    except REFUSALS as error:
        flash(explain(error), "danger")
        return redirect(url_for("examiner.list_calibrations"))
    flash(_("The calibration is proposed. A second person looks at it and adopts it."), "success")
    return redirect(url_for("examiner.calibration", calibration_id=calibration_id))


@room.view("/calibrations/campaign", permission="calibrations.run", methods=("POST",))
def calibrate() -> Response:
    """Start fitting a campaign's items; a job that does so already is shown instead."""
    campaign_id = request.form.get("campaign_id", type=int)
    if campaign_id is None:
        flash(_("Choose a campaign."), "danger")
        return redirect(url_for("examiner.list_calibrations"))
    return redirect(url_for("examiner.list_calibrations", job=ask_once("calibrate", campaign_id)))


@room.view("/calibrations/<int:calibration_id>", permission="calibrations.read")
def calibration(calibration_id: int) -> str:
    """How a calibration ended, and every item in it."""
    with deps().store.read() as session:
        row = get_row(session, CalibrationRow, calibration_id)
        campaign = None if row.campaign_id is None else get_row(session, CampaignRow, row.campaign_id)
        lines = [
            ItemLine(*found, flags=item_flags(found[0].flags))
            for found in store.list_item_rows(session, calibration_id)
        ]
        names = scored.staff_names(session, [row.created_by, row.adopted_by])
    show = _known(request.args.get("show"), SHOWN, "all")
    sort = request.args.get("sort", "code")
    return render_template(
        "examiner/calibration.html",
        row=row,
        campaign=campaign,
        names=names,
        lines=sort_lines([line for line in lines if SHOWN[show](line)], sort),
        counts={name: sum(map(keep, lines)) for name, keep in SHOWN.items()},
        show=show,
        sort=sort,
        pictures=_pictures(lines),
        words=wording,
    )


@room.view("/calibrations/<int:calibration_id>/adopt", permission="calibrations.adopt", methods=("POST",))
def adopt(calibration_id: int) -> Response:
    """The second person puts it in force."""
    try:
        service.adopt_calibration(deps(), current_actor(), calibration_id)
        flash(_("The calibration is in force. Forms and scores made from now on rest on it."), "success")
    except REFUSALS as error:
        flash(explain(error), "danger")
    return redirect(url_for("examiner.calibration", calibration_id=calibration_id))


@room.view("/calibrations/<int:calibration_id>/items/<int:version_id>", permission="calibrations.read")
def item(calibration_id: int, version_id: int) -> str:
    """One item: its curve, its options' figures, its flags in words."""
    with deps().store.read() as session:
        row = get_row(session, CalibrationRow, calibration_id)
        found = [it for it in store.list_item_rows(session, calibration_id) if it[1].id == version_id]
    if not found:
        raise NotFound
    line = ItemLine(*found[0], flags=item_flags(found[0][0].flags))
    params = _params([line])
    return render_template(
        "examiner/item.html",
        row=row,
        line=line,
        curve=curves.response_curve(params) if params.n_items else None,
        points=curves.response_table(params) if params.n_items else [],
        words=wording,
        terms=terms,
    )


def sort_lines(lines: list[ItemLine], sort: str) -> list[ItemLine]:
    """By a column of the table, descending after a minus; what has no figure comes last either way."""
    name = sort.removeprefix("-")
    value = COLUMNS.get(name, COLUMNS["code"])
    known = [line for line in lines if value(line) is not None]
    unknown = [line for line in lines if value(line) is None]
    return sorted(known, key=value, reverse=sort.startswith("-")) + unknown


def ask_once(kind: str, campaign_id: int) -> int:
    """The job for this campaign: the one that is under way, or a new one."""
    return jobs.ask_once(deps(), current_actor(), kind, {"campaign_id": campaign_id})


def shown_job(kind: str) -> JobPicture | None:
    """The job that the address names, or else one that is still under way."""
    wanted = request.args.get("job", type=int)
    with deps().store.read() as session:
        rows = job_rows.list_latest(session, kind)
    for row in rows:
        if row.id == wanted or (wanted is None and row.state in jobs.UNFINISHED):
            return picture_job(row)
    return None


def _known(name: str | None, table: dict[str, Any], default: str) -> str:
    return name if name is not None and name in table else default


def _params(lines: list[ItemLine]) -> ItemParams:
    rows = [line.parameter for line in lines if line.parameter.a is not None]
    figures = [(row.a, row.b, row.c or 0.0) for row in rows]
    a, b, c = np.array(figures, dtype=np.float64).reshape(-1, 3).T
    return ItemParams(a, b, c)


def _pictures(lines: list[ItemLine]) -> dict[str, Any]:
    params = _params(lines)
    if not params.n_items:
        return {}
    return {"difficulties": curves.difficulties(params), "information": curves.information(params)}
