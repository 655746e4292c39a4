"""States and figures in the words of the examiner's pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from examsvc.web.item_flags import FLAGS as FLAGS  # what the templates are given

NOTHING: Final = "–"
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
CALIBRATION_STATES: Final = {
    "proposed": (_l("Proposed"), "badge-warn"),
    "adopted": (_l("Adopted"), "badge-good"),
    "rejected": (_l("Rejected"), "badge-bad"),
}
METHODS: Final = {
    "judgement": _l("Expert judgement"),
    "mml": _l("Responses (marginal maximum likelihood)"),
}
RESULT_STATES: Final = {
    "provisional": (_l("Provisional"), "badge-warn"),
    "released": (_l("Released"), "badge-good"),
}


def decimal(value: float | None, digits: int = 2) -> str:
    """A figure in the reader's notation; a dash where there is none."""
    if value is None or math.isnan(value):
        return NOTHING
    text: str = format_decimal(
        round(value, digits) + 0.0, format=f"#,##0.{'0' * digits}" if digits else "#,##0"
    )
    return text.replace("-", "−")


def tiny(value: float | None) -> str:
    """A very small figure by its power of ten."""
    if value is None or not value or not math.isfinite(value):
        return NOTHING if value is None else str(value)
    power = math.floor(math.log10(abs(value)))
    raised = str(power).translate(_RAISED)
    return f"{decimal(value / 10.0**power, 1)} × 10{raised}"


def percent(share: float | None) -> str:
    """A share in whole percents; a dash where there is none."""
    return NOTHING if share is None or math.isnan(share) else str(format_percent(share, format="0 %"))


def with_error(value: float | None, error: float | None, digits: int = 2) -> str:
    """A figure ± its standard error."""
    if value is None:
        return NOTHING
    return decimal(value, digits) if error is None else f"{decimal(value, digits)} ± {decimal(error, digits)}"


def level_name(level: int | None) -> str:
    """A level as a word; none is insufficient evidence."""
    return str(_("Insufficient evidence") if level is None else _("Level %(level)s", level=level))


def probabilities_in_words(probabilities: Sequence[float]) -> str:
    """The probability of each level, in one line."""
    return " · ".join(
        _("level %(level)s: %(share)s", level=level, share=percent(share))
        for level, share in enumerate(probabilities)
    )
