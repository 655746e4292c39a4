"""A fitted model met with ratings again: the same cells, curves and posteriors as in the fit."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scoring.errors import InvalidResponses
from scoring.quadrature import Quadrature
from scoring.raters._cells import Cells, cells_of
from scoring.raters._layout import PackedModel, pack
from scoring.raters._likelihood import log_curves, posterior_of
from scoring.raters.model import FacetParams, RaterCalibration
from scoring.raters.ratings import Ratings
from scoring.responses import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Cells of the ratings that the parameters cover, and the parameters as a full vector."""

    cells: Cells
    model: PackedModel
    full: FloatArray
    log_probability: FloatArray
    quadrature: Quadrature

    def posteriors(self) -> Iterator[tuple[slice, FloatArray, BoolArray]]:
        """Some persons at a time: their places, posteriors, and whether any of their ratings counts."""
        for where, incidence in self.cells.blocks():
            posterior, _ = posterior_of(incidence, self.log_probability, self.quadrature)
            yield where, posterior, np.diff(incidence.indptr) > 0


def at_estimates(ratings: Ratings, fit: RaterCalibration) -> Fitted:
    """Ratings by raters, on tasks and in categories without parameters are not used.

    Raises InvalidResponses when the ratings have other numbers of tasks or raters than the fit.
    """
    params = fit.params
    if (ratings.n_tasks, ratings.n_raters) != (params.n_tasks, params.n_raters):
        raise InvalidResponses(
            f"ratings: expected {params.n_tasks} tasks and {params.n_raters} raters, as in the fit, "
            f"got {ratings.n_tasks} and {ratings.n_raters}"
        )
    used = np.isfinite(params.severity)[ratings.rater] & np.isfinite(params.difficulty)[ratings.task]
    cells = cells_of(ratings, params.category_marks, used)
    if not cells.n_cells:
        raise InvalidResponses("ratings: none is by a rater and on a task with parameters")
    model = pack(cells, params.category_marks, fit.options, params.n_raters)
    full = _full(model, params)
    logs = log_curves(full, model.layout.of_cells(cells), cells.n_steps, fit.quadrature.nodes)
    return Fitted(cells, model, full, logs, fit.quadrature)


def _full(model: PackedModel, params: FacetParams) -> FloatArray:
    layout, full = model.layout, np.zeros(model.layout.size)
    tasks, raters = np.arange(params.n_tasks), np.arange(params.n_raters)
    known = tasks[np.isfinite(params.difficulty)]
    full[layout.slopes(known)] = params.slope[known]
    full[layout.difficulties(known)] = params.difficulty[known]
    full[layout.severities(raters)] = np.nan_to_num(params.severity)
    full[layout.steps(known)] = np.nan_to_num(params.steps[known])
    full[-1] = params.sd
    return full
