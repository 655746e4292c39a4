"""Options that are put to places or in an order: matching, categories, lists in the text, ordering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from item_bank.formats.moodle_keys import in_reading_order, lettered
from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.declarations import Mapping as Worth
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import RESPONSE, Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.values import Value
from item_bank.formats.qti12.posing import CHOSEN, Read, Source, labelled, mark_places, matching, summing
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.stem import plain_text


def read_match(source: Source) -> Read:
    """What is asked with the options of all lists; those read in an order that does not tell the key."""
    responses = source.asked(*CHOSEN)
    lists = [{label.get("ident"): text for label, text in labelled(source, one)} for one in responses]
    ordered = in_reading_order(dict.fromkeys(text for one in lists for text in one.values()))
    options = lettered(ordered, at_most=None)
    ids = {option.content: option.id for option in options}
    places = tuple(
        Place(str(number), source.texts.of(response, source.draft))
        for number, response in enumerate(responses, start=1)
    )
    names = {place.id: place.id for place in places}
    posed = Posed(
        Asked(Interaction.MATCH, options, places), {"": RESPONSE}, {one.id: one.id for one in options}, names
    )
    pairs = {
        (response.get("ident"), ident): (ids[text], place.id)
        for response, place, one in zip(responses, places, lists, strict=True)
        for ident, text in one.items()
    }
    return posed, _paired(source, pairs)


def _paired(source: Source, pairs: Mapping[tuple[str, str], tuple[str, str]]) -> Program:
    """The lists as one response of pairs. Raises Refused KEY_MISSING, KEY_NO_OPTION, SCORING_NOT_KEPT."""
    scoring = source.scoring
    one = Declared(RESPONSE, "directedPair", "multiple")
    if scoring.is_absent:
        raise Refused("KEY_MISSING")
    sums, all_of = scoring.sums(), scoring.all_of()
    if sums is not None:
        entries = tuple((_known(pairs, pair), worth, True) for pair, worth in sums.items())
        best: dict[str, tuple[str, str]] = {}
        for pair, _worth, _with_case in sorted(entries, key=lambda entry: entry[1]):
            best[pair[1]] = pair
        key = Value(tuple(best.values()), "directedPair", "multiple")
        return summing({RESPONSE: replace(one, key=key, mapping=Worth(entries))})
    if all_of is not None and not all_of[1]:
        wanted = [_known(pairs, (name, value)) for name, values in all_of[0].items() for value in values]
        return matching(
            {RESPONSE: replace(one, key=Value(tuple(wanted), "directedPair", "multiple"))}, all_of[2]
        )
    raise Refused("SCORING_NOT_KEPT", template="")


def _known(pairs: Mapping[tuple[str, str], tuple[str, str]], pair: tuple[str, str]) -> tuple[str, str]:
    if pair not in pairs:
        raise Refused("KEY_NO_OPTION", value=pair[1])
    return pairs[pair]


def read_dropdowns(source: Source) -> Read:
    """Lists in the text: each stands there by its name in brackets."""
    responses = source.asked(*CHOSEN)
    mark_places(source, responses, [f"[[{number}]]" for number in range(1, len(responses) + 1)])
    options: list[Option] = []
    names: dict[str, str] = {}
    for number, response in enumerate(responses, start=1):
        for position, (label, text) in enumerate(labelled(source, response), start=1):
            options.append(Option(f"{number}_{position}", text, str(number)))
            names[options[-1].id] = label.get("ident")
    places = tuple(Place(str(number)) for number in range(1, len(responses) + 1))
    variables = {place.id: one.get("ident") for place, one in zip(places, responses, strict=True)}
    posed = Posed(Asked(Interaction.INLINE_CHOICE, tuple(options), places), variables, names)
    return posed, _by_place(source, posed)


def _by_place(source: Source, posed: Posed) -> Program:
    declared = {name: Declared(name, "identifier", "single") for name in posed.variables.values()}
    sums, all_of = source.scoring.sums(), source.scoring.all_of()
    if sums is not None and {name for name, _value in sums} == declared.keys():
        entries = {
            name: tuple((value, worth, True) for (of, value), worth in sums.items() if of == name)
            for name in declared
        }
        best = {name: max(own, key=lambda entry: entry[1])[0] for name, own in entries.items()}
        return summing(
            {
                name: replace(one, key=Value((best[name],), "identifier"), mapping=Worth(entries[name]))
                for name, one in declared.items()
            }
        )
    wanted, barred, worth = all_of or ({}, set(), Fraction(0))
    if wanted.keys() == declared.keys() and not barred and all(len(one) == 1 for one in wanted.values()):
        keys = {name: Value((values[0],), "identifier") for name, values in wanted.items()}
        return matching({name: replace(one, key=keys[name]) for name, one in declared.items()}, worth)
    return source.scoring.program(declared)


def read_word_bank(source: Source) -> Read:
    """Words of one bank to be put into blanks of the stem."""
    responses = source.asked(*CHOSEN)
    mark_places(source, responses, [f"[[{number}]]" for number in range(1, len(responses) + 1)])
    lists = [{label.get("ident"): text for label, text in labelled(source, one)} for one in responses]
    labels = [label for one in responses for label in source.labels(one)]
    again = any(label.get("allow_reuse") == "true" for label in labels)
    words = in_reading_order(dict.fromkeys(text for one in lists for text in one.values()))
    options = lettered(words, at_most=None if again else 1)
    ids = {option.content: option.id for option in options}
    places = tuple(Place(str(number)) for number in range(1, len(responses) + 1))
    names = {place.id: place.id for place in places}
    asked = Asked(Interaction.GAP_MATCH, options, places)
    posed = Posed(asked, {"": RESPONSE}, {one.id: one.id for one in options}, names)
    pairs = {
        (response.get("ident"), ident): (ids[text], place.id)
        for response, place, one in zip(responses, places, lists, strict=True)
        for ident, text in one.items()
    }
    return posed, _paired(source, pairs)


def read_order(source: Source) -> Read:
    """Options in an order, which earns everything or nothing.

    Raises Refused KEY_MISSING, KEY_NO_OPTION, SCORING_NOT_KEPT.
    """
    response = source.only(*CHOSEN)
    if any(node.name == "render_extension" and node.all("material") for node in response.walk()):
        source.draft.lose("PART_LOST", name="render_extension/material")
    found = labelled(source, response)
    options = lettered([text for _label, text in found])
    names = {option.id: label.get("ident") for option, (label, _text) in zip(options, found, strict=True)}
    posed = Posed(Asked(Interaction.ORDER, options), {"": response.get("ident")}, names)
    if source.scoring.is_absent:
        raise Refused("KEY_MISSING")
    all_of = source.scoring.all_of()
    wanted, barred, worth = all_of or ({}, set(), Fraction(0))
    order = wanted.get(posed.variable, [])
    if wanted.keys() != {posed.variable} or barred:
        raise Refused("SCORING_NOT_KEPT", template="")
    for ident in order:
        if ident not in names.values():
            raise Refused("KEY_NO_OPTION", value=ident)
    if sorted(order) != sorted(names.values()):
        raise Refused("SCORING_NOT_KEPT", template="")
    key = Value(tuple(order), "identifier", "ordered")
    return posed, matching({posed.variable: Declared(posed.variable, "identifier", "ordered", key)}, worth)


def read_categories(source: Source) -> Read:
    """Options put into categories, each of which takes several; all must be right.

    What one category earned by itself is lost. Raises Refused KEY_MISSING, KEY_NO_OPTION, SCORING_NOT_KEPT.
    """
    responses = source.asked(*CHOSEN)
    texts = {label.get("ident"): text for one in responses for label, text in labelled(source, one)}
    options = lettered(in_reading_order(texts.values()))
    ids = {option.content: option.id for option in options}
    places = tuple(
        Place(str(number), source.texts.of(one, source.draft), at_most=None)
        for number, one in enumerate(responses, start=1)
    )
    names = {place.id: place.id for place in places}
    asked = Asked(Interaction.MATCH, options, places)
    posed = Posed(asked, {"": RESPONSE}, {one.id: one.id for one in options}, names)
    pairs = {
        (one.get("ident"), ident): (ids[text], place.id)
        for one, place in zip(responses, places, strict=True)
        for ident, text in texts.items()
    }
    earned = source.scoring.each_of()
    if earned is None:
        raise Refused("KEY_MISSING" if source.scoring.is_absent else "SCORING_NOT_KEPT", template="")
    worth = sum((one for _tests, one in earned), Fraction(0))
    for tests, one in earned if len(earned) > 1 else ():
        place = int(_known(pairs, tests[0])[1])
        source.draft.lose(
            "PARTIAL_CREDIT_LOST", value=plain_text(places[place - 1].content)[:80], share=str(one / worth)
        )
    wanted = tuple(_known(pairs, test) for tests, _one in earned for test in tests)
    key = Value(wanted, "directedPair", "multiple")
    return posed, matching({RESPONSE: Declared(RESPONSE, "directedPair", "multiple", key)}, worth)
