"""The likelihood ratio test against calibrations set up by hand, and on simulated data."""

import numpy as np
import pytest

from scoring.calibrating import calibrate
from scoring.calibration import CalibrationOptions, StandardErrorMethod
from scoring.dif import (
    DifReason,
    LikelihoodRatioOptions,
    PurgeRule,
    PurificationOptions,
    PurificationStatus,
    likelihood_ratio_dif,
)
from scoring.errors import InvalidOptions, InvalidParameters
from scoring.responses import MISSING, SparseResponses
from tests.unit.scoring.mirt_reference import gender, responses_of

ML = CalibrationOptions(priors=None, min_responses=1, standard_errors=StandardErrorMethod.NONE)


def simulated(seed: int, n: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    """2PL; the focal group is 0.5 abler; item 0 is 0.8 harder for it, item 1 has half the slope."""
    rng = np.random.default_rng(seed)
    focal = rng.integers(0, 2, n)
    theta = rng.normal(size=n) + 0.5 * focal
    a = rng.uniform(0.8, 1.6, 12) + np.zeros((n, 12))
    b = rng.normal(size=12) + np.zeros((n, 12))
    a[:, 1] = np.where(focal == 1, 0.7, 1.4)
    a[:, 0], b[:, 0], b[:, 1] = 1.2, 0.8 * focal, 0.0
    return (rng.random((n, 12)) < 1 / (1 + np.exp(-a * (theta[:, None] - b)))).astype(np.int8), focal


@pytest.mark.parametrize(
    ("model", "case", "df"),
    [
        ("Rasch", "verbal_2pl", 1),
        ("2PL", "verbal_2pl", 2),
        ("GPCM", "verbal_gpcm", 3),
        ("GRM", "verbal_grm", 3),
    ],
)
def test_statistic_and_parameters_are_those_of_two_calibrations_set_up_by_hand(
    model: str, case: str, df: int
) -> None:
    marks, men = responses_of(case), np.array(gender()) == "male"
    options = LikelihoodRatioOptions(items=np.arange(24) == 3)
    found = likelihood_ratio_dif(marks, gender(), "male", model, options=options)
    compact = calibrate(marks, model, groups=gender(), options=ML)
    apart = np.column_stack([marks, marks[:, 3]])
    apart[men, 3] = MISSING
    apart[~men, 24] = MISSING
    augmented = calibrate(apart, model, groups=gender(), options=ML)
    # the scale by hand is of whichever group comes first; the statistic does not depend on it
    assert abs(found.g_square[3] - 2 * (augmented.log_likelihood - compact.log_likelihood)) < 1e-3
    assert found.df[3] == df
    women = next(g for g in augmented.groups if g.name == "female")
    slope, intercept = 1 / women.sd, -women.mean / women.sd
    if model != "Rasch":
        rescaled = augmented.params.transformed(slope, intercept)
        assert np.allclose(found.reference.thresholds[3], rescaled.thresholds[3], atol=2e-3)
        assert np.allclose(found.focal.thresholds[3], rescaled.thresholds[24], atol=2e-3)
    assert found.reasons[2] is DifReason.NOT_STUDIED
    assert found.n_fits == 2


def test_known_dif_is_found_with_its_size_and_sign() -> None:
    marks, focal = simulated(1, 3000)
    options = LikelihoodRatioOptions(purification=PurificationOptions(), alpha=0.01)
    found = likelihood_ratio_dif(marks, focal, 1, options=options)
    assert found.purification.status is PurificationStatus.CONVERGED
    assert np.flatnonzero(~found.purification.anchors).tolist() == [0, 1]
    assert abs(found.focal_mean[0] - 0.5) < 0.1
    assert abs(found.signed_area[0] - 0.8) < 0.15
    assert found.essd[0] < -0.3
    assert found.wabc[1] > 0.03
    assert (found.p_adjusted[[0, 1]] < 0.01).all()


def test_designated_anchors_let_every_other_item_differ() -> None:
    marks, focal = simulated(2)
    anchors = np.arange(12) >= 6
    options = LikelihoodRatioOptions(items=np.arange(12) < 2, anchors=anchors)
    found = likelihood_ratio_dif(marks, focal, 1, options=options)
    split = np.column_stack([marks, marks[:, :6]])
    split[np.ix_(focal == 1, range(6))] = MISSING
    split[np.ix_(focal == 0, range(12, 18))] = MISSING
    free = calibrate(split, groups=focal, options=ML).log_likelihood
    joined = np.delete(split, 12, axis=1)
    joined[:, 0] = marks[:, 0]
    held = calibrate(joined, groups=focal, options=ML).log_likelihood
    assert abs(found.g_square[0] - 2 * (free - held)) < 1e-3
    assert found.n_fits == 3  # one augmented model serves both items


def test_sparse_and_missing_by_design_give_the_same() -> None:
    marks, focal = simulated(3)
    rng = np.random.default_rng(3)
    marks[rng.random(marks.shape) < 0.3] = MISSING
    options = LikelihoodRatioOptions(items=np.arange(12) < 2)
    dense = likelihood_ratio_dif(marks, focal, 1, options=options)
    sparse = likelihood_ratio_dif(SparseResponses.from_dense(marks), focal, 1, options=options)
    assert np.allclose(dense.g_square[:2], sparse.g_square[:2], atol=1e-3)
    assert dense.p[0] < 1e-6


def test_what_cannot_be_tested_has_a_reason() -> None:
    marks, focal = simulated(4, 400)
    marks[focal == 1, 2] = MISSING
    marks[np.flatnonzero(focal == 1)[20:], 3] = MISSING
    marks[:, 4] = 1
    marks[focal == 1, 5] = 1
    options = LikelihoodRatioOptions(
        items=np.isin(np.arange(12), [2, 3, 4, 5, 7]), anchors=np.arange(12) != 5
    )
    found = likelihood_ratio_dif(marks, focal, 1, options=options)
    assert found.reasons[2:8] == (
        DifReason.NOT_MET_BY_A_GROUP,
        DifReason.TOO_FEW_FOCAL,
        DifReason.NO_VARIATION,
        DifReason.MARK_NOT_EARNED_BY_A_GROUP,
        DifReason.NOT_STUDIED,
        None,
    )
    assert np.isnan(found.g_square[2:6]).all()
    assert not found.focal.calibrated[2:6].any()
    alone = LikelihoodRatioOptions(anchors=np.arange(12) == 0, items=np.arange(12) == 0)
    assert likelihood_ratio_dif(marks, focal, 1, options=alone).reasons[0] is DifReason.NOT_ESTIMABLE


def test_a_fit_that_does_not_converge_is_no_test() -> None:
    marks, focal = simulated(5, 400)
    hasty = CalibrationOptions(
        priors=None, min_responses=1, max_iterations=2, standard_errors=StandardErrorMethod.NONE
    )
    options = LikelihoodRatioOptions(calibration=hasty, items=np.arange(12) < 1)
    found = likelihood_ratio_dif(marks, focal, 1, options=options)
    assert found.reasons[0] is DifReason.NOT_CONVERGED
    assert np.isnan(found.p[0])


def test_bad_input_is_refused_by_name() -> None:
    marks, focal = simulated(6, 200)
    with pytest.raises(InvalidParameters, match="12 items, got 3"):
        likelihood_ratio_dif(marks, focal, 1, ["2PL"] * 3)
    with pytest.raises(InvalidParameters, match="not the name of a model"):
        likelihood_ratio_dif(marks, focal, 1, "5PL")
    with pytest.raises(InvalidOptions, match="no classes"):
        LikelihoodRatioOptions(purification=PurificationOptions(rule=PurgeRule.NOT_NEGLIGIBLE))


def test_without_dif_about_five_per_cent_are_significant() -> None:
    p = []
    for seed in range(5):
        rng = np.random.default_rng(100 + seed)
        focal = rng.integers(0, 2, 600)
        theta = rng.normal(size=600) + 0.5 * focal
        logit = rng.uniform(0.8, 1.6, 12) * (theta[:, None] - rng.normal(size=12))
        marks = (rng.random((600, 12)) < 1 / (1 + np.exp(-logit))).astype(np.int8)
        p.append(likelihood_ratio_dif(marks, focal, 1).p)
    # of 60 tests; more than 7 would have a chance of 1 %
    assert (np.concatenate(p) < 0.05).sum() <= 7
