"""When a candidate has passed: compensatory, by component, or both; with the reason of each component."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from scoring.errors import InvalidPassRule


@dataclass(frozen=True, slots=True)
class ComponentRule:
    """What one component must show.

    weight : in the overall score; 0 leaves it out of that
    minimum : least score of the component, on the scale its results come in; None: none
    minimum_level : least level, numbered as by `level_of`; None: none
    """

    component: str
    weight: float = 0.0
    minimum: float | None = None
    minimum_level: int | None = None

    @property
    def requires(self) -> bool:
        return self.minimum is not None or self.minimum_level is not None


@dataclass(frozen=True, slots=True)
class PassRule:
    """A rule over components: every minimum must be met, and so must the weighted mean, where one is asked.

    Raises
    ------
    InvalidPassRule : no component, one named twice, a negative or infinite weight, nothing asked at all, or
        an overall minimum without any weight.
    """

    components: tuple[ComponentRule, ...]
    overall_minimum: float | None = None

    def __post_init__(self) -> None:
        names = [rule.component for rule in self.components]
        if not names or len(set(names)) < len(names):
            raise InvalidPassRule(f"components: expected distinct names, got {names}")
        for rule in self.components:
            if not 0 <= rule.weight < math.inf:
                raise InvalidPassRule(f"weight of {rule.component!r} must be finite and not negative")
        weighted = any(rule.weight > 0 for rule in self.components)
        if self.overall_minimum is not None and not weighted:
            raise InvalidPassRule("an overall minimum needs a component with a weight")
        if self.overall_minimum is None and not any(rule.requires for rule in self.components):
            raise InvalidPassRule("the rule asks for nothing")

    @classmethod
    def compensatory(cls, weights: Mapping[str, float], minimum: float) -> Self:
        """The weighted mean decides; a weak component may be made good by a strong one."""
        return cls(tuple(ComponentRule(name, weight) for name, weight in weights.items()), minimum)

    @classmethod
    def conjunctive(cls, minimums: Mapping[str, float]) -> Self:
        """Every component must reach its own minimum."""
        return cls(tuple(ComponentRule(name, minimum=least) for name, least in minimums.items()))

    @classmethod
    def by_level(cls, minimum_levels: Mapping[str, int]) -> Self:
        """Every component must reach its level, such as level 1 for a leadership position."""
        return cls(tuple(ComponentRule(name, minimum_level=least) for name, least in minimum_levels.items()))


@dataclass(frozen=True, slots=True)
class ComponentResult:
    """What a candidate showed; None (or a NaN score, a negative level) where not scored."""

    score: float | None = None
    level: int | None = None


class Outcome(StrEnum):
    """MET and NO_MINIMUM do not stand in the way; NOT_SCORED leaves the decision open."""

    MET = "MET"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    BELOW_LEVEL = "BELOW_LEVEL"
    NOT_SCORED = "NOT_SCORED"
    NO_MINIMUM = "NO_MINIMUM"


@dataclass(frozen=True, slots=True)
class ComponentReason:
    """One component's part in the decision: what was asked and what was shown."""

    component: str
    outcome: Outcome
    asked: ComponentRule
    shown: ComponentResult


@dataclass(frozen=True, slots=True)
class PassDecision:
    """passed : None while a component that matters is not scored and nothing scored has failed.

    overall : weighted mean of the scores; None without weights, or where a weighted component is not scored
    overall_outcome : of the weighted mean against its minimum
    """

    passed: bool | None
    overall: float | None
    overall_outcome: Outcome
    reasons: tuple[ComponentReason, ...]


def decide(rule: PassRule, results: Mapping[str, ComponentResult]) -> PassDecision:
    """Hold a candidate's component results against the rule.

    Parameters
    ----------
    results : by component name; a component of the rule that is absent is not scored

    Raises InvalidPassRule when a result names a component that the rule does not know.
    """
    unknown = sorted(set(results) - {one.component for one in rule.components})
    if unknown:
        raise InvalidPassRule(f"results: the rule knows no component {', '.join(map(repr, unknown))}")
    reasons = []
    for asked in rule.components:
        shown = results.get(asked.component, ComponentResult())
        reasons.append(ComponentReason(asked.component, _outcome(asked, shown), asked, shown))
    overall = _weighted_mean(rule, results)
    whole = Outcome.NO_MINIMUM
    if rule.overall_minimum is not None:
        whole = _against(overall, rule.overall_minimum, Outcome.BELOW_MINIMUM)
    outcomes = [reason.outcome for reason in reasons] + [whole]
    failed = Outcome.BELOW_MINIMUM in outcomes or Outcome.BELOW_LEVEL in outcomes
    undecided = Outcome.NOT_SCORED in outcomes
    return PassDecision(False if failed else None if undecided else True, overall, whole, tuple(reasons))


def _outcome(asked: ComponentRule, shown: ComponentResult) -> Outcome:
    """The gravest of the two comparisons."""
    found = [Outcome.NO_MINIMUM]
    if asked.minimum is not None:
        found.append(_against(_score(shown), asked.minimum, Outcome.BELOW_MINIMUM))
    if asked.minimum_level is not None:
        level = None if shown.level is None or shown.level < 0 else float(shown.level)
        found.append(_against(level, asked.minimum_level, Outcome.BELOW_LEVEL))
    gravest = (Outcome.BELOW_MINIMUM, Outcome.BELOW_LEVEL, Outcome.NOT_SCORED, Outcome.MET)
    return next((outcome for outcome in gravest if outcome in found), Outcome.NO_MINIMUM)


def _against(value: float | None, least: float, below: Outcome) -> Outcome:
    if value is None:
        return Outcome.NOT_SCORED
    return Outcome.MET if value >= least else below


def _score(shown: ComponentResult) -> float | None:
    return None if shown.score is None or math.isnan(shown.score) else shown.score


def _weighted_mean(rule: PassRule, results: Mapping[str, ComponentResult]) -> float | None:
    weighted = [one for one in rule.components if one.weight > 0]
    scores = [_score(results.get(one.component, ComponentResult())) for one in weighted]
    total = 0.0
    for one, score in zip(weighted, scores, strict=True):
        if score is None:
            return None
        total += one.weight * score
    return total / sum(one.weight for one in weighted) if weighted else None
