"""The interactions, and what an item of each is made of: one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Interaction(StrEnum):
    """How an item is responded to; the names are QTI's where it has one."""

    SINGLE_CHOICE = "single_choice"
    TRUE_FALSE = "true_false"
    MULTIPLE_RESPONSE = "multiple_response"
    STATEMENTS = "statements"  # several statements, each true or false
    NUMERIC = "numeric"
    SHORT_TEXT = "short_text"
    ORDER = "order"
    MATCH = "match"
    INLINE_CHOICE = "inline_choice"
    GAP_MATCH = "gap_match"
    HOTSPOT = "hotspot"
    HOTTEXT = "hottext"
    ESSAY = "essay"
    PRACTICAL = "practical"


class Form(StrEnum):
    """What a response is, whatever it looks like on the screen."""

    ONE = "one"  # an option
    SOME = "some"  # a set of options, or of places where there are no options
    ORDERED = "ordered"  # all options in an order
    PAIRED = "paired"  # options put to places
    NUMBER = "number"
    TEXT = "text"
    NOTHING = "nothing"  # done elsewhere


@dataclass(frozen=True, slots=True)
class Kind:
    """What an item of an interaction is made of.

    options, places : how many there may be, least and most; places are what options are put to, or what is
        chosen itself
    in_stem : each place stands in the stem, as `[[id]]` (`[[id:words]]` where the place is the words)
    own_options : each place has options of its own
    rated : people mark the response, by a rubric
    shuffled : each candidate sees the options in an order of his own
    most_characters : of a response that is typed
    """

    form: Form
    options: tuple[int, int] = (0, 0)
    places: tuple[int, int] = (0, 0)
    in_stem: bool = False
    own_options: bool = False
    rated: bool = False
    shuffled: bool = True
    most_characters: int = 0


MOST: Final = 26  # options or places: as many as there are letters
MOST_INLINE: Final = 200
KINDS: Final[dict[Interaction, Kind]] = {
    Interaction.SINGLE_CHOICE: Kind(Form.ONE, options=(2, MOST)),
    Interaction.TRUE_FALSE: Kind(Form.ONE, options=(2, 2), shuffled=False),
    Interaction.MULTIPLE_RESPONSE: Kind(Form.SOME, options=(2, MOST)),
    Interaction.STATEMENTS: Kind(Form.PAIRED, options=(2, 2), places=(2, 8), shuffled=False),
    Interaction.NUMERIC: Kind(Form.NUMBER, most_characters=40),
    Interaction.SHORT_TEXT: Kind(Form.TEXT, most_characters=200),
    Interaction.ORDER: Kind(Form.ORDERED, options=(2, MOST)),
    Interaction.MATCH: Kind(Form.PAIRED, options=(1, MOST), places=(1, MOST)),
    Interaction.INLINE_CHOICE: Kind(
        Form.PAIRED, options=(2, MOST_INLINE), places=(1, MOST), in_stem=True, own_options=True
    ),
    Interaction.GAP_MATCH: Kind(Form.PAIRED, options=(1, MOST), places=(1, MOST), in_stem=True),
    Interaction.HOTSPOT: Kind(Form.SOME, places=(2, MOST)),
    Interaction.HOTTEXT: Kind(Form.SOME, places=(2, MOST), in_stem=True),
    Interaction.ESSAY: Kind(Form.TEXT, rated=True, most_characters=20_000),
    Interaction.PRACTICAL: Kind(Form.NOTHING, rated=True),
}
RATED: Final = tuple(interaction for interaction, kind in KINDS.items() if kind.rated)
"""What people mark, by a rubric: on no form that a computer marks."""
