"""The EM algorithm for the 2PL: expected sufficient statistics, and the items that maximise against them.

In slope and intercept form, logit P = a theta + d, the 2PL is an exponential family: a person's responses
enter the likelihood only through sum(a y) and sum(d y), and an item's update needs only sum(y), sum(y
E[theta]) and the expected number of persons at each node. So the E-step's two products over the response
matrix have two and one columns instead of n_nodes, as long as all persons of a block met the same items.
References: Bock & Aitkin (1981), Woodruff & Hanson (1996).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from scoring.priors import ItemPriors, prior_terms
from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray, IntArray, ResponseMatrix, presented

_BLOCK_PERSONS = 1024  # posterior weights of a block, 61 nodes wide, stay in the second-level cache
_RARE_PATTERN = 8  # below so many persons a pattern of its own costs more in overhead than it saves
_NEWTON_STEPS = 5
_LARGEST_STEP = 1.0
_SMALLEST_STEP = 1e-7
_HALVINGS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Persons who met the same items, or, with `presented`, some of the same items.

    items : (n_block_items,) positions
    correct : (n_block_persons, n_block_items) 1.0 where right
    presented : the same shape, 1.0 where met; None when all were
    """

    items: IntArray
    correct: FloatArray
    presented: FloatArray | None


@dataclass(frozen=True, slots=True, eq=False)
class Expectation:
    """What the E-step hands to the M-step, all summed over persons.

    right, right_theta : (n_items,) sum of y and of y E[theta | responses]
    at_node : (n_items, n_nodes) expected number of persons at the node who met the item
    """

    log_likelihood: float
    right: FloatArray
    right_theta: FloatArray
    at_node: FloatArray


