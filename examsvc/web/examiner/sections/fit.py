"""Whether the model describes the responses: the whole of each form, and pairs of items."""

from __future__ import annotations

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.document import Cell, Section, Table, Text, figures
from examsvc.web.examiner.sections.context import Context, Json
from examsvc.web.examiner.wording import NOTHING, decimal

CLOSE_FIT, FAIR_FIT = 0.05, 0.08  # RMSEA, after Browne & Cudeck (1993)


def model_fit_section(context: Context) -> Section | None:
    """M2 with RMSEA of each form."""
    found = context.analysis.get("model_fit")
    if not found:
        return None
    headings = (
        _("Form"),
        _("Complete sittings"),
        "M₂",
        _("df"),
        "p",
        "RMSEA",
        _("Interval (90%)"),
        _("In words"),
    )
    rows = tuple(
        _form_row(line) for line in sorted(found.get("m2") or [], key=lambda line: str(line["form"]))
    )
    hint = _(
        "RMSEA is how far the responses of a form lie from the model, whatever the number of sittings: below "
        "0.05 is close, below 0.08 fair. The p value alone rejects every model once sittings are many. M₂ "
        "counts only complete sittings, those with a response to every item of the form."
    )
    table = Table(_("Fit of the model by form"), headings, rows, frozenset(range(1, 7)))
    return Section("model-fit", _("Fit of the model"), (Text(hint, "hint"), table))


def dependence_section(context: Context) -> Section | None:
    """Pairs that hang together beyond ability, and sittings that answered alike."""
    if "local_dependence" not in context.analysis:
        return None
    pairs = context.analysis.get("local_dependence") or []
    headings = (_("Item"), _("Item"), "Q₃")
    rows = tuple(
        (context.item(pair["first"]), context.item(pair["second"]), decimal(pair["q3"])) for pair in pairs
    )
    hint = _(
        "Two items that share more than ability (one gives the other away, or both rest on one text) count "
        "double. Q₃ is the correlation of what the model leaves over; make such a pair enemies in the bank."
    )
    blocks: list[Text | Table] = [
        Text(hint, "hint"),
        Table(_("Pairs of items"), headings, rows, figures(headings, 2), _("No pair stands out.")),
    ]
    duplicates = context.analysis.get("duplicates") or []
    if duplicates:
        blocks.append(_duplicates(duplicates))
    return Section("dependence", _("Local dependence"), tuple(blocks))


def _duplicates(duplicates: list[Json]) -> Table:
    headings = (_("Candidate"), _("Candidate"), _("Same responses"))
    rows = tuple((line["first"], line["second"], decimal(line["n_same"], 0)) for line in duplicates)
    return Table(_("Sittings with the same responses throughout"), headings, rows, figures(headings, 2))


def _form_row(line: Json) -> tuple[str | Cell, ...]:
    low, high = line.get("rmsea_low"), line.get("rmsea_high")
    interval = NOTHING if low is None or high is None else f"{decimal(low, 3)} – {decimal(high, 3)}"
    return (
        line["form"],
        decimal(line.get("n"), 0),
        decimal(line.get("m2"), 1),
        decimal(line.get("df"), 0),
        decimal(line.get("p"), 3),
        decimal(line.get("rmsea"), 3),
        interval,
        _closeness(line.get("rmsea")),
    )


def _closeness(rmsea: float | None) -> Cell:
    if rmsea is None:
        return Cell(_("not tested"))
    if rmsea < CLOSE_FIT:
        return Cell(_("close"), "badge-good")
    return Cell(_("fair"), "badge-info") if rmsea < FAIR_FIT else Cell(_("poor"), "badge-bad")
