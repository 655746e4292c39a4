"""Statistics of items as other systems calibrated them: QTI's usage data."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from item_bank.formats.foreign import Statistics
from item_bank.formats.losses import Losses
from item_bank.formats.qti.xml import Node

NAMES: Final = {
    "A-Parm": "a",
    "B-Parm": "b",
    "C-Parm": "c",
    "P-value": "p_value",
    "PTbis": "point_biserial",
}


def statistics_of(usage: Iterable[Node], losses: Losses) -> Statistics | None:
    """What the usage data of one item says; statistics of other names are remarked as lost.

    The parameters are taken as they stand: QTI does not say in which metric they are.
    """
    found: dict[str, float] = {}
    count: int | None = None
    for node in usage:
        name, value = node.get("name"), node.first("value")
        number = _number(value.words()) if value is not None else None
        if name not in NAMES or number is None or node.name != "ordinaryStatistic":
            losses.add("STATISTIC_LOST", line=node.line, name=name)
            continue
        found.setdefault(NAMES[name], number)
        cases = node.get("caseCount")
        count = int(cases[:12]) if cases.isascii() and cases.isdecimal() else count
    return Statistics(**found, n_responses=count) if found else None


def statistics_in(root: Node) -> list[Node]:
    return [node for node in root.walk() if node.name in {"ordinaryStatistic", "categorizedStatistic"}]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
