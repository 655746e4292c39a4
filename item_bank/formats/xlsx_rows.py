"""One row of the authors' workbook: an item with its key, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from item_bank.formats.cells import Cell, Kind
from item_bank.formats.report import ImportedItem, Problems, Severity
from item_bank.formats.workbook import Row
from item_bank.formats.xlsx_columns import (
    LEVEL_BY_NAME,
    MARKUP,
    MAX_CHARACTERS,
    OPTION_COLUMNS,
    OPTIONAL,
    POOL_BY_NAME,
    Column,
    Layout,
)
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion, is_item_code
from item_bank.math import formula_faults
from item_bank.media import is_lost, references
from item_bank.pool import Pool
from item_bank.quality import equal_options
from item_bank.similarity import fold
from item_bank.stem import from_authored, plain_line, plain_text
from item_bank.taxonomy import is_topic_code

_SHARE = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,15})?)\s*(%?)")
_INTEGER = re.compile(r"-?[0-9]{1,15}")
_BETWEEN_ENEMIES = re.compile(r"[,;\n]")
_CELL_PROBLEMS = {Kind.FORMULA: "FORMULA_CELL", Kind.ERROR: "ERROR_CELL"}


@dataclass(frozen=True, slots=True)
class RowContext:
    layout: Layout
    known_topics: Collection[str]
    author: str
    problems: Problems
    known_media: Collection[str] = ()


class RowReader:
    """Reads one row; every problem it meets goes to the context, none stops it from finding the next."""

    def __init__(self, row: Row, context: RowContext) -> None:
        self.row = row.number
        self._context = context
        self._failed = False
        self.values: dict[Column, str] = {}
        for column, position in context.layout.positions.items():
            cell = row.cells.get(position)
            if cell is not None:
                text = self._share_number(cell) if column is Column.SHARE else self._text(column, cell)
                if text is not None:
                    self.values[column] = self._within_limit(column, text)
            elif column not in OPTIONAL:
                self._fail(column, "MISSING_CELL")

    @staticmethod
    def is_blank(row: Row, layout: Layout) -> bool:
        return not any(position in row.cells for position in layout.positions.values())

    @property
    def code(self) -> str:
        """As typed, whether or not it can be a code; empty where there is none."""
        return plain_line(self.values.get(Column.CODE, ""))

    def _fail(self, column: Column, code: str, **params: object) -> None:
        self._failed = True
        self._context.problems.add(self._context.layout.problem(self.row, column, code, **params))

    def _text(self, column: Column, cell: Cell) -> str | None:
        if cell.kind in _CELL_PROBLEMS:
            self._fail(column, _CELL_PROBLEMS[cell.kind])
            return None
        if cell.kind is Kind.TEXT:
            return cell.markup if cell.markup is not None and column in MARKUP else cell.text
        if cell.kind is Kind.NUMBER and _INTEGER.fullmatch(cell.text):
            return cell.text
        # 10 % is stored as 0.1, 2,5 as 2.5, a date as a count of days: the author's wording is lost
        self._fail(column, "CELL_NOT_TEXT", kind=cell.kind.value)
        return None

    def _share_number(self, cell: Cell) -> str | None:
        if cell.kind in {Kind.NUMBER, Kind.FORMATTED}:
            try:
                share = Decimal(cell.text)
            except InvalidOperation:
                share = Decimal(-1)
            if share.is_finite() and 0 <= share <= 1:
                return f"{float(share):.15f}"
            self._fail(Column.SHARE, "INVALID_SHARE", value=cell.text[:40])
            return None
        return self._text(Column.SHARE, cell)

    def _within_limit(self, column: Column, text: str) -> str:
        text = text.strip()
        limit = MAX_CHARACTERS[column]
        if len(text) > limit:
            self._fail(column, "TEXT_TOO_LONG", length=len(text), limit=limit)
            return text[:limit]
        return text

    def read(self) -> ImportedItem | None:
        """The item, or None where anything in the row is wrong."""
        self._check_code()
        topic = self._topic()
        level = LEVEL_BY_NAME.get(fold(self.values.get(Column.LEVEL, "")))
        if level is None and Column.LEVEL in self.values:
            self._fail(Column.LEVEL, "UNKNOWN_LEVEL", value=self.values[Column.LEVEL])
        stem = self._markup(Column.STEM)
        options = self._options()
        key = self._key()
        share = self._share()
        enemies = self._enemies()
        rationale = self._markup(Column.RATIONALE) if Column.RATIONALE in self.values else ""
        pool = self._pool()
        if self._failed or level is None or key is None:
            return None
        basis = plain_line(self.values[Column.BASIS])
        asked = Asked(Interaction.SINGLE_CHOICE, options)
        item = ItemVersion(
            self.code, 1, topic, level, stem, asked, basis, rationale, self._context.author, share, pool
        )
        return ImportedItem(self.row, item, key, enemies)

    def _check_code(self) -> None:
        if Column.CODE in self.values and not is_item_code(self.code):
            self._fail(Column.CODE, "INVALID_CODE", value=self.code)

    def _topic(self) -> str:
        topic = plain_line(self.values.get(Column.TOPIC, "")).upper()
        if Column.TOPIC in self.values and (
            topic not in self._context.known_topics or not is_topic_code(topic)
        ):
            self._fail(Column.TOPIC, "UNKNOWN_TOPIC", value=self.values[Column.TOPIC])
        return topic

    def _markup(self, column: Column) -> str:
        """Sanitised; what has nothing to read in it is as good as missing."""
        markup = from_authored(self.values.get(column, ""))
        if column in self.values and column not in OPTIONAL and not plain_text(markup):
            self._fail(column, "MISSING_CELL")
        if is_lost(self.values.get(column, ""), markup):
            self._fail(column, "BAD_IMAGE")
        for sha256 in references(markup):
            if sha256 not in self._context.known_media:
                self._fail(column, "UNKNOWN_MEDIA", value=sha256[:12])
        for fault in formula_faults(markup):  # shown as typed, so a warning will do
            facts = {"number": fault.number, "source": fault.source, **fault.params}
            problem = self._context.layout.problem(self.row, column, fault.code, **facts)
            self._context.problems.add(replace(problem, severity=Severity.WARNING))
        return markup

    def _options(self) -> tuple[Option, ...]:
        options = tuple(Option(letter, self._markup(column)) for letter, column in OPTION_COLUMNS.items())
        readings = {option.id: plain_text(option.content) for option in options}
        for earlier, later in equal_options({letter: text for letter, text in readings.items() if text}):
            self._fail(OPTION_COLUMNS[later], "DUPLICATE_OPTION", same_as=earlier)
        return options

    def _key(self) -> Key | None:
        """One letter and nothing else: a key is never guessed."""
        typed = self.values.get(Column.KEY)
        if typed is None:
            return None
        letter = plain_line(typed).upper()
        if letter not in OPTION_COLUMNS:
            self._fail(Column.KEY, "INVALID_KEY", value=typed)
            return None
        return Key(1, (letter,))

    def _share(self) -> float | None:
        typed = self.values.get(Column.SHARE)
        if typed is None:
            return None
        match = _SHARE.fullmatch(plain_line(typed))
        share = Decimal(match.group(1).replace(",", ".")) if match else Decimal(-1)
        if match and match.group(2):
            share /= 100
        # 65 without % may be a percentage or a slip: asked, not guessed
        if not 0 <= share <= 1:
            self._fail(Column.SHARE, "INVALID_SHARE", value=typed)
            return None
        return float(share)

    def _pool(self) -> Pool:
        """Exams, unless the cell says practice: never guessed from anything else."""
        typed = self.values.get(Column.POOL, "")
        pool = POOL_BY_NAME.get(fold(typed)) if typed else Pool.OPERATIONAL
        if pool is None:
            self._fail(Column.POOL, "UNKNOWN_POOL", value=typed)
        return pool or Pool.OPERATIONAL

    def _enemies(self) -> tuple[str, ...]:
        typed = self.values.get(Column.ENEMIES, "")
        codes = [code for code in map(plain_line, _BETWEEN_ENEMIES.split(typed)) if code]
        for code in codes:
            if not is_item_code(code):
                self._fail(Column.ENEMIES, "INVALID_ENEMY", value=code[:40])
            elif code.casefold() == self.code.casefold():
                self._fail(Column.ENEMIES, "SELF_ENEMY", value=code)
        return tuple(dict.fromkeys(codes))
