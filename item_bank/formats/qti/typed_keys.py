"""Keys of numbers and texts: from what the scoring tells apart, as numbers with a tolerance or as texts."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from item_bank.formats.losses import Losses
from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.spaces import (
    named_numbers,
    numbers_told_apart,
    texts_told_apart,
    typed_number,
)
from item_bank.formats.qti.trial import scores_of
from item_bank.formats.qti.xml import Node
from item_bank.interactions.kinds import Form
from item_bank.interactions.marking import Credit, Key, Weights

Tried = tuple[Mapping[str, Fraction], Iterator[Key]]


def candidates(posed: Posed, program: Program, losses: Losses, budget: Budget) -> Tried:
    """The responses that the scoring tells apart with their scores, and the keys that may mark them so.

    Raises Refused: NUMBER_RULE_UNKNOWN, NUMBER_TOO_LONG, NUMBER_NOT_NAMED, TOO_MANY_TO_CHECK.
    """
    if posed.asked.kind.form is Form.NUMBER:
        return _numbers(posed, program, losses, budget)
    variable = program.responses[posed.variable]
    texts, literals = texts_told_apart(program, variable)
    scores = scores_of(posed, program, texts, budget, losses)
    return scores, _texts(scores, literals, declared(posed, program))


def declared(posed: Posed, program: Program) -> str | None:
    """The number or text that the file declares as correct, as it is typed."""
    value = program.responses[posed.variable].key
    if value is None:
        return None
    if isinstance(value.atom, Fraction):
        return _written(value.atom)
    return value.atom if isinstance(value.atom, str) else None


def plain_key(posed: Posed, accepted: tuple[str, ...]) -> Key:
    """Exactly these responses, as QTI's match has it: capitals matter."""
    return Key(1, accepted, with_case=posed.asked.kind.form is Form.TEXT)


def mapped_alike(variable: Declared | None) -> Key | None:
    """The key of several correct texts that a mapping gives the same worth each; None of another variable."""
    if variable is None or variable.mapping is None or not variable.texts:
        return None
    entries, texts = variable.mapping.entries, variable.texts
    worths, cases = {worth for _key, worth, _case in entries}, {case for _key, _worth, case in entries}
    same = {key for key, _worth, _case in entries} == set(texts)
    if not same or len(worths) != 1 or len(cases) != 1 or min(worths) <= 0 or variable.mapping.otherwise:
        return None
    with_case = cases.pop()
    return Key(1, texts if with_case else _once(texts), with_case=with_case)


def only_matches(program: Program) -> bool:
    """Whether all conditions are a match with the declared correct response: their meaning is clear."""
    conditions = [
        branch.children[0]
        for rule in program.rules
        for branch in rule.walk()
        if branch.name in {"responseIf", "responseElseIf"} and branch.children
    ]
    names = [sorted(child.name for child in one.children) for one in conditions if one.name == "match"]
    return (
        bool(conditions)
        and len(names) == len(conditions)
        and set(map(tuple, names)) == {("correct", "variable")}
    )


def _written(number: Fraction) -> str:
    text = typed_number(number)
    if text is None:
        raise Refused("NUMBER_TOO_LONG", value=str(number))
    return text


def _numbers(posed: Posed, program: Program, losses: Losses, budget: Budget) -> Tried:
    variable = program.responses[posed.variable]
    program = _with_key_first(program, variable, losses)
    points, whole = numbers_told_apart(program, variable)
    by_text = {_written(point): point for point in points}
    scores = scores_of(posed, program, list(by_text), budget, losses)
    best = max(scores.values())
    won = [scores[text] == best for text in by_text]
    if set(scores.values()) - {Fraction(0), best}:
        raise Refused("NUMBER_WITH_PARTS")
    if won[0] or won[-1]:
        raise Refused("NUMBER_WITHOUT_END")
    for end in _open_ends(points, won, whole):
        losses.add("RANGE_END_TAKEN", value=_written(points[end]))
        won[end] = True
        del scores[_written(points[end])]
    runs = _runs(points, won)
    if any(end not in whole for run in runs for end in run):
        raise Refused("NUMBER_WITHOUT_END")
    named = [(low + high) / 2 for low, high in runs] if program.ranges else named_numbers(program, variable)
    shown = variable.key.number if variable.key is not None else None
    if shown is None and len(runs) == 1 and runs[0][0] < runs[0][1] and not program.ranges:
        (middle,) = [(low + high) / 2 for low, high in runs]
        if middle not in named:  # the file tells the ends alone
            losses.add("RANGE_MIDDLE_SHOWN", value=_written(middle))
            named = [*named, middle]
    winners = [point for point, wins in zip(points, won, strict=True) if wins]
    return scores, iter(
        _number_keys(runs, winners if variable.base == "integer" else [], (named, shown), losses)
    )


