"""What the file's own scoring gives responses of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from item_bank.formats.losses import Losses
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.scores import values_of


def scores_of(
    posed: Posed, program: Program, responses: Sequence[str], budget: Budget, losses: Losses
) -> dict[str, Fraction]:
    """What the file's scoring gives each response: none of them below nothing, and no response nothing.

    Marks below nothing are nothing here, and what everybody gets, with or without a response, nobody gets.

    Raises Refused: SCORE_WITHOUT_RESPONSE (some response earns less than none), SCORE_ALWAYS_NOTHING,
    KEY_MISSING. Loses NEGATIVE_MARK_LOST, START_SCORE_LOST.
    """
    without = score_of(posed, program, None, budget)
    scores = {response: score_of(posed, program, response, budget) for response in responses}
    if without > 0 and max(scores.values()) > without <= min(scores.values()):
        losses.add("START_SCORE_LOST", score=float(without))
        scores = {response: score - without for response, score in scores.items()}
    elif without > 0:
        raise Refused("SCORE_WITHOUT_RESPONSE", score=float(without))
    if max(scores.values()) <= 0:
        has_key = any(one.key is not None or one.mapping for one in program.responses.values())
        raise Refused("SCORE_ALWAYS_NOTHING" if has_key else "KEY_MISSING")
    if min(without, *scores.values()) < 0:
        losses.add("NEGATIVE_MARK_LOST")
        scores = {response: max(score, Fraction(0)) for response, score in scores.items()}
    return scores


def score_of(posed: Posed, program: Program, response: str | None, budget: Budget) -> Fraction:
    return program.score(values_of(program.responses, posed.given(response)), budget)
