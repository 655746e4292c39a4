"""The words of the candidate's pages that depend on a state, and those the player's scripts say."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from examsvc.rulepacks.pack import RulePack
from examsvc.services.candidates import PageSection


def rule_pack_name(pack: RulePack) -> str:
    """What the rules of this exam are called."""
    names: dict[str, str] = {
        "RECRUITMENT_C22": _("Recruitment examination"),
        "INTERNAL_CA": _("Internal competency assessment"),
        "PRACTICE": _("Practice"),
    }
    return names.get(pack.code, pack.code)


def state_badges() -> dict[str, tuple[str, str]]:
    """Each state of a sitting: the word and the badge's tone."""
    return {
        "registered": (_("Registered"), "info"),
        "checked_in": (_("Checked in"), "info"),
        "open": (_("In progress"), "warn"),
        "submitted": (_("Submitted"), "good"),
        "expired": (_("Handed in when the time was up"), "good"),
        "absent": (_("Absent"), "bad"),
        "annulled": (_("Annulled"), "bad"),
    }


def adjustment_kinds() -> dict[str, str]:
    """What a line of the time account is called."""
    return {
        "extension": _("Extension"),
        "pause": _("Pause"),
        "machine_failure": _("Machine failure"),
        "accommodation": _("Accommodation"),
        "late_entry": _("Late entry"),
        "correction": _("Correction"),
    }


def adjustment_reasons() -> dict[str, str]:
    """Reasons that the system gives by itself; all others are a person's own words."""
    return {
        "machine_failure": _("The machine failed; the time until the spare one was open was given back."),
        "pause": _("The clock was stopped; the time was given back."),
    }


def moving_rules(pack: RulePack, sections: Sequence[PageSection]) -> list[str]:
    """How one may move on the form, as sentences."""
    timed = len(sections) > 1 and all(section.limit_s for section in sections)
    walled = timed or (len(sections) > 1 and pack.navigation == "section")
    lines: list[str] = []
    if pack.navigation == "forward":
        lines.append(_("You go forward only, one item at a time: an item that you have left stays closed."))
    elif walled:
        lines.append(
            _(
                "Within a section you may go to any item, change a response,"
                " and flag an item to come back to it."
            )
        )
    else:
        lines.append(
            _("You may go to any item in any order, change a response, and flag an item to come back to it.")
        )
    if walled:
        lines.append(_("The sections come one after the other. One that you have left stays closed."))
    if timed:
        lines.append(
            _(
                "Each section has its own time. When it is up, the next section begins by itself;"
                " time left over is not carried on."
            )
        )
    return lines


def level_bands(cut_percents: Sequence[float]) -> list[tuple[int, str]]:
    """Each level and the share of right responses that stands for it."""
    cuts = [f"{cut:g}" for cut in cut_percents]
    bands = [(0, _("below %(cut)s %%", cut=cuts[0]))]
    for level, low in enumerate(cuts, start=1):
        last = level == len(cuts)
        words = (
            _("%(low)s %% and more", low=low)
            if last
            else _("%(low)s %% to below %(high)s %%", low=low, high=cuts[level])
        )
        bands.append((level, words))
    return bands
