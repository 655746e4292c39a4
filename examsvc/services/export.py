"""Parameters and responses as text for other programs: items by code, candidates by number, no wording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.results.errors import CalibrationRefused
from examsvc.services.audit import record_act
from examsvc.services.calibration_data import campaign_data
from examsvc.services.deps import Services
from examsvc.services.parameters import params_of
from examsvc.store import measuring as store
from examsvc.store import scored
from examsvc.store.models import CalibrationRow, CampaignRow, ItemParameterRow
from examsvc.store.rows import get_row
from scoring.exchange import ItemTable, ResponseTable, write_mirt, write_params, write_responses
from scoring.responses import FloatArray

LAYOUTS: Final = ("csv", "mirt")


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to be saved under this name; UTF-8, comma-separated."""

    name: str
    text: str


def export_parameters(deps: Services, actor: Actor, calibration_id: int, layout: str = "csv") -> ExportedFile:
    """A calibration's parameters: our table with standard errors, or slopes and intercepts as R's mirt.

    Items without parameters stand in the first with empty cells, in the second not at all.
    """
    permit(actor, "calibrations.read")
    if layout not in LAYOUTS:
        raise CalibrationRefused("layout_unknown")
    with deps.store.begin() as session:
        row = get_row(session, CalibrationRow, calibration_id)
        found = store.get_parameters(session, calibration_id)
        names = scored.item_names(session, list(found))
        record_act(
            session,
            actor,
            "calibrations.export",
            f"calibration:{calibration_id}",
            what=f"parameters.{layout}",
        )
    order = sorted(found, key=names.__getitem__)
    rows = [found[version_id] for version_id in order if layout == "csv" or found[version_id].a is not None]
    table = _table(rows, [names[row.item_version_id] for row in rows])
    text = write_params(table) if layout == "csv" else write_mirt(table)
    return ExportedFile(f"{row.code}-parameters{'-mirt' if layout == 'mirt' else ''}.csv", text)


def export_responses(deps: Services, actor: Actor, campaign_id: int) -> ExportedFile:
    """A campaign's marks, persons by items; empty where an item was not presented or not reached."""
    permit(actor, "calibrations.read")
    with deps.store.read() as session:
        campaign = get_row(session, CampaignRow, campaign_id)
        data = campaign_data(session, campaign_id)
        names = scored.item_names(session, [item.version_id for item in data.items])
    _record(deps, actor, f"campaign:{campaign_id}", "responses")
    items = tuple(names[item.version_id] for item in data.items)
    table = ResponseTable(data.numbers, items, data.marks)
    return ExportedFile(f"{campaign.code}-responses.csv", write_responses(table))


def _record(deps: Services, actor: Actor, subject: str, what: str) -> None:
    """Who took data out is on record before it leaves."""
    with deps.store.begin() as session:
        record_act(session, actor, "calibrations.export", subject, what=what)


def _table(rows: Sequence[ItemParameterRow], names: Sequence[str]) -> ItemTable:
    params = params_of(rows)
    se_b = np.full(params.thresholds.shape, np.nan)
    se_b[:, 0] = _figures(row.se_b for row in rows)
    for place, row in enumerate(rows):
        of_steps = (row.parts or {}).get("se") if row.thresholds else None
        if of_steps:
            se_b[place, : len(of_steps)] = _figures(of_steps)
    return ItemTable(
        tuple(names),
        params,
        _figures(row.se_a for row in rows),
        _figures(row.se_b for row in rows),
        _figures(row.se_c for row in rows),
        se_b,
    )


def _figures(values: Iterable[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
