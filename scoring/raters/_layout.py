"""Free parameters of a many-facet model and where they stand in the full vector."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from scoring.raters._cells import Cells
from scoring.raters._likelihood import Layout
from scoring.raters.model import FacetOptions, FacetParams, Steps
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class PackedModel:
    """full = fixed + free_map @ free, where sums to zero hold by construction.

    tasks, raters : positions of those with parameters
    """

    layout: Layout
    fixed: FloatArray
    free: sparse.csr_matrix
    tasks: IntArray
    raters: IntArray
    estimates_slopes: bool

    def full(self, free: FloatArray) -> FloatArray:
        values: FloatArray = self.fixed + self.free @ free
        return values

    def allowed(self, free: FloatArray) -> bool:
        """Whether the standard deviation of ability is positive."""
        return bool(self.full(free)[-1] > 0)

    def errors(self, covariance: FloatArray | None) -> FloatArray:
        """Standard errors in the places of the full vector; NaN for what is not estimated."""
        errors = np.full(self.layout.size, np.nan)
        if covariance is not None:
            variance = np.asarray(self.free.multiply(self.free @ covariance).sum(axis=1)).ravel()
            moves = np.diff(self.free.indptr) > 0
            errors[moves] = np.sqrt(variance[moves])
        return errors


def pack(cells: Cells, category_marks: FloatArray, options: FacetOptions, n_raters: int) -> PackedModel:
    """Which parameters are free: severities and the steps of each rating scale sum to 0."""
    n_tasks, most = category_marks.shape[0], category_marks.shape[1] - 1
    common = options.steps is Steps.COMMON
    layout = Layout(n_tasks, n_raters, 1 if common else n_tasks, most, common)
    tasks, raters = np.unique(cells.task), np.unique(cells.rater)
    n_steps = np.isfinite(category_marks).sum(axis=1) - 1
    blocks = [_free(layout.difficulties(tasks)), _centred(layout.severities(raters))]
    for task in tasks[:1] if common else tasks:
        blocks.append(_centred(layout.steps(np.array([task]))[0, : n_steps[task]]))
    spread = layout.slopes(tasks) if options.estimate_slopes else np.array([layout.size - 1])
    blocks.append(_free(spread))
    fixed = np.zeros(layout.size)
    if not options.estimate_slopes:
        fixed[layout.slopes(tasks)] = 1.0
    else:
        fixed[-1] = 1.0
    return PackedModel(layout, fixed, _stacked(blocks, layout.size), tasks, raters, options.estimate_slopes)


def _free(places: IntArray) -> tuple[IntArray, FloatArray]:
    return places, np.eye(places.size)


def _centred(places: IntArray) -> tuple[IntArray, FloatArray]:
    """The last is minus the sum of the others."""
    contrast = np.concatenate([np.eye(places.size - 1), -np.ones((1, places.size - 1))])
    return places, contrast


def _stacked(blocks: list[tuple[IntArray, FloatArray]], size: int) -> sparse.csr_matrix:
    width = sum(block.shape[1] for _, block in blocks)
    table, column = sparse.lil_matrix((size, width)), 0
    for places, block in blocks:
        if block.shape[1]:
            table[places, column : column + block.shape[1]] = block
        column += block.shape[1]
    return table.tocsr()


def starting_values(model: PackedModel, cells: Cells) -> FloatArray:
    """Difficulties from the share of marks earned, steps from category counts, severities all 0."""
    counts = np.asarray(cells.incidence.sum(axis=0)).reshape(cells.n_cells, cells.n_categories)
    full = model.fixed.copy()
    layout = model.layout
    full[layout.slopes(model.tasks)] = 1.0
    full[-1] = 1.0
    shown = counts.sum(axis=0, keepdims=True) if layout.common else None
    for task in model.tasks.tolist():
        mine = cells.task == task
        of_task = counts[mine].sum(axis=0)
        n_steps = int(cells.n_steps[mine][0])
        used = (of_task if shown is None else shown[0])[: n_steps + 1] + 0.5
        steps = np.log(used[:-1] / used[1:])
        full[layout.steps(np.array([task]))[0, :n_steps]] = steps - steps.mean()
        share = (of_task @ np.arange(cells.n_categories) + 0.5) / (n_steps * of_task.sum() + 1.0)
        full[layout.difficulties(np.array([task]))] = np.log((1.0 - share) / share)
    # Free parameters are themselves entries of the full vector, so least squares solves exactly.
    start: FloatArray = np.linalg.lstsq(model.free.toarray(), full - model.fixed, rcond=None)[0]
    return start


def unpack(model: PackedModel, full: FloatArray, category_marks: FloatArray) -> FacetParams:
    """The full vector, or standard errors in its places, by name; NaN for tasks and raters left out."""
    layout = model.layout
    slope, difficulty = np.full((2, layout.n_tasks), np.nan)
    severity = np.full(layout.n_raters, np.nan)
    slope[model.tasks] = full[layout.slopes(model.tasks)]
    difficulty[model.tasks] = full[layout.difficulties(model.tasks)]
    severity[model.raters] = full[layout.severities(model.raters)]
    steps = np.full((layout.n_tasks, layout.most_steps), np.nan)
    steps[model.tasks] = full[layout.steps(model.tasks)]
    steps[~np.isfinite(category_marks[:, 1:])] = np.nan
    return FacetParams(slope, difficulty, severity, steps, float(full[-1]), category_marks)
