"""What has changed between two versions of an item, and between two of its keys: word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from item_bank.interactions.asked import Area, Asked, replace_marks
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Key
from item_bank.interactions.responses import parts_of
from item_bank.item import ItemVersion
from item_bank.stem import plain_text

_TOKEN: Final = re.compile(r"\s+|\w+|[^\w\s]")
_PART_OF_KEY: Final = re.compile(r"\n| → |; |(?:(?!\n| → |; )[^\n])+")  # as `key_text` joins them
_SAME_NAME: Final = 0.25  # of a whole likeness


class Change(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that share a fate, with the white space between them."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of the item that is not what it was.

    part : "stem", "option", "place", "stimulus", "key", "rubric", "legal_basis", …, "english_stem", …
    name : which option or place, as the newer version calls it (the older, where it has gone)
    old, new : plain text; None where there was, or is, no such part
    runs : the new text with what has gone from the old
    markup_only : the words are the same, their emphasis or their pictures are not
    """

    part: str
    name: str
    old: str | None
    new: str | None
    runs: tuple[Run, ...]
    markup_only: bool = False


def word_runs(old: str, new: str) -> tuple[Run, ...]:
    """How the new text came from the old: runs of words, none empty, no two neighbours alike.

    Joined without what is new they give the old text back, without what has gone the new one.
    """
    return _runs(_TOKEN.findall(old), _TOKEN.findall(new))


def _runs(before: list[str], after: list[str]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for _tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, fresh = "".join(before[i1:i2]), "".join(after[j1:j2])
        found = [(Change.SAME, fresh)] if gone == fresh else [(Change.GONE, gone), (Change.NEW, fresh)]
        runs.extend(Run(change, text) for change, text in found if text)
    return tuple(runs)


def differences(old: tuple[ItemVersion, Key], new: tuple[ItemVersion, Key]) -> tuple[Difference, ...]:
    """All that a reader of the newer version has to look at again, in the order in which he reads it.

    Options and places are held against those that read the same, wherever they stood, then against what stood
    in their place: an option that was only moved is not one that was rewritten.
    """
    (before, old_key), (after, new_key) = old, new
    found = [_compared("stimulus", "", _stimulus(before), _stimulus(after))]
    found.append(_compared("stem", "", _shown_marks(before.stem), _shown_marks(after.stem)))
    found.extend(_rows("place", _places(before.asked), _places(after.asked)))
    found.extend(_rows("option", _options(before.asked), _options(after.asked)))
    found.append(_compared("interaction", "", before.interaction.value, after.interaction.value))
    found.append(_compared("at_most", "", _number(before.asked.at_most), _number(after.asked.at_most)))
    found.extend(key_differences(before.asked, old_key, after.asked, new_key))
    found.append(_compared("legal_basis", "", before.legal_basis, after.legal_basis))
    found.append(_compared("rationale", "", before.rationale, after.rationale))
    found.append(_compared("level", "", before.cognitive_level.value, after.cognitive_level.value))
    found.append(_compared("judged_share", "", _percent(before), _percent(after)))
    found.extend(_english(before, after))
    return tuple(one for one in found if one is not None)


def key_differences(old_asked: Asked, old: Key, new_asked: Asked, new: Key) -> tuple[Difference, ...]:
    """What two keys say differently, in the words of what they accept."""
    found = [_compared("key", "", key_text(old_asked, old), key_text(new_asked, new))]
    for part, before, after in (
        ("credit", old.credit.value, new.credit.value),
        ("tolerance", str(old.tolerance), str(new.tolerance)),
        ("with_case", str(old.with_case), str(new.with_case)),
        ("with_marks", str(old.with_marks), str(new.with_marks)),
        ("rubric", _rubric(old), _rubric(new)),
    ):
        found.append(_compared(part, "", before, after))
    return tuple(one for one in found if one is not None)


def key_text(asked: Asked, key: Key) -> str:
    """What a key accepts in plain words, one accepted response a line."""
    return "\n".join(response_text(asked, response) for response in key.accepted)


def response_text(asked: Asked, response: str) -> str:
    """A response in the words of the options and places that it names."""
    if asked.kind.form in {Form.NUMBER, Form.TEXT, Form.NOTHING}:
        return response
    texts = {place.id: plain_text(place.content) or place.id for place in asked.places}
    texts |= {option.id: plain_text(option.content) or option.id for option in asked.options}
    words = []
    for part in parts_of(response):
        option, arrow, place = part.partition(">")
        words.append(
            f"{texts.get(place, place)} → {texts.get(option, option)}" if arrow else texts.get(part, part)
        )
    return (" → " if asked.kind.form is Form.ORDERED else "; ").join(words)


def _compared(part: str, name: str, old: str | None, new: str | None) -> Difference | None:
    """The difference of two texts with markup, or None where there is none."""
    if old == new or (not old and not new):
        return None
    before, after = plain_text(old or ""), plain_text(new or "")
    if part in {"key", "rubric"}:  # lines mean something there
        before, after = old or "", new or ""
    runs = word_runs(before, after)
    if part == "key":  # "154.500" for "150.000" is another option, not a few digits less and more
        runs = _runs(_PART_OF_KEY.findall(before), _PART_OF_KEY.findall(after))
    return Difference(
        part,
        name,
        None if not old else before,
        None if not new else after,
        runs,
        markup_only=before == after,
    )


def _rows(
    part: str, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]
) -> list[Difference | None]:
    pairs, gone = _paired(old, new)
    found = [
        _compared(part, name, None if partner is None else partner[1], text)
        for (name, text), partner in pairs
    ]
    return found + [_compared(part, name, text, None) for name, text in gone]


