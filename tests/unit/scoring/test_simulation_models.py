"""Simulated responses follow their models, designs keep their promises, disturbances touch only their own."""

import itertools

import numpy as np
import pytest

from scoring.designs import (
    Design,
    adaptive,
    assigned,
    balanced_forms,
    chained_forms,
    complete,
    linear_on_the_fly,
    multistage,
    not_reached,
    omitted,
    spiralled,
)
from scoring.disturbances import (
    careless,
    guessing,
    preknowledge,
    simulate_by_group,
    simulate_testlets,
    with_dif,
)
from scoring.errors import InvalidOptions, InvalidParameters, NotCalibrated
from scoring.models import category_probabilities, expected_marks
from scoring.params import ItemModel, ItemParams
from scoring.responses import MISSING
from scoring.simulate import (
    Population,
    draw_abilities,
    draw_params,
    simulate_responses,
    simulate_sparse,
)


def rng(seed=1):
    return np.random.default_rng(seed)


def every_model(n=2):
    return ItemParams.concat([draw_params(model, n, rng(3), n_categories=4) for model in ItemModel])


@pytest.mark.parametrize("theta", [-1.5, 0.0, 2.0])
def test_shares_of_marks_are_the_category_probabilities_dense_and_sparse(theta):
    items, n = every_model(), 20_000
    expected = category_probabilities(theta, items)[0]
    at = np.full(n, theta)
    for marks in (
        simulate_responses(at, items, rng(5)),
        simulate_sparse(at, items, complete(n, items.n_items), rng(6)).dense(),
    ):
        for k in range(expected.shape[1]):
            assert (marks == k).mean(axis=0) == pytest.approx(expected[:, k], abs=0.015)


def test_what_is_drawn_for_an_item_does_not_depend_on_what_is_presented():
    items, theta, mask = every_model(), rng(1).normal(size=40), rng(2).random((40, 16)) < 0.5
    everything = simulate_responses(theta, items, rng(5))
    some = simulate_responses(theta, items, rng(5), presented=mask)
    assert (some[mask] == everything[mask]).all()
    assert (some[~mask] == MISSING).all()


def test_items_without_parameters_are_not_simulated():
    items = ItemParams([np.nan], [np.nan], [0.0])
    with pytest.raises(NotCalibrated):
        simulate_sparse(np.zeros(2), items, complete(2, 1), rng())
    with pytest.raises(InvalidOptions, match="expected 2 persons and 1 items"):
        simulate_sparse(np.zeros(3), items, complete(2, 1), rng())


@pytest.mark.parametrize("model", list(ItemModel))
def test_drawn_items_are_of_their_model(model):
    items = draw_params(model, 400, rng(), n_categories=5)
    assert set(items.models) == {model}
    assert (items.n_categories == (2 if model.is_dichotomous else 5)).all()
    assert (items.c > 0).any() == (model is ItemModel.THREE_PL)
    assert (np.unique(items.a).size > 1) == (not model.has_unit_slope and model is not ItemModel.ONE_PL)
    assert abs(items.b.mean()) < 0.2
    assert items.b.std() == pytest.approx(1.0, abs=0.15)


def test_groups_have_their_means_and_spreads():
    theta, names = draw_abilities([Population("old", 4000), Population("new", 6000, 0.5, 1.5)], rng())
    assert (names == "new").sum() == 6000
    assert theta[names == "new"].mean() == pytest.approx(0.5, abs=0.06)
    assert theta[names == "new"].std() == pytest.approx(1.5, abs=0.05)


def test_chained_forms_share_items_with_their_neighbours_only():
    forms = [set(form.tolist()) for form in chained_forms(4, 10, 3)]
    assert set().union(*forms) == set(range(4 * 7 + 3))
    for one, other in itertools.combinations(range(4), 2):
        assert len(forms[one] & forms[other]) == (3 if other == one + 1 else 0)


