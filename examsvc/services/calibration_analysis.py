"""What a calibration says of persons, forms, links and levels, as its row keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from examsvc.positions.framework import LevelScale
from examsvc.services.calibration_data import CampaignData
from examsvc.services.calibration_fit import Fitted
from examsvc.services.parameters import number
from scoring.analysis import Analysis, FormFit
from scoring.classification import DecisionQuality, rudner
from scoring.errors import InvalidParameters, ShareUnreachable
from scoring.points import category_shares, theta_at_share_of_points
from scoring.responses import FloatArray

WORST_PERSONS: Final = 50
WORST_PAIRS: Final = 100


def stored_analysis(
    data: CampaignData, fitted: Fitted, analysis: Analysis, scale: LevelScale
) -> dict[str, Any]:
    """Everything but the dimensions; candidates by number, items by version, forms by code."""
    calibration = fitted.calibration
    mean, sd = fitted.population
    return {
        "population": {"mean": mean, "sd": sd},
        "reliability": {
            "marginal": number(analysis.marginal),
            "empirical": number(analysis.empirical),
            "alpha": [
                {
                    "form": data.form_codes[line.form],
                    "n": line.n,
                    "alpha": number(line.alpha),
                    "omega": number(line.omega),
                }
                for line in analysis.reliabilities
            ],
        },
        "model_fit": {
            "aic": number(calibration.aic),
            "bic": number(calibration.bic),
            "n_parameters": calibration.n_parameters,
            "m2": [_m2(data, fit) for fit in analysis.model_fit],
        },
        "local_dependence": [
            {
                "first": data.items[pair.first].version_id,
                "second": data.items[pair.second].version_id,
                "q3": pair.q3,
                "n": pair.n,
            }
            for pair in analysis.dependent_pairs[:WORST_PAIRS]
        ],
        "duplicates": [
            {"first": data.numbers[one], "second": data.numbers[other], "n_same": group.n_items}
            for group in analysis.duplicates
            for one, other in pairwise(group.persons.tolist())
        ],
        "person_fit": _person_fit(data, fitted, analysis),
        "linking": None if fitted.tie is None else fitted.tie.report | {"anchored": fitted.anchored},
        "classification": _classification(data, fitted, analysis, scale),
    }


def _m2(data: CampaignData, fit: FormFit) -> dict[str, Any]:
    return {
        "form": data.form_codes[fit.form],
        "m2": number(fit.m2.statistic),
        "df": fit.m2.df,
        "p": number(fit.m2.p),
        "rmsea": number(fit.m2.rmsea),
        "rmsea_low": number(fit.m2.rmsea_low),
        "rmsea_high": number(fit.m2.rmsea_high),
        "n": fit.m2.n,
        "status": fit.m2.status.value,
    }


def _person_fit(data: CampaignData, fitted: Fitted, analysis: Analysis) -> dict[str, Any]:
    persons = analysis.persons
    judged = np.flatnonzero(np.isfinite(persons.lz_star))
    worst = judged[np.argsort(persons.lz_star[judged], kind="stable")][:WORST_PERSONS]
    theta = fitted.slope * persons.wle + fitted.intercept
    return {
        "n": int(judged.size),
        "n_flagged": int(persons.flagged.sum()),
        "threshold": persons.threshold,
        "lines": [
            {
                "number": data.numbers[person],
                "form": data.form_codes[int(data.forms[person])],
                "theta": number(theta[person]),
                "lz_star": number(persons.lz_star[person]),
                "outfit": number(persons.outfit[person]),
                "n": int(persons.n[person]),
            }
            for person in worst.tolist()
        ],
    }


def _classification(
    data: CampaignData, fitted: Fitted, analysis: Analysis, scale: LevelScale
) -> dict[str, Any] | None:
    """Rudner's figures of each form under its own cuts, and their means over the persons.

    None where the scale's percents cannot be placed on any form.
    """
    forms: list[tuple[int, FloatArray, DecisionQuality]] = []
    for form in range(len(data.form_codes)):
        found = _of_form(data, fitted, analysis, (form, scale.shares))
        if found is not None:
            forms.append((form, *found))
    if not forms:
        return None
    n_persons = [int((data.forms == form).sum()) for form, _cuts, _quality in forms]

    def mean(values: Sequence[float]) -> float | None:
        return number(float(np.average(values, weights=n_persons)))

    qualities = [quality for _form, _cuts, quality in forms]
    n_cuts = len(scale.shares)
    return {
        "cuts": [mean([cuts[place] for _form, cuts, _quality in forms]) for place in range(n_cuts)],
        "accuracy": mean([quality.accuracy for quality in qualities]),
        "consistency": mean([quality.consistency for quality in qualities]),
        "kappa": mean([quality.kappa for quality in qualities]),
        "per_cut": [
            {
                name: mean([getattr(quality.cuts[place], name) for quality in qualities])
                for name in ("accuracy", "consistency", "kappa", "false_positive", "false_negative")
            }
            for place in range(n_cuts)
        ],
        "forms": [
            {
                "form": data.form_codes[form],
                "n": n,
                "cuts": cuts.tolist(),
                "accuracy": number(quality.accuracy),
                "consistency": number(quality.consistency),
            }
            for (form, cuts, quality), n in zip(forms, n_persons, strict=True)
        ],
    }


def _of_form(
    data: CampaignData, fitted: Fitted, analysis: Analysis, asked: tuple[int, Sequence[float]]
) -> tuple[FloatArray, DecisionQuality] | None:
    form, shares = asked
    columns = data.columns_of(form)
    columns = columns[fitted.params.calibrated[columns]]
    persons = data.forms == form
    theta = fitted.slope * analysis.persons.eap[persons] + fitted.intercept
    se = fitted.slope * analysis.persons.eap_se[persons]
    if not columns.size or not np.isfinite(theta).any():
        return None
    params = fitted.params.subset(columns)
    worth = category_shares([data.categories[column].worth for column in columns], params)
    try:
        cuts = np.array([theta_at_share_of_points(share, params, worth) for share in shares])
        return cuts, rudner(theta, se, cuts)
    except (ShareUnreachable, InvalidParameters):
        return None
