"""Claims about blueprints: derived from positions, edited, and held against the pool."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from examsvc.assembly.blueprint import (
    COGNITIVE_MIX,
    Blueprint,
    BlueprintSettings,
    Cell,
    derive_blueprint,
    validate,
)
from examsvc.assembly.eligibility import cell_needs, count_cells
from examsvc.assembly.errors import WeightsInvalid
from examsvc.assembly.pool import PoolItem
from examsvc.assembly.rounding import controlled_rounding, largest_remainder

POSITIONS = ("GSQL", "THUE", "KTSTQ", "QLRR", "CBL")


def sums(blueprint: Blueprint) -> tuple[Counter[str], Counter[str]]:
    topics: Counter[str] = Counter()
    levels: Counter[str] = Counter()
    for cell, n_items in blueprint.cells:
        topics[cell.topic] += n_items
        levels[cell.cognitive_level] += n_items
    return topics, levels


def test_largest_remainder_keeps_the_total_and_prefers_the_larger_weight_on_ties():
    assert largest_remainder({"A": 5, "B": 3, "C": 2}, 5) == {"A": 3, "B": 1, "C": 1}
    assert sum(largest_remainder({"A": 1, "B": 1, "C": 1}, 10).values()) == 10


def test_shares_without_weight_are_refused():
    with pytest.raises(WeightsInvalid) as caught:
        largest_remainder({"A": 0}, 5)
    assert caught.value.code == "weights_not_positive"


def test_rounding_stays_within_floor_and_ceil_with_exact_sums():
    rows, columns = np.array([9, 7, 6, 5, 3]), np.array([9, 15, 6])
    counts = controlled_rounding(rows, columns)
    product = np.outer(rows, columns) / 30
    assert (counts.sum(axis=1) == rows).all()
    assert (counts.sum(axis=0) == columns).all()
    assert (counts >= np.floor(product)).all()
    assert (counts <= np.ceil(product)).all()


def test_rounding_leaves_a_capped_cell_before_it_breaks_a_sum():
    rows, columns = np.array([10, 20]), np.array([9, 15, 6])
    counts = controlled_rounding(rows, columns, np.array([[4, 4, 2], [9, 15, 6]]))
    assert counts[0].tolist() == [4, 4, 2]
    assert (counts.sum(axis=0) == columns).all()


@pytest.mark.parametrize("position", POSITIONS)
def test_a_derived_blueprint_halves_the_topics_and_keeps_the_cognitive_mix(weights, position):
    blueprint = derive_blueprint(position, weights[position])
    topics, levels = sums(blueprint)
    assert sum(topics.values()) == blueprint.n_items == 30
    assert levels == {"recall": 9, "apply": 15, "situation": 6}
    assert all(abs(topics[topic] - weight / 2) < 1 for topic, weight in weights[position].items())
    assert validate(blueprint) == ()


@pytest.mark.parametrize("position", POSITIONS)
def test_every_cell_of_the_sample_bank_is_eligible_three_times_over(bank, blueprints, position):
    assert all(cell.is_met for cell in cell_needs(blueprints[position], count_cells(bank)))


def test_eligibility_names_the_cell_that_is_too_thin():
    blueprint = Blueprint("BP-X", "X", 1, 2, 60, ((Cell("T01", "recall"), 2),))
    pool = [PoolItem(i, str(i), "T01", "recall", 1.0, 0.0) for i in range(5)]
    (cell,) = cell_needs(blueprint, count_cells(pool))
    assert (cell.n_items, cell.need, cell.have, cell.is_met) == (2, 6, 5, False)


def test_the_order_of_the_weights_decides_nothing(weights):
    backwards = dict(reversed(weights["CBL"].items()))
    assert derive_blueprint("CBL", backwards) == derive_blueprint("CBL", weights["CBL"])


def test_settings_change_length_and_time(weights):
    settings = BlueprintSettings(n_items=60, time_limit_s=5400, cognitive_mix=COGNITIVE_MIX)
    blueprint = derive_blueprint("GSQL", weights["GSQL"], settings)
    assert sums(blueprint)[0] == {topic: weight for topic, weight in weights["GSQL"].items() if weight}
    assert (blueprint.n_items, blueprint.time_limit_s, blueprint.max_overlap) == (60, 5400, 12)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"n_items": 29}, "cells_sum"),
        ({"n_items": 0}, "n_items_range"),
        ({"time_limit_s": 0}, "time_limit_range"),
        ({"max_overlap": 31}, "max_overlap_range"),
        ({"eligibility_factor": 0}, "eligibility_factor_range"),
        ({"cut_shares": (0.66, 0.5)}, "cut_shares_order"),
        ({"cut_shares": ()}, "cut_shares_order"),
        ({"cells": ((Cell("T01", "recall"), 31), (Cell("T02", "recall"), -1))}, "cell_negative"),
        ({"cells": ((Cell("T01", "recall"), 15), (Cell("T01", "recall"), 15))}, "cell_duplicate"),
    ],
)
def test_an_edited_blueprint_tells_what_is_wrong_with_it(blueprints, changes, code):
    assert code in {problem.code for problem in validate(replace(blueprints["GSQL"], **changes))}
