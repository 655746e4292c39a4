"""What a calibration would change besides its items: the population, and how the competencies go together."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Final

from examsvc.edge.texts import gettext as _
from examsvc.store.models import CalibrationRow
from examsvc.web.examiner.document import Table, figures
from examsvc.web.examiner.wording import decimal

MOST_PAIRS: Final = 10
Json = Mapping[str, Any]


def population_change(in_force: CalibrationRow, proposed: CalibrationRow) -> Table | None:
    """Before, after and new − old: ability of the candidates, each competency's spread, the correlations
    that change most. None where neither calibration says anything of them."""
    old, new = in_force.analysis or {}, proposed.analysis or {}
    rows = tuple(
        (label, decimal(before), decimal(after), _difference(before, after))
        for label, before, after in [*_population(old, new), *_spreads(old, new), *_correlations(old, new)]
    )
    if not rows:
        return None
    headings = (_("Figure"), _("before"), _("after"), _("Change (new − old)"))
    return Table(_("Population and competencies, before and after"), headings, rows, figures(headings))


Line = tuple[str, float | None, float | None]


def _population(old: Json, new: Json) -> list[Line]:
    pair = old.get("population") or {}, new.get("population") or {}
    names = (("mean", _("Ability of the candidates θ, mean")), ("sd", _("Ability of the candidates θ, SD")))
    lines = [(label, pair[0].get(name), pair[1].get(name)) for name, label in names]
    return [line for line in lines if line[1:] != (None, None)]


def _spreads(old: Json, new: Json) -> list[Line]:
    before, after = (_by_code(one, "sds") for one in (old, new))
    return [
        (_("SD of competency %(code)s", code=code), before.get(code), after.get(code))
        for code in sorted(before.keys() | after.keys())
    ]


def _by_code(analysis: Json, name: str) -> dict[str, float]:
    found = analysis.get("dimensions") or {}
    return dict(zip(found.get("codes") or [], found.get(name) or [], strict=False))


def _correlations(old: Json, new: Json) -> list[Line]:
    before, after = _pairs(old), _pairs(new)
    lines: list[Line] = [
        (_("Correlation %(pair)s", pair="–".join(pair)), before.get(pair), after.get(pair))
        for pair in sorted(before.keys() | after.keys())
    ]
    return sorted(lines, key=_most_changed)[:MOST_PAIRS]


def _pairs(analysis: Json) -> dict[tuple[str, str], float]:
    found = analysis.get("dimensions") or {}
    codes, values = found.get("codes") or [], found.get("correlations") or []
    return {
        (codes[one], codes[other]): values[one][other] for one, other in combinations(range(len(values)), 2)
    }


def _most_changed(line: Line) -> float:
    _label, before, after = line
    return -2.0 if before is None or after is None else -abs(after - before)


def _difference(before: float | None, after: float | None) -> str:
    return decimal(None if before is None or after is None else after - before)
