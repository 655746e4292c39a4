"""What persons earned once the severity of their raters is taken out."""

from dataclasses import dataclass

import numpy as np

from scoring.raters._at import Fitted, at_estimates
from scoring.raters._cells import Cells
from scoring.raters._likelihood import log_curves
from scoring.raters.model import RaterCalibration
from scoring.raters.ratings import Ratings, mean_by
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PersonMeasures:
    """One row per person; NaN for a person without any rating that counts: not scored.

    theta, se : (n_persons,) posterior mean and standard deviation, adjusted for severity and difficulty
    fair_average, fair_average_se : (n_persons,) mean mark to expect from a rater of severity 0 on the tasks
        the person was rated on, each task once, and its posterior standard deviation; in marks
    observed_average : (n_persons,) mean mark of the ratings that count
    n_ratings : (n_persons,) how many count
    """

    theta: FloatArray
    se: FloatArray
    fair_average: FloatArray
    fair_average_se: FloatArray
    observed_average: FloatArray
    n_ratings: IntArray


def person_measures(ratings: Ratings, fit: RaterCalibration) -> PersonMeasures:
    """Expected a posteriori measures and fair averages of all persons, also of persons not in the fit.

    Only ratings by raters, on tasks and in categories with parameters count; others are as if not made.

    Raises
    ------
    InvalidResponses : other tasks or raters than in the fit, or no rating that counts.

    References: Bock & Mislevy (1982); Linacre (1989) for fair averages, here averaged over the posterior
    instead of taken at a point estimate, so that they have a standard error.
    """
    fitted = at_estimates(ratings, fit)
    cells, nodes = fitted.cells, fitted.quadrature.nodes
    n_persons = ratings.n_persons
    theta, se, fair, fair_se = np.full((4, n_persons), np.nan)
    fair_marks = _fair_marks(fitted, fit)
    took = _tasks_taken(ratings, cells)
    for where, posterior, rated in fitted.posteriors():
        mean = posterior @ nodes
        variance = posterior @ nodes**2 - mean**2
        expected = took[where] @ fair_marks / np.maximum(took[where].sum(axis=1, keepdims=True), 1.0)
        fair_mean = (posterior * expected).sum(axis=1)
        fair_variance = (posterior * (expected - fair_mean[:, None]) ** 2).sum(axis=1)
        scale = fit.params.sd
        for column, values in (
            (theta, scale * mean),
            (se, scale * np.sqrt(np.maximum(variance, 0.0))),
            (fair, fair_mean),
            (fair_se, np.sqrt(fair_variance)),
        ):
            column[where] = np.where(rated, values, np.nan)
    who = ratings.person[cells.row]
    observed = mean_by(who, ratings.mark[cells.row].astype(np.float64), n_persons)
    return PersonMeasures(theta, se, fair, fair_se, observed, np.bincount(who, minlength=n_persons))


def _fair_marks(fitted: Fitted, fit: RaterCalibration) -> FloatArray:
    """(n_tasks, n_nodes) the mark a rater of severity 0 would give; 0 for a task without parameters."""
    layout, params = fitted.model.layout, fit.params
    tasks = np.flatnonzero(np.isfinite(params.difficulty))
    mean_rater = fitted.full.copy()
    mean_rater[layout.severities(np.arange(layout.n_raters))] = 0.0
    cells = Cells(
        task=tasks,
        rater=np.zeros_like(tasks),
        n_steps=np.isfinite(params.category_marks[tasks]).sum(axis=1) - 1,
        incidence=fitted.cells.incidence[:0],
        row=tasks[:0],
        category=tasks[:0],
        cell=tasks[:0],
    )
    logs = log_curves(mean_rater, layout.of_cells(cells), cells.n_steps, fitted.quadrature.nodes)
    marks = np.zeros((params.n_tasks, fitted.quadrature.n_nodes))
    marks[tasks] = np.einsum("ckq,ck->cq", np.exp(logs), np.nan_to_num(params.category_marks[tasks]))
    return marks


def _tasks_taken(ratings: Ratings, cells: Cells) -> FloatArray:
    """(n_persons, n_tasks) 1 where a rating counts."""
    took = np.zeros((ratings.n_persons, ratings.n_tasks))
    took[ratings.person[cells.row], ratings.task[cells.row]] = 1.0
    return took
