"""Standard errors of links and equating tables, against solving anew and against simulation."""

import numpy as np
import pytest

from scoring.errors import InvalidAnchors, InvalidParameters
from scoring.linking import (
    CurveOptions,
    FormsWithErrors,
    LinkMethod,
    ParameterErrors,
    drawn_parameters,
    equating_errors,
    haebara,
    linker_of,
    mean_mean,
    mean_sigma,
    stocking_lord,
    true_score_equating,
    with_delta_errors,
    with_jackknife_errors,
)
from scoring.params import ItemModel, ItemParams


def anchors(n=8, seed=3):
    rng = np.random.default_rng(seed)
    old = ItemParams(rng.lognormal(0.0, 0.3, n), rng.normal(0.0, 1.0, n), rng.uniform(0.1, 0.25, n))
    moved = old.transformed(0.9, 0.3)
    new = ItemParams(moved.a * rng.lognormal(0, 0.1, n), moved.b + rng.normal(0, 0.1, n), moved.c + 0.01)
    return new, old


def errors_of(params, seed=7):
    """Covariances as a calibration has them: a, b and c of one item hang together."""
    rng = np.random.default_rng(seed)
    n_parameters = 2 + params.thresholds.shape[1]
    roots = rng.normal(0.0, 0.03, (params.n_items, n_parameters, n_parameters))
    return ParameterErrors(roots @ roots.transpose(0, 2, 1))


def resolved(method, options, pair, side, item, name, step=1e-3):
    """Central difference of (A, B) in one parameter, linking anew at both ends."""
    ends = []
    for move in (step, -step):
        values = {part: getattr(pair[side], part).copy() for part in "abc"}
        values[name][item] += move
        moved = list(pair)
        moved[side] = ItemParams(**values)
        link = linker_of(method, options)(*moved)
        ends.append(np.array([link.slope, link.intercept]))
    return (ends[0] - ends[1]) / (2 * step)


@pytest.mark.parametrize("method", LinkMethod)
@pytest.mark.parametrize("symmetric", [False, True])
def test_delta_errors_are_the_derivatives_found_by_linking_anew(method, symmetric):
    pair, options = anchors(4), CurveOptions(symmetric=symmetric)
    errors = (errors_of(pair[0]), errors_of(pair[1], 8))
    expected = np.zeros((2, 2))
    for side in range(2):
        jacobian = np.array([[resolved(method, options, pair, side, item, name) for name in "acb"]
                             for item in range(4)])  # fmt: skip
        expected += errors[side].propagated(jacobian.transpose(2, 0, 1))
    link = with_delta_errors(linker_of(method, options)(*pair), pair, errors, options)
    assert link.covariance == pytest.approx(expected, rel=1e-3)
    assert link.se_slope == pytest.approx(np.sqrt(expected[0, 0]), rel=1e-3)


@pytest.mark.parametrize("model", [ItemModel.GRM, ItemModel.GPCM])
def test_delta_errors_agree_with_simulated_calibrations_of_polytomous_items(model):
    rng = np.random.default_rng(11)
    old = ItemParams.polytomous(rng.lognormal(0, 0.2, 10), np.sort(rng.normal(0, 1, (10, 2)), axis=1), model)
    errors = ParameterErrors.from_standard_errors(old, np.full(10, 0.06), np.full((10, 2), 0.06))
    whole = haebara(old, old)
    link = with_delta_errors(whole, (old, old), (errors, None))
    draws = [haebara(drawn_parameters(old, errors, rng), old) for _ in range(200)]
    spread = np.std([[draw.slope, draw.intercept] for draw in draws], axis=0)
    assert (link.se_slope, link.se_intercept) == pytest.approx(spread, rel=0.15)


def test_the_slope_by_means_has_the_error_of_a_ratio_of_means():
    new, old = anchors(6)
    errors = ParameterErrors.from_standard_errors(new, np.full(6, 0.1), np.full(6, 0.2))
    link = with_delta_errors(mean_mean(new, old), (new, old), (errors, None))
    assert link.se_slope == pytest.approx(0.1 / np.sqrt(6) / old.a.mean(), rel=1e-8)


