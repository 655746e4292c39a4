"""A calibration's technical report: everything that somebody needs who has to judge or to repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.calibration_provenance import software_versions
from examsvc.services.deps import Services
from examsvc.store import Session, calibration_pages, scored
from examsvc.store.calibration_pages import SatFormLine
from examsvc.store.models import CalibrationRow, CampaignRow, CompetencyRow
from examsvc.store.rows import get_row


@dataclass(frozen=True, slots=True)
class TechnicalReport:
    """The stored facts behind the report; its items are listed by the page itself."""

    row: CalibrationRow
    campaign: CampaignRow | None
    forms: tuple[SatFormLine, ...]
    staff: Mapping[int, str]
    competencies: tuple[CompetencyRow, ...]
    software: Mapping[str, str]  # of then; of now where the calibration kept none
    keys_checksum: str | None


def read_report(deps: Services, actor: Actor, calibration_id: int) -> TechnicalReport:
    """The facts of one calibration. Raises NotFound."""
    permit(actor, "calibrations.read")
    with deps.store.read() as session:
        row = get_row(session, CalibrationRow, calibration_id)
        campaign = None if row.campaign_id is None else get_row(session, CampaignRow, row.campaign_id)
        return TechnicalReport(
            row=row,
            campaign=campaign,
            forms=_forms(session, row),
            staff=scored.staff_names(session, [row.created_by, row.adopted_by]),
            competencies=tuple(scored.list_competencies(session)),
            software=(row.analysis or {}).get("software") or software_versions(),
            keys_checksum=(row.analysis or {}).get("keys_checksum"),
        )


def _forms(session: Session, row: CalibrationRow) -> tuple[SatFormLine, ...]:
    """As they were sat when the calibration was made; as they are now where it did not keep that."""
    stored = (row.analysis or {}).get("forms")
    if stored is not None:
        return tuple(SatFormLine(form["code"], form["n_items"], form["n_sittings"]) for form in stored)
    if row.campaign_id is None:
        return ()
    return tuple(calibration_pages.list_sat_forms(session, row.campaign_id))
