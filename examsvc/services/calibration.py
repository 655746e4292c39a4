"""Parameter sets of the bank: provisional ones by judgement, how any is proposed, and who adopts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.canonical import canonical_sha256
from examsvc.results.errors import CalibrationRefused
from examsvc.services.audit import record_act
from examsvc.services.bank_review import mark_calibrated
from examsvc.services.deps import Services
from examsvc.store import Session, database_now
from examsvc.store import measuring as store
from examsvc.store.models import CalibrationRow, ItemParameterRow
from examsvc.store.rows import get_row
from scoring import CalibrationStatus
from scoring.judgement import params_from_expected_shares

CARRIED_OVER = "CARRIED_OVER"  # an item's flag: its figures are those of the calibration before
JUDGED_SHARE_UNKNOWN = 0.65  # the bank's usual difficulty, where an author gave no estimate
# what a row carried over keeps of the one it is a copy of
KEPT: Final = (
    "item_version_id", "model", "a", "b", "c", "thresholds", "se_a", "se_b", "se_c", "n_responses",
    "p_value", "point_biserial", "options", "fit", "curve",
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
        shares = [version.judged_share or JUDGED_SHARE_UNKNOWN for version, _item in items]
        params = params_from_expected_shares(np.clip(shares, 0.05, 0.97))
        rows = [
            ItemParameterRow(
                item_version_id=version.id,
                a=float(params.a[place]),
                b=float(params.b[place]),
                c=0.0,
                n_responses=0,
                options=[],
                flags=[],
            )
            for place, (version, _item) in enumerate(items)
        ]
        summary = {"status": "JUDGED", "discrimination": 1.0, "n_judged": len(rows), "n_carried": len(kept)}
        proposal = Proposal("judgement", [*rows, *kept], summary, 0)
        if kept:
            proposal.analysis = _carried_analysis(session)
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


def _carried_analysis(session: Session) -> dict[str, Any] | None:
    """What scores take from the calibration in force besides the items' parameters."""
    adopted = store.find_adopted(session)
    known = {} if adopted is None or adopted.analysis is None else adopted.analysis
    return {name: known[name] for name in ("population", "dimensions") if name in known} or None


def adopt_calibration(deps: Services, actor: Actor, calibration_id: int) -> None:
    """The second person puts a calibration in force; from then on scores may name it, and it never changes.

    Approved and piloted items with parameters in it become `calibrated` in the same transaction; items that
    are further on stay where they are.
    """
    with deps.store.begin() as session:
        row = get_row(session, CalibrationRow, calibration_id, lock=True)
        permit(actor, "calibrations.adopt", Facts(doers=(row.created_by,)))
        if row.state != "proposed":
            raise CalibrationRefused("not_proposed")
        if row.summary.get("status") not in ("JUDGED", CalibrationStatus.CONVERGED.value):
            raise CalibrationRefused("not_converged")
        _require_reference_in_force(session, row)
        now = database_now(session)
        row.state, row.adopted_by, row.adopted_at = "adopted", actor.user_id, now
        n_moved = mark_calibrated(session, actor, calibration_id)
        record_act(
            session,
            actor,
            "calibrations.adopt",
            f"calibration:{calibration_id}",
            code=row.code,
            checksum=row.checksum,
            proposed_by=row.created_by,
            items_calibrated=n_moved,
        )


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
        checksum=_checksum(proposal.parameters),
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    for parameter in proposal.parameters:
        parameter.calibration_id = row.id
    session.add_all(proposal.parameters)
    record_act(
        session,
        actor,
        "calibrations.propose",
        f"calibration:{row.id}",
        code=row.code,
        method=proposal.method,
        checksum=row.checksum,
    )
    return row.id


def _require_reference_in_force(session: Session, row: CalibrationRow) -> None:
    """What was tied to a calibration stands on its scale and carries its other items: it must still rule."""
    linking = (row.analysis or {}).get("linking")
    adopted = store.find_adopted(session)
    if linking and (adopted is None or adopted.id != linking["reference_id"]):
        raise CalibrationRefused("reference_changed")


def _checksum(parameters: Sequence[ItemParameterRow]) -> str:
    """One name for the numbers: equal checksums, equal parameters."""
    facts = sorted([row.item_version_id, row.a, row.b, row.c] for row in parameters)
    return canonical_sha256(facts)
