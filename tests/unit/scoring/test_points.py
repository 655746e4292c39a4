"""What a form may be expected to give in points, against sums written out."""

from math import exp

import numpy as np
import pytest

from scoring import ItemModel, ItemParams, simulate_responses
from scoring.cuts import theta_at_expected_share
from scoring.errors import InvalidParameters, NotCalibrated, ShareUnreachable
from scoring.information import item_information
from scoring.judgement import STEP, judged_partial_credit, params_from_expected_shares
from scoring.points import (
    category_shares,
    even_shares,
    expected_points,
    expected_shares,
    theta_at_share_of_points,
)
from scoring.quadrature import normal_quadrature

STATEMENTS = (0.0, 0.1, 0.25, 0.5, 1.0)
FORM = ItemParams.concat(
    [
        ItemParams.polytomous([0.8], [[-1.2, -0.4, 0.3, 1.1]]),
        ItemParams.two_pl([1.3], [0.4]),
        ItemParams([1.1], [-0.2], [0.2]),
        ItemParams.polytomous([1.0], [[-0.5, 0.7]], ItemModel.PCM),
        ItemParams.polytomous([1.4], [[-0.9, 0.1, 0.8]], ItemModel.GRM),
    ]
)
WORTH = (STATEMENTS, (0.0, 1.0), (0.0, 1.0), (0.0, 0.5, 1.0), (0.0, 0.25, 0.5, 1.0))
SHARES = category_shares(WORTH, FORM)


def by_hand(theta: float) -> list[float]:
    """Each item's expected share, category by category."""

    def logistic(z):
        return 1 / (1 + exp(-z))

    def partial(a, steps, worth):
        heights = [1.0]
        for step in steps:
            heights.append(heights[-1] * exp(a * (theta - step)))
        return sum(h * w for h, w in zip(heights, worth, strict=True)) / sum(heights)

    reached = [1.0, *(logistic(1.4 * (theta - step)) for step in (-0.9, 0.1, 0.8)), 0.0]
    graded = sum((reached[k] - reached[k + 1]) * share for k, share in enumerate(WORTH[4]))
    return [
        partial(0.8, (-1.2, -0.4, 0.3, 1.1), STATEMENTS),
        logistic(1.3 * (theta - 0.4)),
        0.2 + 0.8 * logistic(1.1 * (theta + 0.2)),
        partial(1.0, (-0.5, 0.7), (0, 0.5, 1)),
        graded,
    ]


@pytest.mark.parametrize("theta", [-4.0, -0.7, 0.0, 1.3, 5.0])
def test_expected_shares_and_points_are_the_sums_over_categories(theta):
    assert expected_shares([theta], FORM, SHARES)[0] == pytest.approx(by_hand(theta), abs=1e-13)
    assert expected_points([theta], FORM, SHARES)[0] == pytest.approx(sum(by_hand(theta)), abs=1e-12)


@pytest.mark.parametrize("share", [0.5, 0.66, 0.83])
def test_a_cut_stands_where_so_many_percent_of_the_points_are_expected(share):
    theta = theta_at_share_of_points(share, FORM, SHARES)
    assert sum(by_hand(theta)) / 5 == pytest.approx(share, abs=1e-9)


def test_the_points_of_persons_average_to_what_was_expected_of_them():
    theta = np.full(40_000, 0.3)
    marks = simulate_responses(theta, FORM, np.random.default_rng(3))
    earned = np.take_along_axis(SHARES.T, marks.astype(np.intp), axis=0)
    assert earned.mean(axis=0) == pytest.approx(expected_shares([0.3], FORM, SHARES)[0], abs=0.01)


def test_right_or_wrong_items_have_the_cuts_they_always_had_to_the_last_bit():
    rng = np.random.default_rng(8)
    form = ItemParams(rng.lognormal(0, 0.3, 60), rng.normal(0, 1, 60), rng.uniform(0, 0.2, 60))
    worth = category_shares([(0.0, 1.0)] * 60, form)
    for share in (0.5, 0.66, 0.83):
        assert theta_at_share_of_points(share, form, worth) == theta_at_expected_share(share, form)


def test_every_item_weighs_a_point_where_counting_marks_lets_long_ones_weigh_more():
    form = ItemParams.concat([FORM.subset([0]), ItemParams.two_pl([1.0], [2.5])])
    assert theta_at_share_of_points(0.6, form) > theta_at_expected_share(0.6, form) + 0.3


def test_without_shares_categories_divide_the_mark_evenly():
    assert even_shares(FORM)[0].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert even_shares(FORM)[1].tolist() == [0, 1, 0, 0, 0]
    assert expected_points([0.2], FORM)[0] == expected_points([0.2], FORM, even_shares(FORM))[0]


DESCENDING, BEYOND = (0, 0.5, 0.25, 0.5, 1), (0, 0.1, 0.2, 0.5, 1.5)


@pytest.mark.parametrize(
    "worth",
    [WORTH[:4], (STATEMENTS[:4], *WORTH[1:]), (DESCENDING, *WORTH[1:]), (BEYOND, *WORTH[1:])],
)
def test_shares_of_another_form_are_refused(worth):
    with pytest.raises(InvalidParameters):
        category_shares(worth, FORM)


def test_what_cannot_be_placed_is_named():
    with pytest.raises(InvalidParameters):
        theta_at_share_of_points(0.5, FORM.subset([]))
    with pytest.raises(ShareUnreachable):
        theta_at_share_of_points(0.03, FORM.subset([2]))
    with pytest.raises(InvalidParameters):
        expected_points([0.0], FORM, SHARES[:, :3])
    with pytest.raises(NotCalibrated):
        expected_points([0.0], ItemParams([np.nan], [np.nan], [0.0]))


@pytest.mark.parametrize("judged", [0.1, 0.35, 0.6, 0.95])
@pytest.mark.parametrize("worth", [STATEMENTS, (0.0, 0.5, 1.0), (0.0, 1.0)])
def test_a_population_earns_what_was_judged(judged, worth):
    item = judged_partial_credit(judged, worth)
    population = normal_quadrature(121)
    shares = expected_shares(population.nodes, item, category_shares([worth], item))[:, 0]
    assert population.weights @ shares == pytest.approx(judged, abs=1e-6)
    assert np.diff(item.thresholds[0]) == pytest.approx(STEP)


def test_with_one_step_the_judgement_is_that_of_right_or_wrong_items_up_to_their_approximation():
    one, other = judged_partial_credit(0.7, (0.0, 1.0)), params_from_expected_shares([0.7])
    assert one.a[0] == other.a[0]
    assert one.b[0] == pytest.approx(other.b[0], abs=0.02)


def test_a_judged_item_of_four_steps_tells_no_more_than_twice_what_one_step_tells():
    grid = np.linspace(-6, 6, 241)
    one, four = (
        item_information(grid, judged_partial_credit(0.6, w)).max() for w in ((0.0, 1.0), STATEMENTS)
    )
    assert 1.5 < four / one <= 2


@pytest.mark.parametrize(("judged", "worth"), [(0.0, (0.0, 1.0)), (0.96, (0.0, 0.95)), (0.5, (0.0,))])
def test_a_judgement_beyond_the_categories_is_refused(judged, worth):
    with pytest.raises(InvalidParameters):
        judged_partial_credit(judged, worth)
