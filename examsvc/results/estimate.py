"""Estimates and levels of all sittings of one form, overall and by competency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from examsvc.positions.framework import LevelScale
from examsvc.results.categories import WHOLE_MARK, Categories
from examsvc.results.dimensions import Dimensions, Population
from examsvc.results.errors import PlanMalformed
from examsvc.results.marks import Keys, Responses, evidence_of, mark_table
from scoring.ability import eap
from scoring.cuts import level_of, level_probabilities
from scoring.multidim import CompetencyModel, multidimensional_eap
from scoring.params import ItemParams
from scoring.points import category_shares, theta_at_share_of_points
from scoring.quadrature import Quadrature, normal_quadrature
from scoring.responses import MISSING, BoolArray, FloatArray, IntArray, ResponseMatrix


@dataclass(frozen=True, slots=True)
class ScoringPlan:
    """Everything that scoring a form rests on.

    Parameters
    ----------
    item_ids : the form's items, in the order of `params`
    params : a row per item; NaN where calibration found nothing
    competencies : item ids by competency
    scale : the levels and the percents they begin at
    min_items : of scored items, below which a competency reports "insufficient evidence"
    population : of those the calibration rests on: where every estimate starts from
    dimensions : how the competencies go together; None estimates each by its own items alone
    categories : of each item, as its calibration divides its marks; when empty, right or not
    """

    item_ids: tuple[str, ...]
    params: ItemParams
    competencies: Mapping[str, tuple[str, ...]]
    scale: LevelScale
    min_items: int
    population: Population = field(default_factory=Population)
    dimensions: Dimensions | None = None
    categories: tuple[Categories, ...] = ()

    def __post_init__(self) -> None:
        if not self.categories:
            object.__setattr__(self, "categories", (WHOLE_MARK,) * len(self.item_ids))
        if len(set(self.item_ids)) != len(self.item_ids):
            raise PlanMalformed("item_twice")
        if self.params.n_items != len(self.item_ids):
            raise PlanMalformed("params_of_other_items")
        if not self._are_categories_of_params():
            raise PlanMalformed("categories_of_other_items")
        if not {item for items in self.competencies.values() for item in items} <= set(self.item_ids):
            raise PlanMalformed("competency_of_foreign_item")
        joined = [item for code in self.joined for item in self.competencies[code]]
        if len(set(joined)) != len(joined):
            raise PlanMalformed("item_of_two_dimensions")

    def _are_categories_of_params(self) -> bool:
        if len(self.categories) != len(self.item_ids):
            return False
        known = zip(self.params.calibrated, self.params.n_categories, self.categories, strict=True)
        return all(not calibrated or n == len(one) for calibrated, n, one in known)

    @property
    def joined(self) -> tuple[str, ...]:
        """The competencies that are estimated together."""
        known = () if self.dimensions is None else self.dimensions.codes
        return tuple(code for code in self.competencies if code in known)


@dataclass(frozen=True, slots=True)
class Standing:
    """One sitting's estimate: overall, or in one competency; theta and level are None without evidence."""

    theta: float | None
    se: float | None
    level: int | None
    level_probabilities: tuple[float, ...]
    n_items: int
    is_sufficient: bool


@dataclass(frozen=True, slots=True)
class SittingScore:
    """points : the sum of the marks; number_correct : of items that earned their whole mark"""

    points: Fraction
    number_correct: int
    percent: float
    overall: Standing
    competencies: Mapping[str, Standing]


