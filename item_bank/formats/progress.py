"""How far the reading of a large file is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]


def silent(_done: int, _total: int) -> None:
    """For whoever does not ask."""
