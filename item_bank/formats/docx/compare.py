"""An item beside what its file says of it: whether reading gives the same facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from item_bank.formats.docx.names import names_of
from item_bank.formats.foreign import ForeignItem, Remark
from item_bank.formats.moodle_shares import parts
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Key
from item_bank.interactions.responses import readings
from item_bank.stem import plain_text
from item_bank.stimulus import Stimulus


def differences(item: ForeignItem, again: ForeignItem) -> list[Remark]:
    """What reading it back changed; NOT_WRITTEN alone where that is what is asked, or the key."""
    if again.refused is not None:
        return [Remark("NOT_WRITTEN", {"reason": again.refused.code})]
    (asked, key), (asked_again, key_again) = parts(item), parts(again)
    if _shape(asked) != _shape(asked_again) or _said(asked, key) != _said(asked_again, key_again):
        return [Remark("NOT_WRITTEN", {"reason": "KEY_NOT_CARRIED"})]
    if not _reads_alike(item, again):
        return [Remark("NOT_WRITTEN", {"reason": "WORDING_NOT_CARRIED"})]
    return [*_texts(item, again), *_facts(item, again)]


def _shape(asked: Asked) -> tuple[Any, ...]:
    paired = asked.interaction in {Interaction.MATCH, Interaction.GAP_MATCH}
    limits = [one.at_most for one in asked.options] if paired else []
    places = sorted((one.id if asked.kind.in_stem else "", one.at_most or 0) for one in asked.places) \
        if paired else []  # fmt: skip
    return asked.interaction, len(asked.options), len(asked.places), limits, places, asked.at_most


def _said(asked: Asked, key: Key) -> tuple[Any, ...]:
    """The key by the names of the file, which are the same on both sides."""
    names = names_of(asked)
    form = asked.kind.form
    accepted: list[Any] = [_parts(names.response(one), form) for one in key.accepted]
    if form is Form.NUMBER:
        accepted = [readings(one) for one in key.accepted]
    text = (key.with_case, key.with_marks) if asked.interaction is Interaction.SHORT_TEXT else ()
    worth: tuple[Any, ...] = ()
    if key.weights is not None:
        of = {names.response(part): share for part, share in key.weights.of.items()}
        worth = (of, key.weights.best, key.weights.otherwise, key.weights.low, key.weights.high)
    return accepted, key.credit, key.tolerance, text, worth, key.rubric


def _parts(response: str, form: Form) -> Any:
    """A set where the order says nothing."""
    return response if form in {Form.ORDERED, Form.TEXT} else frozenset(response.split(", "))


def _contents(item: ForeignItem) -> Iterator[tuple[str, str]]:
    """Each text by what it is; an empty one is no part of it."""
    asked, _key = parts(item)
    yield "stem", item.stem
    yield "rationale", item.rationale
    yield from ((f"option {label}", content) for label, content in names_of(asked).offered)
    if item.stimulus is not None:
        yield "stimulus", item.stimulus.content


def _reads_alike(item: ForeignItem, again: ForeignItem) -> bool:
    one, other = dict(_contents(item)), dict(_contents(again))
    return one.keys() == other.keys() and all(_bare(one[name]) == _bare(other[name]) for name in one)


def _bare(markup: str) -> str:
    """The signs that are read, whatever white space and blocks are between them."""
    return "".join(plain_text(markup).split())


def _texts(item: ForeignItem, again: ForeignItem) -> Iterator[Remark]:
    other = dict(_contents(again))
    for name, markup in _contents(item):
        if markup != other[name]:
            yield Remark("MARKUP_CHANGED", {"part": name.rstrip(".)")})
    asked, _key = parts(item)
    if asked.interaction is Interaction.STATEMENTS:
        again_asked, _again_key = parts(again)
        if [one.content for one in asked.options] != [one.content for one in again_asked.options]:
            yield Remark("OPTION_TEXTS_LOST")


def _facts(item: ForeignItem, again: ForeignItem) -> Iterator[Remark]:
    for name in ("max_mark", "language", "category", "tags", "competencies"):
        if getattr(item, name) != getattr(again, name):
            yield Remark("FACT_LOST", {"fact": name})
    if _shared(item) != _shared(again):
        yield Remark("FACT_LOST", {"fact": "stimulus"})
    before, after = _bank_facts(item), _bank_facts(again)
    for name, value in before.items():
        if after[name] != value:
            yield Remark("FACT_LOST", {"fact": name})


def _shared(item: ForeignItem) -> Stimulus | None:
    """The stimulus without its English version, which is told as lost by itself."""
    return item.stimulus and replace(item.stimulus, english="")


def _bank_facts(item: ForeignItem) -> Mapping[str, Any]:
    facts = item.facts
    return {name: getattr(facts, name) for name in facts.__slots__}
