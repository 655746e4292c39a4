"""Claims about assembling: exact, parallel, repeatable, honest about its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from examsvc.assembly import solve
from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.constraints import normal_enemies
from examsvc.assembly.errors import (
    AuditDisagrees,
    BlueprintInvalid,
    CutUnreachable,
    PoolInvalid,
    RequestInvalid,
)
from examsvc.assembly.findings import Violation
from examsvc.assembly.pool import PoolItem
from examsvc.assembly.solve import AssemblyRequest, Status, assemble
from examsvc.assembly.target import derive_target

POSITIONS = ("GSQL", "THUE", "KTSTQ", "QLRR", "CBL")
FOUND = (Status.OPTIMAL, Status.FEASIBLE_WITHIN_TOLERANCE)


def thin_bank(spare: int, need: int = 4) -> tuple[Blueprint, tuple[PoolItem, ...]]:
    """One cell of `need` items in a pool with `spare` more, all measuring alike."""
    blueprint = Blueprint("BP-X", "X", 1, need, 60, ((Cell("T01", "recall"), need),), max_overlap=0)
    return blueprint, tuple(PoolItem(i, f"C{i}", "T01", "recall", 1.0, 0.0) for i in range(need + spare))


@pytest.mark.parametrize("position", POSITIONS)
def test_every_position_of_the_sample_gets_two_parallel_forms(bank, enemies, blueprints, position):
    result = assemble(AssemblyRequest(blueprints[position], bank, enemies, n_forms=2, seed=7))
    assert result.status in FOUND
    by_id = {item.version_id: item for item in bank}
    for form in result.forms:
        assert Counter(by_id[i].cell for i in form) == blueprints[position].counts
        assert not any(first in form and second in form for first, second in enemies)
    assert len(set(result.forms[0]) & set(result.forms[1])) <= 6
    assert result.band <= 0.05
    assert result.target.raised_by >= 1


def test_the_same_request_gives_the_same_forms_whatever_the_pools_order(bank, enemies, blueprints):
    request = AssemblyRequest(blueprints["THUE"], bank, enemies, seed=11)
    backwards = replace(request, pool=bank[::-1], enemies=[pair[::-1] for pair in enemies])
    assert assemble(request) == assemble(backwards)


def test_another_seed_gives_other_forms(bank, blueprints):
    one, other = (assemble(AssemblyRequest(blueprints["GSQL"], bank, seed=seed)) for seed in (1, 2))
    assert set(one.forms[0]) != set(other.forms[0])


def test_less_used_items_are_preferred(bank, blueprints):
    request = AssemblyRequest(blueprints["CBL"], bank, n_forms=1, seed=3)
    (first,) = assemble(request).forms
    (second,) = assemble(replace(request, use_counts=dict.fromkeys(first, 1))).forms
    assert len(set(first) & set(second)) <= 2


def test_two_disjoint_forms_split_every_pair_of_enemies():
    blueprint, pool = thin_bank(spare=4)
    enemies = [(0, 1), (2, 3), (4, 5), (6, 7)]
    for seed in range(5):
        result = assemble(AssemblyRequest(blueprint, pool, enemies, seed=seed))
        assert result.status in FOUND
        assert sorted(result.forms[0] + result.forms[1]) == list(range(8))


def test_joint_forms_are_found_where_the_sequence_fails(monkeypatch):
    blueprint, pool = thin_bank(spare=4)
    first_form = solve.form_model

    def no_second(demands, band, previous=()):
        model = first_form(demands, band, previous)
        return replace(model, lower=model.lower + 99, upper=model.upper + 99) if previous else model

    monkeypatch.setattr(solve, "form_model", no_second)
    result = assemble(AssemblyRequest(blueprint, pool))
    assert result.status is Status.FEASIBLE_WITHIN_TOLERANCE
    assert sorted(result.forms[0] + result.forms[1]) == list(range(8))


def test_too_much_overlap_is_infeasible_and_names_the_lines():
    blueprint, pool = thin_bank(spare=2)
    result = assemble(AssemblyRequest(blueprint, pool))
    assert (result.status, result.forms) == (Status.INFEASIBLE, ())
    (clash,) = result.clashes
    assert [line.code for line in clash.lines] == ["cell:T01:recall", "overlap:1:2"]
    assert {(repair.code, repair.params["would_do"]) for repair in clash.repairs} == {
        ("cell_crowded", 3),
        ("overlap_tight", 2),
    }


def test_a_cell_that_asks_for_more_than_there_is_says_what_it_lacks():
    blueprint, pool = thin_bank(spare=0)
    result = assemble(AssemblyRequest(blueprint, pool[:3], n_forms=1))
    assert result.status is Status.INFEASIBLE
    (repair,) = result.clashes[0].repairs
    assert (repair.code, repair.params["needs"], repair.params["has"], repair.params["lacks"]) == (
        "cell_short",
        4,
        3,
        1,
    )


def test_enemies_that_leave_too_few_items_are_named():
    blueprint, pool = thin_bank(spare=0)
    result = assemble(AssemblyRequest(blueprint, pool, [(0, 1)], n_forms=1))
    assert [line.code for line in result.clashes[0].lines] == ["cell:T01:recall", "enemies:0:1"]
    assert result.clashes[0].minimal


def test_a_target_no_form_comes_near_is_named_with_what_can_be_had(monkeypatch):
    blueprint, pool = thin_bank(spare=6)

    def doubled(*args):
        target = derive_target(*args)
        return replace(target, information=tuple(2 * value for value in target.information))

    monkeypatch.setattr(solve, "derive_target", doubled)
    result = assemble(AssemblyRequest(blueprint, pool, n_forms=1))
    assert result.status is Status.INFEASIBLE
    assert {line.kind for line in result.clashes[0].lines} == {"cell", "target"}
    repair = next(repair for repair in result.clashes[0].repairs if repair.code == "target_out_of_reach")
    assert repair.params["would_do"] == pytest.approx(repair.params["wanted"] / 2)


def test_no_time_means_not_decided_and_never_infeasible(bank, blueprints):
    result = assemble(AssemblyRequest(blueprints["GSQL"], bank, time_limit_s=1e-6))
    assert (result.status, result.forms, result.clashes) == (Status.TIME_LIMIT, (), ())


def test_cancelling_stops_between_forms(bank, blueprints):
    seen: list[tuple[int, int]] = []
    result = assemble(
        AssemblyRequest(blueprints["GSQL"], bank),
        progress=lambda done, total: seen.append((done, total)),
        should_cancel=lambda: (1, 2) in seen,
    )
    assert (result.status, result.forms) == (Status.CANCELLED, ())


def test_progress_ends_with_all_forms(bank, blueprints):
    seen: list[tuple[int, int]] = []
    assemble(
        AssemblyRequest(blueprints["GSQL"], bank), progress=lambda done, total: seen.append((done, total))
    )
    assert (seen[0], seen[-1]) == ((0, 2), (2, 2))


def test_a_form_the_auditor_refuses_is_never_handed_out(monkeypatch, bank, blueprints):
    monkeypatch.setattr(solve, "audit_forms", lambda *args: [Violation("cell_wrong", {})])
    with pytest.raises(AuditDisagrees):
        assemble(AssemblyRequest(blueprints["GSQL"], bank))


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        (-0.5, 0.0, "parameters_unusable"),
        (float("nan"), float("nan"), "parameters_unusable"),
        (1.0, float("inf"), "parameters_unusable"),
    ],
)
def test_items_that_do_not_measure_are_refused_by_id(a, b, code):
    blueprint, pool = thin_bank(spare=4)
    with pytest.raises(PoolInvalid) as caught:
        assemble(AssemblyRequest(blueprint, (*pool[1:], PoolItem(0, "C0", "T01", "recall", a, b))))
    assert (caught.value.code, caught.value.version_ids) == (code, (0,))


def test_an_item_twice_in_the_pool_is_refused():
    blueprint, pool = thin_bank(spare=4)
    with pytest.raises(PoolInvalid) as caught:
        assemble(AssemblyRequest(blueprint, (*pool, pool[2])))
    assert (caught.value.code, caught.value.version_ids) == ("version_repeated", (2,))


def test_impossible_requests_are_refused():
    blueprint, pool = thin_bank(spare=4)
    with pytest.raises(RequestInvalid) as caught:
        assemble(AssemblyRequest(blueprint, pool, n_forms=0))
    assert caught.value.field == "n_forms"
    with pytest.raises(BlueprintInvalid):
        assemble(AssemblyRequest(replace(blueprint, n_items=5), pool))


def test_a_share_below_the_guessing_floor_has_no_cut():
    blueprint, pool = thin_bank(spare=4)
    with pytest.raises(CutUnreachable):
        assemble(AssemblyRequest(blueprint, tuple(replace(item, c=0.6) for item in pool)))


def test_enemies_outside_the_pool_and_repeated_pairs_do_not_count():
    _, pool = thin_bank(spare=0)
    assert normal_enemies([(1, 0), (0, 1), (2, 2), (3, 99)], pool) == ((0, 1),)


def test_the_targets_cuts_are_where_the_reference_form_expects_the_shares(bank, blueprints):
    blueprint, pool = thin_bank(spare=8)
    target = derive_target(blueprint, pool, 2, 0)
    assert target.thetas == pytest.approx([np.log(s / (1 - s)) for s in blueprint.cut_shares])
    assert target.information == pytest.approx([4 * s * (1 - s) for s in blueprint.cut_shares])
    assert target.raised_by == pytest.approx(1)
