"""Calibrating the bank: by judgement before anybody has answered, by responses after a campaign."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.canonical import canonical_sha256
from examsvc.ports import Progress
from examsvc.results.errors import CalibrationRefused
from examsvc.services.audit import record_act
from examsvc.services.bank_review import mark_calibrated
from examsvc.services.deps import Services
from examsvc.store import Session, database_now
from examsvc.store import measuring as store
from examsvc.store.measuring import FormItem
from examsvc.store.models import CalibrationRow, CampaignRow, ItemParameterRow
from examsvc.store.rows import get_row
from scoring import (
    MISSING,
    Calibration,
    CalibrationOptions,
    CalibrationStatus,
    calibrate,
    distractor_statistics,
    flags,
    item_statistics,
)
from scoring.judgement import params_from_expected_shares

CARRIED_OVER = "CARRIED_OVER"  # an item's flag: its figures are those of the calibration before
JUDGED_SHARE_UNKNOWN = 0.65  # the bank's usual difficulty, where an author gave no estimate


@dataclass(frozen=True, slots=True)
class CampaignData:
    """A campaign's responses as matrices: persons by items."""

    items: tuple[FormItem, ...]
    key_columns: tuple[int, ...]
    marks: npt.NDArray[np.int8]  # 1, 0, MISSING where not presented or not reached
    choices: npt.NDArray[np.intp]  # the option's column; one beyond the last where left blank


@dataclass(slots=True)
class _Fit:
    """What goes into the rows of a proposed calibration."""

    method: str
    parameters: list[ItemParameterRow]
    summary: dict[str, Any]
    n_persons: int
    campaign_id: int | None = None
    code: str = field(default="")


def propose_by_judgement(deps: Services, actor: Actor) -> int:
    """Provisional parameters from the authors' estimated shares, for items that have none in force.

    Enough to balance a new bank's first forms; items that the adopted calibration covers keep its figures.
    Scores of the first campaign do not rest on judgement: they wait for the calibration from its responses.
    """
    permit(actor, "calibrations.run")
    with deps.store.begin() as session:
        judgeable = store.list_judgeable(session)
        kept = _carried(session, {version.id for version, _item in judgeable}, inside=True)
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
        return _store_proposal(session, actor, _Fit("judgement", [*rows, *kept], summary, 0))


def calibrate_campaign(deps: Services, actor: Actor, campaign_id: int, progress: Progress) -> int:
    """Fit all items of a campaign's forms together; the forms' shared items put them on one scale.

    Raises CalibrationRefused when sittings are unfinished, and scoring's errors (NothingToCalibrate,
    DisconnectedDesign) when the responses cannot carry a calibration.
    """
    permit(actor, "calibrations.run")
    with deps.store.read() as session:
        get_row(session, CampaignRow, campaign_id)
        if store.count_unfinished(session, campaign_id):
            raise CalibrationRefused("sittings_unfinished")
        data = campaign_data(session, campaign_id)

    def follow(iteration: int, most: int, _log_likelihood: float) -> None:
        progress(iteration, most)

    calibration = calibrate(data.marks, "2PL", options=CalibrationOptions(), progress=follow)
    fit = _Fit(
        method="mml",
        parameters=_parameter_rows(data, calibration),
        summary=_summary(data, calibration),
        n_persons=calibration.n_persons,
        campaign_id=campaign_id,
    )
    with deps.store.begin() as session:
        kept = _carried(session, {item.version_id for item in data.items}, inside=False)
        fit.parameters.extend(kept)
        fit.summary["n_carried"] = len(kept)
        calibration_id = _store_proposal(session, actor, fit)
    progress(1, 1)
    return calibration_id


def _carried(session: Session, version_ids: set[int], *, inside: bool) -> list[ItemParameterRow]:
    """Copies of the parameters in force of items inside (or outside) a set, flagged as carried over.

    A new calibration takes the whole bank's place, so an item that was on no form of this campaign must keep
    the figures it had, or it could not be assembled any more.
    """
    adopted = store.find_adopted(session)
    if adopted is None:
        return []
    return [
        ItemParameterRow(
            item_version_id=row.item_version_id,
            a=row.a,
            b=row.b,
            c=row.c,
            se_a=row.se_a,
            se_b=row.se_b,
            n_responses=row.n_responses,
            p_value=row.p_value,
            point_biserial=row.point_biserial,
            options=row.options,
            flags=[flag for flag in row.flags if flag["code"] != CARRIED_OVER]
            + [{"code": CARRIED_OVER, "option": None}],
        )
        for row in store.get_parameters(session, adopted.id).values()
        if row.a is not None and (row.item_version_id in version_ids) is inside
    ]


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
        row.state = "adopted"
        row.adopted_by = actor.user_id
        row.adopted_at = database_now(session)
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


