"""Items written as a workbook, so that reading it back gives the same items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from openpyxl import Workbook as Target
from openpyxl.worksheet.worksheet import Worksheet

from item_bank.errors import InvalidItem
from item_bank.formats.cells import MAX_CELL_CHARACTERS, Cell, Kind, encode_escapes
from item_bank.formats.foreign import ForeignBank, ForeignItem, Remark
from item_bank.formats.workbook import Row
from item_bank.formats.xlsx_bank.headers import MAX_CHARACTERS, Header, Layout, Slot
from item_bank.formats.xlsx_bank.line import Line
from item_bank.formats.xlsx_bank.look import BASE, add_sheet, dress, ordered
from item_bank.formats.xlsx_bank.pictures import fill_pictures, is_written
from item_bank.formats.xlsx_bank.rows import Beside, ItemReader
from item_bank.formats.xlsx_bank.sheets import ENGLISH_NAME, ITEMS_NAME, PICTURES_NAME, STIMULI_NAME
from item_bank.formats.xlsx_bank.spelling import Cells, english_cells, english_stimulus_cells, item_cells
from item_bank.formats.xlsx_cells import keep_as_text, saved
from item_bank.media import references
from item_bank.stem import strip_invisible, to_authored
from item_bank.stimulus import Stimulus

STIMULUS_COLUMNS: Final = (Slot(Header.STIMULUS), Slot(Header.STEM))


@dataclass(slots=True)
class Book:
    """The rows that are written so far: items, their English, the stimuli by folded code."""

    items: list[Cells] = field(default_factory=list)
    english: list[Cells] = field(default_factory=list)
    stimuli: dict[str, Stimulus] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    pictures: dict[str, bytes] = field(default_factory=dict)


def write_workbook(bank: ForeignBank) -> tuple[bytes, tuple[tuple[str, Remark], ...]]:
    """The items as an .xlsx workbook, and of which item (its `where`) what could not be carried.

    What is written is read back before it leaves: an item of which any part would come back as another one is
    not written. Pictures stand on a sheet of their own, and texts refer to them. Not carried on purpose, for
    they say nothing of the item: `where` (a reader calls an item by its code or its row), remarks of an
    earlier file, and the key's version. A share is kept to twelve decimals.

    NOT_WRITTEN, each with its reason: TEXT_TOO_LONG (header, length, limit: a cell holds 32,767 characters),
    STIMULUS_CODE_TWICE, DUPLICATE_CODE, NOT_CARRIED (the parts that would change), REFUSED (an item that was
    refused itself), and what the reader refuses. PICTURE_MISSING (sha256): the item refers to a picture that
    the bank does not hold, or that no spreadsheet program shows.
    """
    book, lost = Book(), []
    carriable = {name: content for name, content in bank.pictures.items() if is_written(content)}
    for item in bank.items:
        try:
            _add(book, item)
        except InvalidItem as refusal:
            remark = Remark("NOT_WRITTEN", {"reason": refusal.code, **refusal.params})
            lost.append((item.where, remark))
        else:
            missing = [one for one in pictures_of(item) if one not in carriable]
            lost += [(item.where, Remark("PICTURE_MISSING", {"sha256": one})) for one in missing]
            book.pictures |= {one: carriable[one] for one in pictures_of(item) if one in carriable}
    target = Target()
    first = target.active
    if not isinstance(first, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    first.title = ITEMS_NAME
    fill(first, ordered({slot for row in book.items for slot in row} | BASE), book.items)
    if book.stimuli:
        rows = [_stimulus_cells(one) for one in book.stimuli.values()]
        fill(add_sheet(target, STIMULI_NAME), STIMULUS_COLUMNS, rows)
    if book.english:
        columns = ordered({slot for row in book.english for slot in row})
        fill(add_sheet(target, ENGLISH_NAME), columns, book.english)
    if book.pictures:
        fill_pictures(add_sheet(target, PICTURES_NAME), book.pictures)
    return saved(target), tuple(lost)


def pictures_of(item: ForeignItem) -> list[str]:
    """The SHA-256 of the pictures that any text of the item refers to."""
    texts = [item.stem, item.rationale]
    if item.asked is not None:
        texts += [option.content for option in item.asked.options]
        texts += [place.content for place in item.asked.places]
    if item.stimulus is not None:
        texts += [item.stimulus.content, item.stimulus.english]
    if item.english is not None:
        english = item.english
        texts += [english.stem, english.rationale, *english.options.values(), *english.places.values()]
    return references(*texts)


def _add(book: Book, item: ForeignItem) -> None:
    """The item's rows, if they say the same when they are read; raises InvalidItem where they do not."""
    if item.asked is None or item.key is None:
        raise InvalidItem("REFUSED")
    code = (item.facts.code or "").casefold()
    if code and code in book.codes:
        raise InvalidItem("DUPLICATE_CODE", value=item.facts.code)
    number = len(book.items) + 2
    cells, english = item_cells(item, item.asked, item.key), english_cells(item, item.asked, number)
    stimulus = item.stimulus
    if stimulus is not None and book.stimuli.get(stimulus.code.casefold(), stimulus) != stimulus:
        raise InvalidItem("STIMULUS_CODE_TWICE", value=stimulus.code)
    shared = None if stimulus is None else _stimulus_cells(stimulus)
    translated = None if stimulus is None else english_stimulus_cells(stimulus)
    for written in filter(None, (cells, english, shared, translated)):
        _require_room(written)
    _require_same(item, _read_back(number, cells, english, (shared, translated)))
    book.items.append(cells)
    if english:
        book.english.append(english)
    if stimulus is not None and stimulus.code.casefold() not in book.stimuli:
        book.stimuli[stimulus.code.casefold()] = stimulus
        book.english += [translated] if translated else []
    book.codes |= {code} - {""}


