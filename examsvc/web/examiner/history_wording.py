"""What happened to an item, in words."""

from __future__ import annotations

from examsvc.edge.language import local_day
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.services.item_history import Event
from examsvc.web.examiner.wording import percent
from examsvc.web.terms import ITEM_STATES
from item_bank.exposure import Rest, RestReason


def event_words(event: Event) -> tuple[str, str]:
    """An event's name and what it was."""
    facts = event.facts
    if event.kind == "moved":
        names = [str(ITEM_STATES.get(facts[end], facts[end])) for end in ("from_state", "to_state")]
        return _("State"), f"{names[0]} → {names[1]}"
    if event.kind == "reviewed":
        accepted = facts["decision"] == "accept"
        return _("Appraisal"), _("Accepted") if accepted else _("Returned")
    if event.kind == "filed":
        return _("Topic"), f"{facts['from_topic']} → {facts['to_topic']}"
    if event.kind == "keyed":
        return _("Key"), _("version %(number)s", number=facts["key_version"])
    if event.kind == "rested":
        return _("Rest"), _("until %(day)s", day=local_day(facts["until_on"]))
    if event.kind == "calibrated":
        return _("Calibration"), _("%(code)s in force", code=facts["calibration"])
    others = {"woken": (_("Rest"), _("woken")), "edited": (_("Version"), _("changed with many others"))}
    return others.get(event.kind, (_("Version"), _("made")))


def rest_line(rest: Rest | None) -> str:
    """Why the item rests and until when; empty where it does not."""
    if rest is None:
        return ""
    day = local_day(rest.until_on)
    if rest.reason is RestReason.SITTINGS:
        return ngettext(
            "Rests until %(day)s: %(num)s sitting has seen it.",
            "Rests until %(day)s: %(num)s sittings have seen it.",
            rest.n_sittings,
            day=day,
        )
    if rest.reason is RestReason.SHARE:
        return _(
            "Rests until %(day)s: %(share)s of the candidates in %(campaign)s have seen it.",
            day=day,
            share=percent(rest.share),
            campaign=rest.campaign,
        )
    return _("Rests until %(day)s by order of the bank manager.", day=day)
