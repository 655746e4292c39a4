"""What was responded beside what is right, part by part, in the item's own words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import format_decimal
from markupsafe import Markup, escape

from examsvc.edge.texts import gettext as _
from examsvc.services.practice_items import Feedback, ShownItem
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Key
from item_bank.interactions.responses import parts_of


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the comparison: what it is about, what was responded there, what is right there."""

    about: Markup
    mine: Markup
    right: Markup
    is_right: bool


def right_parts(feedback: Feedback) -> frozenset[str]:
    """The options or places that belong to the right response; of several right ones to any of them."""
    return frozenset(part for accepted in feedback.key.accepted for part in parts_of(accepted))


def own_parts(feedback: Feedback) -> frozenset[str]:
    """Those that were chosen."""
    return frozenset(parts_of(feedback.response or ""))


def told_lines(item: ShownItem) -> list[Told]:
    """The comparison of an item whose response is more than a choice; empty for those that people mark."""
    feedback, asked = item.feedback, item.asked
    if feedback is None or not feedback.key.accepted:
        return []
    mine = feedback.response or ""
    right = mine if mine in feedback.key.accepted else feedback.key.accepted[0]
    match asked.kind.form:
        case Form.PAIRED:
            return [_place_line(asked, number, mine, right) for number in range(len(asked.places))]
        case Form.ORDERED:
            return [_rank_line(asked, number, mine, right) for number in range(len(asked.options))]
        case Form.NUMBER | Form.TEXT:
            return [Told(Markup(""), escape(mine), _typed(feedback.key), feedback.is_right)]
    return []


def _typed(key: Key) -> Markup:
    words = Markup(" · ").join(key.accepted)
    if not key.tolerance:
        return words
    told = _("%(number)s, give or take %(tolerance)s", number=words, tolerance=format_decimal(key.tolerance))
    return escape(told)


def _place_line(asked: Asked, number: int, mine: str, right: str) -> Told:
    place = asked.places[number]
    about = _content(place.content) if place.content else escape(_("Gap %(number)s", number=number + 1))
    own, wanted = (_put(response, place.id) for response in (mine, right))
    return Told(about, _contents(asked, own), _contents(asked, wanted), set(own) == set(wanted))


def _put(response: str, place: str) -> list[str]:
    pairs = (part.partition(">") for part in parts_of(response))
    return [option for option, _arrow, there in pairs if there == place]


def _rank_line(asked: Asked, number: int, mine: str, right: str) -> Told:
    own, wanted = (parts_of(response)[number : number + 1] for response in (mine, right))
    is_right = own == wanted
    return Told(escape(str(number + 1)), _contents(asked, own), _contents(asked, wanted), is_right)


def _contents(asked: Asked, ids: list[str] | tuple[str, ...]) -> Markup:
    contents = {option.id: option.content for option in asked.options}
    return Markup(", ").join(_content(contents[id_]) for id_ in ids if id_ in contents)


def _content(html: str) -> Markup:
    return Markup(html)  # noqa: S704 -- rendered by item_bank
