"""A response from a plain form, and the controls that ask for it where they stand in the stem."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from examsvc.edge.texts import gettext as _
from item_bank.errors import InvalidResponse
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.responses import read_response

Posted = MultiDict[str, str]
_PLACE: Final = re.compile(r'<span class="place" data-place="(\w{1,16})">(.*?)</span>', re.DOTALL)


def posted_response(asked: Asked, form: Posted) -> str:
    """The response in its one spelling. Raises InvalidResponse, EMPTY where nothing was responded."""
    return read_response(asked, _spelled(asked, form))


def _spelled(asked: Asked, form: Posted) -> str:
    match asked.kind.form:
        case Form.SOME:
            return " ".join(form.getlist("response"))
        case Form.PAIRED:
            named = ((place, form.getlist(f"place-{place}")) for place in asked.place_ids)
            return " ".join(f"{option}>{place}" for place, options in named for option in options if option)
        case Form.ORDERED:
            return _ordered(asked, form)
        case _:
            return form.get("response", "")


def _ordered(asked: Asked, form: Posted) -> str:
    """By the numbers that were given: each number once, or it is no order."""
    numbers = {id_: form.get(f"rank-{id_}", "") for id_ in asked.option_ids}
    if not any(numbers.values()):
        raise InvalidResponse("EMPTY")
    wanted = [str(number) for number in range(1, len(numbers) + 1)]
    if sorted(numbers.values()) != sorted(wanted):
        raise InvalidResponse("NOT_ALL", count=len(set(numbers.values()) - {""}), expected=len(numbers))
    return " ".join(sorted(numbers, key=lambda id_: int(numbers[id_])))


def fill_places(stem: str, written: Callable[[str, Markup], str]) -> Markup:
    """The stem, safe HTML, with `written(place, words)` where its places stand."""

    def fill(mark: re.Match[str]) -> str:
        return str(written(mark[1], Markup(mark[2])))  # noqa: S704 -- rendered by item_bank

    return Markup(_PLACE.sub(fill, stem))  # noqa: S704 -- rendered by item_bank, and by our own template


def fault_words(fault: InvalidResponse) -> str:
    """What is wrong with what was posted."""
    words = {
        "EMPTY": _("Respond to the item, or say that you do not know."),
        "NOT_ALL": _(
            "Give each line a number of its own, from 1 to %(count)s.", count=fault.params.get("expected", "")
        ),
        "NOT_A_NUMBER": _("This cannot be read as a number. Write digits only."),
        "TOO_MANY": _("That is more than may be chosen."),
        "TOO_LONG": _("That is longer than the item allows."),
    }
    return words.get(fault.code, _("This item has no such option."))
