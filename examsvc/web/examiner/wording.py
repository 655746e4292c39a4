"""Flags, states and figures in the words of the examiner's pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import LazyString, format_decimal, format_percent
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

NOTHING: Final = "–"
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class FlagWords:
    """A flag's short name, what it means, and its badge; `is_serious` asks for a decision before release."""

    label: LazyString
    meaning: LazyString
    badge: str
    is_serious: bool = False


FLAGS: Final[dict[str, FlagWords]] = {
    "NEGATIVE_DISCRIMINATION": FlagWords(
        _l("Reversed"),
        _l("The abler answer this item wrong more often. Look for a wrong key first."),
        "badge-bad",
        is_serious=True,
    ),
    "DISTRACTOR_BEATS_KEY": FlagWords(
        _l("Distractor beats key"),
        _l("The abler prefer this option over the key: a wrong key, or a second right option."),
        "badge-bad",
        is_serious=True,
    ),
    "LOW_DISCRIMINATION": FlagWords(
        _l("Discriminates weakly"),
        _l("The item hardly tells the abler from the less able: its wording may mislead."),
        "badge-warn",
    ),
    "TOO_EASY": FlagWords(
        _l("Very easy"), _l("Nearly everybody answers right: the item measures little."), "badge-warn"
    ),
    "TOO_HARD": FlagWords(
        _l("Very hard"),
        _l("Fewer answer right than by guessing or little more. Look at the key."),
        "badge-warn",
    ),
    "FEW_RESPONSES": FlagWords(
        _l("Few responses"), _l("The figures rest on few responses and may change."), "badge-warn"
    ),
    "DISTRACTOR_NOT_WORKING": FlagWords(
        _l("Idle distractor"), _l("Hardly anybody chooses this option: it could be replaced."), "badge-info"
    ),
    "TOO_FEW_RESPONSES": FlagWords(
        _l("Not calibrated: few responses"),
        _l("Too few responses for parameters: classical figures only."),
        "badge-warn",
    ),
    "ALL_CORRECT": FlagWords(
        _l("Not calibrated: all right"),
        _l("Everybody answered right: the item has no place on the scale."),
        "badge-warn",
    ),
    "ALL_WRONG": FlagWords(
        _l("Not calibrated: all wrong"),
        _l("Everybody answered wrong. Look for a wrong key first."),
        "badge-bad",
        is_serious=True,
    ),
    "CARRIED_OVER": FlagWords(
        _l("Carried over"),
        _l("On no form of this campaign: the figures are those of the calibration before."),
        "badge-state",
    ),
}
CALIBRATION_STATES: Final = {
    "proposed": (_l("Proposed"), "badge-warn"),
    "adopted": (_l("Adopted"), "badge-good"),
    "rejected": (_l("Rejected"), "badge-bad"),
}
METHODS: Final = {
    "judgement": _l("Expert judgement"),
    "mml": _l("Responses (marginal maximum likelihood)"),
}
STATUSES: Final = {
    "JUDGED": _l("Judged by the authors, provisional"),
    "CONVERGED": _l("Converged"),
    "NOT_DETERMINED": _l("Not determined by these responses"),
    "MAX_ITERATIONS": _l("Stopped at the limit of iterations"),
    "CANCELLED": _l("Cancelled"),
}
WARNINGS: Final = {
    "NEGATIVE_DISCRIMINATION": _l("an item is answered right less often by the abler"),
    "INFORMATION_NOT_POSITIVE_DEFINITE": _l("standard errors could not be computed"),
    "PERSONS_WITHOUT_RESPONSES": _l("sittings without any response were left out"),
}
RESULT_STATES: Final = {
    "provisional": (_l("Provisional"), "badge-warn"),
    "released": (_l("Released"), "badge-good"),
}


@dataclass(frozen=True, slots=True)
class ItemFlag:
    """A flag of one item, with the options it concerns."""

    words: FlagWords
    options: tuple[str, ...]

    @property
    def label(self) -> str:
        """The flag's name, with its options."""
        return f"{self.words.label} {', '.join(self.options)}" if self.options else str(self.words.label)


def item_flags(flags: Sequence[Mapping[str, Any]]) -> list[ItemFlag]:
    """An item's flags, the serious first, each named once."""
    options: dict[str, list[str]] = {}
    for flag in flags:
        named = options.setdefault(str(flag["code"]), [])
        if flag.get("option") is not None:
            named.append(str(flag["option"]))
    order = list(FLAGS)
    known = sorted((code for code in options if code in FLAGS), key=order.index)
    unknown = [code for code in options if code not in FLAGS]
    return [
        *(ItemFlag(FLAGS[code], tuple(options[code])) for code in known),
        *(ItemFlag(FlagWords(code, "", ""), tuple(options[code])) for code in unknown),  # never hidden
    ]


def decimal(value: float | None, digits: int = 2) -> str:
    """A figure in the reader's notation; a dash where there is none."""
    if value is None or math.isnan(value):
        return NOTHING
    text: str = format_decimal(value, format=f"#,##0.{'0' * digits}" if digits else "#,##0")
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
