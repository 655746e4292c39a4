"""A second scoring of a sitting, by other code: plain loops that share nothing with the first but the facts.

283 doctors were once passed or failed wrongly after keys had slipped by a row; a result is released only when
two separate ways from responses to result agree.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from examsvc.results.estimate import ScoringPlan, SittingScore
from examsvc.results.marks import Keys, Responses

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


def curve_table(plan: ScoringPlan) -> CurveTable:
    """Logs of the 3PL curve of each calibrated item, from the scalar formula."""
    right: dict[str, tuple[float, ...]] = {}
    wrong: dict[str, tuple[float, ...]] = {}
    for place, item_id in enumerate(plan.item_ids):
        a, b, c = float(plan.params.a[place]), float(plan.params.b[place]), float(plan.params.c[place])
        if not math.isnan(a):
            chances = [c + (1 - c) / (1 + math.exp(-a * (theta - b))) for theta in _THETAS]
            right[item_id] = tuple(math.log(max(chance, 1e-300)) for chance in chances)
            wrong[item_id] = tuple(math.log(max(1 - chance, 1e-300)) for chance in chances)
    return CurveTable(right, wrong)


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
    for name, items in {"": plan.item_ids, **plan.competencies}.items():
        counted = [item for item in items if attempted and item in correct and item in table.right]
        thetas[name], ses[name] = _posterior_mean(counted, correct, table)
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
    items: Sequence[str], correct: Mapping[str, bool], table: CurveTable
) -> tuple[float | None, float | None]:
    if not items:
        return None, None
    logs = [-0.5 * theta * theta for theta in _THETAS]
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
