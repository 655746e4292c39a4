"""What a check may find: a stable code and what it is about; the words are the reader's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Params = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a blueprint."""

    code: str
    params: Params


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule a form breaks, found by the auditor."""

    code: str
    params: Params
