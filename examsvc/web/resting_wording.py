"""What is said of items that rest, in every room alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from examsvc.edge.language import local_day
from examsvc.edge.texts import ngettext


def resting_words(facts: Mapping[str, Any]) -> str:
    """How many items of a cell rest, and until when; empty where none does."""
    n_items = int(facts.get("resting", 0))
    if not n_items:
        return ""
    first, last = (date.fromisoformat(facts[end]) for end in ("back_from", "back_by"))
    if first == last:
        return ngettext(
            "%(num)s item rests until %(day)s",
            "%(num)s items rest until %(day)s",
            n_items,
            day=local_day(last),
        )
    return ngettext(
        "%(num)s item rests, back between %(first)s and %(last)s",
        "%(num)s items rest, back between %(first)s and %(last)s",
        n_items,
        first=local_day(first),
        last=local_day(last),
    )


def with_resting(sentence: str, facts: Mapping[str, Any]) -> str:
    """A sentence about a cell, with what rests of it behind."""
    rest = resting_words(facts)
    return f"{sentence} ({rest})" if rest else sentence
