"""Where a level chart's bars stand."""

from itertools import pairwise

import pytest

from examsvc.web.people.charts import LEFT, RIGHT, LevelBar, heat, level_chart, likely_levels


def bar(held: int | None, required: int = 2, probabilities: tuple[float, ...] = ()) -> LevelBar:
    return LevelBar("CM01 Thủ tục", "", held, required, probabilities, "met")


def test_the_scale_runs_from_edge_to_edge():
    chart = level_chart([bar(3)], 3)
    assert [x for _level, x in chart.ticks] == [LEFT, 138.0, 262.0, RIGHT]
    assert chart.bars[0].length == RIGHT - LEFT


def test_a_mark_stands_at_the_required_level():
    chart = level_chart([bar(1, required=2)], 3)
    assert chart.bars[0].required_x == dict(chart.ticks)[2]


def test_a_held_level_0_is_still_seen_and_no_level_is_not():
    nought, none = level_chart([bar(0), bar(None)], 3).bars
    assert nought.length > 0
    assert none.length == 0
    assert none.whisker is None


def test_bars_do_not_overlap():
    ys = [drawn.y for drawn in level_chart([bar(1)] * 7, 3).bars]
    assert min(later - earlier for earlier, later in pairwise(ys)) >= 50


def test_a_long_name_is_cut_with_an_ellipsis():
    long = LevelBar("CM99 " + "x" * 60, "", 1, 1, (), "met")
    assert level_chart([long], 3).bars[0].label.endswith("…")


@pytest.mark.parametrize(
    ("probabilities", "span"),
    [
        ((1.0, 0.0, 0.0, 0.0), (0, 0)),
        ((0.0, 0.02, 0.95, 0.03), (2, 2)),
        ((0.02, 0.18, 0.60, 0.20), (1, 3)),
        ((0.25, 0.25, 0.25, 0.25), (0, 3)),
        ((), None),
    ],
)
def test_likely_levels_leave_out_five_in_a_hundred_at_each_end(probabilities, span):
    assert likely_levels(probabilities) == span


def test_heat_rises_with_the_share_below():
    shares = (None, 0, 0.01, 0.15, 0.2, 0.3, 0.44, 0.6, 0.61, 1)
    assert [heat(share) for share in shares] == ["none", "0", "1", "1", "2", "2", "3", "4", "5", "5"]
