"""A wording that computes like any text and does not let itself be shown."""

from __future__ import annotations


class WordingSealed(Exception):
    """A page tried to show a wording that nobody had opened, and so nobody would have logged."""


class Sealed(str):
    """A wording as lists carry it: to be compared and searched; a template that shows it fails.

    What is to be shown goes through `examsvc.services.viewing`, which logs it first.
    """

    __slots__ = ()

    def __html__(self) -> str:
        raise WordingSealed


def opened(text: str) -> str:
    """The text, where it may be shown. Raises WordingSealed."""
    if isinstance(text, Sealed):
        raise WordingSealed
    return text
