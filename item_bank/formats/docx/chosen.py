"""The key of a choice or of statements: from marks and lines that agree; never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.docx.content import read_content
from item_bank.formats.docx.keys import letters_in, responses_in, truths_in
from item_bank.formats.docx.layout import Fact
from item_bank.formats.docx.marks import Offered, marked_sets, read_words, unmark
from item_bank.formats.docx.opened import Open
from item_bank.formats.docx.rich import plain_signs
from item_bank.formats.moodle_keys import FALSE, TRUE, says_true
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key
from item_bank.stem import plain_text

_LED: Final = re.compile(r"([A-Za-z])\s?[.):–-]\s{0,9}\S")
_RIGHT_ONES: Final = re.compile(r"\s*(?:là\s+)?(?:đúng|true)\s*$", re.IGNORECASE)


def said_keys(opened: Open) -> list[str]:
    """What lines, tables and explanations say of the key. Raises InvalidItem KEY_TABLE_AMBIGUOUS."""
    own = [value for value in opened.values(Fact.KEY) if value]
    if not opened.unclear_keys:
        return [*own, *opened.keys]
    if not own:
        raise InvalidItem("KEY_TABLE_AMBIGUOUS", number=opened.number)
    return own


def choice(opened: Open, declared: Interaction | None) -> tuple[Asked, Key]:
    """Single, true or false, or multiple: by the number of right options that a line names.

    Raises InvalidItem: NO_KEY, TWO_KEYS (options), KEY_UNCLEAR (value), KEY_NO_OPTION (value),
    KEYS_DISAGREE (said).
    """
    offered = [one for one in opened.options if not one.owner]
    read_words(offered)
    several = declared is Interaction.MULTIPLE_RESPONSE
    accepted = _accepted(opened, offered, several=several)
    ids = {one.label: one.label.upper() for one in offered}
    unmark(offered, frozenset(accepted[0]))
    options = tuple(Option(ids[one.label], read_content(one.content, opened.draft)) for one in offered)
    interaction = declared or _told(options, accepted)
    if interaction is not Interaction.MULTIPLE_RESPONSE and any(len(one) > 1 for one in accepted):
        raise InvalidItem("TWO_KEYS", options=tuple(ids[one] for one in accepted[0]))
    return Asked(interaction, options), Key(1, tuple(" ".join(ids[part] for part in one) for one in accepted))


def _told(options: Sequence[Option], accepted: Sequence[tuple[str, ...]]) -> Interaction:
    if any(len(one) > 1 for one in accepted):
        return Interaction.MULTIPLE_RESPONSE
    truths = {says_true(plain_text(option.content)) for option in options}
    return (
        Interaction.TRUE_FALSE if len(options) == 2 and truths == {True, False} else Interaction.SINGLE_CHOICE
    )


def _accepted(opened: Open, offered: Sequence[Offered], *, several: bool) -> list[tuple[str, ...]]:
    said = [_letters(value, offered) for value in said_keys(opened)]
    marked = marked_sets(offered, looks=not (opened.exact and said))
    claims = [{frozenset(one) for one in responses} for responses in said] + [{one} for one in marked]
    if not claims:
        raise InvalidItem("NO_KEY")
    if any(claim != claims[0] for claim in claims):
        raise InvalidItem("KEYS_DISAGREE", said=tuple(sorted({_named(claim) for claim in claims})))
    if said:
        return said[0]
    right = tuple(one.label for one in offered if one.label in marked[0])
    if len(right) > 1 and not several:
        raise InvalidItem("TWO_KEYS", options=right)
    return [right]


def _named(claim: set[frozenset[str]]) -> str:
    return " | ".join(sorted(", ".join(sorted(one)) for one in claim))


def _letters(value: str, offered: Sequence[Offered]) -> list[tuple[str, ...]]:
    known = [one.label for one in offered]
    found: list[tuple[str, ...]] = []
    for response in responses_in(value):
        letters = letters_in(response, known)
        led = _LED.match(plain_signs(response)) if letters is None else None
        if led is not None:
            letters = letters_in(led.group(1), known)
        if letters is None:
            single = re.fullmatch(r"[A-Za-z]\.?", response.strip())
            raise InvalidItem("KEY_NO_OPTION" if single else "KEY_UNCLEAR", value=response[:40])
        found.append(tuple(sorted(letters, key=known.index)))
    return found


def statements(opened: Open) -> tuple[Asked, Key]:
    """Statements, each true or false.

    Raises InvalidItem: NO_KEY, KEY_UNCLEAR (value), KEYS_DISAGREE (said).
    """
    offered = [one for one in opened.options if not one.owner]
    read_words(offered)
    labels = [one.label.casefold() for one in offered]
    if labels != list("abcdefghijklmnopqrstuvwxyz"[: len(labels)]):
        raise InvalidItem("OPTIONS_OUT_OF_ORDER", options=tuple(one.label for one in offered))
    truths = _truths(opened, offered)
    unmark(offered, frozenset(one.label for one, truth in zip(offered, truths, strict=True) if truth))
    places = tuple(
        Place(label, read_content(one.content, opened.draft))
        for label, one in zip(labels, offered, strict=True)
    )
    options = (Option(TRUE.id, TRUE.content, at_most=None), Option(FALSE.id, FALSE.content, at_most=None))
    pairs = (f"{TRUE.id if truth else FALSE.id}>{label}" for label, truth in zip(labels, truths, strict=True))
    credit = Credit.STATEMENTS if len(places) == 4 else Credit.PARTS
    return Asked(Interaction.STATEMENTS, options, places), Key(1, (" ".join(pairs),), credit)


def _truths(opened: Open, offered: Sequence[Offered]) -> tuple[bool, ...]:
    said = [_truths_of(value, offered) for value in said_keys(opened)]
    words = [one.truth for one in offered]
    claims = [*said]
    if None not in words:
        claims.append(tuple(bool(word) for word in words))
    elif False not in words:
        marked = marked_sets(offered, looks=not (opened.exact and said))
        claims += [tuple(one.label in right for one in offered) for right in marked]
    if not claims:
        raise InvalidItem("NO_KEY")
    if len(set(claims)) > 1:
        shown = ("".join("Đ" if truth else "S" for truth in claim) for claim in sorted(set(claims)))
        raise InvalidItem("KEYS_DISAGREE", said=tuple(shown))
    return claims[0]


def _truths_of(value: str, offered: Sequence[Offered]) -> tuple[bool, ...]:
    """In full, or only those that are right: "a, c đúng"."""
    truths = truths_in(value, len(offered))
    if truths is not None:
        return truths
    labels = [one.label for one in offered]
    right = letters_in(_RIGHT_ONES.sub("", value), labels)
    if right is None:
        raise InvalidItem("KEY_UNCLEAR", value=value[:40])
    return tuple(label in right for label in labels)
