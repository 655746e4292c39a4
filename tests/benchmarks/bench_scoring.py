"""How fast a calibration is, relative to the arithmetic it cannot do without and to girth.

Run as a script, one thread: `OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.bench_scoring`. Not a test:
machines differ, and only ratios measured in one process say something.
"""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from scoring import (
    CalibrationOptions,
    ItemParams,
    calibrate,
    eap,
    normal_quadrature,
    recovery,
    simulate_responses,
)
from scoring._girth import calibrate_2pl_girth
from scoring.responses import BoolArray, ResponseMatrix

MAXIMUM_LIKELIHOOD = CalibrationOptions(priors=None, min_responses=1)
GOAL_IN_PRODUCTS = 40  # a fit at 5,000 x 100 should cost no more than this many E-steps' matrix products


def main() -> None:
    print(f"{_machine()}, numpy {np.__version__}, CPU seconds, best of 3")
    params, responses = _sample(5000, 100)
    fit_s = _best(lambda: calibrate(responses, options=MAXIMUM_LIKELIHOOD))
    # The two products a textbook E-step is made of: responses by log odds, and by posterior weights.
    dense, log_odds, weights = responses.astype(np.float64), np.ones((100, 61)), np.ones((5000, 61))
    products_s = _best(lambda: (dense @ log_odds, dense.T @ weights))
    score_s = _best(lambda: eap(responses, params, normal_quadrature()))
    print(
        f"2PL 5,000 x 100: fit with standard errors {fit_s:.3f} s; one E-step's products {products_s:.4f} s;"
    )
    print(f"    ratio {fit_s / products_s:.1f} (goal: at most {GOAL_IN_PRODUCTS}); EAP {score_s:.3f} s")

    _, small = _sample(1500, 30)
    ours_s = _best(lambda: calibrate(small, options=MAXIMUM_LIKELIHOOD))
    girth_s = _best(lambda: calibrate_2pl_girth(small))
    print(f"2PL 1,500 x 30: {ours_s:.3f} s; girth {girth_s:.2f} s: {girth_s / ours_s:.0f} times as long")

    for name, size, mask in (
        ("complete", (50_000, 200), None),
        ("20 forms of 60", (50_000, 600), _forms(50_000, 600, 60)),
        ("40 drawn for each person", (20_000, 400), _drawn(20_000, 400, 40)),
        ("complete, short", (5000, 10), None),
    ):
        truth, marks = _sample(*size, mask)
        start = time.process_time()
        fitted = calibrate(marks, options=MAXIMUM_LIKELIHOOD)
        elapsed_s = time.process_time() - start
        found = recovery(truth.b, fitted.params.b)
        print(
            f"2PL {size[0]:,} x {size[1]} {name}: {elapsed_s:.2f} s, {fitted.n_iterations} E-steps, ", end=""
        )
        print(f"{fitted.status}, gradient {fitted.gradient_norm:.0e}, r(b) {found.correlation:.4f}")


def _sample(
    n_persons: int, n_items: int, presented: BoolArray | None = None
) -> tuple[ItemParams, ResponseMatrix]:
    rng = np.random.default_rng(2026)
    params = ItemParams.two_pl(rng.lognormal(0.0, 0.3, n_items), rng.normal(0.0, 1.0, n_items))
    return params, simulate_responses(rng.normal(size=n_persons), params, rng, presented=presented)


def _forms(n_persons: int, n_items: int, length: int) -> BoolArray:
    """20 overlapping forms, each item on two of them."""
    members = (np.arange(20)[:, None] * (n_items // 20) + np.arange(length)) % n_items
    forms = np.zeros((20, n_items), dtype=np.bool_)
    np.put_along_axis(forms, members, values=True, axis=1)
    return forms[np.arange(n_persons) % 20]


def _drawn(n_persons: int, n_items: int, length: int) -> BoolArray:
    rng = np.random.default_rng(7)
    return np.argsort(rng.random((n_persons, n_items)), axis=1) < length


def _best(work: Callable[[], object]) -> float:
    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(3))


def _machine() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "all")
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, {threads} BLAS thread(s)"


if __name__ == "__main__":
    main()
