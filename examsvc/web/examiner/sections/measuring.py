"""Where the items lie on the scale, and where all together measure well."""

from __future__ import annotations

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner import curves
from examsvc.web.examiner.document import Figure, Section, Table, figures
from examsvc.web.examiner.item_lines import params_of
from examsvc.web.examiner.sections.context import Context
from examsvc.web.examiner.wording import decimal


def measuring_section(context: Context) -> Section | None:
    """Difficulties and information."""
    params = params_of(context.lines)
    if not params.n_items:
        return None
    spread, counts = curves.difficulties(params)
    curve, values = curves.information(params)
    by_place = Table(
        spread.title, ("b", _("Items")), tuple((name, str(n)) for name, n in counts), frozenset({1})
    )
    headings = ("θ", _("Information"), _("Standard error"))
    by_ability = Table(
        curve.title,
        headings,
        tuple((decimal(theta, 0), decimal(value, 2), decimal(error, 3)) for theta, value, error in values),
        figures(headings, 0),
    )
    return Section(
        "measuring", _("Where the items measure"), (Figure(spread, by_place), Figure(curve, by_ability))
    )
