"""Cuts from panels, against tables worked by hand and published intraclass correlations."""

import math

import numpy as np
import pytest

from scoring.errors import InvalidParameters, InvalidRatings
from scoring.information import expected_number_correct
from scoring.models import category_probabilities, expected_marks
from scoring.params import ItemModel, ItemParams
from scoring.standard_setting import (
    AngoffContext,
    Booklet,
    BookletRule,
    BookmarkRule,
    HofsteeBounds,
    PanelFlag,
    agreement,
    angoff,
    bookmark,
    hofstee,
    ordered_item_booklet,
    required_judges,
)

NAN = float("nan")
FORM = ItemParams([0.9, 1.2, 1.0, 1.4], [-1.0, -0.2, 0.4, 1.0], [0.2, 0.2, 0.25, 0.2])
ROUND_1 = [[0.9, 0.7, 0.5, 0.3], [0.8, 0.6, 0.6, 0.4], [0.7, 0.8, 0.4, 0.5]]
ROUND_2 = [[0.9, 0.7, 0.5, 0.3], [0.8, 0.6, 0.6, 0.3], [0.8, 0.7, 0.5, 0.4]]
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_a_round_worked_by_hand():
    found = angoff(ROUND_1).final
    assert found.judges.raw_cut == pytest.approx([2.4, 2.4, 2.4])
    assert (found.panel.mean, found.panel.sd) == pytest.approx((2.4, 0.0), abs=1e-12)
    found = angoff(ROUND_2).final
    assert found.judges.raw_cut == pytest.approx([2.4, 2.3, 2.4])
    assert found.panel.mean == pytest.approx(7.1 / 3)
    assert found.panel.sd == pytest.approx(math.sqrt((2 * (0.1 / 3) ** 2 + (0.2 / 3) ** 2) / 2))
    assert found.panel.se == pytest.approx(found.panel.sd / math.sqrt(3))
    assert found.judges.severity == pytest.approx([0.1 / 3, -0.2 / 3, 0.1 / 3])
    assert found.items.mean == pytest.approx([2.5 / 3, 2 / 3, 1.6 / 3, 1 / 3])
    assert found.items.sd[0] == pytest.approx(np.std([0.9, 0.8, 0.8], ddof=1))


def test_the_cut_on_theta_is_where_the_form_yields_the_raw_cut():
    found = angoff([ROUND_1, ROUND_2], AngoffContext(FORM)).final
    assert expected_number_correct([found.theta_cut], FORM)[0] == pytest.approx(7.1 / 3)
    assert expected_number_correct(found.judges.theta_cut, FORM) == pytest.approx([2.4, 2.3, 2.4])
    step = 1e-5
    slope = np.diff(expected_number_correct([found.theta_cut - step, found.theta_cut + step], FORM))[0] / (
        2 * step
    )
    assert found.theta_se == pytest.approx(found.panel.se / slope, rel=1e-6)
    assert found.items.minus_expected == pytest.approx(
        found.items.mean - expected_marks([found.theta_cut], FORM)[0]
    )


def test_changes_between_rounds_are_told():
    change = angoff([ROUND_1, ROUND_2]).changes[0]
    assert change.raw_change == pytest.approx([0.0, -0.1, 0.0])
    assert change.mean_change == pytest.approx(-0.1 / 3)
    assert change.share_changed == pytest.approx(5 / 12)
    drawn_together = angoff([[[0.2, 0.2], [0.8, 0.8]], [[0.4, 0.4], [0.6, 0.6]]]).changes[0]
    assert drawn_together.sd_ratio == pytest.approx(1 / 3)


def test_a_judge_who_rates_as_the_model_is_consistent():
    model = expected_marks([0.3], FORM)[0]
    rough = np.clip(model + np.array([0.2, -0.2, 0.2, -0.2]), 0, 1)
    found = angoff([model, rough], AngoffContext(FORM)).final.judges
    assert found.inconsistency[0] == pytest.approx(0.0, abs=1e-9)
    assert found.inconsistency[1] > 0.15
    assert found.theta_cut[0] == pytest.approx(0.3)


def test_agreement_with_others_and_with_what_persons_did():
    found = angoff(ROUND_1, AngoffContext(empirical=[0.85, 0.7, 0.55, NAN])).final
    others = (np.array(ROUND_1[1]) + ROUND_1[2]) / 2
    assert found.judges.agreement[0] == pytest.approx(np.corrcoef(ROUND_1[0], others)[0, 1])
    expected = np.corrcoef(np.mean(ROUND_1, axis=0)[:3], [0.85, 0.7, 0.55])[0, 1]
    assert found.with_empirical == pytest.approx(expected)
    assert found.items.minus_empirical[0] == pytest.approx(0.8 - 0.85)
    assert np.isnan(found.items.minus_empirical[3])


