"""Match, gap match and inline choice: interactions in which options are put to places."""

from __future__ import annotations

from collections.abc import Sequence

from item_bank.formats.qti.choices import are_true_or_false
from item_bank.formats.qti.posed import Posed, Source, limit_of, names_for
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.xml import Node
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import Interaction

TABULAR = "qti-match-tabular"  # QTI 3's shared vocabulary: rows to tick in columns


def read_match(node: Node, source: Source) -> Posed:
    """matchInteraction: the first set is put to the second; rows that are true or false are statements."""
    variable = source.require(node, ("multiple", "single"), ("directedPair",))
    sets = [one.all("simpleAssociableChoice") for one in node.all("simpleMatchSet")]
    if len(sets) != 2 or not all(sets):
        raise Refused("MATCH_SETS", line=node.line, count=len(sets))
    _note_limits(node, sets[0] + sets[1], source)
    firsts, seconds = names_for(sets[0]), names_for(sets[1])
    if _are_statements(node, sets, source):
        options = tuple(Option(*one, at_most=None) for one in _contents(seconds, sets[1], source))
        rows = tuple(Place(*one) for one in _contents(firsts, sets[0], source))
        asked = Asked(Interaction.STATEMENTS, options, rows)
        return Posed(asked, {"": variable.id}, seconds, firsts, turned=True)
    limits = [limit_of(one, "matchMax", 1) for one in sets[0] + sets[1]]
    options = tuple(
        Option(*one, at_most=limit)
        for one, limit in zip(_contents(firsts, sets[0], source), limits[: len(sets[0])], strict=True)
    )
    places = tuple(
        Place(*one, at_most=limit)
        for one, limit in zip(_contents(seconds, sets[1], source), limits[len(sets[0]) :], strict=True)
    )
    return Posed(Asked(Interaction.MATCH, options, places), {"": variable.id}, firsts, seconds)


def read_gap_match(node: Node, source: Source) -> Posed:
    """gapMatchInteraction: texts or pictures are put into gaps of the stem, each gap taking one."""
    variable = source.require(node, ("multiple", "single"), ("directedPair",))
    choices, gaps = node.all("gapText", "gapImg"), node.within("gap")
    _note_limits(node, choices + gaps, source)
    options, places = names_for(choices), names_for(gaps, "g")
    asked = Asked(
        Interaction.GAP_MATCH,
        tuple(
            Option(id_, content, at_most=limit_of(choice, "matchMax", 1))
            for (id_, content), choice in zip(_contents(options, choices, source), choices, strict=True)
        ),
        tuple(Place(id_) for id_ in places),
    )
    marks = {id(gap): f"[[{id_}]]" for id_, gap in zip(places, gaps, strict=True)}
    marks.update({id(choice): "" for choice in choices})
    return Posed(asked, {"": variable.id}, options, places, marks=marks)


def read_inline_choices(nodes: Sequence[Node], source: Source) -> Posed:
    """One or more inlineChoiceInteractions: each is a place with options of its own."""
    variables = [source.require(node, ("single",), ("identifier",)).id for node in nodes]
    if len(set(variables)) < len(variables):
        raise Refused("VARIABLE_TWICE", line=nodes[0].line)
    place_ids = list(names_for([Node("gap", {"identifier": name}) for name in variables], "g"))
    choices = [choice for node in nodes for choice in node.all("inlineChoice")]
    # what is not named apart over all places gets names that are
    apart = len({choice.get("identifier") for choice in choices}) == len(choices)
    names = list(names_for(choices)) if apart else [f"o{n + 1}" for n in range(len(choices))]
    options, theirs, n = [], {}, 0
    for place, node in zip(place_ids, nodes, strict=True):
        own = node.all("inlineChoice")
        names_for(own)
        for choice in own:
            options.append(Option(names[n], source.body.html(choice), place))
            theirs[names[n]] = choice.get("identifier")
            n += 1
    asked = Asked(Interaction.INLINE_CHOICE, tuple(options), tuple(Place(id_) for id_ in place_ids))
    by_place = dict(zip(place_ids, variables, strict=True))
    marks = {id(node): f"[[{place}]]" for place, node in zip(place_ids, nodes, strict=True)}
    return Posed(asked, by_place, theirs, by_place, marks=marks)


def _contents(names: dict[str, str], nodes: Sequence[Node], source: Source) -> list[tuple[str, str]]:
    return [(id_, source.body.html(node)) for id_, node in zip(names, nodes, strict=True)]


def _are_statements(node: Node, sets: list[list[Node]], source: Source) -> bool:
    rows, columns = sets
    if len(columns) != 2 or not 2 <= len(rows) <= 8 or any(limit_of(row, "matchMax", 1) != 1 for row in rows):
        return False
    limits = [limit_of(column, "matchMax", 1) for column in columns]
    if any(limit is not None and limit < len(rows) for limit in limits):
        return False
    words = [source.body.html(column) for column in columns]
    return TABULAR in node.get("class").split() or are_true_or_false(words)


def _capacity(node: Node) -> float:
    """How many pairs the limits of the choices allow."""
    sets = [one.all("simpleAssociableChoice") for one in node.all("simpleMatchSet")]
    return min(
        sum(limit_of(choice, "matchMax", 1) or len(other) for choice in one)
        for one, other in ((sets[0], sets[1]), (sets[1], sets[0]))
    )


def _note_limits(node: Node, parts: Sequence[Node], source: Source) -> None:
    """What the bank's limits do not say: how many pairs at all, how many at least, which with which."""
    most = limit_of(node, "maxAssociations", 0)
    if most is not None and node.name == "matchInteraction" and most < _capacity(node):
        source.body.losses.add("MOST_PAIRS_LOST", line=node.line, most=most)
    least = limit_of(node, "minAssociations", 0)
    if least is not None and least > 1:
        source.body.losses.add("LEAST_CHOICES_LOST", line=node.line, least=least)
    for part in parts:
        if part.get("matchGroup"):
            source.body.losses.add("MATCH_GROUP_LOST", line=part.line)
        if (limit_of(part, "matchMin", 0) or 0) > 0 or part.is_true("required"):
            source.body.losses.add("LEAST_CHOICES_LOST", line=part.line, least=1)
