"""How precisely the exam measures, and how surely it places candidates in levels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.document import Cell, Facts, Section, Table, Text, figures
from examsvc.web.examiner.sections.context import Context, Json
from examsvc.web.examiner.wording import decimal, percent

ENOUGH = 0.8  # usual in selection: below it single results are shown with caution


def reliability_section(context: Context) -> Section | None:
    """Reliability of the estimates over all, and of the marks by form."""
    found = context.analysis.get("reliability")
    if not found:
        return None
    headings = (_("Form"), _("Complete sittings"), _("Alpha"), _("Omega"))
    rows = tuple(
        (line["form"], decimal(line["n"], 0), _judged(line["alpha"]), decimal(line.get("omega")))
        for line in found.get("alpha") or []
    )
    facts = Facts(
        (
            (_("Of the estimates, by the model"), _judged(found.get("marginal"))),
            (_("Of the estimates, of these candidates"), _judged(found.get("empirical"))),
        )
    )
    hint = _(
        "Reliability is the share of the differences between candidates that is real: 1 is perfect, "
        "%(enough)s is usual for decisions about one person. Alpha and omega say it of the number right, and "
        "count only complete sittings, those with a response to every item of the form.",
        enough=decimal(ENOUGH, 1),
    )
    table = Table(_("Reliability by form"), headings, rows, figures(headings))
    return Section("reliability", _("Reliability"), (Text(hint, "hint"), facts, table))


def classification_section(context: Context) -> Section | None:
    """How many candidates are placed in their true level, and would be again."""
    found = context.analysis.get("classification")
    if not found:
        return None
    facts = Facts(
        (
            (_("Placed in their true level (accuracy)"), percent(found.get("accuracy"))),
            (_("Would be placed there again (consistency)"), percent(found.get("consistency"))),
            (_("Agreement beyond chance (kappa)"), decimal(found.get("kappa"))),
        )
    )
    headings = (_("Cut in θ"), _("Accuracy"), _("Consistency"), _("Wrongly above"), _("Wrongly below"))
    rows = tuple(_cut_row(cut, line) for cut, line in _by_cut(found))
    hint = _(
        "Estimated from the errors of measurement; no candidate's true level is known. Wrongly above: placed "
        "above the cut though the true ability lies below it; wrongly below: the other way round."
    )
    table = Table(_("By cut: above or below"), headings, rows, figures(headings, 0))
    blocks: list[Text | Facts | Table] = [Text(hint, "hint"), facts, table]
    if found.get("forms"):
        blocks.append(_by_form(found["forms"]))
    return Section("classification", _("Levels: accuracy and consistency"), tuple(blocks))


def _by_cut(found: Json) -> Iterable[tuple[float, Any]]:
    return zip(found.get("cuts") or [], found.get("per_cut") or [], strict=False)


def _by_form(forms: list[Json]) -> Table:
    headings = (_("Form"), _("Sittings"), _("Cuts in θ"), _("Accuracy"), _("Consistency"))
    rows = tuple(
        (
            line["form"],
            decimal(line["n"], 0),
            " · ".join(map(decimal, line["cuts"])),
            percent(line["accuracy"]),
            percent(line["consistency"]),
        )
        for line in forms
    )
    return Table(_("By form, under its own cuts"), headings, rows, figures(headings))


def _cut_row(cut: float, line: Any) -> tuple[str, ...]:
    if not isinstance(line, dict):  # only the accuracy is known
        return decimal(cut), percent(line), "–", "–", "–"
    return (
        decimal(cut),
        percent(line.get("accuracy")),
        percent(line.get("consistency")),
        percent(line.get("false_positive")),
        percent(line.get("false_negative")),
    )


def _judged(value: float | None) -> Cell:
    text = decimal(value)
    if value is None:
        return Cell(text)
    return Cell(text, "badge-good" if round(value, 2) >= ENOUGH else "badge-warn")
