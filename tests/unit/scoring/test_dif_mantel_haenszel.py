"""Mantel–Haenszel and Mantel against difR's figures and against plain loops over persons and strata."""

import math

import numpy as np
import pytest

from scoring.dif import (
    DifClass,
    DifOptions,
    DifReason,
    Matching,
    MatchOn,
    PurgeRule,
    PurificationOptions,
    PurificationStatus,
    common_odds_ratio,
    ets_class,
    mantel,
    mantel_haenszel,
    ordinal_table,
)
from scoring.errors import InvalidGroups, InvalidOptions, InvalidResponses
from scoring.responses import MISSING, SparseResponses
from tests.unit.scoring import dif_reference as difr
from tests.unit.scoring.mirt_reference import gender, load, responses_of

PRINTED = 5.1e-5  # four decimals


def verbal() -> np.ndarray:
    places = [load("verbal_2pl")["items"].index(name) for name in difr.ITEMS]
    return responses_of("verbal_2pl")[:, places]


def simulated(
    rng: np.random.Generator, n: int = 600, n_items: int = 12, *, shift: float = 0.0, impact: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Rasch marks and groups; item 0 is `shift` harder for the focal group, which is `impact` abler."""
    focal = rng.integers(0, 2, n)
    theta = rng.normal(size=n) + impact * focal
    difficulty = rng.normal(size=n_items) + np.zeros((n, n_items))
    difficulty[:, 0] = shift * focal
    return (rng.random((n, n_items)) < 1 / (1 + np.exp(difficulty - theta[:, None]))).astype(np.int8), focal


def loop_mantel_haenszel(tables: dict) -> tuple[float, float, float]:
    """Odds ratio, SE of its logarithm (Robins, Breslow & Greenland 1986, eq. 3), corrected chi-square."""
    r = s = pr = psqr = qs = observed = expected = variance = 0.0
    for (b, a), (d, c) in tables.values():
        n, n_ref, n_foc, right = a + b + c + d, a + b, c + d, a + c
        if n_ref == 0 or n_foc == 0 or right in (0, n):
            continue
        r, s = r + a * d / n, s + b * c / n
        p, q = (a + d) / n, (b + c) / n
        pr, psqr, qs = pr + p * a * d / n, psqr + (p * b * c + q * a * d) / n, qs + q * b * c / n
        observed, expected = observed + a, expected + n_ref * right / n
        variance += n_ref * n_foc * right * (n - right) / (n * n * (n - 1))
    se = math.sqrt(pr / (2 * r * r) + psqr / (2 * r * s) + qs / (2 * s * s))
    return r / s, se, (abs(observed - expected) - 0.5) ** 2 / variance


def test_every_figure_of_difr_is_reproduced() -> None:
    found = mantel_haenszel(verbal(), gender(), "male")
    assert np.abs(found.chi_square - difr.MH_CHI_SQUARE).max() < PRINTED
    assert np.abs(found.odds_ratio - difr.MH_ODDS_RATIO).max() < PRINTED
    assert np.abs(found.delta - difr.MH_DELTA).max() < PRINTED
    assert np.abs(-found.delta / found.se_delta - difr.MH_LOG_RATIO_OVER_SE).max() < PRINTED
    assert np.abs(found.p_adjusted - difr.MH_P_ADJUSTED).max() < PRINTED
    plain = mantel_haenszel(verbal(), gender(), "male", options=DifOptions(continuity=False))
    assert np.abs(plain.chi_square - difr.MH_CHI_SQUARE_UNCORRECTED).max() < PRINTED


def test_purification_ends_where_difr_ends_after_as_many_iterations() -> None:
    options = DifOptions(purification=PurificationOptions())
    found = mantel_haenszel(verbal(), gender(), "male", options=options)
    assert found.purification.status is PurificationStatus.CONVERGED
    assert found.purification.n_iterations == 6
    assert np.abs(found.chi_square - difr.MH_PURIFIED_CHI_SQUARE).max() < PRINTED
    assert np.abs(found.delta - difr.MH_PURIFIED_DELTA).max() < PRINTED
    assert np.array_equal(~found.purification.anchors, found.p < 0.05)


def test_designated_anchors_are_those_of_difr() -> None:
    found = mantel_haenszel(verbal(), gender(), "male", options=DifOptions(anchors=np.arange(24) < 5))
    assert np.abs(found.chi_square[5:] - difr.MH_FIVE_ANCHORS_CHI_SQUARE).max() < PRINTED


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("missing", [0.0, 0.1, "forms"])
def test_figures_equal_a_loop_over_persons_and_strata(rest: bool, missing: float | str) -> None:
    rng = np.random.default_rng(5)
    marks, focal = simulated(rng, 500, 8, shift=0.7)
    if missing == "forms":
        form = rng.integers(0, 2, len(marks))
        marks[np.ix_(form == 0, [6, 7])] = MISSING
        marks[np.ix_(form == 1, [1, 2])] = MISSING
    else:
        marks[rng.random(marks.shape) < missing] = MISSING
    anchors = np.array([1, 1, 1, 1, 0, 1, 1, 1], dtype=bool)
    matching = Matching(MatchOn.REST if rest else MatchOn.TOTAL)
    found = mantel_haenszel(marks, focal, 1, options=DifOptions(matching=matching, anchors=anchors))
    for item in range(8):
        tables = difr.loop_tables(marks, focal, item, np.flatnonzero(anchors).tolist(), rest)
        ratio, se, chi_square = loop_mantel_haenszel(tables)
        assert abs(found.odds_ratio[item] / ratio - 1) < 1e-9
        assert abs(found.se_delta[item] / (2.35 * se) - 1) < 1e-9
        assert abs(found.chi_square[item] - chi_square) < 1e-9 * max(chi_square, 1.0)


def test_sparse_responses_give_the_same() -> None:
    rng = np.random.default_rng(6)
    marks, focal = simulated(rng)
    marks[rng.random(marks.shape) < 0.3] = MISSING
    dense = mantel_haenszel(marks, focal, 1)
    sparse = mantel_haenszel(SparseResponses.from_dense(marks), focal, 1)
    assert np.array_equal(dense.chi_square, sparse.chi_square, equal_nan=True)


def test_mantel_equals_mantel_haenszel_without_correction_for_two_marks() -> None:
    marks, focal = simulated(np.random.default_rng(7), shift=1.0)
    one = mantel_haenszel(marks, focal, 1, options=DifOptions(continuity=False))
    other = mantel(marks, focal, 1)
    assert np.allclose(one.chi_square, other.chi_square, rtol=1e-12)
    assert np.allclose(one.odds_ratio, other.odds_ratio, rtol=1e-12)
    assert other.smd[0] < 0  # harder for the focal group
    assert one.delta[0] < 0


def test_mantel_and_smd_equal_a_loop_over_strata() -> None:
    marks, men = responses_of("verbal_gpcm"), np.array(gender()) == "male"
    found = mantel(marks, gender(), "male")
    for item in range(24):
        tables = difr.loop_tables(marks, men, item, list(range(24)), False)
        both = {k: t for k, t in tables.items() if sum(t[0]) and sum(t[1])}
        n_focal = sum(sum(t[1]) for t in both.values())
        gap = variance = smd = spread = upper = lower = 0.0
        for ref, foc in both.values():
            n_r, n_f = sum(ref), sum(foc)
            n = n_r + n_f
            s1 = sum(k * (ref[k] + foc[k]) for k in range(len(ref)))
            s2 = sum(k * k * (ref[k] + foc[k]) for k in range(len(ref)))
            v = n_r * n_f / (n * n * (n - 1)) * (n * s2 - s1 * s1)
            mean_f = sum(k * foc[k] for k in range(len(foc))) / n_f
            mean_r = sum(k * ref[k] for k in range(len(ref))) / n_r
            gap, variance = gap + n_f * mean_f - n_f * s1 / n, variance + v
            smd += n_f / n_focal * (mean_f - mean_r)
            spread += (n_f / n_focal * (1 / n_f + 1 / n_r)) ** 2 * v
            for cut in range(1, len(ref)):
                upper += sum(ref[cut:]) * sum(foc[:cut]) / n
                lower += sum(ref[:cut]) * sum(foc[cut:]) / n
        assert abs(found.chi_square[item] - gap * gap / variance) < 1e-9
        assert abs(found.smd[item] - smd) < 1e-9
        assert abs(found.se_smd[item] - math.sqrt(spread)) < 1e-9
        assert abs(found.odds_ratio[item] - upper / lower) < 1e-9
        assert abs(found.standardised[item] - smd / marks[:, item].std(ddof=1)) < 1e-9


def test_the_tables_of_agresti_and_of_the_berkeley_admissions_come_out() -> None:
    # UCBAdmissions: R's mantelhaen.test prints X-squared 1.4269 (corrected), common odds ratio 0.9046968
    admitted = [(512, 89), (353, 17), (120, 202), (138, 131), (53, 94), (22, 24)]
    rejected = [(313, 19), (207, 8), (205, 391), (279, 244), (138, 299), (351, 317)]
    counts = [[[n[g], y[g]] for g in (0, 1)] for y, n in zip(admitted, rejected, strict=True)]
    found = common_odds_ratio(counts)
    assert abs(found.chi_square - 1.4269) < 5e-5
    assert abs(found.odds_ratio - 0.9046968) < 5e-8


def test_ets_classes_follow_size_and_significance() -> None:
    assert ets_class(-0.99, 0.1, 0.001) is DifClass.A
    assert ets_class(2.0, 1.5, 0.06) is DifClass.A
    assert ets_class(1.2, 0.3, 0.001) is DifClass.B
    assert ets_class(1.5, 0.31, 0.001) is DifClass.B  # (1.5 - 1) / 0.31 = 1.61 is below 1.645
    assert ets_class(1.5, 0.30, 0.001) is DifClass.C
    assert ets_class(-1.5, 0.30, 0.001) is DifClass.C
    assert ets_class(math.nan, 0.3, 0.001) is None


def test_thick_strata_hold_about_as_many_and_never_part_equal_scores() -> None:
    rng = np.random.default_rng(8)
    marks, focal = simulated(rng, 900, 30)
    found = mantel_haenszel(marks, focal, 1, options=DifOptions(matching=Matching(n_strata=5)))
    score = marks.sum(axis=1)
    share_below = np.array([(score < s).mean() for s in score])
    stratum = np.floor(5 * share_below + 1e-12).astype(int)
    for item in range(30):
        counts = np.zeros((5, 2, 2))
        np.add.at(counts, (stratum, focal, marks[:, item]), 1)
        assert abs(found.chi_square[item] - common_odds_ratio(counts).chi_square) < 1e-9
    assert found.n_strata.max() <= 5


def test_matching_on_ability_serves_designs_where_everyone_met_other_items() -> None:
    rng = np.random.default_rng(9)
    marks, focal = simulated(rng, 3000, 40, shift=1.0, impact=0.7)
    theta = np.log((marks.sum(axis=1) + 0.5) / (40.5 - marks.sum(axis=1)))
    marks[rng.random(marks.shape) < 0.5] = MISSING
    by_score = mantel_haenszel(marks, focal, 1)
    assert set(by_score.reasons) == {DifReason.NO_COMMON_STRATA}
    by_ability = mantel_haenszel(
        marks, focal, 1, options=DifOptions(matching=Matching(MatchOn.THETA, theta=theta))
    )
    assert by_ability.classes[0] is DifClass.C
    assert sum(c is not DifClass.A for c in by_ability.classes[1:]) <= 1


def test_the_ability_may_be_estimated_anew_from_the_anchors() -> None:
    marks, focal = simulated(np.random.default_rng(10), 2000, 15, shift=1.5)
    seen = []

    def estimate(anchors: np.ndarray) -> np.ndarray:
        seen.append(anchors.copy())
        return marks[:, anchors].mean(axis=1)

    options = DifOptions(
        matching=Matching(MatchOn.THETA, theta=estimate),
        purification=PurificationOptions(rule=PurgeRule.NOT_NEGLIGIBLE),
    )
    found = mantel_haenszel(marks, focal, 1, options=options)
    assert seen[0].all()
    assert not seen[-1][0]
    assert np.array_equal(seen[-1], found.purification.anchors)


def test_what_cannot_be_compared_has_a_reason_and_no_number() -> None:
    rng = np.random.default_rng(11)
    marks, focal = simulated(rng, 300, 9)
    marks[focal == 1, 1] = MISSING
    marks[np.flatnonzero(focal == 1)[5:], 2] = MISSING
    marks[np.flatnonzero(focal == 0)[5:], 3] = MISSING
    marks[:, 4] = 1
    marks[:, 5] += marks[:, 6]
    found = mantel_haenszel(marks, focal, 1)
    assert found.reasons[:6] == (
        None,
        DifReason.NOT_MET_BY_A_GROUP,
        DifReason.TOO_FEW_FOCAL,
        DifReason.TOO_FEW_REFERENCE,
        DifReason.NO_VARIATION,
        DifReason.NOT_DICHOTOMOUS,
    )
    assert np.isnan(found.chi_square[1:6]).all()
    assert found.classes[1:6] == (None,) * 5
    assert np.isfinite(mantel(marks, focal, 1).chi_square[5])


def test_a_ratio_of_nothing_to_something_is_undefined_but_the_test_stands() -> None:
    found = common_odds_ratio([[[0, 9], [5, 5]]])
    assert np.isnan(found.odds_ratio)
    assert found.chi_square > 3
    assert np.isnan(ordinal_table([[[0, 0], [5, 5]]]).chi_square)


def test_persons_of_unknown_or_other_groups_are_left_out() -> None:
    marks, focal = simulated(np.random.default_rng(12), 400)
    labels = [("ref", "foc")[g] for g in focal] + ["third"] * 50 + [None, float("nan"), ""]
    more = np.vstack([marks, np.ones((53, marks.shape[1]), dtype=np.int8)])
    one = mantel_haenszel(marks, focal, 1)
    other = mantel_haenszel(more, labels, "foc", reference="ref")
    assert np.array_equal(one.chi_square, other.chi_square)


def test_bad_input_is_refused_by_name() -> None:
    marks, focal = simulated(np.random.default_rng(13), 60)
    with pytest.raises(InvalidGroups, match="nobody has the label 'x'"):
        mantel_haenszel(marks, focal, "x")
    with pytest.raises(InvalidResponses, match="one label for each of 60 persons, got 59"):
        mantel_haenszel(marks, focal[:-1], 1)
    with pytest.raises(InvalidOptions, match="mask of 12 items"):
        mantel_haenszel(marks, focal, 1, options=DifOptions(anchors=np.ones(3, dtype=bool)))
    bad = Matching(MatchOn.THETA, theta=np.zeros(3))
    with pytest.raises(InvalidOptions, match="60 abilities"):
        mantel_haenszel(marks, focal, 1, options=DifOptions(matching=bad))
    with pytest.raises(InvalidOptions, match="theta is needed"):
        Matching(MatchOn.THETA)


def test_without_dif_five_per_cent_are_significant_and_dif_is_found() -> None:
    rng = np.random.default_rng(14)
    alarms, found, trials = 0, 0, 60
    for _ in range(trials):
        marks, focal = simulated(rng, 500, 20, shift=0.9, impact=0.5)
        p = mantel_haenszel(marks, focal, 1, options=DifOptions(continuity=False)).p
        alarms += int((p[1:] < 0.05).sum())
        found += int(p[0] < 0.05)
    assert 0.03 < alarms / (19 * trials) < 0.075
    assert found / trials > 0.9
