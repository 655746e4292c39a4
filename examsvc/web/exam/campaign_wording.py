"""Rules, scales and states in the words of the exam manager's pages."""

from __future__ import annotations

from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from examsvc.edge.room_picture import phase_of
from examsvc.edge.texts import gettext as _
from examsvc.rulepacks.pack import RulePack
from examsvc.store.models import AdministrationRow, LevelScaleRow

A_DAY_S = 86_400

PACK_NAMES = {
    "RECRUITMENT_C22": _l("Recruitment exam (modelled on Circular 22)"),
    "INTERNAL_CA": _l("Internal competency assessment"),
    "PRACTICE": _l("Practice"),
}
FEEDBACK = {
    "none": _l("The candidate sees nothing before the release."),
    "score": _l("The candidate sees his score."),
    "levels": _l("The candidate sees his score and his levels."),
    "rationales": _l("The candidate sees his score, his levels and why each option is right or wrong."),
}
CAMPAIGN_STATES = {
    "draft": (_l("Draft"), "badge-warn"),
    "approved": (_l("Approved"), "badge-good"),
    "closed": (_l("Closed"), ""),
}
ADMINISTRATION_STATES = {
    "planned": (_l("Planned"), "badge-warn"),
    "ready": (_l("Ready"), "badge-good"),
    "closed": (_l("Closed"), ""),
}
SITTING_STATES = {
    "registered": (_l("Not arrived"), ""),
    "checked_in": (_l("Checked in"), "badge-info"),
    "open": (_l("Sitting"), "badge-info"),
    "submitted": (_l("Submitted"), "badge-good"),
    "expired": (_l("Time ran out"), "badge-good"),
    "absent": (_l("Absent"), "badge-warn"),
    "annulled": (_l("Annulled"), "badge-bad"),
}


def administration_state(administration: AdministrationRow, now: datetime) -> tuple[LazyString, str]:
    """What an administration is at this instant: the stored state knows no start and no end."""
    phase = phase_of(administration.starts_at, administration.limit_s, now)
    if administration.state != "ready" or phase == "before":
        return ADMINISTRATION_STATES[administration.state]
    return (_l("Running now"), "badge-info") if phase == "running" else (_l("Over"), "")


def pack_name(code: str) -> str:
    """A rule pack's name; one that has no words yet keeps its code."""
    return str(PACK_NAMES.get(code, code))


def pack_facts(pack: RulePack) -> list[tuple[str, str]]:
    """What the rules mean, as heading and sentence."""
    return [
        (_("Start"), _("One common start for everybody; logging in never starts the clock.")),
        (_("Late arrival"), _late_gate(pack)),
        (
            _("Extension"),
            _(
                "A proctor may give one candidate up to %(minutes)s minutes in total; the chairman more.",
                minutes=pack.extension_limit_s // 60,
            ),
        ),
        (_("Result"), _result(pack)),
        (
            _("Levels"),
            _(
                "A competency is reported from %(num)s items on; below that, insufficient evidence.",
                num=pack.min_items_per_competency,
            ),
        ),
        (
            _("Moving between items"),
            _("Freely, back and forth.") if pack.navigation == "free" else _("Forward only."),
        ),
        (
            _("Exam machine"),
            _("May keep responses that the server has not confirmed yet.")
            if pack.client_storage_allowed
            else _("Keeps nothing of the exam."),
        ),
        (
            _("At the end"),
            _("Responses on their way are taken for %(seconds)s more seconds.", seconds=pack.grace_s),
        ),
    ]


def late_rule(pack: RulePack, limit_s: int) -> str:
    """Until when a candidate may enter an exam of this length."""
    gate_s = pack.late_gate.gate_s(limit_s)
    if gate_s is None:
        return _("After the start only the chairman admits, with a reason.")
    if gate_s >= limit_s:
        return _("Entry at any time until the end.")
    return _("Entry until %(minutes)s minutes after the start.", minutes=gate_s // 60)


def level_bands(scale: LevelScaleRow) -> list[tuple[int, str]]:
    """Each level of a scale with the share of marks it begins at."""
    cuts = list(scale.cut_percents)
    below = _("below %(percent)s %%", percent=f"{cuts[0]:g}")
    return [
        (0, below),
        *((level, _("from %(percent)s %%", percent=f"{cut:g}")) for level, cut in enumerate(cuts, start=1)),
    ]


def _late_gate(pack: RulePack) -> str:
    gate = pack.late_gate
    if gate.short_gate_s >= A_DAY_S:
        return _("Entry at any time until the end.")
    return _(
        "Exams up to %(short)s minutes: entry until %(early)s minutes after the start; from %(long)s "
        "minutes: %(late)s minutes; in between the chairman decides, with a reason. The common end stays.",
        short=gate.short_limit_s // 60,
        early=gate.short_gate_s // 60,
        long=gate.long_limit_s // 60,
        late=gate.long_gate_s // 60,
    )


def _result(pack: RulePack) -> str:
    at_once = (
        _("Shown at once after submitting.") if pack.shows_result_at_once else _("Shown after the release.")
    )
    return f"{at_once} {FEEDBACK[pack.feedback]}"
