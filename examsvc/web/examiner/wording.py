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
    "MISFIT": FlagWords(
        _l("Fits badly"),
        _l(
            "Its curve is not the model's: look at the picture, the key and the options, then at the wording."
        ),
        "badge-warn",
    ),
    "OVERFIT": FlagWords(
        _l("Too regular"),
        _l("Responses follow ability more strictly than the model says: often a near copy of other items."),
        "badge-info",
    ),
    "LOCAL_DEPENDENCE": FlagWords(
        _l("Hangs on another item"),
        _l("With another item it shares more than ability: make the two enemies, or keep one of them."),
        "badge-warn",
    ),
    "EASY_DRIFT": FlagWords(
        _l("Has become easier"),
        _l("Easier than in the calibration before, beyond chance: it may have leaked."),
        "badge-warn",
    ),
    "HARD_DRIFT": FlagWords(
        _l("Has become harder"),
        _l("Harder than in the calibration before, beyond chance: law or practice may have changed."),
        "badge-warn",
    ),
    "SLOPE_DRIFT": FlagWords(
        _l("Discriminates otherwise"),
        _l("Tells people apart better or worse than in the calibration before, beyond chance."),
        "badge-warn",
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
    "ONE_CATEGORY": FlagWords(
        _l("Not calibrated: one mark only"),
        _l("Everybody earned the same mark: the item has no place on the scale."),
        "badge-warn",
    ),
    "ANCHORED": FlagWords(
        _l("Held fixed"),
        _l("Kept at the figures of the calibration in force: this campaign did not change them."),
        "badge-state",
    ),
    "CARRIED_OVER": FlagWords(
        _l("Carried over from the last time"),
        _l("On no form of this campaign: figures and flags are those of the calibration before."),
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
