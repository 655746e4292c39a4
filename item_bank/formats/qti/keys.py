"""The bank's key of an item of the file: taken only where it marks every response as the file scores it.

The form of the scoring proves the key (`proven`), or every response that the item allows is tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.formats.losses import Losses
from item_bank.formats.qti import large, typed_keys
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.proven import proven_key
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.spaces import responses_of
from item_bank.formats.qti.trial import scores_of
from item_bank.formats.qti.xml import Node
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Credit, Key, Weights, check_key, share
from item_bank.interactions.responses import parts_of, read_response

NOTHING: Final = Fraction(0)
MOST_ACCEPTED: Final = 50
_BY_FORM: Final[dict[Form, tuple[Credit, ...]]] = {
    Form.SOME: (Credit.PARTS,),
    Form.ORDERED: (Credit.PARTS,),
    Form.PAIRED: (Credit.STATEMENTS, Credit.PARTS),
}


@dataclass(frozen=True, slots=True)
class Marked:
    """A key, and the score that it stands for when it earns the whole mark."""

    key: Key
    best: Fraction


def derive_key(posed: Posed, program: Program, losses: Losses, budget: Budget) -> Marked:
    """The key that gives each response the share that the file's scoring gives it.

    Raises Refused: KEY_MISSING, PROCESSING_MISSING (a mapping that nothing uses), SCORE_ALWAYS_NOTHING,
    SCORE_WITHOUT_RESPONSE, SCORING_NOT_KEPT, TOO_MANY_TO_CHECK, and what the scoring's own
    parts are refused for.
    """
    if program.is_absent or program.silent:
        return _by_correct_alone(posed, program, losses, budget)
    for one in program.responses.values():
        if one.texts:  # no match with several texts has a meaning
            raise Refused("VALUE_UNREADABLE", value=one.texts[0], base=one.base)
    form = posed.asked.kind.form
    if form in {Form.NUMBER, Form.TEXT}:
        return _checked(posed, program, typed_keys.candidates(posed, program, losses, budget), budget)
    proven = proven_key(posed, program, budget)
    if proven is not None:
        return Marked(*proven)
    responses = responses_of(posed.asked)
    if responses is None:
        key, best = large.key_of(posed, program, budget)
        return Marked(_fit(posed, key), best)
    scores = scores_of(posed, program, responses, budget, losses)
    best = max(scores.values())
    shown = _shown(posed, program, scores, best, losses)
    return _checked(posed, program, (scores, _candidates(posed, program, scores, shown)), budget)


def declared_response(posed: Posed, program: Program) -> str | None:
    """The correct response that the file declares, in the bank's spelling; None where it has none."""
    if posed.asked.kind.form in {Form.NUMBER, Form.TEXT}:
        return typed_keys.declared(posed, program)
    written = posed.response_of({name: one.key for name, one in program.responses.items()})
    if written is None:
        return None
    try:
        return read_response(posed.asked, written)
    except InvalidResponse as fault:
        raise Refused("KEY_NO_RESPONSE", fault=fault.code, value=written) from fault


def _by_correct_alone(posed: Posed, program: Program, losses: Losses, budget: Budget) -> Marked:
    """No rule sets a score: the declared correct response earns it, where nothing else was declared."""
    shown = declared_response(posed, program)
    if shown is None:
        raise Refused("KEY_MISSING")
    if program.is_absent:
        mapped_too = _by_unused_mapping(posed, program, shown, losses, budget)
        if mapped_too is not None:
            return mapped_too
    texts = typed_keys.mapped_alike(program.responses.get(posed.variables.get("", "")))
    mapped = [one.id for one in program.responses.values() if one.mapping is not None]
    if (mapped or any(one.texts for one in program.responses.values())) and texts is None:
        raise Refused("PROCESSING_MISSING", names=", ".join(mapped or program.responses))
    if program.silent and not typed_keys.only_matches(program):
        raise Refused("SCORE_NEVER_SET")
    losses.add("SCORE_NEVER_SET" if program.silent else "PROCESSING_MISSING")
    most = program.outcomes.get("MAXSCORE")
    best = most.start.number if most is not None and most.start is not None else None
    key = texts or typed_keys.plain_key(posed, (shown,))
    return Marked(_fit(posed, key), best if best is not None and best > 0 else Fraction(1))


