"""How the competencies go together in a campaign, and what each gains by the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from examsvc.results.dimensions import CONVERGED
from examsvc.services.calibration_data import CampaignData
from examsvc.services.calibration_fit import Fitted
from examsvc.services.parameters import number
from scoring import Calibration, CalibrationOptions, calibrate
from scoring.calibration import StandardErrorMethod
from scoring.multidim import (
    BorrowingGain,
    CompetencyModel,
    CorrelationStatus,
    MultidimensionalScores,
    borrowing_gain,
    estimate_correlations,
    multidimensional_eap,
)
from scoring.responses import IntArray, ResponseMatrix

LEAST_ITEMS: Final = 3  # of a competency whose own mean and spread are estimated


def competency_dimensions(
    data: CampaignData, fitted: Fitted, competency_of_topic: Mapping[str, tuple[int, str]]
) -> dict[str, Any] | None:
    """Correlations of the competencies' abilities with what they are worth; None for fewer than two.

    Item parameters are held. Each competency has a mean and a spread of its own on the common scale: where
    its items measure something of their own, abilities in it are spread wider than the calibration's, whose
    slopes are those of all competencies together.
    """
    calibration = fitted.calibration
    codes = [_code(item.topic, competency_of_topic) for item in data.items]
    used = sorted(
        {code for code, known in zip(codes, calibration.params.calibrated, strict=True) if known and code}
    )
    if len(used) < 2:
        return None
    place_of = {code: place for place, code in enumerate(used)}
    dimension = np.array([place_of.get(code, -1) for code in codes], dtype=np.intp)
    where = np.flatnonzero(calibration.params.calibrated & (dimension >= 0))
    marks = data.marks[:, where]
    means, sds = _spreads(marks, calibration, where, dimension[where])
    model = CompetencyModel(
        calibration.params.subset(where), dimension[where], np.array(means), np.array(sds)
    )
    found = estimate_correlations(marks, model)
    joint = multidimensional_eap(marks, model, found.correlations)
    alone = multidimensional_eap(marks, model, np.eye(len(used)))
    weak = np.tril(found.status != CorrelationStatus.ESTIMATED, -1)
    return {
        "codes": used,
        "correlations": found.correlations.tolist(),
        "se": found.se.tolist(),
        "means": [fitted.slope * mean + fitted.intercept for mean in means],
        "sds": [fitted.slope * sd for sd in sds],
        "status": CONVERGED if found.is_converged else "NOT_CONVERGED",
        "weak": [[used[row], used[column]] for row, column in np.argwhere(weak).tolist()],
        "gain": _gain_lines(used, borrowing_gain(joint, alone, model.sd), (joint, alone), fitted.slope),
    }


def _code(topic: str, competency_of_topic: Mapping[str, tuple[int, str]]) -> str:
    return competency_of_topic.get(topic, (0, ""))[1]


def _spreads(
    marks: ResponseMatrix, calibration: Calibration, where: IntArray, dimension: IntArray
) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each ability, its items held: a fixed-parameter calibration each."""
    common = calibration.groups[0]
    means, sds = [], []
    for place in range(int(dimension.max()) + 1):
        columns = dimension == place
        mean, sd = common.mean, common.sd
        if columns.sum() >= LEAST_ITEMS:
            held = calibration.params.subset(where[columns])
            options = CalibrationOptions(min_responses=1, standard_errors=StandardErrorMethod.NONE)
            own = calibrate(marks[:, columns], held.models, fixed=held, options=options)
            if own.is_converged:
                mean, sd = own.groups[0].mean, own.groups[0].sd
        means.append(mean)
        sds.append(sd)
    return means, sds


def _gain_lines(
    codes: Sequence[str],
    gain: BorrowingGain,
    scores: tuple[MultidimensionalScores, MultidimensionalScores],
    slope: float,
) -> list[dict[str, Any]]:
    met = scores[0].n_responses > 0
    ses = [np.where(met, one.se, 0.0).sum(axis=0) / np.maximum(met.sum(axis=0), 1) * slope for one in scores]
    return [
        {
            "code": code,
            "n_items": number(gain.n_items[place]),
            "n_persons": int(gain.n_persons[place]),
            "reliability_alone": number(gain.reliability_alone[place]),
            "reliability_joint": number(gain.reliability_joint[place]),
            "se_joint": number(ses[0][place]),
            "se_alone": number(ses[1][place]),
            "extra_items": number(gain.extra_items[place]),
        }
        for place, code in enumerate(codes)
    ]
