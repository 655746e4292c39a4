"""Scoring a campaign, releasing its results, writing them into the profiles as evidence, once."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.ports import Progress
from examsvc.results.errors import ScoringRefused
from examsvc.results.estimate import SittingScore, Standing, score_form
from examsvc.results.marks import Keys, Responses, tally
from examsvc.results.release import ResultAct, ResultState, require_releasable, state_after
from examsvc.results.rescore import differences, rescore
from examsvc.services.audit import record_act
from examsvc.services.calibration_seal import require_as_proposed
from examsvc.services.deps import Services
from examsvc.services.releasing import agreeing
from examsvc.services.scoring_plans import CampaignPlan, FormPlan, campaign_plan, form_plan
from examsvc.store import Session, database_now
from examsvc.store import measuring as store
from examsvc.store.late_events import count_proposed
from examsvc.store.measuring import ResultLine
from examsvc.store.models import CampaignRow, CompetencyScoreRow, EvidenceRow, ResultRow, ScoreRow
from examsvc.store.rows import get_row


def score_campaign(deps: Services, actor: Actor, campaign_id: int, progress: Progress) -> int:
    """Score every closed sitting under the calibration in force; returns how many scores were added.

    A sitting already scored under the same form, keys and calibration is passed over: nothing is overwritten.
    Every score is computed a second time by other code, and the result says whether both agreed. Refused when
    the calibration in force is not what was proposed and adopted.
    """
    permit(actor, "results.score")
    with deps.store.read() as session:
        campaign = campaign_plan(session, campaign_id)
        require_as_proposed(session, campaign.calibration)
        forms = store.list_sat_forms(session, campaign_id)
        plans = [form_plan(session, campaign, form) for form in forms]
        if store.count_unfinished(session, campaign_id):
            raise ScoringRefused("sittings_unfinished")
        if not plans:
            raise ScoringRefused("nothing_to_score")
        _require_late_events_decided(session, campaign_id)
    added = 0
    for done, plan in enumerate(plans):
        progress(done, len(plans))
        with deps.store.begin() as session:
            get_row(session, CampaignRow, campaign_id, lock=True)  # nobody lets late events in meanwhile
            _require_late_events_decided(session, campaign_id)
            added += _score_form(session, actor, campaign, plan)
    with deps.store.begin() as session:
        record_act(
            session,
            actor,
            "results.score",
            f"campaign:{campaign_id}",
            calibration=campaign.calibration.code,
            added=added,
        )
    progress(len(plans), len(plans))
    return added


def release_results(deps: Services, actor: Actor, campaign_id: int) -> int:
    """Publish a campaign's provisional results and write their evidence; returns how many were released.

    Refused as a whole when any result's two scorings disagree: the second is made anew, see `agreeing`.
    Refused too when the releaser did the scoring or put the calibration in force. What was released earlier
    for the same sittings gives way; its evidence stays on record, the newer one counts.
    """
    with deps.store.begin() as session:
        get_row(session, CampaignRow, campaign_id, lock=True)
        lines = store.list_results(session, campaign_id, [ResultState.PROVISIONAL])
        doers = {doer for line in lines for doer in line.doers}
        permit(actor, "results.release", Facts(doers=tuple(doers)))
        scores = store.list_competency_scores(session, [line.score.id for line in lines])
        require_releasable(agreeing(session, campaign_id, lines, scores))
        now = database_now(session)
        store.supersede(session, [line.sitting.id for line in lines], ResultState.RELEASED)
        for line in lines:
            line.result.state = state_after(ResultState(line.result.state), ResultAct.RELEASE).value
            line.result.released_by = actor.user_id
            line.result.released_at = now
            session.add_all(_evidence(line, row, now) for row in scores[line.score.id])
        record_act(session, actor, "results.release", f"campaign:{campaign_id}", released=len(lines))
        return len(lines)


def list_results(deps: Services, actor: Actor, campaign_id: int) -> list[ResultLine]:
    """The campaign's standing results, one a sitting, by candidate number."""
    permit(actor, "results.read")
    with deps.store.read() as session:
        return store.list_results(session, campaign_id)


