"""First and second moments of the marks under a model: values, covariances and derivatives."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from scoring.models import category_probabilities
from scoring.params import ItemModel, ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Indicators (or means) of single items, then products of pairs of marks (first > second).

    curves : (n_nodes, n_items, most_categories)
    scores : (n_single, most_categories) the function of the item's mark whose mean is a moment
    owner : (n_single,) its item
    first, second : (n_pairs,) items of the products
    weights : (n_nodes,)
    """

    curves: FloatArray
    scores: FloatArray
    owner: IntArray
    first: IntArray
    second: IntArray
    weights: FloatArray

    @property
    def n_moments(self) -> int:
        return int(self.owner.size + self.first.size)

    @property
    def expected_marks(self) -> FloatArray:
        marks: FloatArray = self.curves @ np.arange(self.curves.shape[2], dtype=np.float64)
        return marks

    def given_theta(self) -> FloatArray:
        """(n_nodes, n_moments) moments at each ability."""
        single = np.einsum("qsk,sk->qs", self.curves[:, self.owner], self.scores)
        mark = self.expected_marks
        return np.concatenate([single, mark[:, self.first] * mark[:, self.second]], axis=1)

    def pairs_of(self, item: int) -> tuple[IntArray, IntArray]:
        """Where the products with this item stand among the moments, and the other item of each."""
        places = np.flatnonzero((self.first == item) | (self.second == item))
        others = np.where(self.first[places] == item, self.second[places], self.first[places])
        return places + self.owner.size, others

    def observed(self, marks: FloatArray) -> FloatArray:
        """(n_moments,) the same moments in complete responses (n_persons, n_items)."""
        single = [score[marks[:, item].astype(np.intp)].mean()
                  for item, score in zip(self.owner.tolist(), self.scores, strict=True)]  # fmt: skip
        products = marks.T @ marks / len(marks)
        return np.concatenate([single, products[self.first, self.second]])

    def covariance(self) -> FloatArray:
        """(n_moments, n_moments) covariance of one person's contributions under the model.

        Given theta items are independent: beyond what theta brings, only moments sharing an item covary.
        """
        at_theta = self.given_theta()
        mean = self.weights @ at_theta
        matrix: FloatArray = (at_theta * self.weights[:, None]).T @ at_theta - np.outer(mean, mean)
        marks = np.arange(self.curves.shape[2], dtype=np.float64)
        mark = self.expected_marks
        square = self.curves @ marks**2
        weights = self.weights[:, None]
        for item in range(mark.shape[1]):
            places, others = self.pairs_of(item)
            single = np.flatnonzero(self.owner == item)
            curve, scores = self.curves[:, item], self.scores[single]
            mean_score = curve @ scores.T
            spread = (square[:, item] - mark[:, item] ** 2)[:, None]
            matrix[np.ix_(places, places)] += (mark[:, others] * spread * weights).T @ mark[:, others]
            with_mark = curve @ (scores * marks).T - mean_score * mark[:, [item]]
            cross = (with_mark * weights).T @ mark[:, others]
            matrix[np.ix_(single, places)] += cross
            matrix[np.ix_(places, single)] += cross.T
            both = np.einsum("qk,sk,tk,q->st", curve, scores, scores, self.weights)
            matrix[np.ix_(single, single)] += both - (mean_score * weights).T @ mean_score
        product = self.weights @ (square[:, self.first] * square[:, self.second])
        pairs = np.arange(self.owner.size, self.n_moments)
        matrix[pairs, pairs] = product - mean[pairs] ** 2
        return matrix

    def derivative(self, item: int, slopes: FloatArray) -> FloatArray:
        """(n_moments, n_parameters) from the derivatives of one item's curves, (n_nodes, n_cat, n_par)."""
        columns = np.zeros((self.n_moments, slopes.shape[2]))
        marks = np.arange(slopes.shape[1], dtype=np.float64)
        single = np.flatnonzero(self.owner == item)
        scores = self.scores[single][:, : slopes.shape[1]]
        columns[single] = np.einsum("q,qkp,sk->sp", self.weights, slopes, scores)
        places, others = self.pairs_of(item)
        mark_slopes = np.einsum("qkp,k->qp", slopes, marks) * self.weights[:, None]
        columns[places] = self.expected_marks[:, others].T @ mark_slopes
        return columns


def moments_of(params: ItemParams, quadrature: Quadrature, *, collapse_single: bool) -> Moments:
    """The moments of C2 (every category of single items), or of M2* (their means only)."""
    curves = category_probabilities(quadrature.nodes, params)
    most = curves.shape[2]
    owner, scores = [], []
    for item, m in enumerate(params.n_categories.tolist()):
        if collapse_single:
            owner.append(item)
            scores.append(np.arange(most, dtype=np.float64))
            continue
        for category in range(1, m):
            owner.append(item)
            scores.append((np.arange(most) == category).astype(np.float64))
    first, second = np.tril_indices(params.n_items, -1)
    return Moments(curves, np.array(scores), np.array(owner), first, second, quadrature.weights)


def curve_derivatives(theta: FloatArray, params: ItemParams, item: int) -> FloatArray:
    """Derivatives of one item's curves in a, b_1 … b_K and, of the 3PL, c: (n_nodes, n_cat, n_par)."""
    model, n_steps = params.models[item], int(params.n_categories[item]) - 1
    a, c = params.a[item], params.c[item]
    away = theta[:, None] - params.thresholds[item, :n_steps]
    if model in (ItemModel.GRM, ItemModel.THREE_PL):
        reached = expit(a * away)
        density = (1.0 - c) * reached * (1.0 - reached)
        steps = [density * away] + [-a * density * (np.arange(n_steps) == s) for s in range(n_steps)]
        if model is ItemModel.THREE_PL:
            steps.append(1.0 - reached)
        cumulative = np.stack(steps, axis=2)
        edge = np.zeros((theta.size, 1, cumulative.shape[2]))
        falling: FloatArray = np.concatenate([edge, cumulative], axis=1) - np.concatenate(
            [cumulative, edge], axis=1
        )
        return falling
    curves = category_probabilities(theta, params.subset([item]))[:, 0, : n_steps + 1]
    exponents = np.concatenate([np.zeros((theta.size, 1)), np.cumsum(away, axis=1)], axis=1)
    beyond = np.arange(n_steps + 1)[:, None] > np.arange(n_steps)
    logits = np.concatenate(
        [exponents[:, :, None], np.broadcast_to(-a * beyond, (theta.size, *beyond.shape))], axis=2
    )
    mean = np.einsum("qk,qkp->qp", curves, logits)
    derivatives: FloatArray = curves[:, :, None] * (logits - mean[:, None, :])
    return derivatives
