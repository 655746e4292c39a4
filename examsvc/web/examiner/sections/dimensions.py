"""How the competencies hang together, and what each gains by borrowing from the others."""

from __future__ import annotations

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.comparisons import gain_bars
from examsvc.web.examiner.document import Facts, Figure, Section, Table, Text, figures
from examsvc.web.examiner.sections.context import Context, Json
from examsvc.web.examiner.wording import decimal

WORDS_OF_STATUS = ("CONVERGED", "converged")


def dimensions_section(context: Context) -> Section | None:
    """Correlations and gains."""
    found = context.analysis.get("dimensions")
    if not found:
        return None
    names = context.competencies
    hint = _(
        "Officers who are strong in one competency tend to be strong in others. A competency with few items "
        "therefore borrows from the responses to all the others: its reliability rises and its error falls. "
        "Competencies as dimensions means just this: one ability for each, estimated together."
    )
    facts = Facts(tuple((code, names.get(code, code)) for code in found["codes"]))
    blocks: list[Text | Facts | Table | Figure] = [Text(hint, "hint")]
    status = found.get("status")
    if status is not None and status not in WORDS_OF_STATUS:
        unsure = _("The correlations did not converge (%(status)s): read them with caution.", status=status)
        blocks.append(Text(unsure, "warning"))
    if found.get("weak"):
        pairs = ", ".join(f"{one}–{other}" for one, other in found["weak"])
        thin = _(
            "Poorly known, with errors above %(limit)s: %(pairs)s. What is usual weighs in there.",
            limit=decimal(0.1, 1),
            pairs=pairs,
        )
        blocks.append(Text(thin, "warning"))
    blocks += _not_estimated(found)
    blocks += [facts, _correlations(found), Figure(gain_bars(found["gain"]), _gain(found["gain"]))]
    return Section("dimensions", _("Competencies as dimensions"), tuple(blocks))


def _not_estimated(found: Json) -> list[Text | Facts | Table | Figure]:
    """Pairs that too few candidates met together: where their correlations are from."""
    blocks: list[Text | Facts | Table | Figure] = []
    if found.get("kept"):
        kept = _(
            "Carried over from the last time, for too few candidates met both competencies: %(pairs)s.",
            pairs=_pairs(found["kept"]),
        )
        blocks.append(Text(kept, "warning"))
    if found.get("assumed"):
        assumed = _(
            "Assumed as is usual, for nothing is known of them: %(pairs)s.", pairs=_pairs(found["assumed"])
        )
        blocks.append(Text(assumed, "warning"))
    if found.get("shrinkage", 1.0) < 1.0:
        drawn = _(
            "These were drawn towards 0 (times %(factor)s), so that all correlations together are possible.",
            factor=decimal(found["shrinkage"]),
        )
        blocks.append(Text(drawn))
    return blocks


def _pairs(pairs: list[list[str]]) -> str:
    return ", ".join("–".join(pair) for pair in pairs)


def _correlations(found: Json) -> Table:
    codes = found["codes"]
    headings = (_("Competency"), *codes)
    rows = tuple(
        (code, *(decimal(value) if place <= own else "" for place, value in enumerate(line)))
        for own, (code, line) in enumerate(zip(codes, found["correlations"], strict=True))
    )
    return Table(_("Correlations of the competencies"), headings, rows, figures(headings))


def _gain(gain: list[Json]) -> Table:
    headings = (
        _("Competency"),
        _("Items"),
        _("Reliability alone"),
        _("Reliability borrowing"),
        _("Error alone"),
        _("Error borrowing"),
        _("Worth so many more items"),
    )
    rows = tuple(
        (
            line["code"],
            decimal(line["n_items"], 0 if float(line["n_items"]).is_integer() else 1),
            decimal(line["reliability_alone"]),
            decimal(line["reliability_joint"]),
            decimal(line["se_alone"]),
            decimal(line["se_joint"]),
            decimal(line.get("extra_items"), 1),
        )
        for line in gain
    )
    return Table(_("Gain by borrowing"), headings, rows, figures(headings))
