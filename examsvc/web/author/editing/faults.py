"""What is wrong with what was typed, each at the field where it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from examsvc.web.author.editing.parts import Parts
from examsvc.web.author.editing.typed import PAIRED_ROWS, TYPED_KEYS, Typed
from item_bank.errors import InvalidItem
from item_bank.interactions.asked import Asked, marks_in
from item_bank.interactions.kinds import Interaction
from item_bank.labels import new_ids
from item_bank.stem import from_authored, plain_text

# faults that belong to one field, whatever they are about
_FIELDS: Final = {
    "INVALID_CODE": "code",
    "SHARE_OUT_OF_RANGE": "judged_share",
    "EMPTY_STEM": "stem",
    "UNKNOWN_LEVEL": "level",
    "INVALID_LIMIT": "at_most",
    "CREDIT_UNFIT": "credit",
    "INVALID_TOLERANCE": "tolerance",
    "INVALID_RUBRIC": "criterion_1",
    "KEY_AMBIGUOUS": "accepted_1",
    "KEY_TWICE": "accepted_1",
    "WRONG_NUMBER_OF_OPTIONS": "options",
    "WRONG_NUMBER_OF_PLACES": "places",
    "EMPTY_STIMULUS": "stimulus",
}
_OF_THE_KEY: Final = frozenset({"KEY_MISSING", "KEY_NO_RESPONSE", "KEY_UNEXPECTED"})
_OF_A_MARK: Final = frozenset({"MARK_OF_NO_PLACE", "MARK_TWICE", "PLACE_NOT_IN_STEM"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A code that states the fact, with its facts; `field` is where the author mends it."""

    field: str
    code: str
    params: Mapping[str, Any]


def blanks(typed: Typed) -> list[Fault]:
    """Every row that is there and holds nothing, and every row whose right answer is not marked."""
    return [Fault(name, code, {}) for name, code in _blank(typed)]


def fault_of(error: InvalidItem, typed: Typed, parts: Parts | None) -> Fault:
    """Where the author mends what the library refused."""
    params = dict(error.params)
    name = params.pop("field", None)
    if name is None:
        name = _FIELDS.get(error.code) or _named(error, typed, parts)
    elif parts is not None:
        name = _as_typed(name, parts)
        same = params.get("same_as")
        if same is not None:
            params["same_as"] = _letter(str(same), parts.asked)
    return Fault(name or "", error.code, params)


def _blank(typed: Typed) -> Iterator[tuple[str, str]]:
    if typed.kind.options[1]:
        yield from _blank_options(typed)
    if typed.kind.places[1]:
        yield from _blank_places(typed)
    if typed.interaction in TYPED_KEYS and not any(text.strip() for text in typed.accepted):
        yield "accepted_1", "KEY_MISSING"
    if typed.with_english and not typed.english_stem.strip():
        yield "english_stem", "TRANSLATION_INCOMPLETE"


def _blank_options(typed: Typed) -> Iterator[tuple[str, str]]:
    for option in typed.options:
        name = f"option_{option.id.lower()}"
        if not option.content.strip():
            yield name, "MISSING_CELL"
        if typed.with_english and not option.english.strip():
            yield f"english_{name}", "TRANSLATION_INCOMPLETE"


def _blank_places(typed: Typed) -> Iterator[tuple[str, str]]:
    for place in typed.places:
        id_ = place.id.lower()
        if not typed.kind.in_stem:
            yield from _blank_text(typed, f"place_{id_}", place.content, place.english)
        if typed.interaction in PAIRED_ROWS:
            yield from _blank_text(typed, f"pair_{id_}", place.pair, place.english_pair)
        if typed.interaction is Interaction.STATEMENTS and not place.said:
            yield f"right_{id_}", "KEY_MISSING"
        own = typed.options_of(place.id)
        if typed.kind.own_options and own and not any(option.right for option in own):
            yield f"right_{id_}", "KEY_MISSING"


def _blank_text(typed: Typed, name: str, text: str, english: str) -> Iterator[tuple[str, str]]:
    if not text.strip():
        yield name, "MISSING_CELL"
    if typed.with_english and not english.strip():
        yield f"english_{name}", "TRANSLATION_INCOMPLETE"


def _named(error: InvalidItem, typed: Typed, parts: Parts | None) -> str | None:
    """The field of a fault that names no field."""
    if error.code in _OF_THE_KEY:
        return "accepted_1" if typed.interaction in TYPED_KEYS else "key"
    if error.code in _OF_A_MARK:
        return _stem_with(error, typed)
    if error.code == "TRANSLATION_INCOMPLETE":
        part = str(error.params.get("part", ""))
        return "english_stem" if part == "stem" else _english(part, parts)
    if error.code == "PLACE_WITHOUT_OPTIONS":
        return f"right_{str(error.params.get('place', '')).lower()}"
    return None


def _stem_with(error: InvalidItem, typed: Typed) -> str:
    """Which of the two stems has marks that cannot be."""
    marks = [id_ for id_, _words in marks_in(from_authored(typed.stem))]
    if not typed.kind.in_stem:
        return "stem" if marks else "english_stem"
    twice = len(set(marks)) < len(marks)
    return "stem" if twice or error.params.get("field") == "stem" else "english_stem"


def _english(id_: str, parts: Parts | None) -> str | None:
    if parts is None:
        return None
    options, places = ({new: old for old, new in ids.items()} for ids in new_ids_of(parts.asked))
    name = parts.names.get(options.get(id_, "")) or parts.names.get(places.get(id_, ""))
    return None if name is None else f"english_{name}"


def new_ids_of(asked: Asked) -> tuple[dict[str, str], dict[str, str]]:
    """The bank's own names: those of what was typed once it is sanitised."""
    options = tuple(_sanitised(option) for option in asked.options)
    return new_ids(Asked(asked.interaction, options, asked.places, asked.at_most))


def _sanitised(option: Any) -> Any:
    return type(option)(option.id, from_authored(option.content), option.place, option.at_most)


def _as_typed(name: str, parts: Parts) -> str:
    """The field of the form for one that is named by the bank's own ids."""
    english = "english_" if name.startswith("english_") else ""
    what, _line, id_ = name.removeprefix("english_").partition("_")
    if what not in {"option", "place"} or not id_:
        return name
    ids = dict(zip(("option", "place"), new_ids_of(parts.asked), strict=True))[what]
    typed = {new: old for old, new in ids.items()}.get(id_.upper())
    return english + parts.names.get(typed or "", f"{what}_{id_}")


def _letter(id_: str, asked: Asked) -> str:
    """What reads alike, by its words where its letter is not the form's."""
    options = {new: old for old, new in new_ids_of(asked)[0].items()}
    if options.get(id_) == id_:
        return id_
    contents = {option.id: plain_text(from_authored(option.content)) for option in asked.options}
    return f"“{contents.get(options.get(id_, ''), id_)}”"
