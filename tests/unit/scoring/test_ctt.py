"""Classical statistics against their textbook definitions, and the flags a reviewer relies on."""

import numpy as np
import pytest

from scoring import (
    MISSING,
    FlagThresholds,
    InvalidResponses,
    ItemFlag,
    ItemFlagCode,
    ItemParams,
    SparseResponses,
    cronbach_alpha,
    distractor_statistics,
    flags,
    item_statistics,
    simulate_responses,
)


@pytest.fixture(scope="module")
def complete():
    rng = np.random.default_rng(8)
    items = ItemParams.two_pl(rng.lognormal(0, 0.3, 9), rng.normal(0, 1, 9))
    return simulate_responses(rng.normal(size=400), items, rng)


def test_on_complete_data_the_point_biserial_is_the_textbook_one(complete):
    statistics = item_statistics(complete)
    rest = complete.sum(axis=1, keepdims=True) - complete
    textbook = [np.corrcoef(complete[:, j], rest[:, j])[0, 1] for j in range(9)]
    assert statistics.point_biserial == pytest.approx(np.array(textbook), abs=1e-10)
    assert statistics.p == pytest.approx(complete.mean(axis=0))
    assert statistics.n.tolist() == [400] * 9


def test_with_holes_the_rest_score_is_what_the_module_says(complete):
    marks = complete.copy()
    marks[np.random.default_rng(2).random(marks.shape) < 0.4] = MISSING
    met, p = marks >= 0, item_statistics(marks).p
    surplus = np.where(met, marks - p, 0.0)
    expected = []
    for j in range(9):
        others = np.delete(np.arange(9), j)
        use = met[:, j] & (met[:, others].sum(axis=1) > 0)
        rest = surplus[use][:, others].sum(axis=1) / met[use][:, others].sum(axis=1)
        expected.append(np.corrcoef(marks[use, j], rest)[0, 1])
    assert item_statistics(marks).point_biserial == pytest.approx(np.array(expected), abs=1e-10)


def test_an_easy_form_does_not_make_its_persons_look_able():
    rng = np.random.default_rng(12)
    shared, easy, hard = [0.0], [-2.5] * 12, [2.5] * 12
    items = ItemParams.two_pl(np.full(25, 1.2), shared + easy + hard)
    theta = rng.normal(size=2000)
    marks = simulate_responses(theta, items, rng)
    marks[:1000, 13:], marks[1000:, 1:13] = MISSING, MISSING
    within = [
        item_statistics(marks[:1000, :13]).point_biserial[0],
        item_statistics(marks[1000:, np.r_[0, 13:25]]).point_biserial[0],
    ]
    share = np.where(marks[:, 1:] >= 0, marks[:, 1:], 0).sum(axis=1)
    naive = item_statistics(marks, criterion=share).point_biserial[0]
    ours = item_statistics(marks).point_biserial[0]
    assert ours == pytest.approx(np.mean(within), abs=0.03)
    assert naive < ours - 0.1


def test_an_outside_criterion_is_used_as_given_and_its_gaps_left_out(complete):
    theta = np.random.default_rng(3).normal(size=400) * 50 + 1000
    theta[:20] = np.nan
    expected = [np.corrcoef(complete[20:, j], theta[20:])[0, 1] for j in range(9)]
    assert item_statistics(complete, criterion=theta).point_biserial == pytest.approx(np.array(expected))
    with pytest.raises(InvalidResponses):
        item_statistics(complete, criterion=theta[:5])


def test_what_the_responses_cannot_tell_is_nan():
    statistics = item_statistics([[1, 0, -1], [1, 1, -1], [1, 0, -1]])
    assert np.isnan(statistics.point_biserial).all()  # all right; a rest score without variation; nobody
    assert statistics.p.tolist()[:2] == [1.0, pytest.approx(1 / 3)]
    assert np.isnan(statistics.p[2])


def test_each_option_has_its_share_and_its_correlation(complete):
    rng = np.random.default_rng(4)
    keys = np.arange(9) % 4
    wrong = (keys + rng.integers(1, 4, complete.shape)) % 4
    choices = np.where(complete == 1, keys, wrong)
    choices[0, 0], choices[1, 0] = MISSING, 9  # not presented; left blank
    statistics = distractor_statistics(choices, keys, 4)
    assert statistics.count[0].sum() == 398
    assert statistics.share[1:].sum(axis=1) == pytest.approx(np.ones(8))
    marks = np.where(choices >= 0, choices == keys, -1).astype(int)
    key_column = statistics.point_biserial[np.arange(9), keys]
    assert key_column == pytest.approx(item_statistics(marks).point_biserial)
    rest = marks[1:].sum(axis=1) - marks[1:, 3]
    option_2 = np.corrcoef(choices[1:, 3] == 2, rest)[0, 1]
    shared = distractor_statistics(choices[1:], keys, 4)
    assert shared.point_biserial[3, 2] == pytest.approx(option_2, abs=1e-10)


def test_items_may_have_different_numbers_of_options():
    statistics = distractor_statistics([[0, 1], [1, 2], [0, 0]], [0, 1], [2, 3])
    assert np.isnan(statistics.share[0, 2])
    assert statistics.share[1].tolist() == pytest.approx([1 / 3] * 3)