def test_intraclass_correlations_of_shrout_and_fleiss():
    found = agreement(np.array(SHROUT_FLEISS, dtype=float).T)
    assert found.icc_agreement == pytest.approx(0.2898, abs=5e-5)
    assert found.icc_agreement_panel == pytest.approx(0.6201, abs=5e-5)
    assert found.icc_consistency == pytest.approx(0.7148, abs=5e-5)
    assert found.icc_consistency_panel == pytest.approx(0.9093, abs=5e-5)
    assert (found.var_items, found.var_judges, found.var_residual) == pytest.approx(
        (2.556, 5.244, 1.019), abs=1e-3
    )
    error = 6 * math.sqrt(found.var_judges / 4 + found.var_items / 6 + found.var_residual / 24)
    assert found.se_items_random == pytest.approx(error)


def test_agreement_needs_two_judges_and_two_items():
    assert math.isnan(agreement(np.array([[0.5, 0.6]])).icc_agreement)
    assert math.isnan(agreement(np.full((3, 4), 0.5)).icc_agreement)


def test_an_unrated_item_counts_as_the_judge_would_lean():
    table = [[0.6, 0.8, 0.4], [0.4, 0.6, 0.2], [0.7, 0.9, NAN]]
    found = angoff(table)
    lean = (0.7 - 1.7 / 3 + 0.9 - 2.3 / 3) / 2
    assert found.final.judges.raw_cut[2] == pytest.approx(1.6 + 0.3 + lean)
    assert PanelFlag.MISSING_RATINGS in found.flags
    assert found.final.agreement.n_items == 2


def test_an_absent_judge_has_no_cut_and_does_not_count():
    found = angoff([ROUND_1, [*ROUND_2[:2], [NAN] * 4]])
    assert np.isnan(found.final.judges.raw_cut[2])
    assert found.final.panel.n_judges == 2
    assert found.final.agreement.n_judges == 2
    assert np.isnan(found.changes[0].raw_change[2])
    assert found.changes[0].mean_change == pytest.approx(-0.05)
    assert PanelFlag.MISSING_RATINGS not in found.flags


def test_a_small_panel_is_flagged_and_the_needed_size_told():
    assert PanelFlag.TOO_FEW_JUDGES in angoff(ROUND_1).flags
    assert angoff(ROUND_1, AngoffContext(min_judges=3)).flags == ()
    assert [required_judges(2.0, 0.5), required_judges(2.0, 0.49), required_judges(0.0, 1.0)] == [16, 17, 1]
    with pytest.raises(InvalidRatings):
        required_judges(1.0, 0.0)


def test_a_cut_below_guessing_has_no_place_on_theta():
    found = angoff([[0.1] * 4, [0.2] * 4], AngoffContext(FORM, min_judges=2))
    assert math.isnan(found.final.theta_cut)
    assert found.flags == (PanelFlag.CUT_NOT_ON_THETA,)


def test_items_of_several_marks_are_rated_in_marks():
    items = ItemParams.polytomous([1.0, 1.0], [[-1.0, 0.0, 1.0], [0.0, 0.5, NAN]], ItemModel.GPCM)
    found = angoff([[2.0, 1.0], [1.5, 1.0]], AngoffContext(items, min_judges=2)).final
    assert expected_number_correct([found.theta_cut], items)[0] == pytest.approx(2.75)
    with pytest.raises(InvalidRatings, match=r"ratings\[0, 1, 1\] is 2.5: a rating is 0 to 2"):
        angoff([[2.0, 1.0], [1.5, 2.5]], AngoffContext(items))


@pytest.mark.parametrize(
    ("ratings", "context", "message"),
    [
        ([0.5, 0.6], None, "rounds by judges by items"),
        ([[0.5, 1.2]], None, r"ratings\[0, 0, 1\] is 1.2"),
        ([[0.5, NAN], [0.5, NAN]], None, r"ratings\[0, :, 1\]: nobody"),
        ([[0.5, 0.5]], AngoffContext(FORM), "expected 2 items"),
        ([[0.5, 0.5]], AngoffContext(empirical=[0.5]), r"empirical: expected \(2,\)"),
        ([[0.5, 0.5]], AngoffContext(most=0.0), "most must be positive"),
    ],
)
def test_ratings_out_of_place_are_refused(ratings, context, message):
    with pytest.raises(InvalidRatings, match=message):
        angoff(ratings, context)


