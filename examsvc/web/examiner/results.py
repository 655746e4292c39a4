"""Results: scored by the examiner, released by the chairman, shown by candidate number and never by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from examsvc.edge.refusals import REFUSALS, explain
from examsvc.edge.room import current_actor, deps
from examsvc.services import results as service
from examsvc.store import Session, scored
from examsvc.store import measuring as store
from examsvc.store.measuring import ResultLine
from examsvc.store.models import CompetencyRow, CompetencyScoreRow
from examsvc.web.examiner import curves, wording
from examsvc.web.examiner.calibrations import ask_once, shown_job
from examsvc.web.examiner.plots import Plot
from examsvc.web.examiner.room import room
from examsvc.web.points import points_text

PAGE = 50


@dataclass(frozen=True, slots=True)
class Basis:
    """What the scores of one form rest on."""

    form_code: str
    line: ResultLine
    n_sittings: int


@room.view("/results", permission="results.read")
def list_results() -> str:
    """Every campaign: how many sat, finished, were scored, were released."""
    with deps().store.read() as session:
        campaigns = scored.count_campaigns(session)
        in_force = store.find_adopted(session)
    return render_template(
        "examiner/result_campaigns.html",
        campaigns=campaigns,
        in_force=in_force,
        job=shown_job("score"),
        words=wording,
    )


@room.view("/results/<int:campaign_id>", permission="results.read")
def results(campaign_id: int) -> str:
    """A campaign's standing results, their distribution and what they rest on."""
    everything = service.list_results(deps(), current_actor(), campaign_id)
    positions = {line.position.code: line.position for line in everything}
    position = request.args.get("position", "")
    lines = [line for line in everything if position not in positions or line.position.code == position]
    page = max(1, request.args.get("page", 1, type=int))
    shown = lines[(page - 1) * PAGE : page * PAGE]
    with deps().store.read() as session:
        counts = scored.count_campaigns(session, campaign_id)
        if not counts:
            raise NotFound
        competencies = _competencies(session, shown)
        standings = store.list_competency_scores(session, [line.score.id for line in shown])
        bases = _bases(session, lines)
        names = scored.staff_names(session, [line.score.created_by for line in everything])
    return render_template(
        "examiner/results.html",
        counts=counts[0],
        positions=dict(sorted(positions.items())),
        position=position if position in positions else "",
        lines=lines,
        shown=shown,
        page=page,
        n_pages=-(-len(lines) // PAGE),
        competencies=competencies,
        standings={score_id: _by_competency(rows) for score_id, rows in standings.items()},
        bases=bases,
        scorers=sorted(names.values()),
        in_parts=any(line.score.earned != line.score.number_correct for line in everything),
        points_text=points_text,
        abilities=_abilities(lines),
        levels=_levels(lines),
        may_release=_may_release(everything),
        job=shown_job("score"),
        words=wording,
    )


@room.view("/results/<int:campaign_id>/score", permission="results.score", methods=("POST",))
def score(campaign_id: int) -> Response:
    """Start scoring; a job that does so already is shown instead."""
    try:
        job_id = ask_once("score", campaign_id)
    except REFUSALS as error:
        flash(explain(error), "danger")
        return redirect(url_for("examiner.results", campaign_id=campaign_id))
    return redirect(url_for("examiner.results", campaign_id=campaign_id, job=job_id))


@room.view("/results/<int:campaign_id>/release", permission="results.release", methods=("POST",))
def release(campaign_id: int) -> Response:
    """Publish the provisional results and write them into the profiles."""
    try:
        n = service.release_results(deps(), current_actor(), campaign_id)
        flash(
            ngettext(
                "%(num)s result was released and stands in the profile of its officer.",
                "%(num)s results were released and stand in the profiles of their officers.",
                n,
            ),
            "success",
        )
    except REFUSALS as error:
        flash(explain(error), "danger")
    return redirect(url_for("examiner.results", campaign_id=campaign_id))


def _may_release(lines: list[ResultLine]) -> bool:
    """For the button alone: the service decides again."""
    me = current_actor().user_id
    return all(me not in line.doers for line in lines if line.result.state == "provisional")


def _competencies(session: Session, lines: list[ResultLine]) -> list[CompetencyRow]:
    used = {
        row.competency_id
        for rows in store.list_competency_scores(session, [line.score.id for line in lines]).values()
        for row in rows
    }
    return [row for row in scored.list_competencies(session) if row.id in used]


def _by_competency(rows: list[CompetencyScoreRow]) -> dict[int, CompetencyScoreRow]:
    return {row.competency_id: row for row in rows}


def _bases(session: Session, lines: list[ResultLine]) -> list[Basis]:
    codes = scored.form_codes(session, [line.sitting.form_id for line in lines])
    found: dict[tuple[int, str, int], Basis] = {}
    amounts = Counter(_basis(line) for line in lines)
    for line in lines:
        found.setdefault(_basis(line), Basis(codes[line.sitting.form_id], line, amounts[_basis(line)]))
    return sorted(found.values(), key=lambda basis: basis.form_code)


def _basis(line: ResultLine) -> tuple[int, str, int]:
    return line.sitting.form_id, line.score.keys_checksum, line.score.calibration_id


def _abilities(lines: list[ResultLine]) -> tuple[Plot, list[tuple[str, int]]] | None:
    thetas = [line.score.theta for line in lines if line.score.theta is not None]
    return curves.abilities(thetas) if thetas else None


def _levels(lines: list[ResultLine]) -> tuple[Plot, list[tuple[str, int, float]]] | None:
    if not lines:
        return None
    amounts = Counter(line.score.level for line in lines)
    top = max((len(line.score.level_probabilities) for line in lines), default=0)
    rows = [(str(level), amounts[level]) for level in range(top)]
    if amounts[None]:
        rows.append((_("none"), amounts[None]))
    table = [(name, n, n / len(lines)) for name, n in rows]
    return curves.levels(rows), table
