"""What holds of assembly over random banks and blueprints."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from examsvc.assembly.audit import Rules, audit_forms
from examsvc.assembly.blueprint import Blueprint, Cell, validate
from examsvc.assembly.constraints import Demands, form_model, joint_model, normal_enemies
from examsvc.assembly.mip import Limits, is_possible
from examsvc.assembly.pool import PoolItem, ordered_pool
from examsvc.assembly.rounding import controlled_rounding, largest_remainder
from examsvc.assembly.solve import AssemblyRequest, Status, assemble
from tests.property.searches import part

FOUND = (Status.OPTIMAL, Status.FEASIBLE_WITHIN_TOLERANCE)
EXAMPLES = part(12)


@st.composite
def requests(draw: st.DrawFn) -> AssemblyRequest:
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    needs = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    spare = draw(st.integers(-1, 6))
    cells = tuple((Cell(f"T{i // 2:02d}", ("recall", "apply")[i % 2]), need) for i, need in enumerate(needs))
    pool = [
        PoolItem(
            0, "", cell.topic, cell.cognitive_level, rng.lognormal(0, 0.3), rng.normal(), rng.choice([0, 0.2])
        )
        for cell, need in cells
        for _ in range(need + max(0, spare + int(rng.integers(0, 3))))
    ]
    pool = [
        replace(item, version_id=int(i), code=f"C{i}")
        for item, i in zip(pool, rng.permutation(len(pool)), strict=True)
    ]
    n_enemies = draw(st.integers(0, 8))
    enemies = [tuple(int(i) for i in rng.integers(0, len(pool), 2)) for _ in range(n_enemies)]
    total = sum(needs)
    blueprint = Blueprint("BP-R", "R", 1, total, 600, cells, max_overlap=draw(st.integers(0, total)))
    seed = draw(st.integers(0, 2**32))
    return AssemblyRequest(blueprint, tuple(pool), enemies, draw(st.integers(1, 3)), seed, time_limit_s=20)


@EXAMPLES
@given(requests())
def test_forms_come_audited_and_only_with_a_status_that_says_so(request):
    result = assemble(request)
    assert bool(result.forms) == (result.status in FOUND)
    assert bool(result.clashes) == (result.status is Status.INFEASIBLE)
    if result.forms:
        assert len(result.forms) == request.n_forms
        rules = Rules(request.blueprint, request.enemies, result.target, result.band, request.overlap_allowed)
        assert audit_forms(result.forms, request.pool, rules) == []


@EXAMPLES
@given(requests(), st.randoms(use_true_random=False))
def test_order_of_the_input_decides_nothing(request, random):
    pool, enemies = list(request.pool), list(request.enemies)
    random.shuffle(pool)
    random.shuffle(enemies)
    assert assemble(replace(request, pool=tuple(pool), enemies=enemies)) == assemble(request)


@EXAMPLES
@given(requests())
def test_the_lines_of_a_clash_clash_and_without_any_of_them_the_rest_does_not(request):
    result = assemble(request)
    assume(result.status is Status.INFEASIBLE and result.target is not None)
    pool = ordered_pool(request.pool, request.blueprint.counts)
    enemies = normal_enemies(request.enemies, pool)
    demands = Demands(request.blueprint, pool, enemies, result.target, request.overlap_allowed)
    (clash,) = result.clashes
    joint = any(line.kind == "overlap" for line in clash.lines)
    model = joint_model(demands, result.band, request.n_forms) if joint else form_model(demands, result.band)
    codes = [line.code for line in model.lines]
    lines = tuple(codes.index(line.code) for line in clash.lines)
    limits = Limits(10)
    assert is_possible(model, lines, limits, whole=True) is False
    if clash.minimal:
        for left_out in lines:
            assert is_possible(model, tuple(i for i in lines if i != left_out), limits, whole=True) is True


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 60), min_size=1), st.integers(1, 120))
def test_largest_remainder_is_exact_and_within_one(weights, total):
    assume(sum(weights.values()) > 0)
    shares = largest_remainder(weights, total)
    assert sum(shares.values()) == total
    assert all(abs(shares[name] - w * total / sum(weights.values())) < 1 for name, w in weights.items())


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=8), st.lists(st.integers(0, 9), min_size=1, max_size=4)
)
def test_controlled_rounding_always_exists_within_floor_and_ceil(rows, mix):
    assume(sum(rows) > 0 and sum(mix) > 0)
    columns = list(largest_remainder({str(i): weight for i, weight in enumerate(mix)}, sum(rows)).values())
    counts = controlled_rounding(np.array(rows), np.array(columns))
    product = np.outer(rows, columns) / sum(rows)
    assert counts.sum(axis=1).tolist() == rows
    assert counts.sum(axis=0).tolist() == columns
    assert (counts >= np.floor(product + 1e-9)).all()
    assert (counts <= np.ceil(product - 1e-9)).all()


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(-2, 5)), max_size=4), st.integers(-1, 8))
def test_a_blueprint_is_valid_exactly_when_its_cells_add_up(cells, n_items):
    blueprint = Blueprint(
        "X", "X", 1, n_items, 60, tuple((Cell(t, "recall"), n) for t, n in cells), max_overlap=0
    )
    names = [topic for topic, _ in cells]
    sound = n_items >= 1 and sum(n for _, n in cells) == n_items and all(n >= 0 for _, n in cells)
    assert (validate(blueprint) == ()) == (sound and len(set(names)) == len(names))
