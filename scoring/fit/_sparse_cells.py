"""Merging cells of a score-by-category table until each expects enough, for S-X2.

In the order of R mirt, whose printed figures it meets to the last digit:

1. score groups nobody is in are dropped; a group of one person joins the next group, the last the one before;
2. within a group, as long as it has more than two cells and one expects too little, the smallest joins the
   smaller of its neighbours; the group's cells then move up to the left;
3. from the right, a column that fewer than 5 % of the groups still use joins the column before it;
4. as long as a cell expects too little, the first such group joins its neighbour of fewer persons, the one
   before when both are equal.
"""

import numpy as np

from scoring.responses import FloatArray

_RARE_COLUMN = 0.05
_IMPOSSIBLE = 1e-14


def collapse(
    observed: FloatArray, expected: FloatArray, min_expected: float
) -> tuple[FloatArray, FloatArray]:
    """Observed and expected counts (n_groups, n_columns) after merging; 0 expected where there is no cell."""
    kept = observed.sum(axis=1) > 0
    table = np.stack([observed[kept], np.where(expected[kept] > _IMPOSSIBLE, expected[kept], 0.0)], axis=2)
    if not table.size:
        return table[:, :, 0], table[:, :, 1]
    table = _join_single_persons(table)
    if table.shape[1] > 2:
        table = np.stack([_merge_cells(group, min_expected) for group in table])
        table = _join_rare_columns(table)
    table = _merge_groups(table, min_expected)
    return table[:, :, 0], table[:, :, 1]


def _join_single_persons(table: FloatArray) -> FloatArray:
    groups = [group.copy() for group in table]
    kept = []
    for place, group in enumerate(groups[:-1]):
        if group[:, 0].sum() == 1:
            groups[place + 1] += group
        else:
            kept.append(group)
    if groups[-1][:, 0].sum() == 1 and kept:
        kept[-1] = kept[-1] + groups[-1]
    else:
        kept.append(groups[-1])
    return np.stack(kept)


def _merge_cells(group: FloatArray, min_expected: float) -> FloatArray:
    """One score group's (n_categories, 2) cells, merged and moved to the left."""
    cells = list(group[group[:, 1] > 0])
    while len(cells) > 2:
        sizes = [float(cell[1]) for cell in cells]
        smallest = min(sizes)
        if smallest >= min_expected:
            break
        place = sizes.index(smallest)
        if place == 0 or (place < len(sizes) - 1 and sizes[place + 1] < sizes[place - 1]):
            target = place + 1
        else:
            target = place - 1
        cells[target] = cells[target] + cells[place]
        del cells[place]
    merged = np.zeros_like(group)
    merged[: len(cells)] = cells
    return merged


def _join_rare_columns(table: FloatArray) -> FloatArray:
    joined = table.copy()
    for column in range(table.shape[1] - 1, 0, -1):
        if (joined[:, column, 1] > 0).mean() < _RARE_COLUMN:
            joined[:, column - 1] += joined[:, column]
            joined[:, column] = 0.0
    return joined


def _merge_groups(table: FloatArray, min_expected: float) -> FloatArray:
    groups = list(table)
    place = 0
    while place < len(groups) and len(groups) > 1:
        sizes = groups[place][:, 1]
        if not ((sizes > 0) & (sizes < min_expected)).any():
            place += 1
            continue
        before = groups[place - 1][:, 0].sum() if place else np.inf
        after = groups[place + 1][:, 0].sum() if place + 1 < len(groups) else np.inf
        target = place - 1 if before <= after else place + 1
        groups[target] = groups[target] + groups[place]
        del groups[place]
        place = max(place - 1, 0)
    return np.stack(groups)
