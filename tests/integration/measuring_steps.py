"""Steps that tests of measuring take again and again over the laid campaign."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from examsvc.services import Services, calibration, results
from examsvc.services.calibration_campaign import calibrate_campaign
from examsvc.services.calibration_order import CalibrationOrder
from examsvc.store import database_now
from examsvc.store.models import CalibrationRow, ItemParameterRow
from tests.integration.laid_analysis import seal
from tests.integration.measured_campaign import Measured
from tests.integration.snapshots import after


def silent(_done: int, _total: int, _stage: str = "") -> None:
    """Nobody follows."""


def proposed(deps: Services, measured: Measured, **asked: object) -> int:
    """A calibration as ordered, waiting for its second person."""
    order = CalibrationOrder(measured.campaign_id, **asked)
    return calibrate_campaign(deps, measured.staff["examiner"], order, silent)


def adopted(deps: Services, measured: Measured, **asked: object) -> int:
    """A calibration in force."""

    def adopt() -> int:
        calibration_id = proposed(deps, measured, **asked)
        calibration.adopt_calibration(deps, measured.staff["second"], calibration_id)
        return calibration_id

    return adopt() if asked else after(deps.store, "adopted", adopt)


def scored(deps: Services, measured: Measured) -> int:
    score = lambda: results.score_campaign(  # noqa: E731
        deps, measured.staff["examiner"], measured.campaign_id, silent
    )
    return after(deps.store, "scored", score)


def calibration_of(deps: Services, calibration_id: int) -> CalibrationRow:
    with deps.store.read() as session:
        return session.get_one(CalibrationRow, calibration_id)


def rows_of(deps: Services, calibration_id: int) -> dict[int, ItemParameterRow]:
    """By item version."""
    query = sa.select(ItemParameterRow).where(ItemParameterRow.calibration_id == calibration_id)
    with deps.store.read() as session:
        return {row.item_version_id: row for row in session.scalars(query)}


def count(deps: Services, query: sa.Select) -> int:
    with deps.store.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(query.subquery()))


def lay_reference(
    deps: Services,
    measured: Measured,
    like: int,
    moved: Callable[[int, float, float], tuple[float, float] | None],
) -> int:
    """Put a calibration in force with (a, b) `moved` from another, by place; None leaves an item out."""
    known = rows_of(deps, like)
    with deps.store.begin() as session:
        now = database_now(session)
        row = CalibrationRow(
            code="reference",
            method="mml",
            model="2PL",
            state="proposed",
            n_persons=260,
            n_items=len(known),
            summary={"status": "CONVERGED"},
            checksum="",
            created_by=measured.staff["examiner"].user_id,
            created_at=now,
        )
        session.add(row)
        session.flush()
        for place, version_id in enumerate(measured.version_ids):
            values = moved(place, known[version_id].a, known[version_id].b)
            if values is not None:
                session.add(
                    ItemParameterRow(
                        calibration_id=row.id,
                        item_version_id=version_id,
                        a=values[0],
                        b=values[1],
                        c=0.0,
                        se_a=0.1,
                        se_b=0.1,
                        n_responses=200,
                        options=[],
                        flags=[],
                    )
                )
        session.flush()
        seal(
            session, row, session.scalars(sa.select(ItemParameterRow).filter_by(calibration_id=row.id)).all()
        )
        row.state, row.adopted_by, row.adopted_at = "adopted", measured.staff["second"].user_id, now
        return row.id
