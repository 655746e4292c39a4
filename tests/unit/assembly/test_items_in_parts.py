"""Forms may mix right-or-wrong items with partial credit; what people mark stays off them, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from math import exp

import numpy as np
import pytest

from examsvc.assembly.audit import information_of
from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.certificate import certify
from examsvc.assembly.eligibility import cell_needs, rated_findings
from examsvc.assembly.errors import PoolInvalid
from examsvc.assembly.pool import PoolItem, item_of, item_record, ordered_pool, pool_params, pool_shares
from examsvc.assembly.solve import AssemblyRequest, assemble
from examsvc.assembly.target import derive_target
from scoring.information import item_information

CELLS = (Cell("T01", "recall"), Cell("T01", "apply"))
WORTH = (0.0, 0.1, 0.25, 0.5, 1.0)


def pool(n: int = 60) -> tuple[PoolItem, ...]:
    rng = np.random.default_rng(4)
    items = []
    for number in range(n):
        cell, a, b = CELLS[number % 2], float(rng.lognormal(0, 0.2)), float(rng.normal(0, 0.7))
        item = PoolItem(100 + number, f"C{number}", cell.topic, cell.cognitive_level, a, b)
        if number % 3 == 0:
            steps = tuple(b + 0.6 * (k - 1.5) for k in range(4))
            item = replace(item, a=a / 2, model="GPCM", thresholds=steps, worth=WORTH)
        items.append(item)
    return tuple(items)


POOL = pool()
BLUEPRINT = Blueprint("BP-X", "X", 1, 12, 1800, ((CELLS[0], 6), (CELLS[1], 6)))


def share_by_hand(item: PoolItem, theta: float) -> float:
    weights = [1.0]
    for step in item.thresholds or (item.b,):
        weights.append(weights[-1] * exp(item.a * (theta - step)))
    worth = item.worth or (0.0, 1.0)
    return sum(w * s for w, s in zip(weights, worth, strict=True)) / sum(weights)


@pytest.mark.parametrize("theta", [-2.0, 0.1, 3.0])
def test_the_auditors_information_of_partial_credit_is_that_of_the_library(theta: float):
    expected = item_information([theta], pool_params(POOL))[0]
    assert [information_of(item, theta) for item in POOL] == pytest.approx(expected, abs=1e-12)


def test_cuts_of_the_target_and_of_each_form_are_shares_of_points():
    target = derive_target(BLUEPRINT, POOL, 1, 0)
    for share, theta in zip(target.cut_shares, target.thetas, strict=True):
        of_cell = [[share_by_hand(item, theta) for item in POOL if item.cell == cell] for cell in CELLS]
        assert np.mean([np.mean(shares) for shares in of_cell]) == pytest.approx(share, abs=1e-8)


def test_a_mixed_pool_gives_an_audited_form_whose_certificate_can_be_read_back():
    request = AssemblyRequest(BLUEPRINT, POOL, n_forms=1, seed=3)
    result = assemble(request)
    assert result.forms
    record = json.loads(json.dumps(certify(request, result).as_dict()))
    back = {item.version_id: item for item in map(item_of, record["request"]["pool"])}
    assert back[100].thresholds == pytest.approx(POOL[0].thresholds, abs=1e-6)
    form = [back[item["version_id"]] for item in record["forms"][0]["items"]]
    for share, theta in zip(record["target"]["cut_shares"], record["forms"][0]["cut_thetas"], strict=True):
        assert np.mean([share_by_hand(item, theta) for item in form]) == pytest.approx(share, abs=1e-5)


def test_a_certificate_says_of_right_or_wrong_items_what_it_always_said():
    assert item_record(POOL[1]).keys() == {"version_id", "code", "topic", "cognitive_level", "a", "b", "c"}
    assert item_of(item_record(POOL[0])) == POOL[0]


def test_an_item_whose_categories_are_worth_nothing_known_cannot_be_used():
    with pytest.raises(PoolInvalid, match="parameters_unusable"):
        ordered_pool([replace(POOL[0], worth=())], CELLS)
    assert pool_shares(POOL[:2]).tolist() == [list(WORTH), [0.0, 1.0, 0.0, 0.0, 0.0]]


def test_items_that_people_mark_are_named_where_a_cell_is_short_and_where_they_stay_off():
    rated = {CELLS[0]: 2, Cell("T09", "recall"): 4}
    needs = {need.cell: need for need in cell_needs(BLUEPRINT, {CELLS[0]: 17, CELLS[1]: 18}, rated)}
    first, second = needs[CELLS[0]], needs[CELLS[1]]
    assert (first.is_met, first.have, first.rated) == (False, 17, 2)
    assert (second.is_met, second.rated) == (True, 0)
    (finding,) = rated_findings(BLUEPRINT, rated)
    assert (finding.code, finding.params["found"]) == ("rated_left_out", 2)
