"""One engine on one design in a process of its own: `python -m tests.benchmarks.scoring_run ENGINE DESIGN`.

Prints one line of JSON: CPU and wall seconds of the fit alone, peak memory beyond what the data took, and the
log-likelihood of the parameters found, worked out for every engine by the same code.
"""

import json
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from scoring.params import ItemModel, ItemParams
from scoring.responses import ResponseMatrix
from tests.benchmarks.scoring_designs import DESIGNS, Design, sample

Fit = Callable[[Design, ResponseMatrix], ItemParams]


def ours(
    design: Design, responses: ResponseMatrix, *, tolerance: float = 1e-5, errors: bool = False
) -> ItemParams:
    from scoring import CalibrationOptions, ItemPriors, LogitNormal, StandardErrorMethod, calibrate

    priors = ItemPriors(c=LogitNormal(-1.4, 0.5)) if design.model is ItemModel.THREE_PL else None
    method = StandardErrorMethod.OBSERVED if errors else StandardErrorMethod.NONE
    options = CalibrationOptions(priors=priors, min_responses=1, tolerance=tolerance, standard_errors=method)
    return calibrate(responses, design.model, options=options).params


def with_errors(design: Design, responses: ResponseMatrix) -> ItemParams:
    return ours(design, responses, errors=True)


def converged(design: Design, responses: ResponseMatrix) -> ItemParams:
    return ours(design, responses, tolerance=1e-9)


def mirt_plain(design: Design, responses: ResponseMatrix, *, accelerate: str = "none") -> ItemParams:
    """The Python package `mirt` (Rust underneath), 61 nodes, no standard errors."""
    import mirt

    found = mirt.fit_mirt(
        responses.astype(np.int64),
        design.model.value,
        n_quadpts=61,
        compute_standard_errors=False,
        accelerate=accelerate,
        max_iter=2000,
    ).model.parameters
    steps = found.get("difficulty", found.get("thresholds", found.get("steps")))
    guessing = found.get("guessing", np.zeros(design.n_items))
    return _params(design, found["discrimination"], steps, guessing)


def mirt_squarem(design: Design, responses: ResponseMatrix) -> ItemParams:
    return mirt_plain(design, responses, accelerate="squarem")


def girth(design: Design, responses: ResponseMatrix) -> ItemParams:
    """girth 0.8, 61 nodes on [-6, 6]."""
    import girth as package

    settings = {"quadrature_bounds": (-6, 6), "quadrature_n": 61, "max_iteration": 500}
    marks = responses.T.astype(np.int64)
    if design.model is ItemModel.TWO_PL:
        marks = package.tag_missing_data(marks, [0, 1])
        fit = package.twopl_mml
    else:
        marks = package.tag_missing_data(marks + 1, list(range(1, design.n_categories + 1)))
        # its partial-credit model estimates slopes: a GPCM
        fit = package.grm_mml if design.model is ItemModel.GRM else package.pcm_mml
    found = fit(marks, settings)
    return _params(design, found["Discrimination"], found["Difficulty"], np.zeros(design.n_items))


def py_irt(design: Design, responses: ResponseMatrix) -> ItemParams:
    """py-irt 0.7 (variational, on PyTorch), 500 epochs: its losses still fall then."""
    import tempfile

    from py_irt.config import IrtConfig
    from py_irt.training import IrtModelTrainer

    with tempfile.NamedTemporaryFile("w", suffix=".jsonlines") as file:
        for person, row in enumerate(responses.tolist()):
            given = {str(item): mark for item, mark in enumerate(row) if mark >= 0}
            file.write(json.dumps({"subject_id": str(person), "responses": given}) + "\n")
        file.flush()
        config = IrtConfig(model_type="2pl", epochs=500, priors="vague", initializers=[])
        trainer = IrtModelTrainer(data_path=file.name, config=config)
        trainer.train(device="cpu")
    return _params(design, trainer.best_params["disc"], trainer.best_params["diff"], np.zeros(design.n_items))


def _params(design: Design, a: object, steps: object, c: object) -> ItemParams:
    thresholds = np.asarray(steps, dtype=np.float64).reshape(design.n_items, -1)
    if design.model is ItemModel.GRM:
        thresholds = np.sort(thresholds, axis=1)
    return ItemParams(
        np.ravel(np.asarray(a, dtype=np.float64)),
        thresholds.mean(axis=1),
        np.clip(np.asarray(c, dtype=np.float64), 0.0, 0.99),
        thresholds,
        (design.model,) * design.n_items,
    )


ENGINES: dict[str, Fit] = {
    "examsvc": ours,
    "examsvc, standard errors": with_errors,
    "examsvc, tolerance 1e-9": converged,
    "mirt (PyPI)": mirt_plain,
    "mirt (PyPI), SQUAREM": mirt_squarem,
    "girth": girth,
    "py-irt, 500 epochs": py_irt,
}


def log_likelihood(responses: ResponseMatrix, params: ItemParams) -> float:
    """Marginal, on 61 nodes of N(0, 1): plain sums over marks, not the engine's own code."""
    from scoring.models import log_category_probabilities
    from scoring.quadrature import normal_quadrature

    grid = normal_quadrature()
    logs = log_category_probabilities(grid.nodes, params)
    total = 0.0
    for first in range(0, len(responses), 2000):
        part = responses[first : first + 2000]
        joint = np.tile(grid.log_weights, (len(part), 1))
        for mark in range(logs.shape[2]):
            at = np.where(np.isfinite(logs[:, :, mark]), logs[:, :, mark], 0.0)
            joint += (part == mark).astype(np.float64) @ at.T
        peak = joint.max(axis=1)
        total += float((np.log(np.exp(joint - peak[:, None]).sum(axis=1)) + peak).sum())
    return total


def main() -> None:
    engine, design = sys.argv[1], DESIGNS[sys.argv[2]]
    truth, _, responses = sample(design)
    warm = Design("warm", design.model, 200, 5, design.n_categories)
    ENGINES[engine](warm, sample(warm)[2])  # imports, threads, compiled code
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = time.perf_counter(), time.process_time()
    params = ENGINES[engine](design, responses)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print()  # an engine may have left its own line open
    print(
        json.dumps(
            {
                "cpu_s": cpu,
                "wall_s": wall,
                "peak_mb": grown / 1024,
                "log_likelihood": log_likelihood(responses, params),
                "rmse_a": float(np.sqrt(np.mean((params.a - truth.a) ** 2))),
                "rmse_b": float(np.sqrt(np.nanmean((params.thresholds - truth.thresholds) ** 2))),
                "a": params.a.tolist(),
                "d": (-params.a[:, None] * params.thresholds).tolist(),
                "c": params.c.tolist(),
            }
        )
    )


if __name__ == "__main__":
    main()
