"""How sure a link is: by the delta method from the items' errors, or by the jackknife over items."""

from collections.abc import Callable
from typing import Final

import numpy as np

from scoring._options import member
from scoring.errors import InvalidAnchors
from scoring.linking.characteristic import haebara, stocking_lord
from scoring.linking.curve_loss import Comparison, CurveLoss, CurveOptions
from scoring.linking.link import Link, LinkMethod
from scoring.linking.moments import geometric_mean, mean_mean, mean_sigma, moment_constants
from scoring.parameter_errors import ParameterErrors
from scoring.params import ItemParams
from scoring.responses import FloatArray

_STEP: Final = 1e-5
"""Of the central differences, in units of the parameters: truncation and rounding both near 1e-10."""

Linker = Callable[[ItemParams, ItemParams], Link]


def linker_of(method: LinkMethod | str, options: CurveOptions | None = None) -> Linker:
    """The function of (new, old) that links by this method; InvalidOptions for a method that is none."""
    chosen = member(LinkMethod, method, "method")
    by_moments = {
        LinkMethod.MEAN_MEAN: mean_mean,
        LinkMethod.MEAN_SIGMA: mean_sigma,
        LinkMethod.GEOMETRIC_MEAN: geometric_mean,
    }
    if chosen in by_moments:
        return by_moments[chosen]
    by_curves = haebara if chosen is LinkMethod.HAEBARA else stocking_lord
    return lambda new, old: by_curves(new, old, options)


def with_delta_errors(
    link: Link,
    items: tuple[ItemParams, ItemParams],
    errors: tuple[ParameterErrors | None, ParameterErrors | None],
    options: CurveOptions | None = None,
) -> Link:
    """The link with the covariance of slope and intercept that the items' sampling errors bring.

    Parameters
    ----------
    link : of `items` = (new, old), found with the same options
    errors : of (new, old), from independent samples; None for values taken as known, as of an old bank

    Raises
    ------
    InvalidParameters : errors of another shape than the items.

    The criterion's gradient vanishes at the link: the implicit function theorem gives d(A, B)/d(parameters),
    derivatives in the parameters by central differences, exact to about 1e-8.

    References: Ogasawara (2000) for moments, (2001) for characteristic curves; Andersson (2018), polytomous.
    """
    how = (link.method, options or CurveOptions())
    covariance = np.zeros((2, 2))
    for side in range(2):
        known = errors[side]
        if known is not None:
            covariance += known.propagated(_sensitivity(link, items, side, how))
    return link.with_covariance(covariance)


def with_jackknife_errors(link: Link, items: tuple[ItemParams, ItemParams], linker: Linker) -> Link:
    """The link with the covariance that the choice of common items brings: leaving out one at a time.

    (n - 1) / n times the sum of squared deviations of the n reduced links from their mean.

    Raises InvalidAnchors when fewer than three items are common.

    References: Haberman, Lee & Qian (2009), "Jackknifing techniques for evaluation of equating accuracy".
    """
    reduced = leave_one_out(items, linker)
    constants = np.array([[one.slope, one.intercept] for one in reduced])
    deviations = constants - constants.mean(axis=0)
    n = len(reduced)
    return link.with_covariance((n - 1) / n * deviations.T @ deviations)


def leave_one_out(items: tuple[ItemParams, ItemParams], linker: Linker) -> list[Link]:
    """The links without the first, the second, … common item."""
    n = items[0].n_items
    if n < 3:
        raise InvalidAnchors(f"{n} common items: leaving one out needs at least 3")
    keep = ~np.eye(n, dtype=np.bool_)
    return [linker(items[0].subset(row), items[1].subset(row)) for row in keep]


def _sensitivity(
    link: Link, items: tuple[ItemParams, ItemParams], side: int, how: tuple[LinkMethod, CurveOptions]
) -> FloatArray:
    """d(A, B) / d(a, c, b_1 … b_K) of the items of one side, (2, n_items, n_parameters)."""
    if link.method in (LinkMethod.HAEBARA, LinkMethod.STOCKING_LORD):
        return _curve_sensitivity(link, items, side, how)
    arrays = [(part.a.copy(), part.thresholds.copy()) for part in items]
    a, steps = arrays[side]
    jacobian = np.zeros((2, a.size, 2 + steps.shape[1]))
    places: list[tuple[FloatArray, tuple[int, ...], int]] = [(a, (j,), 0) for j in range(a.size)]
    places += [(steps, (j, k), 2 + k) for j, k in np.argwhere(np.isfinite(steps)).tolist()]
    for values, place, column in places:
        kept = values[place]
        ends = []
        for step in (_STEP, -_STEP):
            values[place] = kept + step
            ends.append(np.array(moment_constants(link.method, arrays[0], arrays[1])))
        values[place] = kept
        jacobian[:, place[0], column] = (ends[0] - ends[1]) / (2 * _STEP)
    return jacobian


