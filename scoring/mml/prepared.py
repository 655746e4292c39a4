"""What is to be calibrated, checked: too little data left out, empty categories closed, one scale for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from scoring.calibration import CalibrationOptions, ExcludedItem, ExclusionReason, RecodedItem
from scoring.design import components_of, connected_components
from scoring.errors import DisconnectedDesign, InvalidParameters, InvalidResponses, NothingToCalibrate
from scoring.mml.persons import answered_and_extreme
from scoring.params import ItemModel, ItemParams
from scoring.responses import (
    MISSING,
    MOST_CATEGORIES,
    BoolArray,
    IntArray,
    ResponseMatrix,
    SparseResponses,
    response_matrix,
)

_ENOUGH_PERSONS: Final = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Responses of the kept items in categories that all occur; excluded items are MISSING throughout.

    n_steps : (n_items,) highest mark of each item; counts (n_items, most_categories) of responses as given
    """

    responses: ResponseMatrix | SparseResponses
    models: tuple[ItemModel, ...]
    n_steps: IntArray
    kept: IntArray
    counts: IntArray
    excluded: tuple[ExcludedItem, ...]
    recoded: tuple[RecodedItem, ...]
    answered: BoolArray
    n_extreme: int
    fixed: ItemParams | None
    is_unlinked: bool

    @property
    def n_persons(self) -> int:
        return int(self.answered.size)

    @property
    def n_answered(self) -> int:
        return int(self.answered.sum())

    @property
    def n_items(self) -> int:
        return len(self.models)


def prepare(
    responses: npt.ArrayLike | SparseResponses,
    models: ItemModel | str | Sequence[ItemModel | str],
    known: tuple[ItemParams | None, ItemParams | None],
    options: CalibrationOptions,
) -> Prepared:
    """Check the input of a calibration; `known` are the parameters held fixed and those to start from."""
    marks = responses if isinstance(responses, SparseResponses) else _read(responses)
    n_items = marks.n_items if isinstance(marks, SparseResponses) else marks.shape[1]
    chosen = _models(models, n_items)
    fixed = known[0]
    for name, params in zip(("fixed", "start"), known, strict=True):
        _require_fitting(name, params, n_items)
    if options.priors is not None:
        options.priors.require_length(n_items)
    if fixed is not None:
        chosen = tuple(
            fixed.models[item] if held else model
            for item, (model, held) in enumerate(zip(chosen, fixed.calibrated.tolist(), strict=True))
        )
    counts = _category_counts(marks)
    _require_marks(counts, chosen, fixed)
    held = np.zeros(n_items, dtype=np.bool_) if fixed is None else fixed.calibrated
    excluded = _excluded(counts, held, options.min_responses)
    kept = np.setdiff1d(np.arange(n_items), [item.item for item in excluded])
    if not kept.size or (held[kept].all() and not counts[kept].any()):
        raise NothingToCalibrate({item.item: item.reason for item in excluded})
    recoded = _recoded(counts, kept, held)
    n_steps = _n_steps(counts, recoded, fixed)
    marks = _closed(marks, kept, recoded)
    unlinked = _unlinked(marks, kept, held)
    if unlinked and not options.allow_unlinked:
        raise DisconnectedDesign(unlinked)
    answered, n_extreme = answered_and_extreme(marks, n_steps)
    return Prepared(
        marks, chosen, n_steps, kept, counts, excluded, recoded, answered, n_extreme, fixed, bool(unlinked)
    )


def _read(values: npt.ArrayLike) -> ResponseMatrix:
    return response_matrix(values, MOST_CATEGORIES)


def _models(models: ItemModel | str | Sequence[ItemModel | str], n_items: int) -> tuple[ItemModel, ...]:
    if not isinstance(models, Sequence | np.ndarray):
        raise InvalidParameters(f"models: expected a name or one for each item, got {models!r}")
    given = [models] * n_items if isinstance(models, str) else list(models)
    if len(given) != n_items:
        raise InvalidParameters(f"models: expected one for each of {n_items} items, got {len(given)}")
    try:
        return tuple(map(ItemModel, given))
    except ValueError as unknown:
        raise InvalidParameters(f"models: {unknown}; known are {', '.join(ItemModel)}") from None


def _require_fitting(name: str, params: ItemParams | None, n_items: int) -> None:
    if params is not None and not isinstance(params, ItemParams):
        raise InvalidParameters(f"{name}: expected ItemParams, got {type(params).__name__}")
    if params is not None and params.n_items != n_items:
        raise InvalidParameters(f"{name}: expected {n_items} items, got {params.n_items}")


