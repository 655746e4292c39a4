"""Items written as a Word file, so that reading gives the same facts; what it cannot carry is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from item_bank.errors import InvalidItem
from item_bank.formats.bank_words import LEVEL_NAMES, POOL_NAMES
from item_bank.formats.docx.compare import differences
from item_bank.formats.docx.keys import escaped
from item_bank.formats.docx.layout import (
    ANY,
    CREDIT_NAMES,
    INFO,
    KIND_NAMES,
    NO,
    OPTION,
    OTHER_PARTS,
    QUESTION,
    STIMULUS,
    YES,
    Fact,
)
from item_bank.formats.docx.names import Names, names_of
from item_bank.formats.docx.read import read_docx
from item_bank.formats.docx.write_content import Writer
from item_bank.formats.docx.write_parts import IDENTIFIERS, packed
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem, Remark
from item_bank.formats.moodle_keys import number_text
from item_bank.formats.moodle_shares import Losses, parts
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Credit, Key, Weights
from item_bank.stem import plain_line

Lost = tuple[tuple[str, Remark], ...]


def write_docx(bank: ForeignBank) -> bytes:
    """The bank's items as a Word file; what of them it does not carry, `write_docx_items` tells as well."""
    return write_docx_items(bank.items, bank.pictures)[0]


def write_docx_items(
    items: Sequence[ForeignItem], pictures: Mapping[str, bytes] | None = None
) -> tuple[bytes, Lost]:
    """The items as a Word file in the layout of `docx.layout`, and of which item what could not be carried.

    What was written is read back before it is handed out. Not written, each with its reason: NOT_WRITTEN
    (reason: INTERACTION_NOT_CARRIED of areas in a picture, KEY_NOT_CARRIED, ITEM_REFUSED, what reading
    refuses). Lost: STATISTICS_LOST, TRANSLATION_LOST, PICTURE_MISSING (sha256; its words stay),
    OPTION_TEXTS_LOST (of statements: other words for true and false), MARKUP_CHANGED (part: the wording is
    the same, its markup is another), FACT_LOST (fact).
    """
    losses = Losses()
    carried = _writable(items, losses)
    data, missing = _file(carried, pictures or {})
    read = read_docx(data).items if carried else ()
    whole: list[ForeignItem] = []
    for item, again in zip(carried, read, strict=True):
        found = differences(item, again)
        refusal = next((one for one in found if one.code == "NOT_WRITTEN"), None)
        if refusal is not None:
            losses.add(item, refusal.code, **refusal.params)
            continue
        whole.append(item)
        for remark in found:
            losses.add(item, remark.code, **remark.params)
        for sha256 in missing.get(id(item), ()):
            losses.add(item, "PICTURE_MISSING", sha256=sha256)
    if len(whole) < len(carried):
        data, _missing = _file(whole, pictures or {})
    return data, tuple(losses.found)


def _writable(items: Sequence[ForeignItem], losses: Losses) -> list[ForeignItem]:
    carried: list[ForeignItem] = []
    for item in items:
        try:
            asked, key = parts(item)
            _names(asked, key)
        except InvalidItem as refusal:
            losses.add(item, "NOT_WRITTEN", reason=refusal.code, **refusal.params)
            continue
        if item.statistics is not None:
            losses.add(item, "STATISTICS_LOST")
        if item.english is not None or (item.stimulus is not None and item.stimulus.english):
            losses.add(item, "TRANSLATION_LOST")
        carried.append(item)
    return carried


def _names(asked: Asked, key: Key) -> Names:
    if asked.interaction is Interaction.HOTSPOT:
        raise InvalidItem("INTERACTION_NOT_CARRIED", interaction=asked.interaction.value)
    if asked.kind.form is Form.PAIRED and asked.interaction is not Interaction.HOTTEXT:
        for response in key.accepted:
            if {pair.partition(">")[2] for pair in response.split(" ")} != set(asked.place_ids):
                raise InvalidItem("KEY_NOT_CARRIED")
    return names_of(asked)


def _file(items: Sequence[ForeignItem], pictures: Mapping[str, bytes]) -> tuple[bytes, dict[int, list[str]]]:
    writer = Writer(pictures, IDENTIFIERS)
    missing: dict[int, list[str]] = {}
    body: list[str] = []
    stimuli: set[str] = set()
    for number, item in enumerate(items, start=1):
        stimulus = item.stimulus
        if stimulus is not None and stimulus.code not in stimuli:
            stimuli.add(stimulus.code)
            body.append(writer.labelled(STIMULUS, f"Ngữ liệu {stimulus.code}: ", stimulus.content))
        body.append(_item(item, number, writer))
        if writer.missing:
            missing[id(item)] = list(dict.fromkeys(writer.missing))
            writer.missing.clear()
    return packed("".join(body), writer.shown, writer.ordered_lists), missing