@pytest.mark.parametrize(
    ("choices", "keys"), [([[0, -2]], [0, 0]), ([[0, 1]], [0, 4]), ([[0, 1]], [0]), ([0], [0])]
)
def test_choices_that_fit_no_item_are_refused(choices, keys):
    with pytest.raises(InvalidResponses):
        distractor_statistics(choices, keys, 4)


def test_difficulty_and_discrimination_are_flagged():
    rng = np.random.default_rng(6)
    items = ItemParams.two_pl([1.5] * 8 + [1.0, 1.0, 0.01, -1.0], [0.0] * 8 + [-5.0, 3.0, 0.0, 0.0])
    marks = simulate_responses(rng.normal(size=2000), items, rng)
    found = {(f.item, f.code) for f in flags(item_statistics(marks)) if f.item >= 8}
    assert (8, ItemFlagCode.TOO_EASY) in found
    assert (9, ItemFlagCode.TOO_HARD) in found
    assert (10, ItemFlagCode.LOW_DISCRIMINATION) in found or (
        10,
        ItemFlagCode.NEGATIVE_DISCRIMINATION,
    ) in found
    assert (11, ItemFlagCode.NEGATIVE_DISCRIMINATION) in found
    assert not [f for f in flags(item_statistics(marks)) if f.item < 8]


def test_a_wrong_key_shows_as_a_distractor_that_beats_it():
    rng = np.random.default_rng(9)
    items = ItemParams.two_pl(np.full(10, 1.3), np.zeros(10))
    marks = simulate_responses(rng.normal(size=800), items, rng)
    choices = np.where(marks == 1, 0, rng.integers(1, 3, marks.shape))  # option 3 is never chosen
    keys = np.zeros(10, dtype=int)
    keys[4] = 1
    scored = (choices == keys).astype(int)
    found = flags(item_statistics(scored), distractor_statistics(choices, keys, 4))
    assert ItemFlag(4, ItemFlagCode.DISTRACTOR_BEATS_KEY, 0) in found
    beats = [f for f in found if f.code is ItemFlagCode.DISTRACTOR_BEATS_KEY]
    idle = [f for f in found if f.code is ItemFlagCode.DISTRACTOR_NOT_WORKING]
    assert len(beats) == 1
    assert idle == [ItemFlag(item, ItemFlagCode.DISTRACTOR_NOT_WORKING, 3) for item in range(10)]


def test_few_responses_silence_every_other_flag():
    found = flags(item_statistics(np.ones((10, 2))))
    assert [f.code for f in found] == [ItemFlagCode.FEW_RESPONSES] * 2
    lenient = flags(item_statistics(np.ones((10, 2))), thresholds=FlagThresholds(few_responses=5))
    assert [f.code for f in lenient] == [ItemFlagCode.TOO_EASY] * 2


def test_alpha_is_one_for_identical_items_and_matches_kr20(complete):
    same = np.repeat(complete[:, :1], 5, axis=1)
    assert cronbach_alpha(same) == pytest.approx(1.0)
    p, total = complete.mean(axis=0), complete.sum(axis=1)
    kr20 = 9 / 8 * (1 - (p * (1 - p)).sum() / total.var())
    assert cronbach_alpha(complete) == pytest.approx(kr20)


def test_alpha_counts_complete_persons_only(complete):
    marks = complete.copy()
    marks[:50, 0] = MISSING
    assert cronbach_alpha(marks) == pytest.approx(cronbach_alpha(complete[50:]))
    assert np.isnan(cronbach_alpha([[1], [0]]))
    assert np.isnan(cronbach_alpha([[1, 0], [1, 0]]))


@pytest.mark.parametrize("n_categories", [2, 4])
@pytest.mark.parametrize("outside", [False, True])
def test_sparse_responses_have_the_statistics_of_the_same_matrix(n_categories, outside):
    rng = np.random.default_rng(4)
    marks = rng.integers(0, n_categories, (500, 12)).astype(np.int8)
    marks[rng.random(marks.shape) < 0.6] = MISSING
    marks[:20, 1:] = MISSING  # one item only: no rest score
    marks[:, 11] = MISSING
    marks[:, 10] = np.where(marks[:, 10] == MISSING, MISSING, 1)
    criterion = np.where(rng.random(500) < 0.1, np.nan, rng.normal(size=500)) if outside else None
    dense = item_statistics(marks, criterion=criterion, n_categories=n_categories)
    found = item_statistics(
        SparseResponses.from_dense(marks), criterion=criterion, n_categories=np.full(12, n_categories)
    )
    assert found.n.tolist() == dense.n.tolist()
    assert found.p == pytest.approx(dense.p, nan_ok=True)
    assert found.point_biserial == pytest.approx(dense.point_biserial, abs=1e-12, nan_ok=True)


def test_sparse_marks_beyond_an_items_categories_are_refused():
    with pytest.raises(InvalidResponses, match="mark 2 is beyond those of item 1"):
        item_statistics(SparseResponses.from_dense([[1, 2]]))
    with pytest.raises(InvalidResponses, match="n_categories"):
        item_statistics(SparseResponses.from_dense([[1, 0]]), n_categories=[2, 2, 2])


def test_alpha_of_sparse_responses_is_that_of_the_same_matrix(complete):
    marks = complete.copy()
    marks[::3, 2] = MISSING
    assert cronbach_alpha(SparseResponses.from_dense(marks)) == cronbach_alpha(marks)
