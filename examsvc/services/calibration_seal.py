"""One name for all that scores rest on in a calibration, and whether it still is what was proposed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from examsvc.canonical import canonical_sha256
from examsvc.results.errors import CalibrationRefused
from examsvc.store import Session, audit
from examsvc.store import measuring as store
from examsvc.store.models import CalibrationRow, ItemParameterRow

PROPOSED = "calibrations.propose"


def subject_of(calibration_id: int) -> str:
    """As the audit chain names a calibration."""
    return f"calibration:{calibration_id}"


def checksum_of(row: CalibrationRow, parameters: Iterable[ItemParameterRow]) -> str:
    """Equal checksums, equal scores: over all items, population, dimensions, and what let it be adopted.

    That is the order, how it ended, and the calibrations that it stands on.
    """
    analysis, summary = row.analysis or {}, row.summary or {}
    facts = {
        "items": sorted(_item_facts(parameter) for parameter in parameters),
        "method": row.method,
        "model": row.model,
        "options": row.options,
        "population": _population_facts(analysis.get("population")),
        "dimensions": _dimension_facts(analysis.get("dimensions")),
        "status": summary.get("status"),
        "bases": [summary.get("carried_from"), (analysis.get("linking") or {}).get("reference_id")],
    }
    return canonical_sha256(facts)


def require_as_proposed(session: Session, row: CalibrationRow) -> None:
    """Raise CalibrationRefused "altered" unless the rows give the checksum in the proposal's audit entry.

    Calibrations from before there were analyses were named by a, b and c alone; all else was the same for all
    of them, and still has to be.
    """
    found = list(store.get_parameters(session, row.id).values())
    names = {checksum_of(row, found)}
    if row.analysis is None and row.options is None and all(_is_plain(parameter) for parameter in found):
        names |= _old_names(found)
    if row.checksum not in names or row.checksum != _audited(session, row):
        raise CalibrationRefused("altered")


def _old_names(parameters: list[ItemParameterRow]) -> set[str]:
    """As it was named then: an item judged at one half had b = -0.0, of which SQLite keeps no sign."""
    facts = sorted([one.item_version_id, one.a, one.b, one.c] for one in parameters)
    signed = [[version_id, a, -0.0 if b == 0 else b, c] for version_id, a, b, c in facts]
    return {canonical_sha256(facts), canonical_sha256(signed)}


def _audited(session: Session, row: CalibrationRow) -> str | None:
    entry = audit.find_act(session, PROPOSED, subject_of(row.id))
    return None if entry is None else json.loads(entry.record)["detail"].get("checksum")


def _is_plain(parameter: ItemParameterRow) -> bool:
    return parameter.model == "2PL" and parameter.thresholds is None and parameter.categories is None


def _item_facts(row: ItemParameterRow) -> list[Any]:
    steps = None if row.thresholds is None else [_float(step) for step in row.thresholds]
    model = row.model or "2PL"  # the column's default comes with the flush
    facts = [row.item_version_id, model, _float(row.a), _float(row.b), _float(row.c), steps]
    if row.categories is None:  # as every item was before marks had parts
        return facts
    return [*facts, [[bound, _float(worth)] for bound, worth in row.categories]]


def _population_facts(found: dict[str, Any] | None) -> list[float | None] | None:
    return None if found is None else [_float(found.get("mean")), _float(found.get("sd"))]


def _dimension_facts(found: dict[str, Any] | None) -> list[Any] | None:
    """Whatever Dimensions.from_analysis reads."""
    if found is None:
        return None
    means, sds = ([_float(value) for value in found.get(name) or []] for name in ("means", "sds"))
    correlations = [[_float(value) for value in row] for row in found["correlations"]]
    return [found["codes"], correlations, means, sds, found.get("status")]


def _float(value: float | None) -> float | None:
    """So that 1 and 1.0 have one name, and -0.0 and 0.0 (SQLite keeps no sign of zero)."""
    return None if value is None else float(value) + 0.0
