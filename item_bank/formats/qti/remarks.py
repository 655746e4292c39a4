"""What is said of an item while it is read: losses are collected, a reason to refuse it ends the reading."""

from __future__ import annotations

from typing import Any

from item_bank.formats.foreign import Remark
from item_bank.stem import plain_line

MOST_REMARKS = 40  # of one item: nobody reads on
MOST_CHARACTERS = 120  # of a value quoted from the file


class Refused(Exception):
    """This item cannot be taken; `remark` says why."""

    def __init__(self, code: str, *, line: int | None = None, **params: Any) -> None:
        super().__init__(code)
        self.remark = Remark(code, _short(params), line)


class Losses:
    """The remarks on one item, each once, in the order in which they were made."""

    def __init__(self) -> None:
        self._found: list[Remark] = []

    def add(self, code: str, *, line: int | None = None, **params: Any) -> None:
        said = _short(params)
        known = any(one.code == code and one.params == said for one in self._found)
        if not known and len(self._found) < MOST_REMARKS:
            self._found.append(Remark(code, said, line))

    def all(self) -> tuple[Remark, ...]:
        return tuple(self._found)


def _short(params: dict[str, Any]) -> dict[str, Any]:
    return {name: _quoted(value) if isinstance(value, str) else value for name, value in params.items()}


def _quoted(text: str) -> str:
    return plain_line(text[: 4 * MOST_CHARACTERS])[:MOST_CHARACTERS]
