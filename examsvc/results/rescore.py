"""A second scoring of a sitting, by other code: plain loops that share nothing with the first but the facts.

Competencies that the plan joins are estimated a second time in rescore_joint.py, which says what it shares.

283 doctors were once passed or failed wrongly after keys had slipped by a row; a result is released only when
two separate ways from responses to result agree.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from examsvc.results.dimensions import Population
from examsvc.results.estimate import ScoringPlan, SittingScore
from examsvc.results.marks import Keys, Responses
from examsvc.results.rescore_joint import JointTable, abilities_of, joint_means, lowest_precision

LOWEST: Final = -6.0
STEP: Final = 0.1
POINTS: Final = 121
TOLERANCE: Final = 1e-3
_THETAS: Final = tuple(LOWEST + STEP * place for place in range(POINTS))


@dataclass(frozen=True, slots=True)
class Rescore:
    """`thetas` by competency code, the whole form under the empty code."""

    number_correct: int
    thetas: Mapping[str, float | None]
    ses: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class CurveTable:
    """Per item the logs of right and wrong at every point, worked out once for a form."""

    right: Mapping[str, tuple[float, ...]]
    wrong: Mapping[str, tuple[float, ...]]
    joint: JointTable | None = None


def curve_table(plan: ScoringPlan) -> CurveTable:
    """Logs of the 3PL curve of each calibrated item, from the scalar formula."""
    right: dict[str, tuple[float, ...]] = {}
    wrong: dict[str, tuple[float, ...]] = {}
    for item_id in plan.item_ids:
        curve = _logs(plan, item_id, _THETAS)
        if curve is not None:
            right[item_id], wrong[item_id] = curve
    return CurveTable(right, wrong, _joint_table(plan))


def _joint_table(plan: ScoringPlan) -> JointTable | None:
    if plan.dimensions is None or not plan.joined:
        return None
    known = plan.dimensions.of(plan.joined)
    right: dict[str, tuple[float, ...]] = {}
    wrong: dict[str, tuple[float, ...]] = {}
    for place, code in enumerate(known.codes):
        thetas = abilities_of(place, known)
        for item_id in plan.competencies[code]:
            curve = _logs(plan, item_id, thetas)
            if curve is not None:
                right[item_id], wrong[item_id] = curve
    return JointTable(known, lowest_precision(known), right, wrong)


def _logs(
    plan: ScoringPlan, item_id: str, thetas: Sequence[float]
) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    place = plan.item_ids.index(item_id)
    a, b, c = float(plan.params.a[place]), float(plan.params.b[place]), float(plan.params.c[place])
    if math.isnan(a):
        return None
    odds = [math.exp(min(700.0, -a * (theta - b))) for theta in thetas]  # of wrong, without guessing
    chances = [c + (1 - c) / (1 + odd) for odd in odds]
    right = tuple(math.log(max(chance, 1e-300)) for chance in chances)
    return right, tuple(math.log(max(1 - chance, 1e-300)) for chance in chances)


def rescore(plan: ScoringPlan, table: CurveTable, responses: Responses, keys: Keys) -> Rescore:
    """Mark and estimate one sitting from its raw responses."""
    correct: dict[str, bool] = {}
    total = 0
    for item_id in plan.item_ids:
        key = keys[item_id]
        chosen = responses.get(item_id)
        if key.credits_all:
            total += 1
            continue
        correct[item_id] = chosen in key.accepted
        total += 1 if correct[item_id] else 0
    attempted = any(responses.get(item_id) is not None for item_id in plan.item_ids)
    thetas: dict[str, float | None] = {}
    ses: dict[str, float | None] = {}
    counted = {
        name: [item for item in items if attempted and item in correct and item in table.right]
        for name, items in {"": plan.item_ids, **plan.competencies}.items()
    }
    for name in ("", *(name for name in plan.competencies if name not in plan.joined)):
        thetas[name], ses[name] = _posterior_mean(counted[name], correct, table, plan.population)
    if table.joint is not None:
        for name, found in joint_means(table.joint, correct, counted).items():
            thetas[name], ses[name] = found if found is not None else (None, None)
    return Rescore(total, thetas, ses)


def differences(score: SittingScore, second: Rescore) -> tuple[str, ...]:
    """Names of what the two scorings do not agree on."""
    found = [] if score.number_correct == second.number_correct else ["number_correct"]
    first = {"": score.overall, **score.competencies}
    if first.keys() != second.thetas.keys():
        return (*found, "competencies")
    for name, standing in first.items():
        if not _close(standing.theta, second.thetas[name]):
            found.append(f"theta {name}".rstrip())
        if not _close(standing.se, second.ses[name]):
            found.append(f"se {name}".rstrip())
    return tuple(found)


def _posterior_mean(
    items: Sequence[str], correct: Mapping[str, bool], table: CurveTable, population: Population
) -> tuple[float | None, float | None]:
    if not items:
        return None, None
    logs = [-0.5 * ((theta - population.mean) / population.sd) ** 2 for theta in _THETAS]
    for item in items:
        curve = table.right[item] if correct[item] else table.wrong[item]
        for point in range(POINTS):
            logs[point] += curve[point]
    top = max(logs)
    weights = [math.exp(value - top) for value in logs]
    mass = sum(weights)
    mean = sum(weight * theta for weight, theta in zip(weights, _THETAS, strict=True)) / mass
    spread = sum(weight * (theta - mean) ** 2 for weight, theta in zip(weights, _THETAS, strict=True)) / mass
    return mean, math.sqrt(spread)


def _close(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= TOLERANCE
