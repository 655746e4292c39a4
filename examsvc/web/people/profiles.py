"""An officer's profile, and finding officers."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import format_percent
from flask_babel import gettext as _

from examsvc.edge.language import in_language
from examsvc.edge.room import current_actor, deps
from examsvc.positions.framework import CUSTOMS_0_3
from examsvc.profiles.standing import StandingStatus
from examsvc.services import people
from examsvc.services.profiles import OfficerProfile, ProfileLine, get_own_profile, get_profile
from examsvc.web.people.charts import LevelBar, level_chart
from examsvc.web.people.room import room

SEARCH_LIMIT = 50
CERTAIN = 0.99
PERCENT = "#,##0 %"


@room.view("/profile", permission="sittings.list_own")
def own_profile() -> str:
    """The reader's own profile."""
    return _render(get_own_profile(deps(), current_actor()))


@room.view("/profiles/<int:officer_id>", permission="profiles.read")
def profile(officer_id: int) -> str:
    """The profile of an officer whom the reader may see."""
    return _render(get_profile(deps(), current_actor(), officer_id))


@room.view("/officers", permission="units.read_gaps")
def search_officers() -> str:
    """Officers by name or code."""
    words = request.args.get("q", "").strip()[:80]
    found = people.search_officers(deps(), current_actor(), words, SEARCH_LIMIT)
    return render_template("people/officers.html", words=words, found=found, limit=SEARCH_LIMIT)


def percent(probability: float) -> str:
    """A probability in whole percent; nothing measured is certain, so never 0 or 100."""
    if probability > CERTAIN:
        return f"> {format_percent(CERTAIN, PERCENT)}"
    if probability < 1 - CERTAIN:
        return f"< {format_percent(1 - CERTAIN, PERCENT)}"
    return str(format_percent(probability, PERCENT))


def _render(shown: OfficerProfile) -> str:
    bars = [
        LevelBar(
            label=f"{line.competency.code} {in_language(line.competency)}",
            note=_note(line),
            held=line.standing.held_level,
            required=line.standing.required_level,
            probabilities=line.standing.evidence.level_probabilities if line.standing.evidence else (),
            status=line.standing.status.value,
        )
        for line in shown.lines
    ]
    return render_template(
        "people/profile.html",
        profile=shown,
        chart=level_chart(bars, CUSTOMS_0_3.highest),
        scale=CUSTOMS_0_3,
        percent=percent,
        is_own=shown.officer.id == current_actor().officer_id,
    )


def _note(line: ProfileLine) -> str:
    """What the chart writes beside a bar."""
    standing = line.standing
    if standing.status is StandingStatus.NONE:
        return str(_("Not assessed"))
    if standing.status is StandingStatus.INSUFFICIENT:
        return str(_("Insufficient evidence"))
    sure = percent(standing.probability_met or 0.0)
    if standing.status is StandingStatus.MET:
        return str(_("Met · %(probability)s", probability=sure))
    return str(_("Gap %(gap)s · %(probability)s", gap=standing.gap, probability=sure))
