"""A workbook of items read: the authors' own, and what other systems and other hands make of one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from item_bank.errors import ImportRefused, InvalidItem
from item_bank.formats.cells import MergedRange, column_letter
from item_bank.formats.foreign import ForeignBank, ForeignItem, Remark
from item_bank.formats.workbook import Row, Sheet, Workbook
from item_bank.formats.xlsx_bank.checks import Found, Known, bounded, checked
from item_bank.formats.xlsx_bank.headers import Header, Layout, Slot, find_layout
from item_bank.formats.xlsx_bank.line import Line
from item_bank.formats.xlsx_bank.pictures import Pictures, without_row
from item_bank.formats.xlsx_bank.rows import Beside, ItemReader
from item_bank.formats.xlsx_bank.sheets import ENGLISH, STIMULI, find_sheet, items_sheet
from item_bank.formats.xlsx_bank.words import named_interaction, upright
from item_bank.interactions.kinds import Interaction
from item_bank.stem import plain_line
from item_bank.stimulus import Stimulus

MAX_ROWS: Final = 20_000
_TYPED: Final = frozenset({Interaction.NUMERIC, Interaction.SHORT_TEXT})


def read_workbook(data: bytes, known: Known | None = None) -> ForeignBank:
    """The items of an .xlsx workbook, in the order of their rows.

    Read are our own workbook (see `item_bank.formats.xlsx_bank.headers` for its columns, and the notations
    in `keys` and `notation`) and foreign ones by the headers they are met with. A workbook that has no
    columns for code, topic, level or basis leaves these facts empty. Each remark names its place as the
    author's program shows it (sheet, row, column, header); its line is the row. An item with several faults
    has the first as its reason and the others among what was lost.

    Raises ImportRefused, for the file as a whole: NOT_AN_XLSX, OLD_XLS, ENCRYPTED, UNSAFE_ENTRY, TOO_LARGE,
    DAMAGED_FILE, DTD_IN_FILE, MISSING_SHEET, EMPTY_SHEET, NO_ROWS, MISSING_HEADER, DUPLICATE_HEADER,
    MERGED_CELLS (in the header).

    Items are refused for MISSING_CELL, TEXT_TOO_LONG, FORMULA_CELL, ERROR_CELL, CELL_NOT_TEXT, MERGED_CELLS,
    INVALID_CODE, DUPLICATE_CODE, CODE_IN_BANK, UNKNOWN_TOPIC, UNKNOWN_LEVEL, UNKNOWN_POOL, INVALID_SHARE,
    INVALID_ENEMY, SELF_ENEMY, UNKNOWN_ENEMY, UNKNOWN_INTERACTION, DUPLICATE_OPTION, INVALID_KEY,
    KEY_TWO_MEANINGS, UNKNOWN_CREDIT, INVALID_MARK, INVALID_MATCHING, INVALID_STATISTICS, NUMBER_UNCLEAR,
    INVALID_WEIGHTS, INVALID_RUBRIC, INVALID_AREA, INVALID_LIMIT, WRONG_NUMBER_OF_NAMES,
    WRONG_NUMBER_OF_GAPS, UNKNOWN_STIMULUS, STIMULUS_TWICE, TRANSLATED_TWICE, BAD_IMAGE, UNKNOWN_MEDIA, and
    what `Asked`, `Draft.item`, `Stimulus` and `check_translation` refuse.

    A row of another sheet that no item uses stands behind the items as a refused one:
    TRANSLATION_OF_NO_ITEM, TRANSLATION_OF_NO_STIMULUS, STIMULUS_OF_NO_ITEM; so does a picture over an empty
    row: PICTURE_OF_NO_ITEM.
    Pictures that lie over a row's cells belong to the text in their column, or else to the stem.

    Losses are UNKNOWN_COLUMN, HIDDEN_ROW, NUMBER_FOR_TEXT, LEVEL_UNSURE, INTERACTION_FROM_KEY,
    MODEL_ANSWER_AS_RATIONALE, PICTURE_NOT_IN_FILE, PICTURE_LOST (reason), PICTURE_WITHOUT_WORDS,
    MORE_REMARKS, formulas that are shown as typed, and in a foreign workbook UNKNOWN_TOPIC and UNKNOWN_LEVEL.
    """
    workbook = Workbook(data)
    sheet = items_sheet(workbook)
    layout = find_layout(sheet)
    _require_headers(layout)
    rows = [row for row in sheet.rows if row.number > layout.header_row and not Line.is_blank(row, layout)]
    if len(rows) > MAX_ROWS:
        raise ImportRefused("TOO_LARGE", limit_rows=MAX_ROWS)
    if not rows:
        raise ImportRefused("NO_ROWS", sheet=sheet.name)
    merged = _merged_rows(sheet, layout, rows)
    shared = _side_lines(workbook, STIMULI, sheet.name)
    translated = _side_lines(workbook, ENGLISH, sheet.name)
    english, of_stimuli = _english(translated), _english_stimuli(translated)
    beside = Beside(_stimuli(shared, of_stimuli), english, _may_be_numbered(rows, layout))
    pictures = Pictures(workbook)
    laid = pictures.by_row(sheet.name)
    found = []
    for row in rows:
        line = Line(row, layout)
        pictures.lay(line, laid.get(row.number, ()))
        found.append(_item(line, beside, merged.get(row.number)))
    items = [*checked(found, _with_media(known, pictures)), *_left_over(beside, found, shared)]
    items += _without_stimulus(of_stimuli, shared)
    items += [_picture_without_item(layout, row) for row in without_row(laid, rows, layout)]
    return ForeignBank(tuple(bounded(items)), pictures.found)


def _with_media(known: Known | None, pictures: Pictures) -> Known:
    if known is None or known.media is None:
        return known or Known()
    return replace(known, media={*known.media, *pictures.found})


def _picture_without_item(layout: Layout, row: int) -> ForeignItem:
    remark = Remark("PICTURE_OF_NO_ITEM", layout.place(row, Slot(Header.STEM)), row)
    return ForeignItem(f"{layout.sheet}!{row}", refused=remark)


def _left_over(beside: Beside, found: list[Found], shared: list[Line]) -> Iterable[ForeignItem]:
    """What other sheets hold for no item: told like an item that is refused, for it is not taken."""
    used = {f"#{one.line.row}" for one in found}
    used |= {one.item.facts.code.casefold() for one in found if one.item.facts.code}
    for code, line in beside.english.items():
        if code not in used:
            yield _without_item(line, Header.CODE, "TRANSLATION_OF_NO_ITEM")
    named = {plain_line(one.line.text(Header.STIMULUS)).casefold() for one in found}
    for line in shared:
        if _stimulus_code(line).casefold() not in named:
            yield _without_item(line, Header.STIMULUS, "STIMULUS_OF_NO_ITEM")


def _without_stimulus(english: Mapping[str, Line], shared: list[Line]) -> Iterable[ForeignItem]:
    """English rows of a stimulus that the file does not hold."""
    codes = {_stimulus_code(line).casefold() for line in shared}
    for code, line in english.items():
        if code not in codes:
            yield _without_item(line, Header.STIMULUS, "TRANSLATION_OF_NO_STIMULUS")


def _without_item(line: Line, header: Header, code: str) -> ForeignItem:
    value = line.text(header) or line.text(Header.CODE)
    remark = Remark(code, {**line.layout.place(line.row, Slot(header)), "value": value}, line.row)
    return ForeignItem(f"{line.layout.sheet}!{line.row}", refused=remark)


def _item(line: Line, beside: Beside, merged: str | None) -> Found:
    if merged is not None:
        line.fail_whole("MERGED_CELLS", range=merged)
    return Found(ItemReader(line, beside).read(), line)


def _require_headers(layout: Layout) -> None:
    """A key column may be missing where rows may be of interactions that people mark."""
    wanted = [Header.STEM] if Header.INTERACTION in layout.headers else [Header.STEM, Header.KEY]
    for header in wanted:
        if header not in layout.headers:
            raise ImportRefused(
                "MISSING_HEADER", sheet=layout.sheet, row=layout.header_row, header=header.value
            )


def _merged_rows(sheet: Sheet, layout: Layout, rows: list[Row]) -> dict[int, str]:
    """Of each row that merged cells touch, their range: the hidden cells' text would be a guess.

    Merged cells above the header are a title; in it, nobody knows which column they name.
    """
    found: dict[int, str] = {}
    numbers = [row.number for row in rows]
    done = 0
    for merged in sorted(sheet.merged, key=lambda one: (one.first_row, one.last_row)):
        touched = [n for n in layout.positions.values() if merged.first_column <= n <= merged.last_column]
        if merged.last_row < layout.header_row or not touched:
            continue
        if merged.first_row <= layout.header_row:
            _refuse_header(sheet, merged, layout, min(touched))
        first = bisect_left(numbers, max(merged.first_row, done + 1))
        for number in numbers[first : bisect_right(numbers, merged.last_row)]:
            found.setdefault(number, merged.reference)
        done = max(done, merged.last_row)
    return found


def _refuse_header(sheet: Sheet, merged: MergedRange, layout: Layout, column: int) -> None:
    raise ImportRefused(
        "MERGED_CELLS",
        sheet=sheet.name,
        row=layout.header_row,
        column=column_letter(column),
        range=merged.reference,
    )


def _may_be_numbered(rows: Iterable[Row], layout: Layout) -> bool:
    """Whether a key 1 may mean the first option: not where another key is 0, and so begins the count."""
    key, kind = layout.positions.get(Slot(Header.KEY)), layout.positions.get(Slot(Header.INTERACTION))
    for row in rows:
        cell = row.cells.get(key) if key else None
        if cell is None or upright(cell.text).strip() != "0":
            continue
        named = row.cells.get(kind) if kind else None
        if named is None or named_interaction(named.text) not in _TYPED:
            return False
    return True


def _side_lines(workbook: Workbook, names: Collection[str], items: str) -> list[Line]:
    """The rows of a sheet beside the items, with those that merged cells touch at fault."""
    sheet = find_sheet(workbook, names, items)
    if sheet is None or not sheet.rows:
        return []
    layout = find_layout(sheet)
    rows = [row for row in sheet.rows if row.number > layout.header_row and not Line.is_blank(row, layout)]
    if len(rows) > MAX_ROWS:
        raise ImportRefused("TOO_LARGE", limit_rows=MAX_ROWS)
    merged = _merged_rows(sheet, layout, rows)
    lines = [Line(row, layout) for row in rows]
    for line in lines:
        if line.row in merged:
            line.fail_whole("MERGED_CELLS", range=merged[line.row])
    return lines


def _stimulus_code(line: Line) -> str:
    return plain_line(line.text(Header.STIMULUS)) or plain_line(line.text(Header.CODE))


def _stimuli(lines: Iterable[Line], english: Mapping[str, Line]) -> dict[str, Stimulus | InvalidItem]:
    """By folded code; one that stands twice means neither. english : the rows of their English versions."""
    found: dict[str, Stimulus | InvalidItem] = {}
    for line in lines:
        code = _stimulus_code(line)
        place = line.layout.place(line.row)
        markup = line.markup(Header.STEM)
        other = english.get(code.casefold())
        told = "" if other is None else other.markup(Header.STEM)
        if other is not None and not other.text(Header.STEM):
            other.fail(Header.STEM, "TRANSLATION_INCOMPLETE", part=code)
        faults = [*line.faults, *(() if other is None else other.faults)]
        if code.casefold() in found:
            found[code.casefold()] = InvalidItem("STIMULUS_TWICE", **{**place, "value": code})
        elif faults:
            found[code.casefold()] = InvalidItem(faults[0].code, **faults[0].params)
        else:
            found[code.casefold()] = _stimulus((code, markup, told), place)
    return found


def _stimulus(said: tuple[str, str, str], place: Mapping[str, Any]) -> Stimulus | InvalidItem:
    try:
        return Stimulus(*said)
    except InvalidItem as refusal:
        return InvalidItem(refusal.code, **{**place, "value": said[0]})


def _english(lines: Iterable[Line]) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for line in lines:
        code = upright(plain_line(line.text(Header.CODE))).casefold()
        if code in found:
            found[code].fail(Header.CODE, "TRANSLATED_TWICE", value=code, other_row=line.row)
        elif code:
            found[code] = line
    return found


def _english_stimuli(lines: Iterable[Line]) -> dict[str, Line]:
    """The rows of the English sheet that name a stimulus and no item, by folded code."""
    found: dict[str, Line] = {}
    for line in lines:
        code = plain_line(line.text(Header.STIMULUS)).casefold()
        if line.text(Header.CODE) or not code:
            continue
        if code in found:
            found[code].fail(Header.STIMULUS, "TRANSLATED_TWICE", value=code, other_row=line.row)
        else:
            found[code] = line
    return found
