"""Keys from Moodle's fractions: what earns the mark is taken exactly or refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidItem
from item_bank.formats.draft import Draft
from item_bank.formats.fractions import Percent, adding_up
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import NOTHING, WHOLE, Credit, Key, Weights
from item_bank.interactions.responses import MOST_DIGITS, readings
from item_bank.similarity import fold
from item_bank.stem import nfc, plain_text

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_IDS: Final = (*LETTERS, *(f"Z{number}" for number in range(1, 1_000)))
TRUE, FALSE = Option("T", "Đúng"), Option("F", "Sai")
_TRUE_WORDS: Final = frozenset({"dung", "true", "t"})
_FALSE_WORDS: Final = frozenset({"sai", "false", "f"})
_EXACT: Final = Context(prec=100)
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_STAR: Final = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class Graded:
    """One of Moodle's answers: an option's HTML, or a text as typed, with its share of the mark."""

    text: str
    percent: Percent


@dataclass(frozen=True, slots=True)
class Near:
    """One of Moodle's numbers: everything from low to high has this share."""

    low: Decimal
    high: Decimal
    percent: Percent


def lettered(contents: Iterable[str], at_most: int | None = 1) -> tuple[Option, ...]:
    """Options A, B, C…; more than there are letters are numbered on, for the table of kinds to refuse."""
    return tuple(Option(id_, text, at_most=at_most) for id_, text in zip(_IDS, contents, strict=False))


def in_reading_order(contents: Iterable[str]) -> list[str]:
    """Sorted by what is read, so that neither order nor letters tell which place each belongs to."""
    return sorted(contents, key=reading_order)


def reading_order(content: str) -> tuple[str, str]:
    return plain_text(content).casefold(), content


def chosen(choices: Sequence[Graded], draft: Draft, *, single: bool) -> tuple[Asked, Key]:
    """Single or multiple choice.

    Single: one option earns everything, others may earn a part. Multiple: the positive shares make a whole;
    where each right option earns the same and each wrong one takes as much away, that is credit by parts.
    Raises InvalidItem: NO_KEY, TWO_KEYS, FRACTIONS_DO_NOT_ADD_UP. Loses NEGATIVE_MARK_LOST: a mark below
    zero for a single choice.
    """
    options = lettered(choice.text for choice in choices)
    if single:
        asked = Asked(Interaction.SINGLE_CHOICE, options)
        shares = [choice.percent.meant for choice in choices]
        key_id = _the_only_key(options, shares)
        if min(shares) < 0:
            draft.lose("NEGATIVE_MARK_LOST")
        if set(shares) <= {NOTHING, WHOLE}:
            return asked, Key(1, (key_id,))
        return asked, _by_weights(key_id, asked.option_ids, shares)
    asked = Asked(Interaction.MULTIPLE_RESPONSE, options)
    if not any(choice.percent.meant > 0 for choice in choices):
        raise InvalidItem("NO_KEY")
    shares = adding_up([choice.percent for choice in choices])
    right = " ".join(option.id for option, share in zip(options, shares, strict=True) if share > 0)
    part = Fraction(1, len(right.split()))
    if all(share in {part, -part} for share in shares):
        return asked, Key(1, (right,), Credit.PARTS)
    return asked, _by_weights(right, asked.option_ids, shares)


def _the_only_key(options: Sequence[Option], shares: Sequence[Fraction]) -> str:
    whole = [option.id for option, share in zip(options, shares, strict=True) if share == WHOLE]
    if not whole or max(shares) > WHOLE:
        raise InvalidItem("NO_KEY")
    if len(whole) > 1:
        raise InvalidItem("TWO_KEYS", options=tuple(whole))
    return whole[0]


def _by_weights(accepted: str, parts: Iterable[str], shares: Iterable[Fraction]) -> Key:
    worth = {part: share for part, share in zip(parts, shares, strict=True) if share}
    return Key(1, (accepted,), Credit.WEIGHTS, weights=Weights(worth, best=WHOLE))


def true_or_false(*, true: bool) -> tuple[Asked, Key]:
    return Asked(Interaction.TRUE_FALSE, (TRUE, FALSE)), Key(1, (TRUE.id if true else FALSE.id,))


def says_true(words: str) -> bool | None:
    """Whether the words say true or false, in Vietnamese or English; None where neither is plain."""
    folded = fold(words)
    if folded in _TRUE_WORDS:
        return True
    return False if folded in _FALSE_WORDS else None


