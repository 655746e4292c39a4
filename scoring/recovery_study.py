"""How well a calibration finds again the parameters that data were simulated from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from scoring.ability import eap_scores
from scoring.calibrating import calibrate
from scoring.calibration import MAXIMUM_LIKELIHOOD, Calibration, CalibrationOptions
from scoring.designs import Design, complete
from scoring.errors import InvalidOptions
from scoring.params import ItemModel, ItemParams
from scoring.responses import BoolArray, FloatArray, SparseResponses
from scoring.simulate import Population, draw_abilities, draw_params, recovery, simulate_sparse

DrawDesign = Callable[[FloatArray, ItemParams, np.random.Generator], Design | SparseResponses]
Progress = Callable[[int, int], None]

_NORMAL_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class RecoveryPlan:
    """What to simulate and how to calibrate it.

    models : one of each item; true parameters are drawn anew for each replication, see draw_params
    populations : the first is the reference and must be N(0, 1), so that truth and estimate share a scale
    design : who meets what, drawn from abilities (n_persons,) and items, or the responses where those decide
        it; everyone meets everything when None
    n_categories : of items that are not dichotomous
    """

    name: str
    models: tuple[ItemModel, ...]
    populations: tuple[Population, ...] = (Population("all", 1000),)
    design: DrawDesign | None = None
    n_categories: int = 4
    options: CalibrationOptions = MAXIMUM_LIKELIHOOD

    def __post_init__(self) -> None:
        if not self.models or not self.populations:
            raise InvalidOptions("models, populations: expected one at least")
        if (self.populations[0].mean, self.populations[0].sd) != (0.0, 1.0):
            raise InvalidOptions("populations: the first must have mean 0 and sd 1")


@dataclass(frozen=True, slots=True)
class ParameterRecovery:
    """Recovery of one kind of parameter over items (or persons, or groups) and replications.

    n : estimates compared
    bias, rmse : mean and root mean square of estimate minus truth
    mean_se : root mean square of the standard errors; near the rmse where they are right and bias is small
    coverage : share of intervals estimate ± 1.96 standard errors that hold the truth, of `n_intervals`; NaN
        without any
    correlation : of estimates and truths
    """

    parameter: str
    n: int
    bias: float
    rmse: float
    mean_se: float
    coverage: float
    n_intervals: int
    correlation: float


@dataclass(frozen=True, slots=True)
class RecoveryResult:
    """What came of a plan; replications that did not converge are counted and left out of `parameters`.

    n_excluded : items left out of a calibration
    n_recoded : items with an empty category, whose steps are not compared
    """

    name: str
    n_replications: int
    n_converged: int
    n_excluded: int
    n_recoded: int
    parameters: tuple[ParameterRecovery, ...]

    def of(self, parameter: str) -> ParameterRecovery:
        """The row of a, b, c, threshold, mean, sd or theta; KeyError when nothing of it was estimated."""
        rows = {row.parameter: row for row in self.parameters}
        return rows[parameter]


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Truth, estimate and standard error, of equal length."""

    truth: FloatArray
    estimate: FloatArray
    se: FloatArray


def parameter_recovery(
    plan: RecoveryPlan, n_replications: int, rng: np.random.Generator, *, progress: Progress | None = None
) -> RecoveryResult:
    """Simulate, calibrate and compare, again and again.

    b is compared for dichotomous items, thresholds for others; a only where it is free; mean and sd of every
    group but the first, and the sd of the first where slopes are fixed; theta by EAP under the estimated
    items and populations, with its posterior standard deviation as standard error.

    Parameters
    ----------
    rng : each replication gets a generator of its own, so that the first ones stay the same when more follow
    progress : called as progress(done, n_replications)

    Raises
    ------
    InvalidOptions : no replications.
    DisconnectedDesign, NothingToCalibrate : as calibrate, when the plan cannot be calibrated.

    References: Harwell, Stone, Hsu & Kirisci (1996).
    """
    if n_replications < 1:
        raise InvalidOptions("n_replications: expected 1 or more")
    found: dict[str, list[_Compared]] = {}
    n_converged = n_excluded = n_recoded = 0
    for done, own in enumerate(rng.spawn(n_replications), start=1):
        truth, fitted, compared = _replicate(plan, own)
        if fitted.is_converged:
            n_converged += 1
            n_excluded += len(fitted.excluded)
            n_recoded += len(fitted.recoded)
            for name, values in (_items_compared(truth, fitted) | compared).items():
                found.setdefault(name, []).append(values)
        if progress is not None:
            progress(done, n_replications)
    rows = tuple(row for name, parts in found.items() if (row := _summary(name, parts)).n)
    return RecoveryResult(plan.name, n_replications, n_converged, n_excluded, n_recoded, rows)


