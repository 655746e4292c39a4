"""The authors' workbook: items in and out as .xlsx, all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from item_bank.errors import ImportRefused
from item_bank.formats.report import ImportedItem, ImportReport, Problems, RowProblem, Severity
from item_bank.formats.workbook import Row, Sheet, Workbook
from item_bank.formats.xlsx_columns import (
    SHEET_NAME,
    SHEET_SYNONYMS,
    Column,
    Layout,
    find_layout,
)
from item_bank.formats.xlsx_rows import RowContext, RowReader
from item_bank.formats.xlsx_write import write_items, write_template
from item_bank.near_duplicates import Pair, Stems, nearest_earlier
from item_bank.similarity import fold, reading_of

__all__ = ["MAX_ROWS", "KnownItems", "read_items", "write_items", "write_template"]

MAX_ROWS = 20_000
NEAR_DUPLICATE_FROM = 0.85


def read_items(
    data: bytes | BinaryIO,
    *,
    known_topics: Collection[str],
    existing: KnownItems | Mapping[str, str] | Collection[str] = (),
    known_media: Collection[str] = (),
    author: str = "",
) -> ImportReport:
    """What the workbook holds, or every problem by row and column.

    `existing` is what the bank holds: codes, or codes with their stems, of which near-duplicates are warned
    then; a large bank is a `KnownItems`, whose texts need not be at hand. `known_media` are the SHA-256 of
    the pictures that texts may refer to. A file that is no readable workbook raises `ImportRefused`.
    """
    sheet = _items_sheet(Workbook(data))
    problems = Problems()
    layout = find_layout(sheet, problems)
    if problems.any_error:
        return ImportReport((), problems.sorted(), 0)
    rows = [
        row for row in sheet.rows if row.number > layout.header_row and not RowReader.is_blank(row, layout)
    ]
    if len(rows) > MAX_ROWS:
        raise ImportRefused("TOO_LARGE", limit_rows=MAX_ROWS)
    if not rows:
        problems.add(RowProblem(None, None, None, "NO_ROWS", {"sheet": sheet.name}))
    context = RowContext(layout, known_topics, author, problems, known_media)
    known = _known(existing)
    taken = _read_rows(rows, context, known.codes)
    _warn_of_near_duplicates(taken, context, known.stems)
    return ImportReport(() if problems.any_error else tuple(taken), problems.sorted(), len(rows))


@dataclass(frozen=True, slots=True)
class KnownItems:
    """What a bank holds already: every item's code, and what near-duplicates of its stems are found by."""

    codes: Collection[str]
    stems: Stems


def _known(existing: KnownItems | Mapping[str, str] | Collection[str]) -> KnownItems:
    if isinstance(existing, KnownItems):
        return existing
    return KnownItems(existing, Stems.of(existing if isinstance(existing, Mapping) else {}))


def _items_sheet(workbook: Workbook) -> Sheet:
    names = workbook.sheet_names
    named = [name for name in names if fold(name) in SHEET_SYNONYMS]
    if len(named) != 1 and len(names) != 1:
        raise ImportRefused("MISSING_SHEET", sheet=SHEET_NAME, found=names[:20])
    return workbook.sheet((named or list(names))[0])


def _read_rows(rows: list[Row], context: RowContext, existing: Collection[str]) -> list[ImportedItem]:
    in_bank = {code.casefold(): code for code in existing}
    in_file: dict[str, tuple[str, int]] = {}
    taken: list[ImportedItem] = []
    for row in rows:
        reader = RowReader(row, context)
        _check_duplicate(reader, context, in_bank, in_file)
        imported = reader.read()
        if imported is not None:
            taken.append(imported)
    spelling = {**in_bank, **{folded: code for folded, (code, _) in in_file.items()}}
    return [_with_known_enemies(imported, context, spelling) for imported in taken]


def _check_duplicate(
    reader: RowReader, context: RowContext, in_bank: Mapping[str, str], in_file: dict[str, tuple[str, int]]
) -> None:
    code, folded = reader.code, reader.code.casefold()
    if not code:
        return
    if folded in in_file:
        first_row = in_file[folded][1]
        context.problems.add(
            context.layout.problem(reader.row, Column.CODE, "DUPLICATE_CODE", value=code, first_row=first_row)
        )
    elif folded in in_bank:
        context.problems.add(
            context.layout.problem(reader.row, Column.CODE, "CODE_IN_BANK", value=in_bank[folded])
        )
    in_file.setdefault(folded, (code, reader.row))


def _with_known_enemies(
    imported: ImportedItem, context: RowContext, spelling: Mapping[str, str]
) -> ImportedItem:
    """Enemies in the spelling of the items they name."""
    for code in imported.enemies:
        if code.casefold() not in spelling:
            context.problems.add(
                context.layout.problem(imported.row, Column.ENEMIES, "UNKNOWN_ENEMY", value=code)
            )
    known = tuple(sorted(spelling[c.casefold()] for c in imported.enemies if c.casefold() in spelling))
    return replace(imported, enemies=known)


def _warn_of_near_duplicates(taken: list[ImportedItem], context: RowContext, bank: Stems) -> None:
    """Against the bank and, where nothing there is as much alike, against the rows before."""
    in_file = {later: (earlier, score) for earlier, later, score in _alike_in_file(taken)}
    for place, imported in enumerate(taken):
        like = bank.nearest(reading_of(imported.item.stem).stem_grams, NEAR_DUPLICATE_FROM)
        if place in in_file:
            earlier, score = in_file[place]
            if like is None or score > like[1]:
                like = taken[earlier].item.code, score
        if like is not None:
            _warn(context.layout, context.problems, imported.row, *like)


def _alike_in_file(taken: list[ImportedItem]) -> list[Pair]:
    return nearest_earlier([imported.item.stem for imported in taken], NEAR_DUPLICATE_FROM)


def _warn(layout: Layout, problems: Problems, row: int, other: str, score: float) -> None:
    problem = layout.problem(row, Column.STEM, "NEAR_DUPLICATE", other=other, score=round(score, 2))
    problems.add(replace(problem, severity=Severity.WARNING))
