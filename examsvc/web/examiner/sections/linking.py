"""How this calibration was put on the scale of the one in force."""

from __future__ import annotations

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.anchors import RULES, linked_anchor
from examsvc.web.examiner.calibration_wording import LINK_METHODS
from examsvc.web.examiner.comparisons import anchor_scatter
from examsvc.web.examiner.document import Cell, Facts, Figure, Section, Table, Text, figures
from examsvc.web.examiner.sections.context import Context, Json
from examsvc.web.examiner.wording import decimal, percent, with_error


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
    blocks.append(Text(_rule(), "hint"))
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
        _("a now, after the link"),
        _("b before"),
        _("b now, after the link"),
        _("Change of b (new − old)"),
        _("Robust z, without sign"),
        _("Distance of the curves"),
        _("In the link"),
    )
    guessing = {line.version.id: line.parameter.c or 0.0 for line in context.lines}
    anchors = [
        linked_anchor(anchor, link, guessing.get(anchor["version_id"], 0.0)) for anchor in link["anchors"]
    ]
    caption, shown = context.shortened(
        _("Anchors, the most moved first"),
        sorted(anchors, key=lambda anchor: (anchor.kept, -abs(anchor.change))),
    )
    rows = tuple(
        (
            context.item(anchor.version_id),
            decimal(anchor.a_before),
            decimal(anchor.a_now),
            decimal(anchor.b_before),
            decimal(anchor.b_now),
            decimal(anchor.change),
            _beyond(anchor.robust_z, RULES.most_z, 2),
            _beyond(anchor.distance, RULES.least_curve_distance, 3),
            Cell(_("kept"), "badge-good") if anchor.kept else Cell(_("left out"), "badge-warn"),
        )
        for anchor in shown
    )
    return Table(caption, headings, rows, frozenset(range(1, 8)))


def _rule() -> str:
    return _(
        "The rule: an anchor is left out when it is unlike the others (robust z of a or b above %(z)s) and "
        "its curve has also moved so far that it matters (distance of %(distance)s or more, a difference of "
        "%(percent)s in the share of right answers). Robust z is the distance from the middle of all "
        "anchors, in units of their spread; a few anchors that lie far out do not bend this yardstick.",
        z=decimal(RULES.most_z, 1),
        distance=decimal(RULES.least_curve_distance, 2),
        percent=percent(RULES.least_curve_distance),
    )


def _beyond(value: float | None, limit: float, digits: int) -> Cell:
    return Cell(decimal(value, digits), "badge-warn" if value is not None and value >= limit else "")


def _dropping(context: Context, link: Json) -> Table:
    headings = (_("Without"), "A", "B", _("Mean ability would move by"))
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
