"""A calibration tells its stages, can be stopped at each, and then leaves nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from examsvc.jobs import runner
from examsvc.jobs.runner import Cancelled, JobProgress
from examsvc.services import Services, calibration_campaign, jobs
from examsvc.services.audit import verify_chain
from examsvc.services.calibration_campaign import calibrate_campaign
from examsvc.services.calibration_order import CalibrationOrder
from examsvc.store import jobs as job_rows
from examsvc.store.models import AuditEntryRow, CalibrationRow, ItemParameterRow, JobRow
from tests.integration.measured_campaign import Measured, lay_measured_campaign
from tests.integration.measuring_steps import count

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
STAGES = ["fitting", "items", "persons", "forms", "dimensions", "storing"]


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services)


def test_stages_are_told_in_order(services: Services, measured: Measured):
    told: list[str] = []

    def listen(_done: int, _total: int, stage: str = "") -> None:
        if stage and (not told or told[-1] != stage):
            told.append(stage)

    calibrate_campaign(services, measured.staff["examiner"], CalibrationOrder(measured.campaign_id), listen)
    assert told == STAGES


@pytest.mark.parametrize("wanted", STAGES)
def test_a_calibration_stopped_at_any_stage_leaves_nothing(
    services: Services, measured: Measured, wanted: str
):
    before = (count(services, sa.select(CalibrationRow.id)), count(services, sa.select(AuditEntryRow.seq)))

    def stop(_done: int, _total: int, stage: str = "") -> None:
        if stage == wanted:
            raise Cancelled

    with pytest.raises(Cancelled):
        calibrate_campaign(services, measured.staff["examiner"], CalibrationOrder(measured.campaign_id), stop)
    after = (count(services, sa.select(CalibrationRow.id)), count(services, sa.select(AuditEntryRow.seq)))
    assert after == before
    assert count(services, sa.select(ItemParameterRow.item_version_id)) == 0


def test_a_running_job_that_is_cancelled_ends_so_and_leaves_nothing(
    services: Services, measured: Measured, monkeypatch: pytest.MonkeyPatch
):
    examiner = measured.staff["examiner"]
    whole = calibration_campaign.analyse

    def cancelled_meanwhile(*args: object, **kwargs: object) -> object:
        with services.store.read() as session:
            (running,) = session.scalars(sa.select(JobRow).where(JobRow.state == "running")).all()
        assert running.stage == "fitting"
        jobs.cancel(services, examiner, running.id)
        return whole(*args, **kwargs)

    monkeypatch.setattr(calibration_campaign, "analyse", cancelled_meanwhile)
    order = CalibrationOrder(measured.campaign_id)
    job_id = jobs.ask_once(services, examiner, "calibrate", order.as_params())
    job = jobs.read_job(services, examiner, job_id)
    assert (job.state, job.message, job.outcome) == ("cancelled", {"code": "cancelled"}, {})
    assert count(services, sa.select(ItemParameterRow.item_version_id)) == 0
    assert verify_chain(services).first_bad_seq is None


def test_a_job_looks_for_its_cancellation_twice_a_second_and_at_every_new_stage(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    looked: list[tuple[int, str | None]] = []

    def note(_session: object, _job_id: int, _now: object, step: job_rows.Step) -> bool:
        looked.append((step.done, step.stage))
        return False

    clock = SimpleNamespace(monotonic=lambda: clock.at, at=100.0)
    monkeypatch.setattr(runner, "time", clock)
    monkeypatch.setattr(runner.jobs, "note_progress", note)
    progress = JobProgress(services, 1)
    for step in range(100):  # ten seconds
        clock.at = 100.0 + step / 10
        progress(step, 500, "fitting")
    assert [done for done, _stage in looked] == list(range(0, 100, 5))
    progress(0, 1, "items")
    progress(0, 1, "persons")
    assert [stage for _done, stage in looked[-2:]] == ["items", "persons"]


def test_the_same_order_is_not_run_twice_at_once(services: Services, measured: Measured):
    examiner = measured.staff["examiner"]
    services.queue.run_job = None  # nobody works
    usual, rasch = CalibrationOrder(measured.campaign_id), CalibrationOrder(measured.campaign_id, "Rasch")
    first = jobs.ask_once(services, examiner, "calibrate", usual.as_params())
    assert jobs.ask_once(services, examiner, "calibrate", usual.as_params()) == first
    assert jobs.ask_once(services, examiner, "calibrate", rasch.as_params()) != first
