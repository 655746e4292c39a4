"""Fits that mirt 1.45.1 (R) printed for two public data sets, in tests/data/irt.

LSAT section 7: Bock & Lieberman (1970), Psychometrika 35, 179-197. Verbal aggression: Vansteelandt (2000), as
published with De Boeck & Wilson (2004), Explanatory Item Response Models. 61 equally spaced nodes on [-6, 6].
"""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from scoring.params import ItemModel, ItemParams
from scoring.responses import FloatArray, ResponseMatrix

FOLDER = Path(__file__).parents[2] / "data" / "irt"
CASES = (
    "lsat7_rasch",
    "lsat7_2pl",
    "lsat7_3pl_prior",
    "verbal_rasch",
    "verbal_2pl",
    "verbal_grm",
    "verbal_gpcm",
)
MODELS = {
    "rasch": ItemModel.RASCH,
    "2pl": ItemModel.TWO_PL,
    "3pl_prior": ItemModel.THREE_PL,
    "grm": ItemModel.GRM,
    "gpcm": ItemModel.GPCM,
}


@cache
def load(case: str) -> dict[str, Any]:
    """Everything printed of one fit."""
    found: dict[str, Any] = json.loads((FOLDER / f"{case}.json").read_text())
    return found


def model_of(case: str) -> ItemModel:
    return MODELS[case.split("_", 1)[1]]


def params_of(case: str) -> ItemParams:
    """The printed item parameters."""
    rows = load(case)["coef_irt"]
    a = np.array([row["a"] for row in rows])
    steps = [name for name in rows[0] if name.startswith("b")]
    thresholds = np.array([[row[name] for name in steps] for row in rows])
    guessing = np.array([row.get("g", 0.0) for row in rows])
    return ItemParams(a, thresholds[:, 0], guessing, thresholds, (model_of(case),) * a.size)


def responses_of(case: str) -> ResponseMatrix:
    """(n_persons, n_items) the responses that were fitted."""
    name = (
        "lsat7"
        if case.startswith("lsat7")
        else "verbal_poly"
        if case[7:] in ("grm", "gpcm")
        else "verbal_binary"
    )
    items = set(load(case)["items"])
    with (FOLDER / f"{name}.csv").open(newline="") as file:
        rows = [[int(row[item]) for item in row if item in items] for row in csv.DictReader(file)]
    return np.array(rows, dtype=np.int8)


def gender() -> list[str]:
    """Of the 316 persons of the verbal aggression data."""
    with (FOLDER / "verbal_binary.csv").open(newline="") as file:
        return [row["gender"] for row in csv.DictReader(file)]


def column(rows: list[dict[str, Any]], name: str) -> FloatArray:
    """One column of a printed table."""
    return np.array([row[name] for row in rows], dtype=np.float64)
