"""What is typed into a blueprint's matrix, and what its readers see."""

import pytest

from examsvc.assembly.blueprint import COGNITIVE_MIX, Cell
from examsvc.web.exam.blueprint_inputs import parse_matrix
from examsvc.web.exam.matrix import Bank, Draft, picture_matrix

TOPICS = {"T01": "Procedures", "T02": "Classification", "T03": "Valuation"}
BANK = Bank(TOPICS, {"T01": 40, "T02": 20}, {Cell("T01", "recall"): 6, Cell("T01", "apply"): 9})


def test_every_cell_is_read_and_an_empty_one_is_zero():
    matrix = parse_matrix({"n_items": "3", "minutes": "45", "cell-T01-recall": " 3 "}, TOPICS)
    assert matrix.problems == ()
    assert (matrix.edit.n_items, matrix.edit.limit_s) == (3, 2700)
    assert matrix.edit.counts[Cell("T01", "recall")] == 3
    assert sum(matrix.edit.counts.values()) == 3
    assert len(matrix.edit.counts) == len(TOPICS) * len(COGNITIVE_MIX)


@pytest.mark.parametrize("text", ["x", "1.5", "1e3", "٣", "--1", "+2", "½"])
def test_what_is_no_whole_number_is_told_with_its_place_and_kept(text: str):
    matrix = parse_matrix({"n_items": "30", "minutes": "45", "cell-T02-apply": text}, TOPICS)
    (problem,) = matrix.problems
    assert problem.code == "not_a_number"
    assert problem.params == {"topic": "T02", "cognitive_level": "apply", "text": text}
    assert matrix.texts["cell-T02-apply"] == text


def test_all_unreadable_fields_are_told_at_once():
    matrix = parse_matrix({"n_items": "", "minutes": "soon", "cell-T01-recall": "9999999999999"}, TOPICS)
    assert [problem.code for problem in matrix.problems] == ["number_range", "not_a_number", "not_a_number"]


def test_a_negative_cell_is_a_number_that_the_blueprint_itself_refuses():
    matrix = parse_matrix({"n_items": "30", "minutes": "45", "cell-T01-recall": "-2"}, TOPICS)
    assert matrix.problems == ()
    assert matrix.edit.counts[Cell("T01", "recall")] == -2


def test_fields_of_unknown_topics_are_not_read():
    matrix = parse_matrix({"n_items": "1", "minutes": "1", "cell-T99-recall": "1"}, TOPICS)
    assert "T99" not in {cell.topic for cell in matrix.edit.counts}


def test_sums_stand_against_the_shares_of_the_positions_weights():
    counts = {Cell("T01", "recall"): 3, Cell("T01", "apply"): 2, Cell("T02", "apply"): 4}
    matrix = picture_matrix(Draft(counts, 9), BANK, every_topic=False)
    assert [(row.line.code, row.line.total, row.line.wanted) for row in matrix.rows] == [
        ("T01", 5, pytest.approx(6)),
        ("T02", 4, pytest.approx(3)),
    ]
    assert [row.line.is_off for row in matrix.rows] == [True, True]
    assert [(column.code, column.total) for column in matrix.columns] == [
        ("recall", 3),
        ("apply", 6),
        ("situation", 0),
    ]
    assert matrix.total == 9


def test_a_cell_needs_three_eligible_items_for_each_on_the_form():
    counts = {Cell("T01", "recall"): 2, Cell("T01", "apply"): 4, Cell("T02", "recall"): 1}
    matrix = picture_matrix(Draft(counts, 7), BANK, every_topic=False)
    lacks = {cell.name: cell.lacks for row in matrix.rows for cell in row.cells if cell.n_items}
    assert lacks == {"cell-T01-recall": 0, "cell-T01-apply": 3, "cell-T02-recall": 3}
    assert matrix.n_short == 2


def test_who_edits_sees_every_topic_and_what_he_typed():
    draft = Draft({}, 30, {"cell-T03-apply": "many"}, {"cell-T03-apply": "no number"})
    matrix = picture_matrix(draft, BANK, every_topic=True)
    assert [row.line.code for row in matrix.rows] == list(TOPICS)
    cell = matrix.rows[2].cells[1]
    assert (cell.text, cell.problem, cell.n_items) == ("many", "no number", 0)


def test_a_position_without_weights_wants_nothing():
    matrix = picture_matrix(Draft({}, 30), Bank(TOPICS, {}, {}), every_topic=True)
    assert all(row.line.wanted == 0 and not row.line.is_off for row in matrix.rows)
