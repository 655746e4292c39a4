"""The authors' workbook: items in and out as .xlsx, all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
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
from item_bank.similarity import fold, nearest_earlier

__all__ = ["MAX_ROWS", "read_items", "write_items", "write_template"]

MAX_ROWS = 20_000
NEAR_DUPLICATE_FROM = 0.85
# beyond this the search would hold up the import; the author is told that it was not made
MAX_TEXTS_COMPARED = 6_000


def read_items(
    data: bytes | BinaryIO,
    *,
    known_topics: Collection[str],
    existing: Mapping[str, str] | Collection[str] = (),
    known_media: Collection[str] = (),
    author: str = "",
) -> ImportReport:
    """What the workbook holds, or every problem by row and column.

    `existing` are the codes of the bank, where it is a mapping with their stems (then near-duplicates of the
    bank are warned of too), `known_media` the SHA-256 of the pictures that texts may refer to. A file that is
    no readable workbook raises `ImportRefused`.
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
    taken = _read_rows(rows, context, existing)
    return ImportReport(() if problems.any_error else tuple(taken), problems.sorted(), len(rows))


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
    taken = [_with_known_enemies(imported, context, spelling) for imported in taken]
    _warn_of_near_duplicates(taken, context, existing)
    return taken


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


def _warn_of_near_duplicates(
    taken: list[ImportedItem], context: RowContext, existing: Collection[str]
) -> None:
    bank = list(existing.items()) if isinstance(existing, Mapping) else []
    texts = [stem for _, stem in bank] + [imported.item.stem for imported in taken]
    if len(texts) > MAX_TEXTS_COMPARED:
        facts = {"texts": len(texts), "limit": MAX_TEXTS_COMPARED}
        context.problems.add(
            RowProblem(None, None, None, "NEAR_DUPLICATES_NOT_CHECKED", facts, Severity.WARNING)
        )
        return
    labels = [code for code, _ in bank] + [imported.item.code for imported in taken]
    for earlier, later, score in nearest_earlier(texts, NEAR_DUPLICATE_FROM):
        if later >= len(bank):
            _warn(context.layout, context.problems, taken[later - len(bank)].row, labels[earlier], score)


def _warn(layout: Layout, problems: Problems, row: int, other: str, score: float) -> None:
    problem = layout.problem(row, Column.STEM, "NEAR_DUPLICATE", other=other, score=round(score, 2))
    problems.add(replace(problem, severity=Severity.WARNING))
