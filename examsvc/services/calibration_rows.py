"""A calibration's items as rows: parameters, classical figures, fit, curve and flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from examsvc.services.calibration_data import CampaignData
from examsvc.services.calibration_fit import Fitted, standard_errors
from examsvc.services.linking import LinkFlag
from examsvc.services.parameters import number
from examsvc.store.models import ItemParameterRow
from scoring import DistractorStatistics, distractor_statistics, flags, item_statistics
from scoring.analysis import Analysis, ItemQuality
from scoring.fit import ItemCurve

Flags = Mapping[int, list[dict[str, Any]]]


def parameter_rows(data: CampaignData, fitted: Fitted, analysis: Analysis) -> list[ItemParameterRow]:
    """One row an item, in the order of the data; without parameters classical figures alone."""
    statistics = item_statistics(data.marks)
    n_options = [len(item.option_ids) for item in data.items]
    distractors = distractor_statistics(data.choices, data.key_columns, n_options)
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
            thresholds=None,
            n_responses=int(statistics.n[place]),
            p_value=number(statistics.p[place]),
            point_biserial=number(statistics.point_biserial[place]),
            options=_options(data, distractors, place),
            flags=flagged[place],
            fit=_fit(data, analysis.items, place),
            curve=_curve(analysis.items.curves[place], fitted),
        )
        for place, item in enumerate(data.items)
    ]


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
    return [
        {
            "id": option,
            "share": number(distractors.share[place, index]),
            "point_biserial": number(distractors.point_biserial[place, index]),
            "is_key": index == data.key_columns[place],
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


def _curve(curve: ItemCurve | None, fitted: Fitted) -> list[dict[str, Any]] | None:
    """Observed shares of groups of like ability, with their 95 % intervals, on the scale of the rows."""
    if curve is None:
        return None
    theta = fitted.slope * curve.theta + fitted.intercept
    return [
        {
            "theta": number(theta[point]),
            "n": int(curve.n[point]),
            "mean": number(curve.observed[point]),
            "low": number(curve.low[point]),
            "high": number(curve.high[point]),
        }
        for point in range(curve.n.size)
    ]
