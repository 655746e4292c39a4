"""Laws of linking, equating and classification that hold for every form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.classification import lee_in_population, rudner
from scoring.cuts import level_of, most_marks, normal_level_probabilities, theta_at_expected_marks
from scoring.information import expected_number_correct
from scoring.linking import (
    LinkMethod,
    equipercentile_equivalents,
    geometric_mean,
    linker_of,
    observed_score_equating,
    true_score_equating,
)
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature
from scoring.standard_setting import angoff, ordered_item_booklet
from scoring.zones import level_zones


def floats(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def mixtures(draw, min_items=2, max_items=6):
    """Items of all families, from a drawn seed: hypothesis shrinks the size, not each digit."""
    n = draw(st.integers(min_items, max_items))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    parts = []
    for _ in range(n):
        a = rng.uniform(0.4, 2.2, 1)
        steps = np.sort(rng.uniform(-2, 2, (1, 3))) + np.array([[-0.1, 0.0, 0.1]])
        kind = draw(st.sampled_from(["3PL", "GRM", "GPCM"]))
        if kind == "3PL":
            parts.append(ItemParams(a, steps[0, :1], rng.uniform(0, 0.3, 1)))
        else:
            parts.append(ItemParams.polytomous(a, steps, ItemModel(kind)))
    return ItemParams.concat(parts)


@settings(max_examples=30, deadline=None)
@given(mixtures(), floats(0.5, 2.0), floats(-1.5, 1.5), st.sampled_from(LinkMethod))
def test_every_method_finds_an_exact_change_of_scale(old, slope, intercept, method):
    new = old.transformed(1 / slope, -intercept / slope)
    link = linker_of(method)(new, old)
    assert (link.slope, link.intercept) == pytest.approx((slope, intercept), abs=1e-6)
    carried = link.apply(new)
    assert np.allclose(carried.a, old.a, atol=1e-5)
    assert np.allclose(carried.thresholds, old.thresholds, atol=1e-5, equal_nan=True)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**16), st.integers(2, 10))
def test_geometric_mean_treats_both_scales_alike(seed, n):
    rng = np.random.default_rng(seed)
    first, second = (ItemParams.two_pl(rng.uniform(0.4, 2, n), rng.normal(0, 1, n)) for _ in range(2))
    there, back = geometric_mean(first, second), geometric_mean(second, first)
    assert there.slope * back.slope == pytest.approx(1.0)
    assert there.inverse().intercept == pytest.approx(back.intercept)


@settings(max_examples=30, deadline=None)
@given(mixtures(), st.lists(floats(0.01, 0.99), min_size=1, max_size=5))
def test_the_test_characteristic_curve_is_undone_by_its_inverse(params, shares):
    floor = params.c.sum()
    marks = floor + np.array(shares) * (most_marks(params) - floor)
    theta = theta_at_expected_marks(marks, params)
    assert expected_number_correct(theta, params) == pytest.approx(marks, abs=1e-11)


@settings(max_examples=25, deadline=None)
@given(mixtures(), mixtures())
def test_more_marks_never_equate_to_fewer(new, old):
    for table in (true_score_equating(new, old), observed_score_equating(new, old, normal_quadrature(31))):
        assert (np.diff(table.equated) >= -1e-9).all()
        assert (table.equated >= -0.5).all()
        assert (table.equated <= most_marks(old) + 0.5).all()


@settings(max_examples=25, deadline=None)
@given(mixtures())
def test_a_form_equated_to_itself_does_not_change(form):
    assert true_score_equating(form, form).equated == pytest.approx(np.arange(most_marks(form) + 1), abs=1e-9)
    table = observed_score_equating(form, form, normal_quadrature(31))
    assert table.equated == pytest.approx(table.raw, abs=1e-6)


@given(st.lists(floats(0.01, 1), min_size=2, max_size=8), st.lists(floats(0.01, 1), min_size=2, max_size=8))
def test_equipercentile_equating_can_be_undone(first, second):
    f, g = np.array(first) / sum(first), np.array(second) / sum(second)
    scores = np.linspace(-0.5, f.size - 0.5, 17)
    there = equipercentile_equivalents(scores, f, g)
    assert equipercentile_equivalents(there, g, f) == pytest.approx(scores, abs=1e-9)


persons = st.lists(st.tuples(floats(-4, 4), floats(0.0, 1.5)), min_size=1, max_size=20)
cut_sets = st.lists(st.integers(-30, 30), min_size=1, max_size=4, unique=True).map(
    lambda tenths: sorted(tenth / 10 for tenth in tenths)
)


@given(persons, cut_sets)
def test_level_probabilities_are_a_distribution(rows, cuts):
    theta, se = np.array(rows).T
    found = normal_level_probabilities(theta, se, cuts)
    assert (found >= 0).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(len(rows)))


@given(persons, cut_sets)
def test_tables_of_decisions_add_up(rows, cuts):
    theta, se = np.array(rows).T
    found = rudner(theta, se, cuts)
    assert found.accuracy + found.false_positive + found.false_negative == pytest.approx(1.0)
    assert found.consistency_table == pytest.approx(found.consistency_table.T)
    assert found.consistency >= 1 / (len(cuts) + 1) - 1e-12
    given_levels = np.bincount(level_of(theta, cuts), minlength=len(cuts) + 1) / len(rows)
    assert found.accuracy_table.sum(axis=0) == pytest.approx(given_levels)
    assert all(one.accuracy >= found.accuracy - 1e-12 for one in found.cuts)


@given(persons, cut_sets, floats(0.5, 0.98))
def test_a_wider_interval_never_makes_a_level_determinate(rows, cuts, confidence):
    theta, se = np.array(rows).T
    narrow, wide = (level_zones(theta, se, cuts, confidence=c) for c in (confidence, confidence + 0.01))
    assert (narrow.indeterminate <= wide.indeterminate).all()
    assert ((wide.lowest <= narrow.level) & (narrow.level <= wide.highest)).all()


@settings(max_examples=20, deadline=None)
@given(mixtures(), st.integers(1, 3))
def test_lees_levels_are_given_as_often_as_the_scores_occur(params, cut):
    found = lee_in_population(params, normal_quadrature(31), [cut])
    assert found.accuracy_table.sum() == pytest.approx(1.0)
    assert found.accuracy_table.sum(axis=0) == pytest.approx(found.consistency_table.sum(axis=0))


@settings(max_examples=25, deadline=None)
@given(mixtures())
def test_every_mark_above_none_has_its_page(params):
    booklet = ordered_item_booklet(params)
    assert booklet.n_pages == most_marks(params)
    assert (np.diff(booklet.location) >= 0).all()


@given(st.integers(2, 6), st.integers(2, 8), st.integers(0, 2**16))
def test_the_panels_cut_is_the_sum_of_the_items_means(n_judges, n_items, seed):
    ratings = np.random.default_rng(seed).uniform(0, 1, (n_judges, n_items))
    found = angoff(ratings).final
    assert found.panel.mean == pytest.approx(ratings.mean(axis=0).sum())
    assert found.judges.severity.sum() == pytest.approx(0.0, abs=1e-9)
