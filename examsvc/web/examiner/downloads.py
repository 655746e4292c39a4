"""A calibration's numbers as files: parameters for this program and for R's mirt, responses by number."""

from __future__ import annotations

from flask import current_app
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from examsvc.edge.plain import file_name
from examsvc.edge.room import current_actor, deps
from examsvc.services.export import ExportedFile, export_parameters, export_responses
from examsvc.store.models import CalibrationRow
from examsvc.store.rows import get_row
from examsvc.web.examiner.room import room


@room.view("/calibrations/<int:calibration_id>/parameters.csv", permission="calibrations.read")
def parameters_csv(calibration_id: int) -> Response:
    """Every item's parameters and standard errors."""
    return _file(export_parameters(deps(), current_actor(), calibration_id))


@room.view("/calibrations/<int:calibration_id>/mirt.csv", permission="calibrations.read")
def parameters_mirt(calibration_id: int) -> Response:
    """The same as a table of slopes and intercepts, as mirt prints them."""
    return _file(export_parameters(deps(), current_actor(), calibration_id, "mirt"))


@room.view("/calibrations/<int:calibration_id>/responses.csv", permission="calibrations.read")
def responses_csv(calibration_id: int) -> Response:
    """The marks behind the calibration: candidate numbers, never names."""
    with deps().store.read() as session:
        campaign_id = get_row(session, CalibrationRow, calibration_id).campaign_id
    if campaign_id is None:
        raise NotFound
    return _file(export_responses(deps(), current_actor(), campaign_id))


def _file(found: ExportedFile) -> Response:
    answer = current_app.response_class(found.text, mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=file_name(found.name))
    return answer