def _stimulus_cells(stimulus: Stimulus) -> Cells:
    return {STIMULUS_COLUMNS[0]: stimulus.code, STIMULUS_COLUMNS[1]: to_authored(stimulus.content)}


def _require_room(cells: Cells) -> None:
    for slot, value in cells.items():
        limit = MAX_CHARACTERS[slot.header]
        length = len(value) if isinstance(value, str) else 0
        stored = len(_stored(value)) if isinstance(value, str) else 0
        if length > limit or stored > MAX_CELL_CHARACTERS:
            raise InvalidItem("TEXT_TOO_LONG", header=slot.label, length=max(length, stored), limit=limit)


def _stored(text: str) -> str:
    return encode_escapes(strip_invisible(text))


def _line(sheet: str, number: int, cells: Cells) -> Line:
    """The row as a reader of the written file sees it."""
    positions = {slot: position for position, slot in enumerate(ordered({*cells, *BASE}), start=1)}
    layout = Layout(sheet, 1, positions if sheet == ITEMS_NAME else {slot: positions[slot] for slot in cells})
    seen = {positions[slot]: _cell(value) for slot, value in cells.items() if value is not None}
    return Line(Row(number, {at: cell for at, cell in seen.items() if cell.text.strip()}), layout)


def _cell(value: str | float) -> Cell:
    if isinstance(value, str):
        return Cell(Kind.TEXT, strip_invisible(value))
    return Cell(Kind.NUMBER, repr(value))


def _read_back(
    number: int, cells: Cells, english: Cells | None, shared: tuple[Cells | None, Cells | None]
) -> ForeignItem:
    """shared : the stimulus, and its English version"""
    lines = {f"#{number}": _line(ENGLISH_NAME, number, english)} if english else {}
    code = cells.get(Slot(Header.CODE))
    if english and isinstance(code, str) and code != "-":
        lines = {code.casefold(): lines[f"#{number}"]}
    known: dict[str, Stimulus | InvalidItem] = {}
    stimulus, translated = shared
    if stimulus is not None:
        line = _line(STIMULI_NAME, number, stimulus)
        told = "" if translated is None else _line(ENGLISH_NAME, number, translated).markup(Header.STEM)
        one = Stimulus(line.text(Header.STIMULUS), line.markup(Header.STEM), told)
        known[one.code.casefold()] = one
    return ItemReader(_line(ITEMS_NAME, number, cells), Beside(known, lines)).read()


def _require_same(item: ForeignItem, read: ForeignItem) -> None:
    if read.refused is not None:
        raise InvalidItem(read.refused.code, **{k: v for k, v in read.refused.params.items() if k != "row"})
    wanted, found = carried(item), carried(read)
    changed = [name for name in wanted if wanted[name] != found[name]]
    if changed:
        raise InvalidItem("NOT_CARRIED", parts=tuple(changed))


def carried(item: ForeignItem) -> dict[str, Any]:
    """What a workbook keeps of an item, in a form that can be compared."""
    key, facts, english = item.key, item.facts, item.english
    share = facts.judged_share
    return {
        "stem": item.stem,
        "asked": item.asked,
        "key": key and replace(key, version=1),
        "rationale": item.rationale,
        "max_mark": item.max_mark,
        "language": item.language,
        "category": item.category,
        "tags": item.tags,
        "competencies": item.competencies,
        "statistics": item.statistics,
        "facts": replace(facts, judged_share=None if share is None else _rounded(share)),
        "stimulus": item.stimulus,
        "english": english
        and replace(
            english,
            options={id_: text for id_, text in english.options.items() if text},
            places={id_: text for id_, text in english.places.items() if text},
        ),
    }


def _rounded(share: float) -> float:
    return round(float(f"{share:.15f}"), 12)


def fill(sheet: Worksheet, columns: Sequence[Slot], rows: Iterable[Cells]) -> None:
    """A sheet with its header and these rows; no text becomes a formula."""
    dress(sheet, columns)
    for number, row in enumerate(rows, start=2):
        for position, slot in enumerate(columns, start=1):
            value = row.get(slot)
            if isinstance(value, str) and value:
                keep_as_text(sheet.cell(number, position, _stored(value) or None))
            elif value is not None and not isinstance(value, str):
                sheet.cell(number, position, value).number_format = "0.0%"
