"""What a form must satisfy, line by line, as a person would name it and as rows of a sparse matrix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import block_diag, coo_array, csr_array

from examsvc.assembly.blueprint import Blueprint
from examsvc.assembly.pool import FloatArray, PoolItem, cell_places, pool_params
from examsvc.assembly.target import Target
from scoring.information import item_information

IntArray = npt.NDArray[np.int64]
LineKind = Literal["cell", "enemies", "target", "overlap"]
Pair = tuple[int, int]
What = Mapping[str, str | int | float]

STRUCTURE = -1
"""The line of rows that define a variable and ask for nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One demand on a form: a stable code, what it is about, and its bounds."""

    code: str
    kind: LineKind
    what: What
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A row being built: coefficients by variable, bounds, and the line it belongs to."""

    line: int
    coefficients: Mapping[int, float]
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Lines and their rows over variables that all lie in [0, 1]; the first `n_binary` are whole."""

    lines: tuple[Line, ...]
    matrix: csr_array
    lower: FloatArray
    upper: FloatArray
    row_line: IntArray
    n_binary: int

    @property
    def n_variables(self) -> int:
        return int(self.matrix.shape[1])

    def rows_of(self, lines: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Which rows belong to these lines; rows of structure always do."""
        chosen: npt.NDArray[np.bool_] = np.isin(self.row_line, [STRUCTURE, *lines])
        return chosen


@dataclass(frozen=True, slots=True)
class Demands:
    """Everything that shapes one form, apart from the band around the target."""

    blueprint: Blueprint
    pool: tuple[PoolItem, ...]
    enemies: tuple[Pair, ...]
    target: Target
    max_overlap: int


def normal_enemies(enemies: Iterable[Pair], pool: Iterable[PoolItem]) -> tuple[Pair, ...]:
    """Each pair of different items of the pool once, in order."""
    known = {item.version_id for item in pool}
    pairs = {(min(pair), max(pair)) for pair in enemies}
    return tuple(sorted(pair for pair in pairs if pair[0] != pair[1] and known.issuperset(pair)))


def form_model(demands: Demands, band: float, previous: tuple[frozenset[int], ...] = ()) -> Model:
    """The model of one form, given the version ids of the forms before it."""
    entries = [*_form_entries(demands, band)]
    lines = [line for line, _ in entries]
    rows = [Entry(index, *row) for index, (_, row) in enumerate(entries)]
    position = {item.version_id: index for index, item in enumerate(demands.pool)}
    for number, form in enumerate(previous, start=1):
        shared = {position[version_id]: 1.0 for version_id in form}
        lines.append(overlap_line(number, len(previous) + 1, demands.max_overlap))
        rows.append(Entry(len(lines) - 1, shared, 0.0, float(demands.max_overlap)))
    return _model(lines, rows, len(demands.pool))


def joint_model(demands: Demands, band: float, n_forms: int) -> Model:
    """The model of all forms at once: what cannot be had here cannot be had in any sequence."""
    single = form_model(demands, band)
    n_items, pairs = len(demands.pool), list(combinations(range(n_forms), 2))
    forms = block_diag([single.matrix] * n_forms, format="csr")
    wide = csr_array(
        (forms.data, forms.indices, forms.indptr), shape=(forms.shape[0], _width(n_items, n_forms))
    )
    lines, rows = list(single.lines), list[Entry]()
    for order, (first, second) in enumerate(pairs):
        shared = (n_forms + order) * n_items
        for index in range(n_items):
            both = {first * n_items + index: 1.0, second * n_items + index: 1.0, shared + index: -1.0}
            rows.append(Entry(STRUCTURE, both, -1.0, 1.0))
        lines.append(overlap_line(first + 1, second + 1, demands.max_overlap))
        counted = dict.fromkeys(range(shared, shared + n_items), 1.0)
        rows.append(Entry(len(lines) - 1, counted, 0.0, float(demands.max_overlap)))
    overlaps = _model(lines, rows, wide.shape[1])
    return Model(
        lines=tuple(lines),
        matrix=_stacked(wide, overlaps.matrix),
        lower=np.concatenate([np.tile(single.lower, n_forms), overlaps.lower]),
        upper=np.concatenate([np.tile(single.upper, n_forms), overlaps.upper]),
        row_line=np.concatenate([np.tile(single.row_line, n_forms), overlaps.row_line]),
        n_binary=n_forms * n_items,
    )


