"""A file of another system, item by item: taken, degraded (what was lost) or refused (why)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from item_bank.interactions.asked import Asked
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.pool import Pool
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation


class Fate(StrEnum):
    """What became of an item of the file; nothing is dropped in silence, and no key is ever guessed."""

    TAKEN = "taken"
    DEGRADED = "degraded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was lost, or the reason for a refusal: a stable code, its facts, and where.

    line : of a text file, or of an XML file, from 1; None where the format has no lines
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What another system's calibration said of the item, in the logistic metric; None where nothing."""

    a: float | None = None
    b: float | None = None
    c: float | None = None
    p_value: float | None = None
    point_biserial: float | None = None
    n_responses: int | None = None


@dataclass(frozen=True, slots=True)
class BankFacts:
    """What this bank keeps of an item beside its wording; None or empty where the file does not say."""

    code: str | None = None
    topic: str | None = None
    cognitive_level: CognitiveLevel | None = None
    legal_basis: str = ""
    judged_share: float | None = None
    pool: Pool | None = None
    enemies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignItem:
    """An item as another system wrote it, in this bank's terms as far as they go.

    where : how its author finds it again: the title, identifier or file in the package
    stem, rationale : sanitised HTML; pictures are referred to by the SHA-256 of their content
    asked, key : None where the item was refused
    category : the path of topics it was filed under, the outermost first
    lost : what this bank cannot keep
    refused : why it cannot be taken; None where it was
    """

    where: str
    stem: str = ""
    asked: Asked | None = None
    key: Key | None = None
    rationale: str = ""
    max_mark: float = 1.0
    language: str | None = None
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    competencies: tuple[str, ...] = ()  # URIs or codes of a framework
    statistics: Statistics | None = None
    facts: BankFacts = BankFacts()
    stimulus: Stimulus | None = None  # what it shares with other items of the file
    english: Translation | None = None
    lost: tuple[Remark, ...] = ()
    refused: Remark | None = None

    @property
    def fate(self) -> Fate:
        if self.refused is not None:
            return Fate.REFUSED
        return Fate.DEGRADED if self.lost else Fate.TAKEN


@dataclass(frozen=True, slots=True)
class ForeignBank:
    """Everything that a file holds, in its order; `pictures` by the SHA-256 of their content."""

    items: tuple[ForeignItem, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    def count(self, fate: Fate) -> int:
        return sum(item.fate is fate for item in self.items)


def of_bank(
    item: ItemVersion, key: Key, enemies: tuple[str, ...] = (), statistics: Statistics | None = None
) -> ForeignItem:
    """An item of this bank as a writer takes it: with all that the bank keeps of it."""
    return ForeignItem(
        where=item.code,
        stem=item.stem,
        asked=item.asked,
        key=key,
        rationale=item.rationale,
        language="vi",
        category=(item.topic,),
        statistics=statistics,
        facts=BankFacts(
            item.code,
            item.topic,
            item.cognitive_level,
            item.legal_basis,
            item.judged_share,
            item.pool,
            enemies,
        ),
        stimulus=item.stimulus,
        english=item.english,
    )
