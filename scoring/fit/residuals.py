"""Local dependence: do two items share more than the ability they measure?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.fit._forms import form_blocks
from scoring.fit._pairs import Responses, abilities, checked_responses, n_persons_of, pair_curves
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ResidualCorrelations:
    """Q3 of every pair of items.

    q3 : (n_items, n_items) correlation of the two residuals, 1 on the diagonal; NaN where too few met both
    n : (n_items, n_items) persons who met both
    """

    q3: FloatArray
    n: IntArray

    @property
    def mean(self) -> float:
        """Mean Q3 of the pairs known; about -1/(n_items - 1) where the model holds."""
        pairs = self.q3[np.triu_indices(len(self.q3), 1)]
        known = pairs[np.isfinite(pairs)]
        return float(known.mean()) if known.size else float("nan")

    def flagged(self, limit: float = 0.2) -> list[tuple[int, int]]:
        """Pairs (first, second) with |Q3 - mean Q3| > limit, the most dependent first.

        References: Christensen, Makransky & Horton (2017) on the mean as the point of reference.
        """
        away = np.abs(self.q3 - self.mean)
        first, second = np.nonzero(np.triu(np.nan_to_num(away), 1) > limit)
        order = np.argsort(-away[first, second], kind="stable")
        return [(int(first[k]), int(second[k])) for k in order]


@dataclass(frozen=True, slots=True, eq=False)
class LocalDependence:
    """Pearson chi-square of every two-way table against the model; symmetric, NaN on the diagonal.

    chi_square, df : (n_items, n_items); df = (m_i - 1)(m_j - 1) of m categories each
    standardised : (chi_square - df) / sqrt(2 df), with the sign of the dependence; beyond 10 is large
    cramers_v : sqrt(chi_square / (n (min(m_i, m_j) - 1))), with the sign of the dependence
    n : persons who met both

    The sign is that of Goodman and Kruskal's gamma observed less gamma expected.
    """

    chi_square: FloatArray
    df: IntArray
    standardised: FloatArray
    cramers_v: FloatArray
    n: IntArray


def q3(
    responses: Responses, params: ItemParams, theta: npt.ArrayLike, *, min_persons: int = 3
) -> ResidualCorrelations:
    """Yen's Q3: correlations of the residuals, mark less expected mark, of every pair of items.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    params : n_items rows of any models
    theta : (n_persons,) abilities; persons whose theta is not finite are left out. R mirt takes the EAP.
    min_persons : fewer who met both give NaN

    Missing data: a pair is judged by the persons who met both of its items.

    Raises InvalidResponses, NotCalibrated.  References: Yen (1984).
    """
    given = checked_responses(responses, params)
    ability = abilities(theta, n_persons_of(given))
    shape = (params.n_items, params.n_items)
    n, first, squares, products = (np.zeros(shape) for _ in range(4))
    for persons, items, block in form_blocks(given):
        met = (block >= 0) & np.isfinite(ability[persons])[:, None]
        residual = _residuals(ability[persons], params.subset(items), block, met)
        counts = met.astype(np.float64)
        where = np.ix_(items, items)
        n[where] += counts.T @ counts
        first[where] += residual.T @ counts  # of the row's item, over persons who met the column's too
        squares[where] += (residual**2).T @ counts
        products[where] += residual.T @ residual
    with np.errstate(invalid="ignore", divide="ignore"):  # nobody met both: NaN is meant
        covariance = products - first * first.T / n
        variance = squares - first**2 / n
        correlation = covariance / np.sqrt(variance * variance.T)
    correlation[(n < min_persons) | ~(np.minimum(variance, variance.T) > 1e-12 * n)] = np.nan
    np.fill_diagonal(correlation, np.where(np.isfinite(correlation.diagonal()), 1.0, np.nan))
    return ResidualCorrelations(np.clip(correlation, -1.0, 1.0), n.astype(np.intp))


def _residuals(
    theta: FloatArray, params: ItemParams, block: npt.NDArray[np.int8], met: BoolArray
) -> FloatArray:
    """Mark less expected mark, 0 where the person did not meet the item."""
    person, item = np.nonzero(met)
    residual = np.zeros(block.shape)
    residual[person, item] = block[person, item] - pair_curves(theta[person], item, params).expected
    return residual


def local_dependence(responses: Responses, params: ItemParams, quadrature: Quadrature) -> LocalDependence:
    """Chen and Thissen's chi-square for local dependence, from two-way margins.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, or SparseResponses
    params : n_items rows of any models
    quadrature : the distribution of ability the items were calibrated with

    Missing data: a pair's table holds the persons who met both items, and expects their number.

    Raises InvalidResponses, NotCalibrated.  References: Chen & Thissen (1997).
    """
    given = checked_responses(responses, params)
    m = params.n_categories
    most = int(m.max(initial=2))
    size = params.n_items * most
    observed = np.zeros((size, size))
    for _, items, block in form_blocks(given):
        chosen = (block[:, :, None] == np.arange(most)).reshape(len(block), -1).astype(np.float64)
        column = (items[:, None] * most + np.arange(most)).ravel()
        observed[np.ix_(column, column)] += chosen.T @ chosen
    curves = category_probabilities(quadrature.nodes, params).reshape(quadrature.n_nodes, size)
    expected = (curves * quadrature.weights[:, None]).T @ curves
    tables = (params.n_items, most, params.n_items, most)
    seen, share = (matrix.reshape(tables).transpose(0, 2, 1, 3) for matrix in (observed, expected))
    n = seen.sum(axis=(2, 3))
    model = share * n[:, :, None, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        cells = np.where(model > 0, (seen - model) ** 2 / model, 0.0)
        chi_square = np.where(n > 0, cells.sum(axis=(2, 3)), np.nan)
        df = np.outer(m - 1, m - 1)
        sign = np.where(_gamma(seen) < _gamma(share), -1.0, 1.0)
        cramers_v = sign * np.sqrt(chi_square / (n * (np.minimum.outer(m, m) - 1)))
    for matrix in (chi_square, cramers_v):
        np.fill_diagonal(matrix, np.nan)
    standardised = sign * (chi_square - df) / np.sqrt(2.0 * df)
    return LocalDependence(chi_square, df.astype(np.intp), standardised, cramers_v, n.astype(np.intp))


def _gamma(tables: FloatArray) -> FloatArray:
    """Goodman and Kruskal's gamma of two-way tables (…, rows, columns)."""
    right_below = np.zeros_like(tables)
    left_below = np.zeros_like(tables)
    for row in range(tables.shape[-2]):
        for column in range(tables.shape[-1]):
            right_below[..., row, column] = tables[..., row + 1 :, column + 1 :].sum(axis=(-2, -1))
            left_below[..., row, column] = tables[..., row + 1 :, :column].sum(axis=(-2, -1))
    concordant = (tables * right_below).sum(axis=(-2, -1))
    discordant = (tables * left_below).sum(axis=(-2, -1))
    gamma: FloatArray = (concordant - discordant) / (concordant + discordant)
    return gamma
