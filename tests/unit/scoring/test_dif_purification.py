"""Purification always ends, and says how."""

import numpy as np
import pytest

from scoring.dif import PurificationOptions, PurificationStatus, purify
from scoring.errors import InvalidOptions

ALL = np.ones(5, dtype=bool)


def flags(*items: int) -> np.ndarray:
    mask = np.zeros(5, dtype=bool)
    mask[list(items)] = True
    return mask


def test_it_converges_when_the_flags_stay() -> None:
    result, found = purify(lambda anchors: (anchors.tolist(), flags(1, 3)), ALL, PurificationOptions())
    assert found.status is PurificationStatus.CONVERGED
    assert result == [True, False, True, False, True]
    assert found.history == ((1, 3), (1, 3))
    assert found.n_iterations == 1


def test_a_cycle_ends_with_the_items_that_are_anchors_throughout() -> None:
    def test(anchors: np.ndarray) -> tuple[list[bool], np.ndarray]:
        return anchors.tolist(), flags(0) if anchors[0] else flags(1)

    # {0} flagged -> anchors 1-4 -> {1} flagged -> anchors 0, 2-4 -> {0} flagged -> seen before
    result, found = purify(test, ALL, PurificationOptions(max_iterations=50))
    assert found.status is PurificationStatus.CYCLE
    assert found.anchors.tolist() == result == [False, False, True, True, True]


def test_it_stops_at_the_limit_and_before_too_few_anchors() -> None:
    counter = iter(range(100))

    def restless(anchors: np.ndarray) -> tuple[int, np.ndarray]:
        k = next(counter)
        return k, np.array([(k + 1) >> j & 1 for j in range(5)], dtype=bool)

    result, found = purify(restless, ALL, PurificationOptions(max_iterations=3))
    assert (found.status, found.n_iterations, result) == (PurificationStatus.MAX_ITERATIONS, 3, 3)
    _, starved = purify(lambda a: (None, flags(0, 1, 2, 3)), ALL, PurificationOptions(min_anchors=2))
    assert starved.status is PurificationStatus.TOO_FEW_ANCHORS
    assert starved.anchors.all()


def test_without_options_there_is_one_test() -> None:
    _, found = purify(lambda anchors: (None, flags(0)), ALL, None)
    assert found.status is PurificationStatus.NOT_ASKED
    assert found.anchors.all()
    with pytest.raises(InvalidOptions):
        PurificationOptions(max_iterations=0)