def _curve_sensitivity(
    link: Link, items: tuple[ItemParams, ItemParams], side: int, how: tuple[LinkMethod, CurveOptions]
) -> FloatArray:
    """-H^-1 d(gradient)/d(parameters), with H the exact Hessian by central differences of the gradient."""
    method, options = how
    x = np.array([np.log(link.slope), link.intercept])
    free = np.arange(2) if options.fixed_slope is None else np.array([1])

    def parts(at: FloatArray, pair: tuple[ItemParams, ItemParams]) -> list[Comparison]:
        return CurveLoss(pair[0], pair[1], *how).comparisons(float(np.exp(at[0])), float(at[1]))

    base = parts(x, items)
    hessian = np.zeros((2, 2))
    for k in range(2):
        step = _STEP * np.eye(2)[k]
        change = _gradient(parts(x + step, items), method) - _gradient(parts(x - step, items), method)
        hessian[:, k] = change / (2 * _STEP)
    moved = items[side]
    mixed = np.zeros((2, moved.n_items, 2 + moved.thresholds.shape[1]))
    for column in range(mixed.shape[2]):
        ends = []
        for step in (_STEP, -_STEP):
            pair = list(items)
            pair[side] = _moved(moved, column, step)
            ends.append(_gradient_by_item(base, parts(x, (pair[0], pair[1])), method))
        mixed[:, :, column] = (ends[0] - ends[1]) / (2 * _STEP)
    mixed[:, :, 2:][:, ~np.isfinite(moved.thresholds)] = 0.0
    jacobian = np.zeros_like(mixed)
    jacobian[free] = -np.tensordot(np.linalg.inv(hessian[np.ix_(free, free)]), mixed[free], axes=1)
    jacobian[0] *= link.slope  # from the logarithm to the slope itself
    return jacobian


def _moved(params: ItemParams, column: int, step: float) -> ItemParams:
    """Every item with one of its parameters a little larger; a c at 0 of a 2PL item is no parameter."""
    a, c, steps = params.a.copy(), params.c.copy(), params.thresholds.copy()
    if column == 0:
        a += step
    elif column == 1:
        c = np.where(c > _STEP, c + step, c)
    else:
        steps[:, column - 2] += step
    b = steps[:, 0]  # of an item with more steps ItemParams takes their mean
    return ItemParams(a, b, c, steps, params.models)


def _gradient(parts: list[Comparison], method: LinkMethod) -> FloatArray:
    """Half the gradient of the loss in (log slope, intercept)."""
    total = np.zeros(2)
    for part in parts:
        weights, differences = part.weights, part.moving - part.still
        if method is LinkMethod.STOCKING_LORD:
            differences = np.broadcast_to(differences.sum(axis=1, keepdims=True), differences.shape)
        total += np.einsum("q,qjk,xqjk->x", weights, differences, part.derivatives)
    return total


def _gradient_by_item(base: list[Comparison], moved: list[Comparison], method: LinkMethod) -> FloatArray:
    """(2, n_items): half the gradient when only that item's parameters are those of `moved`.

    The terms that no single item changes cancel in central differences and are left out.
    """
    total = np.zeros((2, base[0].still.shape[1]))
    for before, after in zip(base, moved, strict=True):
        weights, differences = before.weights, after.moving - after.still
        if method is LinkMethod.STOCKING_LORD:
            unmoved = before.moving - before.still
            whole = unmoved.sum(axis=1, keepdims=True)
            change = differences - unmoved
            slopes = before.derivatives.sum(axis=2, keepdims=True)
            shifted = slopes + after.derivatives - before.derivatives
            total += np.einsum("q,qjk,xqjk->xj", weights, whole + change, shifted)
        else:
            total += np.einsum("q,qjk,xqjk->xj", weights, differences, after.derivatives)
    return total