@dataclass(frozen=True, slots=True)
class FormScores:
    """Scores in the order of the sittings; `left_out` names items that give a mark but no evidence."""

    scores: tuple[SittingScore, ...]
    cuts: tuple[float, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Estimates:
    """Arrays over sittings of one group of items."""

    theta: FloatArray
    se: FloatArray
    n_responses: IntArray
    levels: IntArray
    probabilities: FloatArray

    def standing(self, row: int, min_items: int) -> Standing:
        n_items = int(self.n_responses[row])
        if n_items == 0:
            return Standing(None, None, None, (), 0, False)
        theta, se = float(self.theta[row]), float(self.se[row])
        if n_items < min_items:
            return Standing(theta, se, None, (), n_items, False)
        probabilities = tuple(float(share) for share in self.probabilities[row])
        return Standing(theta, se, int(self.levels[row]), probabilities, n_items, True)


def items_by_competency(
    topic_of_item: Mapping[str, str], competencies_of_topic: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Group a form's items under the competencies that their topics are evidence for."""
    groups: dict[str, list[str]] = {}
    for item_id, topic in topic_of_item.items():
        for competency in competencies_of_topic.get(topic, ()):
            groups.setdefault(competency, []).append(item_id)
    return {competency: tuple(items) for competency, items in sorted(groups.items())}


def score_form(plan: ScoringPlan, sittings: Sequence[Responses], keys: Keys) -> FormScores:
    """Score all sittings of a form at once.

    The whole form gives one estimate. Where the plan knows how the competencies go together, each of them is
    estimated from all items (multidimensional EAP), else from its own; in either case a competency with few
    items of its own claims no level: what is borrowed is a prediction, not evidence.

    The cuts are percents of the form's points carried to theta by its test characteristic curve; one set
    serves the whole and every competency, since all are estimates on one scale. Blank responses of an
    attempted form are wrong; uncalibrated items and items credited to all count in the points alone.

    Raises
    ------
    KeyMissing : an item has no key. scoring.errors.ShareUnreachable : a cut cannot be placed on this form.
    """
    prior = normal_quadrature(mean=plan.population.mean, sd=plan.population.sd)
    marks = mark_table(plan.item_ids, sittings, keys)
    evidence = evidence_of(marks, (plan.item_ids, sittings, keys), plan.categories)
    usable = _usable(plan, keys)
    cuts = form_cuts(plan, usable)
    overall = _estimates(evidence, plan, usable, (cuts, prior))
    groups = {
        competency: _estimates(evidence, plan, usable & np.isin(plan.item_ids, items), (cuts, prior))
        for competency, items in plan.competencies.items()
        if competency not in plan.joined
    } | _joint_estimates(evidence, plan, usable, cuts)
    totals = zip(marks.points(), marks.numbers_correct(), strict=True)
    scores = tuple(
        SittingScore(
            points=points,
            number_correct=right,
            percent=float(100 * points / len(plan.item_ids)),
            overall=overall.standing(row, plan.min_items),
            competencies={name: groups[name].standing(row, plan.min_items) for name in plan.competencies},
        )
        for row, (points, right) in enumerate(totals)
    )
    left_out = tuple(item for item, is_usable in zip(plan.item_ids, usable, strict=True) if not is_usable)
    return FormScores(scores, cuts, left_out)


def form_cuts(plan: ScoringPlan, usable: BoolArray) -> tuple[float, ...]:
    """The abilities at which the expected share of the usable items' points reaches each cut of the scale."""
    if not usable.any():
        raise PlanMalformed("nothing_calibrated")
    params = plan.params.subset(usable)
    worth = category_shares([plan.categories[place].worth for place in np.flatnonzero(usable)], params)
    return tuple(theta_at_share_of_points(share, params, worth) for share in plan.scale.shares)


def _usable(plan: ScoringPlan, keys: Keys) -> BoolArray:
    informative = np.array([not keys[item_id].credits_all for item_id in plan.item_ids], dtype=np.bool_)
    usable: BoolArray = plan.params.calibrated & informative
    return usable


def _estimates(
    evidence: ResponseMatrix, plan: ScoringPlan, where: BoolArray, scale: tuple[tuple[float, ...], Quadrature]
) -> _Estimates:
    cuts, prior = scale
    if where.any():
        ability = eap(evidence[:, where], plan.params.subset(where), prior)
    else:
        # No item of the group can be used: everybody stands without evidence.
        silent = np.full((evidence.shape[0], 1), MISSING, dtype=np.int8)
        ability = eap(silent, ItemParams.two_pl([1.0], [0.0]), prior)
    probabilities = level_probabilities(ability.posterior, prior.nodes, cuts)
    levels = level_of(ability.theta, cuts)
    return _Estimates(ability.theta, ability.se, ability.n_responses, levels, probabilities)


def _joint_estimates(
    evidence: ResponseMatrix, plan: ScoringPlan, usable: BoolArray, cuts: tuple[float, ...]
) -> dict[str, _Estimates]:
    """Every joined competency from the items of all of them."""
    if plan.dimensions is None or not plan.joined:
        return {}
    known = plan.dimensions.of(plan.joined)
    place_of = {item: place for place, code in enumerate(known.codes) for item in plan.competencies[code]}
    dimension = np.array([place_of.get(item, -1) for item in plan.item_ids])
    where = usable & (dimension >= 0)
    if not where.any():
        return {code: _estimates(evidence, plan, where, (cuts, normal_quadrature())) for code in known.codes}
    means, sds = np.array(known.means), np.array(known.sds)
    model = CompetencyModel(plan.params.subset(where), dimension[where], means, sds)
    scores = multidimensional_eap(evidence[:, where], model, known.correlations, keep_posterior=True)
    posterior = scores.posterior
    if posterior is None:
        raise PlanMalformed("posterior_missing")
    return {
        code: _Estimates(
            scores.theta[:, place],
            scores.se[:, place],
            scores.n_responses[:, place],
            level_of(scores.theta[:, place], cuts),
            level_probabilities(posterior[:, place], scores.nodes[place], cuts),
        )
        for place, code in enumerate(known.codes)
    }
