"""What came out of the sample, held against what is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq

from examsvc.audit.chain import ChainReport
from examsvc.results.estimate import score_form
from examsvc.results.marks import Responses
from examsvc.sample import exams
from examsvc.sample.sittings import Candidate, Truth
from examsvc.sample.truth import true_share
from examsvc.services import Services
from examsvc.services.audit import verify_chain
from examsvc.services.scoring_plans import campaign_plan, form_plan
from examsvc.store import assembly as assembly_store
from examsvc.store import measuring
from scoring import Recovery, recovery


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of the sample campaign; `faults` names what is not as it must be."""

    n_items: int
    n_forms: int
    n_forms_certified: int
    n_candidates: int
    n_scored: int
    n_rescored_equal: int
    overall: Recovery
    competencies: Recovery
    levels_right: float
    competency_levels_right: float
    competency_sufficient: float
    alone: Recovery  # the same competencies, each by its own items
    alone_levels_right: float
    n_profiles: int
    chain: ChainReport
    faults: tuple[str, ...]


def summarise(deps: Services, campaign_id: int, candidates: Sequence[Candidate], truth: Truth) -> Summary:
    """Read back what the campaign left and compare estimates with the truth."""
    with deps.store.read() as session:
        lines = measuring.list_results(session, campaign_id, ["released"])
        by_competency = measuring.list_competency_scores(session, [line.score.id for line in lines])
        codes = dict(measuring.competency_of_topic(session).values())
        n_items = sum(assembly_store.count_eligible(session).values())
        officers_with_evidence = measuring.count_officers_with_evidence(session, campaign_id)
    officer_of = {candidate.officer_id: candidate.officer_code for candidate in candidates}
    cuts = {form_id: _true_cuts(truth, form_id) for form_id in {line.sitting.form_id for line in lines}}

    overall: list[tuple[float, float, bool]] = []
    parts: list[tuple[float, float, bool | None]] = []
    for line in lines:
        abilities = truth.abilities[officer_of[line.candidate.officer_id]]
        form_id = line.sitting.form_id
        true_theta = float(np.mean([abilities[code] for _item, code in truth.forms[form_id]]))
        if line.score.theta is not None:
            right = line.score.level == _level(true_theta, cuts[form_id])
            overall.append((true_theta, line.score.theta, right))
        for row in by_competency[line.score.id]:
            true_part = abilities[codes[row.competency_id]]
            right_part = None if row.level is None else row.level == _level(true_part, cuts[form_id])
            if row.sufficient and row.theta is not None:
                parts.append((true_part, row.theta, right_part))
    sat_by = {line.sitting.id: officer_of[line.candidate.officer_id] for line in lines}
    alone = _each_alone(deps, campaign_id, truth, sat_by)
    n_parts = sum(len(rows) for rows in by_competency.values())
    n_forms, n_certified = _count_forms(deps)
    figures = Summary(
        n_items=n_items,
        n_forms=n_forms,
        n_forms_certified=n_certified,
        n_candidates=len(candidates),
        n_scored=len(overall),
        n_rescored_equal=sum(line.score.rescored_equal for line in lines),
        overall=_recovery([(true, found) for true, found, _ in overall]),
        competencies=_recovery([(true, found) for true, found, _ in parts]),
        levels_right=_share([right for _, _, right in overall]),
        competency_levels_right=_share([bool(right) for _, _, right in parts if right is not None]),
        competency_sufficient=len(parts) / max(1, n_parts),
        alone=_recovery([(true, found) for true, found, _ in alone]),
        alone_levels_right=_share([right for _, _, right in alone]),
        n_profiles=officers_with_evidence,
        chain=verify_chain(deps),
        faults=(),
    )
    return _with_faults(figures)


def _each_alone(
    deps: Services, campaign_id: int, truth: Truth, officers: Mapping[int, str]
) -> list[tuple[float, float, bool]]:
    """What the same sittings would have given had each competency been estimated by its own items."""
    found: list[tuple[float, float, bool]] = []
    with deps.store.read() as session:
        campaign = campaign_plan(session, campaign_id)
        for form in measuring.list_sat_forms(session, campaign_id):
            plan = form_plan(session, campaign, form)
            ids = [row.id for row in measuring.list_closed_sittings(session, campaign_id, form.form_id)]
            raw = measuring.responses_by_sitting(session, ids)
            responses: list[Responses] = [
                {str(version_id): option for version_id, option in raw[identity].items()} for identity in ids
            ]
            scores = score_form(replace(plan.plan, dimensions=None), responses, plan.keys).scores
            cuts = _true_cuts(truth, form.form_id)
            for identity, score in zip(ids, scores, strict=True):
                abilities = truth.abilities[officers[identity]]
                for code, standing in score.competencies.items():
                    if standing.is_sufficient and standing.theta is not None:
                        right = standing.level == _level(abilities[code], cuts)
                        found.append((abilities[code], standing.theta, right))
    return found


def _with_faults(figures: Summary) -> Summary:
    """Name everything that the sample promises and did not keep."""
    promises = {
        "fewer than ten forms meet their blueprints": figures.n_forms_certified >= 10,
        "a form has no certificate": figures.n_forms_certified == figures.n_forms,
        "not every sitting was scored": figures.n_scored == figures.n_candidates > 0,
        "two scorings disagree": figures.n_rescored_equal == figures.n_scored,
        "abilities are not recovered (r < 0.85)": figures.overall.correlation >= 0.85,
        "not every officer has a profile": figures.n_profiles >= figures.n_candidates,
        "competencies gain nothing by each other": figures.competencies.rmse < figures.alone.rmse
        and figures.competency_levels_right > figures.alone_levels_right,
        "the audit chain is broken": figures.chain.first_bad_seq is None,
    }
    faults = tuple(fault for fault, kept in promises.items() if not kept)
    return Summary(
        **{name: getattr(figures, name) for name in Summary.__slots__ if name != "faults"}, faults=faults
    )


def _count_forms(deps: Services) -> tuple[int, int]:
    """Published forms, and how many of them meet every line of a certificate that is not out of shape."""
    forms = exams.published_forms(deps)
    certified = 0
    with deps.store.read() as session:
        for form in forms:
            run = next(
                row
                for row in assembly_store.list_runs(session, form.blueprint_id)
                if row.id == form.assembly_run_id
            )
            records = {record["checksum"] for record in run.certificate["forms"]}
            lines = run.certificate["lines"]
            met = all(
                line["lower"] - 1e-6 <= value <= line["upper"] + 1e-6
                for line in lines
                for value in line["achieved"]
            )
            certified += form.checksum in records and bool(lines) and met
    return len(forms), certified


def _true_cuts(truth: Truth, form_id: int) -> list[float]:
    items = [truth.items[identity] for identity, _competency in truth.forms[form_id]]

    def cut(share: float) -> float:
        return float(brentq(lambda theta: true_share(theta, items) - share, -8, 8))

    return [cut(share) for share in (0.50, 0.66, 0.83)]


def _level(theta: float, cuts: Sequence[float]) -> int:
    return sum(theta >= cut for cut in cuts)


def _recovery(pairs: Sequence[tuple[float, float]]) -> Recovery:
    values = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return recovery(values[:, 0], values[:, 1])


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
