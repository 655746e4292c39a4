"""Whether stored scores are still what a second scoring gives, at the moment of their release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from examsvc.results.errors import ScoringRefused
from examsvc.results.estimate import SittingScore, Standing
from examsvc.results.marks import Responses
from examsvc.results.rescore import differences, rescore
from examsvc.services.calibration_seal import require_as_proposed
from examsvc.services.scoring_plans import CampaignPlan, FormPlan, campaign_plan, form_plan
from examsvc.store import Session
from examsvc.store import measuring as store
from examsvc.store.measuring import ResultLine
from examsvc.store.models import CompetencyScoreRow


@dataclass(frozen=True, slots=True)
class _Stored:
    """A score as it stands in the database, with the responses it is of."""

    line: ResultLine
    standings: Sequence[CompetencyScoreRow]
    responses: Responses


def agreeing(
    session: Session,
    campaign_id: int,
    lines: Sequence[ResultLine],
    standings: Mapping[int, Sequence[CompetencyScoreRow]],
) -> list[bool]:
    """Per result, whether its scoring was confirmed when made, and a second scoring now confirms it again.

    Nothing stored of the first comparison is believed alone: marks, estimates, errors and levels are held
    against a new computation from the responses, keys and parameters as they are now.

    Raises CalibrationRefused "altered" when a calibration is not what was proposed, and ScoringRefused
    "keys_changed" when a form has other keys by now: it wants scoring again.
    """
    raw = store.responses_by_sitting(session, [line.sitting.id for line in lines])
    forms = {form.form_id: form for form in store.list_sat_forms(session, campaign_id)}
    found: dict[int, bool] = {}
    in_order = sorted(lines, key=_basis)
    for _calibration_id, of_calibration in groupby(in_order, key=lambda line: line.calibration.id):
        together = list(of_calibration)
        require_as_proposed(session, together[0].calibration)
        campaign = campaign_plan(session, campaign_id, together[0].calibration)
        plans = {
            form_id: form_plan(session, campaign, forms[form_id])
            for form_id in {line.sitting.form_id for line in together}
        }
        for line in together:
            chosen = {str(version): option for version, option in raw[line.sitting.id].items()}
            stored = _Stored(line, standings[line.score.id], chosen)
            found[line.result.id] = line.score.rescored_equal and _agrees(
                stored, campaign, plans[line.sitting.form_id]
            )
    return [found[line.result.id] for line in lines]


def _basis(line: ResultLine) -> tuple[int, int]:
    return line.calibration.id, line.sitting.form_id


def _agrees(stored: _Stored, campaign: CampaignPlan, form: FormPlan) -> bool:
    score = stored.line.score
    if score.keys_checksum != form.keys_checksum:
        raise ScoringRefused("keys_changed")
    code_of = {identity: code for code, identity in campaign.competency_ids.items()}
    competencies = {code_of[row.competency_id]: _standing(row) for row in stored.standings}
    overall = Standing(
        score.theta,
        score.se,
        score.level,
        tuple(score.level_probabilities),
        score.n_items,
        score.level is not None,
    )
    percent = float(100 * score.earned / score.n_items)
    first = SittingScore(score.earned, score.number_correct, percent, overall, competencies)
    if differences(first, rescore(form.plan, form.curves, stored.responses, form.keys)):
        return False
    cuts = [float(cut) for cut in score.cuts]
    return all(_level_is_right(standing, cuts) for standing in (overall, *competencies.values()))


def _standing(row: CompetencyScoreRow) -> Standing:
    probabilities = tuple(row.level_probabilities)
    return Standing(row.theta, row.se, row.level, probabilities, row.n_items, row.sufficient)


def _level_is_right(standing: Standing, cuts: Sequence[float]) -> bool:
    """The level is the number of cuts reached; without sufficient evidence there is none."""
    if not standing.is_sufficient or standing.theta is None:
        return standing.level is None
    return standing.level == sum(standing.theta >= cut for cut in cuts)
