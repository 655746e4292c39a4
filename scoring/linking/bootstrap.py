"""How sure an equating table is, by drawing the items' parameters anew."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.errors import InvalidParameters
from scoring.parameter_errors import ParameterErrors
from scoring.params import ItemModel, ItemParams
from scoring.responses import FloatArray


def drawn_parameters(params: ItemParams, errors: ParameterErrors, rng: np.random.Generator) -> ItemParams:
    """One plausible set of parameters: a normal draw from the sampling errors around the estimates.

    Slopes are kept from changing sign, c within [0, 0.99], and a graded item's thresholds in order.
    """
    n_parameters = 2 + params.thresholds.shape[1]
    rows = (params.n_items, n_parameters) if errors.covariance.ndim == 3 else (n_parameters * params.n_items,)
    if errors.covariance.shape[:-1] != rows:
        raise InvalidParameters(f"errors: expected {n_parameters} parameters of {params.n_items} items")
    variances, axes = np.linalg.eigh(errors.covariance)  # of each block, or of the whole
    standard = np.sqrt(np.maximum(variances, 0.0)) * rng.standard_normal(variances.shape)
    moves = (axes @ standard[..., None]).reshape(params.n_items, n_parameters)
    a = params.a + moves[:, 0]
    a = np.where(a * params.a > 0, a, 0.05 * params.a)
    dichotomous = params.n_categories == 2
    c = np.where(dichotomous & (params.c > 0), np.clip(params.c + moves[:, 1], 0.0, 0.99), params.c)
    steps = params.thresholds + moves[:, 2:]
    for item in np.flatnonzero([model is ItemModel.GRM for model in params.models]).tolist():
        steps[item] = np.sort(steps[item]) + 1e-9 * np.arange(steps.shape[1])  # NaN sorts last
    b = steps[:, 0]  # of an item with more steps ItemParams takes their mean
    return ItemParams(a, b, c, steps, params.models)


@dataclass(frozen=True, slots=True, eq=False)
class FormsWithErrors:
    """The two forms as (new, old), and the sampling errors of each; None for values taken as known."""

    forms: tuple[ItemParams, ItemParams]
    errors: tuple[ParameterErrors | None, ParameterErrors | None]


def equating_errors(
    equated: Callable[[ItemParams, ItemParams], FloatArray],
    uncertain: FormsWithErrors,
    rng: np.random.Generator,
    n_draws: int = 200,
) -> FloatArray:
    """Standard errors of equating by the parametric bootstrap.

    Parameters
    ----------
    equated : the equivalents (n_scores,) of a new and an old form. It may link the two by their common items
        first: the link's error is then part of the result.
    uncertain : the forms and their sampling errors, drawn independently
    n_draws : 200 give a standard error to about 5 %

    Returns
    -------
    (n_scores,) standard deviations of the drawn equivalents, in marks.

    References: Kolen & Brennan (2014), ch. 7; Tsai, Hanson, Kolen & Forsyth (2001).
    """
    if n_draws < 2:
        raise InvalidParameters("n_draws must be at least 2")
    drawn = []
    for _ in range(n_draws):
        new, old = (
            form if errors is None else drawn_parameters(form, errors, rng)
            for form, errors in zip(uncertain.forms, uncertain.errors, strict=True)
        )
        drawn.append(equated(new, old))
    spread: FloatArray = np.std(drawn, axis=0, ddof=1)
    return spread
