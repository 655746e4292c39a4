"""Which items a data collection ties to which others."""

import numpy as np
import numpy.typing as npt

from scoring.responses import IntArray, presented, response_matrix


def connected_components(responses: npt.ArrayLike) -> list[IntArray]:
    """Groups of items linked by persons who met items of both.

    Parameters
    ----------
    responses : (n_persons, n_items) of 0, 1 and MISSING

    Returns
    -------
    Ascending item positions, the largest group first. One group means that all items can be put on one scale;
    an item without any response is a group of its own.
    """
    met = presented(response_matrix(responses))
    unplaced = np.ones(met.shape[1], dtype=np.bool_)
    groups = []
    while unplaced.any():
        group = np.zeros_like(unplaced)
        newcomers = np.zeros_like(unplaced)
        newcomers[np.argmax(unplaced)] = True
        while newcomers.any():
            group |= newcomers
            persons = met[:, newcomers].any(axis=1)
            newcomers = met[persons].any(axis=0) & ~group
        groups.append(np.flatnonzero(group))
        unplaced &= ~group
    return sorted(groups, key=lambda members: (-members.size, int(members[0])))
