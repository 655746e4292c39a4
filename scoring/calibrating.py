"""Item parameters from responses: marginal maximum likelihood, or maximum a posteriori, for every model."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy.typing as npt

from scoring.calibration import Calibration, CalibrationOptions
from scoring.mml.iteration import Limits, Progress, ShouldCancel, iterate
from scoring.mml.report import report
from scoring.mml.set_up import Request, set_up
from scoring.mml.spread import Workers
from scoring.params import ItemModel, ItemParams
from scoring.responses import SparseResponses


def calibrate(  # noqa: PLR0913 - the interface of a numerical method, as in scipy
    responses: npt.ArrayLike | SparseResponses,
    models: ItemModel | str | Sequence[ItemModel | str] = ItemModel.TWO_PL,
    *,
    groups: Sequence[Hashable] | npt.NDArray[Any] | None = None,
    weights: npt.ArrayLike | None = None,
    fixed: ItemParams | None = None,
    start: ItemParams | None = None,
    options: CalibrationOptions | None = None,
    progress: Progress | None = None,
    should_cancel: ShouldCancel | None = None,
    workers: Workers | None = None,
) -> Calibration:
    """Calibrate items of any mixture of models on one scale.

    The scale is that of the reference group's N(0, 1); where slopes are fixed at 1 (Rasch, PCM, RSM) its SD
    is estimated; where items are held fixed, theirs is the scale and every group's mean and SD are estimated.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks 0, 1, … and MISSING, or SparseResponses; items met by different
        persons share a scale through the persons and items between them. What is MISSING says nothing of
        ability: missing by design, or not reached
    models : one of all items, or one of each
    groups : (n_persons,) labels of the populations the persons come from; one population when None
    weights : (n_persons,) how many persons each stands for; 1 when None. Standard errors take them at their
        word: scale survey weights to sum to the number of persons
    fixed : n_items rows; rows with numbers are held (fixed-parameter calibration), NaN rows are estimated
    start : n_items rows; where to begin, for rows with numbers
    options : the defaults are for some hundred persons, with weak priors
    progress : called as progress(iteration, max_iterations, log_likelihood) after each E-step
    should_cancel : asked before each E-step but the first; True ends the calibration with status CANCELLED
    workers : does the E-step's sums elsewhere, see scoring.mml.spread; in this process when None

    Returns
    -------
    Calibration; not having converged is a status of the result, not an exception.

    Raises
    ------
    InvalidResponses : not a matrix of marks of the models; groups or weights of another length; a weight that
        is negative or no number.
    InvalidParameters : models, fixed, start or priors of another number of items.
    NothingToCalibrate : every item was excluded.
    DisconnectedDesign : the calibrated items fall into groups no person links, and not every one holds a
        fixed item: calibrate each by itself, or add a link.

    References: Bock & Aitkin (1981), Muraki (1992); Mislevy (1986) for the priors; Bock & Zimowski (1997) for
    several groups; Walker & Ni (2011) for the acceleration; Louis (1982) for the errors.
    """
    chosen = options or CalibrationOptions()
    ready = set_up(Request(responses, models, groups, weights, fixed, start), chosen, workers)
    limits = Limits(chosen.max_iterations, chosen.tolerance)
    model, point = iterate(ready.model, ready.start, limits, (progress, should_cancel))
    return report(replace(ready, model=model), point, chosen.standard_errors)
