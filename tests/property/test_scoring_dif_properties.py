"""What must hold of DIF statistics whatever the data."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from scoring.dif import (
    DifOptions,
    PurificationOptions,
    benjamini_hochberg,
    common_odds_ratio,
    logistic_dif,
    mantel,
    mantel_haenszel,
    ordinal_table,
    purify,
    raju_area,
)
from scoring.params import ItemParams
from tests.property.searches import part

TABLES = arrays.arrays(
    np.int64, st.tuples(st.integers(1, 6), st.just(2), st.just(2)), elements=st.integers(0, 20)
)
ORDINAL = arrays.arrays(
    np.int64, st.tuples(st.integers(1, 5), st.just(2), st.integers(2, 5)), elements=st.integers(0, 15)
)
SEEDS = st.integers(0, 2**32 - 1)


def small_data(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Few persons, odd shapes, items nobody or everybody answers: whatever breaks a procedure."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(12, 60)), int(rng.integers(2, 7))
    marks = rng.integers(0, rng.integers(2, 4, k), (n, k)).astype(np.int8)
    marks[rng.random((n, k)) < rng.choice([0.0, 0.3])] = -1
    marks[:, 0] = np.where(rng.random() < 0.3, 1, marks[:, 0])
    groups = rng.integers(0, 2, n)
    groups[:2] = 0, 1
    if rng.random() < 0.3:
        marks[:, -1] = groups
    return marks, groups


@given(TABLES)
def test_swapping_the_groups_inverts_the_ratio_and_keeps_the_test(counts: np.ndarray) -> None:
    one, other = common_odds_ratio(counts), common_odds_ratio(counts[:, ::-1])
    assert np.isnan(one.chi_square) == np.isnan(other.chi_square)
    if one.n_strata:
        assert np.isclose(one.chi_square, other.chi_square)
    if np.isfinite(one.odds_ratio):
        assert np.isclose(one.odds_ratio * other.odds_ratio, 1.0)
        assert np.isclose(one.se_log, other.se_log)


@given(TABLES)
def test_swapping_right_and_wrong_inverts_the_ratio(counts: np.ndarray) -> None:
    one, other = common_odds_ratio(counts), common_odds_ratio(counts[:, :, ::-1])
    if np.isfinite(one.odds_ratio):
        assert np.isclose(one.odds_ratio * other.odds_ratio, 1.0)
        assert np.isclose(one.chi_square, other.chi_square)


@given(TABLES, st.integers(1, 9))
def test_strata_of_one_group_add_nothing(counts: np.ndarray, extra: int) -> None:
    more = np.concatenate([counts, [[[extra, extra], [0, 0]]]])
    one, other = common_odds_ratio(counts), common_odds_ratio(more)
    assert one.n_strata == other.n_strata
    assert np.array_equal(
        [one.chi_square, one.odds_ratio], [other.chi_square, other.odds_ratio], equal_nan=True
    )


@given(ORDINAL)
def test_swapping_the_groups_keeps_mantels_chi_square(counts: np.ndarray) -> None:
    one, other = ordinal_table(counts), ordinal_table(counts[:, ::-1])
    assert np.isclose(one.chi_square, other.chi_square, equal_nan=True)
    assert np.isclose(one.odds_ratio * other.odds_ratio, 1.0) or np.isnan(one.odds_ratio)


@part(5)
@given(SEEDS)
def test_every_procedure_ends_and_gives_a_number_or_a_reason(seed: int) -> None:
    marks, groups = small_data(seed)
    options = DifOptions(purification=PurificationOptions(min_anchors=1), min_group=3)
    for found in (
        mantel_haenszel(marks, groups, 1, options=options),
        mantel(marks, groups, 1, options=options),
    ):
        for p, reason in zip(found.p, found.reasons, strict=True):
            assert np.isfinite(p) or reason is not None
    logistic = logistic_dif(marks, groups, 1, options=options)
    for row, reason in zip(logistic.p, logistic.reasons, strict=True):
        assert np.isfinite(row).all() == (reason is None)
    finite = logistic.chi_square[np.isfinite(logistic.chi_square).all(axis=1)]
    assert np.allclose(finite[:, 0] + finite[:, 1], finite[:, 2], atol=1e-6)  # nested models


@given(st.lists(st.integers(0, 31), min_size=32, max_size=32), st.integers(1, 12))
def test_purification_ends_for_any_rule_of_flagging(rule: list[int], limit: int) -> None:
    calls = []

    def test(anchors: np.ndarray) -> tuple[None, np.ndarray]:
        calls.append(1)
        code = int(anchors @ (1 << np.arange(5)))
        return None, np.array([rule[code] >> k & 1 for k in range(5)], dtype=bool)

    _, found = purify(test, np.ones(5, dtype=bool), PurificationOptions(max_iterations=limit, min_anchors=1))
    assert len(calls) <= limit + 2
    assert found.anchors.any()
    assert found.n_iterations <= limit


@given(
    arrays.arrays(np.float64, (3, 4), elements=st.floats(0.3, 2.5)),
    arrays.arrays(np.float64, (3, 4), elements=st.floats(-3, 3)),
)
def test_the_unsigned_area_is_a_distance(a: np.ndarray, b: np.ndarray) -> None:
    x, y, z = (ItemParams.two_pl(a[k], b[k]) for k in range(3))
    xy, yz, xz = raju_area(x, y), raju_area(y, z), raju_area(x, z)
    assert (xy.unsigned >= np.abs(xy.signed) - 1e-9).all()
    assert np.allclose(xy.unsigned, raju_area(y, x).unsigned, atol=1e-9)
    assert np.allclose(xy.signed + yz.signed, xz.signed, atol=1e-9)
    assert (xz.unsigned <= xy.unsigned + yz.unsigned + 1e-9).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_adjusted_p_values_are_never_below_the_plain_ones_and_keep_their_order(p: list[float]) -> None:
    adjusted = benjamini_hochberg(p)
    assert (adjusted >= np.array(p) - 1e-15).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()
