"""Changing many items, in the words of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from examsvc.edge.texts import gettext as _
from examsvc.services.bulk_order import Act, Way
from examsvc.web.author import wording
from examsvc.web.terms import COGNITIVE_LEVELS, ITEM_STATES
from item_bank.bulk import Part
from item_bank.lifecycle import State

ACTS: Final[dict[str, LazyString]] = {
    Act.REPLACE.value: _l("Words: find and replace"),
    Act.BASIS.value: _l("Legal basis"),
    Act.LEVEL.value: _l("Cognitive level"),
    Act.TOPIC.value: _l("Topic"),
    Act.MOVE.value: _l("State"),
}
PARTS: Final[dict[str, LazyString]] = {
    Part.STEM.value: _l("Stem"),
    Part.OPTIONS.value: _l("Options and places"),
    Part.RATIONALE.value: _l("Rationale"),
    Part.LEGAL_BASIS.value: _l("Legal basis"),
    Part.ENGLISH.value: _l("English wording"),
}
TARGETS: Final[dict[str, LazyString]] = {
    **wording.MOVES,
    State.IN_REVIEW.value: _l("Hand to the reviewers"),
}
# how an item takes the change → name, badge
WAYS: Final[dict[str, tuple[LazyString, str]]] = {
    Way.IN_PLACE.value: (_l("Draft changed"), "badge-info"),
    Way.NEW_VERSION.value: (_l("New version, to be appraised again"), "badge-warn"),
    Way.ITEM.value: (_l("Changed at once, for all versions"), "badge-info"),
    Way.MOVE.value: (_l("Moved"), "badge-info"),
}
# why an item is left as it is
WHYS: Final[dict[str, LazyString]] = {
    "NOT_YOURS": _l("It is another author's item."),
    "NOT_NEWEST": _l("A newer version has taken its place; look at that one."),
    "ITEM_RETIRED": _l("It has been retired: its wording no longer changes."),
    "AUTHORS_DRAFT": _l("Its author is still writing it."),
    "NO_OCCURRENCE": _l("The words do not occur in it."),
    "BROKEN_BY_MARKUP": _l("The words occur, but emphasis, a formula or a picture divides or holds them."),
    "MARKUP_TOUCHED": _l("What would come of it is no longer the same markup."),
    "TEXT_TOO_LONG": _l("The text would become too long."),
    "SAME_LEVEL": _l("It has this cognitive level already."),
    "SAME_BASIS": _l("It has this legal basis already."),
    "SAME_TOPIC": _l("It belongs to this topic already."),
    "SAME_ITEM": _l("Another version of the same item is in this list: a topic changes for both."),
    "TOPIC_FIXED": _l("Others have seen it: its topic is for the bank manager to change."),
    "ON_FORM": _l("It stands on a form: what is marked there counts for its topic."),
    "FORM_AHEAD": _l("It stands on a form of an exam that is not over."),
    "NO_SUCH_TRANSITION": _l("From its state it cannot go there."),
}
REFUSALS: Final[dict[str, LazyString]] = {
    "CHOOSE_ACT": _l("Choose what shall change."),
    "NO_ITEMS": _l("There is no item to change: tick some, or filter the list differently."),
    "TOO_MANY_ITEMS": _l("At most %(most)s items at once: filter the list."),
    "CHOOSE_TOPIC": _l("Choose a topic."),
    "CHOOSE_LEVEL": _l("Choose a cognitive level."),
    "CHOOSE_STATE": _l("Choose where the items go."),
    "REASON_MISSING": _l("Give a reason."),
    "NOTHING_TO_FIND": _l("Type the words to find."),
    "NO_PART": _l("Tick at least one part."),
    "SAME_WORDS": _l("These are the same words."),
    "TEXT_TOO_LONG": _l("At most %(most)s characters."),
    "SIGNS_OF_MARKUP": _l("[[ ]], \\( \\) and $$ are signs of places and formulas: they cannot be replaced."),
    "BASIS_MISSING": _l("Type the legal basis."),
    "NOTHING_CHANGES": _l("There is nothing to apply: no item would change."),
}


def refusal_words(code: str, params: Mapping[str, Any]) -> str:
    """Why an order cannot be carried out."""
    return str(REFUSALS[code]) % params if code in REFUSALS else wording.words_of(code, params)


def why_words(code: str, facts: Mapping[str, Any] | None = None) -> str:
    """Why an item is left as it is, and on which form it stands where that is why."""
    if code not in WHYS:
        return wording.words_of(code, facts or {})
    form = (facts or {}).get("form")
    return f"{WHYS[code]} ({form})" if form else str(WHYS[code])


def value_words(act: str, value: str) -> str:
    """A topic, a cognitive level or a state, as it is called."""
    names = {Act.LEVEL.value: COGNITIVE_LEVELS, Act.MOVE.value: ITEM_STATES}.get(act, {})
    return str(names.get(value, value))


def order_words(order: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was ordered, as headings and what they say."""
    act = order["act"]
    said = [(_("What changes"), str(ACTS[act]))]
    if act == Act.REPLACE:
        said += [
            (str(_("Words to find")), order["find"]),
            (str(_("What takes their place")), order.get("put") or _("nothing: the words are taken out")),
            (str(_("Where")), ", ".join(str(PARTS[part]) for part in order.get("parts", ()))),
        ]
        exact = [(_("whole words alone"), "whole_words"), (_("capitals as typed"), "with_case")]
        how = [words for words, name in exact if order.get(name)]
        said += [(_("How they are found"), ", ".join(how))] if how else []
    elif act == Act.BASIS:
        heading = _("Added to the legal basis") if order.get("adds") else _("New legal basis")
        said.append((heading, order["basis"]))
    else:
        name = {Act.LEVEL.value: "level", Act.TOPIC.value: "topic", Act.MOVE.value: "to"}[act]
        said.append((_("From now on"), value_words(act, order[name])))
    return [*said, (_("Reason"), order["reason"])]