def _require_late_events_decided(session: Session, campaign_id: int) -> None:
    """Whether late responses count must be settled before anything is scored: afterwards it cannot be."""
    if count_proposed(session, campaign_id):
        raise ScoringRefused("late_events_undecided")


def _score_form(session: Session, actor: Actor, campaign: CampaignPlan, form: FormPlan) -> int:
    sittings = store.list_closed_sittings(session, campaign.campaign_id, form.form.form_id)
    ids = [sitting.id for sitting in sittings]
    scored = store.find_scored(session, campaign.calibration.id, ids)
    fresh = [sitting for sitting in sittings if (sitting.id, form.keys_checksum) not in scored]
    if not fresh:
        return 0
    raw = store.responses_by_sitting(session, [sitting.id for sitting in fresh])
    responses: list[Responses] = [
        {str(version_id): option for version_id, option in raw[sitting.id].items()} for sitting in fresh
    ]
    scores = score_form(form.plan, responses, form.keys)
    now = database_now(session)
    store.supersede(session, [sitting.id for sitting in fresh], ResultState.PROVISIONAL)
    for sitting, chosen, score in zip(fresh, responses, scores.scores, strict=True):
        second = rescore(form.plan, form.curves, chosen, form.keys)
        row = ScoreRow(
            sitting_id=sitting.id,
            form_checksum=form.form.checksum,
            keys_checksum=form.keys_checksum,
            calibration_id=campaign.calibration.id,
            number_correct=score.number_correct,
            points=score.points,
            n_items=len(form.plan.item_ids),
            theta=score.overall.theta,
            se=score.overall.se,
            level=score.overall.level,
            level_probabilities=list(score.overall.level_probabilities),
            cuts=list(scores.cuts),
            provenance=asdict(form.provenance(campaign)),
            rescored_equal=not differences(score, second),
            created_by=actor.user_id,
            created_at=now,
        )
        session.add(row)
        session.flush()
        session.add_all(_competency_rows(campaign, form, row.id, score, chosen))
        provisional = ResultState.PROVISIONAL.value
        session.add(ResultRow(sitting_id=sitting.id, score_id=row.id, state=provisional, created_at=now))
        sitting.scored_at = now
    return len(fresh)


def _competency_rows(
    campaign: CampaignPlan, form: FormPlan, score_id: int, score: SittingScore, chosen: Responses
) -> list[CompetencyScoreRow]:
    ids = campaign.competency_ids
    return [
        _competency_row(score_id, ids[code], standing, form.plan.competencies[code], chosen, form.keys)
        for code, standing in score.competencies.items()
    ]


def _competency_row(  # noqa: PLR0913 - the row's own columns
    score_id: int,
    competency_id: int,
    standing: Standing,
    items: tuple[str, ...],
    chosen: Responses,
    keys: Keys,
) -> CompetencyScoreRow:
    points, right = tally(items, chosen, keys)
    return CompetencyScoreRow(
        score_id=score_id,
        competency_id=competency_id,
        n_items=len(items),
        number_correct=right,
        points=points,
        theta=standing.theta,
        se=standing.se,
        level=standing.level,
        level_probabilities=list(standing.level_probabilities),
        sufficient=standing.is_sufficient,
    )


def _evidence(line: ResultLine, row: CompetencyScoreRow, now: datetime) -> EvidenceRow:
    return EvidenceRow(
        officer_id=line.candidate.officer_id,
        competency_id=row.competency_id,
        result_id=line.result.id,
        position_id=line.position.id,
        kind="exam",
        n_items=row.n_items,
        theta=row.theta,
        se=row.se,
        level=row.level,
        level_probabilities=row.level_probabilities,
        sufficient=row.sufficient,
        provenance=line.score.provenance,
        created_at=now,
    )
