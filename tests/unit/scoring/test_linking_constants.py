"""Slope and intercept of a link, against losses written out and minimised by another algorithm."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from scoring.errors import InvalidAnchors, NotCalibrated
from scoring.linking import (
    CurveOptions,
    Link,
    LinkMethod,
    LinkStatus,
    geometric_mean,
    haebara,
    linker_of,
    mean_mean,
    mean_sigma,
    stocking_lord,
)
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import Quadrature, normal_quadrature

TRUE_SLOPE, TRUE_INTERCEPT = 1.15, -0.35
NAN = float("nan")


def guessed(n=12, seed=1):
    rng = np.random.default_rng(seed)
    return ItemParams(rng.lognormal(0.0, 0.3, n), rng.normal(0.0, 1.0, n), rng.uniform(0.05, 0.3, n))


def graded(model=ItemModel.GRM, n=5, seed=2):
    rng = np.random.default_rng(seed)
    steps = np.sort(rng.normal(0.0, 1.0, (n, 3)), axis=1) + np.array([-0.2, 0.0, 0.2])
    steps[0, 2] = NAN  # an item of three categories among those of four
    return ItemParams.polytomous(rng.lognormal(0.0, 0.3, n), steps, model)


def mixed():
    return ItemParams.concat([guessed(6), graded(ItemModel.GRM, 4), graded(ItemModel.GPCM, 4, 3)])


FORMS = {"3PL": guessed(), "GRM": graded(), "GPCM": graded(ItemModel.GPCM), "mixed": mixed()}


def carried_back(old):
    """The same items on a scale where theta_old = 1.15 theta_new - 0.35."""
    return old.transformed(1 / TRUE_SLOPE, -TRUE_INTERCEPT / TRUE_SLOPE)


def estimated_anew(old, seed=5):
    """carried_back with the errors of a calibration."""
    rng = np.random.default_rng(seed)
    new = carried_back(old)
    steps = new.thresholds + rng.normal(0.0, 0.07, new.thresholds.shape)
    b = steps[:, 0]
    c = np.where(new.c > 0, new.c + rng.uniform(-0.03, 0.03, new.n_items), 0.0)
    return ItemParams(new.a * rng.lognormal(0.0, 0.1, new.n_items), b, c, steps, new.models)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", LinkMethod)
def test_exact_transforms_are_found_again(form, method):
    link = linker_of(method)(carried_back(FORMS[form]), FORMS[form])
    assert link.slope == pytest.approx(TRUE_SLOPE, abs=1e-9)
    assert link.intercept == pytest.approx(TRUE_INTERCEPT, abs=1e-9)
    assert link.is_converged


def curves(params, theta):
    """Category probabilities of every item at one ability, in plain loops from the models' definitions."""
    found = []
    for item in range(params.n_items):
        a, c = params.a[item], params.c[item]
        steps = [b for b in params.thresholds[item].tolist() if not math.isnan(b)]
        if params.models[item].is_dichotomous:
            p = c + (1 - c) / (1 + math.exp(-a * (theta - steps[0])))
            found.append([1 - p, p])
        elif params.models[item] is ItemModel.GRM:
            reach = [1.0] + [1 / (1 + math.exp(-a * (theta - b))) for b in steps] + [0.0]
            found.append([reach[k] - reach[k + 1] for k in range(len(steps) + 1)])
        else:
            top = [1.0]
            for b in steps:
                top.append(top[-1] * math.exp(a * (theta - b)))
            found.append([value / sum(top) for value in top])
    return found


def squared(first, second, method):
    if method is LinkMethod.STOCKING_LORD:
        scores = [sum(k * p for item in part for k, p in enumerate(item)) for part in (first, second)]
        return (scores[0] - scores[1]) ** 2
    total = 0.0
    for x, y in zip(first, second, strict=True):
        if len(x) == 2:
            total += (x[1] - y[1]) ** 2
        else:
            total += 0.5 * sum((p - q) ** 2 for p, q in zip(x, y, strict=True))
    return total


