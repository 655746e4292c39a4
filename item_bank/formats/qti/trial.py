"""What the file's own scoring gives responses of the bank."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.posed import Posed
from item_bank.formats.qti.processing import Program
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.scores import values_of


def scores_of(
    posed: Posed, program: Program, responses: Sequence[str], budget: Budget
) -> dict[str, Fraction]:
    """What the file's scoring gives each response: none of them below nothing, and no response nothing.

    Raises Refused: SCORE_WITHOUT_RESPONSE, SCORE_NEGATIVE, SCORE_ALWAYS_NOTHING, KEY_MISSING.
    """
    without = score_of(posed, program, None, budget)
    if without != 0:
        raise Refused("SCORE_WITHOUT_RESPONSE", score=float(without))
    scores = {response: score_of(posed, program, response, budget) for response in responses}
    if min(scores.values()) < 0:
        raise Refused("SCORE_NEGATIVE", score=float(min(scores.values())))
    if max(scores.values()) == 0:
        has_key = any(one.key is not None or one.mapping for one in program.responses.values())
        raise Refused("SCORE_ALWAYS_NOTHING" if has_key else "KEY_MISSING")
    return scores


def score_of(posed: Posed, program: Program, response: str | None, budget: Budget) -> Fraction:
    return program.score(values_of(program.responses, posed.given(response)), budget)
