"""Keys that the form of a scoring proves, so that no response has to be tried.

Each function shows that for every response r of the item the file's score is `best` times the share that the
key gives r. What cannot be shown is left to the trial (`keys`), which comes to the same key where both
answer: that is what the tests of this module hold.

Common ground: the responses of the item and the values of the file's variables stand for each other one to
one. That is so where identifiers have no white space within (else a pair could not be read) and no outcome
bears the name of a response variable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.formats.qti.counted import Counted, Hit, counted
from item_bank.formats.qti.declarations import Declared
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.large import parts_in
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.shapes import Matched, Summed, shape_of
from item_bank.formats.qti.values import Atom, read_atom
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import STATEMENT_SHARES, Credit, Key, check_key
from item_bank.interactions.responses import parts_of, read_response

NOTHING: Final = Fraction(0)
Proven = tuple[Key, Fraction]


def proven_key(posed: Posed, program: Program, budget: Budget) -> Proven | None:
    """The key and the score that it stands for, where the scoring's form proves them; else None.

    Only of items whose responses name parts.
    """
    names = [*posed.options.values(), *posed.places.values()]
    if program.responses.keys() & program.outcomes.keys() or any(len(name.split()) != 1 for name in names):
        return None
    shown, shape = _declared(posed, program), shape_of(program)
    if shown is None:
        return None
    if isinstance(shape, Matched):
        found = _of_match(posed, program, shape, shown)
    elif isinstance(shape, Summed):
        found = _of_sum(posed, program, shape, shown)
    else:
        found = _of_count(posed, program, shown, budget)
    try:
        return None if found is None else (check_key(posed.asked, found[0]), found[1])
    except InvalidItem:
        return None


def _declared(posed: Posed, program: Program) -> str | None:
    written = posed.response_of({name: one.key for name, one in program.responses.items()})
    try:
        return None if written is None else read_response(posed.asked, written)
    except InvalidResponse:
        return None


def _of_match(posed: Posed, program: Program, shape: Matched, shown: str) -> Proven | None:
    """The score is `worth` where every variable matches its correct response, else 0.

    All variables have one, and together they are the response `shown`. Values match that are equal, NULL
    matches nothing, and other responses have other values: so `shown` earns `worth` and nothing else does,
    which is what a key that accepts `shown` alone says.
    """
    variables = set(posed.variables.values())
    if set(shape.variables) != variables or shape.worth <= 0:
        return None
    if any(program.responses[name].key is None for name in variables):
        return None
    return Key(1, (shown,)), shape.worth


@dataclass(frozen=True, slots=True)
class _Sum:
    """What each part adds to the score, and all bounds that the sum is held within one after the other."""

    of: Mapping[str, Fraction]
    lows: Sequence[Fraction]
    highs: Sequence[Fraction]


def _of_sum(posed: Posed, program: Program, shape: Summed, shown: str) -> Proven | None:
    """Equal parts: each right part adds w > 0, each other part nothing, or -w where naming all would pay.

    With h right and v other parts in r the sum is w h, or w (h - v). No upper bound is below w |right|, which
    no sum exceeds, so none changes anything. No lower bound is above 0; where sums may be negative one of
    them is 0, so that the score is w max(0, h - v). That is w |right| times what Credit.PARTS gives r, and 0
    of no response, which adds up to 0.

    With one right part alone there are other keys that say the same; that is left to the trial.
    """
    asked, right = posed.asked, frozenset(parts_of(shown))
    added = _added(posed, program, shape)
    if added is None or len(right) < 2 or asked.kind.form not in {Form.SOME, Form.PAIRED}:
        return None
    each = added.of[next(iter(right))]
    best = each * len(right)
    counts_wrong = asked.kind.form is Form.SOME or any(place.at_most != 1 for place in asked.places)
    wrong = -each if counts_wrong else NOTHING
    if each <= 0 or any(worth != (each if part in right else wrong) for part, worth in added.of.items()):
        return None
    if any(high < best for high in added.highs) or any(low > 0 for low in added.lows):
        return None
    if counts_wrong and NOTHING not in added.lows:
        return None
    return Key(1, (shown,), Credit.PARTS), best


def _added(posed: Posed, program: Program, shape: Summed) -> _Sum | None:
    """The sum as the mappings themselves have it; None where it is not one over all parts of a response."""
    variables = {name: program.responses[name] for name in posed.variables.values()}
    if set(shape.factors) != set(variables) or min(shape.factors.values()) <= 0:
        return None
    bounds = (
        [one for one in (shape.low,) if one is not None],
        [one for one in (shape.high,) if one is not None],
    )
    if "" not in posed.variables:
        of = {part: _alone(posed, variables, shape, part) for part in parts_in(posed.asked)}
        known = {part: worth for part, worth in of.items() if worth is not None}
        return _Sum(known, *bounds) if len(known) == len(of) else None
    variable, factor = variables[posed.variable], shape.factors[posed.variable]
    if variable.mapping is None or variable.cardinality != "multiple":
        return None
    atoms = {part: _atom(posed, part, variable) for part in parts_in(posed.asked)}
    worths = {part: variable.mapping.worth(atom) * factor for part, atom in atoms.items() if atom is not None}
    mapping = variable.mapping
    lows = [*bounds[0], *(one * factor for one in (mapping.low,) if one is not None)]
    highs = [*bounds[1], *(one * factor for one in (mapping.high,) if one is not None)]
    return _Sum(worths, lows, highs) if len(worths) == len(atoms) else None


def _alone(posed: Posed, variables: Mapping[str, Declared], shape: Summed, part: str) -> Fraction | None:
    """What an option adds whose place has a variable of its own: the mapping holds it in bounds by itself."""
    option, _arrow, place = part.partition(">")
    variable = variables[posed.variables[place]]
    atom = read_atom(posed.options[option], variable.base)
    if variable.mapping is None or variable.cardinality != "single" or atom is None:
        return None
    return variable.mapping.held(variable.mapping.worth(atom)) * shape.factors[variable.id]


def _atom(posed: Posed, part: str, variable: Declared) -> Atom | None:
    """What the file's variable has for a part of a response."""
    (written,) = posed.given(part)[posed.variable]
    return read_atom(written, variable.base)