def _replicate(
    plan: RecoveryPlan, rng: np.random.Generator
) -> tuple[ItemParams, Calibration, dict[str, _Compared]]:
    truth = draw_items(plan.models, rng, n_categories=plan.n_categories)
    theta, group = draw_abilities(plan.populations, rng)
    design = complete(theta.size, truth.n_items) if plan.design is None else plan.design(theta, truth, rng)
    responses = design if isinstance(design, SparseResponses) else simulate_sparse(theta, truth, design, rng)
    groups = group.tolist() if len(plan.populations) > 1 else None
    fitted = calibrate(responses, plan.models, groups=groups, options=plan.options)
    scores = _scores(responses, fitted, plan)
    return truth, fitted, _groups_compared(plan, fitted) | {"theta": _Compared(theta, *scores)}


def draw_items(models: Sequence[ItemModel], rng: np.random.Generator, *, n_categories: int = 4) -> ItemParams:
    """Items of mixed models in this order; what a model shares over items is shared over all of it."""
    kinds = list(dict.fromkeys(models))
    parts = [draw_params(kind, models.count(kind), rng, n_categories=n_categories) for kind in kinds]
    places = np.concatenate([[i for i, model in enumerate(models) if model is kind] for kind in kinds])
    return ItemParams.concat(parts).subset(np.argsort(places))


def _scores(
    responses: SparseResponses, fitted: Calibration, plan: RecoveryPlan
) -> tuple[FloatArray, FloatArray]:
    """EAP and posterior standard deviation under each person's population; NaN without usable responses."""
    usable = fitted.params.calibrated
    usable[[recoded.item for recoded in fitted.recoded]] = False
    theta, se = np.full((2, responses.n_persons), np.nan)
    kept = _on_items(responses, usable)
    first = 0
    for place, population in enumerate(plan.populations):
        last = first + population.n_persons
        own = slice(int(kept.start[first]), int(kept.start[last]))
        part = SparseResponses(
            kept.start[first : last + 1] - kept.start[first], kept.item[own], kept.mark[own], kept.n_items
        )
        scores = eap_scores(part, fitted.params.subset(usable), fitted.population(fitted.groups[place].name))
        theta[first:last], se[first:last] = scores.theta, scores.se
        first = last
    return theta, se


def _on_items(responses: SparseResponses, usable: BoolArray) -> SparseResponses:
    """Only the responses to usable items, renumbered."""
    keep = usable[responses.item]
    start = np.concatenate([[0], np.cumsum(keep)])[responses.start].astype(np.int64)
    number = (np.cumsum(usable) - 1).astype(np.int32)
    return SparseResponses(start, number[responses.item[keep]], responses.mark[keep], int(usable.sum()))


def _items_compared(truth: ItemParams, fitted: Calibration) -> dict[str, _Compared]:
    two = np.array([model.is_dichotomous for model in truth.models], dtype=np.bool_)
    sloped = np.array([not model.has_unit_slope for model in truth.models], dtype=np.bool_)
    guessed = np.array([model is ItemModel.THREE_PL for model in truth.models], dtype=np.bool_)
    whole = np.ones(truth.n_items, dtype=np.bool_)
    whole[[recoded.item for recoded in fitted.recoded]] = False
    items, several = fitted.params, ~two & whole
    width = min(items.thresholds.shape[1], truth.thresholds.shape[1])
    steps = (
        part[several, :width].ravel() for part in (truth.thresholds, items.thresholds, fitted.se_thresholds)
    )
    return {
        "a": _Compared(truth.a[sloped], items.a[sloped], fitted.se_a[sloped]),
        "b": _Compared(truth.b[two], items.b[two], fitted.se_b[two]),
        "c": _Compared(truth.c[guessed], items.c[guessed], fitted.se_c[guessed]),
        "threshold": _Compared(*steps),
    }


def _groups_compared(plan: RecoveryPlan, fitted: Calibration) -> dict[str, _Compared]:
    """Standard errors of 0 mark what was fixed."""
    by_name = {group.name: group for group in fitted.groups}
    pairs = [(population, by_name.get(population.name, fitted.groups[0])) for population in plan.populations]
    compared = {}
    for name in ("mean", "sd"):
        values = [
            (getattr(true, name), getattr(group, name), getattr(group, f"se_{name}"))
            for true, group in pairs
            if getattr(group, f"se_{name}") != 0
        ]
        columns = np.array(values, dtype=np.float64).reshape(-1, 3).T
        compared[name] = _Compared(columns[0], columns[1], columns[2])
    return compared


def _summary(name: str, parts: Sequence[_Compared]) -> ParameterRecovery:
    truth, estimate, se = (
        np.concatenate([getattr(part, field) for part in parts]) for field in ("truth", "estimate", "se")
    )
    found = recovery(truth, estimate)
    sure = np.isfinite(truth) & np.isfinite(estimate) & np.isfinite(se)
    inside = np.abs(estimate[sure] - truth[sure]) <= _NORMAL_95 * se[sure]
    some = bool(sure.any())
    return ParameterRecovery(
        parameter=name,
        n=found.n,
        bias=found.bias,
        rmse=found.rmse,
        mean_se=float(np.sqrt(np.mean(se[sure] ** 2))) if some else float("nan"),
        coverage=float(inside.mean()) if some else float("nan"),
        n_intervals=int(sure.sum()),
        correlation=found.correlation,
    )
