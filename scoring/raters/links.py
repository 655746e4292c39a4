"""Whether raters, tasks and persons are tied together well enough to share one scale."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scoring.raters.ratings import Ratings
from scoring.responses import FloatArray, IntArray

_SAME = 1e-6  # null-space coordinates closer than this are equal


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """Positions of persons, tasks and raters that some chain of ratings ties together."""

    persons: IntArray
    tasks: IntArray
    raters: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class RaterLinks:
    """How the ratings hang together.

    components : pieces of the graph of persons, tasks and raters, the one with most raters first
    rater_groups : raters whose severities can be compared through persons they rated in common, directly or
        by a chain, largest group first; a graph in one piece may still hold several groups
    confounded : whether severity and difficulty cannot be told apart even if every rater's persons were a
        random sample, as when each task has raters of its own
    """

    components: tuple[Component, ...]
    rater_groups: tuple[IntArray, ...]
    confounded: bool

    @property
    def connected(self) -> bool:
        """Whether all severities share one scale without assuming that raters met like persons."""
        return len(self.rater_groups) == 1 and not self.confounded


def rater_links(ratings: Ratings) -> RaterLinks:
    """Check the design before fitting: what follows from the ratings alone, whatever their marks.

    Severities are compared through differences within persons. With a parameter for every person, the
    differences that the design determines are those orthogonal to the null space of the centred design matrix
    of tasks and raters, so the groups are exact; a look at the graph alone passes designs that determine
    nothing, such as fixed pairs of raters with candidates of their own. Facets without ratings are left out.

    References: Linacre (1989), ch. 8; Weeks & Williams (1964) for connectedness of crossed designs.
    """
    facets = _facet_matrix(ratings)
    occurs = np.asarray(facets.sum(axis=0)).ravel() > 0
    is_rater = np.arange(occurs.size) >= ratings.n_tasks
    gram = (facets.T @ facets).toarray()[np.ix_(occurs, occurs)]
    n_by_person = np.bincount(ratings.person, minlength=ratings.n_persons)
    by_person = sparse.csr_matrix(
        (np.ones(ratings.n_ratings), (ratings.person, np.arange(ratings.n_ratings))),
        shape=(ratings.n_persons, ratings.n_ratings),
    )
    totals = (by_person @ facets)[:, occurs]
    centred = gram - (totals.T @ sparse.diags_array(1.0 / np.maximum(n_by_person, 1)) @ totals).toarray()
    raters = np.flatnonzero(occurs & is_rater) - ratings.n_tasks
    null = _null_space(centred)[is_rater[occurs]]
    return RaterLinks(
        components=_components(ratings),
        rater_groups=tuple(raters[group] for group in _equal_rows(null)),
        confounded=_null_space(gram).shape[1] > 1,  # tasks up, raters down by the same amount: always there
    )


def _facet_matrix(ratings: Ratings) -> sparse.csr_matrix:
    """(n_ratings, n_tasks + n_raters) of 0 and 1."""
    n = ratings.n_ratings
    rows = np.repeat(np.arange(n), 2)
    columns = np.stack([ratings.task, ratings.n_tasks + ratings.rater], axis=1).ravel()
    return sparse.csr_matrix((np.ones(2 * n), (rows, columns)), shape=(n, ratings.n_tasks + ratings.n_raters))


def _null_space(gram: FloatArray) -> FloatArray:
    """Directions (n, n_directions) of a positive semi-definite matrix without information."""
    values, vectors = np.linalg.eigh(gram)
    null: FloatArray = vectors[:, values <= 1e-9 * max(float(values.max(initial=0.0)), 1.0)]
    return null


def _equal_rows(rows: FloatArray) -> list[IntArray]:
    """Positions of equal rows, most first; a difference of equal rows lies outside the null space."""
    unplaced, groups = np.ones(len(rows), dtype=np.bool_), []
    while unplaced.any():
        like_first = unplaced & (np.abs(rows - rows[np.argmax(unplaced)]).max(axis=1, initial=0.0) < _SAME)
        groups.append(np.flatnonzero(like_first))
        unplaced &= ~like_first
    return sorted(groups, key=lambda group: (-group.size, int(group[0])))


def _components(ratings: Ratings) -> tuple[Component, ...]:
    n_persons, n_tasks = ratings.n_persons, ratings.n_tasks
    size = n_persons + n_tasks + ratings.n_raters
    task, rater = n_persons + ratings.task, n_persons + n_tasks + ratings.rater
    rows, columns = np.concatenate([ratings.person, task]), np.concatenate([task, rater])
    graph = sparse.csr_matrix((np.ones(rows.size), (rows, columns)), shape=(size, size))
    _, label = sparse.csgraph.connected_components(graph, directed=False)
    pieces = []
    for one in np.unique(label[rows]).tolist():
        members = np.flatnonzero(label == one)
        bounds = np.searchsorted(members, [n_persons, n_persons + n_tasks])
        persons, tasks, raters = np.split(members, bounds)
        pieces.append(Component(persons, tasks - n_persons, raters - n_persons - n_tasks))
    return tuple(sorted(pieces, key=lambda piece: -piece.raters.size))
