"""Many keys asked for in parts: SQLite bounds the number of parameters of a statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

AT_ONCE: Final = 500
Key = TypeVar("Key")


def in_parts(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys in their order, no more than a statement may take at once."""
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]
