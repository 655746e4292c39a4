"""An item of the bank in the terms of Moodle's files: fractions, pairs, numbered gaps; and what gets lost."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from item_bank.errors import InvalidItem
from item_bank.formats.foreign import ForeignItem, Remark
from item_bank.formats.fractions import is_written_exactly
from item_bank.formats.moodle_keys import FALSE, TRUE, number_text, says_true
from item_bank.formats.moodle_text import without_pictures
from item_bank.interactions.asked import Asked, Option, check_stem
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import NOTHING, WHOLE, Credit, Key, Weights, check_key
from item_bank.interactions.responses import parts_of, readings
from item_bank.media import references
from item_bank.stem import nfc, plain_text, strip_invisible

MAX_MARK: Final = 10_000.0
_MARK: Final = re.compile(r"\[\[([A-Za-z0-9_]{1,16})\]\]")
_UNWRITABLE: Final = "\\*"  # a backslash before a star: the file would read it as the star alone


@dataclass(slots=True)
class Losses:
    """What a writer could not carry: where, and what."""

    found: list[tuple[str, Remark]] = field(default_factory=list)

    def add(self, item: ForeignItem, code: str, **params: Any) -> None:
        self.found.append((item.where, Remark(code, params)))


def parts(item: ForeignItem) -> tuple[Asked, Key]:
    """What is asked and its key, in their one spelling.

    Raises InvalidItem: ITEM_REFUSED where reading had refused it, else as `check_stem` and `check_key` do.
    """
    if item.asked is None or item.key is None:
        raise InvalidItem("ITEM_REFUSED")
    check_stem(item.asked, item.stem)
    return item.asked, check_key(item.asked, item.key)


def note_losses(item: ForeignItem, carried: Collection[str], losses: Losses) -> None:
    """The facts about an item that a format has no place for: category, tags, mark, code, stimulus…"""
    facts = item.facts
    found = (
        ("category", "CATEGORY_LOST", item.category),
        ("tags", "TAGS_LOST", item.tags),
        ("language", "LANGUAGE_LOST", item.language),
        ("rationale", "RATIONALE_LOST", item.rationale),
        ("competencies", "COMPETENCIES_LOST", item.competencies),
        ("statistics", "STATISTICS_LOST", item.statistics),
        ("max_mark", "MAX_MARK_LOST", item.max_mark != 1),
        ("code", "CODE_LOST", facts.code),
        ("topic", "TOPIC_LOST", facts.topic),
        ("cognitive_level", "COGNITIVE_LEVEL_LOST", facts.cognitive_level),
        ("legal_basis", "LEGAL_BASIS_LOST", facts.legal_basis),
        ("judged_share", "JUDGED_SHARE_LOST", facts.judged_share is not None),
        ("pool", "POOL_LOST", facts.pool),
        ("enemies", "ENEMIES_LOST", facts.enemies),
        ("stimulus", "STIMULUS_LOST", item.stimulus),
        ("english", "ENGLISH_LOST", item.english or (item.stimulus is not None and item.stimulus.english)),
        ("rubric", "RUBRIC_LOST", item.key is not None and item.key.rubric),
    )
    for name, code, value in found:
        if value and name not in carried:
            losses.add(item, code)


def pictures_of(item: ForeignItem) -> list[str]:
    asked, _key = parts(item)
    contents = [*(option.content for option in asked.options), *(place.content for place in asked.places)]
    shared = item.stimulus.content if item.stimulus is not None else ""
    return references(item.stem, item.rationale, shared, *contents)


def choice_shares(item: ForeignItem, losses: Losses) -> list[Fraction]:
    """Of each option its share, for a single choice (one earns everything) or a multiple one.

    Raises InvalidItem KEY_NOT_CARRIED. Loses CREDIT_CHANGED (all or nothing becomes credit by parts, which a
    wrong option takes away), LIMIT_LOST, BOUNDS_LOST.
    """
    asked, key = parts(item)
    if len(key.accepted) > 1:
        raise InvalidItem("KEY_NOT_CARRIED", accepted=len(key.accepted))
    right = parts_of(key.accepted[0])
    single = asked.interaction is not Interaction.MULTIPLE_RESPONSE
    if asked.at_most is not None and not single:
        losses.add(item, "LIMIT_LOST")
    if key.weights is not None:
        shares = [_share_of(key.weights, option.id) for option in asked.options]
        _check_weights(asked.option_ids, shares, right, single=single)
        _note_bounds(item, key.weights, losses)
        return shares
    if single:
        return [WHOLE if option.id in right else NOTHING for option in asked.options]
    if key.credit is Credit.WHOLE:
        losses.add(item, "CREDIT_CHANGED", credit=key.credit.value, to=Credit.PARTS.value)
    part = Fraction(1, len(right))
    return [part if option.id in right else -part for option in asked.options]


def _share_of(weights: Weights, part: str) -> Fraction:
    return weights.of.get(part, weights.otherwise) / weights.best


def _check_weights(
    ids: Sequence[str], shares: Sequence[Fraction], right: Sequence[str], *, single: bool
) -> None:
    """Whether the reader would find the same key in these shares."""
    positive = [share for share in shares if share > 0]
    whole = shares.count(WHOLE) == 1 and max(shares) == WHOLE if single else sum(positive) == WHOLE
    named = [id_ for id_, share in zip(ids, shares, strict=True) if (share == WHOLE if single else share > 0)]
    if not whole or set(named) != set(right) or not all(map(is_written_exactly, shares)):
        raise InvalidItem("KEY_NOT_CARRIED")


def _note_bounds(item: ForeignItem, weights: Weights, losses: Losses) -> None:
    if (weights.low or 0) > 0 or (weights.high is not None and weights.high < weights.best):
        losses.add(item, "BOUNDS_LOST")


def true_false(item: ForeignItem, losses: Losses) -> bool | None:
    """Whether the statement is true; None where the options are not plainly true and false."""
    asked, key = parts(item)
    said = {option.id: says_true(plain_text(option.content)) for option in asked.options}
    if set(said.values()) != {True, False} or len(key.accepted) > 1 or key.credit is not Credit.WHOLE:
        return None
    if [option.content for option in asked.options] != [TRUE.content, FALSE.content]:
        losses.add(item, "OPTION_TEXTS_LOST")
    return said[key.option_id]


def text_shares(item: ForeignItem, losses: Losses) -> list[tuple[str, Fraction]]:
    """Texts and what each earns, `*` last for any other; raises InvalidItem KEY_NOT_CARRIED.

    Loses VIETNAMESE_MARKS_MATTER: Moodle always compares them.
    """
    _asked, key = parts(item)
    if not key.with_marks:
        losses.add(item, "VIETNAMESE_MARKS_MATTER")
    shares = dict.fromkeys(key.accepted, WHOLE)
    otherwise = NOTHING
    if key.weights is not None:
        worth = key.weights
        shares = {text: _share_of(worth, text) for text in (*key.accepted, *worth.of)}
        otherwise = worth.otherwise / worth.best
        _note_bounds(item, worth, losses)
    whole = {text for text, share in shares.items() if share == WHOLE}
    alike = {
        " ".join(text.split()) if key.with_case else " ".join(text.split()).casefold() for text in shares
    }
    if (
        whole != set(key.accepted)
        or max(shares.values()) > WHOLE
        or otherwise >= WHOLE
        or len(alike) < len(shares)
        or not all(map(_is_writable, shares))
        or not all(map(is_written_exactly, (*shares.values(), otherwise)))
    ):
        raise InvalidItem("KEY_NOT_CARRIED")
    pairs = [(text.replace("*", "\\*"), share) for text, share in shares.items()]
    return [*pairs, ("*", otherwise)] if otherwise else pairs


def _is_writable(text: str) -> bool:
    return bool(text) and _UNWRITABLE not in text and text == strip_invisible(nfc(text)).strip()


def numbers(item: ForeignItem) -> tuple[list[str], str]:
    """The accepted numbers with a decimal point, and the tolerance of all."""
    _asked, key = parts(item)
    return [number_text(_only(readings(text))) for text in key.accepted], number_text(key.tolerance)


def _only(meant: Collection[Decimal]) -> Decimal:
    if len(meant) != 1:
        raise InvalidItem("KEY_AMBIGUOUS")
    return next(iter(meant))


def placed(item: ForeignItem, losses: Losses) -> list[tuple[str, Option]]:
    """Of each place, in order, the one option that the key puts there: (place, option).

    Raises InvalidItem KEY_NOT_CARRIED: several keys, a place with none or several. Loses CREDIT_CHANGED: in
    Moodle each right place earns its share.
    """
    asked, key = parts(item)
    pairs = [pair.partition(">")[::2] for pair in parts_of(key.accepted[0])]
    by_place = {place: option for option, place in pairs}
    if len(key.accepted) > 1 or len(pairs) != len(asked.places) or len(by_place) != len(pairs):
        raise InvalidItem("KEY_NOT_CARRIED")
    if key.credit is not Credit.PARTS and len(pairs) > 1:
        losses.add(item, "CREDIT_CHANGED", credit=key.credit.value, to=Credit.PARTS.value)
    options = {option.id: option for option in asked.options}
    return [(place.id, options[by_place[place.id]]) for place in asked.places]


def match_pairs(item: ForeignItem, losses: Losses) -> list[tuple[str, str]]:
    """What is asked with what belongs to it, then options without a place of theirs.

    Loses LIMIT_LOST: in Moodle's lists each option can be put to every place. INTERACTION_CHANGED: statements
    become a matching of true and false.
    """
    asked, _key = parts(item)
    if asked.interaction is not Interaction.MATCH:
        losses.add(item, "INTERACTION_CHANGED", interaction=asked.interaction.value, to="match")
    limits = {*(option.at_most for option in asked.options), *(place.at_most or 0 for place in asked.places)}
    if limits - {None, 1} or (limits != {None, 1} and len(asked.places) > 1):
        losses.add(item, "LIMIT_LOST")
    _refuse_unreadable(asked)
    contents = {place.id: place.content for place in asked.places}
    pairs = [(contents[place], option.content) for place, option in placed(item, losses)]
    used = {option for _place, option in pairs}
    return [*pairs, *(("", option.content) for option in asked.options if option.content not in used)]


def _refuse_unreadable(asked: Asked) -> None:
    """Options that read alike would be one in the file, and a place without words a distractor."""
    refuse_alike(without_pictures(option.content)[0] for option in asked.options)
    if not all(plain_text(place.content) for place in asked.places):
        raise InvalidItem("EMPTY_PART")


def refuse_alike(contents: Iterable[str]) -> None:
    """Raises InvalidItem where two options would be written alike, or one empty."""
    written = list(contents)
    if len(set(written)) < len(written):
        raise InvalidItem("EQUAL_OPTIONS")
    if not all(map(plain_text, written)):
        raise InvalidItem("EMPTY_PART")


def numbered_stem(stem: str, number_of: dict[str, int]) -> str:
    """The stem with its marks numbered as Moodle wants them: by the choice that belongs there."""
    return _MARK.sub(lambda mark: f"[[{number_of[mark.group(1)]}]]", stem)
