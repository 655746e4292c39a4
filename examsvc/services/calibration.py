"""Parameter sets of the bank: provisional ones by judgement, how any is proposed, and who adopts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.results.dimensions import Dimensions
from examsvc.results.errors import CalibrationRefused
from examsvc.services.audit import record_act
from examsvc.services.bank_review import mark_calibrated
from examsvc.services.calibration_judged import judged_rows
from examsvc.services.calibration_seal import PROPOSED, checksum_of, require_as_proposed, subject_of
from examsvc.services.deps import Services
from examsvc.store import Session, database_now
from examsvc.store import measuring as store
from examsvc.store.models import CalibrationRow, ItemParameterRow
from examsvc.store.rows import get_row
from scoring import CalibrationStatus

CARRIED_OVER = "CARRIED_OVER"  # an item's flag: its figures are those of the calibration before
CARRIED_FROM_OTHER_SCALE = "CARRIED_FROM_OTHER_SCALE"  # a warning: those figures are not on this scale
# what a row carried over keeps of the one it is a copy of
KEPT: Final = (
    "item_version_id", "model", "a", "b", "c", "thresholds", "se_a", "se_b", "se_c", "n_responses",
    "p_value", "point_biserial", "options", "fit", "curve", "categories", "parts",
)  # fmt: skip


@dataclass(slots=True)
class Proposal:
    """What goes into the rows of a proposed calibration."""

    method: str
    parameters: list[ItemParameterRow]
    summary: dict[str, Any]
    n_persons: int
    model: str = "2PL"
    options: dict[str, Any] | None = None
    analysis: dict[str, Any] | None = None
    campaign_id: int | None = None


def propose_by_judgement(deps: Services, actor: Actor) -> int:
    """Provisional parameters from the authors' estimated shares, for items that have none in force.

    Enough to balance a new bank's first forms; items that the adopted calibration covers keep its figures.
    Scores of the first campaign do not rest on judgement: they wait for the calibration from its responses.
    """
    permit(actor, "calibrations.run")
    with deps.store.begin() as session:
        judgeable = store.list_judgeable(session)
        kept = carried(session, {version.id for version, _item in judgeable}, inside=True)
        covered = {row.item_version_id for row in kept}
        items = [(version, item) for version, item in judgeable if version.id not in covered]
        if not items:
            raise CalibrationRefused("nothing_to_calibrate")
        rows = judged_rows(session, [version for version, _item in items])
        summary = {"status": "JUDGED", "discrimination": 1.0, "n_judged": len(rows), "n_carried": len(kept)}
        proposal = Proposal("judgement", [*rows, *kept], summary, 0)
        if kept:
            proposal.analysis = _carried_analysis(session)
            proposal.summary["carried_from"] = carried_from(session)
        return store_proposal(session, actor, proposal)


def carried(session: Session, version_ids: set[int], *, inside: bool) -> list[ItemParameterRow]:
    """Copies of the parameters in force of items inside (or outside) a set, flagged as carried over.

    A new calibration takes the whole bank's place, so an item that was on no form of this campaign must keep
    the figures it had, or it could not be assembled any more.
    """
    adopted = store.find_adopted(session)
    if adopted is None:
        return []
    return [
        ItemParameterRow(
            **{name: getattr(row, name) for name in KEPT},
            flags=[flag for flag in row.flags if flag["code"] != CARRIED_OVER]
            + [{"code": CARRIED_OVER, "option": None}],
        )
        for row in store.get_parameters(session, adopted.id).values()
        if row.a is not None and (row.item_version_id in version_ids) is inside
    ]


def carried_from(session: Session) -> int | None:
    """The calibration in force, for a proposal that keeps some of its figures and falls with it."""
    adopted = store.find_adopted(session)
    return None if adopted is None else adopted.id


def _carried_analysis(session: Session) -> dict[str, Any] | None:
    """What scores take from the calibration in force besides the items' parameters."""
    adopted = store.find_adopted(session)
    known = {} if adopted is None or adopted.analysis is None else adopted.analysis
    return {name: known[name] for name in ("population", "dimensions") if name in known} or None


