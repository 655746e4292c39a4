"""Rows that come, go and change places, and an item that becomes one of another interaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from examsvc.web.author.editing.reading import interaction_of
from examsvc.web.author.editing.typed import (
    FIRST_OPTIONS,
    FIRST_PLACES,
    PAIRED_ROWS,
    RIGHT_OPTIONS,
    Typed,
    TypedCriterion,
    TypedOption,
    TypedPlace,
    letters,
    settled,
    without_marks,
)
from item_bank.interactions.kinds import MOST, MOST_INLINE, Interaction
from item_bank.interactions.marking import Credit

Row = TypeVar("Row")
# kinds with two options whose words are given
TWO_WORDS: Final = frozenset({Interaction.TRUE_FALSE, Interaction.STATEMENTS})
_TRUE_FALSE: Final = (TypedOption("A", "Đúng", "True"), TypedOption("B", "Sai", "False"))


def blank(interaction: Interaction) -> Typed:
    """A new item's form."""
    return in_kind(Typed(interaction), interaction)


def in_kind(typed: Typed, interaction: Interaction) -> Typed:
    """The same as an item of this interaction: what both have is kept, what is lacking is there to fill in.

    What the new interaction has no place for (an area, a rubric) stays out.
    """
    kept = replace(
        typed,
        interaction=interaction,
        options=_kept_options(typed, interaction),
        places=_kept_places(typed, interaction),
        credit=_first_credit(interaction),
        rubric=typed.rubric or (TypedCriterion(), TypedCriterion()),
    )
    if typed.kind.in_stem and not kept.kind.in_stem:
        kept = replace(kept, stem=without_marks(typed.stem), english_stem=without_marks(typed.english_stem))
    return settled(kept)


def acted(typed: Typed, act: str) -> tuple[Typed, str]:
    """What a button of the form does, and the name of the field to go to then.

    act : "add:option", "remove:place:p2", "up:option:c", "gap", "kind:match", …; what is none changes nothing
    """
    verb, _colon, subject = act.partition(":")
    done = _ACTS.get(verb)
    if done is None:
        return typed, ""
    changed, focus = done(typed, subject)
    return settled(changed), focus


def _kept_options(typed: Typed, interaction: Interaction) -> tuple[TypedOption, ...]:
    if interaction in TWO_WORDS:
        same = typed.interaction in TWO_WORDS and len(typed.options) == 2
        return typed.options if same else _TRUE_FALSE
    options = () if typed.interaction in TWO_WORDS else typed.options
    if typed.interaction in PAIRED_ROWS and interaction not in PAIRED_ROWS:
        options = (
            *(TypedOption("", one.pair, one.english_pair) for one in typed.places if one.pair.strip()),
            *options,
        )
    if interaction is Interaction.INLINE_CHOICE and not typed.kind.own_options:
        options = ()
    if not any(option.content.strip() or option.english.strip() for option in options):
        options = ()
    fill = max(0, FIRST_OPTIONS.get(interaction, 0) - len(options))
    options = (*options, *(TypedOption("") for _ in range(fill)))
    place = "" if interaction is not Interaction.INLINE_CHOICE else None
    right = interaction in RIGHT_OPTIONS | {Interaction.INLINE_CHOICE}
    return tuple(
        replace(
            option,
            id=letters(number),
            place=option.place if place is None else place,
            right=option.right and right,
        )
        for number, option in enumerate(_one_right(options, interaction))
    )


def _one_right(options: Sequence[TypedOption], interaction: Interaction) -> list[TypedOption]:
    """At most the first right one stays right where one alone can be."""
    if interaction is not Interaction.SINGLE_CHOICE:
        return list(options)
    first = next((place for place, option in enumerate(options) if option.right), -1)
    return [replace(option, right=place == first) for place, option in enumerate(options)]


def _kept_places(typed: Typed, interaction: Interaction) -> tuple[TypedPlace, ...]:
    kind = replace(typed, interaction=interaction).kind
    if not kind.places[1]:
        return ()
    places = typed.places
    if typed.kind.in_stem != kind.in_stem:
        places = tuple(one for one in typed.places if one.content.strip() and not kind.in_stem)
    fill = max(0, FIRST_PLACES.get(interaction, 0) - len(places))
    return (*places, *(TypedPlace(f"P{len(places) + number}") for number in range(1, fill + 1)))


