"""The priors of a calibration in signs, with figures in the reader's notation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from examsvc.web.examiner.wording import decimal
from scoring import ItemModel

_LAW: Final = re.compile(r"(\w+) ~ (lognormal|normal|logitnormal)\((-?[\d.]+), (-?[\d.]+)\)")
_SIGN: Final = {"lognormal": "LogN", "normal": "N", "logitnormal": "LogitN"}
GUESSING: Final = "c ~ logitnormal(-1.4, 0.7)"  # of scoring.WEAK_PRIORS: rows of before do not name it


def priors_in_signs(summary: Mapping[str, Any], model: object) -> str:
    """As stored; that of c is told where there is one to guess with."""
    stored = str(summary.get("priors", ""))
    if model == ItemModel.THREE_PL.value and "c ~" not in stored:
        stored = f"{stored}, {GUESSING}"
    if model == ItemModel.RASCH.value:  # its slope is 1, not estimated
        stored = re.sub(r"\ba ~ \w+\([^)]*\), ", "", stored)
    return "; ".join(_law(*found) for found in _LAW.findall(stored)) or stored


def _law(name: str, law: str, mean: str, sd: str) -> str:
    return f"{name} ~ {_SIGN[law]}({_figure(mean)}; {_figure(sd)})"


def _figure(text: str) -> str:
    digits = len(text.partition(".")[2])
    return decimal(float(text), digits)
