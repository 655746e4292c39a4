"""How this calibration was put on the scale of the one in force."""

from __future__ import annotations

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.calibration_wording import LINK_METHODS
from examsvc.web.examiner.comparisons import anchor_scatter
from examsvc.web.examiner.document import Cell, Facts, Figure, Section, Table, Text, figures
from examsvc.web.examiner.sections.context import Context, Json
from examsvc.web.examiner.wording import decimal, with_error


def linking_section(context: Context) -> Section | None:
    """Constants of the link, its anchors, and what leaving each out would change."""
    if "linking" not in context.analysis:
        return None
    link = context.analysis.get("linking")
    title = _("Linking to the scale before")
    if not link:
        free = _("This calibration stands on its own scale: the average of its candidates is 0.")
        return Section("linking", title, (Text(free),))
    kept = sum(bool(anchor["kept"]) for anchor in link["anchors"])
    method = str(link["method"])
    facts = Facts(
        (
            (_("Scale of"), str(link["reference"])),
            (_("Method"), str(LINK_METHODS.get(method.upper(), method))),
            (_("θ before = A · θ now + B"), _constants(link)),
            (
                _("Anchors kept, left out"),
                f"{kept}, {len(link['anchors']) - kept}",
            ),
        )
    )
    hint = _(
        "An anchor is an item that both calibrations share. One whose difficulty has moved more than chance "
        "explains (it leaked, the law or its key changed) is left out, so that it does not move everybody."
    )
    blocks: list[Text | Facts | Figure | Table] = [Text(hint, "hint"), facts]
    if link.get("anchored"):
        held = _("The anchors kept were held at their figures; this link only screened them.")
        blocks.append(Text(held))
    if link.get("screening") == "STOPPED":
        doubtful = _("Some anchors that were kept have moved too, but without them too few would be left.")
        blocks.append(Text(doubtful, "warning"))
    figure = Figure(anchor_scatter(link, context.item_names), _anchors(context, link))
    return Section("linking", title, (*blocks, figure, _dropping(context, link)))


def _constants(link: Json) -> str:
    slope = with_error(link["slope"], link.get("se_slope"), 3)
    intercept = with_error(link["intercept"], link.get("se_intercept"), 3)
    return f"A = {slope}; B = {intercept}"


def _anchors(context: Context, link: Json) -> Table:
    headings = (
        _("Anchor"),
        _("a before"),
        _("a now"),
        _("b before"),
        _("b now"),
        _("Robust z"),
        _("Moved by"),
        _("In the link"),
    )
    caption, anchors = context.shortened(
        _("Anchors, the most moved first"), sorted(link["anchors"], key=_worst_first)
    )
    rows = tuple(
        (
            context.item(anchor["version_id"]),
            decimal(anchor["a_old"]),
            decimal(anchor["a_new"]),
            decimal(anchor["b_old"]),
            decimal(anchor["b_new"]),
            decimal(anchor["robust_z"]),
            decimal(anchor["displacement"]),
            Cell(_("kept"), "badge-good") if anchor["kept"] else Cell(_("left out"), "badge-warn"),
        )
        for anchor in anchors
    )
    return Table(caption, headings, rows, frozenset(range(1, 7)))


def _worst_first(anchor: Json) -> tuple[bool, float]:
    return bool(anchor["kept"]), -abs(anchor["displacement"] or 0.0)


def _dropping(context: Context, link: Json) -> Table:
    headings = (_("Without"), "A", "B", _("The mean would move by"))
    caption, effects = context.shortened(
        _("What leaving out each anchor would change, the strongest first"),
        sorted(link.get("dropping") or [], key=lambda line: -abs(line["mean_shift"] or 0.0)),
    )
    rows = tuple(
        (
            context.item(line["version_id"]),
            decimal(line["slope"], 3),
            decimal(line["intercept"], 3),
            decimal(line["mean_shift"], 3),
        )
        for line in effects
    )
    return Table(caption, headings, rows, figures(headings))
