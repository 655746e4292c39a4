"""A certificate in words and curves: of a real assembly, and of clashes."""

from collections.abc import Iterator

import numpy as np
import pytest
from flask import Flask
from flask_babel import Babel

from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.certificate import certify
from examsvc.assembly.errors import AssemblyRefused
from examsvc.assembly.findings import Problem
from examsvc.assembly.pool import PoolItem
from examsvc.assembly.solve import AssemblyRequest, Status, assemble
from examsvc.web.exam import assembly_wording as wording
from examsvc.web.exam.certificate import picture_certificate
from examsvc.web.exam.curves import LEFT, RIGHT, expected_shares, information_chart, share_chart

BLUEPRINT = Blueprint(
    "BP-X", "X", 1, 8, 1200, ((Cell("T01", "recall"), 5), (Cell("T06", "apply"), 3)), max_overlap=2
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    app = Flask("words")
    Babel(app, default_locale="en")
    with app.test_request_context():
        yield


def pool_of(n_recall: int, n_apply: int) -> tuple[PoolItem, ...]:
    rng = np.random.default_rng(7)
    places = [("T01", "recall")] * n_recall + [("T06", "apply")] * n_apply
    return tuple(
        PoolItem(100 + i, f"{topic}-{i}", topic, level, float(rng.lognormal(0, 0.2)), float(rng.normal()))
        for i, (topic, level) in enumerate(places)
    )


def certificate_of(request: AssemblyRequest) -> dict:
    return certify(request, assemble(request)).as_dict()


@pytest.fixture(scope="module")
def good() -> dict:
    pool = pool_of(30, 20)
    return certificate_of(AssemblyRequest(BLUEPRINT, pool, enemies=((100, 101),), n_forms=2, seed=3))


def test_every_demand_of_a_good_run_holds(good: dict):
    picture = picture_certificate(good, good["checksum"])
    assert picture.verified
    assert [line.words for line in picture.lines][:2] == [
        "T01 recall: exactly 5 items",
        "T06 apply: exactly 3 items",
    ]
    assert all(line.holds for line in (*picture.lines, *picture.enemies))
    assert [len(line.achieved) for line in picture.lines] == [2, 2, 2, 2, 2, 1]
    assert picture.enemies[0].words == "T01-0 and T01-1 are enemies"
    assert picture.overlaps[0][1] <= 2


def test_an_altered_record_is_told(good: dict):
    assert not picture_certificate({**good, "gap": 0.5}, good["checksum"]).verified
    assert not picture_certificate(good, "0" * 64).verified


def test_a_demand_that_is_missed_is_told(good: dict):
    line = {**good["lines"][0], "achieved": [5, 4]}
    picture = picture_certificate({**good, "lines": [line]}, good["checksum"])
    assert [line.holds for line in picture.lines] == [False]


def test_curves_stay_in_their_frame_and_targets_stand_at_the_cuts(good: dict):
    for chart in (information_chart(good, ["A", "B"]), share_chart(good, ["A", "B"])):
        assert [curve.label for curve in chart.curves] == ["A", "B"]
        for curve in chart.curves:
            points = [tuple(map(float, point.split(","))) for point in curve.path[1:].split(" L")]
            assert all(LEFT <= x <= RIGHT and chart.top <= y <= chart.bottom for x, y in points)
        assert [cut.share for cut in chart.cuts] == [0.5, 0.66, 0.83]
        assert [cut.x for cut in chart.cuts] == sorted(cut.x for cut in chart.cuts)


def test_parallel_forms_expect_rising_shares_at_the_cuts(good: dict):
    shares = expected_shares(good)
    for row, (low, high) in zip(shares, [(0.3, 0.65), (0.5, 0.8), (0.7, 0.95)], strict=True):
        assert all(low < value < high for value in row)


def test_a_short_cell_says_what_to_release_or_to_lower():
    request = AssemblyRequest(BLUEPRINT, pool_of(30, 2))
    certificate = certificate_of(request)
    assert certificate["status"] == Status.INFEASIBLE
    (clash,) = picture_certificate(certificate, certificate["checksum"]).clashes
    assert clash.lines == ("T06 apply: exactly 3 items",)
    assert clash.repairs == (
        "T06 apply: needs 3, has 2 operational with parameters. Release 1 more, or lower the cell to 2.",
    )


def test_many_clashing_pairs_of_forms_are_one_demand():
    request = AssemblyRequest(BLUEPRINT, pool_of(11, 30), n_forms=3, max_overlap=0)
    certificate = certificate_of(request)
    (clash,) = picture_certificate(certificate, certificate["checksum"]).clashes
    assert "forms 1, 2, 3 share at most 0 items, two by two" in clash.lines
    assert len(clash.repairs) <= 2
    assert any(repair.startswith("Allow two forms to share") for repair in clash.repairs)


@pytest.mark.parametrize(
    ("problem", "field", "place", "words"),
    [
        (
            Problem("cells_sum", {"expected": 30, "found": 32}),
            "n_items",
            "Number of items",
            "The cells hold 32 items instead of 30: remove 2.",
        ),
        (
            Problem("cells_sum", {"expected": 30, "found": 29}),
            "n_items",
            "Number of items",
            "The cells hold 29 items instead of 30: add 1.",
        ),
        (
            Problem("cell_negative", {"topic": "T06", "cognitive_level": "apply", "n_items": -1}),
            "cell-T06-apply",
            "T06 apply",
            "A cell cannot hold fewer than 0 items.",
        ),
        (
            Problem("time_limit_range", {"time_limit_s": 0, "most": 28800}),
            "minutes",
            "Time limit",
            "The time limit is between 1 minute and 8 hours.",
        ),
        (
            Problem("not_a_number", {"field": "minutes", "text": "x%"}),
            "minutes",
            "Time limit",
            '"x%" is not a whole number.',
        ),
    ],
)
def test_a_problem_knows_its_field_and_its_words(problem: Problem, field: str, place: str, words: str):
    assert wording.field_of(problem) == field
    assert wording.problem_place(problem) == place
    assert wording.problem_words(problem) == words


def test_a_bank_too_small_is_told_by_cell():
    cells = [{"topic": "T06", "cognitive_level": "apply", "need": 9, "have": 7}]
    error = AssemblyRefused("cells_short", n_cells=1, cells=cells)
    assert "T06 apply needs 9, has 7" in wording.refusal_words(error)


@pytest.mark.parametrize(
    "code",
    [
        "position_without_weights",
        "blueprint_not_draft",
        "blueprint_still_draft",
        "blueprint_not_approved",
        "no_adopted_calibration",
        "form_not_draft",
        "form_withdrawn",
        "form_altered",
    ],
)
def test_every_refusal_has_words_of_its_own(code: str):
    assert code not in wording.refusal_words(AssemblyRefused(code))
