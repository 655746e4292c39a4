"""What a change of many items at once does to each: to its words, its legal basis or its cognitive level."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from item_bank.errors import BulkRefused, InvalidItem, LeftAsItIs
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.stem import plain_line, plain_text, sanitise
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation
from item_bank.wording import Wording, compose

LONGEST: Final = 500  # characters of what is looked for, and of what takes its place
LONGEST_BASIS: Final = 1_000
LONGEST_TEXT: Final = 4_000  # of a text of an item: what the editor takes

# tags, formulas, and of a mark [[P1:words]] all but its words: what no replacement may touch
_FIXED: Final = re.compile(
    r"<[^<>]*>|\\\([^<]*?\\\)|\\\[[^<]*?\\\]|\$\$[^<]*?\$\$"
    r"|\[\[[A-Za-z0-9_]{1,16}\]\]|\[\[[A-Za-z0-9_]{1,16}:(?=[^\[\]]{1,500}\]\])|\]\]"
)
_SIGNS: Final = re.compile(r"\[\[|\]\]|\\[()\[\]]|\$\$")  # what would open a mark or a formula


class Part(StrEnum):
    """Where words are looked for."""

    STEM = "stem"
    OPTIONS = "options"  # and places
    RATIONALE = "rationale"
    LEGAL_BASIS = "legal_basis"
    ENGLISH = "english"


@dataclass(frozen=True, slots=True)
class Replacement:
    """Words and what takes their place: plain text, never markup. Raises BulkRefused with the field."""

    find: str
    put: str
    parts: frozenset[Part]
    whole_words: bool = True
    with_case: bool = True

    def __post_init__(self) -> None:
        # a frozen value of one spelling, however it was typed
        object.__setattr__(self, "find", plain_line(self.find))
        object.__setattr__(self, "put", plain_line(self.put))
        if not self.find:
            raise BulkRefused("NOTHING_TO_FIND", field="find")
        if not self.parts:
            raise BulkRefused("NO_PART", field="parts")
        for field, text in (("find", self.find), ("put", self.put)):
            if len(text) > LONGEST:
                raise BulkRefused("TEXT_TOO_LONG", field=field, most=LONGEST)
            if _SIGNS.search(text):
                raise BulkRefused("SIGNS_OF_MARKUP", field=field)
        if self.find == self.put:
            raise BulkRefused("SAME_WORDS", field="put")

    @property
    def pattern(self) -> re.Pattern[str]:
        """What is looked for in plain text."""
        words = re.escape(self.find)
        bounded = rf"(?<!\w){words}(?!\w)" if self.whole_words else words
        return re.compile(bounded, 0 if self.with_case else re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NewBasis:
    """A legal basis: in the place of the one there is, or added to it. Raises BulkRefused with the field."""

    text: str
    adds: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", plain_line(self.text))
        if not self.text:
            raise BulkRefused("BASIS_MISSING", field="legal_basis")
        if len(self.text) > LONGEST_BASIS:
            raise BulkRefused("TEXT_TOO_LONG", field="legal_basis", most=LONGEST_BASIS)


@dataclass(frozen=True, slots=True)
class NewLevel:
    """Another cognitive level."""

    level: CognitiveLevel


Change = Replacement | NewBasis | NewLevel


@dataclass(frozen=True, slots=True)
class Changed:
    """An item as a change leaves it.

    n_places : how often words were replaced
    n_missed : how often they are read where they stay: across emphasis, in a formula, in a picture's words
    """

    item: ItemVersion
    key: Key
    n_places: int = 0
    n_missed: int = 0


def replaced(markup: str, replacement: Replacement) -> tuple[str, int]:
    """Sanitised HTML with words replaced in what is read of it, and how often; tags, marks, formulas stay.

    Raises LeftAsItIs where the result would no longer have the same ones.
    """
    pattern, pieces, count, position = replacement.pattern, list[str](), 0, 0

    def rewrite(text: str) -> str:
        nonlocal count
        found, n = pattern.subn(lambda _match: replacement.put, html.unescape(text))
        count += n
        return html.escape(found, quote=False) if n else text

    for fixed in _FIXED.finditer(markup):
        pieces += [rewrite(markup[position : fixed.start()]), fixed.group()]
        position = fixed.end()
    pieces.append(rewrite(markup[position:]))
    if not count:
        return markup, 0
    result = sanitise("".join(pieces))
    if _FIXED.findall(result) != _FIXED.findall(markup):
        raise LeftAsItIs("MARKUP_TOUCHED")
    if len(result) > LONGEST_TEXT:
        raise LeftAsItIs("TEXT_TOO_LONG", most=LONGEST_TEXT)
    return result, count


def changed(item: ItemVersion, key: Key, change: Change) -> Changed:
    """The item as the change leaves it; what it is called, its key and its ids stay.

    The options of an order, a match or a gap match are called by what they say (`item_bank.labels`): there
    the key accepts the same options under their new letters. Raises LeftAsItIs with the reason: nothing to
    change, or what came of it would be no item.
    """
    if isinstance(change, Replacement):
        return _with_words(item, key, change)
    if isinstance(change, NewBasis):
        return Changed(replace(item, legal_basis=_basis(item.legal_basis, change)), key)
    if item.cognitive_level is change.level:
        raise LeftAsItIs("SAME_LEVEL")
    return Changed(replace(item, cognitive_level=change.level), key)


def _basis(known: str, change: NewBasis) -> str:
    if not change.adds:
        if known == change.text:
            raise LeftAsItIs("SAME_BASIS")
        return change.text
    if change.text.casefold() in known.casefold():
        raise LeftAsItIs("SAME_BASIS")
    text = f"{known}; {change.text}" if known else change.text
    if len(text) > LONGEST_BASIS:
        raise LeftAsItIs("TEXT_TOO_LONG", most=LONGEST_BASIS)
    return text


class _Counter:
    """Replaces in one text after the other, and keeps count."""

    def __init__(self, replacement: Replacement) -> None:
        self._replacement = replacement
        self.n_places = 0
        self.n_read = 0

    def __call__(self, markup: str) -> str:
        text, n = replaced(markup, self._replacement)
        self.n_places += n
        self.n_read += max(n, len(self._replacement.pattern.findall(plain_text(markup))))
        return text

    def of(self, part: Part) -> Callable[[str], str]:
        """Itself for a part that is asked for, else what changes nothing."""
        return self if part in self._replacement.parts else str


def _with_words(item: ItemVersion, key: Key, replacement: Replacement) -> Changed:
    count = _Counter(replacement)
    options, english = count.of(Part.OPTIONS), count.of(Part.ENGLISH)
    wording = Wording(
        code=item.code,
        topic=item.topic,
        level=item.cognitive_level.value,
        stem=count.of(Part.STEM)(item.stem),
        asked=_with_contents(item.asked, options),
        key=key,
        legal_basis=_plain(item.legal_basis, replacement, count),
        rationale=count.of(Part.RATIONALE)(item.rationale),
        judged_share=item.judged_share,
        pool=item.pool.value,
        stimulus=item.stimulus,
        english=None if item.english is None else _translated(item.english, english),
    )
    if not count.n_places:
        raise LeftAsItIs("BROKEN_BY_MARKUP" if count.n_read else "NO_OCCURRENCE")
    try:
        composed, new_key = compose(wording, item.author, item.version)
    except InvalidItem as refusal:
        raise LeftAsItIs(refusal.code, **refusal.params) from refusal
    return Changed(composed, new_key, count.n_places, count.n_read - count.n_places)


def _with_contents(asked: Asked, of: Callable[[str], str]) -> Asked:
    places = asked.places
    if asked.interaction is not Interaction.HOTTEXT:  # there they are the words marked in the stem
        places = tuple(replace(one, content=of(one.content)) for one in places)
    options = tuple(replace(one, content=of(one.content)) for one in asked.options)
    return replace(asked, options=options, places=places)


def _translated(english: Translation, of: Callable[[str], str]) -> Translation:
    def each(texts: Mapping[str, str]) -> dict[str, str]:
        return {id_: of(text) for id_, text in texts.items()}

    return Translation(of(english.stem), each(english.options), each(english.places), of(english.rationale))


def _plain(text: str, replacement: Replacement, count: _Counter) -> str:
    """The legal basis, which has no markup."""
    if Part.LEGAL_BASIS not in replacement.parts:
        return text
    found, n = replacement.pattern.subn(lambda _match: replacement.put, text)
    count.n_places += n
    count.n_read += n
    if len(found) > LONGEST_BASIS:
        raise LeftAsItIs("TEXT_TOO_LONG", most=LONGEST_BASIS)
    return found