def adopt_calibration(deps: Services, actor: Actor, calibration_id: int) -> None:
    """The second person puts a calibration in force; from then on scores may name it, and it never changes.

    Approved and piloted items with parameters in it become `calibrated` in the same transaction; items that
    are further on stay where they are.

    Raises CalibrationRefused: not_proposed, not_converged, reference_changed (what it is tied to or carries
    figures of is in force no more), altered (it is not what was proposed).
    """
    with deps.store.begin() as session:
        store.lock_adopting(session)  # of two proposals on one base, the second sees that it is gone
        row = get_row(session, CalibrationRow, calibration_id, lock=True)
        permit(actor, "calibrations.adopt", Facts(doers=(row.created_by,)))
        if row.state != "proposed":
            raise CalibrationRefused("not_proposed")
        if row.summary.get("status") not in ("JUDGED", CalibrationStatus.CONVERGED.value):
            raise CalibrationRefused("not_converged")
        _require_reference_in_force(session, row)
        require_as_proposed(session, row)
        Dimensions.from_analysis(row.analysis)  # refuses what contradicts itself
        now = database_now(session)
        row.state, row.adopted_by, row.adopted_at = "adopted", actor.user_id, now
        n_moved = mark_calibrated(session, actor, calibration_id)
        record_act(
            session,
            actor,
            "calibrations.adopt",
            subject_of(calibration_id),
            code=row.code,
            checksum=row.checksum,
            proposed_by=row.created_by,
            items_calibrated=n_moved,
        )


def reject_calibration(deps: Services, actor: Actor, calibration_id: int, reason: str) -> None:
    """Turn a proposal down, for good; whoever proposed it may take it back so.

    Raises CalibrationRefused: not_proposed, reason_missing.
    """
    permit(actor, "calibrations.reject")
    reason = reason.strip()
    if not reason:
        raise CalibrationRefused("reason_missing")
    with deps.store.begin() as session:
        row = get_row(session, CalibrationRow, calibration_id, lock=True)
        if row.state != "proposed":
            raise CalibrationRefused("not_proposed")
        now = database_now(session)
        row.state = "rejected"
        row.rejection = {"by": actor.user_id, "at": now.isoformat(), "reason": reason}
        subject = subject_of(calibration_id)
        record_act(session, actor, "calibrations.reject", subject, code=row.code, reason=reason)


def store_proposal(session: Session, actor: Actor, proposal: Proposal) -> int:
    """Store a parameter set that waits for a second person; returns its id."""
    now = database_now(session)
    row = CalibrationRow(
        code=f"{proposal.method}-{now:%Y%m%d-%H%M%S-%f}",
        method=proposal.method,
        model=proposal.model,
        state="proposed",
        campaign_id=proposal.campaign_id,
        n_persons=proposal.n_persons,
        n_items=sum(parameter.a is not None for parameter in proposal.parameters),
        summary=proposal.summary,
        options=proposal.options,
        analysis=proposal.analysis,
        checksum="",
        created_by=actor.user_id,
        created_at=now,
    )
    row.checksum = checksum_of(row, proposal.parameters)
    session.add(row)
    session.flush()
    for parameter in proposal.parameters:
        parameter.calibration_id = row.id
    session.add_all(proposal.parameters)
    record_act(
        session,
        actor,
        PROPOSED,
        subject_of(row.id),
        code=row.code,
        method=proposal.method,
        checksum=row.checksum,
    )
    return row.id


def _require_reference_in_force(session: Session, row: CalibrationRow) -> None:
    """What was tied to a calibration stands on its scale, or carries figures of it: it must still rule."""
    linking = (row.analysis or {}).get("linking")
    bases = {row.summary.get("carried_from"), linking["reference_id"] if linking else None} - {None}
    adopted = store.find_adopted(session)
    if bases - {None if adopted is None else adopted.id}:
        raise CalibrationRefused("reference_changed")
