"""What changes when a calibration takes another's place."""

import pytest

from examsvc.store.models import ItemParameterRow
from examsvc.web.examiner.adoption import change_between


def row(b: float | None, *codes: str) -> ItemParameterRow:
    return ItemParameterRow(b=b, flags=[{"code": code, "option": None} for code in codes])


def test_an_item_is_gained_or_lost_by_its_parameters_not_by_its_row():
    change = change_between(
        {1: row(0.0), 2: row(None), 3: row(1.0)}, {1: row(None), 2: row(0.5), 3: row(1.0)}
    )
    assert (change.gained, change.lost) == ((2,), (1,))


def test_items_carried_over_do_not_water_down_the_mean_change():
    before = {1: row(0.0), 2: row(1.0), 3: row(2.0)}
    after = {1: row(0.4), 2: row(0.8), 3: row(2.0, "CARRIED_OVER")}
    change = change_between(before, after)
    assert (change.n_common, change.n_carried) == (2, 1)
    assert change.mean_distance == pytest.approx(0.3)
    assert change.mean_shift == pytest.approx(0.1)


def test_the_items_that_move_most_come_first():
    before, after = {1: row(0.0), 2: row(0.0), 3: row(0.0)}, {1: row(0.1), 2: row(-0.9), 3: row(0.5)}
    assert [key for key, _old, _new in change_between(before, after, most=2).most_moved] == [2, 3]


def test_without_a_calibration_in_force_everything_is_gained():
    change = change_between({}, {1: row(0.0)})
    assert (change.gained, change.mean_distance) == ((1,), None)
