"""What the engine knows of a form: each item's place and options, the sections and how one moves in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from item_bank.interactions.asked import Asked


class Navigation(StrEnum):
    """How a candidate may move: anywhere, never back, or within one section at a time."""

    FREE = "free"
    FORWARD = "forward"
    SECTION = "section"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form; `limit_s` None: it shares the sitting's time with the others."""

    ordinal: int
    limit_s: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """An item's place on the form, from 1, and what it asks for."""

    number: int
    section: int
    asked: Asked


@dataclass(frozen=True, slots=True)
class Outline:
    """A form without its wording: what a response may refer to, and when."""

    placed: Mapping[str, Placed]
    sections: tuple[Section, ...] = ()


def are_timed(sections: tuple[Section, ...]) -> bool:
    """Whether sections have limits of their own; then each has one, and they are sat one after the other."""
    return bool(sections) and all(section.limit_s is not None for section in sections)
