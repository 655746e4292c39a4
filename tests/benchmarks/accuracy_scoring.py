"""How near to other programs' printed figures: seven fits of two public data sets (tests/data/irt).

`make bench-accuracy` prints the table of `examsvc/docs/performance.md`: largest differences to what R mirt
1.45.1 printed. Fits are ours from start to end; scores and statistics are taken at the printed parameters.
"""

import numpy as np

from scoring import (
    CalibrationOptions,
    ItemPriors,
    LogitNormal,
    NormalPrior,
    ScoreStatus,
    calibrate,
    eap,
    map_scores,
    ml_scores,
    normal_quadrature,
    sum_score_table,
    wle_scores,
)
from scoring.fit import M2Status, item_mean_squares, m2, person_fit, q3, s_x2
from scoring.responses import FloatArray
from tests.unit.scoring.mirt_reference import CASES, column, load, model_of, params_of, responses_of


def main() -> None:
    columns = (*_fit(CASES[1]), *_scores(CASES[1]), *_statistics(CASES[1]))
    print(f"| fit | {' | '.join(columns)} |")
    print(f"|---|{'--:|' * len(columns)}")
    for case in CASES:
        row = {**_fit(case), **_scores(case), **_statistics(case)}
        print(f"| {case} | {' | '.join(row[name] for name in columns)} |", flush=True)


def _fit(case: str) -> dict[str, str]:
    printed, reference = load(case), params_of(case)
    priors = ItemPriors(c=LogitNormal(-1.5, 1.0)) if case.endswith("3pl_prior") else None
    options = CalibrationOptions(priors=priors, min_responses=1, tolerance=1e-7)
    ours = calibrate(responses_of(case), model_of(case), options=options)
    name, errors = ("d", ours.se_b) if "rasch" in case else ("a1", ours.se_a)
    se = np.array([printed["se"][item][name] for item in printed["items"]])
    gain = ours.log_likelihood - printed["logLik"]
    return {
        "log L − printed": f"{gain:+.1e}",
        "a": _largest(ours.params.a, reference.a),
        "b": _largest(ours.params.thresholds, reference.thresholds),
        "c": _largest(ours.params.c, reference.c),
        "SE, relative": _largest(errors / se, np.ones_like(se)),
    }


def _scores(case: str) -> dict[str, str]:
    printed, params = load(case), params_of(case)
    patterns = np.array(printed["scores"]["pattern"], dtype=np.int8)
    sd = float(printed["var"]) ** 0.5
    grid = normal_quadrature(121, sd=sd)  # as the other program scores
    ml = ml_scores(patterns, params)
    finite = ml.status == ScoreStatus.CONVERGED
    table = printed["EAPsum"]
    theta = next(name for name in ("F1", "F") if name in table[0])
    return {
        "EAP": _largest(eap(patterns, params, grid).theta, _numbers(case, "EAP")),
        "MAP": _largest(map_scores(patterns, params, NormalPrior(0.0, sd)).theta, _numbers(case, "MAP")),
        "WLE": _largest(wle_scores(patterns, params).theta, _numbers(case, "WLE")),
        "ML (median)": f"{np.median(np.abs(ml.theta[finite] - _numbers(case, 'ML')[finite])):.0e}",
        "EAP by sum score": _largest(sum_score_table(params, grid).theta, column(table, theta)),
    }


def _statistics(case: str) -> dict[str, str]:
    printed, params, responses = load(case), params_of(case), responses_of(case)
    sd = float(printed["var"]) ** 0.5
    grid = normal_quadrature(sd=sd)
    theta = eap(responses, params, normal_quadrature(121, sd=sd)).theta
    patterns = np.array(printed["scores"]["pattern"], dtype=np.int8)
    of_items, whole = s_x2(responses, params, grid), m2(responses, params, grid)
    by_m2 = "not defined"
    if whole.status is M2Status.COMPUTED:
        by_m2 = f"{abs(whole.statistic / printed['M2'][0]['M2'] - 1):.0e}"
    squares = item_mean_squares(responses, params, theta)
    scored = np.asarray(_numbers(case, "EAP"))
    return {
        "S-X², relative": _largest(
            of_items.statistic / column(printed["S_X2"], "S_X2"), np.ones(params.n_items)
        ),
        "M2, relative": by_m2,
        "infit, outfit": _largest(
            np.concatenate([squares.infit, squares.outfit]),
            np.concatenate([column(printed["infit"], "infit"), column(printed["infit"], "outfit")]),
        ),
        "Q3": _largest(q3(responses, params, theta).q3, np.array(printed["Q3"], dtype=np.float64)),
        "lz": _largest(person_fit(patterns, params, scored).lz, column(printed["personfit"], "Zh")),
    }


def _numbers(case: str, name: str) -> FloatArray:
    return np.array([np.nan if value is None else value for value in load(case)["scores"][name]])


def _largest(ours: FloatArray, theirs: FloatArray) -> str:
    return f"{np.nanmax(np.abs(ours - theirs)):.0e}"


if __name__ == "__main__":
    main()
