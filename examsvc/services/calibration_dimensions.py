"""How the competencies go together in a campaign, and what each gains by the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from examsvc.results.dimensions import CONVERGED, Dimensions
from examsvc.services.calibration_data import CampaignData
from examsvc.services.calibration_fit import Fitted
from examsvc.services.parameters import number
from scoring import MISSING, ItemParams
from scoring.multidim import (
    BorrowingGain,
    CompetencyModel,
    CorrelationEstimate,
    CorrelationOptions,
    CorrelationStatus,
    MultidimensionalScores,
    borrowing_gain,
    estimate_correlations,
    multidimensional_eap,
)
from scoring.responses import FloatArray, IntArray, ResponseMatrix

ENOUGH_PERSONS: Final = 100
ENOUGH_ITEMS: Final = 4  # of a competency met by so many persons, or its correlations are not estimated here
USUAL: Final = CorrelationOptions().prior_correlation  # where nothing is known of a pair
LOWEST_EIGENVALUE: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class _Met:
    """What of a campaign bears on competencies: the usable items, each of one of `codes`."""

    codes: list[str]
    marks: ResponseMatrix
    dimension: IntArray
    params: ItemParams

    def model(
        self, places: Sequence[int], population: tuple[float, float]
    ) -> tuple[IntArray, CompetencyModel]:
        """The columns of these competencies, and the model of them: all spread as the whole population is."""
        columns = np.flatnonzero(np.isin(self.dimension, places))
        renumbered = np.searchsorted(places, self.dimension[columns])
        mean, sd = (np.full(len(places), value) for value in population)
        return columns, CompetencyModel(self.params.subset(columns), renumbered, mean, sd)

    def told(self) -> list[int]:
        """Competencies that enough persons met enough items of."""
        return [
            place
            for place in range(len(self.codes))
            if ((self.marks[:, self.dimension == place] != MISSING).sum(axis=1) >= ENOUGH_ITEMS).sum()
            >= ENOUGH_PERSONS
        ]


def competency_dimensions(
    data: CampaignData,
    fitted: Fitted,
    competency_of_topic: Mapping[str, tuple[int, str]],
    in_force: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """Correlations of the competencies' abilities with what they are worth; None for fewer than two.

    Item parameters are held, and every competency has the mean and spread of the whole population: a spread
    of its own is two more parameters each, gains nothing on the sample, and collapses where persons meet an
    item or two. For the same reason a correlation is estimated only between competencies that 100 persons met
    4 items of. The others are listed, and keep what the dimensions in force say ("kept") or, where those say
    nothing, what is usual ("assumed"); these are drawn to 0 as far as the whole needs to be positive definite
    ("shrinkage"). What is in force of competencies that nobody met here stays in the same way.
    """
    met = _met(data, fitted, competency_of_topic)
    known = Dimensions.from_analysis({"dimensions": in_force})
    codes = sorted({*met.codes, *(() if known is None else known.codes)})
    if not met.codes or len(codes) < 2:
        return None
    group = fitted.calibration.groups[0]
    population = (group.mean, group.sd)
    told = met.told()
    columns, model = met.model(told, population)
    found = estimate_correlations(met.marks[:, columns], model) if len(told) > 1 else None
    whole = _whole(codes, [met.codes[place] for place in told], found, known)
    own = [codes.index(code) for code in met.codes]
    _all, everything = met.model(range(len(met.codes)), population)
    joint = multidimensional_eap(met.marks, everything, whole.correlations[np.ix_(own, own)])
    alone = multidimensional_eap(met.marks, everything, np.eye(len(own)))
    mean, sd = fitted.population
    return {
        "codes": codes,
        "correlations": whole.correlations.tolist(),
        "se": [[number(value) for value in row] for row in whole.se.tolist()],
        "means": [mean] * len(codes),
        "sds": [sd] * len(codes),
        "status": CONVERGED if found is None or found.is_converged else "NOT_CONVERGED",
        "weak": whole.weak,
        "kept": whole.kept,
        "assumed": whole.assumed,
        "shrinkage": whole.shrinkage,
        "gain": _gain_lines(
            met.codes, borrowing_gain(joint, alone, everything.sd), (joint, alone), fitted.slope
        ),
    }


@dataclass(slots=True, eq=False)
class _Whole:
    """Correlations of all competencies; pairs of codes by where they are from, unless estimated here."""

    correlations: FloatArray
    se: FloatArray  # NaN where not estimated here
    weak: list[list[str]]
    kept: list[list[str]]
    assumed: list[list[str]]
    shrinkage: float = 1.0


def _met(data: CampaignData, fitted: Fitted, competency_of_topic: Mapping[str, tuple[int, str]]) -> _Met:
    params = fitted.calibration.params
    of_item = [_code(item.topic, competency_of_topic) for item in data.items]
    codes = sorted({code for code, usable in zip(of_item, params.calibrated, strict=True) if usable and code})
    place_of = {code: place for place, code in enumerate(codes)}
    dimension = np.array([place_of.get(code, -1) for code in of_item], dtype=np.intp)
    where = np.flatnonzero(params.calibrated & (dimension >= 0))
    return _Met(codes, data.marks[:, where], dimension[where], params.subset(where))


def _whole(
    codes: list[str], told: list[str], found: CorrelationEstimate | None, known: Dimensions | None
) -> _Whole:
    """Put together what is estimated here, what is in force and what is usual."""
    n = len(codes)
    whole = _Whole(np.eye(n), np.full((n, n), np.nan), [], [], [])
    np.fill_diagonal(whole.se, 0.0)
    estimated = np.eye(n, dtype=np.bool_)
    before = () if known is None else known.codes
    for row, column in zip(*np.tril_indices(n, -1), strict=True):
        pair = [codes[row], codes[column]]
        if found is not None and set(pair) <= set(told):
            here = told.index(pair[0]), told.index(pair[1])
            value, error = found.correlations[here], found.se[here]
            estimated[row, column] = estimated[column, row] = True
            whole.se[row, column] = whole.se[column, row] = error
            if found.status[here] != CorrelationStatus.ESTIMATED:
                whole.weak.append(pair)
        elif known is not None and set(pair) <= set(before):
            value = known.correlations[before.index(pair[0])][before.index(pair[1])]
            whole.kept.append(pair)
        else:
            value = USUAL
            whole.assumed.append(pair)
        whole.correlations[row, column] = whole.correlations[column, row] = value
    given = whole.correlations
    of_estimated = float(np.linalg.eigvalsh(np.where(estimated, given, 0.0))[0])
    least = min(LOWEST_EIGENVALUE, of_estimated / 2)
    while np.linalg.eigvalsh(whole.correlations)[0] < least and whole.shrinkage > 0:
        whole.shrinkage = max(0.0, round(whole.shrinkage - 0.05, 2))
        whole.correlations = np.where(estimated, given, whole.shrinkage * given)
    return whole


def _code(topic: str, competency_of_topic: Mapping[str, tuple[int, str]]) -> str:
    return competency_of_topic.get(topic, (0, ""))[1]


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