def _first_credit(interaction: Interaction) -> str:
    return Credit.STATEMENTS.value if interaction is Interaction.STATEMENTS else Credit.WHOLE.value


def _kind(typed: Typed, name: str) -> tuple[Typed, str]:
    return in_kind(typed, interaction_of(name)), "stem"


def _add(typed: Typed, subject: str) -> tuple[Typed, str]:
    what, _colon, owner = subject.partition(":")
    if what == "option" and len(typed.options) < min(MOST_INLINE, typed.kind.options[1] or MOST):
        added = TypedOption("new", place=owner.upper())
        at = max((n for n, one in enumerate(typed.options, 1) if one.place == added.place), default=0)
        at = at or len(typed.options)
        options = (*typed.options[:at], added, *typed.options[at:])
        return replace(typed, options=options), f"option_{letters(at).lower()}"
    if what == "place" and len(typed.places) < typed.kind.places[1]:
        number = len(typed.places) + 1
        return replace(typed, places=(*typed.places, TypedPlace(f"P{number}"))), f"place_p{number}"
    if what == "accepted" and len(typed.accepted) < MOST:
        return replace(typed, accepted=(*typed.accepted, "")), f"accepted_{len(typed.accepted) + 1}"
    if what == "criterion" and len(typed.rubric) < MOST:
        return replace(typed, rubric=(*typed.rubric, TypedCriterion())), f"criterion_{len(typed.rubric) + 1}"
    return typed, ""


def _remove(typed: Typed, subject: str) -> tuple[Typed, str]:
    what, _colon, name = subject.partition(":")
    rows, at = _rows(typed, what, name)
    if at is None:
        return typed, ""
    left = (*rows[:at], *rows[at + 1 :])
    kept: dict[str, Any] = {_HOLDERS[what]: left}
    changed = replace(typed, **kept)
    if what == "place" and typed.kind.own_options:
        gone = rows[at].id
        changed = replace(changed, options=tuple(one for one in changed.options if one.place != gone))
    return changed, f"add-{what}"


def _moved(typed: Typed, subject: str, step: int) -> tuple[Typed, str]:
    what, _colon, name = subject.partition(":")
    rows, at = _rows(typed, what, name)
    if at is None or not 0 <= at + step < len(rows):
        return typed, ""
    changed = list(rows)
    changed[at], changed[at + step] = changed[at + step], changed[at]
    verb = "up" if step < 0 else "down"
    place = letters(at + step).lower() if what == "option" else f"p{at + step + 1}"
    moved: dict[str, Any] = {_HOLDERS[what]: tuple(changed)}
    return replace(typed, **moved), f"{verb}-{what}-{place}"


def _rows(typed: Typed, what: str, name: str) -> tuple[tuple[Any, ...], int | None]:
    """The rows of a sort, and where the one of this name stands."""
    if what not in _HOLDERS:
        return (), None
    rows: tuple[Any, ...] = getattr(typed, _HOLDERS[what])
    if what in {"option", "place"}:
        ids = [row.id for row in rows]
        return rows, ids.index(name.upper()) if name.upper() in ids else None
    at = int(name) - 1 if name.isascii() and name.isdigit() else -1
    return rows, at if 0 <= at < len(rows) else None


def _gap(typed: Typed, _subject: str) -> tuple[Typed, str]:
    """A gap at the end of the stem, for whoever has no module that puts it where the cursor is."""
    if not typed.kind.in_stem:
        return typed, ""
    return replace(typed, stem=f"{typed.stem.rstrip()} {next_mark(typed)}".lstrip()), "stem"


def next_mark(typed: Typed) -> str:
    """The mark of a place that the stem does not have yet."""
    taken = {*typed.marked_ids, *(place.id for place in typed.places)}
    number = next(number for number in range(1, 1000) if f"P{number}" not in taken)
    return f"[[P{number}]]"


_HOLDERS: Final = {"option": "options", "place": "places", "accepted": "accepted", "criterion": "rubric"}
_ACTS: Final[dict[str, Callable[[Typed, str], tuple[Typed, str]]]] = {
    "kind": _kind,
    "add": _add,
    "remove": _remove,
    "up": lambda typed, subject: _moved(typed, subject, -1),
    "down": lambda typed, subject: _moved(typed, subject, 1),
    "gap": _gap,
}
