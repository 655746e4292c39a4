"""The flags of items in words, in every room alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


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
    return [ItemFlag(flag_words(code), tuple(options[code])) for code in in_order(options)]


def flag_words(code: str) -> FlagWords:
    """What a flag says; one that has no words yet shows its code, and is never hidden."""
    return FLAGS.get(code) or FlagWords(code, "", "")


def in_order(codes: Iterable[str]) -> list[str]:
    """Flags as they stand in the table, the serious first; those without words last."""
    order = {code: place for place, code in enumerate(FLAGS)}
    return sorted(codes, key=lambda code: order.get(code, len(order)))
