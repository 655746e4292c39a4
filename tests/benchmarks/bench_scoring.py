"""How fast and how well a calibration is done, beside peers and beside the arithmetic it cannot do without.

`make bench-scoring` runs every design in every engine, each in a process of its own, and prints the table of
`examsvc/docs/performance.md`. `--quick` leaves out the designs on which peers take minutes. Peers are used
where they are installed, in this environment or in that of `--peers PYTHON`. Not a test: machines differ, and
only ratios measured on one say something.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from scoring import eap, map_scores, ml_scores, normal_quadrature, wle_scores
from tests.benchmarks.scoring_designs import DESIGNS, Design, sample

OURS = ("examsvc", "examsvc, standard errors", "examsvc, tolerance 1e-9")
PEERS = ("mirt (PyPI)", "mirt (PyPI), SQUAREM", "girth", "py-irt, 500 epochs")
LONG = ("2PL 50,000 × 200", "2PL 50,000 × 600, 20 forms of 60")
# CPU seconds of R mirt 1.45 and TAM with default settings, measured once on two cores of such a machine.
R_MIRT = dict(zip(DESIGNS, (3.7, 70.0, 116.0, 23.0, 0.19, 2.9, 1.5, 10.6), strict=True))
GOAL_IN_PRODUCTS = 40
TIMEOUT_S = 600


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--peers", default=sys.executable, help="a Python with mirt and girth")
    asked.add_argument("--only", default="", help="designs whose name contains this")
    options = asked.parse_args()
    print(f"{machine()}; one thread; numpy {np.__version__}\n")
    columns = "CPU s|wall s|peak MB|log-likelihood below best|max Δa|max Δd|RMSE a|RMSE b|CPU ÷ ours"
    print(f"| design | engine | {columns.replace('|', ' | ')} |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for design in DESIGNS.values():
        if options.only in design.name and not (options.quick and design.name in LONG):
            _compare(design, options.peers)
    if not options.only:
        _products()
        _scores()


def _compare(design: Design, peers: str) -> None:
    found = {engine: _run(sys.executable, engine, design) for engine in OURS}
    found |= {engine: _run(peers, engine, design) for engine in PEERS if _fits(engine, design)}
    reference, ours = found[OURS[2]], found[OURS[0]]
    best = max(row["log_likelihood"] for row in found.values() if row is not None)
    for engine, row in found.items():
        if row is None:
            print(f"| {design.name} | {engine} | did not finish | | | | | | | | |", flush=True)
            continue
        da, dd = (np.abs(np.subtract(row[name], reference[name])).max() for name in ("a", "d"))
        print(
            f"| {design.name} | {engine} | {row['cpu_s']:.3f} | {row['wall_s']:.3f} | {row['peak_mb']:.0f} "
            f"| {best - row['log_likelihood']:.4f} | {da:.1e} | {dd:.1e} | {row['rmse_a']:.4f} "
            f"| {row['rmse_b']:.4f} | {row['cpu_s'] / ours['cpu_s']:.1f} |",
            flush=True,
        )
    print(
        f"| {design.name} | R mirt 1.45 (measured before) | {R_MIRT[design.name]} | | | | | | | "
        f"| {R_MIRT[design.name] / ours['cpu_s']:.0f} |",
        flush=True,
    )


def _fits(engine: str, design: Design) -> bool:
    """girth has no 3PL that works, and needs many minutes beyond 3 million cells; py-irt far sooner."""
    cells = design.n_persons * design.n_items
    if engine.startswith("py-irt"):
        return design.model.value == "2PL" and cells <= 50_000
    return engine != "girth" or (design.model.value != "3PL" and cells < 3_000_000)


def _run(python: str, engine: str, design: Design) -> dict[str, Any] | None:
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", RAYON_NUM_THREADS="1", PYTHONPATH=os.getcwd())
    command = [python, "-m", "tests.benchmarks.scoring_run", engine, design.name]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def _products() -> None:
    """The two products a textbook E-step is made of: responses by log odds, and by posterior weights."""
    design = DESIGNS["2PL 5,000 × 100"]
    dense = sample(design)[2].astype(np.float64)
    log_odds, weights = np.ones((100, 61)), np.ones((5000, 61))
    products_s = _best(lambda: (dense @ log_odds, dense.T @ weights))
    rows = [_run(sys.executable, engine, design) for engine in OURS[:2]]
    plain, errors = (float("nan") if row is None else row["cpu_s"] / products_s for row in rows)
    print(
        f"\nOne E-step's two products at 5,000 × 100: {products_s * 1e3:.2f} ms. The whole fit takes "
        f"{plain:.1f} of them, with standard errors {errors:.1f} (goal: at most {GOAL_IN_PRODUCTS})."
    )


def _scores() -> None:
    print("\n| person scores | design | CPU s | R mirt 1.45 |\n|---|---|--:|--:|")
    design = DESIGNS["2PL 5,000 × 100"]
    params, _, responses = sample(design)
    grid = normal_quadrature()
    for name, work, peer in (
        ("EAP", lambda: eap(responses, params, grid), ""),
        ("WLE", lambda: wle_scores(responses, params), "151"),
        ("MAP", lambda: map_scores(responses, params), "10"),
        ("ML", lambda: ml_scores(responses, params), "7.4"),
    ):
        print(f"| {name} | {design.name} | {_best(work):.3f} | {peer} |", flush=True)


def _best(work: Callable[[], object]) -> float:
    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(5))


def machine() -> str:
    """Processor, cores, interpreter."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor()
    return f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
