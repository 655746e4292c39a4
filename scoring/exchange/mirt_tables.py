"""Item parameters in the tables of R's mirt: slopes and intercepts, or the usual IRT parameters.

mirt writes logits as slope times theta plus intercept: d = -a b of a dichotomous item, d_k = -a b_k of the
cumulative logits of a graded item, d_k = -a (b_1 + … + b_k) of category k against 0 of a partial credit item.
References: Chalmers (2012), Journal of Statistical Software 48(6).
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TextIO

import numpy as np

from scoring._options import member
from scoring.exchange.cells import Faults, Reason, Row, read_table, require_columns, write_table
from scoring.exchange.csv_tables import ItemTable
from scoring.params import ItemModel, ItemParams

_ITEMTYPES: Final = {
    ItemModel.RASCH: "Rasch",
    ItemModel.ONE_PL: "2PL",
    ItemModel.TWO_PL: "2PL",
    ItemModel.THREE_PL: "3PL",
    ItemModel.GRM: "graded",
    ItemModel.PCM: "gpcm",
    ItemModel.GPCM: "gpcm",
    ItemModel.RSM: "gpcm",
}
_MODELS: Final = {
    "Rasch": ItemModel.RASCH,
    "2PL": ItemModel.TWO_PL,
    "3PL": ItemModel.THREE_PL,
    "graded": ItemModel.GRM,
    "gpcm": ItemModel.GPCM,
}
_COLUMNS: Final = re.compile(r"[abdgu]|(a|ak|b|d)\d+")


@dataclass(frozen=True, slots=True, eq=False)
class MirtGroup:
    """One group of a model's table of values: its items, and the mean and variance of its abilities."""

    name: str
    table: ItemTable
    mean: float
    variance: float


def write_mirt(table: ItemTable, *, irt: bool = False) -> str:
    """One row per item: item, itemtype, and mirt's columns; empty where an item has no such parameter.

    Parameters
    ----------
    table : its standard errors are left out: mirt's are of slopes and intercepts, and what turns one into the
        other are covariances that a table of items does not hold
    irt : a, b, g, u or a, b1 … instead of a1, d, g, u, or a1, d1 …, or a1, ak0 …, d0, d1 …

    PCM and RSM items are written as the gpcm they are a case of; 1PL items as 2PL.
    """
    rows, columns = [], ["item", "itemtype"]
    for place, (name, model) in enumerate(zip(table.items, table.params.models, strict=True)):
        values = _irt_row(table.params, place) if irt else _slope_intercept_row(table.params, place)
        columns += [column for column in values if column not in columns]
        rows.append((name, _ITEMTYPES[model], values))
    return write_table(
        columns,
        [
            (name, kind, *(values.get(column, math.nan) for column in columns[2:]))
            for name, kind, values in rows
        ],
    )


def _irt_row(params: ItemParams, place: int) -> dict[str, float]:
    a = float(params.a[place])
    if params.models[place].is_dichotomous:
        return {"a": a, "b": float(params.b[place]), "g": float(params.c[place]), "u": 1.0}
    return {"a": a} | {f"b{k}": step for k, step in enumerate(_steps(params, place), start=1)}


def _slope_intercept_row(params: ItemParams, place: int) -> dict[str, float]:
    a, model = float(params.a[place]), params.models[place]
    if model.is_dichotomous:
        return {"a1": a, "d": -a * float(params.b[place]), "g": float(params.c[place]), "u": 1.0}
    steps = _steps(params, place)
    if model is ItemModel.GRM:
        return {"a1": a} | {f"d{k}": -a * step for k, step in enumerate(steps, start=1)}
    if not steps:
        return {"a1": a}
    scores = {f"ak{k}": float(k) for k in range(len(steps) + 1)}
    sums = np.concatenate([[0.0], np.cumsum(steps)])
    return {"a1": a} | scores | {f"d{k}": 0.0 - a * float(total) for k, total in enumerate(sums)}


def _steps(params: ItemParams, place: int) -> list[float]:
    return [step for step in params.thresholds[place].tolist() if not math.isnan(step)]


