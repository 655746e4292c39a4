"""Anchors freed step by step of the items that show DIF."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np

from scoring._options import settle
from scoring.errors import InvalidOptions
from scoring.responses import BoolArray

Result = TypeVar("Result")


class PurgeRule(StrEnum):
    """Which items leave the anchors: those significant at alpha, or those whose class is B or C."""

    SIGNIFICANT = "SIGNIFICANT"
    NOT_NEGLIGIBLE = "NOT_NEGLIGIBLE"


class PurificationStatus(StrEnum):
    """How the iterations ended.

    CONVERGED: the items flagged with these anchors are exactly the candidates that are no anchors.
    CYCLE: the anchor sets repeat in turn; the result uses the items that are anchors in all of them.
    MAX_ITERATIONS: the result uses the last anchors, which its own flags contradict.
    TOO_FEW_ANCHORS: one more step would have left too few; the result uses the anchors before it.
    NOT_ASKED: one test with all candidates.
    """

    CONVERGED = "CONVERGED"
    CYCLE = "CYCLE"
    MAX_ITERATIONS = "MAX_ITERATIONS"
    TOO_FEW_ANCHORS = "TOO_FEW_ANCHORS"
    NOT_ASKED = "NOT_ASKED"


@dataclass(frozen=True, slots=True)
class PurificationOptions:
    """When to stop and whom to drop; at most `max_iterations` further tests, and one after a cycle."""

    max_iterations: int = 10
    min_anchors: int = 2
    rule: PurgeRule = PurgeRule.SIGNIFICANT

    def __post_init__(self) -> None:
        settle(self, rule=PurgeRule)
        if self.max_iterations < 1 or self.min_anchors < 1:
            raise InvalidOptions("purification: max_iterations and min_anchors must be 1 or more")


@dataclass(frozen=True, slots=True, eq=False)
class Purification:
    """anchors : (n_items,) the anchors of the final test; history : positions flagged in each test."""

    anchors: BoolArray
    status: PurificationStatus
    n_iterations: int
    history: tuple[tuple[int, ...], ...]


def purify(
    test: Callable[[BoolArray], tuple[Result, BoolArray]],
    candidates: BoolArray,
    options: PurificationOptions | None,
) -> tuple[Result, Purification]:
    """Test, drop what is flagged from the anchors, and test again until the anchors stay.

    An item dropped once is tested again each time and may come back. An item that could not be tested is not
    flagged. It always ends: the number of tests is bounded, and a set of anchors seen before ends it earlier.

    Parameters
    ----------
    test : from anchors (n_items,) to a result and the flagged items (n_items,)
    candidates : (n_items,) items that may be anchors
    options : when None, one test with all candidates

    Returns
    -------
    The result of the test with the final anchors, and how they came about.

    References: Holland & Thayer (1988); Candell & Drasgow (1988).
    """
    anchors = np.array(candidates, dtype=np.bool_)
    result, flagged = test(anchors)
    history = [_positions(flagged)]
    if options is None:
        return result, Purification(anchors, PurificationStatus.NOT_ASKED, 0, tuple(history))
    used = [anchors]
    status = PurificationStatus.MAX_ITERATIONS
    while True:
        proposal = candidates & ~flagged
        seen = next((k for k, earlier in enumerate(used) if np.array_equal(earlier, proposal)), None)
        if seen == len(used) - 1:
            status = PurificationStatus.CONVERGED
        elif proposal.sum() < options.min_anchors:
            status = PurificationStatus.TOO_FEW_ANCHORS
        elif seen is not None:
            common = np.logical_and.reduce(used[seen:])
            if common.sum() < options.min_anchors:
                status = PurificationStatus.TOO_FEW_ANCHORS
            else:
                status, anchors = PurificationStatus.CYCLE, common
                result, flagged = test(anchors)
                history.append(_positions(flagged))
        elif len(used) <= options.max_iterations:
            anchors = proposal
            result, flagged = test(anchors)
            used.append(anchors)
            history.append(_positions(flagged))
            continue
        return result, Purification(anchors, status, len(used) - 1, tuple(history))


def _positions(mask: BoolArray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(mask).tolist())
