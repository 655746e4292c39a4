"""What lines behind an item say of it: facts of the bank, and where they cannot be read, a remark."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from item_bank.formats.bank_words import LEVEL_BY_NAME, POOL_BY_NAME, UNSURE_LEVELS
from item_bank.formats.docx.layout import Fact
from item_bank.formats.draft import Draft
from item_bank.formats.foreign import BankFacts
from item_bank.interactions.responses import readings
from item_bank.item import is_item_code
from item_bank.similarity import fold
from item_bank.stem import plain_line
from item_bank.taxonomy import is_topic_code

_SHARE: Final = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,17})?)\s*(%?)")
_MARK: Final = re.compile(r"([0-9][0-9.,]{0,20})\s*(?:điểm|đ)?\.?")
_TOPIC: Final = re.compile(r"([A-Z][A-Z0-9_-]{0,15})(?=$|\s*[.:–-]?\s+\S)")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(slots=True)
class Known:
    """What is known of an item beside its wording."""

    facts: BankFacts = field(default_factory=BankFacts)
    competencies: list[str] = field(default_factory=list)
    stimulus: str = ""


def read_fact(fact: Fact, value: str, draft: Draft, known: Known) -> bool:
    """Take one line's value; False of another fact. Loses FACT_UNREADABLE (fact, value)."""
    reader = _READERS.get(fact)
    if reader is None:
        return False
    line = plain_line(value)
    if line and not reader(line, draft, known):
        draft.lose("FACT_UNREADABLE", fact=fact.value, value=line[:80])
    return True


def read_level(value: str, draft: Draft, known: Known) -> bool:
    """A level that is not surely one of the bank's is lost with a remark: LEVEL_UNSURE (value)."""
    level = LEVEL_BY_NAME.get(fold(value))
    if level is None and fold(value) in UNSURE_LEVELS:
        draft.lose("LEVEL_UNSURE", value=value[:40])
        return True
    if level is not None:
        known.facts = replace(known.facts, cognitive_level=level)
    return level is not None


def _code(value: str, _draft: Draft, known: Known) -> bool:
    if is_item_code(value):
        known.facts = replace(known.facts, code=value)
        return True
    return False


def _topic(value: str, draft: Draft, known: Known) -> bool:
    """A topic's code, perhaps with its name behind it; a name alone is a category."""
    found = _TOPIC.match(value)
    if found and is_topic_code(found.group(1)) and (found.end() == len(value) or _has_digit(found.group(1))):
        known.facts = replace(known.facts, topic=found.group(1))
    else:
        draft.category = (*draft.category, value[:200])
    return True


def _has_digit(code: str) -> bool:
    return any(sign.isdigit() for sign in code)


def _basis(value: str, _draft: Draft, known: Known) -> bool:
    before = f"{known.facts.legal_basis} " if known.facts.legal_basis else ""
    known.facts = replace(known.facts, legal_basis=(before + value)[:1_000])
    return True


def _share(value: str, _draft: Draft, known: Known) -> bool:
    found = _SHARE.fullmatch(value)
    share = Decimal(found.group(1).replace(",", ".")) if found else Decimal(-1)
    if found and found.group(2):
        share /= 100
    if not 0 <= share <= 1:  # 65 without % may be a percentage or a slip
        return False
    known.facts = replace(known.facts, judged_share=float(share))
    return True


def _enemies(value: str, _draft: Draft, known: Known) -> bool:
    codes = [code for code in re.split(r"[,;\s]+", value) if code]
    enemies = dict.fromkeys((*known.facts.enemies, *filter(is_item_code, codes)))
    known.facts = replace(known.facts, enemies=tuple(enemies))
    return all(map(is_item_code, codes))


def _pool(value: str, _draft: Draft, known: Known) -> bool:
    pool = POOL_BY_NAME.get(fold(value))
    if pool is not None:
        known.facts = replace(known.facts, pool=pool)
    return pool is not None


def _category(value: str, draft: Draft, _known: Known) -> bool:
    draft.category = (*draft.category, value)
    return True


def _tag(value: str, draft: Draft, _known: Known) -> bool:
    draft.tags = tuple(dict.fromkeys((*draft.tags, value)))
    return True


def _competency(value: str, _draft: Draft, known: Known) -> bool:
    if value not in known.competencies:
        known.competencies.append(value)
    return True


def _language(value: str, draft: Draft, _known: Known) -> bool:
    if _LANGUAGE.fullmatch(value):
        draft.language = value
        return True
    return False


def _max_mark(value: str, draft: Draft, _known: Known) -> bool:
    found = _MARK.fullmatch(value)
    meant = readings(found.group(1)) if found else frozenset()
    mark = float(next(iter(meant))) if len(meant) == 1 else 0.0
    if mark > 0:
        draft.max_mark = mark
    return mark > 0


def _stimulus(value: str, _draft: Draft, known: Known) -> bool:
    known.stimulus = value[:40]
    return True


_READERS: Final[dict[Fact, Callable[[str, Draft, Known], bool]]] = {
    Fact.CODE: _code,
    Fact.TOPIC: _topic,
    Fact.LEVEL: read_level,
    Fact.BASIS: _basis,
    Fact.SHARE: _share,
    Fact.ENEMIES: _enemies,
    Fact.POOL: _pool,
    Fact.CATEGORY: _category,
    Fact.TAG: _tag,
    Fact.COMPETENCY: _competency,
    Fact.LANGUAGE: _language,
    Fact.MAX_MARK: _max_mark,
    Fact.STIMULUS: _stimulus,
}
