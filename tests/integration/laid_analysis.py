"""Proposed calibrations with everything that an analysis may say: laid directly, nothing is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa

from examsvc.services import Services
from examsvc.services.audit import record_act
from examsvc.services.calibration_seal import PROPOSED, checksum_of, subject_of
from examsvc.store import Session
from examsvc.store.models import CalibrationRow, ItemParameterRow
from scoring import ItemParams, probability_correct
from tests.integration.measured_campaign import AT, N_SITTINGS, Measured

DROPPED = 3  # this anchor has drifted
DEPENDENT = (5, 6)


def lay_analysed(deps: Services, measured: Measured, code: str = "mml-laid-2", **changes: Any) -> int:
    """A calibration linked to an older one, with one dropped anchor, a dependent pair and flagged items."""
    versions = measured.version_ids
    rng = np.random.default_rng(7)
    a, b = rng.lognormal(0.1, 0.2, len(versions)), rng.normal(0.0, 0.9, len(versions))
    row: dict[str, Any] = {
        "code": code,
        "method": "mml",
        "model": "2PL",
        "state": "proposed",
        "campaign_id": measured.campaign_id,
        "n_persons": N_SITTINGS,
        "n_items": len(versions) - 1,
        "summary": _summary(),
        "options": {
            "campaign_id": measured.campaign_id,
            "model": "2PL",
            "priors": "weak",
            "min_responses": 50,
            "scale": "linked",
        },
        "analysis": laid_analysis(versions),
        "checksum": "",
        "created_by": measured.staff["examiner"].user_id,
        "created_at": AT,
    } | changes
    with deps.store.begin() as session:
        calibration = CalibrationRow(**row)
        session.add(calibration)
        session.flush()
        parameters = [
            _parameters(calibration.id, versions, place, (float(a[place]), float(b[place])))
            for place in range(len(versions))
        ]
        session.add_all(parameters)
        seal(session, calibration, parameters)
        return calibration.id


def seal(session: Session, calibration: CalibrationRow, parameters: list[ItemParameterRow]) -> None:
    """The checksum and the audit entry that a proposal leaves."""
    checksum = checksum_of(calibration, parameters)
    if calibration.adopted_at is None:
        calibration.checksum = checksum
    record_act(session, None, PROPOSED, subject_of(calibration.id), checksum=checksum)


def force_state(deps: Services, calibration_id: int, **values: Any) -> None:
    """Set what only an adoption sets."""
    with deps.store.begin() as session:
        session.execute(sa.update(CalibrationRow).where(CalibrationRow.id == calibration_id).values(**values))


def laid_analysis(versions: tuple[int, ...]) -> dict[str, Any]:
    """The analysis column, in the form that services/calibration.py writes."""
    return {
        "reliability": {
            "marginal": 0.82,
            "empirical": 0.79,
            "alpha": [{"form": "GSQL-1", "n": 52, "alpha": 0.76, "omega": 0.81}],
        },
        "model_fit": {
            "aic": 6123.4,
            "bic": 6400.1,
            "n_parameters": 102,
            "m2": [
                {
                    "form": "GSQL-1",
                    "m2": 190.2,
                    "df": 170,
                    "p": 0.138,
                    "rmsea": 0.031,
                    "rmsea_low": 0.0,
                    "rmsea_high": 0.052,
                    "n": 52,
                },
                {
                    "form": "GSQL-2",
                    "m2": None,
                    "df": None,
                    "p": None,
                    "rmsea": None,
                    "rmsea_low": None,
                    "rmsea_high": None,
                    "n": 12,
                },
            ],
        },
        "local_dependence": [{"first": versions[DEPENDENT[0]], "second": versions[DEPENDENT[1]], "q3": 0.34}],
        "duplicates": [{"first": "GSQL-001", "second": "GSQL-006", "n_same": 20}],
        "person_fit": {
            "n": N_SITTINGS,
            "n_flagged": 4,
            "threshold": -2.326,
            "lines": [
                {
                    "number": "GSQL-017",
                    "form": "GSQL-3",
                    "theta": 0.4,
                    "lz_star": -3.2,
                    "outfit": 2.1,
                    "n": 20,
                }
            ],
        },
        "dimensions": {
            "codes": ["CM01", "CM02", "CM03"],
            "correlations": [[1.0, 0.8, 0.7], [0.8, 1.0, 0.75], [0.7, 0.75, 1.0]],
            "gain": [
                {
                    "code": code,
                    "n_items": n,
                    "reliability_alone": alone,
                    "reliability_joint": joint,
                    "se_alone": 0.6,
                    "se_joint": 0.45,
                }
                for code, n, alone, joint in (
                    ("CM01", 5, 0.52, 0.71),
                    ("CM02", 10, 0.66, 0.75),
                    ("CM03", 5, 0.49, 0.70),
                )
            ],
            "status": "CONVERGED",
        },
        "linking": {
            "reference": "mml-laid-1",
            "method": "STOCKING_LORD",
            "slope": 1.08,
            "intercept": 0.21,
            "se_slope": 0.03,
            "se_intercept": 0.04,
            "n_anchors": 6,
            "anchors": [
                {
                    "version_id": versions[place],
                    "a_old": 1.1,
                    "b_old": -1.0 + 0.4 * place + (1.1 if place == DROPPED else 0.0),
                    "a_new": 1.2,
                    "b_new": -1.1 + 0.37 * place,
                    "robust_z": 4.1 if place == DROPPED else 0.3,
                    "displacement": 1.05 if place == DROPPED else 0.05,
                    "kept": place != DROPPED,
                }
                for place in range(6)
            ],
            "dropping": [
                {"version_id": versions[place], "slope": 1.08, "intercept": 0.2, "mean_shift": 0.01 * place}
                for place in range(6)
                if place != DROPPED
            ],
        },
        "classification": {
            "cuts": [-0.5, 0.3, 1.2],
            "accuracy": 0.71,
            "consistency": 0.63,
            "kappa": 0.48,
            "per_cut": [
                {
                    "accuracy": 0.9,
                    "consistency": 0.86,
                    "kappa": 0.6,
                    "false_positive": 0.05,
                    "false_negative": 0.05,
                }
            ]
            * 3,
        },
    }


def _summary() -> dict[str, Any]:
    return {
        "status": "CONVERGED",
        "message": "GRADIENT_BELOW_TOLERANCE",
        "iterations": 14,
        "log_likelihood": -2959.7,
        "log_posterior": -2990.1,
        "gradient_norm": 4.2e-7,
        "n_responses": N_SITTINGS * 20,
        "n_excluded": 1,
        "n_carried": 0,
        "warnings": ["NEGATIVE_DISCRIMINATION"],
        "quadrature": "61 nodes on [-6, 6], N(0, 1)",
        "priors": "a ~ lognormal(0, 0.5), b ~ normal(0, 2)",
    }


def _parameters(
    calibration_id: int, versions: tuple[int, ...], place: int, figures: tuple[float, float]
) -> ItemParameterRow:
    excluded = place == 0
    a, b = figures
    flagged = {0: ["TOO_FEW_RESPONSES"], 5: ["LOCAL_DEPENDENCE"], 6: ["LOCAL_DEPENDENCE", "MISFIT"]}
    thetas = np.linspace(-2, 2, 5)
    expected = probability_correct(thetas, ItemParams.two_pl([a], [b]))[:, 0].tolist()
    return ItemParameterRow(
        calibration_id=calibration_id,
        item_version_id=versions[place],
        a=None if excluded else a,
        b=None if excluded else b,
        c=None if excluded else 0.0,
        se_a=None if excluded else 0.15,
        se_b=None if excluded else 0.12,
        n_responses=29 if excluded else 52 + place,
        p_value=0.6,
        point_biserial=0.35,
        options=[
            {
                "id": option,
                "share": 0.6 if option == "A" else 0.13,
                "point_biserial": 0.1,
                "is_key": option == "A",
            }
            for option in "ABCD"
        ],
        flags=[{"code": code, "option": None} for code in flagged.get(place, [])],
        model="2PL",
        fit=None
        if excluded
        else {
            "s_x2": 12.3,
            "df": 9,
            "p": 0.002 if place == 6 else 0.2,
            "rmsea": 0.03,
            "infit": 1.01,
            "infit_z": 0.1,
            "outfit": 1.41 if place == 6 else 0.98,
            "outfit_z": 2.9 if place == 6 else -0.2,
            "q3_max": 0.34 if place in DEPENDENT else 0.1,
            "q3_with": versions[place + 1] if place + 1 < len(versions) else versions[0],
        },
        curve=None if excluded else _curve(expected, off=0.4 if place == 6 else 0.02),
    )


def _curve(expected: list[float], off: float) -> list[dict[str, Any]]:
    """Five groups of persons; only the ablest lies off the curve, by so much."""
    means = [max(0.0, share - (off if place == 4 else 0.02)) for place, share in enumerate(expected)]
    return [
        {
            "theta": place - 2.0,
            "n": 10,
            "mean": mean,
            "low": max(0.0, mean - 0.1),
            "high": min(1.0, mean + 0.1),
        }
        for place, mean in enumerate(means)
    ]