def test_a_full_covariance_of_independent_items_says_the_same():
    pair = anchors()
    blocks = errors_of(pair[0])
    full = np.zeros((24, 24))
    for item in range(8):
        full[3 * item : 3 * item + 3, 3 * item : 3 * item + 3] = blocks.covariance[item]
    link = stocking_lord(*pair)
    by_blocks = with_delta_errors(link, pair, (blocks, None))
    assert with_delta_errors(link, pair, (ParameterErrors(full), None)).covariance == pytest.approx(
        by_blocks.covariance, rel=1e-10
    )


def test_what_was_held_fixed_adds_no_error():
    pair = anchors()
    nothing = ParameterErrors.from_standard_errors(pair[0], np.full(8, np.nan), np.full(8, np.nan))
    link = with_delta_errors(stocking_lord(*pair), pair, (nothing, None))
    assert (link.se_slope, link.se_intercept) == (0.0, 0.0)


def test_a_fixed_slope_has_no_error():
    pair, options = anchors(), CurveOptions(fixed_slope=1.0)
    link = with_delta_errors(haebara(*pair, options), pair, (errors_of(pair[0]), None), options)
    assert link.se_slope == 0.0
    assert link.se_intercept > 0.0


def test_the_jackknife_of_a_mean_is_its_standard_error():
    new = ItemParams.two_pl(np.ones(5), [0.0, 0.3, 0.9, 1.0, 2.0])
    old = ItemParams.two_pl(np.ones(5), [0.2, 0.1, 1.3, 1.1, 2.6])
    link = with_jackknife_errors(mean_mean(new, old), (new, old), mean_mean)
    assert link.se_intercept == pytest.approx(np.std(old.b - new.b, ddof=1) / np.sqrt(5))
    assert link.se_slope == pytest.approx(0.0, abs=1e-12)


def test_errors_of_another_shape_are_refused():
    pair = anchors()
    with pytest.raises(InvalidParameters, match="expected"):
        ParameterErrors(np.zeros((3, 2)))
    with pytest.raises(InvalidParameters, match=r"\(8,\)"):
        ParameterErrors.from_standard_errors(pair[0], np.zeros(5), np.zeros(8))
    with pytest.raises(InvalidParameters, match=r"\(8, 3\)"):
        with_delta_errors(mean_sigma(*pair), pair, (ParameterErrors(np.zeros((7, 3, 3))), None))
    with pytest.raises(InvalidParameters, match="24 rows"):
        with_delta_errors(mean_sigma(*pair), pair, (ParameterErrors(np.zeros((9, 9))), None))
    with pytest.raises(InvalidAnchors, match="at least 3"):
        with_jackknife_errors(mean_mean(*pair), tuple(part.subset([0, 1]) for part in pair), mean_mean)


def test_equating_errors_shrink_with_those_of_the_items():
    new, old = anchors(20)
    rng = np.random.default_rng(2)
    found = []
    for size in (0.06, 0.03):
        errors = ParameterErrors.from_standard_errors(new, np.full(20, size), np.full(20, size))
        uncertain = FormsWithErrors((new, old), (errors, None))
        found.append(equating_errors(lambda x, y: true_score_equating(x, y).equated, uncertain, rng, 200))
    assert found[0].shape == (21,)
    assert found[0][0] == found[0][-1] == 0.0  # both ends are tied whatever the items are
    assert found[0][8:18] == pytest.approx(2 * found[1][8:18], rel=0.2)


def test_drawn_graded_items_keep_their_order_and_the_seed_tells_all():
    items = ItemParams.polytomous([1.0, 1.2], [[0.0, 0.05], [1.0, 1.02]], ItemModel.GRM)
    errors = ParameterErrors.from_standard_errors(items, np.full(2, 0.1), np.full((2, 2), 0.3))
    first, again = (drawn_parameters(items, errors, np.random.default_rng(4)) for _ in range(2))
    assert (np.diff(first.thresholds, axis=1) > 0).all()
    assert (first.thresholds == again.thresholds).all()
    with pytest.raises(InvalidParameters, match="4 parameters of 2 items"):
        drawn_parameters(items, ParameterErrors(np.zeros((2, 3, 3))), np.random.default_rng(4))
