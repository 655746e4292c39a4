"""Category curves at one ability per response, without evaluating what nobody met."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, log_expit

from scoring.errors import InvalidResponses
from scoring.params import ItemModel, ItemParams
from scoring.responses import FloatArray, IntArray, ResponseMatrix, SparseResponses, response_matrix

Responses = npt.ArrayLike | SparseResponses

_PAIRS_AT_ONCE = 1 << 17
_PERSONS_AT_ONCE = 2048
_TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Some responses in long form: person, item and mark of each, (n_pairs,)."""

    person: IntArray
    item: IntArray
    mark: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PairCurves:
    """At each pair's ability, (n_pairs, most_categories): log P, P, dP/dtheta and d2P/dtheta2.

    Beyond an item's own categories P and its derivatives are 0 and so is `log_p`, so that P log P is 0 there.
    """

    log_p: FloatArray
    p: FloatArray
    slope: FloatArray
    curvature: FloatArray

    @property
    def expected(self) -> FloatArray:
        mean: FloatArray = self.p @ np.arange(self.p.shape[1], dtype=np.float64)
        return mean

    def central_moments(self, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Variance and fourth central moment of the mark, each (n_pairs,)."""
        squares = (np.arange(self.p.shape[1]) - expected[:, None]) ** 2
        return (squares * self.p).sum(axis=1), (squares**2 * self.p).sum(axis=1)


def checked_responses(responses: Responses, params: ItemParams) -> ResponseMatrix | SparseResponses:
    """The responses in the library's form, their columns being the items of `params`.

    Raises InvalidResponses for wrong shapes or marks, NotCalibrated for an item without parameters.
    """
    params.require_calibrated()
    if not isinstance(responses, SparseResponses):
        shape = np.shape(responses)
        if len(shape) == 2 and shape[1] != params.n_items:
            raise InvalidResponses(f"responses: {shape[1]} columns for {params.n_items} items")
        return response_matrix(responses, params.n_categories)
    if responses.n_items != params.n_items:
        raise InvalidResponses(f"responses: {responses.n_items} columns for {params.n_items} items")
    beyond = np.asarray(responses.mark) >= params.n_categories[np.asarray(responses.item)]
    if beyond.any():
        place = int(np.flatnonzero(beyond)[0])
        raise InvalidResponses(f"responses: entry {place} is no mark of item {int(responses.item[place])}")
    return responses


def n_persons_of(responses: ResponseMatrix | SparseResponses) -> int:
    return responses.n_persons if isinstance(responses, SparseResponses) else int(responses.shape[0])


def abilities(theta: npt.ArrayLike, n_persons: int) -> FloatArray:
    """(n_persons,) abilities; not finite for whoever was not scored."""
    values = np.asarray(theta, dtype=np.float64)
    if values.shape != (n_persons,):
        raise InvalidResponses(f"theta: expected one for each of {n_persons} persons, got {values.shape}")
    return values


def dense_blocks(responses: ResponseMatrix | SparseResponses) -> Iterator[tuple[int, ResponseMatrix]]:
    """Some persons at a time as a matrix, with the number of the first."""
    for first in range(0, n_persons_of(responses), _PERSONS_AT_ONCE):
        if isinstance(responses, SparseResponses):
            yield first, responses.dense(first, first + _PERSONS_AT_ONCE)
        else:
            yield first, responses[first : first + _PERSONS_AT_ONCE]


def pair_blocks(responses: ResponseMatrix | SparseResponses) -> Iterator[Pairs]:
    """All responses given, persons in order, in pieces that stay in memory; a person is never split."""
    for first, block in dense_blocks(responses):
        person, item = np.nonzero(block >= 0)
        mark = block[person, item].astype(np.intp)
        ends = np.searchsorted(person, np.arange(block.shape[0] + 1))
        low = 0
        while low < block.shape[0]:
            high = max(low + 1, int(np.searchsorted(ends, ends[low] + _PAIRS_AT_ONCE, side="right")) - 1)
            cut = slice(int(ends[low]), int(ends[high]))
            yield Pairs(person[cut] + first, item[cut], mark[cut])
            low = high


def pair_curves(theta: FloatArray, item: IntArray, params: ItemParams) -> PairCurves:
    """Category curves of item[k] at theta[k], by the formulas of scoring.models.

    References: derivatives of the 3PL, Lord (1980), ch. 4; of the GRM, Samejima (1969); of the GPCM,
    Muraki (1993).
    """
    most = int(params.n_categories.max(initial=2))
    shape = (theta.size, most)
    curves = PairCurves(*(np.zeros(shape) for _ in range(4)))
    family = np.array([_family(model) for model in params.models])
    group = family * (most + 1) + params.n_categories
    of_pair = group[item]
    for code in np.unique(group).tolist():
        where = np.flatnonzero(of_pair == code)
        if not where.size:
            continue
        kind, n = divmod(code, most + 1)
        index = item[where]
        a = params.a[index, None]
        z = a * (theta[where, None] - params.thresholds[index, : n - 1])
        parts = _partial_credit(z, a) if kind == 0 else _cumulative(z, a, params.c[index, None])
        for target, values in zip(
            (curves.log_p, curves.p, curves.slope, curves.curvature), parts, strict=True
        ):
            target[where, :n] = values
    return curves


def _family(model: ItemModel) -> int:
    """1 where the steps are cumulative (GRM, and the 3PL with its asymptote), else 0."""
    return int(model in (ItemModel.GRM, ItemModel.THREE_PL))


def _partial_credit(z: FloatArray, a: FloatArray) -> tuple[FloatArray, ...]:
    """PCM, GPCM, RSM and, with one step, the 2PL: P' = a P (k - E), P'' = a^2 P ((k - E)^2 - V)."""
    exponent = np.concatenate([np.zeros((len(z), 1)), np.cumsum(z, axis=1)], axis=1)
    exponent -= exponent.max(axis=1, keepdims=True)
    log_p = exponent - np.log(np.exp(exponent).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    marks = np.arange(p.shape[1], dtype=np.float64)
    deviation = marks - (p @ marks)[:, None]
    variance = (p * deviation**2).sum(axis=1, keepdims=True)
    return log_p, p, a * p * deviation, a**2 * p * (deviation**2 - variance)


def _cumulative(z: FloatArray, a: FloatArray, c: FloatArray) -> tuple[FloatArray, ...]:
    """GRM, and the 3PL as its case of one step with a lower asymptote."""
    reached, missed = expit(z), expit(-z)
    first, last = log_expit(-z[:, :1]), log_expit(z[:, -1:])
    gap = np.maximum(-np.expm1(np.minimum(z[:, 1:] - z[:, :-1], 0.0)), _TINY)
    between = log_expit(z[:, :-1]) + log_expit(-z[:, 1:]) + np.log(gap)
    log_p = np.concatenate([first, between, last], axis=1)
    if z.shape[1] == 1:
        with np.errstate(divide="ignore"):  # c = 0 has log c = -inf, which logaddexp takes as meant
            log_p[:, 1:] = np.logaddexp(np.log(c), z) + first
        log_p[:, :1] += np.log1p(-c)
    product = (1.0 - c) * a * reached * missed
    bend = a * product * (missed - reached)
    return log_p, np.exp(log_p), _steps_to_categories(product), _steps_to_categories(bend)


def _steps_to_categories(steps: FloatArray) -> FloatArray:
    edge = np.zeros((len(steps), 1))
    categories: FloatArray = np.concatenate([edge, steps], axis=1) - np.concatenate([steps, edge], axis=1)
    return categories
