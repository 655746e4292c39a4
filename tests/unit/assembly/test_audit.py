"""Claims about the auditor: it finds by itself what a form breaks."""

from __future__ import annotations

import numpy as np
import pytest

from examsvc.assembly.audit import Rules, audit_form, audit_forms, information_of
from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.pool import PoolItem, pool_params
from examsvc.assembly.target import Target
from scoring.information import item_information

POOL = tuple(PoolItem(i, f"C{i}", "T01", "recall" if i < 4 else "apply", 1.0, 0.0) for i in range(8))
BLUEPRINT = Blueprint("BP-X", "X", 1, 3, 60, ((Cell("T01", "recall"), 2), (Cell("T01", "apply"), 1)))


def rules(enemies=(), information=0.75, max_overlap=1) -> Rules:
    return Rules(BLUEPRINT, enemies, Target((0.5,), (0.0,), (information,), 1.0), 0.05, max_overlap)


def codes(violations):
    return [violation.code for violation in violations]


def test_a_form_that_meets_everything_has_no_violations():
    assert audit_form((0, 1, 4), POOL, rules()) == []


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ((0, 1, 99), {"item_unknown"}),
        ((0, 0, 4), {"item_repeated"}),
        ((0, 1, 2), {"cell_wrong"}),
        ((0, 1, 4, 5), {"length_wrong", "cell_wrong", "target_missed"}),
    ],
)
def test_miscounts_are_found(form, expected):
    assert set(codes(audit_form(form, POOL, rules()))) == expected


def test_enemies_on_one_form_are_found_in_either_order():
    assert codes(audit_form((0, 1, 4), POOL, rules(enemies=((1, 0),)))) == ["enemies_together"]
    assert codes(audit_form((0, 1, 4), POOL, rules(enemies=((0, 2),)))) == []


def test_information_outside_the_band_is_found():
    assert codes(audit_form((0, 1, 4), POOL, rules(information=0.80))) == ["target_missed"]
    assert codes(audit_form((0, 1, 4), POOL, rules(information=0.72))) == []


def test_two_forms_that_share_too_much_are_found():
    assert codes(audit_forms([(0, 1, 4), (0, 1, 5)], POOL, rules())) == ["overlap_exceeded"]
    assert codes(audit_forms([(0, 1, 4), (0, 2, 5)], POOL, rules())) == []


def test_the_auditors_information_agrees_with_scoring():
    items = [PoolItem(1, "x", "T", "r", 1.3, -0.4, 0.2), PoolItem(2, "y", "T", "r", 0.6, 1.1)]
    for theta in (-4.0, -0.4, 0.0, 2.5):
        expected = item_information(np.array([theta]), pool_params(items))[0]
        assert [information_of(item, theta) for item in items] == pytest.approx(expected.tolist(), abs=1e-12)