def _of_count(posed: Posed, program: Program, shown: str, budget: Budget) -> Proven | None:
    """The score is a function of how many right parts r has, each of them counted once.

    The parts that are counted are those of `shown`, so the count is that of Credit.PARTS of an order, or of
    Credit.STATEMENTS of four statements; and what each count earns is `best` times what the credit gives it.
    """
    if "" not in posed.variables:
        return None
    form, is_order = posed.asked.kind.form, posed.asked.kind.form is Form.ORDERED
    # of two options in order no count but none and all is met: there are other keys that say the same
    fits = len(posed.options) > 2 if is_order else posed.asked.interaction is Interaction.STATEMENTS
    variable = program.responses[posed.variable]
    if not fits or variable.cardinality != ("ordered" if form is Form.ORDERED else "multiple"):
        return None
    found = counted(program, posed.variable, budget)
    if found is None or not _counts(found, posed, shown, variable):
        return None
    best, n = found.earned[-1], len(found.hits)
    shares = [Fraction(count, n) for count in range(n + 1)] if is_order else list(STATEMENT_SHARES)
    if best <= 0 or list(found.earned) != [best * share for share in shares]:
        return None
    return Key(1, (shown,), Credit.PARTS if is_order else Credit.STATEMENTS), best


def _counts(found: Counted, posed: Posed, shown: str, variable: Declared) -> bool:
    """Whether exactly the parts of this response are hits; of an order each at its place."""
    if posed.asked.kind.form is Form.ORDERED:
        wanted = {Hit(posed.options[part], place) for place, part in enumerate(parts_of(shown), 1)}
    else:
        atoms = [_atom(posed, part, variable) for part in parts_of(shown)]
        wanted = {Hit(atom, None) for atom in atoms if atom is not None}
    return set(found.hits) == wanted
