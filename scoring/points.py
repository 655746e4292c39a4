"""Points: what share of an item's mark each of its categories is worth, and what to expect of a form.

An item's categories are counted 0, 1, … for the model; its points need not grow evenly with them. Of four
statements 0.1, 0.25, 0.5 and 1 of the mark are earned for one to four right ones. Every item here is worth
one point at most, however many categories it has.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from scoring.cuts import HIGHEST_THETA, LOWEST_THETA
from scoring.errors import InvalidParameters, ShareUnreachable
from scoring.models import category_probabilities
from scoring.params import ItemParams
from scoring.responses import FloatArray


def even_shares(params: ItemParams) -> FloatArray:
    """(n_items, most_categories) shares k / (n_categories - 1), 0 beyond an item's own categories."""
    n_categories = params.n_categories
    marks = np.arange(int(n_categories.max(initial=2)), dtype=np.float64)
    steps = (n_categories - 1)[:, None]
    shares: FloatArray = np.where(marks <= steps, marks / steps, 0.0)
    return shares


def category_shares(shares: Sequence[Sequence[float]], params: ItemParams) -> FloatArray:
    """What each category of each item is worth, as one array.

    Parameters
    ----------
    shares : of each item, a share for each of its categories, lowest first; of an item without parameters any
    params : n_items rows of any models

    Returns
    -------
    (n_items, most_categories), 0 beyond an item's own categories.

    Raises
    ------
    InvalidParameters : not one row an item, not one share a category, shares outside [0, 1] or descending.
    """
    if len(shares) != params.n_items:
        raise InvalidParameters(f"shares: expected {params.n_items} items, got {len(shares)}")
    n_categories, calibrated = params.n_categories.tolist(), params.calibrated.tolist()
    found = np.zeros((params.n_items, int(params.n_categories.max(initial=2))))
    at_fault = []
    for place, row in enumerate(shares):
        if not calibrated[place]:
            continue
        values = np.asarray(row, dtype=np.float64)
        fits = values.shape == (n_categories[place],)
        if not fits or not (values >= 0).all() or not (values <= 1).all() or (np.diff(values) < 0).any():
            at_fault.append(place)
            continue
        found[place, : values.size] = values
    if at_fault:
        raise InvalidParameters("shares: expected one for each category, from 0 to 1, ascending", at_fault)
    return found


def expected_shares(
    theta: npt.ArrayLike, params: ItemParams, shares: npt.ArrayLike | None = None
) -> FloatArray:
    """The share of its mark to expect of each item: the sum over categories of P(k | theta) times its share.

    Parameters
    ----------
    theta : (n_points,) abilities
    params : n_items rows of any models
    shares : (n_items, most_categories) as `category_shares` gives them; None: `even_shares`

    Returns
    -------
    (n_points, n_items), from 0 to 1.

    Raises
    ------
    NotCalibrated : an item has no parameters. InvalidParameters : shares of another shape.
    """
    probabilities = category_probabilities(theta, params)
    worth = even_shares(params) if shares is None else np.asarray(shares, dtype=np.float64)
    if worth.shape != probabilities.shape[1:]:
        raise InvalidParameters(f"shares: expected {probabilities.shape[1:]}, got {worth.shape}")
    found: FloatArray = (probabilities * worth).sum(axis=2)
    return found


def expected_points(
    theta: npt.ArrayLike, params: ItemParams, shares: npt.ArrayLike | None = None
) -> FloatArray:
    """Test characteristic curve in points, (n_points,): the points to expect of a form, one an item at most.

    Parameters, errors as in expected_shares. References: Lord (1980), ch. 4.
    """
    total: FloatArray = expected_shares(theta, params, shares).sum(axis=1)
    return total


def theta_at_share_of_points(share: float, params: ItemParams, shares: npt.ArrayLike | None = None) -> float:
    """The ability whose expected share of the form's points is `share`.

    As `scoring.cuts.theta_at_expected_share`, which counts marks: there an item of five categories weighs as
    much as four of two; here each weighs the same.

    Parameters
    ----------
    share : in (0, 1)
    params : the form's n_items rows of any models; with positive discriminations the answer is unique
    shares : as in expected_shares

    Raises
    ------
    ShareUnreachable : no such theta in [LOWEST_THETA, HIGHEST_THETA]. InvalidParameters : a form without
        items. NotCalibrated : an item has no parameters.

    References: Lord (1980), ch. 13.
    """
    if params.n_items == 0:
        raise InvalidParameters("a form without items has no expected share")

    def excess(theta: float) -> float:
        return float(expected_points([theta], params, shares)[0]) / params.n_items - share

    lowest, highest = excess(LOWEST_THETA), excess(HIGHEST_THETA)
    if not lowest <= 0.0 <= highest:
        raise ShareUnreachable(share, lowest + share, highest + share)
    return float(brentq(excess, LOWEST_THETA, HIGHEST_THETA, xtol=1e-10))
