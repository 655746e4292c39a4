"""Linking two scales by making the common items' curves agree."""

from typing import Final

import numpy as np

from scoring.linking.curve_loss import CurveLoss, CurveOptions
from scoring.linking.link import Link, LinkMethod, LinkStatus, check_common_items
from scoring.linking.moments import moment_constants
from scoring.params import ItemParams
from scoring.quadrature import Quadrature
from scoring.responses import FloatArray

_MOST_STEPS: Final = 200
_TOLERANCE: Final = 1e-11
"""Of a step in log slope and in SDs of the population."""


def haebara(new: ItemParams, old: ItemParams, options: CurveOptions | None = None) -> Link:
    """Haebara linking: minimise the weighted squared differences of the items' curves.

    The loss is, summed over nodes q and items, w_q (P_old - P_new)^2 for a dichotomous item, and for one with
    more categories half the sum of squares over all its categories: a two-category item then counts the same
    under either reading. It is the full-category loss of Kim & Lee (2006) halved, with the same minimum.

    Parameters
    ----------
    new, old : the common items, in one order, on the new and on the old scale; any mixture of models
    options : weights and direction; CurveOptions() when None

    Returns
    -------
    Link with the loss as criterion; its status tells whether the minimum was found.

    Raises
    ------
    InvalidAnchors : not the same items. NotCalibrated : an item without parameters.

    References: Haebara (1980); Kim & Lee (2006); Kolen & Brennan (2014), ch. 6.
    """
    return _minimised(new, old, LinkMethod.HAEBARA, options or CurveOptions())


def stocking_lord(new: ItemParams, old: ItemParams, options: CurveOptions | None = None) -> Link:
    """Stocking–Lord linking: minimise the weighted squared difference of the test characteristic curves.

    The loss is the sum over nodes q of w_q (TCC_old - TCC_new)^2, in squared marks.

    Parameters, result and errors as in haebara.

    References: Stocking & Lord (1983); Baker (1992) for polytomous items; Kolen & Brennan (2014), ch. 6.
    """
    return _minimised(new, old, LinkMethod.STOCKING_LORD, options or CurveOptions())


def _minimised(new: ItemParams, old: ItemParams, method: LinkMethod, options: CurveOptions) -> Link:
    """Levenberg–Marquardt in log slope and intercept, from the best of the links by moments."""
    check_common_items(new, old)
    loss = CurveLoss(new, old, method, options)
    free = np.array([options.fixed_slope is None, True])
    unit = np.array([1.0, _sd(options.quadrature)])  # of a step
    candidates = [np.array([np.log(A), B]) for A, B in _starts(new, old)]
    if options.fixed_slope is not None:
        candidates = [np.array([np.log(options.fixed_slope), x[1]]) for x in candidates]
    x = min(candidates, key=lambda start: _squares(loss, start))
    values, jacobian = loss.residuals(np.exp(x[0]), x[1])
    damping, settled = 1e-4, False
    for _ in range(_MOST_STEPS):
        scaled = (jacobian * unit)[:, free]
        normal = scaled.T @ scaled
        if not np.linalg.eigvalsh(normal)[0] > 1e-12:  # the curves do not determine the scale
            settled = False
            break
        step = np.zeros(2)
        step[free] = -np.linalg.solve(normal + damping * np.diag(np.diag(normal)), scaled.T @ values)
        settled = bool(np.abs(step).max() < _TOLERANCE)
        if settled:
            break
        attempt = x + step * unit
        tried = loss.residuals(np.exp(attempt[0]), attempt[1])
        if tried[0] @ tried[0] <= (values @ values) * (1 + 1e-14):
            x, (values, jacobian), damping = attempt, tried, max(damping / 10.0, 1e-14)
        else:
            damping *= 10.0
    status = LinkStatus.CONVERGED if settled else LinkStatus.NOT_CONVERGED
    return Link(float(np.exp(x[0])), float(x[1]), method, new.n_items, float(values @ values), status)


def _squares(loss: CurveLoss, x: FloatArray) -> float:
    values, _ = loss.residuals(np.exp(x[0]), x[1])
    return float(values @ values)


def _sd(weights: Quadrature) -> float:
    mean = weights.weights @ weights.nodes
    return float(np.sqrt(weights.weights @ (weights.nodes - mean) ** 2))


def _starts(new: ItemParams, old: ItemParams) -> list[tuple[float, float]]:
    """Where to begin: the links by moments that exist, and no change at all."""
    found = [(1.0, 0.0)]
    for method in (LinkMethod.MEAN_MEAN, LinkMethod.MEAN_SIGMA):
        with np.errstate(all="ignore"):
            slope, intercept = moment_constants(method, (new.a, new.thresholds), (old.a, old.thresholds))
        if np.isfinite(intercept) and slope > 0:
            found.append((slope, intercept))
    return found
