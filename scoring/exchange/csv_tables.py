"""Item parameters as comma-separated tables."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from scoring.errors import InvalidParameters
from scoring.exchange.cells import (
    MISSING_CELLS,
    Faults,
    Reason,
    Row,
    check_names,
    read_table,
    refuse_repeated,
    require_columns,
    write_table,
)
from scoring.params import ItemModel, ItemParams
from scoring.responses import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ItemTable:
    """Item parameters with the items' names and, where known, standard errors (NaN elsewhere).

    items : n_items names, none empty, all different
    se_a, se_b, se_c : (n_items,)
    se_thresholds : (n_items, most_steps), as the thresholds of `params`
    """

    items: tuple[str, ...]
    params: ItemParams
    se_a: FloatArray = None  # type: ignore[assignment]  # filled in below
    se_b: FloatArray = None  # type: ignore[assignment]
    se_c: FloatArray = None  # type: ignore[assignment]
    se_thresholds: FloatArray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if len(self.items) != self.params.n_items:
            raise InvalidParameters(f"items: expected {self.params.n_items} names, got {len(self.items)}")
        check_names(self.items, "item")
        for name in ("a", "b", "c", "thresholds"):
            shape = getattr(self.params, name).shape
            given = getattr(self, f"se_{name}")
            errors = np.full(shape, np.nan) if given is None else np.array(given, dtype=np.float64)
            if errors.shape != shape:
                raise InvalidParameters(f"se_{name}: expected shape {shape}, got {errors.shape}")
            errors.setflags(write=False)
            object.__setattr__(self, f"se_{name}", errors)


_FIXED = ("item", "model", "a", "b", "c")
_ERRORS = ("se_a", "se_b", "se_c")


def write_params(table: ItemTable) -> str:
    """One row per item: item, model, a, b, c, threshold_1 …, se_a, se_b, se_c, se_threshold_1 …

    An empty cell is a number that is not known or that the item's model does not have: a dichotomous item has
    no thresholds, another no c. Logistic metric (D = 1).
    """
    params, n_steps = table.params, table.params.thresholds.shape[1]
    steps = [f"threshold_{step}" for step in range(1, n_steps + 1)]
    header = [*_FIXED, *steps, *_ERRORS, *(f"se_{step}" for step in steps)]
    rows = []
    for item, (name, model) in enumerate(zip(table.items, params.models, strict=True)):
        own, own_se = params.thresholds[item].tolist(), table.se_thresholds[item].tolist()
        hidden = [math.nan] * n_steps
        two = model.is_dichotomous
        rows.append([
            name, str(model), float(params.a[item]), float(params.b[item]),
            float(params.c[item]) if two else math.nan,
            *(hidden if two else own),
            float(table.se_a[item]), float(table.se_b[item]), float(table.se_c[item]),
            *(hidden if two else own_se),
        ])  # fmt: skip
    return write_table(header, rows)


def read_params(source: str | TextIO, *, delimiter: str = ",") -> ItemTable:
    """Read what write_params wrote, or the like: b of an item with thresholds may be left empty, and c.

    Parameters
    ----------
    source : text, or a stream of text opened with newline=""
    delimiter : between cells

    Raises
    ------
    InvalidTable : row, column and reason of every cell at fault; nothing is read then.
    """
    header, rows = read_table(source, delimiter=delimiter)
    require_columns(header, ("item", "model", "a", "b"))
    steps = _numbered(header, "threshold_")
    faults = Faults([])
    known = {*_FIXED, *_ERRORS, *steps, *(f"se_{step}" for step in steps)}
    for column in header:
        if column not in known:
            faults.add(1, column, Reason.COLUMN_UNKNOWN)
    items = [row.named("item", faults) for row in rows]
    refuse_repeated(items, rows, "item", faults)
    read = [_read_item(row, steps, faults) for row in rows]
    errors = {name: _numbers(rows, [name], faults)[:, 0] for name in _ERRORS}
    se_steps = _numbers(rows, [f"se_{step}" for step in steps], faults)
    for name, values in (*errors.items(), ("se_threshold_1", se_steps.min(axis=1, initial=np.inf))):
        for place in np.flatnonzero(values < 0).tolist():
            faults.add(rows[place].number, name, Reason.NOT_IN_RANGE, str(values[place]))
    faults.stop()
    thresholds = np.full((len(rows), max(len(steps), 1)), np.nan)
    se_thresholds = np.full_like(thresholds, np.nan)
    se_thresholds[:, : len(steps)] = se_steps
    for item, (_, _, _, own, model) in enumerate(read):
        thresholds[item, : len(own)] = own
        if model.is_dichotomous:
            se_thresholds[item, 0] = errors["se_b"][item]
    a, b, c = (np.array([one[place] for one in read], dtype=np.float64) for place in range(3))
    params = ItemParams(a, b, c, thresholds, tuple(one[4] for one in read))
    return ItemTable(tuple(items), params, errors["se_a"], errors["se_b"], errors["se_c"], se_thresholds)


_Item = tuple[float, float, float, list[float], ItemModel]


def _read_item(row: Row, steps: Sequence[str], faults: Faults) -> _Item:
    """a, b, c, thresholds, model; what ItemParams would refuse is a fault of a cell here."""
    a, b, c = (row.number_or_nan(column, faults) for column in ("a", "b", "c"))
    thresholds = [row.number_or_nan(step, faults) for step in steps]
    name = row.text("model").strip()
    if name not in list(ItemModel):
        faults.add(row.number, "model", Reason.UNKNOWN, name)
        return a, b, 0.0, thresholds, ItemModel.TWO_PL
    model = ItemModel(name)
    if model.is_dichotomous:
        for step, value in zip(steps, thresholds, strict=True):
            if not math.isnan(value):
                faults.add(row.number, step, Reason.NOT_ALLOWED_HERE, str(value))
        thresholds = [b]
    else:
        b = _check_steps(row, steps, (b, thresholds, model), faults)
    _check_numbers(row, (a, b, c, model), faults)
    return a, b, 0.0 if math.isnan(c) else c, thresholds, model


def _check_numbers(row: Row, values: tuple[float, float, float, ItemModel], faults: Faults) -> None:
    a, b, c, model = values
    if math.isnan(a) != math.isnan(b):
        missing = "a" if math.isnan(a) else "b" if model.is_dichotomous else "threshold_1"
        if row.cells.get(missing, "").strip() in MISSING_CELLS:
            faults.add(row.number, missing, Reason.VALUE_MISSING)
    if not math.isnan(c) and not model.is_dichotomous and c != 0:
        faults.add(row.number, "c", Reason.NOT_ALLOWED_HERE, str(c))
    elif not (math.isnan(c) or 0 <= c < 1):
        faults.add(row.number, "c", Reason.NOT_IN_RANGE, str(c))


def _check_steps(
    row: Row, steps: Sequence[str], values: tuple[float, list[float], ItemModel], faults: Faults
) -> float:
    """The item's b: the mean of its thresholds."""
    b, numbers, model = values
    known = [value for value in numbers if not math.isnan(value)]
    for step, value in zip(steps[: len(known)], numbers, strict=False):
        if math.isnan(value):
            faults.add(row.number, step, Reason.GAP)
    if model is ItemModel.GRM:
        for step, low, high in zip(steps[1:], numbers, numbers[1:], strict=False):
            if high <= low:
                faults.add(row.number, step, Reason.NOT_IN_ORDER, str(high))
    if not known:
        return math.nan
    mean = math.fsum(known) / len(known)
    if not math.isnan(b) and not math.isclose(b, mean, rel_tol=1e-6, abs_tol=1e-6):
        faults.add(row.number, "b", Reason.CONTRADICTS, str(b))
    return mean


def _numbered(header: Sequence[str], prefix: str) -> list[str]:
    """prefix1, prefix2 … as far as the header has them without a gap."""
    found: list[str] = []
    while f"{prefix}{len(found) + 1}" in header:
        found.append(f"{prefix}{len(found) + 1}")
    return found


def _numbers(rows: Sequence[Row], columns: Sequence[str], faults: Faults) -> FloatArray:
    """(n_rows, n_columns), NaN where missing."""
    values = [[row.number_or_nan(column, faults) for column in columns] for row in rows]
    return np.array(values, dtype=np.float64).reshape(len(rows), len(columns))
