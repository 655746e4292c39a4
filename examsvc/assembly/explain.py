"""Why no form exists: a smallest set of lines that clash, and what would free them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from examsvc.assembly.blueprint import Blueprint, Cell
from examsvc.assembly.constraints import Line, Model
from examsvc.assembly.mip import Limits, is_possible

Lines = tuple[int, ...]
Oracle = Callable[[Lines], bool]

NARROW_FIRST = ("enemies", "cell", "overlap", "target")
BROAD_FIRST = tuple(reversed(NARROW_FIRST))


@dataclass(frozen=True, slots=True)
class Repair:
    """A nearest change that would do by itself: a stable code and figures; a suggestion, no decision."""

    code: str
    line: str
    params: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Clash:
    """Lines that cannot hold together; without any one of them the others can, where `minimal`."""

    lines: tuple[Line, ...]
    repairs: tuple[Repair, ...]
    minimal: bool = True


def short_cells(blueprint: Blueprint, have: Mapping[Cell, int]) -> tuple[Clash, ...]:
    """Cells that ask for more items than there are: each is a clash by itself."""
    clashes = []
    for cell, needs in blueprint.counts.items():
        has = have.get(cell, 0)
        if has < needs:
            place = {"topic": cell.topic, "cognitive_level": cell.cognitive_level}
            line = Line(f"cell:{cell.topic}:{cell.cognitive_level}", "cell", place, needs, needs)
            repair = Repair(
                "cell_short", line.code, {**place, "needs": needs, "has": has, "lacks": needs - has}
            )
            clashes.append(Clash((line,), (repair,)))
    return tuple(clashes)


def explain(model: Model, limits: Limits) -> Clash:
    """A minimal set of lines of an infeasible model that no form can satisfy together.

    The linear relaxation is asked first, as it is fast; what it leaves, or everything when the relaxation is
    feasible, is narrowed over whole numbers. A line whose removal stays undecided is kept and said so.
    QuickXplain (Junker 2004) in two orders, the smaller set is kept.
    """
    everything = tuple(range(len(model.lines)))
    relaxed = is_possible(model, everything, limits, whole=False)
    oracle = _oracle(model, limits, whole=relaxed is not False)
    found = min(
        (_quick_explain(_ordered(model, order), oracle) for order in (NARROW_FIRST, BROAD_FIRST)), key=len
    )
    lines, minimal = _narrow(model, found, limits)
    chosen = tuple(model.lines[index] for index in lines)
    return Clash(chosen, _repairs(model, lines, limits), minimal)


def _ordered(model: Model, kinds: tuple[str, ...]) -> Lines:
    return tuple(
        sorted(range(len(model.lines)), key=lambda index: (kinds.index(model.lines[index].kind), index))
    )


def _oracle(model: Model, limits: Limits, *, whole: bool) -> Oracle:
    """True where the lines are proven to clash."""
    return lambda lines: is_possible(model, lines, limits, whole=whole) is False


def _quick_explain(lines: Lines, clash: Oracle) -> Lines:
    def smallest(background: Lines, candidates: Lines, *, grown: bool) -> Lines:
        if grown and clash(background):
            return ()
        if len(candidates) == 1:
            return candidates
        middle = len(candidates) // 2
        left, right = candidates[:middle], candidates[middle:]
        needed_right = smallest((*background, *left), right, grown=bool(left))
        needed_left = smallest((*background, *needed_right), left, grown=bool(needed_right))
        return (*needed_left, *needed_right)

    return smallest((), lines, grown=False) if lines else ()


def _narrow(model: Model, lines: Lines, limits: Limits) -> tuple[Lines, bool]:
    """Deletion filter over whole numbers: drop each line without which the others still clash."""
    kept, minimal = tuple(sorted(lines)), True
    for line in sorted(lines, reverse=True):
        others = tuple(index for index in kept if index != line)
        possible = is_possible(model, others, limits, whole=True) if others else True
        if possible is False:
            kept = others
        minimal = minimal and possible is not None
    return kept, minimal


def _repairs(model: Model, lines: Lines, limits: Limits) -> tuple[Repair, ...]:
    """For each line the least loosening that frees the others: alternatives. Enemies stay enemies."""
    repairs = []
    for index in lines:
        line = model.lines[index]
        change = None if line.kind == "enemies" else _least_change(model, lines, index, limits)
        if change is not None:
            repairs.append(_repair(line, change))
    return tuple(repairs)


def _least_change(model: Model, lines: Lines, soft: int, limits: Limits) -> float | None:
    """How far the bounds of one line must move (below 0: down), the others kept (elastic program)."""
    chosen = model.rows_of(lines)
    matrix = csr_array(model.matrix[chosen])
    mine = csr_array((model.row_line[chosen] == soft).astype(float)[:, None])
    counted = model.lines[soft].kind != "target"
    binary = np.arange(model.n_variables) < model.n_binary
    largest = np.concatenate([np.ones(model.n_variables), [np.inf, np.inf]])
    solution = milp(
        np.concatenate([np.zeros(model.n_variables), [1.0, 1.0]]),
        integrality=np.concatenate([binary, [counted, counted]]).astype(int),
        bounds=Bounds(0, largest),
        constraints=LinearConstraint(
            hstack([matrix, mine, -mine], format="csr"), model.lower[chosen], model.upper[chosen]
        ),
        options={"time_limit": limits.time_s, "node_limit": limits.nodes, "mip_rel_gap": 0.05},
    )
    if solution.x is None:
        return None
    falls_short, exceeds = solution.x[model.n_variables :]
    return float(exceeds - falls_short)


def _repair(line: Line, change: float) -> Repair:
    if line.kind == "target":
        # The model's rows are in units of the target.
        wanted = (line.lower + line.upper) / 2
        reached = (line.upper if change > 0 else line.lower) + change * wanted
        return Repair("target_out_of_reach", line.code, {**line.what, "wanted": wanted, "would_do": reached})
    code = "overlap_tight" if line.kind == "overlap" else "cell_crowded"
    needs = round(line.upper)
    return Repair(code, line.code, {**line.what, "needs": needs, "would_do": needs + round(change)})
