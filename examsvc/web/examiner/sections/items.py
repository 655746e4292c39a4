"""All items with their figures, as on paper."""

from __future__ import annotations

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.document import Cell, Section, Table, Text
from examsvc.web.examiner.item_lines import ItemLine, sort_lines
from examsvc.web.examiner.sections.context import Context
from examsvc.web.examiner.wording import decimal, percent, with_error


def items_section(context: Context) -> Section:
    """Every item, whether calibrated or with classical figures alone."""
    has_guessing = any(line.parameter.c for line in context.lines)
    headings = (
        _("Item"),
        "n",
        "p",
        "r",
        _("a ± se"),
        _("b ± se"),
        *([_("c ± se")] if has_guessing else []),
        "S-X² p",
        _("Infit"),
        _("Outfit"),
        _("Flags"),
    )
    rows = tuple(
        _row(context, line, has_guessing=has_guessing) for line in sort_lines(list(context.lines), "code")
    )
    numeric = frozenset(range(1, len(headings) - 1))
    legend = _(
        "p: share answering right · r: correlation with the rest of the exam · a: discrimination · "
        "b: difficulty, on the scale of ability θ · S-X² p: below 0.01 the curve is doubtful · "
        "infit, outfit: 1 is as expected, above 1.3 noisy, below 0.7 too regular"
    )
    return Section(
        "item-table", _("The items"), (Table(_("All items"), headings, rows, numeric), Text(legend, "hint"))
    )


def _row(context: Context, line: ItemLine, *, has_guessing: bool) -> tuple[str | Cell, ...]:
    row = line.parameter
    return (
        context.item(line.version.id),
        str(row.n_responses or "–"),
        percent(row.p_value),
        decimal(row.point_biserial),
        with_error(row.a, row.se_a),
        with_error(row.b, row.se_b),
        *([with_error(row.c, row.se_c)] if has_guessing else []),
        decimal(line.fit("p"), 3),
        decimal(line.fit("infit")),
        decimal(line.fit("outfit")),
        ", ".join([*([_("By judgement")] if line.is_judged else []), *(flag.label for flag in line.flags)]),
    )
