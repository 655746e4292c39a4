"""What counts as a set of item parameters and as a response matrix."""

import numpy as np
import pytest

from scoring import (
    MISSING,
    InvalidParameters,
    InvalidQuadrature,
    InvalidResponses,
    ItemParams,
    NotCalibrated,
    Quadrature,
    normal_quadrature,
    probability_correct,
    response_matrix,
)


def test_parameters_cannot_be_changed_afterwards():
    given = np.array([1.0, 2.0])
    params = ItemParams(given, given, np.zeros(2))
    given[0] = 99.0
    assert params.a[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        params.a[0] = 3.0


@pytest.mark.parametrize(
    ("a", "b", "c", "items"),
    [
        ([1.0, 1.0], [0.0], [0.0, 0.0], ()),
        ([[1.0]], [[0.0]], [[0.0]], ()),
        ([1.0, np.inf], [0.0, 0.0], [0.0, 0.0], (1,)),
        ([1.0, np.nan], [0.0, 0.0], [0.0, 0.0], (1,)),
        ([1.0, 1.0], [0.0, 0.0], [1.0, -0.1], (0, 1)),
        ([1.0], [0.0], [np.nan], (0,)),
    ],
)
def test_impossible_parameters_are_refused_with_the_items_at_fault(a, b, c, items):
    with pytest.raises(InvalidParameters) as refused:
        ItemParams(np.array(a), np.array(b), np.array(c))
    assert refused.value.items == items


def test_a_subset_follows_positions_and_masks():
    params = ItemParams.two_pl([1.0, 2.0, 3.0], [-1.0, 0.0, 1.0])
    assert params.subset([2, 0]).a.tolist() == [3.0, 1.0]
    assert params.subset(np.array([False, True, False])).b.tolist() == [0.0]
    assert params.subset([]).n_items == 0


def test_an_uncalibrated_item_is_named_and_never_scored():
    params = ItemParams.two_pl([1.0, np.nan], [0.0, np.nan])
    assert params.calibrated.tolist() == [True, False]
    with pytest.raises(NotCalibrated) as refused:
        probability_correct([0.0], params)
    assert refused.value.items == (1,)


def test_not_a_number_is_read_as_missing():
    read = response_matrix([[1.0, np.nan], [0.0, MISSING]])
    assert read.dtype == np.int8
    assert read.tolist() == [[1, -1], [0, -1]]


@pytest.mark.parametrize("values", [[1, 0], [[0, 2]], [[0.5, 1.0]], [[np.inf, 1.0]], [["A", "B"]], [[-2, 0]]])
def test_other_values_are_no_responses(values):
    with pytest.raises(InvalidResponses):
        response_matrix(values)


def test_the_normal_grid_has_the_moments_it_promises():
    grid = normal_quadrature(mean=0.5, sd=0.8)
    assert grid.n_nodes == 61
    assert grid.weights.sum() == pytest.approx(1.0)
    assert grid.weights @ grid.nodes == pytest.approx(0.5, abs=1e-9)
    assert np.sqrt(grid.weights @ (grid.nodes - 0.5) ** 2) == pytest.approx(0.8, abs=1e-6)


@pytest.mark.parametrize(
    ("nodes", "weights"),
    [([0.0], [1.0]), ([0.0, 0.0], [0.5, 0.5]), ([0.0, 1.0], [0.5, 0.6]), ([0.0, 1.0], [1.5, -0.5])],
)
def test_weights_that_are_no_distribution_are_refused(nodes, weights):
    with pytest.raises(InvalidQuadrature):
        Quadrature(np.array(nodes), np.array(weights))


@pytest.mark.parametrize("arguments", [{"sd": 0.0}, {"mean": 1000.0}, {"lower": 6.0, "upper": -6.0}])
def test_a_normal_grid_without_mass_is_refused(arguments):
    with pytest.raises(InvalidQuadrature):
        normal_quadrature(**arguments)
