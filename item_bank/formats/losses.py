"""What is lost of an item while it is read or written: each thing once, until nobody would read on."""

from __future__ import annotations

import re
from typing import Any, Final

from item_bank.formats.foreign import Remark
from item_bank.stem import plain_line

MOST_REMARKS: Final = 50  # of one item
_UNSEEN: Final = re.compile("(?:PICTURE|MEDIA)_(?:MISSING|LOST)")
MOST_CHARACTERS: Final = 200  # of a value quoted from the file


class Losses:
    """The remarks on one item in the order in which they were made; behind the last, that there are more."""

    def __init__(self) -> None:
        self._found: list[Remark] = []

    def add(self, code: str, *, line: int | None = None, **params: Any) -> None:
        said = quoted(params)
        if any(one.code == code and one.params == said for one in self._found):
            return
        if len(self._found) < MOST_REMARKS:
            self._found.append(Remark(code, said, line))
        elif len(self._found) == MOST_REMARKS:
            self._found.append(Remark("MORE_REMARKS", {}, line))

    def all(self) -> tuple[Remark, ...]:
        return tuple(self._found)

    def why_empty(self) -> Remark | None:
        """Why a part may have nothing to show: its picture, sound or film is not here."""
        return next((one for one in self._found if _UNSEEN.fullmatch(one.code)), None)


def quoted(params: dict[str, Any]) -> dict[str, Any]:
    """The facts of a remark, texts of the file among them on one line and no longer than one reads."""
    return {
        name: plain_line(value[: 4 * MOST_CHARACTERS])[:MOST_CHARACTERS] if isinstance(value, str) else value
        for name, value in params.items()
    }
