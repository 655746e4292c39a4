"""Settings that are one of a few choices, also when given by their value, as read from a file."""

from enum import Enum
from typing import TypeVar

from scoring.errors import InvalidOptions

Choice = TypeVar("Choice", bound=Enum)


def member(choices: type[Choice], value: object, name: str) -> Choice:
    """The member that `value` is or names; InvalidOptions naming argument, value and choices for another.

    Code may then compare with `is`: a plain string equal to a member is not the member.
    """
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(str(one.value) for one in choices)
        raise InvalidOptions(f"{name}: {value!r} is none of {known}") from None


def settle(options: object, **choices: type[Enum]) -> None:
    """Put members in the named fields of a frozen dataclass under construction; errors as in member."""
    for name, kind in choices.items():
        object.__setattr__(options, name, member(kind, getattr(options, name), name))