def _with_key_first(program: Program, variable: Declared, losses: Losses) -> Program:
    """The scoring with relative tolerances told of the key, where it tells them of the response.

    `equal` takes its tolerance of what stands first; ONYX writes the response there and means the key. The
    two differ by the square of the tolerance, at the ends of the range.
    """

    def turned(node: Node) -> Node:
        children = [turned(child) for child in node.children]
        is_relative = node.name == "equal" and node.get("toleranceMode") == "relative"
        names = [(child.name, child.get("identifier")) for child in children]
        if is_relative and len(names) == 2 and names[0] == ("variable", variable.id):
            losses.add("TOLERANCE_TURNED", line=node.line, tolerance=node.get("tolerance"))
            children.reverse()
        return replace(node, children=children)

    return replace(program, rules=tuple(turned(rule) for rule in program.rules))


def _open_ends(points: Sequence[Fraction], won: Sequence[bool], whole: Container[Fraction]) -> list[int]:
    """Which points bound a stretch that earns the mark, and earn nothing themselves."""
    return [
        place
        for place, point in enumerate(points)
        if not won[place]
        and point in whole
        and any(
            0 <= beside < len(points) and won[beside] and points[beside] not in whole
            for beside in (place - 1, place + 1)
        )
    ]


def _runs(points: Sequence[Fraction], won: Sequence[bool]) -> list[tuple[Fraction, Fraction]]:
    """The first and last number of each stretch that earns the mark."""
    runs: list[tuple[Fraction, Fraction]] = []
    before = False
    for point, wins in zip(points, won, strict=True):
        if wins and before:
            runs[-1] = (runs[-1][0], point)
        elif wins:
            runs.append((point, point))
        before = wins
    return runs


def _number_keys(
    runs: Sequence[tuple[Fraction, Fraction]],
    winners: Sequence[Fraction],
    names: tuple[Sequence[Fraction], Fraction | None],
    losses: Losses,
) -> list[Key]:
    """The middles of the stretches with their half width; or, of whole numbers, each by itself."""
    named, shown = names
    middles, widths = [(low + high) / 2 for low, high in runs], {(high - low) / 2 for low, high in runs}
    keys: list[Key] = []
    if len(widths) == 1 and set(middles) <= set(named):
        tolerance = widths.pop()
        if tolerance and winners:
            losses.add("WHOLE_NUMBERS_LOST")
        accepted = sorted(middles, key=lambda one: (one != shown, one))
        keys.append(Key(1, tuple(map(_written, accepted)), tolerance=Decimal(_plain(tolerance))))
    elif winners and set(winners) <= set(named):
        accepted = sorted(winners, key=lambda one: (one != shown, one))
        keys.append(Key(1, tuple(map(_written, accepted))))
    if not keys:
        raise Refused("NUMBER_NOT_NAMED")
    return keys


def _plain(number: Fraction) -> str:
    """Without the zero that keeps a typed number from being read in two ways."""
    text = _written(number)
    return text[:-1] if "." in text and text.endswith("0") else text


def _texts(scores: Mapping[str, Fraction], literals: Sequence[str], shown: str | None) -> Iterator[Key]:
    """The named texts that earn the mark, with or without regard to capitals; or what each is worth."""
    best, other = max(scores.values()), list(scores.values())[-1]
    winners = sorted((text for text in literals if scores[text] == best), key=lambda text: text != shown)
    if not winners:  # what earns most has no name
        return
    if other == 0 and set(scores.values()) <= {other, best}:
        yield Key(1, _once(winners))
        yield Key(1, tuple(winners), with_case=True)
    for with_case in (False, True):
        named = [text for text in literals if scores[text] != other]
        worth = {text: scores[text] for text in (named if with_case else _once(named))}
        weights = Weights(worth, best, other)
        yield Key(1, (winners[0],), Credit.WEIGHTS, with_case=with_case, weights=weights)


def _once(texts: Sequence[str]) -> tuple[str, ...]:
    """Of texts that differ in capitals alone the first."""
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(text.casefold(), text)
    return tuple(first.values())