def _by_unused_mapping(
    posed: Posed, program: Program, shown: str, losses: Losses, budget: Budget
) -> Marked | None:
    """The key by a mapping that no rule uses, where it agrees with the declared correct response.

    A mapping means nothing but what response processing makes of it; files that leave that out mean this.
    """
    one = program.responses.get(posed.variables.get("", ""))
    if one is None or one.mapping is None or one.texts or len(program.responses) > 1:
        return None
    rule = Node(
        "setOutcomeValue", {"identifier": "SCORE"}, children=[Node("mapResponse", {"identifier": one.id})]
    )
    by_mapping = replace(program, rules=(rule,), relevant=frozenset({"SCORE"}))
    tried = Losses()
    try:
        marked = derive_key(posed, by_mapping, tried, budget)
    except Refused:
        return None
    if marked.key.accepted[0] != shown or any(
        said.code == "CORRECT_RESPONSE_DIFFERS" for said in tried.all()
    ):
        return None
    losses.add("PROCESSING_MISSING")
    for said in tried.all():
        losses.add(said.code, line=said.line, **said.params)
    return marked


def _checked(
    posed: Posed,
    program: Program,
    tried: tuple[Mapping[str, Fraction], Iterator[Key]],
    budget: Budget,
) -> Marked:
    """The first candidate that marks every response as the scores say."""
    scores, candidates = tried
    best = max(scores.values())
    for candidate in candidates:
        try:
            key = check_key(posed.asked, candidate)
        except InvalidItem:
            continue
        for response, score in scores.items():
            budget.spend(len(key.accepted))
            if share(posed.asked, key, response) * best != score:
                break
        else:
            return Marked(key, best)
    raise Refused("SCORING_NOT_KEPT", template=program.template or "")


def _shown(
    posed: Posed, program: Program, scores: Mapping[str, Fraction], best: Fraction, losses: Losses
) -> str:
    """The response to show as right: the declared one where it earns all, else the first that does."""
    try:
        declared = declared_response(posed, program)
    except Refused:
        if program.template == "match_correct":
            raise
        declared = None
    if declared is not None and scores.get(declared) == best:
        return declared
    if declared is not None:
        losses.add("CORRECT_RESPONSE_DIFFERS", declared=declared)
    return next(response for response, score in scores.items() if score == best)


def _candidates(posed: Posed, program: Program, scores: Mapping[str, Fraction], shown: str) -> Iterator[Key]:
    best, form = scores[shown], posed.asked.kind.form
    if set(scores.values()) <= {NOTHING, best}:
        winners = [response for response, score in scores.items() if score == best and response != shown]
        if len(winners) < MOST_ACCEPTED:
            yield Key(1, (shown, *winners))
    winners = [response for response, score in scores.items() if score == best]
    for credit in _BY_FORM.get(form, ()):
        if credit is Credit.STATEMENTS and posed.asked.interaction is not Interaction.STATEMENTS:
            continue
        yield Key(1, (shown,), credit)
        if 1 < len(winners) <= MOST_ACCEPTED:
            yield Key(1, (shown, *(one for one in winners if one != shown)), credit)
    if form is not Form.ORDERED:
        yield from _weighed(posed, program, scores, shown)


def _weighed(posed: Posed, program: Program, scores: Mapping[str, Fraction], shown: str) -> Iterator[Key]:
    """What the mapping says each part is worth; then what each part earns by itself."""
    best = scores[shown]
    declared = large.declared_weights(posed, program)
    if declared is not None:
        yield Key(1, (shown,), Credit.WEIGHTS, weights=large.with_best(declared, best))
    # whatever the scores are a multiple of: what the mappings say, where the right response earns all
    mapped = large.mapped_weights(posed, program, dict.fromkeys(posed.variables.values(), Fraction(1)))
    total = (
        NOTHING
        if mapped is None
        else sum((mapped.of.get(part, NOTHING) for part in parts_of(shown)), NOTHING)
    )
    if mapped is not None and total > 0:
        for high in (None, total):
            weights = Weights(mapped.of, total, mapped.otherwise, NOTHING, high)
            yield Key(1, (shown,), Credit.WEIGHTS, weights=weights)
    alone = {part: score for part, score in scores.items() if " " not in part and score}
    yield Key(1, (shown,), Credit.WEIGHTS, weights=Weights(alone, best))


def _fit(posed: Posed, key: Key) -> Key:
    try:
        return check_key(posed.asked, key)
    except InvalidItem as fault:
        raise Refused("KEY_UNFIT", fault=fault.code) from fault
