"""The one door to girth: a second calibration engine, kept as an oracle for our own."""

import girth
import numpy as np
import numpy.typing as npt

from scoring.params import ItemParams
from scoring.responses import response_matrix


def calibrate_2pl_girth(responses: npt.ArrayLike) -> ItemParams:
    """2PL by marginal maximum likelihood without priors, as girth 0.8 estimates it.

    girth gives no standard errors and no convergence report, and stops after a fixed number of iterations.

    Parameters
    ----------
    responses : (n_persons, n_items) of 0, 1 and MISSING; every item must have both a 0 and a 1
    """
    marks = response_matrix(responses)
    # girth holds items in rows, and knows a missing response by its own tag.
    dataset = girth.tag_missing_data(marks.T.astype(np.int64), [0, 1])
    fitted = girth.twopl_mml(
        dataset, {"max_iteration": 200, "quadrature_bounds": (-6, 6), "quadrature_n": 61}
    )
    return ItemParams.two_pl(fitted["Discrimination"], np.atleast_1d(fitted["Difficulty"]))