def response_blocks(responses: ResponseMatrix) -> list[Block]:
    """Sort persons by which items they met; persons without any response are left out."""
    met = presented(responses)
    answered = met.any(axis=1)
    responses, met = responses[answered], met[answered]
    _, first, group, size = np.unique(
        np.packbits(met, axis=1), axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    order, group = np.argsort(group.ravel(), kind="stable"), group.ravel()
    rare = (size < _RARE_PATTERN)[group[order]]
    blocks = []
    for pattern in np.flatnonzero(size >= _RARE_PATTERN):
        items = np.flatnonzero(met[first[pattern]])
        blocks += _cut(responses, order[group[order] == pattern], items, None)
    if rare.any():
        blocks += _cut(responses, order[rare], np.arange(responses.shape[1]), met)
    return blocks


def _cut(responses: ResponseMatrix, persons: IntArray, items: IntArray, met: BoolArray | None) -> list[Block]:
    blocks = []
    for start in range(0, persons.size, _BLOCK_PERSONS):
        where = np.ix_(persons[start : start + _BLOCK_PERSONS], items)
        mask = None if met is None else met[where].astype(np.float64)
        blocks.append(Block(items, (responses[where] == 1).astype(np.float64), mask))
    return blocks


def expect(blocks: Sequence[Block], a: FloatArray, d: FloatArray, quadrature: Quadrature) -> Expectation:
    """The E-step: log likelihood and expected statistics at slopes a and intercepts d, each (n_items,)."""
    nodes = quadrature.nodes
    log_wrong = -np.logaddexp(0.0, np.outer(a, nodes) + d[:, None])
    right, right_theta, at_node = np.zeros_like(a), np.zeros_like(a), np.zeros(log_wrong.shape)
    log_likelihood = 0.0
    for block in blocks:
        posterior, log_evidence = block_posterior(block, (a, d), log_wrong, quadrature)
        log_likelihood += log_evidence
        persons = np.column_stack([np.ones(len(posterior)), posterior @ nodes])
        sums = block.correct.T @ persons
        right[block.items] += sums[:, 0]
        right_theta[block.items] += sums[:, 1]
        if block.presented is None:
            at_node[block.items] += posterior.sum(axis=0)
        else:
            at_node[block.items] += block.presented.T @ posterior
    return Expectation(log_likelihood, right, right_theta, at_node)


def block_posterior(
    block: Block, items: tuple[FloatArray, FloatArray], log_wrong: FloatArray, quadrature: Quadrature
) -> tuple[FloatArray, float]:
    """(n_block_persons, n_nodes) posterior weights, and the block's log likelihood."""
    a, d = items
    weighted = block.correct @ np.column_stack([a[block.items], d[block.items]])
    log_none_right = log_wrong[block.items]
    if block.presented is None:
        log_joint = (
            log_none_right.sum(axis=0) + quadrature.log_weights + np.outer(weighted[:, 0], quadrature.nodes)
        )
    else:
        log_joint = block.presented @ log_none_right + quadrature.log_weights
        log_joint += np.outer(weighted[:, 0], quadrature.nodes)
    peak = log_joint.max(axis=1)
    log_joint -= peak[:, None]
    posterior = np.exp(log_joint, out=log_joint)
    total = posterior.sum(axis=1)
    posterior /= total[:, None]
    return posterior, float((np.log(total) + peak + weighted[:, 1]).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """First derivatives and information of the expected log posterior, each (n_items,); positive definite."""

    gradient_a: FloatArray
    gradient_d: FloatArray
    info_aa: FloatArray
    info_ad: FloatArray
    info_dd: FloatArray


def expected_slopes(
    expectation: Expectation, a: FloatArray, d: FloatArray, nodes: FloatArray, priors: ItemPriors | None
) -> Slopes:
    """At the E-step's own parameters, the gradients of the observed log posterior (Fisher's identity)."""
    p = expit(np.outer(a, nodes) + d[:, None])
    expected = expectation.at_node * p
    spread = expected * (1.0 - p)
    prior = prior_terms(priors, a, d)
    # A trace of a ridge: an item whose persons have all but left the grid must not divide by zero.
    info_aa = (spread @ nodes**2) * (1 + 1e-10) + 1e-10
    info_ad = spread @ nodes
    info_dd = spread.sum(axis=1) * (1 + 1e-10) + 1e-10
    # The priors' exact curvature makes Newton's method fast; far from the maximum it can have the wrong sign.
    exact_aa, exact_dd = info_aa + prior.curvature_aa, info_dd + prior.curvature_dd
    exact_ad = info_ad + prior.curvature_ad
    safe = (exact_aa > 0) & (exact_aa * exact_dd - exact_ad**2 > 0.05 * np.abs(exact_aa) * exact_dd)
    return Slopes(
        gradient_a=expectation.right_theta - expected @ nodes + prior.gradient_a,
        gradient_d=expectation.right - expected.sum(axis=1) + prior.gradient_d,
        info_aa=np.where(safe, exact_aa, info_aa + prior.bound_aa),
        info_ad=np.where(safe, exact_ad, info_ad + prior.bound_ad),
        info_dd=np.where(safe, exact_dd, info_dd + prior.bound_dd),
    )


def maximise(
    expectation: Expectation, a: FloatArray, d: FloatArray, nodes: FloatArray, priors: ItemPriors | None
) -> tuple[FloatArray, FloatArray]:
    """The M-step: Newton's method in (a, d), all items at once; no item ends lower than it began."""

    def height(a: FloatArray, d: FloatArray) -> FloatArray:
        log_odds = np.outer(a, nodes) + d[:, None]
        lost = (expectation.at_node * np.logaddexp(0.0, log_odds)).sum(axis=1)
        reached: FloatArray = a * expectation.right_theta + d * expectation.right - lost
        return reached + prior_terms(priors, a, d).log_density

    reached = height(a, d)
    for _ in range(_NEWTON_STEPS):
        s = expected_slopes(expectation, a, d, nodes, priors)
        determinant = s.info_aa * s.info_dd - s.info_ad**2
        step_a = (s.info_dd * s.gradient_a - s.info_ad * s.gradient_d) / determinant
        step_d = (s.info_aa * s.gradient_d - s.info_ad * s.gradient_a) / determinant
        longest = np.maximum(np.abs(step_a), np.abs(step_d)) / _LARGEST_STEP
        if priors is not None:
            longest = np.maximum(longest, -2.0 * step_a / a)  # a lognormal slope stays positive
        length = 1.0 / np.maximum(longest, 1.0)
        for _ in range(_HALVINGS):
            proposed = height(a + length * step_a, d + length * step_d)
            lower = proposed < reached - 1e-12 * np.abs(reached)
            if not lower.any():
                break
            length = np.where(lower, length / 2.0, length)
        length = np.where(lower, 0.0, length)
        reached = np.where(lower, reached, proposed)
        a, d = a + length * step_a, d + length * step_d
        if max(np.abs(length * step_a).max(), np.abs(length * step_d).max()) < _SMALLEST_STEP:
            break
    return a, d
