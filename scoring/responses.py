"""The response matrix: who answered what, right or wrong, and what was never presented."""

from typing import Final

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidResponses

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
ResponseMatrix = npt.NDArray[np.int8]

MISSING: Final = -1
"""Not presented to this person, or not to be scored. An item seen and left blank is a 0, not MISSING."""


def response_matrix(values: npt.ArrayLike) -> ResponseMatrix:
    """Read marks into the library's own form.

    Parameters
    ----------
    values : (n_persons, n_items) of 0, 1 and either MISSING or, in a float array, NaN

    Returns
    -------
    (n_persons, n_items) int8 of 0, 1 and MISSING; the same array when it already has that form.

    Raises
    ------
    InvalidResponses : not a matrix, or another value in it.
    """
    array = np.asarray(values)
    if array.ndim != 2:
        raise InvalidResponses(f"expected persons by items, got {array.ndim} dimension(s)")
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), MISSING, array)
    if array.dtype.kind not in "fiub" or not np.isin(array, (0, 1, MISSING)).all():
        raise InvalidResponses("a response is 0, 1 or missing")
    return array.astype(np.int8, copy=False)


def presented(responses: ResponseMatrix) -> BoolArray:
    """(n_persons, n_items) True where the person met the item and the mark counts."""
    mask: BoolArray = responses != MISSING
    return mask
