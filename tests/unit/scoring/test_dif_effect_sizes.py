"""Areas against numerical integration, and adjusted p values against the definition."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from scoring.dif import benjamini_hochberg, expected_score_difference, raju_area
from scoring.errors import InvalidOptions, InvalidParameters
from scoring.models import expected_marks
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature


def integrated(one: ItemParams, two: ItemParams, lower: float, upper: float) -> tuple[float, float]:
    def gap(x: float) -> float:
        return float((expected_marks([x], one) - expected_marks([x], two))[0, 0])

    pieces = np.linspace(lower, upper, 12)
    signed = sum(quad(gap, p, q, epsabs=1e-11, limit=200)[0] for p, q in itertools.pairwise(pieces))
    fine = np.linspace(lower, upper, 100_001)
    values = np.abs(expected_marks(fine, one) - expected_marks(fine, two))[:, 0]
    return signed, float(np.trapezoid(values, fine))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (ItemParams.two_pl([1.2], [0.3]), ItemParams.two_pl([0.8], [0.5])),
        (ItemParams.two_pl([1.2], [0.3]), ItemParams.two_pl([1.2], [-0.4])),
        (
            ItemParams(np.array([1.0]), np.array([0.0]), np.array([0.2])),
            ItemParams(np.array([1.5]), np.array([0.4]), np.array([0.2])),
        ),
        (
            ItemParams.polytomous([1.1], [[-1.0, 0.2, 1.0]], ItemModel.GRM),
            ItemParams.polytomous([0.9], [[-0.7, 0.0, 1.4]], ItemModel.GRM),
        ),
        (
            ItemParams.polytomous([1.1], [[-0.4, 0.2, 0.1]]),
            ItemParams.polytomous([1.4], [[0.3, -0.6, 0.5]]),
        ),
    ],
)
def test_areas_over_the_whole_line_equal_numerical_integration(one: ItemParams, two: ItemParams) -> None:
    found = raju_area(one, two)
    signed, unsigned = integrated(one, two, -45.0, 45.0)
    assert abs(found.signed[0] - signed) < 1e-8
    assert abs(found.unsigned[0] - unsigned) < 1e-5


def test_rajus_closed_form_and_the_cut_integral_agree() -> None:
    rng = np.random.default_rng(1)
    one = ItemParams.two_pl(rng.lognormal(0, 0.3, 50), rng.normal(size=50))
    two = ItemParams.two_pl(rng.lognormal(0, 0.3, 50), rng.normal(size=50))
    whole, cut = raju_area(one, two), raju_area(one, two, (-150.0, 150.0))
    assert np.abs(whole.signed - cut.signed).max() < 1e-9
    assert np.abs(whole.unsigned - cut.unsigned).max() < 1e-9


def test_equal_slopes_have_the_difference_of_difficulties_as_area() -> None:
    for twist in (0.0, 1e-12, 1e-7):
        found = raju_area(ItemParams.two_pl([1.0], [0.0]), ItemParams.two_pl([1.0 + twist], [-0.5]))
        assert abs(found.signed[0] + 0.5) < 1e-12
        assert abs(found.unsigned[0] - 0.5) < 1e-6


def test_unequal_asymptotes_are_infinitely_far_apart_but_not_on_an_interval() -> None:
    one = ItemParams(np.array([1.0]), np.array([0.0]), np.array([0.2]))
    two = ItemParams(np.array([1.0]), np.array([0.0]), np.array([0.1]))
    assert np.isinf(raju_area(one, two).unsigned[0])
    found = raju_area(one, two, (-4.0, 4.0))
    signed, unsigned = integrated(one, two, -4.0, 4.0)
    assert abs(found.signed[0] - signed) < 1e-9
    assert abs(found.unsigned[0] - unsigned) < 1e-7


def test_expected_score_differences_equal_their_definitions() -> None:
    ability = normal_quadrature(mean=0.4, sd=0.8)
    one = ItemParams.polytomous([1.1, np.nan], [[-0.4, 0.2], [np.nan, np.nan]])
    two = ItemParams.polytomous([0.8, 1.0], [[0.3, 0.1], [0.0, 0.0]])
    found = expected_score_difference(one, two, ability)
    first, second = (expected_marks(ability.nodes, p.subset([0]))[:, 0] for p in (one, two))
    w = ability.weights
    variances = [np.average((e - np.average(e, weights=w)) ** 2, weights=w) for e in (first, second)]
    assert abs(found.sids[0] - np.average(second - first, weights=w)) < 1e-14
    assert abs(found.uids[0] - np.average(np.abs(second - first), weights=w)) < 1e-14
    assert abs(found.d_square[0] - np.average((second - first) ** 2, weights=w)) < 1e-14
    assert abs(found.essd[0] - found.sids[0] / np.sqrt(np.mean(variances))) < 1e-14
    assert np.isnan(found.sids[1])


def test_benjamini_hochberg_holds_the_false_discovery_rate_by_its_definition() -> None:
    p = np.array([0.01, 0.04, np.nan, 0.03, 0.005, 0.5])
    assert np.allclose(benjamini_hochberg(p), [0.025, 0.05, np.nan, 0.05, 0.025, 0.5], equal_nan=True)
    assert np.isnan(benjamini_hochberg([np.nan])).all()


def test_items_must_be_the_same_on_both_sides() -> None:
    one, two = ItemParams.two_pl([1, 1], [0, 0]), ItemParams.two_pl([1], [0])
    with pytest.raises(InvalidParameters, match="got 2 and 1"):
        raju_area(one, two)
    with pytest.raises(InvalidParameters, match="categories"):
        raju_area(two, ItemParams.polytomous([1.0], [[0.0, 1.0]]))
    with pytest.raises(InvalidOptions, match="lower < upper"):
        raju_area(two, two, (1.0, -1.0))