def dense_loss(constants, new, old, method, grids):
    slope, intercept = constants
    there = ItemParams(new.a / slope, slope * new.b + intercept, new.c, slope * new.thresholds + intercept,
                       new.models)  # fmt: skip
    back = ItemParams(old.a * slope, (old.b - intercept) / slope, old.c, (old.thresholds - intercept) / slope,
                      old.models)  # fmt: skip
    total = 0.0
    for grid, (x, y) in zip(grids, ((there, old), (new, back)), strict=False):
        for theta, weight in zip(grid.nodes, grid.weights, strict=True):
            total += weight * squared(curves(x, theta), curves(y, theta), method)
    return total


@pytest.mark.parametrize("form", ["3PL", "mixed"])
@pytest.mark.parametrize("method", [LinkMethod.HAEBARA, LinkMethod.STOCKING_LORD])
@pytest.mark.parametrize("symmetric", [False, True])
def test_curve_links_minimise_the_loss_written_out(form, method, symmetric):
    old, new = FORMS[form], estimated_anew(FORMS[form])
    grid, other = normal_quadrature(15, -4, 4), normal_quadrature(13, -3, 4, mean=0.4, sd=0.9)
    options = CurveOptions(grid, symmetric=symmetric, quadrature_new=other)
    link = linker_of(method, options)(new, old)
    grids = [grid, other] if symmetric else [grid]
    start = [[1.0, 0.0], [1.3, -0.1], [1.0, -0.5]]
    options = {"xatol": 1e-8, "fatol": 1e-15, "maxiter": 200, "initial_simplex": start}
    found = minimize(dense_loss, start[0], (new, old, method, grids), "Nelder-Mead", options=options)
    assert (link.slope, link.intercept) == pytest.approx(tuple(found.x), abs=1e-6)
    assert link.criterion == pytest.approx(found.fun, rel=1e-8)


def test_moments_are_those_of_the_textbook():
    new = ItemParams.two_pl([1.0, 2.0, 1.5], [0.0, 1.0, 2.0])
    old = ItemParams.two_pl([0.5, 1.0, 1.5], [1.0, 2.5, 5.0])
    by_mean, by_sigma, by_geometry = mean_mean(new, old), mean_sigma(new, old), geometric_mean(new, old)
    assert (by_mean.slope, by_mean.intercept) == pytest.approx((1.5, 17 / 6 - 1.5))
    slope = math.sqrt(((1 - 17 / 6) ** 2 + (2.5 - 17 / 6) ** 2 + (5 - 17 / 6) ** 2) / 2)
    assert (by_sigma.slope, by_sigma.intercept) == pytest.approx((slope, 17 / 6 - slope))
    assert by_geometry.slope == pytest.approx(4 ** (1 / 3))


def test_every_threshold_of_a_polytomous_item_counts_as_one_difficulty():
    old = ItemParams.polytomous([1.0, 1.0], [[0.0, 1.0], [2.0, NAN]])
    new = ItemParams.polytomous([1.0, 1.0], [[0.0, 2.0], [4.0, NAN]])
    assert mean_sigma(new, old).slope == pytest.approx(0.5)
    assert mean_mean(new, old).intercept == pytest.approx(1.0 - 2.0)


def test_rasch_scales_differ_by_a_shift():
    old = ItemParams([1.0] * 4, [-1.0, 0.0, 0.5, 1.0], [0.0] * 4, models=(ItemModel.RASCH,) * 4)
    new = ItemParams([1.0] * 4, old.b - 0.4, [0.0] * 4, models=(ItemModel.RASCH,) * 4)
    assert mean_mean(new, old).slope == 1.0
    shift = stocking_lord(new, old, CurveOptions(fixed_slope=1.0))
    assert (shift.slope, shift.intercept) == pytest.approx((1.0, 0.4), abs=1e-9)


