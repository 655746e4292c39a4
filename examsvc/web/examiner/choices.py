"""What an examiner may ask of a calibration, each with one sentence of help; the first of each is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of the form: its value, its name, what it means and when to take it."""

    value: str
    label: LazyString
    help: LazyString


MODELS: Final = (
    Choice(
        "2PL",
        _l("2PL: difficulty and discrimination"),
        _l("The usual choice: each item has its own difficulty and its own power to tell people apart."),
    ),
    Choice(
        "Rasch",
        _l("Rasch: difficulty alone"),
        _l("For small campaigns (below about 200 sittings): all items discriminate alike."),
    ),
    Choice(
        "3PL",
        _l("3PL: difficulty, discrimination and guessing"),
        _l("For large campaigns (1,000 responses an item or more) where lucky guesses matter."),
    ),
)
PRIORS: Final = (
    Choice(
        "weak",
        _l("Weak, the same for every item"),
        _l("Hardly felt where responses are plentiful; they keep items with few responses on the scale."),
    ),
    Choice(
        "borrowed",
        _l("Borrowed from the topic"),
        _l("An item with few responses leans on the other items of its topic. For small campaigns."),
    ),
)
SCALES: Final = (
    Choice(
        "free",
        _l("Free: this campaign sets the scale"),
        _l("The average candidate of this campaign is 0. Right for the first campaign of a bank."),
    ),
    Choice(
        "linked",
        _l("Linked to the calibration in force"),
        _l(
            "All items are fitted anew, then moved to the old scale by the items both share; "
            "shared items that have drifted are left out of the link."
        ),
    ),
    Choice(
        "anchored",
        _l("Anchored: known items are held fixed"),
        _l("Items of the calibration in force keep their figures; only new items are estimated."),
    ),
)
LEAST_RESPONSES: Final = 30
USUAL_RESPONSES: Final = 50
MOST_RESPONSES: Final = 10_000


def named(choices: tuple[Choice, ...], value: object) -> str:
    """The label of a stored value; one that is not known is shown as it stands."""
    return next((str(choice.label) for choice in choices if choice.value == value), str(value))
