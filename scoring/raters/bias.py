"""Whether a rater is more severe on some tasks than on others."""

from dataclasses import dataclass

import numpy as np

from scoring.errors import InvalidParameters
from scoring.raters._at import at_estimates
from scoring.raters._information import missing_information, observed_information
from scoring.raters._likelihood import cell_terms, expect
from scoring.raters.model import RaterCalibration
from scoring.raters.ratings import Ratings
from scoring.responses import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class RaterTaskBias:
    """One row per pair of a task and a rater with ratings, in order of task, then rater.

    bias : added severity of the rater on that task, in units of theta; positive when too severe there
    se, z : its standard error, and bias / se, about standard normal under the model
    observed, expected : mean category given and expected
    flagged : whether |z| and |bias| both reach the stated limits
    """

    task: IntArray
    rater: IntArray
    n_ratings: IntArray
    observed: FloatArray
    expected: FloatArray
    bias: FloatArray
    se: FloatArray
    z: FloatArray
    flagged: BoolArray


def rater_task_bias(
    ratings: Ratings, fit: RaterCalibration, *, least_z: float = 2.0, least_bias: float = 0.5
) -> RaterTaskBias:
    """Interaction of raters with tasks: for each pair a score test of one extra severity.

    The bias is the first Newton step of that parameter from 0 with all others adapting to it; its error takes
    into account that abilities, severities and difficulties were estimated. NaN where the pair's bias is not
    identified, as of a rater with one task only.

    With m pairs expect about m / 20 with |z| of 2 by chance.

    Raises
    ------
    InvalidParameters : a limit below 0.
    InvalidResponses : other tasks or raters than in the fit, or no rating that counts.

    References: Rao (1948) for the score test; Linacre (1989), ch. 9 for the interaction.
    """
    if not (least_z >= 0 and least_bias >= 0):
        raise InvalidParameters("least_z and least_bias must be 0 or more")
    fitted = at_estimates(ratings, fit)
    cells, layout, free = fitted.cells, fitted.model.layout, fitted.model.free
    expected = expect(fitted.full, layout, cells, fitted.quadrature)
    terms = cell_terms(fitted.full, layout, cells, expected, fitted.quadrature.nodes)
    missing = missing_information(fitted.full, layout, cells, fitted.quadrature, by_cell=True)
    own = terms.location_information - missing.cell
    rows = terms.cell_hessian - missing.cross
    cross = np.asarray(rows @ free)
    information = observed_information(terms, missing, free)
    left = own - np.einsum("ij,ji->i", cross, np.linalg.pinv(information, hermitian=True) @ cross.T)
    identified = left > 1e-6 * np.maximum(own, 1e-12)
    bias, se = np.full((2, cells.n_cells), np.nan)
    bias[identified] = terms.location_gradient[identified] / left[identified]
    se[identified] = 1.0 / np.sqrt(left[identified])
    n = expected.counts.sum(axis=(1, 2))
    k = np.arange(cells.n_categories, dtype=np.float64)
    at_nodes = np.einsum("ckq,k->cq", np.exp(fitted.log_probability), k)
    with np.errstate(invalid="ignore"):
        flagged = (np.abs(bias / se) >= least_z) & (np.abs(bias) >= least_bias)
    return RaterTaskBias(
        task=cells.task,
        rater=cells.rater,
        n_ratings=np.round(n).astype(np.intp),
        observed=expected.counts.sum(axis=2) @ k / n,
        expected=(expected.counts.sum(axis=1) * at_nodes).sum(axis=1) / n,
        bias=bias,
        se=se,
        z=bias / se,
        flagged=flagged,
    )