def test_a_reversed_item_bars_the_cut_on_theta():
    with pytest.raises(InvalidParameters, match=r"\(1,\)"):
        angoff([[0.5, 0.5]], AngoffContext(ItemParams.two_pl([1.0, -1.0], [0.0, 0.0])))


@pytest.mark.parametrize("rp", [0.5, 0.67, 0.8])
@pytest.mark.parametrize("adjusted", [False, True])
def test_at_its_location_a_page_is_mastered_with_the_response_probability(rp, adjusted):
    mixture = ItemParams.concat([
        FORM,
        ItemParams.polytomous([1.1], [[-0.5, 0.8]], ItemModel.GRM),
        ItemParams.polytomous([0.7], [[0.9, -0.4, 0.3]], ItemModel.GPCM),
    ])  # fmt: skip
    booklet = ordered_item_booklet(mixture, BookletRule(rp, adjusted))
    assert booklet.n_pages == 9
    assert (np.diff(booklet.location) >= 0).all()
    for item, mark, location in zip(booklet.item, booklet.mark, booklet.location, strict=True):
        reached = category_probabilities([location], mixture)[0, item, mark:].sum()
        c = mixture.c[item]
        mastered = (reached - c) / (1 - c) if adjusted else reached
        assert mastered == pytest.approx(rp, abs=1e-10)


def test_guessing_moves_a_location_unless_adjusted_for():
    item = ItemParams([1.0], [0.5], [0.25])
    counted = ordered_item_booklet(item, BookletRule(0.5))
    adjusted = ordered_item_booklet(item, BookletRule(0.5, adjust_guessing=True))
    assert counted.location[0] == pytest.approx(0.5 + math.log((0.25 / 0.75) / (0.5 / 0.75)))
    assert adjusted.location[0] == pytest.approx(0.5)


def test_items_without_a_location_are_left_out_and_named():
    items = ItemParams([1.0, -1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.6])
    booklet = ordered_item_booklet(items, BookletRule(0.5))
    assert booklet.without_location == (1, 2)
    assert booklet.item.tolist() == [0]


BOOKLET = Booklet(np.arange(4), np.ones(4, dtype=np.intp), np.array([-1.0, 0.0, 0.6, 2.0]), ())


def test_a_bookmark_stands_for_the_page_its_rule_names():
    placements = [2, 3, 3]
    assert bookmark(placements, BOOKLET).cuts[:, 0].tolist() == [-1.0, 0.0, 0.0]
    assert bookmark(placements, BOOKLET, BookmarkRule.BOOKMARKED).cuts[:, 0].tolist() == [0.0, 0.6, 0.6]
    found = bookmark(placements, BOOKLET, BookmarkRule.MIDPOINT)
    assert found.cuts[:, 0] == pytest.approx([-0.5, 0.3, 0.3])
    assert found.median_cuts == pytest.approx([0.3])
    assert found.mean_cuts == pytest.approx([0.1 / 3])
    assert bookmark([5, 5], BOOKLET).cuts[0, 0] == 2.0  # behind the last page: everything is mastered


def test_several_cuts_are_placed_by_each_judge():
    found = bookmark([[2, 4], [NAN, 5], [3, 4]], BOOKLET)
    assert found.panels[0].n_judges == 2
    assert found.median_cuts == pytest.approx([-0.5, 0.6])


@pytest.mark.parametrize("placements", [[1, 2], [2.5], [6], [[3, 2]]])
def test_bookmarks_that_name_no_location_are_refused(placements):
    with pytest.raises(InvalidRatings, match=r"placements\[0, "):
        bookmark(placements, BOOKLET)


def test_bookmarks_must_be_judges_by_cuts():
    with pytest.raises(InvalidRatings, match="judges by cuts"):
        bookmark(np.zeros((2, 2, 2)), BOOKLET)
    with pytest.raises(InvalidRatings, match="no judge"):
        bookmark([NAN, NAN], BOOKLET)
    with pytest.raises(InvalidRatings, match="probability"):
        BookletRule(1.0)


def test_the_compromise_lies_on_the_line_and_on_the_curve():
    scores = np.arange(100)  # at a cut of k, k % fail
    cut = hofstee(scores, HofsteeBounds(40, 60, 0.3, 0.6))
    assert cut / 100 == pytest.approx(0.6 - 0.3 * (cut - 40) / 20)
    assert math.isnan(hofstee(scores, HofsteeBounds(70, 80, 0.3, 0.6)))
    with pytest.raises(InvalidRatings, match="at least one"):
        hofstee([NAN], HofsteeBounds(40, 60, 0.3, 0.6))
    with pytest.raises(InvalidRatings, match="bounds"):
        HofsteeBounds(60, 40, 0.3, 0.6)
