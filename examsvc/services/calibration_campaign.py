"""Calibrating a campaign from its responses: fit, judge, propose; nothing is stored before the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.ports import StagedProgress
from examsvc.positions.framework import LevelScale
from examsvc.results.errors import CalibrationRefused
from examsvc.services.calibration import (
    CARRIED_FROM_OTHER_SCALE,
    Proposal,
    carried,
    carried_from,
    store_proposal,
)
from examsvc.services.calibration_analysis import stored_analysis
from examsvc.services.calibration_data import CampaignData, campaign_data
from examsvc.services.calibration_dimensions import competency_dimensions
from examsvc.services.calibration_fit import Fitted, fit
from examsvc.services.calibration_order import CalibrationOrder, Scale
from examsvc.services.calibration_provenance import provenance_of
from examsvc.services.calibration_rows import parameter_rows
from examsvc.services.deps import Services
from examsvc.services.linking import Reference, find_reference
from examsvc.services.scoring_plans import level_scale_of
from examsvc.store import Session
from examsvc.store import measuring as store
from examsvc.store.models import CalibrationRow, CampaignRow
from examsvc.store.rows import get_row
from scoring import MISSING
from scoring.analysis import analyse


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    """What a calibration needs to know of the world, read in one transaction."""

    data: CampaignData
    reference: Reference | None
    scale: LevelScale
    competency_of_topic: Mapping[str, tuple[int, str]]
    in_force: CalibrationRow | None


def calibrate_campaign(
    deps: Services, actor: Actor, order: CalibrationOrder, progress: StagedProgress
) -> int:
    """Fit all items of a campaign's forms together, judge them, and propose the result.

    The forms' shared items put them on one scale. Stages: fitting, items, persons, forms, dimensions and
    storing; whatever `progress` raises ends the work and leaves nothing.

    Raises CalibrationRefused when sittings are unfinished or the scale asked for cannot be had, and scoring's
    errors (NothingToCalibrate, DisconnectedDesign) when the responses cannot carry a calibration.
    """
    permit(actor, "calibrations.run")
    with deps.store.read() as session:
        basis = _basis(session, order)
    progress(0, 0, "fitting")
    fitted = fit(
        basis.data, order, basis.reference, lambda done, most, _likelihood: progress(done, most, "fitting")
    )
    data = basis.data
    analysis = analyse(
        fitted.calibration, data.marks, forms=data.forms, progress=lambda stage: progress(0, 1, stage)
    )
    stored = stored_analysis(data, fitted, analysis, basis.scale) | provenance_of(data)
    progress(0, 1, "dimensions")
    stored["dimensions"] = competency_dimensions(
        data,
        fitted,
        basis.competency_of_topic,
        None if basis.in_force is None else (basis.in_force.analysis or {}).get("dimensions"),
    )
    progress(0, 1, "storing")
    proposal = Proposal(
        method="mml",
        parameters=parameter_rows(data, fitted, analysis),
        summary=_summary(data, fitted),
        n_persons=fitted.calibration.n_persons,
        model=order.model,
        options=order.as_params(),
        analysis=stored,
        campaign_id=order.campaign_id,
    )
    with deps.store.begin() as session:
        _carry(session, proposal, basis)
        calibration_id = store_proposal(session, actor, proposal)
    progress(1, 1)
    return calibration_id


def _carry(session: Session, proposal: Proposal, basis: _Basis) -> None:
    """Keep what the calibration in force knows of other items; it has to be the one this work began on."""
    kept = carried(session, {item.version_id for item in basis.data.items}, inside=False)
    proposal.parameters.extend(kept)
    proposal.summary["n_carried"] = len(kept)
    dimensions = (proposal.analysis or {}).get("dimensions") or {}
    if not kept and not dimensions.get("kept"):
        return
    in_force = carried_from(session)
    if in_force != (None if basis.in_force is None else basis.in_force.id):
        raise CalibrationRefused("reference_changed")
    proposal.summary["carried_from"] = in_force
    if kept and basis.reference is None:
        proposal.summary["warnings"].append(CARRIED_FROM_OTHER_SCALE)


def _basis(session: Session, order: CalibrationOrder) -> _Basis:
    campaign = get_row(session, CampaignRow, order.campaign_id)
    if store.count_unfinished(session, order.campaign_id):
        raise CalibrationRefused("sittings_unfinished")
    reference = None if order.scale == Scale.FREE else find_reference(session)
    return _Basis(
        data=campaign_data(session, order.campaign_id, None if reference is None else reference.categories),
        reference=reference,
        scale=level_scale_of(session, campaign),
        competency_of_topic=store.competency_of_topic(session),
        in_force=store.find_adopted(session),
    )


def _summary(data: CampaignData, fitted: Fitted) -> dict[str, Any]:
    calibration = fitted.calibration
    priors = "a ~ lognormal(0, 0.5), b ~ normal(0, 2)"
    return {
        "status": calibration.status.value,
        "message": calibration.message.value,
        "iterations": calibration.n_iterations,
        "log_likelihood": calibration.log_likelihood,
        "log_posterior": calibration.log_posterior,
        "gradient_norm": calibration.gradient_norm,
        "n_responses": int((data.marks != MISSING).sum()),
        "n_excluded": len(calibration.excluded),
        "warnings": [warning.code.value for warning in calibration.warnings],
        "quadrature": "61 nodes on [-6, 6], N(0, 1)",
        "priors": priors if not fitted.topics else "borrowed by topic",
        "topics": [
            {
                "topic": str(topic.topic),
                "n_items": topic.n_items,
                "mean_b": topic.mean_b,
                "sd_b": topic.sd_b,
                "mean_log_a": topic.mean_log_a,
                "sd_log_a": topic.sd_log_a,
            }
            for topic in fitted.topics
        ],
    }
