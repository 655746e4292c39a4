"""Which items a data collection ties to which others."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import csgraph

from scoring.responses import BoolArray, IntArray, SparseResponses, presented, response_matrix


def connected_components(
    responses: npt.ArrayLike | SparseResponses, n_categories: npt.ArrayLike = 2
) -> list[IntArray]:
    """Groups of items linked by persons who met items of both.

    Parameters
    ----------
    responses : (n_persons, n_items) of marks and MISSING, dense or sparse
    n_categories : as in response_matrix; of dense responses

    Returns
    -------
    Ascending item positions, the largest group first. One group means that all items can be put on one scale;
    an item without any response is a group of its own.
    """
    if isinstance(responses, SparseResponses):
        return _grouped(_labels_of_sparse(responses))
    return components_of(presented(response_matrix(responses, n_categories)))


def components_of(met: BoolArray) -> list[IntArray]:
    """The same from a mask of who met what, (n_persons, n_items)."""
    unplaced = np.ones(met.shape[1], dtype=np.bool_)
    labels = np.zeros(met.shape[1], dtype=np.intp)
    number = 0
    while unplaced.any():
        group = np.zeros_like(unplaced)
        newcomers = np.zeros_like(unplaced)
        newcomers[np.argmax(unplaced)] = True
        while newcomers.any():
            group |= newcomers
            persons = met[:, newcomers].any(axis=1)
            newcomers = met[persons].any(axis=0) & ~group
        labels[group] = number
        unplaced &= ~group
        number += 1
    return _grouped(labels)


def _labels_of_sparse(responses: SparseResponses) -> IntArray:
    """Each person ties his first item to all his others."""
    counts = np.diff(responses.start)
    first = np.repeat(responses.item[responses.start[:-1][counts > 0]], counts[counts > 0])
    shape = (responses.n_items, responses.n_items)
    ties = sparse.coo_matrix((np.ones(first.size, dtype=np.int8), (first, responses.item)), shape=shape)
    _, labels = csgraph.connected_components(ties.tocsr(), directed=False)
    of_items: IntArray = labels.astype(np.intp)
    return of_items


def _grouped(labels: IntArray) -> list[IntArray]:
    groups: Sequence[IntArray] = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return sorted(groups, key=lambda members: (-members.size, int(members[0])))