def _paired(
    old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]
) -> tuple[list[tuple[tuple[str, str], tuple[str, str] | None]], list[tuple[str, str]]]:
    """Each new row with the old one that it is to be held against, and the old ones that have none."""
    left = list(old)
    partners: dict[int, tuple[str, str]] = {}
    for by_text in (True, False):
        for number, (name, text) in enumerate(new):
            if number in partners:
                continue
            match = (
                next((row for row in left if row[1] == text), None) if by_text else _nearest(left, name, text)
            )
            if match is not None:
                partners[number] = match
                left.remove(match)
    return [(row, partners.get(number)) for number, row in enumerate(new)], left


def _nearest(rows: Sequence[tuple[str, str]], name: str, text: str) -> tuple[str, str] | None:
    """The row that reads most like this one; having the same name counts as well."""
    words = _TOKEN.findall(text)
    return max(
        rows,
        key=lambda row: (
            SequenceMatcher(None, _TOKEN.findall(row[1]), words).ratio() + _SAME_NAME * (row[0] == name)
        ),
        default=None,
    )


def _options(asked: Asked) -> list[tuple[str, str]]:
    return [(one.id, f"{one.place}: {one.content}" if one.place else one.content) for one in asked.options]


def _places(asked: Asked) -> list[tuple[str, str]]:
    """Gaps are seen in the stem; what is left of a place there says nothing more."""
    rows = [(one.id, " ".join(filter(None, (one.content, _area(one.area))))) for one in asked.places]
    return [row for row in rows if row[1]]


def _area(area: Area | None) -> str:
    return "" if area is None else f"[{area.shape} {' '.join(map(str, area.coords))}]"


def _shown_marks(stem: str) -> str:
    """The marks of a stem stay readable once its markup is taken away."""
    return replace_marks(stem, lambda id_, words: f"[[{id_}{':' if words else ''}{words}]]")


def _stimulus(item: ItemVersion) -> str:
    return "" if item.stimulus is None else item.stimulus.content


def _english_stimulus(item: ItemVersion) -> str:
    return "" if item.stimulus is None else item.stimulus.english


def _number(number: int | None) -> str:
    return "" if number is None else str(number)


def _percent(item: ItemVersion) -> str:
    return "" if item.judged_share is None else f"{item.judged_share * 100:.0f} %"


def _rubric(key: Key) -> str:
    return "\n".join(f"{row.description}: {row.points}" for row in key.rubric)


def _english(before: ItemVersion, after: ItemVersion) -> list[Difference | None]:
    old, new = before.english, after.english
    found = [
        _compared(
            f"english_{part}",
            "",
            None if old is None else getattr(old, part),
            None if new is None else getattr(new, part),
        )
        for part in ("stem", "rationale")
    ]
    found.append(_compared("english_stimulus", "", _english_stimulus(before), _english_stimulus(after)))
    for part, rows in (("place", "places"), ("option", "options")):
        earlier = [] if old is None else list(getattr(old, rows).items())
        later = [] if new is None else list(getattr(new, rows).items())
        found.extend(_rows(f"english_{part}", earlier, later))
    return found