def overlap_line(first: int, second: int, max_overlap: int) -> Line:
    """How many items two forms, counted from 1, may share."""
    what: What = {"first": first, "second": second}
    return Line(f"overlap:{first}:{second}", "overlap", what, 0.0, float(max_overlap))


def form_lines(demands: Demands, band: float) -> tuple[Line, ...]:
    """The lines each form must satisfy by itself."""
    return tuple(line for line, _ in _form_entries(demands, band))


_Row = tuple[dict[int, float], float, float]


def _form_entries(demands: Demands, band: float) -> Iterator[tuple[Line, _Row]]:
    places = cell_places(demands.pool)
    for cell, n_items in demands.blueprint.counts.items():
        what = {"topic": cell.topic, "cognitive_level": cell.cognitive_level}
        line = Line(f"cell:{cell.topic}:{cell.cognitive_level}", "cell", what, float(n_items), float(n_items))
        yield line, (dict.fromkeys(places.get(cell, []), 1.0), line.lower, line.upper)
    yield from _enemy_entries(demands)
    yield from _target_entries(demands, band)


def _enemy_entries(demands: Demands) -> Iterator[tuple[Line, _Row]]:
    position = {item.version_id: index for index, item in enumerate(demands.pool)}
    for first, second in demands.enemies:
        one, other = (demands.pool[position[version_id]].code for version_id in (first, second))
        what: What = {"first": first, "second": second, "first_code": one, "second_code": other}
        line = Line(f"enemies:{first}:{second}", "enemies", what, 0.0, 1.0)
        yield line, ({position[first]: 1.0, position[second]: 1.0}, line.lower, line.upper)


def _target_entries(demands: Demands, band: float) -> Iterator[tuple[Line, _Row]]:
    target = demands.target
    information = item_information(np.array(target.thetas), pool_params(demands.pool))
    for cut, (theta, wanted) in enumerate(zip(target.thetas, target.information, strict=True), start=1):
        what = {"cut": cut, "share": target.cut_shares[cut - 1], "theta": theta}
        line = Line(f"target:{cut}", "target", what, wanted * (1 - band), wanted * (1 + band))
        # Rows are in units of the target: the solver's tolerances are absolute.
        yield line, (dict(enumerate(information[cut - 1] / wanted)), 1 - band, 1 + band)


def _width(n_items: int, n_forms: int) -> int:
    return n_items * (n_forms + n_forms * (n_forms - 1) // 2)


def _stacked(top: csr_array, bottom: csr_array) -> csr_array:
    upper, lower = top.tocoo(), bottom.tocoo()
    data = np.concatenate([upper.data, lower.data])
    rows = np.concatenate([upper.row, lower.row + top.shape[0]])
    columns = np.concatenate([upper.col, lower.col])
    return coo_array((data, (rows, columns)), shape=(top.shape[0] + bottom.shape[0], top.shape[1])).tocsr()


def _model(lines: list[Line], entries: list[Entry], n_variables: int) -> Model:
    sizes = [len(entry.coefficients) for entry in entries]
    columns = [index for entry in entries for index in entry.coefficients]
    data = [value for entry in entries for value in entry.coefficients.values()]
    rows = np.repeat(np.arange(len(entries)), sizes)
    shape = (len(entries), n_variables)
    return Model(
        lines=tuple(lines),
        matrix=coo_array(
            (np.array(data, dtype=np.float64), (rows, np.array(columns, dtype=int))), shape=shape
        ).tocsr(),
        lower=np.array([entry.lower for entry in entries], dtype=np.float64),
        upper=np.array([entry.upper for entry in entries], dtype=np.float64),
        row_line=np.array([entry.line for entry in entries], dtype=np.int64),
        n_binary=n_variables,
    )