def read_mirt(
    source: str | TextIO, *, models: Sequence[ItemModel | str] | None = None, delimiter: str = ","
) -> ItemTable:
    """Read a table of slopes and intercepts (a column a1) or of IRT parameters (a column a).

    The names of items stand in a column `item` or, where R's write.csv puts them, in the one without a name.

    Parameters
    ----------
    models : of each item; when None, from a column itemtype; without one, ak… makes a gpcm item, d1 without
        d0 a graded one, and g > 0 a 3PL; b1, b2 alone could be either and need to be told

    Raises
    ------
    InvalidTable : row, column and reason of each fault; also what has no counterpart here: further slopes, an
        upper asymptote below 1, category scores other than 0, 1, 2 …, a slope of 0.
    InvalidOptions : a model that is none.
    """
    header, rows = read_table(source, delimiter=delimiter)
    names = "item" if "item" in header else ""
    require_columns(header, (names or "item",) if names not in header else ())
    irt = "a" in header
    require_columns(header, ("a" if irt else "a1",))
    faults = Faults([])
    if models is not None and len(models) != len(rows):
        faults.add(1, "itemtype", Reason.CONTRADICTS, f"{len(models)} models for {len(rows)} items")
        faults.stop()
    columns = [column for column in header if column not in (names, "itemtype")]
    for column in columns:
        if not _COLUMNS.fullmatch(column):
            faults.add(1, column, Reason.COLUMN_UNKNOWN)
    faults.stop()
    items, parts = [], []
    for place, row in enumerate(rows):
        items.append(row.named(names, faults))
        told = None if models is None else member(ItemModel, models[place], f"models[{place}]")
        values = {
            column: value for column in columns if not math.isnan(value := row.number_or_nan(column, faults))
        }
        parts.append(_item(row, values, (told, irt), faults))
    faults.stop()
    return ItemTable(tuple(items), ItemParams.concat([part for part in parts if part is not None]))


_Values = Mapping[str, float]


def _item(row: Row, values: _Values, how: tuple[ItemModel | None, bool], faults: Faults) -> ItemParams | None:
    """One item from its numbers, or None with the fault noted."""
    told, irt = how
    before = len(faults.problems)
    model = told or _model(row, values, irt, faults)
    slope_name = "a" if irt else "a1"
    slope = values.get(slope_name, math.nan)
    others = {c: v for c, v in values.items() if c not in (slope_name, "g", "u") and not c.startswith("ak")}
    if math.isnan(slope):
        if others:
            faults.add(row.number, slope_name, Reason.VALUE_MISSING)
        return ItemParams([np.nan], [np.nan], [0.0], None, (model,)) if model else None  # type: ignore[arg-type]
    if slope == 0 and not irt:
        faults.add(row.number, slope_name, Reason.NOT_IN_RANGE, "0")
    _refuse_foreign(row, values, slope_name, faults)
    if model is None or len(faults.problems) > before:
        return None
    found = _dichotomous if model.is_dichotomous else _with_steps
    return found(row, values, (model, irt), faults)


def _model(row: Row, values: _Values, irt: bool, faults: Faults) -> ItemModel | None:
    """From the itemtype, else from the columns that hold numbers."""
    kind = row.text("itemtype").strip()
    several = any(c[:1] in "bd" and c[1:].isdigit() for c in values)
    if kind:
        if kind not in _MODELS:
            faults.add(row.number, "itemtype", Reason.UNKNOWN, kind)
            return None
        model = _MODELS[kind]
        return ItemModel.PCM if several and model is ItemModel.RASCH else model
    if several and irt:
        faults.add(row.number, "itemtype", Reason.VALUE_MISSING)
        return None
    if several:
        return ItemModel.GPCM if "d0" in values else ItemModel.GRM
    return ItemModel.THREE_PL if values.get("g", 0.0) > 0 else ItemModel.TWO_PL


def _refuse_foreign(row: Row, values: _Values, slope_name: str, faults: Faults) -> None:
    for column, value in values.items():
        further_slope = column[:1] == "a" and column[1:].isdigit() and column != slope_name and value != 0
        score = column[:2] == "ak" and column[2:].isdigit() and value != int(column[2:])
        if further_slope or score or (column == "u" and value != 1):
            faults.add(row.number, column, Reason.NOT_ALLOWED_HERE, f"{value:g}")


def _dichotomous(row: Row, values: _Values, how: tuple[ItemModel, bool], faults: Faults) -> ItemParams | None:
    model, irt = how
    name = "b" if irt else "d"
    slope, g = values["a" if irt else "a1"], values.get("g", 0.0)
    if name not in values:
        faults.add(row.number, name, Reason.VALUE_MISSING)
        return None
    if not 0 <= g < 1:
        faults.add(row.number, "g", Reason.NOT_IN_RANGE, str(g))
        return None
    b = values[name] if irt else -values[name] / slope
    return ItemParams(np.array([slope]), np.array([b]), np.array([g]), models=(model,))


