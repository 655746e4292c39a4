"""The one door to the solver: a model in, a verdict out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy
from scipy.optimize import Bounds, LinearConstraint, milp

from examsvc.assembly.constraints import Model
from examsvc.assembly.pool import FloatArray

SOLVER = "HiGHS through scipy.optimize.milp"
SOLVER_VERSION: str = scipy.__version__

# scipy.optimize.milp, OptimizeResult.status
_OPTIMAL, _INFEASIBLE = 0, 2


class Verdict(StrEnum):
    """What is known after a run; a limit without a solution decides nothing."""

    PROVEN = "PROVEN"
    FOUND = "FOUND"
    IMPOSSIBLE = "IMPOSSIBLE"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop. Nodes come first, so that a slow machine finds the same form as a fast one."""

    time_s: float
    nodes: int = 5_000
    relative_gap: float = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A verdict, with the values and the proven gap where there are any."""

    verdict: Verdict
    values: FloatArray | None = None
    gap: float | None = None


def minimise(costs: FloatArray, model: Model, limits: Limits) -> Outcome:
    """The cheapest form of this model, or why there is none."""
    return _run(costs, model, (model.lower, model.upper), limits)


def is_possible(model: Model, lines: tuple[int, ...], limits: Limits, *, whole: bool) -> bool | None:
    """Whether these lines can hold together, over whole numbers or their relaxation; None when undecided."""
    chosen = model.rows_of(lines)
    lower = np.where(chosen, model.lower, -np.inf)
    upper = np.where(chosen, model.upper, np.inf)
    outcome = _run(np.zeros(model.n_variables), model, (lower, upper), limits, whole=whole)
    return {Verdict.IMPOSSIBLE: False, Verdict.UNDECIDED: None}.get(outcome.verdict, True)


def _run(
    costs: FloatArray,
    model: Model,
    bounds: tuple[FloatArray, FloatArray],
    limits: Limits,
    *,
    whole: bool = True,
) -> Outcome:
    integrality = np.zeros(model.n_variables)
    integrality[: model.n_binary] = 1 if whole else 0
    solution = milp(
        costs,
        integrality=integrality,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(model.matrix, *bounds),
        options={"time_limit": limits.time_s, "node_limit": limits.nodes, "mip_rel_gap": limits.relative_gap},
    )
    if solution.x is not None:
        verdict = Verdict.PROVEN if solution.status == _OPTIMAL else Verdict.FOUND
        return Outcome(verdict, np.asarray(solution.x), float(solution.mip_gap or 0.0))
    return Outcome(Verdict.IMPOSSIBLE if solution.status == _INFEASIBLE else Verdict.UNDECIDED)
