"""A census: many persons who each met 60 of many items, drawn for each, calibrated in blocks.

`make bench-large` takes 1 million persons and 2,000 items; `ARGS="100000 2000"` other numbers.
"""

import resource
import sys
import time

import numpy as np

from scoring import (
    CalibrationOptions,
    ItemParams,
    StandardErrorMethod,
    calibrate,
    eap_scores,
    normal_quadrature,
    recovery,
    simulate_sparse,
)
from scoring.designs import linear_on_the_fly
from tests.benchmarks.bench_scoring import machine


def main() -> None:
    n_persons, n_items = (int(text) for text in (sys.argv[1:3] if len(sys.argv) > 2 else ("1000000", "2000")))
    rng = np.random.default_rng(2026)
    params = ItemParams.two_pl(rng.lognormal(0.0, 0.3, n_items), rng.normal(0.0, 1.0, n_items))
    theta = rng.normal(size=n_persons)
    responses = simulate_sparse(theta, params, linear_on_the_fly(n_persons, n_items, 60, rng), rng)
    print(f"{machine()}; {n_persons:,} persons x {n_items:,} items, 60 each; {_peak_mb():.0f} MB so far")
    cpu, wall = time.process_time(), time.perf_counter()

    def follow(iteration: int, _most: int, log_likelihood: float) -> None:
        elapsed_s = time.perf_counter() - wall
        print(f"  E-step {iteration}: {log_likelihood:.3f} after {elapsed_s:.0f} s", flush=True)

    options = CalibrationOptions(priors=None, standard_errors=StandardErrorMethod.ITEM)
    fitted = calibrate(responses, "2PL", options=options, progress=follow)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{fitted.status.value} after {fitted.n_iterations} E-steps: {wall:.0f} s, {cpu:.0f} CPU s")
    of_b = recovery(params.b, fitted.params.b)
    print(f"b: r {of_b.correlation:.4f}, RMSE {of_b.rmse:.4f}; peak {_peak_mb():.0f} MB")
    cpu = time.process_time()
    scores = eap_scores(responses, fitted.params, normal_quadrature())
    found = recovery(theta, scores.theta)
    cpu = time.process_time() - cpu
    print(f"EAP of all: {cpu:.0f} CPU s; r {found.correlation:.4f}, RMSE {found.rmse:.4f}")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
