"""What a file changes in what is known."""

from dataclasses import replace
from datetime import date

from examsvc.positions.changes import Tally, compare
from examsvc.positions.framework import Competency, Position, Requirement, TopicShare
from examsvc.positions.names import fold
from examsvc.positions.organisation import Officer, Unit
from examsvc.positions.workbook import HrContent

TODAY = date(2026, 3, 1)
KNOWN = HrContent(
    units=(Unit("A", "Cục", "Department", None, "root", "", date(2025, 3, 1)),),
    positions=(Position("P", "Vị trí", "Position"),),
    competencies=(Competency("C1", "Một", "One", ("T1",)),),
    requirements=(Requirement("P", "C1", 2), Requirement("P", "C2", 1)),
    shares=(TopicShare("P", "T1", 60),),
    officers=(Officer("N1", "An", "A", "P", date(2020, 1, 1), "an@example.vn"),),
)


def test_the_same_content_changes_nothing():
    assert compare(KNOWN, KNOWN, TODAY).is_empty


def test_a_blank_cell_keeps_what_is_known():
    blank = replace(KNOWN, units=(Unit("A", "Cục"),), officers=(Officer("N1", "An", "A", "P"),))
    assert compare(KNOWN, blank, TODAY).is_empty


def test_a_new_record_without_an_english_name_takes_its_own():
    changes = compare(HrContent(), HrContent(units=(Unit("B", "Đội"),)), TODAY)
    assert changes.units[0].name_en == "Đội"
    assert changes.units[0].effective_from == TODAY


def test_what_a_file_does_not_mention_stays():
    changes = compare(KNOWN, HrContent(), TODAY)
    assert changes.is_empty
    assert changes.positions == ()


def test_requirements_are_stated_whole_for_a_position():
    changes = compare(KNOWN, HrContent(requirements=(Requirement("P", "C1", 3),)), TODAY)
    [change] = changes.positions
    assert change.is_new_version
    assert change.requirements == (Requirement("P", "C1", 3),)
    assert change.shares == KNOWN.shares
    assert changes.tallies["requirements"] == Tally(0, 1, 0, 1)


def test_the_order_of_rows_is_no_change():
    turned = replace(KNOWN, requirements=KNOWN.requirements[::-1])
    assert compare(KNOWN, turned, TODAY).positions == ()


def test_a_new_name_is_no_new_version():
    [change] = compare(KNOWN, HrContent(positions=(Position("P", "Tên mới"),)), TODAY).positions
    assert not change.is_new_version
    assert change.position == Position("P", "Tên mới", "Position")


def test_names_are_searched_without_marks():
    assert fold("Đỗ Thị HUỆ") == "do thi hue"
