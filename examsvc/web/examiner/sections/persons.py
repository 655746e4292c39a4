"""Sittings whose responses do not fit their ability, by candidate number."""

from __future__ import annotations

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.document import Cell, Section, Table, Text
from examsvc.web.examiner.sections.context import Context
from examsvc.web.examiner.wording import decimal


def persons_section(context: Context) -> Section | None:
    """The list, the worst first."""
    found = context.analysis.get("person_fit")
    if not found:
        return None
    said = _(
        "%(flagged)s of %(n)s sittings fit badly (lz* below %(threshold)s).",
        flagged=found["n_flagged"],
        n=found["n"],
        threshold=decimal(found["threshold"], 2),
    )
    hint = _(
        "Hard items right and easy items wrong: guessing, copying, responses shifted by a row, or time that "
        "ran out. It is a question to the proctor's minutes, never a proof. Names stay unseen. θ here is the "
        "weighted likelihood estimate (WLE), which no prior draws to the middle; scores use another (EAP)."
    )
    headings = (_("Candidate number"), _("Form"), _("θ (WLE)"), "lz*", _("Outfit"), _("Responses"))
    caption, lines = context.shortened(_("The sittings that fit worst"), found["lines"])
    rows = tuple(
        (
            line["number"],
            line["form"],
            decimal(line["theta"]),
            Cell(decimal(line["lz_star"]), "badge-warn" if line["lz_star"] < found["threshold"] else ""),
            decimal(line["outfit"]),
            decimal(line["n"], 0),
        )
        for line in lines
    )
    table = Table(caption, headings, rows, frozenset({2, 3, 4, 5}))
    return Section("persons", _("Person fit"), (Text(said), Text(hint, "hint"), table))