def test_items_on_a_reporting_scale_are_linked_as_well():
    old = guessed()
    far = old.transformed(100.0, 500.0)
    link = haebara(old, far, CurveOptions(normal_quadrature(61, 0, 1000, 500, 100)))
    assert (link.slope, link.intercept) == pytest.approx((100.0, 500.0), rel=1e-8)


def test_the_weights_decide_when_curves_cannot_agree():
    old, new = FORMS["3PL"], estimated_anew(FORMS["3PL"])
    low = stocking_lord(new, old, CurveOptions(normal_quadrature(mean=-1.5, sd=0.5)))
    high = stocking_lord(new, old, CurveOptions(normal_quadrature(mean=1.5, sd=0.5)))
    assert abs(low.intercept - high.intercept) > 0.01


def test_curves_that_do_not_determine_the_scale_are_a_status():
    flat = ItemParams.two_pl([1e-9, 1e-9], [0.0, 1.0])
    assert stocking_lord(flat, flat).status is LinkStatus.NOT_CONVERGED


def test_one_point_of_comparison_cannot_give_two_constants():
    almost_one = Quadrature([0.0, 1.0], [1.0, 0.0])
    old = guessed()
    assert stocking_lord(carried_back(old), old, CurveOptions(almost_one)).status is LinkStatus.NOT_CONVERGED


def test_a_link_and_its_inverse_cancel():
    link = Link(1.2, -0.4, LinkMethod.MEAN_MEAN, 5, covariance=np.array([[0.01, 0.002], [0.002, 0.02]]))
    round_trip = link.then(link.inverse())
    assert (round_trip.slope, round_trip.intercept) == pytest.approx((1.0, 0.0))
    assert link.inverse().inverse().covariance == pytest.approx(link.covariance)
    assert link.apply_theta([0.0, 1.0, NAN])[:2] == pytest.approx([-0.4, 0.8])


def test_the_error_a_link_adds_grows_away_from_its_centre():
    link = Link(1.0, 0.0, LinkMethod.MEAN_MEAN, 5, covariance=np.diag([0.01, 0.02]))
    assert link.linking_error([0.0, 2.0]) == pytest.approx([math.sqrt(0.02), math.sqrt(0.06)])
    assert np.isnan(Link(1.0, 0.0, LinkMethod.MEAN_MEAN, 5).linking_error([0.0])).all()


def test_sets_that_are_not_the_same_items_are_refused():
    with pytest.raises(InvalidAnchors, match="12 items and old 5"):
        mean_mean(guessed(), graded())
    with pytest.raises(InvalidAnchors, match=r"one model.*\(0, 1, 2, 3, 4\)"):
        haebara(graded(ItemModel.GRM), graded(ItemModel.GPCM))
    with pytest.raises(NotCalibrated):
        stocking_lord(ItemParams.two_pl([NAN, 1.0], [NAN, 0.0]), ItemParams.two_pl([1.0, 1.0], [0.0, 0.0]))
    with pytest.raises(InvalidAnchors, match="0 common items"):
        mean_mean(ItemParams.two_pl([], []), ItemParams.two_pl([], []))


def test_moments_that_do_not_exist_are_refused():
    same = ItemParams.two_pl([1.0, 1.0], [0.5, 0.5])
    with pytest.raises(InvalidAnchors, match="different difficulties"):
        mean_sigma(same, same)
    with pytest.raises(InvalidAnchors, match="one sign"):
        mean_mean(ItemParams.two_pl([-1.0, -1.0], [0.0, 1.0]), same)
    with pytest.raises(InvalidAnchors, match=r"\(0,\)"):
        geometric_mean(ItemParams.two_pl([-1.0, 1.0], [0.0, 1.0]), same)
    with pytest.raises(InvalidAnchors, match="fixed_slope"):
        CurveOptions(fixed_slope=0.0)
