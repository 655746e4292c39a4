"""The items of a workbook held against each other and against the bank."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from item_bank.formats.foreign import ForeignItem, Remark
from item_bank.formats.xlsx_bank.headers import Header, Slot
from item_bank.formats.xlsx_bank.line import Line

MOST_REMARKS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """What the bank has already, as far as a file is held against it; None where that is not asked.

    topics : their codes
    codes : of the items
    media : the SHA-256 of the pictures that texts may refer to, beside those of the file
    """

    topics: Collection[str] | None = None
    codes: Collection[str] | None = None
    media: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An item with the row it was read from."""

    item: ForeignItem
    line: Line


def checked(found: Sequence[Found], known: Known) -> Iterator[ForeignItem]:
    """The items, refused where they cannot stand beside the others; enemies in the spelling of the file."""
    in_bank = {code.casefold(): code for code in known.codes or ()}
    in_file: dict[str, tuple[str, int]] = {}
    for one in found:
        if one.item.facts.code:
            in_file.setdefault(one.item.facts.code.casefold(), (one.item.facts.code, one.line.row))
    spelling = {**in_bank, **{folded: code for folded, (code, _row) in in_file.items()}}
    for one in found:
        faults = [
            *_code_faults(one, in_bank, in_file),
            *_unknown(one, known),
            *(_unknown_enemies(one, spelling) if known.codes is not None else ()),
        ]
        enemies = tuple(spelling.get(enemy.casefold(), enemy) for enemy in one.item.facts.enemies)
        yield _refused(replace(one.item, facts=replace(one.item.facts, enemies=enemies)), faults)


def _refused(item: ForeignItem, faults: Sequence[Remark]) -> ForeignItem:
    if not faults:
        return item
    if item.refused is not None:
        return replace(item, lost=(*faults, *item.lost))
    return replace(
        item, asked=None, key=None, english=None, refused=faults[0], lost=(*faults[1:], *item.lost)
    )


def _remark(line: Line, header: Header, code: str, **params: Any) -> Remark:
    return Remark(code, {**line.layout.place(line.row, Slot(header)), **params}, line.row)


def _code_faults(
    one: Found, in_bank: dict[str, str], in_file: dict[str, tuple[str, int]]
) -> Iterator[Remark]:
    code = one.item.facts.code
    if not code:
        return
    first_row = in_file[code.casefold()][1]
    if first_row != one.line.row:
        yield _remark(one.line, Header.CODE, "DUPLICATE_CODE", value=code, first_row=first_row)
    elif code.casefold() in in_bank:
        yield _remark(one.line, Header.CODE, "CODE_IN_BANK", value=in_bank[code.casefold()])


def _unknown(one: Found, known: Known) -> Iterator[Remark]:
    topic = one.item.facts.topic
    if known.topics is not None and topic and topic not in known.topics:
        yield _remark(one.line, Header.TOPIC, "UNKNOWN_TOPIC", value=topic)
    if known.media is None:
        return
    for slot, sha256 in one.line.pictures():
        if sha256 not in known.media:
            place = one.line.layout.place(one.line.row, slot)
            yield Remark("UNKNOWN_MEDIA", {**place, "value": sha256[:12]}, one.line.row)


def _unknown_enemies(one: Found, spelling: dict[str, str]) -> Iterator[Remark]:
    for enemy in one.item.facts.enemies:
        if enemy.casefold() not in spelling:
            yield _remark(one.line, Header.ENEMIES, "UNKNOWN_ENEMY", value=enemy)


def bounded(items: Iterable[ForeignItem]) -> Iterator[ForeignItem]:
    """Nobody reads more than so many remarks: after them each item keeps one, so that its fate stays told."""
    left = MOST_REMARKS
    for item in items:
        left -= len(item.lost)
        if left < 0 and item.lost:
            cut = Remark("MORE_REMARKS", {"left_out": len(item.lost)}, item.lost[0].line)
            yield replace(item, lost=(cut,))
        else:
            yield item
