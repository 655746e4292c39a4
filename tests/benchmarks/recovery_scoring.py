"""How well calibration recovers the truth under each model and design: bias, RMSE, coverage of its errors.

`python -m tests.benchmarks.recovery_scoring [--replications 50] [--seed 2026] [only]`, where `only` picks the
plans whose name contains it. The table goes to standard output, the progress to standard error.
"""

import argparse
import sys
import time

import numpy as np

from scoring.calibration import CalibrationOptions
from scoring.designs import (
    Design,
    adaptive,
    assigned,
    balanced_forms,
    chained_forms,
    linear_on_the_fly,
    not_reached,
    omitted,
    spiralled,
)
from scoring.params import ItemModel, ItemParams
from scoring.recovery_study import RecoveryPlan, RecoveryResult, parameter_recovery
from scoring.responses import FloatArray, SparseResponses
from scoring.simulate import Population, simulate_multistage

M = ItemModel
WITH_PRIORS = CalibrationOptions(min_responses=1)
TWO_GROUPS = (Population("reference", 1000), Population("second", 1000, 0.5, 1.2))
MIXED = (M.TWO_PL,) * 30 + (M.GRM,) * 5 + (M.GPCM,) * 5


def plans() -> list[RecoveryPlan]:
    everyone = (Population("all", 1000),)
    complete = [
        RecoveryPlan(f"{model}, complete 1,000 x {n}", (model,) * n, everyone)
        for model, n in (
            (M.RASCH, 30), (M.ONE_PL, 30), (M.TWO_PL, 30),
            (M.GRM, 15), (M.PCM, 15), (M.GPCM, 15), (M.RSM, 15),
        )
    ]  # fmt: skip
    many = (Population("all", 3000),)
    bank = (M.TWO_PL,) * 60
    return [
        *complete,
        RecoveryPlan("2PL weak priors, 150 x 30", (M.TWO_PL,) * 30, (Population("all", 150),),
                     options=WITH_PRIORS),
        RecoveryPlan("3PL weak priors, 3,000 x 40", (M.THREE_PL,) * 40, many, options=WITH_PRIORS),
        RecoveryPlan("mixed, two groups, 2,000 x 40", MIXED, TWO_GROUPS),
        RecoveryPlan("2PL, 4 chained forms of 18, 3,000", bank, many, chained),
        RecoveryPlan("2PL, balanced blocks 7 by 3, 3,000", (M.TWO_PL,) * 56, many, balanced),
        RecoveryPlan("2PL, random 20 of 60, 3,000", bank, many, on_the_fly),
        RecoveryPlan("2PL, random 20, not reached, 3,000", bank, many, unfinished),
        RecoveryPlan("2PL, omitted 10 % at random, 3,000", (M.TWO_PL,) * 30, many, omissions),
        RecoveryPlan("2PL, multistage 1-3, 3,000", bank, many, panel),
        RecoveryPlan("2PL, routed by unseen ability, 3,000", bank, many, routed),
        RecoveryPlan("GPCM, random 10 of 30, 3,000", (M.GPCM,) * 30, many, short_on_the_fly),
    ]  # fmt: skip


def chained(theta: FloatArray, items: ItemParams, rng: np.random.Generator) -> Design:
    return assigned(chained_forms(4, 18, 4), spiralled(theta.size, 4, rng), items.n_items)


def balanced(theta: FloatArray, items: ItemParams, rng: np.random.Generator) -> Design:
    return assigned(balanced_forms(7, 3, 8), spiralled(theta.size, 7, rng), items.n_items)


def on_the_fly(theta: FloatArray, items: ItemParams, rng: np.random.Generator) -> Design:
    return linear_on_the_fly(theta.size, items.n_items, 20, rng)


def short_on_the_fly(theta: FloatArray, items: ItemParams, rng: np.random.Generator) -> Design:
    return linear_on_the_fly(theta.size, items.n_items, 10, rng)


def unfinished(theta: FloatArray, items: ItemParams, rng: np.random.Generator) -> Design:
    return not_reached(on_the_fly(theta, items, rng), rng)


def omissions(theta: FloatArray, items: ItemParams, rng: np.random.Generator) -> Design:
    everyone = assigned([np.arange(items.n_items)], np.zeros(theta.size, dtype=int), items.n_items)
    return omitted(everyone, 0.1, rng)


def panel(theta: FloatArray, items: ItemParams, rng: np.random.Generator) -> SparseResponses:
    """A routing module of 15 items of all difficulties, then one of three modules of 15 by difficulty."""
    order = np.argsort(items.b)
    routing = order[::4]
    modules = np.split(np.setdiff1d(order, routing, assume_unique=True), 3)
    return simulate_multistage(theta, items, [[routing], modules], rng)


def routed(theta: FloatArray, items: ItemParams, rng: np.random.Generator) -> Design:
    """Not ignorable: the calibration does not see what chose the items. To show what that costs."""
    return adaptive(theta, items.b, 20, rng)


HEADER = f"{'':26}{'n':>8}{'bias':>9}{'RMSE':>8}{'SE':>8}{'coverage':>10}{'r':>8}"


def show(result: RecoveryResult, elapsed_s: float) -> None:
    notes = [f"{result.n_converged} of {result.n_replications} converged"]
    if result.n_excluded or result.n_recoded:
        notes.append(f"{result.n_excluded} items excluded, {result.n_recoded} recoded")
    print(f"{result.name}: {', '.join(notes)}; {elapsed_s:.1f} s CPU")
    for row in result.parameters:
        print(
            f"  {row.parameter:24}{row.n:8,}{row.bias:9.3f}{row.rmse:8.3f}{row.mean_se:8.3f}"
            f"{row.coverage:10.3f}{row.correlation:8.3f}"
        )


def tell(done: int, of: int) -> None:
    print(f"\r  {done}/{of} ", end="" if done < of else "\r", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("only", nargs="?", default="")
    parser.add_argument("--replications", type=int, default=50)
    parser.add_argument("--seed", type=int, default=2026)
    chosen = parser.parse_args()
    print(f"numpy {np.__version__}, {chosen.replications} replications, seed {chosen.seed}")
    print("SE: root mean square of the standard errors. Coverage: of estimate ± 1.96 SE; 0.950 is right.")
    print(HEADER)
    for place, plan in enumerate(plans()):
        if chosen.only.lower() in plan.name.lower():
            start = time.process_time()
            rng = np.random.default_rng([chosen.seed, place])
            result = parameter_recovery(plan, chosen.replications, rng, progress=tell)
            show(result, time.process_time() - start)


if __name__ == "__main__":
    main()