def typed_text(answers: Sequence[Graded], draft: Draft, *, with_case: bool) -> tuple[Asked, Key]:
    """Short text; `*` stands for any text, `\\*` for the sign itself.

    A last `*` alone is what every other text earns. Raises InvalidItem: NO_KEY, WILDCARD_KEY (any text earns
    everything, or all that earns it is patterns), KEY_CONTRADICTS (an earlier pattern or the same text with
    another share). Loses WILDCARD_LOST (a pattern beside a text), NEGATIVE_MARK_LOST.
    """
    *before, last = answers
    otherwise = last.percent.meant if last.text.strip() == "*" else NOTHING
    if last.text.strip() == "*":
        answers = before
    worth: dict[str, Fraction] = {}
    spelled: dict[str, str] = {}
    barred = False
    for answer in answers:
        share = answer.percent.meant
        if _STAR.search(answer.text):
            if share:
                draft.lose("WILDCARD_LOST", value=answer.text[:80])
            barred = barred or share < WHOLE
            continue
        text = nfc(answer.text.replace("\\*", "*")).strip()
        same = " ".join(text.split()) if with_case else " ".join(text.split()).casefold()
        if worth.get(spelled.setdefault(same, text), share) != share or (barred and share > 0):
            raise InvalidItem("KEY_CONTRADICTS", value=text[:80])
        worth[spelled[same]] = share
    accepted = tuple(text for text, share in worth.items() if share == WHOLE)
    if otherwise >= WHOLE or (not accepted and len(worth) < len(answers)):
        raise InvalidItem("WILDCARD_KEY")
    if not accepted or max(worth.values()) > WHOLE:
        raise InvalidItem("NO_KEY")
    if min(otherwise, *worth.values()) < 0:
        draft.lose("NEGATIVE_MARK_LOST")
    return Asked(Interaction.SHORT_TEXT), _text_key(accepted, worth, otherwise, with_case=with_case)


def _text_key(
    accepted: tuple[str, ...], worth: dict[str, Fraction], otherwise: Fraction, *, with_case: bool
) -> Key:
    if set(worth.values()) <= {NOTHING, WHOLE} and not otherwise:
        return Key(1, accepted, with_case=with_case)
    kept = worth if otherwise else {text: share for text, share in worth.items() if share}
    weights = Weights(kept, best=WHOLE, otherwise=otherwise)
    return Key(1, accepted, Credit.WEIGHTS, with_case=with_case, weights=weights)


def read_number(text: str) -> Decimal:
    """A number of a file: with a decimal point, or with a comma where that can mean but one thing.

    Raises InvalidItem: NOT_A_NUMBER, NUMBER_AMBIGUOUS.
    """
    typed = text.strip()
    if _NUMBER.fullmatch(typed) and len(typed) <= 2 * MOST_DIGITS:
        return Decimal(typed)
    meant = readings(typed)
    if len(meant) > 1:
        raise InvalidItem("NUMBER_AMBIGUOUS", value=typed[:40])
    if not meant:
        raise InvalidItem("NOT_A_NUMBER", value=typed[:40])
    return next(iter(meant))


def near(value: Decimal, tolerance: Decimal, percent: Percent) -> Near:
    return between(_EXACT.subtract(value, tolerance), _EXACT.add(value, tolerance), percent)


def between(low: Decimal, high: Decimal, percent: Percent) -> Near:
    if low > high:
        raise InvalidItem("BAD_RANGE", low=str(low)[:40], high=str(high)[:40])
    return Near(low, high, percent)


def number_text(number: Decimal) -> str:
    """The number with a decimal point, in a spelling that has but one reading: 1.234 as 1.2340."""
    plain = f"{_EXACT.normalize(number):f}"
    plain = "0" if plain == "-0" else plain
    return f"{plain}0" if len(readings(plain)) > 1 else plain


