"""Made-up items to practise on before the start: one of each family, so that the exam shows nothing new."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _


def tutorial_items() -> list[dict[str, Any]]:
    """They stand on no form and belong to no bank; `name` is what the button that shows one says."""
    return [
        _item("single_choice", _("One option"), _single_choice()),
        _item("multiple_response", _("Several options"), _multiple_response()),
        _item("statements", _("True or false"), _statements()),
        _item("numeric", _("A number"), _numeric()),
        _item("order", _("An order"), _order()),
        _item("match", _("Pairs"), _match()),
    ]


def _item(interaction: str, name: str, parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "item_id": f"tutorial-{interaction}",
        "number": 1,
        "interaction": interaction,
        "name": name,
        "lang": str(get_locale()),
        **parts,
        "stem": f"<p>{parts['stem']}</p>",
    }


def _parts(*contents: str, first: str = "A", at_most: int | None = 1) -> list[dict[str, Any]]:
    return [
        {"id": chr(ord(first) + at), "content": content, "place": None, "at_most": at_most}
        for at, content in enumerate(contents)
    ]


def _single_choice() -> dict[str, Any]:
    stem = _("On which side of the road does one drive in Viet Nam?")
    options = (_("On the right"), _("On the left"), _("In the middle"), _("Wherever there is room"))
    return {"stem": stem, "options": _parts(*options)}


def _multiple_response() -> dict[str, Any]:
    stem = _("Which of these are working days? Choose at most two.")
    options = (_("Monday"), _("Sunday"), _("Wednesday"), _("New Year's Day"))
    return {"stem": stem, "options": _parts(*options), "at_most": 2}


def _statements() -> dict[str, Any]:
    stem = _("Say of each statement whether it is true.")
    statements = (_("A week has seven days."), _("A day has thirty hours."))
    options = _parts(_("True"), _("False"), first="T", at_most=None)
    return {"stem": stem, "options": options, "places": _parts(*statements, first="a")}


def _numeric() -> dict[str, Any]:
    return {"stem": _("How much is 12 times 5?"), "options": [], "most_characters": 40}


def _order() -> dict[str, Any]:
    stem = _("Put the meals in the order of a day.")
    return {"stem": stem, "options": _parts(_("Dinner"), _("Breakfast"), _("Lunch"))}


def _match() -> dict[str, Any]:
    stem = _("Which country does each capital belong to?")
    options = (_("Viet Nam"), _("Japan"), _("France"))
    return {"stem": stem, "options": _parts(*options), "places": _parts("Tokyo", _("Hanoi"), first="a")}
