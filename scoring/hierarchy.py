"""Small samples: priors borrowed from the other items of a topic, and from the other topics.

An item's difficulty is taken to scatter around its topic's mean, and the topics' means around a common one;
so is the logarithm of its slope. Both spreads are estimated from the items themselves: items with many
responses tell where a topic lies, items with few lean on it, and a topic of few items leans on the others
(empirical Bayes).
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from scoring.calibration import Calibration, CalibrationOptions
from scoring.errors import InvalidParameters
from scoring.params import ItemParams
from scoring.priors import WEAK_PRIORS, ItemPriors, LogNormal, Normal
from scoring.responses import BoolArray, FloatArray, IntArray

Calibrate = Callable[[CalibrationOptions, ItemParams | None], Calibration]
"""Calibrates the same responses under other options, from these parameters."""

_LEAST_SD_B: Final = 0.3
_LEAST_SD_LOG_A: Final = 0.15
_STEPS: Final = 50
_NEAR: Final = 0.01


@dataclass(frozen=True, slots=True)
class TopicPrior:
    """What a topic's items are believed to be; sds are those of a further item of the topic."""

    topic: Hashable
    n_items: int
    mean_b: float
    sd_b: float
    mean_log_a: float
    sd_log_a: float


@dataclass(frozen=True, slots=True, eq=False)
class Borrowing:
    """priors : one prior an item, for `CalibrationOptions`; topics : where they come from, in first order."""

    priors: ItemPriors
    topics: tuple[TopicPrior, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """Means of the topics, and the sd of an item around what is known of its topic, each (n_topics,)."""

    mean: FloatArray
    sd: FloatArray


def borrowed_priors(
    calibration: Calibration, topics: Sequence[Hashable], believed: ItemPriors = WEAK_PRIORS
) -> Borrowing:
    """Priors for the next calibration, from what this one found of each topic.

    Parameters
    ----------
    calibration : under `believed`, whose share in each estimate is taken out again before pooling
    topics : (n_items,) the topic of each item; items that were not calibrated get their topic's prior too
    believed : the priors of `calibration`; their c is kept

    Raises
    ------
    InvalidParameters : topics of another number of items.

    References: DerSimonian & Laird (1986) for spreads from estimates with known errors; Mislevy (1986).
    """
    n_items = calibration.params.n_items
    if len(topics) != n_items:
        raise InvalidParameters(f"topics: expected one for each of {n_items} items, got {len(topics)}")
    labels = list(dict.fromkeys(topics))
    place = {label: number for number, label in enumerate(labels)}
    of_item = np.array([place[topic] for topic in topics], dtype=np.intp)
    difficulty = _level(*_difficulties(calibration, of_item, believed), len(labels), _LEAST_SD_B)
    slope = _level(*_log_slopes(calibration, of_item, believed), len(labels), _LEAST_SD_LOG_A)
    priors = ItemPriors(
        a=LogNormal(slope.mean[of_item], slope.sd[of_item]),
        b=Normal(difficulty.mean[of_item], difficulty.sd[of_item]),
        c=believed.c,
    )
    counts = np.bincount(of_item, minlength=len(labels))
    figures = zip(counts, difficulty.mean, difficulty.sd, slope.mean, slope.sd, strict=True)
    return Borrowing(
        priors,
        tuple(
            TopicPrior(label, int(n), *map(float, rest))
            for label, (n, *rest) in zip(labels, figures, strict=True)
        ),
    )


def calibrate_borrowing(
    calibrate: Calibrate,
    topics: Sequence[Hashable],
    *,
    options: CalibrationOptions | None = None,
    rounds: int = 4,
) -> tuple[Calibration, Borrowing]:
    """Calibrate, borrow, and calibrate again until the topics' means rest.

    Parameters
    ----------
    calibrate : as `lambda options, start: scoring.calibrate(responses, options=options, start=start)`
    topics : (n_items,)
    options : of every round; its priors begin, weak ones when None
    rounds : at most so many further calibrations; each starts where the last ended

    Returns
    -------
    The last calibration, and the priors it was done under. Its standard errors take the borrowed priors as
    known, and are so somewhat too small in banks of few items.
    """
    chosen = options or CalibrationOptions()
    believed = chosen.priors or WEAK_PRIORS
    found = calibrate(replace(chosen, priors=believed), None)
    borrowing = borrowed_priors(found, topics, believed)
    for _ in range(rounds):
        found = calibrate(replace(chosen, priors=borrowing.priors), found.params)
        following = borrowed_priors(found, topics, borrowing.priors)
        moved = max(
            abs(new.mean_b - old.mean_b) for new, old in zip(following.topics, borrowing.topics, strict=True)
        )
        if moved < _NEAR:
            break
        borrowing = following
    return found, borrowing


def _difficulties(
    calibration: Calibration, of_item: IntArray, believed: ItemPriors
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Values, error variances and topics of all thresholds, without what the prior added."""
    steps, se = calibration.params.thresholds, calibration.se_thresholds
    known = np.isfinite(steps) & np.isfinite(se)
    item = np.nonzero(known)[0]
    values, variances = steps[known], se[known] ** 2
    if believed.b is not None:
        prior = believed.b.of(item)
        values, variances = _without_prior(values, variances, (np.asarray(prior.mean), np.asarray(prior.sd)))
    return values, variances, of_item[item]


def _log_slopes(
    calibration: Calibration, of_item: IntArray, believed: ItemPriors
) -> tuple[FloatArray, FloatArray, IntArray]:
    a, se = calibration.params.a, calibration.se_a
    with np.errstate(invalid="ignore"):
        known: BoolArray = np.isfinite(se) & (a > 0)
    item = np.flatnonzero(known)
    values, variances = np.log(a[item]), (se[item] / a[item]) ** 2
    if isinstance(believed.a, LogNormal):
        prior = believed.a.of(item)
        values, variances = _without_prior(values, variances, (np.asarray(prior.mean), np.asarray(prior.sd)))
    return values, variances, of_item[item]


def _without_prior(
    values: FloatArray, variances: FloatArray, prior: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """What the responses alone say: precisions subtract. What is all prior says next to nothing."""
    mean, sd = prior
    precision = np.maximum(1.0 / variances - sd**-2.0, 1e-3 / variances)
    alone = (values / variances - mean / sd**2) / precision
    return np.where(precision > 1e-2 / variances, alone, values), 1.0 / precision


def _level(values: FloatArray, variances: FloatArray, topic: IntArray, n_topics: int, least: float) -> _Level:
    """Topic means drawn towards the common one; one spread of items within topics, one of topics."""
    if not values.size:
        return _Level(np.zeros(n_topics), np.full(n_topics, 2.0 if least == _LEAST_SD_B else 0.5))
    within = 0.0
    for _ in range(_STEPS):  # Paule & Mandel (1982): the spread at which the weighted squares equal their df
        weights = 1.0 / (variances + within)
        total = np.bincount(topic, weights, n_topics)
        mean = np.bincount(topic, weights * values, n_topics) / np.maximum(total, 1e-12)
        excess = float((weights * (values - mean[topic]) ** 2).sum()) - (
            values.size - np.count_nonzero(total)
        )
        slope = float((weights**2 * (values - mean[topic]) ** 2).sum())
        following = max(within + excess / max(slope, 1e-12), 0.0)
        if abs(following - within) < 1e-8:
            break
        within = following
    present = total > 0
    common, between = _common(mean[present], 1.0 / total[present])
    variance = np.divide(1.0, total, out=np.full(n_topics, np.inf), where=present)
    trust = between / (between + variance)
    drawn = common + np.where(present, trust * (mean - common), 0.0)
    unsure = np.where(present, trust * np.where(present, variance, 0.0), between)
    return _Level(drawn, np.sqrt(np.maximum(within, least**2) + unsure))


def _common(means: FloatArray, variances: FloatArray) -> tuple[float, float]:
    """Grand mean of the topics' means, and the variance between topics beyond their errors."""
    if means.size < 2:
        return float(means.mean()), 0.0
    between = max(float(means.var(ddof=1) - variances.mean()), 0.0)
    weights = 1.0 / (variances + between)
    return float((weights * means).sum() / weights.sum()), between