def _with_steps(row: Row, values: _Values, how: tuple[ItemModel, bool], faults: Faults) -> ItemParams | None:
    model, irt = how
    letter, slope = ("b", values["a"]) if irt else ("d", values["a1"])
    last = max((int(c[1:]) for c in values if c[:1] == letter and c[1:].isdigit()), default=0)
    missing = [f"{letter}{k}" for k in range(1, max(last, 1) + 1) if f"{letter}{k}" not in values]
    for column in missing:
        faults.add(row.number, column, Reason.VALUE_MISSING if column == f"{letter}1" else Reason.GAP)
    if missing:
        return None
    numbers = np.array([values[f"{letter}{k}"] for k in range(1, last + 1)])
    if irt:
        steps = numbers
    elif model is ItemModel.GRM:
        steps = -numbers / slope
    else:
        steps = -np.diff(numbers, prepend=values.get("d0", 0.0)) / slope
    if model is ItemModel.GRM:
        for k in np.flatnonzero(np.diff(steps) <= 0).tolist():
            faults.add(row.number, f"{letter}{k + 2}", Reason.NOT_IN_ORDER, f"{numbers[k + 1]:g}")
            return None
    return ItemParams.polytomous([slope], steps[None, :], model)


_CLASSES: Final = {"dich": None, "graded": ItemModel.GRM, "gpcm": ItemModel.GPCM}


def read_mirt_values(source: str | TextIO, *, delimiter: str = ",") -> tuple[MirtGroup, ...]:
    """Read the long table of mirt's mod2values(): group, item, class, name, value, est and others.

    Classes dich, graded and gpcm are read. A slope held at 1 makes a Rasch or partial credit item; g above 0
    or estimated a 3PL. Rows of class GroupPars give mean and variance, 0 and 1 where there are none.

    Raises
    ------
    InvalidTable : row, column and reason of each fault; also of classes not named above, a parameter given
        twice, and more than one dimension.
    """
    header, rows = read_table(source, delimiter=delimiter)
    require_columns(header, ("group", "item", "class", "name", "value"))
    faults = Faults([])
    groups: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        group, item = row.named("group", faults), row.named("item", faults)
        groups.setdefault(group, {}).setdefault(item, []).append(row)
    found = [_group(name, items, faults) for name, items in groups.items()]
    faults.stop()
    return tuple(group() for group in found)


def _group(name: str, items: Mapping[str, list[Row]], faults: Faults) -> Callable[[], MirtGroup]:
    """What makes the group, once no fault is known of any."""
    names, parts = [], []
    latent = {"MEAN_1": 0.0, "COV_11": 1.0}
    for item, rows in items.items():
        values = _values(rows, faults)
        first = rows[0]
        kind = first.text("class").strip()
        if kind == "GroupPars":
            latent |= values
            if "MEAN_2" in values:
                faults.add(first.number, "class", Reason.NOT_ALLOWED_HERE, "more than one dimension")
        elif kind not in _CLASSES:
            faults.add(first.number, "class", Reason.UNKNOWN, kind)
        else:
            names.append(item)
            parts.append(_item(first, values, (_class_model(kind, values, rows), False), faults))

    def made() -> MirtGroup:
        table = ItemTable(tuple(names), ItemParams.concat([part for part in parts if part is not None]))
        return MirtGroup(name, table, latent["MEAN_1"], latent["COV_11"])

    return made


def _values(rows: Sequence[Row], faults: Faults) -> dict[str, float]:
    values: dict[str, float] = {}
    for row in rows:
        name, value = row.named("name", faults), row.number_or_nan("value", faults)
        if name in values:
            faults.add(row.number, "name", Reason.REPEATED, name)
        if math.isnan(value):
            faults.add(row.number, "value", Reason.VALUE_MISSING)
        values[name] = value
    return values


def _class_model(kind: str, values: _Values, rows: Sequence[Row]) -> ItemModel:
    estimated = {row.text("name"): row.text("est").strip().upper() in ("TRUE", "T", "1") for row in rows}
    unit = values.get("a1") == 1 and not estimated.get("a1", True) and "est" in rows[0].cells
    if kind == "graded":
        return ItemModel.GRM
    if kind == "gpcm":
        return ItemModel.PCM if unit else ItemModel.GPCM
    if values.get("g", 0.0) > 0 or estimated.get("g", False):
        return ItemModel.THREE_PL
    return ItemModel.RASCH if unit else ItemModel.TWO_PL
