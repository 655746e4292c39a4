"""Ratings counted by cell: every pair of a task and a rater that occurs."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scoring.raters.model import ExcludedFacet, Facet, FacetExclusion, FacetOptions, Steps
from scoring.raters.ratings import Ratings
from scoring.responses import BoolArray, FloatArray, IntArray

BLOCK = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What the likelihood needs of the ratings.

    task, rater : (n_cells,) positions
    n_steps : (n_cells,) steps of the cell's rating scale
    incidence : sparse (n_persons, n_cells * n_categories), 1 where the person got that category in that cell
    row, category, cell : of each rating used: its place in the table of ratings, its category and its cell
    """

    task: IntArray
    rater: IntArray
    n_steps: IntArray
    incidence: sparse.csr_matrix
    row: IntArray
    category: IntArray
    cell: IntArray

    @property
    def n_categories(self) -> int:
        return int(self.n_steps.max(initial=1)) + 1

    @property
    def n_cells(self) -> int:
        return int(self.task.size)

    def blocks(self) -> Iterator[tuple[slice, sparse.csr_matrix]]:
        """Some persons at a time, with their places."""
        for first in range(0, self.incidence.shape[0], BLOCK):
            where = slice(first, min(first + BLOCK, self.incidence.shape[0]))
            yield where, self.incidence[where]


def cells_of(ratings: Ratings, category_marks: FloatArray, used: BoolArray) -> Cells:
    """Count the ratings of a mask; categories are the places of marks among the task's category marks.

    A rating whose mark is not among them is not used: its category has no parameter.
    """
    matches = ratings.mark[:, None] == category_marks[ratings.task]
    row = np.flatnonzero(used & matches.any(axis=1))
    category = matches[row].argmax(axis=1)
    n_raters = max(ratings.n_raters, 1)
    pairs, cell = np.unique(ratings.task[row] * n_raters + ratings.rater[row], return_inverse=True)
    n_categories = category_marks.shape[1]
    task = pairs // n_raters
    incidence = sparse.csr_matrix(
        (np.ones(row.size), (ratings.person[row], cell * n_categories + category)),
        shape=(ratings.n_persons, pairs.size * n_categories),
    )
    n_steps = np.isfinite(category_marks).sum(axis=1)[task] - 1
    return Cells(task, pairs % n_raters, n_steps, incidence, row, category, cell)


def usable(ratings: Ratings, options: FacetOptions) -> tuple[BoolArray, tuple[ExcludedFacet, ...]]:
    """Ratings by raters and on tasks that can be measured, and the facets left out with the reason.

    Leaving out one facet can leave another without enough, so the rule is applied until nothing changes.
    """
    used = np.ones(ratings.n_ratings, dtype=np.bool_)
    excluded: dict[tuple[Facet, int], FacetExclusion] = {}
    facets = (
        (Facet.RATER, ratings.rater, ratings.n_raters, options.min_ratings),
        (Facet.TASK, ratings.task, ratings.n_tasks, 1),
    )
    changed = True
    while changed:
        changed = False
        top, bottom = _extremes(ratings, used, options.steps)
        for facet, position, size, least in facets:
            for place, reason in _reasons(position[used], top[used], bottom[used], (size, least)).items():
                if (facet, place) not in excluded:
                    excluded[facet, place] = reason
                    changed = True
            out = [place for kind, place in excluded if kind is facet]
            used &= ~np.isin(position, out)
    return used, tuple(ExcludedFacet(*where, reason) for where, reason in sorted(excluded.items()))


def _extremes(ratings: Ratings, used: BoolArray, steps: Steps) -> tuple[BoolArray, BoolArray]:
    """Whether each rating is the highest and whether it is the lowest mark its rating scale was used for."""
    highest = np.full(ratings.n_tasks, -1)
    lowest = np.full(ratings.n_tasks, np.iinfo(np.intp).max)
    np.maximum.at(highest, ratings.task[used], ratings.mark[used])
    np.minimum.at(lowest, ratings.task[used], ratings.mark[used])
    if steps is Steps.COMMON:
        highest[:], lowest[:] = highest.max(initial=-1), lowest.min(initial=np.iinfo(np.intp).max)
    return ratings.mark == highest[ratings.task], ratings.mark == lowest[ratings.task]


def _reasons(
    position: IntArray, top: BoolArray, bottom: BoolArray, limits: tuple[int, int]
) -> dict[int, FacetExclusion]:
    size, least = limits
    n = np.bincount(position, minlength=size)
    n_top = np.bincount(position, weights=top, minlength=size)
    n_bottom = np.bincount(position, weights=bottom, minlength=size)
    reasons = {int(place): FacetExclusion.TOO_FEW_RATINGS for place in np.flatnonzero(n < least)}
    for place in np.flatnonzero(n >= least).tolist():
        if n_bottom[place] == n[place]:
            reasons[place] = FacetExclusion.ALL_LOWEST
        elif n_top[place] == n[place]:
            reasons[place] = FacetExclusion.ALL_HIGHEST
    return reasons


def observed_marks(ratings: Ratings, used: BoolArray, steps: Steps) -> FloatArray:
    """(n_tasks, most_categories) the marks in use, ascending, NaN beyond a task's own.

    A category nobody used has no finite step, so marks are numbered by those that occur: of all tasks when
    they share a rating scale, else of the task. A task without usable ratings has none.
    """
    marks = [np.unique(ratings.mark[used & (ratings.task == task)]) for task in range(ratings.n_tasks)]
    if steps is Steps.COMMON:
        together = np.unique(ratings.mark[used])
        marks = [together if own.size else own for own in marks]
    most = max((own.size for own in marks), default=0)
    table = np.full((ratings.n_tasks, max(most, 2)), np.nan)
    for task, own in enumerate(marks):
        table[task, : own.size] = own
    return table