def _category_counts(marks: ResponseMatrix | SparseResponses) -> IntArray:
    """(n_items, highest mark + 1) responses by mark."""
    if isinstance(marks, SparseResponses):
        most = int(marks.mark.max(initial=1)) + 1
        cell = marks.item.astype(np.int64) * most + marks.mark
        by_cell: IntArray = np.bincount(cell, minlength=marks.n_items * most)
        return by_cell.reshape(marks.n_items, most)
    most = int(marks.max(initial=1)) + 1
    counts: IntArray = np.stack([np.count_nonzero(marks == mark, axis=0) for mark in range(most)], axis=1)
    return counts


def _require_marks(counts: IntArray, models: tuple[ItemModel, ...], fixed: ItemParams | None) -> None:
    highest = counts.shape[1] - 1 - np.argmax(counts[:, ::-1] > 0, axis=1)
    for item in np.flatnonzero(highest > 1).tolist():
        if models[item].is_dichotomous:
            raise InvalidResponses(f"responses[:, {item}]: mark {highest[item]} for a {models[item]} item")
    if fixed is not None:
        beyond = np.flatnonzero(fixed.calibrated & (highest >= fixed.n_categories))
        if beyond.size:
            item = int(beyond[0])
            raise InvalidResponses(
                f"responses[:, {item}]: mark {highest[item]}, but its fixed parameters know "
                f"{fixed.n_categories[item]} categories"
            )


def _excluded(counts: IntArray, held: npt.NDArray[np.bool_], least: int) -> tuple[ExcludedItem, ...]:
    found = []
    n = counts.sum(axis=1)
    used = counts > 0
    for item in np.flatnonzero(~held & ((n < least) | (used.sum(axis=1) < 2))).tolist():
        mark = int(np.argmax(used[item]))
        if n[item] < least:
            reason = ExclusionReason.TOO_FEW_RESPONSES
        elif mark == 0:
            reason = ExclusionReason.ALL_WRONG
        else:
            reason = ExclusionReason.ALL_CORRECT if mark == 1 else ExclusionReason.ONE_CATEGORY
        found.append(ExcludedItem(item, reason))
    return tuple(found)


def _recoded(counts: IntArray, kept: IntArray, held: npt.NDArray[np.bool_]) -> tuple[RecodedItem, ...]:
    """Free items with a mark that nobody earned below one that somebody did."""
    used = counts > 0
    top = used.shape[1] - 1 - np.argmax(used[:, ::-1], axis=1)
    gaps = used.sum(axis=1) < top + 1
    return tuple(
        RecodedItem(item, tuple(np.flatnonzero(used[item]).tolist()))
        for item in kept.tolist()
        if gaps[item] and not held[item]
    )


def _n_steps(counts: IntArray, recoded: Sequence[RecodedItem], fixed: ItemParams | None) -> IntArray:
    steps: IntArray = np.maximum(counts.shape[1] - 1 - np.argmax(counts[:, ::-1] > 0, axis=1), 1)
    for item in recoded:
        steps[item.item] = len(item.marks) - 1
    if fixed is not None:
        steps = np.where(fixed.calibrated, fixed.n_categories - 1, steps)
    return steps


def _closed(
    marks: ResponseMatrix | SparseResponses, kept: IntArray, recoded: Sequence[RecodedItem]
) -> ResponseMatrix | SparseResponses:
    """Without the items left out, and with the marks that occur counted 0, 1, …"""
    n_items = marks.n_items if isinstance(marks, SparseResponses) else marks.shape[1]
    if kept.size == n_items and not recoded:
        return marks
    table = np.full((n_items, MOST_CATEGORIES + 1), MISSING, dtype=np.int8)
    table[kept, :-1] = np.arange(MOST_CATEGORIES, dtype=np.int8)
    for item in recoded:
        table[item.item, list(item.marks)] = np.arange(len(item.marks), dtype=np.int8)
    if not isinstance(marks, SparseResponses):
        return table[np.arange(n_items), marks]  # MISSING is -1: the table's last column
    left = table[marks.item, marks.mark]
    stays = left != MISSING
    counts = np.add.reduceat(np.append(stays, False).astype(np.int64), marks.start[:-1])
    counts[np.diff(marks.start) == 0] = 0
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return SparseResponses(start, marks.item[stays], left[stays], n_items)


def _unlinked(marks: ResponseMatrix | SparseResponses, kept: IntArray, held: BoolArray) -> list[IntArray]:
    """Groups of items that neither persons nor fixed items put on one scale; empty when all are."""
    if not isinstance(marks, SparseResponses) and (marks != MISSING)[:, kept].all(axis=1).any():
        return []  # somebody met everything
    if not isinstance(marks, SparseResponses):
        few = (marks[:_ENOUGH_PERSONS] != MISSING)[:, kept]
        if len(components_of(few)) == 1:
            return []  # the first persons tie everything together already
    components = connected_components(marks, MOST_CATEGORIES)
    inside = np.zeros(held.size, dtype=np.bool_)
    inside[kept] = True
    linked = [part for part in components if inside[part].any()]
    return linked if len(linked) > 1 and not all(held[part].any() for part in linked) else []
