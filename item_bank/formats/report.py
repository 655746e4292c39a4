"""What an import found: the items it would take, or every reason why it takes none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from item_bank.enemies import EnemyPair, enemy_pairs
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion

MAX_PROBLEMS = 1_000


class Severity(StrEnum):
    """An error keeps the whole file out; a warning is for the author's eyes."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong: where (row and column as the author's program shows them), what, and the facts."""

    row: int | None
    column: str | None
    header: str | None
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class ImportedItem:
    row: int
    item: ItemVersion
    key: Key
    enemies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """All or nothing: `rows` is empty when any problem is an error."""

    rows: tuple[ImportedItem, ...]
    problems: tuple[RowProblem, ...]
    rows_read: int

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def errors(self) -> tuple[RowProblem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[RowProblem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is Severity.WARNING)

    @property
    def enemy_pairs(self) -> frozenset[EnemyPair]:
        return enemy_pairs({row.item.code: row.enemies for row in self.rows})


class Problems:
    """Collects problems, and stops growing where nobody would read on."""

    def __init__(self) -> None:
        self._found: list[RowProblem] = []
        self.left_out = 0
        self.any_error = False

    def add(self, problem: RowProblem) -> None:
        self.any_error = self.any_error or problem.severity is Severity.ERROR
        if len(self._found) < MAX_PROBLEMS:
            self._found.append(problem)
        else:
            self.left_out += 1

    def sorted(self) -> tuple[RowProblem, ...]:
        found = sorted(
            self._found, key=lambda p: (p.row or 0, len(p.column or ""), p.column or "", p.severity, p.code)
        )
        if self.left_out:
            severity = Severity.ERROR if self.any_error else Severity.WARNING
            params = {"left_out": self.left_out}
            found.append(RowProblem(None, None, None, "MORE_PROBLEMS", params, severity))
        return tuple(found)
