"""What leaves the house can be read back to the last digit, names nobody, and is on record."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa

from examsvc.accounts.errors import Forbidden
from examsvc.results.errors import CalibrationRefused
from examsvc.services import Services
from examsvc.services.audit import verify_chain
from examsvc.services.export import export_parameters, export_responses
from examsvc.store.models import AuditEntryRow
from scoring import MISSING, ItemModel
from scoring.exchange import read_mirt, read_params, read_responses
from tests.integration.measured_campaign import (
    N_ITEMS,
    N_SITTINGS,
    PER_FORM,
    SURNAME,
    Measured,
    lay_measured_campaign,
)
from tests.integration.measuring_steps import calibration_of, proposed, rows_of

pytestmark = pytest.mark.integration


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services)


def test_parameters_come_back_to_the_last_digit(services: Services, measured: Measured):
    calibration_id = proposed(services, measured, model="3PL")
    file = export_parameters(services, measured.staff["examiner"], calibration_id)
    assert file.name == f"{calibration_of(services, calibration_id).code}-parameters.csv"
    table = read_params(file.text)
    stored = rows_of(services, calibration_id)
    by_code = {
        f"T{1 + place % 4:02d}-{place:03d}/1": stored[v] for place, v in enumerate(measured.version_ids)
    }
    assert set(table.items) == set(by_code)
    for place, name in enumerate(table.items):
        row = by_code[name]
        assert (table.params.a[place], table.params.b[place], table.params.c[place]) == (row.a, row.b, row.c)
        assert (table.se_a[place], table.se_b[place], table.se_c[place]) == (row.se_a, row.se_b, row.se_c)
        assert table.params.models[place] is ItemModel.THREE_PL


def test_mirt_reads_the_same_items_as_slopes_and_intercepts(services: Services, measured: Measured):
    calibration_id = proposed(services, measured, min_responses=80)
    file = export_parameters(services, measured.staff["auditor"], calibration_id, "mirt")
    table = read_mirt(file.text)
    calibrated = [row for row in rows_of(services, calibration_id).values() if row.a is not None]
    assert table.params.n_items == len(calibrated) < N_ITEMS
    assert sorted(table.params.a.tolist()) == pytest.approx(sorted(row.a for row in calibrated), abs=1e-9)
    ours = read_params(export_parameters(services, measured.staff["auditor"], calibration_id).text)
    assert ours.params.n_items == N_ITEMS
    assert int(ours.params.calibrated.sum()) == len(calibrated)


def test_responses_are_those_of_numbers_and_of_nobody(services: Services, measured: Measured):
    file = export_responses(services, measured.staff["examiner"], measured.campaign_id)
    assert file.name == "DG-2026-1-responses.csv"
    assert SURNAME not in file.text
    assert "CB0" not in file.text
    table = read_responses(file.text)
    assert table.responses.shape == (N_SITTINGS, N_ITEMS)
    assert set(table.persons) == {f"GSQL-{number:03d}" for number in range(N_SITTINGS)}
    assert ((table.responses != MISSING).sum(axis=1) == PER_FORM).all()
    assert np.isin(table.responses, [MISSING, 0, 1]).all()


def test_who_took_what_is_in_the_chain(services: Services, measured: Measured):
    calibration_id = proposed(services, measured)
    export_parameters(services, measured.staff["chairman"], calibration_id, "mirt")
    export_responses(services, measured.staff["examiner"], measured.campaign_id)
    with services.store.read() as session:
        taken = session.scalars(
            sa.select(AuditEntryRow.record).order_by(AuditEntryRow.seq.desc()).limit(2)
        ).all()
    assert all("calibrations.export" in str(record) for record in taken)
    assert verify_chain(services).first_bad_seq is None


def test_strangers_take_nothing_and_unknown_layouts_are_refused(services: Services, measured: Measured):
    calibration_id = proposed(services, measured)
    with pytest.raises(Forbidden):
        export_parameters(services, measured.staff["manager"], calibration_id)
    with pytest.raises(Forbidden):
        export_responses(services, measured.staff["author"], measured.campaign_id)
    with pytest.raises(CalibrationRefused, match="layout_unknown"):
        export_parameters(services, measured.staff["examiner"], calibration_id, "xlsx")
