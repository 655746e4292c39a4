"""Reporting scales: rounding, ends, cuts, and the standard error of what is printed."""

import numpy as np
import pytest

from scoring.errors import InvalidCuts, InvalidScale
from scoring.number_correct import score_distributions, sum_score_table
from scoring.params import ItemParams
from scoring.quadrature import normal_quadrature
from scoring.scale import DecideOn, Rounding, ScaleBasis, ScoreScale, conditional_sem

PLAIN = ScoreScale(1.0, 0.0)
REPORT = ScoreScale(100.0, 500.0, 200.0, 800.0)


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.HALF_UP, [-3, -2, -1, 0, 1, 2, 3, 3]),
        (Rounding.HALF_EVEN, [-3, -2, -2, 0, 0, 2, 2, 3]),
        (Rounding.TRUNCATE, [-2, -2, -1, 0, 0, 1, 2, 2]),
        (Rounding.NONE, [-2.7, -2.5, -1.5, -0.4, 0.5, 1.5, 2.5, 2.7]),
    ],
)
def test_each_rule_rounds_halves_and_negative_numbers_as_it_says(rounding, expected):
    scale = ScoreScale(1.0, 0.0, rounding=rounding)
    assert scale.reported([-2.7, -2.5, -1.5, -0.4, 0.5, 1.5, 2.5, 2.7]).tolist() == expected


def test_a_half_that_binary_arithmetic_misses_is_still_a_half():
    scale = ScoreScale(10.0, 0.0)
    assert 10 * 1.0049999999999999 != 10.05
    assert ScoreScale(0.1, 0.0, step=0.1).reported([10.5])[0] == pytest.approx(1.1)
    assert scale.reported([0.15, 0.25, 0.35]).tolist() == [2, 3, 4]
    assert ScoreScale(100.0, 0.0, rounding=Rounding.TRUNCATE).reported([0.29, 0.57, 0.58]).tolist() == [
        29,
        57,
        58,
    ]


def test_scores_stop_at_the_ends_and_the_unscored_stay_unscored():
    found = REPORT.reported([-9.0, -np.inf, 0.123, np.inf, np.nan])
    assert found[:4].tolist() == [200, 200, 512, 800]
    assert np.isnan(found[4])
    assert REPORT.levels([np.nan, 0.0], [500]).tolist() == [-1, 1]


def test_a_scale_can_be_drawn_through_two_points_and_inverted():
    scale = ScoreScale.through((0.35, 500.0), (1.35, 580.0), REPORT)
    assert scale.reported([0.35, 1.35, -9]).tolist() == [500, 580, 200]
    assert scale.value([500.0, 580.0]) == pytest.approx([0.35, 1.35])
    assert ScoreScale.through((0, 0), (1, 2)).slope == 2


def test_a_score_is_never_printed_on_the_other_side_of_a_cut():
    cuts = [449.6, 550.4]
    theta = np.array([-0.5045, -0.5041, -0.5039, -0.496, 0.503, 0.5041, 0.506, np.nan])
    plain, safe = REPORT.reported(theta), REPORT.reported_consistently(theta, cuts)
    passed = REPORT.levels(theta, cuts)
    printed = REPORT.printed_cuts(cuts)
    assert printed.tolist() == [450, 551]
    known = ~np.isnan(theta)
    assert (np.searchsorted(printed, safe[known], side="right") == passed[known]).all()
    assert (np.searchsorted(printed, plain[known], side="right") != passed[known]).any()
    assert np.nanmax(np.abs(safe - plain)) <= 1
    assert np.isnan(safe[-1])


def test_whether_rounding_may_pass_somebody_is_an_explicit_choice():
    theta = [-0.004, -0.006, 0.0]
    assert REPORT.levels(theta, [500]).tolist() == [0, 0, 1]
    assert REPORT.levels(theta, [500], DecideOn.REPORTED).tolist() == [1, 0, 1]


def test_standing_exactly_on_a_cut_is_passing_it_whatever_binary_arithmetic_says():
    scale = ScoreScale(0.1, 0.2, rounding=Rounding.NONE)
    assert scale.unrounded(1.0) != 0.3
    assert scale.levels([1.0], [0.3]).tolist() == [1]


def test_cuts_that_cannot_be_told_apart_or_divide_nobody_are_refused():
    for cuts in ([500.1, 500.4], [200.0, 500.0], [800.5], [np.nan], [510.0, 500.0]):
        with pytest.raises(InvalidCuts):
            REPORT.printed_cuts(cuts)


def test_the_sem_is_the_slope_times_the_se_and_may_count_the_rounding():
    assert REPORT.sem([0.3]) == pytest.approx([30.0])
    assert ScoreScale(2.0, 0.0, step=1.0).sem([0.5], with_rounding=True) == pytest.approx(
        [(1 + 1 / 12) ** 0.5]
    )


def test_marks_and_percentages_have_a_conversion_table():
    marks = ScoreScale(2.5, 50.0, 55.0, 70.0, basis=ScaleBasis.NUMBER_CORRECT)
    assert marks.table(10).tolist() == [55, 55, 55, 58, 60, 63, 65, 68, 70, 70, 70]
    percent = ScoreScale(0.1, 0.0, 0.0, 10.0, step=0.5, basis=ScaleBasis.PERCENT)
    assert percent.table(8).tolist() == [0, 1.5, 2.5, 4, 5, 6.5, 7.5, 9, 10]
    with pytest.raises(InvalidScale, match="theta"):
        REPORT.table(10)


def test_the_conditional_sem_of_printed_scores_is_what_simulation_shows():
    params = ItemParams.two_pl(np.linspace(0.8, 1.6, 20), np.linspace(-2, 2, 20))
    printed = REPORT.reported(sum_score_table(params, normal_quadrature()).theta)
    theta = np.array([-1.0, 0.5])
    rng = np.random.default_rng(3)
    for sem, distribution in zip(
        conditional_sem(theta, params, printed), score_distributions(theta, params), strict=True
    ):
        drawn = printed[rng.choice(21, size=200_000, p=distribution / distribution.sum())]
        assert sem == pytest.approx(drawn.std(), rel=0.01)
    with pytest.raises(InvalidScale, match="expected 21"):
        conditional_sem(theta, params, printed[:-1])


def test_a_scale_that_contradicts_itself_is_refused():
    for bad in (
        {"slope": -1.0},
        {"slope": 1.0, "step": 0.0},
        {"slope": np.nan},
        {"slope": 1.0, "lowest": 10.0, "highest": 5.0},
        {"slope": 1.0, "lowest": 0.5},
    ):
        with pytest.raises(InvalidScale):
            ScoreScale(intercept=0.0, **bad)
    with pytest.raises(InvalidScale):
        ScoreScale.through((1, 2), (1, 3))