def numbered(answers: Sequence[Near], draft: Draft) -> tuple[Asked, Key]:
    """Numeric: what earns everything is accepted; the first answer that fits a response counts.

    Raises InvalidItem: NO_KEY, TOLERANCES_DIFFER, KEY_CONTRADICTS (an earlier answer takes from the key).
    Loses PARTIAL_CREDIT_LOST (value, share): a number earns all or nothing here.
    """
    whole = [answer for answer in answers if answer.percent.meant == WHOLE]
    if not whole or any(answer.percent.meant > WHOLE for answer in answers):
        raise InvalidItem("NO_KEY")
    for place, answer in enumerate(answers):
        share = answer.percent.meant
        if share == WHOLE:
            continue
        later = (other for other in answers[place:] if other.percent.meant == WHOLE)
        value = number_text(_middle(answer))
        if any(answer.low <= other.high and other.low <= answer.high for other in later):
            raise InvalidItem("KEY_CONTRADICTS", value=value)
        if share:
            draft.lose("PARTIAL_CREDIT_LOST", value=value, share=str(share))
    tolerances = {_EXACT.divide(_EXACT.subtract(answer.high, answer.low), Decimal(2)) for answer in whole}
    if len(tolerances) > 1:
        raise InvalidItem("TOLERANCES_DIFFER")
    accepted = tuple(dict.fromkeys(number_text(_middle(answer)) for answer in whole))
    return Asked(Interaction.NUMERIC), Key(1, accepted, tolerance=tolerances.pop())


def _middle(answer: Near) -> Decimal:
    return _EXACT.divide(_EXACT.add(answer.low, answer.high), Decimal(2))


def matched(pairs: Sequence[tuple[str, str]]) -> tuple[Asked, Key]:
    """Matching, of (what is asked, what belongs to it), the first empty for a distractor.

    Each right pair counts. An option may be put to several places, as in Moodle's lists.
    """
    options = lettered(in_reading_order(dict.fromkeys(option for _place, option in pairs)), at_most=None)
    ids = {option.content: option.id for option in options}
    asked_of = [(place, option) for place, option in pairs if place]
    places = tuple(Place(str(number), place) for number, (place, _option) in enumerate(asked_of, start=1))
    asked = Asked(Interaction.MATCH, options, places)
    key = " ".join(
        f"{ids[option]}>{place.id}" for place, (_text, option) in zip(places, asked_of, strict=True)
    )
    return asked, Key(1, (key,), Credit.PARTS)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a stem with the options of its own, and how much it counts."""

    choices: Sequence[Graded]
    weight: int = 1


def chosen_inline(gaps: Sequence[Gap]) -> tuple[Asked, Key]:
    """Inline choice, its places numbered from 1; raises InvalidItem: NO_KEY, TWO_KEYS."""
    places = tuple(Place(str(number)) for number in range(1, len(gaps) + 1))
    options: list[Option] = []
    accepted: list[str] = []
    worth: dict[str, Fraction] = {}
    for place, gap in zip(places, gaps, strict=True):
        own = tuple(
            Option(f"{place.id}_{number}", choice.text, place.id)
            for number, choice in enumerate(gap.choices, start=1)
        )
        shares = [choice.percent.meant for choice in gap.choices]
        accepted.append(f"{_the_only_key(own, shares)}>{place.id}")
        worth |= {f"{one.id}>{place.id}": share * gap.weight for one, share in zip(own, shares, strict=True)}
        options.extend(own)
    asked = Asked(Interaction.INLINE_CHOICE, tuple(options), places)
    key = " ".join(accepted)
    if len({gap.weight for gap in gaps}) == 1 and set(worth.values()) <= {NOTHING, Fraction(gaps[0].weight)}:
        return asked, Key(1, (key,), Credit.PARTS)
    best = Fraction(sum(gap.weight for gap in gaps))
    weights = Weights({pair: share for pair, share in worth.items() if share}, best=best)
    return asked, Key(1, (key,), Credit.WEIGHTS, weights=weights)


def filled(choices: Sequence[Option], right: Sequence[int]) -> tuple[Asked, Key]:
    """Gap match: for each place, numbered from 1, the position of its choice; each right place counts."""
    order = in_reading_order(choice.content for choice in choices)
    ids = {content: id_ for id_, content in zip(LETTERS, order, strict=False)}
    if len(set(order)) < len(order):
        raise InvalidItem("EQUAL_OPTIONS")
    by_content = {choice.content: choice for choice in choices}
    options = tuple(
        Option(one.id, one.content, at_most=by_content[one.content].at_most) for one in lettered(order)
    )
    places = tuple(Place(str(number)) for number in range(1, len(right) + 1))
    asked = Asked(Interaction.GAP_MATCH, options, places)
    key = " ".join(
        f"{ids[choices[position].content]}>{place.id}" for place, position in zip(places, right, strict=True)
    )
    return asked, Key(1, (key,), Credit.PARTS)
