"""What the bank keeps of an item beside its wording, where a format has no place for it: tags, marked HTML.

A topic, a cognitive level, a pool, a judged share and enemies are tags (`topic:T01`, `level:apply`,
`pool:practice`, `share:0.7`, `enemy:T01-004`), the legal basis is the last paragraph of what is said after an
item, a stimulus the first block of the wording, a rubric a table: each of a class that only this bank writes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from item_bank.errors import InvalidItem
from item_bank.formats.foreign import BankFacts
from item_bank.interactions.marking import Criterion
from item_bank.item import is_item_code
from item_bank.pool import Pool
from item_bank.stem import plain_line
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel, is_topic_code

LAW: Final = "bank-law"
STIMULUS: Final = "bank-stimulus"
RUBRIC: Final = "bank-rubric"
TAGGED: Final = frozenset({"topic", "cognitive_level", "judged_share", "pool", "enemies"})
_LAW: Final = re.compile(rf'<p class="{LAW}">([^<>]*)</p>')
_STIMULUS: Final = re.compile(rf'\s*<div class="{STIMULUS}" title="([^"<>]*)">(.*?)</div>', re.DOTALL)
_ROW: Final = r"<tr><td>([^<>]*)</td><td>([0-9]{1,3})</td></tr>"
_RUBRIC: Final = re.compile(rf'\s*<table class="{RUBRIC}">(?:{_ROW})+</table>\s*')
_SHARE: Final = re.compile(r"[0-9](?:\.[0-9]{1,24})?(?:e-[0-9]{1,3})?")


def tags_of(facts: BankFacts) -> list[str]:
    """The facts that are tags; `read_tags` reads them back."""
    said: dict[str, object] = {
        "topic": facts.topic,
        "level": facts.cognitive_level,
        "pool": facts.pool,
        "share": None if facts.judged_share is None else repr(float(facts.judged_share)),
    }
    tags = [f"{name}:{value}" for name, value in said.items() if value is not None]
    return [*tags, *(f"enemy:{code}" for code in facts.enemies)]


def read_tags(tags: Iterable[str]) -> tuple[BankFacts, tuple[str, ...]]:
    """The facts among the tags, and the other tags; of two that say a fact the first counts."""
    facts, others = BankFacts(), list[str]()
    for tag in tags:
        name, _colon, value = tag.partition(":")
        read = _READ.get(name)
        found = read(facts, value) if read else None
        if found is None:
            others.append(tag)
        else:
            facts = found
    return facts, tuple(others)


def with_code(facts: BankFacts, code: str) -> BankFacts | None:
    """None where it is no code of an item."""
    return replace(facts, code=code) if is_item_code(code) else None


def with_share(facts: BankFacts, text: str) -> BankFacts | None:
    if facts.judged_share is not None or not _SHARE.fullmatch(text) or float(text) > 1:
        return None
    return replace(facts, judged_share=float(text))


def with_enemy(facts: BankFacts, code: str) -> BankFacts | None:
    if not is_item_code(code) or code in facts.enemies:
        return None
    return replace(facts, enemies=(*facts.enemies, code))


def with_topic(facts: BankFacts, code: str) -> BankFacts | None:
    return replace(facts, topic=code) if facts.topic is None and is_topic_code(code) else None


def with_level(facts: BankFacts, text: str) -> BankFacts | None:
    if facts.cognitive_level is not None or text not in list(CognitiveLevel):
        return None
    return replace(facts, cognitive_level=CognitiveLevel(text))


def with_pool(facts: BankFacts, text: str) -> BankFacts | None:
    return replace(facts, pool=Pool(text)) if facts.pool is None and text in list(Pool) else None


def write_law(basis: str) -> str:
    """The legal basis as a paragraph behind the rationale."""
    text = html.escape(plain_line(basis), quote=False)
    return f'<p class="{LAW}">{text}</p>' if text else ""


def split_law(markup: str) -> tuple[str, str]:
    """What is said after an item without the paragraph of its legal basis, and the legal basis."""
    found = _LAW.search(markup)
    if found is None:
        return markup, ""
    return markup[: found.start()] + markup[found.end() :], plain_line(html.unescape(found.group(1)))


def write_stimulus(stimulus: Stimulus | None) -> str:
    """A stimulus as the first block of a wording."""
    if stimulus is None:
        return ""
    code = html.escape(plain_line(stimulus.code))
    return f'<div class="{STIMULUS}" title="{code}">{stimulus.content}</div>'


def split_stimulus(markup: str) -> tuple[str, str, str]:
    """The wording behind its stimulus, and the stimulus: (wording, code, content), as they stand."""
    found = _STIMULUS.match(markup)
    if found is None:
        return markup, "", ""
    return markup[found.end() :], plain_line(html.unescape(found.group(1))), found.group(2)


def stimulus_of(code: str, content: str) -> Stimulus | None:
    """None where there is no content, or no name to tell it by."""
    try:
        return Stimulus(plain_line(code)[:40].strip(), content)
    except InvalidItem:
        return None


def write_rubric(rubric: Iterable[Criterion]) -> str:
    rows = "".join(
        f"<tr><td>{html.escape(plain_line(one.description), quote=False)}</td><td>{one.points}</td></tr>"
        for one in rubric
    )
    return f'<table class="{RUBRIC}">{rows}</table>' if rows else ""


def read_rubric(markup: str) -> tuple[Criterion, ...]:
    """The criteria of a table that this bank wrote; none of any other text."""
    if not _RUBRIC.fullmatch(markup):
        return ()
    return tuple(
        Criterion(plain_line(html.unescape(text)), int(points)) for text, points in re.findall(_ROW, markup)
    )


_READ: Final[dict[str, Callable[[BankFacts, Any], BankFacts | None]]] = {
    "topic": with_topic,
    "level": with_level,
    "pool": with_pool,
    "share": with_share,
    "enemy": with_enemy,
}