def _item(item: ForeignItem, number: int, writer: Writer) -> str:
    asked, key = parts(item)
    names = _names(asked, key)
    body = [writer.labelled(QUESTION, f"Câu {number}: ", item.stem)]
    body += [writer.labelled(OPTION, f"{label} ", content) for label, content in names.offered]
    lines = [(Fact.KIND, KIND_NAMES[asked.interaction])]
    lines += [*_key_lines(asked, key, names), *_limits(asked, names), *_facts(item)]
    body += [writer.line(INFO, f"{fact.value}: {value}") for fact, value in lines]
    if item.rationale:
        body.append(writer.labelled(INFO, f"{Fact.RATIONALE.value}: ", item.rationale))
    return "".join(body)


def _key_lines(asked: Asked, key: Key, names: Names) -> Iterator[tuple[Fact, str]]:
    if asked.kind.rated:
        for criterion in key.rubric:
            yield Fact.CRITERION, f"{plain_line(criterion.description)} ({criterion.points} điểm)"
        return
    yield Fact.KEY, f" {OTHER_PARTS} ".join(escaped(names.response(one)) for one in key.accepted)
    if key.tolerance:
        yield Fact.TOLERANCE, number_text(key.tolerance).replace(".", ",")
    if asked.interaction is Interaction.SHORT_TEXT:
        yield Fact.CASE, YES if key.with_case else NO
        yield Fact.MARKS, YES if key.with_marks else NO
    if key.credit is not Credit.WHOLE or asked.kind.form not in {Form.ONE, Form.NUMBER, Form.TEXT}:
        yield Fact.CREDIT, CREDIT_NAMES[key.credit]
    if key.weights is not None:
        yield from _weights(key.weights, names)


def _weights(weights: Weights, names: Names) -> Iterator[tuple[Fact, str]]:
    for part, worth in weights.of.items():
        yield Fact.WEIGHT, f"{worth} {OTHER_PARTS} {escaped(names.response(part))}"
    yield Fact.WEIGHT_BEST, str(weights.best)
    if weights.otherwise:
        yield Fact.WEIGHT_OTHERWISE, str(weights.otherwise)
    for fact, bound, usual in (
        (Fact.WEIGHT_LOW, weights.low, Fraction(0)),
        (Fact.WEIGHT_HIGH, weights.high, None),
    ):
        if bound != usual:
            yield fact, ANY if bound is None else str(bound)


def _limits(asked: Asked, names: Names) -> Iterator[tuple[Fact, str]]:
    """How many may be chosen, how often an option may be put somewhere: where it is not once."""
    if asked.at_most is not None:
        yield Fact.AT_MOST, str(asked.at_most)
    if asked.interaction not in {Interaction.MATCH, Interaction.GAP_MATCH}:
        return
    for fact, limits in (
        (Fact.OPTION_LIMITS, [(names.options[one.id], one.at_most) for one in asked.options]),
        (Fact.PLACE_LIMITS, [(names.places[one.id], one.at_most) for one in asked.places]),
    ):
        if any(most != 1 for _name, most in limits):
            yield fact, ", ".join(f"{name}={most or ANY}" for name, most in limits)


def _facts(item: ForeignItem) -> Iterator[tuple[Fact, str]]:
    if item.max_mark != 1:
        yield Fact.MAX_MARK, number_text(Decimal(repr(item.max_mark))).replace(".", ",")
    yield from _bank_facts(item.facts)
    if item.stimulus is not None:
        yield Fact.STIMULUS, item.stimulus.code
    if item.language:
        yield Fact.LANGUAGE, item.language
    for fact, values in (
        (Fact.CATEGORY, item.category),
        (Fact.TAG, item.tags),
        (Fact.COMPETENCY, item.competencies),
    ):
        yield from ((fact, plain_line(value)) for value in values)


def _bank_facts(facts: BankFacts) -> Iterator[tuple[Fact, str]]:
    share = facts.judged_share
    said = {
        Fact.CODE: facts.code,
        Fact.TOPIC: facts.topic,
        Fact.LEVEL: LEVEL_NAMES[facts.cognitive_level] if facts.cognitive_level else None,
        Fact.BASIS: plain_line(facts.legal_basis),
        Fact.SHARE: None if share is None else f"{Decimal(repr(share)):f}".replace(".", ","),
        Fact.POOL: POOL_NAMES[facts.pool] if facts.pool else None,
        Fact.ENEMIES: ", ".join(facts.enemies),
    }
    yield from ((fact, value) for fact, value in said.items() if value)
