"""Blanks told apart, and response vectors that two persons share."""

import numpy as np
import pytest

from scoring.errors import InvalidResponses
from scoring.params import ItemParams
from scoring.quadrature import normal_quadrature
from scoring.responses import MISSING, SparseResponses
from scoring.screening import BLANK, identical_responses, recode_not_reached
from tests.unit.scoring.test_fit_m2 import draw

GRID = normal_quadrature()
B, M = BLANK, MISSING


def test_without_a_distribution_of_ability_it_is_the_standard_normal_one():
    params = ItemParams.two_pl(np.ones(12), np.linspace(-1, 1, 12))
    marks = draw(params, 60, 3)
    marks[7] = marks[3]
    (by_default, *_), (given, *_) = (
        identical_responses(marks, params=params, quadrature=grid) for grid in (None, GRID)
    )
    assert 0 < by_default.p < 1
    assert (by_default.p, by_default.expected) == (given.p, given.expected)


def test_sparse_responses_hold_no_blanks_to_tell_apart():
    with pytest.raises(InvalidResponses, match="dense responses expected"):
        recode_not_reached(SparseResponses.from_dense([[1, 0]]))


def test_blanks_before_the_last_mark_are_wrong_and_after_it_not_reached():
    found = recode_not_reached([[1, B, 0, B, B], [B, B, 1, 1, 0], [1, M, 2, B, M]])
    assert found.responses.tolist() == [[1, 0, 0, M, M], [0, 0, 1, 1, 0], [1, M, 2, M, M]]
    assert found.omitted.tolist() == [1, 2, 0, 0, 0]
    assert found.not_reached.tolist() == [0, 0, 0, 2, 1]
    assert found.reached.tolist() == [3, 5, 2]


def test_the_order_of_presentation_decides_not_the_columns():
    responses = [[B, 1, B], [B, 1, B]]
    backwards = recode_not_reached(responses, [3, 2, 1])
    assert backwards.responses.tolist() == [[M, 1, 0]] * 2
    each = recode_not_reached(responses, [[1, 2, 3], [3, 2, 1]])
    assert each.responses.tolist() == [[0, 1, M], [M, 1, 0]]


def test_the_rule_for_the_blanks_at_the_end_is_a_choice():
    responses = [[1, B, B, B]]
    assert recode_not_reached(responses, trailing="wrong").responses.tolist() == [[1, 0, 0, 0]]
    pisa = recode_not_reached(responses, first_is_omitted=True)
    assert pisa.responses.tolist() == [[1, 0, M, M]]
    assert (pisa.omitted.tolist(), pisa.not_reached.tolist()) == ([0, 1, 0, 0], [0, 0, 1, 1])
    assert recode_not_reached([[B, M, B]]).responses.tolist() == [[M, M, M]]


@pytest.mark.parametrize(
    ("responses", "order"),
    [([[1, -3]], None), ([[1, B]], [1, 2, 3]), ([1, 0], None), ([[0.5, 1.0]], None)],
)
def test_other_values_and_shapes_are_refused(responses, order):
    with pytest.raises(InvalidResponses):
        recode_not_reached(responses, order)


def test_an_unknown_rule_is_refused():
    with pytest.raises(InvalidResponses, match="trailing"):
        recode_not_reached([[1, B]], trailing="guess")  # type: ignore[arg-type]


def test_identical_vectors_are_found_as_comparing_all_pairs_finds_them():
    rng = np.random.default_rng(1)
    params = ItemParams.two_pl(np.full(6, 1.0), np.zeros(6))
    marks = draw(params, 150, 2).astype(np.int8)
    marks[rng.random(marks.shape) < 0.15] = -1
    expected = {
        (i, j)
        for i in range(150)
        for j in range(i + 1, 150)
        if (marks[i] == marks[j]).all() and (marks[i] >= 0).sum() >= 4
    }
    for data in (marks, SparseResponses.from_dense(marks)):
        groups = identical_responses(data, 4)
        pairs = {(int(i), int(j)) for g in groups for i in g.persons for j in g.persons if i < j}
        assert pairs == expected
        assert sum(group.n_pairs for group in groups) == len(expected)


def test_a_copied_vector_surprises_and_all_right_on_an_easy_form_does_not():
    params = ItemParams.two_pl(np.full(30, 1.2), np.linspace(-3.5, -1.5, 30))
    marks = draw(params, 400, 3)
    rare = np.arange(30) % 2
    marks[10] = marks[321] = rare
    groups = identical_responses(marks, 20, params=params, quadrature=GRID)
    assert groups[0].persons.tolist() == [10, 321]
    assert groups[0].p < 1e-9
    perfect = next(group for group in groups if (marks[group.persons[0]] == 1).all())
    assert perfect.p > 0.001
    assert perfect.expected == pytest.approx(perfect.persons.size, abs=5 * np.sqrt(perfect.persons.size))


def test_short_forms_are_not_compared_and_without_parameters_the_chance_is_unknown():
    marks = np.ones((5, 3), dtype=int)
    assert identical_responses(marks, 4) == ()
    (group,) = identical_responses(marks, 3)
    assert (group.persons.tolist(), group.n_items, group.n_pairs) == ([0, 1, 2, 3, 4], 3, 10)
    assert np.isnan(group.p)
