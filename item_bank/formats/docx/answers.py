"""What stands behind the questions: tables of keys and explanations, put to them by their numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from item_bank.formats.docx.body import Table
from item_bank.formats.docx.content import Content, Piece
from item_bank.formats.docx.keys import entries_in, entries_of, is_entry_value, single_entry
from item_bank.formats.docx.layout import Fact
from item_bank.formats.docx.lines import Line
from item_bank.formats.docx.opened import Open
from item_bank.formats.docx.words import chosen_in, fact_of, numbered_of, start_of

Where = tuple[str, int]


@dataclass(slots=True)
class Answers:
    """Keys and explanations by group and number; a group without a name stands for all."""

    group: str = ""
    keys: dict[Where, list[str]] = field(default_factory=dict)
    solutions: dict[Where, list[Content]] = field(default_factory=dict)
    _solved: Where | None = None

    def begin(self) -> None:
        """Behind a heading no explanation goes on."""
        self._solved = None

    def read_line(self, line: Line, found: list[Open], *, solving: bool) -> bool:
        """Take a line behind the questions; False where it is no key and explains none of the questions."""
        text = line.text
        if entries := entries_in(text):
            self._add(entries)
            return True
        single = single_entry(text)
        if single is not None and is_entry_value(single[1]):
            self._add([single])
            return True
        start = start_of(text) or (numbered_of(text) if solving or self._solved is None else None)
        if start is not None and start.number in {one.number for one in found}:
            self._solved = (self.group, start.number)
            self._explain(self._solved, line, start.end)
            return True
        if self._solved is not None:
            self._explain(self._solved, line, 0)
            return True
        return False

    def _explain(self, where: Where, line: Line, start: int) -> None:
        rich = line.rich.cut(start)
        chosen = chosen_in(rich.text)
        fact = fact_of(rich.text)
        if chosen is not None:
            self.keys.setdefault(where, []).append(chosen[0])
            rich = rich.cut(chosen[1])
        elif fact is not None and fact[0] is Fact.KEY and is_entry_value(rich.text[fact[1] :]):
            self.keys.setdefault(where, []).append(rich.text[fact[1] :].strip())
            return
        elif fact is not None and fact[0] is Fact.RATIONALE:
            rich = rich.cut(fact[1])
        if not rich.is_blank:
            piece = Piece(rich) if start or chosen or fact else line.piece
            self.solutions.setdefault(where, []).append(piece)

    def read_table(self, table: Table) -> None:
        """A table of keys, or one within an explanation."""
        entries = entries_of(table)
        if entries:
            self._add(entries)
        elif self._solved is not None:
            self.solutions.setdefault(self._solved, []).append(table)

    def is_keys(self, table: Table) -> bool:
        """Whether a table that no heading announces has keys: at least two, each of another number."""
        entries = entries_of(table)
        return len(entries) >= 2 and len({number for number, _key in entries}) == len(entries)

    def read_own(self, table: Table, group: str, found: list[Open]) -> None:
        """A table without a heading: of the group before it where it has just that group's numbers."""
        entries = entries_of(table)
        own = {one.number for one in found if one.group.name == group}
        self.group = group if own == {number for number, _key in entries} else ""
        self._add(entries)

    def _add(self, entries: list[tuple[int, str]]) -> None:
        for number, key in entries:
            self.keys.setdefault((self.group, number), []).append(key)

    def give(self, found: list[Open]) -> None:
        """Each question what is said of its number, in its group where the keys name groups."""
        by_where: dict[Where, list[Open]] = {}
        by_number: dict[int, list[Open]] = {}
        for one in found:
            if one.number is not None:
                by_where.setdefault((one.group.name, one.number), []).append(one)
                by_number.setdefault(one.number, []).append(one)
        for where, keys in self.keys.items():
            meant = by_where.get(where) or by_number.get(where[1], [])
            for one in meant:
                one.keys.extend(keys)
                one.unclear_keys = one.unclear_keys or len(meant) > 1
        for where, pieces in self.solutions.items():
            meant = by_where.get(where) or by_number.get(where[1], [])
            if len(meant) == 1:
                meant[0].rationale.extend(pieces)
