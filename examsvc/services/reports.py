"""A calibration's technical report: everything that somebody needs who has to judge or to repeat it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import calibration_pages, scored
from examsvc.store.calibration_pages import SatFormLine
from examsvc.store.models import CalibrationRow, CampaignRow, CompetencyRow
from examsvc.store.rows import get_row

SOFTWARE = ("examsvc", "numpy", "scipy", "typst")


@dataclass(frozen=True, slots=True)
class TechnicalReport:
    """The stored facts behind the report; its items are listed by the page itself."""

    row: CalibrationRow
    campaign: CampaignRow | None
    forms: tuple[SatFormLine, ...]
    staff: Mapping[int, str]
    competencies: tuple[CompetencyRow, ...]
    software: Mapping[str, str]


def read_report(deps: Services, actor: Actor, calibration_id: int) -> TechnicalReport:
    """The facts of one calibration. Raises NotFound."""
    permit(actor, "calibrations.read")
    with deps.store.read() as session:
        row = get_row(session, CalibrationRow, calibration_id)
        campaign = None if row.campaign_id is None else get_row(session, CampaignRow, row.campaign_id)
        return TechnicalReport(
            row=row,
            campaign=campaign,
            forms=() if campaign is None else tuple(calibration_pages.list_sat_forms(session, campaign.id)),
            staff=scored.staff_names(session, [row.created_by, row.adopted_by]),
            competencies=tuple(scored.list_competencies(session)),
            software=software_versions(),
        )


def software_versions() -> dict[str, str]:
    """What computes here now."""
    return {"Python": platform.python_version(), **{name: version(name) for name in SOFTWARE}}
