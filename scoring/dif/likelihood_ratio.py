"""DIF by comparing two fits of an item response model: one curve for both groups, or one for each."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from scoring.calibrating import calibrate
from scoring.calibration import Calibration, CalibrationOptions, StandardErrorMethod
from scoring.dif._virtual import Virtual, as_models
from scoring.dif.columns import ItemColumns
from scoring.dif.effect_sizes import expected_score_difference, raju_area
from scoring.dif.groups import DifReason, Reasons, count_reason, two_groups
from scoring.dif.matching import anchor_mask
from scoring.dif.purification import PurgeRule, Purification, PurificationOptions, purify
from scoring.errors import DisconnectedDesign, InvalidOptions
from scoring.multiple_tests import benjamini_hochberg
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray, IntArray, SparseResponses

Fit = Callable[..., Calibration]
_SLACK: Final = 1e-4  # how much better the smaller model may seem by inexact convergence alone


def _maximum_likelihood() -> CalibrationOptions:
    return CalibrationOptions(priors=None, min_responses=1, standard_errors=StandardErrorMethod.NONE)


@dataclass(frozen=True, slots=True, eq=False)
class LikelihoodRatioOptions:
    """How to test for DIF with a model.

    items : (n_items,) mask of the items to test; all when None
    anchors : (n_items,) mask of the items with one curve for both groups; all but the tested one when None
    calibration : maximum likelihood unless given. With priors, needed for the 3PL, the statistic still takes
        the likelihood, at the posterior's maximum, and is then only about chi-square distributed.
    """

    items: BoolArray | None = None
    anchors: BoolArray | None = None
    purification: PurificationOptions | None = None
    alpha: float = 0.05
    min_group: int = 50
    calibration: CalibrationOptions = field(default_factory=_maximum_likelihood)

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1 or self.min_group < 1:
            raise InvalidOptions("alpha must lie between 0 and 1, and min_group be 1 or more")
        if self.purification is not None and self.purification.rule is not PurgeRule.SIGNIFICANT:
            raise InvalidOptions("purification: the likelihood ratio has no classes, only significance")


@dataclass(frozen=True, slots=True, eq=False)
class LikelihoodRatioDif:
    """One row per item; NaN where `reasons` names why.

    g_square, df, p : twice the gain of the likelihood by a curve for each group, and the parameters it takes
    p_adjusted : Benjamini & Hochberg over the items tested
    reference, focal : the item's parameters in each group, on the scale of the reference group
    focal_mean, focal_sd : of ability in the focal group, as estimated with that item's curves apart
    signed_area, unsigned_area : Raju (1988), in marks times theta, positive where harder for the focal group;
        over the whole line, or the range of the nodes where lower asymptotes may differ (3PL)
    sids, wabc, essd : over the focal group's abilities, see ExpectedScoreDifference (uids is wabc); sids and
        essd are negative against the focal group
    n_fits : calibrations done
    """

    g_square: FloatArray
    df: IntArray
    p: FloatArray
    p_adjusted: FloatArray
    reference: ItemParams
    focal: ItemParams
    focal_mean: FloatArray
    focal_sd: FloatArray
    signed_area: FloatArray
    unsigned_area: FloatArray
    sids: FloatArray
    wabc: FloatArray
    essd: FloatArray
    n_reference: IntArray
    n_focal: IntArray
    reasons: Reasons
    purification: Purification
    n_fits: int


def likelihood_ratio_dif(  # noqa: PLR0913 - data, groups and model are the question; the rest has defaults
    responses: npt.ArrayLike | SparseResponses,
    groups: Sequence[Hashable] | npt.NDArray[np.generic],
    focal: Hashable,
    models: ItemModel | str | Sequence[ItemModel | str] = ItemModel.TWO_PL,
    *,
    reference: Hashable | None = None,
    options: LikelihoodRatioOptions | None = None,
    fit: Fit = calibrate,
) -> LikelihoodRatioDif:
    """Test each item by a compact and an augmented calibration of both groups together.

    In both, the focal group's mean and SD of ability are estimated, anchors have one curve, and every other
    item but the tested has one for each group. The compact model gives the tested item one curve, the
    augmented one two. With all others as anchors that is one fit more than items tested; each round of
    purification costs as many again, less those already done.

    Parameters
    ----------
    responses : (n_persons, n_items) marks with MISSING, or SparseResponses; missing by design needs no care,
        as an item with two curves is two items, each missing for one group
    groups, focal, reference : see two_groups
    models : one of all items, or one of each
    fit : calibrates, with the interface of scoring.calibrating.calibrate

    Returns
    -------
    LikelihoodRatioDif. An item is not tested when a group is too small, or has not earned every mark of it.

    Raises
    ------
    InvalidResponses, InvalidGroups, InvalidOptions, InvalidParameters.

    References: Thissen, Steinberg & Wainer (1993); Wang & Yeh (2003) for the choice of anchors.
    """
    chosen = options or LikelihoodRatioOptions()
    who = two_groups(groups, focal, reference)
    columns = ItemColumns.of(responses, who.compared)
    n_items = columns.n_items
    virtual = Virtual.of(responses, who, as_models(models, n_items))
    counts, untested = _screen(columns, who.focal[who.compared], chosen)
    runs = _Runs(virtual, fit, chosen.calibration, np.array([reason is None for reason in untested]))

    def test(anchors: BoolArray) -> tuple[list[_Row], BoolArray]:
        rows = [
            _Row(reason=reason) if reason is not None else _test_item(item, anchors, runs)
            for item, reason in enumerate(untested)
        ]
        p = np.array([row.p for row in rows])
        return rows, p < chosen.alpha

    rows, purification = purify(test, anchor_mask(chosen.anchors, n_items), chosen.purification)
    return _result(rows, purification, virtual, (counts, runs.n_fits))


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    reason: DifReason | None
    g_square: float = np.nan
    df: int = 0
    pair: tuple[ItemParams, ItemParams] | None = None
    ability: Quadrature | None = None
    mean: float = np.nan
    sd: float = np.nan

    @property
    def p(self) -> float:
        return float(chi2.sf(self.g_square, self.df)) if self.df else np.nan


class _Runs:
    """Calibrations by which items have two curves; none is done twice."""

    def __init__(self, virtual: Virtual, fit: Fit, options: CalibrationOptions, usual: BoolArray) -> None:
        self._virtual, self._fit = virtual, fit
        self._options = replace(options, reference=Virtual.REFERENCE)
        self._usual = usual
        self._known: dict[bytes, Calibration | None] = {}
        self._start: ItemParams | None = None

    @property
    def n_fits(self) -> int:
        return len(self._known)

    def of(self, split: BoolArray) -> Calibration | None:
        """The calibration with two curves for these items (n_items,); None where the groups fall apart."""
        key = split.tobytes()
        if key not in self._known:
            self._known[key] = self._calibrate(split)
        return self._known[key]

    def _calibrate(self, split: BoolArray) -> Calibration | None:
        places = np.flatnonzero(split)
        start = None if self._start is None else self._virtual.spread(self._start, places, self._usual)
        try:
            found = self._fit(
                self._virtual.responses(split),
                self._virtual.models_of(places),
                groups=self._virtual.labels,
                start=start,
                options=self._options,
            )
        except DisconnectedDesign:
            return None
        if self._start is None and found.is_converged:
            self._start = found.params.subset(np.arange(split.size))
        return found


def _screen(
    columns: ItemColumns, focal: BoolArray, options: LikelihoodRatioOptions
) -> tuple[tuple[IntArray, IntArray], list[DifReason | None]]:
    """(reference, focal) persons of each item, and why it is not tested."""
    n_items = columns.n_items
    studied = anchor_mask(options.items, n_items)
    counts = np.zeros((2, n_items), dtype=np.intp)
    reasons: list[DifReason | None] = []
    for item in range(n_items):
        person, mark = columns.item(item)
        in_focal = focal[person]
        counts[:, item] = (~in_focal).sum(), in_focal.sum()
        reason = count_reason(int(counts[0, item]), int(counts[1, item]), options.min_group)
        if not studied[item]:
            reason = DifReason.NOT_STUDIED
        if reason is None and mark.min() == mark.max():
            reason = DifReason.NO_VARIATION
        if reason is None and set(mark[in_focal].tolist()) != set(mark[~in_focal].tolist()):
            reason = DifReason.MARK_NOT_EARNED_BY_A_GROUP
        reasons.append(reason)
    return (counts[0], counts[1]), reasons


def _test_item(item: int, anchors: BoolArray, runs: _Runs) -> _Row:
    if not np.delete(anchors, item).any():
        return _Row(DifReason.NOT_ESTIMABLE)
    together, apart = ~anchors, ~anchors
    together[item], apart[item] = False, True
    compact, augmented = runs.of(together), runs.of(apart)
    if compact is None or augmented is None:
        return _Row(DifReason.NOT_ESTIMABLE)
    g_square = 2.0 * (augmented.log_likelihood - compact.log_likelihood)
    if not (compact.is_converged and augmented.is_converged) or g_square < -_SLACK:
        return _Row(DifReason.NOT_CONVERGED)
    second = anchors.size + int(apart[:item].sum())
    pair = augmented.params.subset([item]), augmented.params.subset([second])
    if not (pair[0].calibrated.all() and pair[1].calibrated.all()):
        return _Row(DifReason.NOT_CALIBRATED)
    place = next(k for k, group in enumerate(augmented.groups) if group.name == Virtual.FOCAL)
    group = augmented.groups[place]
    df = augmented.n_parameters - compact.n_parameters
    ability = augmented.population(augmented.groups[place].name)
    return _Row(None, max(g_square, 0.0), df, pair, ability, group.mean, group.sd)


def _result(
    rows: list[_Row],
    purification: Purification,
    virtual: Virtual,
    counted: tuple[tuple[IntArray, IntArray], int],
) -> LikelihoodRatioDif:
    (n_reference, n_focal), n_fits = counted
    p = np.array([row.p for row in rows])
    sizes = np.array([_sizes(row) for row in rows])
    sides = [
        ItemParams.concat([_side(row, side, virtual.models[k]) for k, row in enumerate(rows)])
        for side in (0, 1)
    ]
    return LikelihoodRatioDif(
        g_square=np.array([row.g_square for row in rows]),
        df=np.array([row.df for row in rows], dtype=np.intp),
        p=p,
        p_adjusted=benjamini_hochberg(p),
        reference=sides[0],
        focal=sides[1],
        focal_mean=np.array([row.mean for row in rows]),
        focal_sd=np.array([row.sd for row in rows]),
        signed_area=sizes[:, 0],
        unsigned_area=sizes[:, 1],
        sids=sizes[:, 2],
        wabc=sizes[:, 3],
        essd=sizes[:, 4],
        n_reference=n_reference,
        n_focal=n_focal,
        reasons=tuple(row.reason for row in rows),
        purification=purification,
        n_fits=n_fits,
    )


def _side(row: _Row, side: int, model: ItemModel) -> ItemParams:
    if row.pair is not None:
        return row.pair[side]
    unknown = np.array([np.nan])
    return ItemParams(unknown, unknown, np.zeros(1), models=(model,))


def _sizes(row: _Row) -> tuple[float, ...]:
    if row.pair is None or row.ability is None:
        return (np.nan,) * 5
    first, second = row.pair
    nodes = row.ability.nodes
    guessing = ItemModel.THREE_PL in first.models
    area = raju_area(first, second, (float(nodes[0]), float(nodes[-1])) if guessing else None)
    marks = expected_score_difference(first, second, row.ability)
    columns = (area.signed, area.unsigned, marks.sids, marks.uids, marks.essd)
    return tuple(float(column[0]) for column in columns)
