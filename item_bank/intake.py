"""A file's items on their way into this bank: each as it would be kept, or why it cannot be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from item_bank.errors import ItemBankError
from item_bank.formats.foreign import BankFacts, Fate, ForeignBank, ForeignItem, Remark
from item_bank.formats.progress import Progress, silent
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion, is_item_code
from item_bank.media import references
from item_bank.pool import Pool
from item_bank.wording import Wording, compose

NEEDED: Final = ("topic", "cognitive_level", "legal_basis")  # what no item of the bank is without
_NUMBER: Final = re.compile(r"(\d{1,9})$")
STEP: Final = 200  # items between two words about the progress


@dataclass(frozen=True, slots=True)
class Known:
    """What the bank holds already, as far as a file is held against it.

    codes : of its items
    media : SHA-256 of its pictures
    """

    topics: Collection[str]
    codes: Collection[str] = ()
    media: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """An item as it would be kept."""

    item: ItemVersion
    key: Key
    enemies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """What becomes of one item of the file.

    number : its place in the file, from 1
    assumed : which facts the file did not say, so that they were taken from what its author answered
    warnings : what a reader should look at; nothing was lost by it
    """

    number: int
    source: ForeignItem
    taken: Taken | None
    refused: Remark | None = None
    assumed: tuple[str, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def lost(self) -> tuple[Remark, ...]:
        return self.source.lost

    @property
    def fate(self) -> Fate:
        if self.taken is None:
            return Fate.REFUSED
        return Fate.DEGRADED if self.lost else Fate.TAKEN


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything the file holds, in its order; `pictures` by the SHA-256 of their content."""

    lines: tuple[IntakeLine, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    def count(self, fate: Fate) -> int:
        return sum(line.fate is fate for line in self.lines)

    @property
    def taken(self) -> list[Taken]:
        return [line.taken for line in self.lines if line.taken is not None]

    @property
    def unsaid(self) -> dict[str, int]:
        """How many items of the file do not say each of the facts that every item needs."""
        said = [line.source.facts for line in self.lines if line.source.refused is None]
        counted = {name: sum(not getattr(facts, name) for facts in said) for name in NEEDED}
        return {name: count for name, count in counted.items() if count}


def take_in(
    bank: ForeignBank,
    known: Known,
    answers: BankFacts,
    author: str,
    progress: Progress = silent,
) -> Intake:
    """What becomes of each item of a file.

    Parameters
    ----------
    answers : what holds for the items that do not say it themselves; its code is how made-up codes begin
    progress : called with (done, total); whatever it raises ends the work

    A code is made up where the file has none: the topic and the next free number. Two items of a file with
    one code, and one that the bank has, are refused: neither is guessed to be a new version of the other.
    """
    total = len(bank.items)
    composer = _Composer(bank, known, answers, author)
    lines: list[IntakeLine] = []
    for number, source in enumerate(bank.items, 1):
        lines.append(composer.line(number, source))
        if number % STEP == 0 or number == total:
            progress(number, total)
    return Intake(tuple(_with_known_enemies(lines, known)), bank.pictures)


class _Composer:
    """Takes one item after the other; knows which codes have gone."""

    def __init__(self, bank: ForeignBank, known: Known, answers: BankFacts, author: str) -> None:
        self._known, self._answers, self._author = known, answers, author
        self._media = {*known.media, *bank.pictures}
        self._held = {code.casefold() for code in known.codes}
        codes = (source.facts.code for source in bank.items)
        self._times = Counter(code.casefold() for code in codes if code)
        self._next = _highest_numbers((*known.codes, *(code for code in self._times)))

    def line(self, number: int, source: ForeignItem) -> IntakeLine:
        if source.refused is not None or source.asked is None or source.key is None:
            return IntakeLine(number, source, None, source.refused or Remark("EMPTY_ITEM"))
        facts, assumed = self._facts(source.facts)
        missing = next((name for name in NEEDED if not getattr(facts, name)), None)
        if missing is not None:
            return IntakeLine(number, source, None, Remark("FACT_MISSING", {"field": missing}), assumed)
        try:
            taken = self._taken(source, facts)
        except ItemBankError as refusal:
            return IntakeLine(number, source, None, Remark(refusal.code, refusal.params), assumed)
        return IntakeLine(number, source, taken, None, assumed)

    def _facts(self, said: BankFacts) -> tuple[BankFacts, tuple[str, ...]]:
        """The item's own facts, and where it has none those that its author answered."""
        names = (*NEEDED, "pool")
        filled = {
            name: getattr(self._answers, name)
            for name in names
            if not getattr(said, name) and getattr(self._answers, name)
        }
        facts = replace(said, **filled)
        if facts.code is None and facts.topic:
            return replace(facts, code=self._new_code(facts.topic)), (*filled, "code")
        return facts, tuple(filled)

    def _new_code(self, topic: str) -> str:
        stem = f"{self._answers.code or topic}-"
        number = self._next.get(stem.casefold(), 0) + 1
        self._next[stem.casefold()] = number
        return f"{stem}{number:03}"

    def _taken(self, source: ForeignItem, facts: BankFacts) -> Taken:
        assert source.asked is not None
        assert source.key is not None
        code = facts.code or ""
        if facts.topic not in self._known.topics:
            raise ItemBankError("UNKNOWN_TOPIC", field="topic", value=facts.topic)
        if not is_item_code(code):
            raise ItemBankError("INVALID_CODE", field="code", value=code)
        if self._times[code.casefold()] > 1:
            raise ItemBankError("CODE_TWICE", field="code", value=code)
        if code.casefold() in self._held:
            raise ItemBankError("CODE_IN_BANK", field="code", value=code)
        item, key = compose(
            Wording(
                code=code,
                topic=facts.topic or "",
                level=facts.cognitive_level or "",
                stem=source.stem,
                asked=source.asked,
                key=replace(source.key, version=1),
                legal_basis=facts.legal_basis,
                rationale=source.rationale,
                judged_share=facts.judged_share,
                pool=(facts.pool or Pool.OPERATIONAL).value,
                stimulus=source.stimulus,
                english=source.english,
            ),
            self._author,
        )
        for name, text in item.texts.items():
            for sha256 in references(text):
                if sha256 not in self._media:
                    raise ItemBankError("UNKNOWN_MEDIA", field=name, value=sha256[:12])
        return Taken(item, key, facts.enemies)


def _highest_numbers(codes: Collection[str]) -> dict[str, int]:
    """The highest number that codes of each beginning end in."""
    highest: dict[str, int] = {}
    for code in codes:
        number = _NUMBER.search(code)
        if number is not None:
            stem = code[: number.start()].casefold()
            highest[stem] = max(highest.get(stem, 0), int(number.group()))
    return highest


def _with_known_enemies(lines: list[IntakeLine], known: Known) -> list[IntakeLine]:
    """Lines whose enemies are in the bank or taken from the file; a refused one refuses who names it."""
    while True:
        spelling = {code.casefold(): code for code in known.codes}
        spelling |= {line.taken.item.code.casefold(): line.taken.item.code for line in lines if line.taken}
        checked = [_with_enemies(line, spelling) for line in lines]
        if [line.fate for line in checked] == [line.fate for line in lines]:
            return checked
        lines = checked


def _with_enemies(line: IntakeLine, spelling: Mapping[str, str]) -> IntakeLine:
    if line.taken is None or not line.taken.enemies:
        return line
    own = line.taken.item.code
    for enemy in line.taken.enemies:
        if enemy.casefold() not in spelling:
            return replace(
                line, taken=None, refused=Remark("UNKNOWN_ENEMY", {"field": "enemies", "value": enemy})
            )
        if enemy.casefold() == own.casefold():
            return replace(line, taken=None, refused=Remark("SELF_ENEMY", {"field": "enemies", "value": own}))
    named = tuple(spelling[enemy.casefold()] for enemy in line.taken.enemies)
    return replace(line, taken=replace(line.taken, enemies=named))
