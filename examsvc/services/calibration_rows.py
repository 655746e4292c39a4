"""A calibration's items as rows: parameters, classical figures, fit, curve and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from examsvc.results.categories import WHOLE_MARK, Categories
from examsvc.services.calibration_data import CampaignData
from examsvc.services.calibration_fit import Fitted, standard_errors, threshold_errors
from examsvc.services.calibration_parts import part_statistics
from examsvc.services.linking import LinkFlag
from examsvc.services.parameters import number, thresholds_of
from examsvc.store.models import ItemParameterRow
from item_bank.interactions.kinds import Form
from scoring import DistractorStatistics, ItemStatistics, distractor_statistics, flags, item_statistics
from scoring.analysis import Analysis, ItemQuality
from scoring.fit import ItemCurve
from scoring.responses import FloatArray

Z_95: Final = 1.959963984540054
Flags = Mapping[int, list[dict[str, Any]]]


def parameter_rows(data: CampaignData, fitted: Fitted, analysis: Analysis) -> list[ItemParameterRow]:
    """One row an item, in the order of the data; without parameters classical figures alone."""
    statistics = _statistics(data)
    distractors = _distractors(data, analysis)
    flagged: dict[int, list[dict[str, Any]]] = {place: [] for place in range(len(data.items))}
    for flag in flags(statistics, distractors):
        option = None if flag.option is None else data.items[flag.item].option_ids[flag.option]
        flagged[flag.item].append({"code": flag.code.value, "option": option})
    for place, codes in _further_codes(fitted, analysis).items():
        flagged[place].extend({"code": code, "option": None} for code in codes)
    params, (se_a, se_b, se_c) = fitted.params, standard_errors(fitted)
    return [
        ItemParameterRow(
            item_version_id=item.version_id,
            model=params.models[place].value,
            a=number(params.a[place]),
            b=number(params.b[place]),
            c=number(params.c[place]) if params.calibrated[place] else None,
            se_a=number(se_a[place]),
            se_b=number(se_b[place]),
            se_c=number(se_c[place]),
            thresholds=thresholds_of(params, place),
            categories=data.categories[place].as_json(),
            parts=_parts(data, fitted, place),
            n_responses=int(statistics.n[place]),
            p_value=number(statistics.p[place]),
            point_biserial=number(statistics.point_biserial[place]),
            options=_options(data, distractors, place),
            flags=flagged[place],
            fit=_fit(data, analysis.items, place),
            curve=_curve(analysis.items.curves[place], fitted, data.categories[place]),
        )
        for place, item in enumerate(data.items)
    ]


def _statistics(data: CampaignData) -> ItemStatistics:
    """Difficulty is the mean share of the mark, which without parts is the share of right responses."""
    if not any(map(data.is_in_parts, range(len(data.items)))):
        return item_statistics(data.marks)
    found = item_statistics(data.marks, n_categories=data.n_categories)
    return replace(found, p=data.mean_shares())


def _distractors(data: CampaignData, analysis: Analysis) -> DistractorStatistics:
    """A row an item, NaN where not one option is chosen.

    Beside items of other interactions the choices alone are too few for a rest score: there the criterion is
    the estimate of ability.
    """
    columns = data.single_choices
    n_items = len(data.items)
    keys = np.zeros(n_items, dtype=np.intp)
    keys[columns] = [data.key_column(place) for place in columns.tolist()]
    n_options = [len(data.items[place].option_ids) for place in columns.tolist()]
    if columns.size == n_items:
        return distractor_statistics(data.choices, keys, n_options)
    part = distractor_statistics(
        data.choices[:, columns], keys[columns], n_options, criterion=analysis.persons.eap
    )
    whole = [np.full((n_items, max([1, *n_options])), np.nan) for _ in range(3)]
    for full, few in zip(whole, (part.count, part.share, part.point_biserial), strict=True):
        full[columns, : few.shape[1]] = few
    return DistractorStatistics(keys, *whole)


def _parts(data: CampaignData, fitted: Fitted, place: int) -> dict[str, Any] | None:
    found = part_statistics(data.keys[place], data.counts[place], data.categories[place])
    if found is None or not data.is_in_parts(place):
        return found
    return found | {"se": threshold_errors(fitted, place)}


def _further_codes(fitted: Fitted, analysis: Analysis) -> dict[int, list[str]]:
    """What calibration, analysis and link say beyond the classical flags."""
    found: dict[int, list[str]] = {place: [] for place in range(fitted.params.n_items)}
    for excluded in fitted.calibration.excluded:
        found[excluded.item].append(excluded.reason.value)
    for place, codes in enumerate(analysis.items.flags):
        found[place].extend(code.value for code in codes)
    if fitted.tie is not None:
        for place, drifts in fitted.tie.flags.items():
            found[place].extend(code.value for code in drifts)
        if fitted.anchored:
            for place in fitted.tie.anchors.tolist():
                found[place].append(LinkFlag.ANCHORED.value)
    return found


def _options(data: CampaignData, distractors: DistractorStatistics, place: int) -> list[dict[str, Any]]:
    if data.keys[place].asked.kind.form is not Form.ONE:
        return []
    accepted = data.keys[place].key.accepted
    return [
        {
            "id": option,
            "share": number(distractors.share[place, index]),
            "point_biserial": number(distractors.point_biserial[place, index]),
            "is_key": option in accepted,
        }
        for index, option in enumerate(data.items[place].option_ids)
    ]


def _fit(data: CampaignData, quality: ItemQuality, place: int) -> dict[str, Any] | None:
    if not np.isfinite(quality.infit[place]):
        return None
    other = int(quality.q3_with[place])
    names = ("s_x2", "p", "rmsea", "infit", "infit_z", "outfit", "outfit_z", "q3_max")
    df = number(quality.df[place])
    return {name: number(getattr(quality, name)[place]) for name in names} | {
        "df": None if df is None else int(df),
        "q3_with": None if other < 0 else data.items[other].version_id,
    }


def _curve(curve: ItemCurve | None, fitted: Fitted, known: Categories) -> list[dict[str, Any]] | None:
    """Observed shares of the mark in groups of like ability, with 95 % intervals, on the rows' scale."""
    if curve is None:
        return None
    theta = fitted.slope * curve.theta + fitted.intercept
    mean, low, high = _in_shares(curve, known)
    return [
        {
            "theta": number(theta[point]),
            "n": int(curve.n[point]),
            "mean": number(mean[point]),
            "low": number(low[point]),
            "high": number(high[point]),
        }
        for point in range(curve.n.size)
    ]


def _in_shares(curve: ItemCurve, known: Categories) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means of what the categories are worth, with normal intervals; the curve itself counts categories.

    Of right and wrong that is the curve as it is, with its better intervals.
    """
    if known == WHOLE_MARK:
        return curve.observed, curve.low, curve.high
    worth = np.array(known.worth)
    mean = curve.categories @ worth
    spread = curve.categories @ worth**2 - mean**2
    n = np.maximum(curve.n, 1)
    # A group of one has no spread of its own: the widest possible stands in.
    variance = np.where(n > 1, spread * n / np.maximum(n - 1, 1), 0.25)
    half = Z_95 * np.sqrt(np.maximum(variance, 0.0) / n)
    return mean, np.maximum(mean - half, 0.0), np.minimum(mean + half, 1.0)
