"""A second scoring of a sitting, by other code: plain loops that share nothing with the first but the facts.

Competencies that the plan joins are estimated a second time in rescore_joint.py, which says what it shares.

283 doctors were once passed or failed wrongly after keys had slipped by a row; a result is released only when
two separate ways from responses to result agree.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from examsvc.results.dimensions import Population
from examsvc.results.estimate import ScoringPlan, SittingScore
from examsvc.results.marks import Keys, Responses
from examsvc.results.remark import ALL, NONE, category_of, remark
from examsvc.results.rescore_joint import JointTable, abilities_of, joint_means, lowest_precision
from examsvc.results.second_curves import Logs, category_logs

LOWEST: Final = -6.0
STEP: Final = 0.1
POINTS: Final = 121
TOLERANCE: Final = 1e-3
_THETAS: Final = tuple(LOWEST + STEP * place for place in range(POINTS))


@dataclass(frozen=True, slots=True)
class Rescore:
    """`thetas` by competency code, the whole form under the empty code."""

    points: Fraction
    number_correct: int
    thetas: Mapping[str, float | None]
    ses: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class CurveTable:
    """Per item the logs of its categories at every point, worked out once for a form."""

    logs: Mapping[str, Logs]
    joint: JointTable | None = None


def curve_table(plan: ScoringPlan) -> CurveTable:
    """Logs of the category curves of each calibrated item, from the scalar formulas."""
    logs: dict[str, Logs] = {}
    for place, item_id in enumerate(plan.item_ids):
        curves = category_logs(plan.params, place, _THETAS)
        if curves is not None:
            logs[item_id] = curves
    return CurveTable(logs, _joint_table(plan))


def _joint_table(plan: ScoringPlan) -> JointTable | None:
    if plan.dimensions is None or not plan.joined:
        return None
    known = plan.dimensions.of(plan.joined)
    logs: dict[str, Logs] = {}
    for place, code in enumerate(known.codes):
        thetas = abilities_of(place, known)
        for item_id in plan.competencies[code]:
            curves = category_logs(plan.params, plan.item_ids.index(item_id), thetas)
            if curves is not None:
                logs[item_id] = curves
    return JointTable(known, lowest_precision(known), logs)


def rescore(plan: ScoringPlan, table: CurveTable, responses: Responses, keys: Keys) -> Rescore:
    """Mark and estimate one sitting from its raw responses."""
    category: dict[str, int] = {}
    in_part, right = NONE, 0
    for item_id, categories in zip(plan.item_ids, plan.categories, strict=True):
        share = remark(keys[item_id], responses.get(item_id))
        if share is ALL or share == ALL:
            right += 1
        elif share is not NONE:
            in_part += share
        if not keys[item_id].credits_all:
            category[item_id] = category_of(categories, share)
    attempted = any(responses.get(item_id) is not None for item_id in plan.item_ids)
    thetas: dict[str, float | None] = {}
    ses: dict[str, float | None] = {}
    counted = {
        name: [item for item in items if attempted and item in category and item in table.logs]
        for name, items in {"": plan.item_ids, **plan.competencies}.items()
    }
    for name in ("", *(name for name in plan.competencies if name not in plan.joined)):
        thetas[name], ses[name] = _posterior_mean(counted[name], category, table, plan.population)
    if table.joint is not None:
        for name, found in joint_means(table.joint, category, counted).items():
            thetas[name], ses[name] = found if found is not None else (None, None)
    return Rescore(in_part + right, right, thetas, ses)


def differences(score: SittingScore, second: Rescore) -> tuple[str, ...]:
    """Names of what the two scorings do not agree on."""
    found = [name for name in ("points", "number_correct") if getattr(score, name) != getattr(second, name)]
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
    items: Sequence[str], category: Mapping[str, int], table: CurveTable, population: Population
) -> tuple[float | None, float | None]:
    if not items:
        return None, None
    logs = [-0.5 * ((theta - population.mean) / population.sd) ** 2 for theta in _THETAS]
    for item in items:
        curve = table.logs[item][category[item]]
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
