"""Equating tables against enumeration, root finding and a published example."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import brentq

from scoring.errors import InvalidParameters, InvalidQuadrature
from scoring.linking import (
    EquatingMethod,
    equipercentile_equivalents,
    mixed_population,
    observed_score_equating,
    symmetry_gap,
    true_score_equating,
    true_score_equivalents,
)
from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import normal_quadrature


def form(seed, n=8, shift=0.0, *, guessing=True):
    rng = np.random.default_rng(seed)
    c = rng.uniform(0.1, 0.25, n) if guessing else np.zeros(n)
    return ItemParams(rng.lognormal(0, 0.3, n), rng.normal(shift, 1, n), c)


def with_polytomous(seed):
    rng = np.random.default_rng(seed)
    steps = np.sort(rng.normal(0, 1, (2, 3)), axis=1)
    return ItemParams.concat([
        form(seed, 3),
        ItemParams.polytomous([1.0, 1.3], steps, ItemModel.GRM),
        ItemParams.polytomous([0.8], [[-0.5, 0.7]], ItemModel.GPCM),
    ])  # fmt: skip


def true_score(theta, params):
    """3PL test characteristic curve in plain loops."""
    return sum(
        c + (1 - c) / (1 + math.exp(-a * (theta - b)))
        for a, b, c in zip(params.a, params.b, params.c, strict=True)
    )


def test_true_scores_are_equal_at_one_ability():
    new, old = form(1, 20), form(2, 24, 0.3)
    table = true_score_equating(new, old)
    for score in range(math.ceil(new.c.sum()), 20):
        theta = brentq(lambda t, x=score: true_score(t, new) - x, -30, 30, xtol=1e-13)
        assert table.theta[score] == pytest.approx(theta, abs=1e-9)
        assert table.equated[score] == pytest.approx(true_score(theta, old), abs=1e-10)


def test_below_the_sum_of_guessing_the_line_through_zero_is_used_and_the_top_is_the_top():
    new, old = form(1, 20), form(2, 24)
    table = true_score_equating(new, old)
    below = int(new.c.sum())
    assert table.equated[: below + 1] == pytest.approx(np.arange(below + 1) * old.c.sum() / new.c.sum())
    assert np.isneginf(table.theta[: below + 1]).all()
    assert (table.equated[-1], table.theta[-1]) == (24.0, np.inf)
    assert true_score_equivalents([new.c.sum()], new, old) == pytest.approx(old.c.sum())


def test_scores_outside_the_form_have_no_equivalent():
    assert np.isnan(true_score_equivalents([-0.5, 8.5, np.nan], form(1), form(2))).all()


def test_without_guessing_no_marks_are_worth_no_marks():
    table = true_score_equating(form(1, guessing=False), form(2))
    assert table.equated[0] == 0.0
    assert np.all(np.diff(table.equated) > 0)


def test_true_score_equating_is_symmetric():
    new, old = with_polytomous(3), with_polytomous(4)
    gap = symmetry_gap(
        lambda x: true_score_equivalents(x, new, old),
        lambda y: true_score_equivalents(y, old, new),
        np.linspace(0, 11, 45),
    )
    assert gap < 1e-10


def test_observed_score_equating_is_symmetric():
    f, g = np.array([0.2, 0.3, 0.2, 0.2, 0.1]), np.array([0.1, 0.2, 0.2, 0.3, 0.2])
    gap = symmetry_gap(
        lambda x: equipercentile_equivalents(x, f, g),
        lambda y: equipercentile_equivalents(y, g, f),
        np.linspace(-0.5, 4.5, 51),
    )
    assert gap < 1e-12


def test_the_textbook_example_of_equipercentile_equating():
    """Kolen & Brennan, ch. 2: two tests of four items with their relative frequencies."""
    f, g = np.array([0.2, 0.3, 0.2, 0.2, 0.1]), np.array([0.1, 0.2, 0.2, 0.3, 0.2])
    assert equipercentile_equivalents(np.arange(5), f, g) == pytest.approx([0.5, 1.75, 2 + 5 / 6, 3.5, 4.25])


def enumerated(params, population):
    """The score distribution by going through every pattern of marks."""
    curves = category_probabilities(population.nodes, params)
    found = np.zeros(int((params.n_categories - 1).sum()) + 1)
    for pattern in itertools.product(*(range(k) for k in params.n_categories)):
        chance = np.prod([curves[:, item, mark] for item, mark in enumerate(pattern)], axis=0)
        found[sum(pattern)] += population.weights @ chance
    return found


def inverted(share, probabilities):
    """Where the spread-out distribution reaches a share, by bisection on its piecewise linear curve."""

    def below(score):
        place = math.floor(score + 0.5)
        whole = sum(probabilities[:place])
        rest = probabilities[place] * (score + 0.5 - place) if place < len(probabilities) else 0.0
        return whole + rest

    return brentq(lambda y: below(y) - share, -0.5, len(probabilities) - 0.5 - 1e-12, xtol=1e-13)


@pytest.mark.parametrize(("new", "old"), [(form(1), form(2, 7)), (with_polytomous(3), with_polytomous(4))])
def test_observed_scores_are_equal_at_one_percentile_rank(new, old):
    population = normal_quadrature(21, -4, 4, mean=0.2)
    f, g = enumerated(new, population), enumerated(old, population)
    table = observed_score_equating(new, old, population)
    expected = [inverted(sum(f[:x]) + f[x] / 2, g) for x in range(len(f))]
    assert table.equated == pytest.approx(expected, abs=1e-9)
    assert table.method is EquatingMethod.OBSERVED_SCORE
    assert np.isnan(table.theta).all()


def test_far_tails_keep_their_digits():
    """Of 100 items a perfect score has a chance of about 1e-9; equated to the form itself it stays."""
    long = form(5, 100, 1.5, guessing=False)
    table = observed_score_equating(long, long, normal_quadrature(mean=-1.0))
    assert table.equated == pytest.approx(table.raw, abs=1e-9)


def test_scores_nobody_earns_do_not_break_the_table():
    f, g = np.array([0.5, 0.0, 0.5]), np.array([0.25, 0.25, 0.0, 0.5])
    assert equipercentile_equivalents([0, 1, 2], f, g) == pytest.approx([0.5, 2.0, 3.0])
    assert np.isnan(equipercentile_equivalents([-1.0, 3.0], f, g)).all()


def test_rounding_takes_a_half_upwards():
    f, g = np.array([0.2, 0.3, 0.2, 0.2, 0.1]), np.array([0.1, 0.2, 0.2, 0.3, 0.2])
    assert np.floor(equipercentile_equivalents([0], f, g) + 0.5) == [1.0]
    table = true_score_equating(form(1), form(1))
    assert table.rounded.tolist() == list(range(9))


def test_a_synthetic_population_mixes_the_groups():
    first, second = normal_quadrature(11, -2, 2), normal_quadrature(5, -1, 3, mean=1.0)
    mixed = mixed_population([first, second], [0.3, 0.7])
    means = [part.weights @ part.nodes for part in (first, second)]
    assert mixed.weights @ mixed.nodes == pytest.approx(0.3 * means[0] + 0.7 * means[1])
    assert (np.diff(mixed.nodes) > 0).all()
    with pytest.raises(InvalidQuadrature, match="shares"):
        mixed_population([first, second], [0.5, 0.6])


def test_forms_that_cannot_be_equated_are_refused():
    nothing = ItemParams.two_pl([], [])
    for pair in ((nothing, form(1)), (form(1), nothing)):
        with pytest.raises(InvalidParameters, match="without items"):
            true_score_equating(*pair)
        with pytest.raises(InvalidParameters, match="without items"):
            observed_score_equating(*pair, normal_quadrature())
    with pytest.raises(InvalidParameters, match="positive discriminations"):
        true_score_equating(ItemParams.two_pl([1.0, -1.0], [0.0, 0.0]), form(1))