@pytest.mark.parametrize(
    ("n_blocks", "per_form", "n_forms"), [(7, 3, 7), (13, 4, 13), (11, 5, 11), (5, 2, 10), (3, 3, 3)]
)
def test_any_two_blocks_meet_on_equally_many_forms(n_blocks, per_form, n_forms):
    forms = balanced_forms(n_blocks, per_form, 4)
    assert len(forms) == n_forms
    blocks = [set((form // 4).tolist()) for form in forms]
    assert {len(form) for form in blocks} == {per_form}
    meetings = {
        sum(one in form and other in form for form in blocks)
        for one, other in itertools.combinations(range(n_blocks), 2)
    }
    assert len(meetings) == 1
    assert np.unique(np.bincount(np.concatenate(forms))).size == 1


def test_a_balanced_design_that_is_not_known_is_refused():
    with pytest.raises(InvalidOptions, match="no balanced design of 8 of 20"):
        balanced_forms(20, 8, 1)


def test_forms_are_dealt_out_evenly():
    forms = chained_forms(3, 4, 1)
    dealt = spiralled(100, 3, rng())
    assert sorted(np.bincount(dealt)) == [33, 33, 34]
    mask = assigned(forms, dealt, 10).mask()
    assert (mask.sum(axis=1) == 4).all()
    assert set(np.flatnonzero(mask[0])) == set(forms[dealt[0]])
    with pytest.raises(InvalidOptions, match="form_of_person"):
        assigned(forms, [3], 10)


def test_random_forms_have_their_length_no_item_twice_and_use_the_bank_evenly():
    design = linear_on_the_fly(6000, 50, 10, rng())
    mask = design.mask()
    assert (mask.sum(axis=1) == 10).all()
    assert mask.mean(axis=0) == pytest.approx(0.2, abs=0.025)
    first = np.bincount(design.item[design.start[:-1]], minlength=50) / 6000
    assert first == pytest.approx(0.02, abs=0.01)  # in random order too
    assert (linear_on_the_fly(3, 5, 5, rng()).mask()).all()


def test_adaptive_designs_give_each_what_suits_him():
    theta, b = np.repeat([-1.5, 0.0, 1.5], 200), rng().normal(size=300)
    design = adaptive(theta, b, 20, rng(), noise_sd=0.1)
    assert (design.mask().sum(axis=1) == 20).all()
    difficulty = b[design.item].reshape(3, -1).mean(axis=1)
    assert difficulty == pytest.approx([-1.5, 0.0, 1.5], abs=0.25)


def test_multistage_panels_lead_the_able_to_hard_modules():
    theta = rng().normal(size=900)
    stages = [[np.arange(5)], [np.arange(5, 10), np.arange(10, 15), np.arange(15, 20)]]
    design = multistage(theta, stages, 20, rng(), noise_sd=0.3)
    mask = design.mask()
    assert mask[:, :5].all()
    assert (mask.sum(axis=1) == 10).all()
    assert theta[mask[:, 5]].mean() < theta[mask[:, 10]].mean() < theta[mask[:, 15]].mean()
    assert mask[:, 5:].sum(axis=0).tolist() == [300] * 15


def test_what_is_not_reached_is_the_end_as_met():
    whole = linear_on_the_fly(2000, 40, 20, rng())
    design = not_reached(whole, rng(), share=0.3, latest=0.5)
    lengths = np.diff(design.start)
    assert (lengths < 20).mean() == pytest.approx(0.3, abs=0.04)
    assert lengths.min() == 10
    for person in range(50):
        kept = design.item[design.start[person] : design.start[person + 1]]
        assert (kept == whole.item[20 * person : 20 * person + kept.size]).all()


def test_random_omissions_fall_on_everyone_alike():
    design = omitted(complete(500, 40), 0.1, rng())
    assert design.mask().mean() == pytest.approx(0.9, abs=0.01)
    with pytest.raises(InvalidOptions, match="share"):
        omitted(design, 1.5, rng())


def test_large_random_forms_need_memory_for_what_is_met_only():
    items = draw_params(ItemModel.TWO_PL, 500, rng())
    design = linear_on_the_fly(20_000, 500, 15, rng())
    responses = simulate_sparse(rng().normal(size=20_000), items, design, rng())
    assert (responses.n_persons, responses.mark.size, responses.n_items) == (20_000, 300_000, 500)
    assert design.item.dtype == np.int32


def test_a_design_that_names_no_item_of_the_bank_is_refused():
    with pytest.raises(InvalidOptions, match="positions 0 to 2"):
        Design(np.array([0, 1]), np.array([3], dtype=np.int32), 3)


def test_aberrant_persons_change_and_no_one_else():
    items = draw_params(ItemModel.TWO_PL, 40, rng())
    theta = np.repeat([-1.0, 2.0], 300)
    met = omitted(complete(600, 40), 0.2, rng()).mask()
    honest = simulate_responses(theta, items, rng(), presented=met)
    weak, able = np.arange(300), np.arange(600) >= 300
    leaked = np.arange(10)
    for changed, who in (
        (guessing(honest, weak, 2, rng()), weak),
        (preknowledge(honest, weak, leaked, 2, rng()), weak),
        (careless(honest, able, 0.3, rng()), np.flatnonzero(able)),
    ):
        others = np.setdiff1d(np.arange(600), who)
        assert (changed[others] == honest[others]).all()
        assert ((changed == MISSING) == (honest == MISSING)).all()
    assert guessing(honest, able, 2, rng())[300:][met[300:]].mean() == pytest.approx(0.25, abs=0.02)
    known = preknowledge(honest, weak, leaked, 2, rng())
    assert known[:300, :10][met[:300, :10]].mean() > 0.93
    assert (known[:, 10:] == honest[:, 10:]).all()
    slipped = careless(honest, able, 0.3, rng())
    share = slipped[300:][met[300:]].mean() / honest[300:][met[300:]].mean()
    assert share == pytest.approx(0.7, abs=0.03)


def test_guessing_at_items_of_several_categories_makes_all_marks_alike():
    marks = guessing(np.zeros((4000, 2), dtype=np.int8), np.arange(4000), [2, 4], rng())
    assert (marks[:, 0] == 1).mean() == pytest.approx(0.25, abs=0.02)
    assert np.bincount(marks[:, 1]) / 4000 == pytest.approx(0.25, abs=0.03)


def test_items_of_a_testlet_hang_together_and_others_do_not():
    items = ItemParams.two_pl(np.ones(6), np.zeros(6))
    marks = simulate_testlets(np.zeros(6000), items, [0, 0, 1, 1, -1, -1], 1.5, rng())
    related = np.corrcoef(marks.T)
    assert related[0, 1] > 0.2
    assert related[2, 3] > 0.2
    for one, other in ((0, 2), (1, 3), (4, 5), (0, 4)):
        assert abs(related[one, other]) < 0.05
    with pytest.raises(InvalidOptions, match="testlet"):
        simulate_testlets(np.zeros(2), items, [0], 1.0, rng())


def test_only_the_group_meets_the_harder_item():
    items = every_model(1)
    shift = np.zeros(items.n_items)
    shift[[0, 4]] = 1.0
    unfair = with_dif(items, shift)
    assert unfair.models == items.models
    assert unfair.b - items.b == pytest.approx(shift)
    theta, group = np.zeros(10_000), np.array(["reference", "focal"] * 5000)
    design = complete(10_000, items.n_items)
    marks = simulate_by_group(theta, group, {"reference": items, "focal": unfair}, design, rng())
    for name, params in (("reference", items), ("focal", unfair)):
        assert marks[group == name].mean(axis=0) == pytest.approx(expected_marks(0.0, params)[0], abs=0.05)
    with pytest.raises(InvalidOptions, match="focal"):
        simulate_by_group(theta, group, {"reference": items}, design, rng())
    assert with_dif(items, 0.0, slope_ratio=0.5).a == pytest.approx(items.a / 2)


def test_impossible_settings_are_refused():
    for refused in (
        lambda: chained_forms(2, 10, 6),
        lambda: linear_on_the_fly(5, 10, 11, rng()),
        lambda: adaptive(np.zeros(2), np.zeros(3), 4, rng()),
        lambda: draw_params(ItemModel.GRM, 2, rng(), n_categories=1),
        lambda: careless(np.zeros((1, 1)), [0], 2.0, rng()),
        lambda: Population("x", -1),
    ):
        with pytest.raises((InvalidOptions, InvalidParameters)):
            refused()
