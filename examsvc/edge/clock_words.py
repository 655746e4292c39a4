"""What an act on many clocks has done, in words: said to a proctor of a room, to the chairman of them all."""

from __future__ import annotations

from examsvc.edge.room_picture import minutes_in_words
from examsvc.edge.texts import ngettext


def stopped_in_words(n: int) -> str:
    """How many clocks were stopped."""
    return ngettext("%(num)s clock stands still.", "%(num)s clocks stand still.", n)


def resumed_in_words(n: int) -> str:
    """How many clocks run on."""
    return ngettext(
        "%(num)s clock runs on, with the stopped time given back.",
        "%(num)s clocks run on, with the stopped time given back.",
        n,
    )


def extended_in_words(n: int, seconds: int) -> str:
    """How many candidates have more time."""
    return ngettext(
        "%(num)s candidate has %(time)s more.",
        "%(num)s candidates have %(time)s more.",
        n,
        time=minutes_in_words(seconds),
    )
