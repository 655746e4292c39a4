"""What would change: a campaign's levels without some items, or under other cuts. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.positions.framework import LevelScale
from examsvc.results.errors import PlanMalformed, WhatIfRefused
from examsvc.results.estimate import FormScores, ScoringPlan, Standing, score_form
from examsvc.results.marks import Responses
from examsvc.services.deps import Services
from examsvc.services.scoring_plans import FormPlan, campaign_plan, form_plan
from examsvc.store import Session, scored
from examsvc.store import measuring as store
from examsvc.store.models import CalibrationRow
from examsvc.store.rows import get_row
from scoring import ItemParams
from scoring.errors import ShareUnreachable


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The question. left_out: item versions that would count no more; percents: other cuts, or None."""

    calibration_id: int
    campaign_id: int
    left_out: tuple[int, ...] = ()
    percents: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class FormCuts:
    """Where the cuts of one form stand on theta, before and after."""

    form: str
    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WhatIfResult:
    """What would change.

    matrix : number of sittings by level before (row) and after (column); the last row and column are those
        without a level
    n_changed, n_competency_changed : sittings of another level, standings in a competency of another level
    mean_theta_change : over the sittings scored both times
    percents_before, percents_after : of the level scale
    """

    n_sittings: int
    n_changed: int
    n_competency_changed: int
    matrix: tuple[tuple[int, ...], ...]
    mean_theta_change: float | None
    cuts: tuple[FormCuts, ...]
    percents_before: tuple[float, ...]
    percents_after: tuple[float, ...]
    left_out: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Sat:
    """A form with the responses to it."""

    code: str
    form: FormPlan
    responses: list[Responses]


def what_if(deps: Services, actor: Actor, question: WhatIf) -> WhatIfResult:
    """Score a campaign twice under one calibration, as it is and as asked, and compare.

    The calibration need not be the one in force: a proposal can be tried out before it is adopted.

    Raises WhatIfRefused: nothing_to_compare (nobody sat, or nothing is asked), item_unknown, nothing_left (a
    form would have no usable item), cuts_not_ascending, cut_unreachable.
    """
    permit(actor, "calibrations.read")
    with deps.store.read() as session:
        calibration = get_row(session, CalibrationRow, question.calibration_id)
        campaign = campaign_plan(session, question.campaign_id, calibration)
        forms = store.list_sat_forms(session, question.campaign_id)
        codes = scored.form_codes(session, [form.form_id for form in forms])
        sat = [
            _sat(session, question.campaign_id, (codes[form.form_id], form_plan(session, campaign, form)))
            for form in forms
        ]
    scale = _asked_scale(campaign.scale, question.percents)
    _require_sensible(question, sat)
    gone = frozenset(map(str, question.left_out))
    before = [_scored(each, each.form.plan) for each in sat]
    after = [_scored(each, _changed(each.form.plan, gone, scale)) for each in sat]
    return _compared(question, sat, (before, after), (campaign.scale, scale))


def _sat(session: Session, campaign_id: int, form: tuple[str, FormPlan]) -> _Sat:
    code, plan = form
    sittings = store.list_closed_sittings(session, campaign_id, plan.form.form_id)
    raw = store.responses_by_sitting(session, [sitting.id for sitting in sittings])
    responses: list[Responses] = [
        {str(version_id): option for version_id, option in raw[sitting.id].items()} for sitting in sittings
    ]
    return _Sat(code, plan, responses)


def _asked_scale(scale: LevelScale, percents: Sequence[float] | None) -> LevelScale:
    if percents is None:
        return scale
    rising = all(low < high for low, high in pairwise(percents))
    if len(percents) != len(scale.cut_percents) or not rising or not 0 < percents[0] <= percents[-1] < 100:
        raise WhatIfRefused("cuts_not_ascending")
    return replace(scale, cut_percents=tuple(float(percent) for percent in percents))


def _require_sensible(question: WhatIf, sat: Sequence[_Sat]) -> None:
    if not sat or (not question.left_out and question.percents is None):
        raise WhatIfRefused("nothing_to_compare")
    known = {item_id for each in sat for item_id in each.form.plan.item_ids}
    if not known.issuperset(map(str, question.left_out)):
        raise WhatIfRefused("item_unknown")


def _changed(plan: ScoringPlan, gone: frozenset[str], scale: LevelScale) -> ScoringPlan:
    """The plan without some items: they have no parameters, so they place no cut and say nothing."""
    hidden = np.array([item_id in gone for item_id in plan.item_ids], dtype=np.bool_)
    params = plan.params
    a, b = np.where(hidden, np.nan, params.a), np.where(hidden, np.nan, params.b)
    steps = np.where(hidden[:, None], np.nan, params.thresholds)
    return replace(plan, params=ItemParams(a, b, params.c, steps, params.models), scale=scale)


def _scored(each: _Sat, plan: ScoringPlan) -> FormScores:
    try:
        return score_form(plan, each.responses, each.form.keys)
    except PlanMalformed as error:
        raise WhatIfRefused("nothing_left") from error
    except ShareUnreachable as error:
        raise WhatIfRefused("cut_unreachable") from error


def _compared(
    question: WhatIf,
    sat: Sequence[_Sat],
    scores: tuple[list[FormScores], list[FormScores]],
    scales: tuple[LevelScale, LevelScale],
) -> WhatIfResult:
    before, after = ([score for form in one for score in form.scores] for one in scores)
    top = len(scales[0].cut_percents) + 1
    matrix = np.zeros((top + 1, top + 1), dtype=np.intp)
    moved: list[float] = []
    competencies = 0
    for old, new in zip(before, after, strict=True):
        matrix[_row(old.overall, top), _row(new.overall, top)] += 1
        if old.overall.theta is not None and new.overall.theta is not None:
            moved.append(new.overall.theta - old.overall.theta)
        competencies += sum(
            standing.level != new.competencies[code].level for code, standing in old.competencies.items()
        )
    return WhatIfResult(
        n_sittings=len(before),
        n_changed=int(matrix.sum() - np.trace(matrix)),
        n_competency_changed=competencies,
        matrix=tuple(tuple(row) for row in matrix.tolist()),
        mean_theta_change=float(np.mean(moved)) if moved else None,
        cuts=tuple(
            FormCuts(each.code, old.cuts, new.cuts) for each, old, new in zip(sat, *scores, strict=True)
        ),
        percents_before=scales[0].cut_percents,
        percents_after=scales[1].cut_percents,
        left_out=question.left_out,
    )


def _row(standing: Standing, top: int) -> int:
    return top if standing.level is None else standing.level
