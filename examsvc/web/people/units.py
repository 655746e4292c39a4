"""Units with their gaps, and positions with their requirements."""

from __future__ import annotations

from flask import render_template, request

from examsvc.edge.room import current_actor, deps
from examsvc.services import people
from examsvc.services.profiles import get_unit_gaps
from examsvc.web.people.charts import heat
from examsvc.web.people.room import room

PAGE = 50


@room.view("/units", permission="units.read_gaps")
def list_units() -> str:
    """The tree of units that the reader may see."""
    return render_template("people/units.html", lines=people.list_units(deps(), current_actor()))


@room.view("/units/<int:unit_id>", permission="units.read_gaps")
def unit(unit_id: int) -> str:
    """A unit's gap heat map and its officers, a page of them at a time."""
    gaps = get_unit_gaps(deps(), current_actor(), unit_id)
    n_pages = max(1, -(-len(gaps.officers) // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), n_pages)
    return render_template(
        "people/unit.html",
        gaps=gaps,
        officers=gaps.officers[(page - 1) * PAGE : page * PAGE],
        page=page,
        n_pages=n_pages,
        heat=heat,
    )


@room.view("/positions", permission="positions.read")
def list_positions() -> str:
    """Every position in force, side by side."""
    positions = people.list_positions(deps(), current_actor())
    competencies = {of.id: of for rows, _n in positions for _row, of in rows.requirements}
    topics = {of.id: of for rows, _n in positions for _row, of in rows.weights}
    return render_template(
        "people/positions.html",
        positions=positions,
        competencies=sorted(competencies.values(), key=lambda row: (not row.code.startswith("CM"), row.code)),
        topics=sorted(topics.values(), key=lambda row: row.code),
    )


@room.view("/positions/<code>", permission="positions.read")
def position(code: str) -> str:
    """One version of a position: what it requires and what its exam weighs."""
    version = request.args.get("version", type=int)
    rows, versions = people.get_position(deps(), current_actor(), code, version)
    return render_template("people/position.html", rows=rows, versions=versions)