def campaign_data(session: Session, campaign_id: int) -> CampaignData:
    """Everybody's responses over all items of the campaign's forms.

    A blank before the last response was seen and left out: wrong. Blanks after it were not reached: they say
    nothing of ability here, while in the candidate's own score they earn nothing.
    """
    forms = store.list_sat_forms(session, campaign_id)
    if not forms:
        raise CalibrationRefused("no_responses")
    items = list({item.version_id: item for form in forms for item in form.items}.values())
    column = {item.version_id: place for place, item in enumerate(items)}
    keys = store.keys_in_force(session, column)
    key_columns = tuple(item.option_ids.index(keys[item.version_id].option_id) for item in items)
    rows: list[npt.NDArray[np.intp]] = []
    for form in forms:
        sittings = store.list_closed_sittings(session, campaign_id, form.form_id)
        responses = store.responses_by_sitting(session, [sitting.id for sitting in sittings])
        rows.extend(_choice_row(form.items, column, responses[sitting.id]) for sitting in sittings)
    choices = np.vstack(rows)
    marks = np.where(choices == MISSING, MISSING, choices == np.array(key_columns)).astype(np.int8)
    return CampaignData(tuple(items), key_columns, marks, choices)


def _choice_row(
    items: Sequence[FormItem], column: Mapping[int, int], responses: Mapping[int, str]
) -> npt.NDArray[np.intp]:
    row = np.full(len(column), MISSING, dtype=np.intp)
    last = max((place for place, item in enumerate(items) if item.version_id in responses), default=-1)
    for item in items[: last + 1]:
        chosen = responses.get(item.version_id)
        blank = len(item.option_ids)
        row[column[item.version_id]] = blank if chosen is None else item.option_ids.index(chosen)
    return row


def _parameter_rows(data: CampaignData, calibration: Calibration) -> list[ItemParameterRow]:
    statistics = item_statistics(data.marks)
    n_options = [len(item.option_ids) for item in data.items]
    distractors = distractor_statistics(data.choices, data.key_columns, n_options)
    flagged: dict[int, list[dict[str, Any]]] = {}
    for flag in flags(statistics, distractors):
        option = None if flag.option is None else data.items[flag.item].option_ids[flag.option]
        flagged.setdefault(flag.item, []).append({"code": flag.code.value, "option": option})
    for excluded in calibration.excluded:
        flagged.setdefault(excluded.item, []).append({"code": excluded.reason.value, "option": None})
    return [
        ItemParameterRow(
            item_version_id=item.version_id,
            a=_number(calibration.params.a[place]),
            b=_number(calibration.params.b[place]),
            c=_number(calibration.params.c[place]),
            se_a=_number(calibration.se_a[place]),
            se_b=_number(calibration.se_b[place]),
            n_responses=int(statistics.n[place]),
            p_value=_number(statistics.p[place]),
            point_biserial=_number(statistics.point_biserial[place]),
            options=[
                {
                    "id": option,
                    "share": _number(distractors.share[place, index]),
                    "point_biserial": _number(distractors.point_biserial[place, index]),
                    "is_key": index == data.key_columns[place],
                }
                for index, option in enumerate(item.option_ids)
            ],
            flags=flagged.get(place, []),
        )
        for place, item in enumerate(data.items)
    ]


def _summary(data: CampaignData, calibration: Calibration) -> dict[str, Any]:
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
        "priors": "a ~ lognormal(0, 0.5), b ~ normal(0, 2)",
    }


def _store_proposal(session: Session, actor: Actor, fit: _Fit) -> int:
    now = database_now(session)
    row = CalibrationRow(
        code=f"{fit.method}-{now:%Y%m%d-%H%M%S-%f}",
        method=fit.method,
        model="2PL",
        state="proposed",
        campaign_id=fit.campaign_id,
        n_persons=fit.n_persons,
        n_items=sum(parameter.a is not None for parameter in fit.parameters),
        summary=fit.summary,
        checksum=_checksum(fit.parameters),
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    for parameter in fit.parameters:
        parameter.calibration_id = row.id
    session.add_all(fit.parameters)
    record_act(
        session,
        actor,
        "calibrations.propose",
        f"calibration:{row.id}",
        code=row.code,
        method=fit.method,
        checksum=row.checksum,
    )
    return row.id


def _checksum(parameters: Sequence[ItemParameterRow]) -> str:
    """One name for the numbers: equal checksums, equal parameters."""
    facts = sorted([row.item_version_id, row.a, row.b, row.c] for row in parameters)
    return canonical_sha256(facts)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
