"""Items that rest: off the pool, counted by cell, and named where they explain a shortage."""

from __future__ import annotations

from datetime import date

from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.certificate import certify
from examsvc.assembly.explain import short_cells
from examsvc.assembly.pool import PoolItem
from examsvc.assembly.resting import (
    CellRest,
    RestingItem,
    awake,
    count_available,
    count_resting,
    name_resting,
    resting_findings,
)
from examsvc.assembly.solve import AssemblyRequest, assemble

RECALL, APPLY = Cell("T01", "recall"), Cell("T01", "apply")
JULY, MAY = date(2027, 7, 1), date(2027, 5, 1)
POOL = tuple(
    PoolItem(number, f"T01-{number}", "T01", "recall" if number <= 6 else "apply", 1.0, 0.1 * number - 0.6)
    for number in range(1, 13)
)
RESTING = (RestingItem(1, RECALL, JULY), RestingItem(2, RECALL, MAY))


def blueprint(n_recall: int = 2, n_apply: int = 2) -> Blueprint:
    return Blueprint(
        code="BP-X",
        position="X",
        version=1,
        n_items=n_recall + n_apply,
        time_limit_s=600,
        cells=((APPLY, n_apply), (RECALL, n_recall)),
        max_overlap=n_recall + n_apply,
    )


def test_no_form_takes_an_item_that_rests():
    request = AssemblyRequest(blueprint(), awake(POOL, RESTING), n_forms=2, max_overlap=4, resting=RESTING)
    result = assemble(request)
    assert result.forms
    assert not {1, 2} & {version_id for form in result.forms for version_id in form}


def test_what_rests_is_counted_by_cell_with_the_days_it_is_back():
    assert count_resting(RESTING) == {RECALL: CellRest(2, MAY, JULY)}
    assert count_available({RECALL: 6, APPLY: 6}, count_resting(RESTING)) == {RECALL: 4, APPLY: 6}


def test_only_cells_of_the_blueprint_are_found():
    elsewhere = RestingItem(99, Cell("T09", "recall"), JULY)
    found = resting_findings(blueprint(), count_resting((*RESTING, elsewhere)))
    assert [(problem.code, problem.params["resting"], problem.params["back_by"]) for problem in found] == [
        ("items_resting", 2, "2027-07-01")
    ]


def test_a_shortage_is_told_how_many_items_rest_and_when_they_are_back():
    clashes = short_cells(blueprint(n_recall=5, n_apply=7), {RECALL: 4, APPLY: 6})
    told = {
        clash.repairs[0].line: clash.repairs[0].params
        for clash in name_resting(clashes, count_resting(RESTING))
    }
    assert told["cell:T01:recall"]["resting"] == 2
    assert told["cell:T01:recall"]["back_from"] == "2027-05-01"
    assert "resting" not in told["cell:T01:apply"]


def test_a_certificate_names_what_rested_and_is_as_before_where_nothing_did():
    quiet = AssemblyRequest(blueprint(), POOL, n_forms=1)
    assert "resting" not in certify(quiet, assemble(quiet)).as_dict()["request"]
    request = AssemblyRequest(blueprint(), awake(POOL, RESTING), n_forms=1, resting=RESTING)
    assert certify(request, assemble(request)).as_dict()["request"]["resting"] == [
        {"version_id": 1, "until_on": "2027-07-01"},
        {"version_id": 2, "until_on": "2027-05-01"},
    ]
