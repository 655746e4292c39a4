"""The pages on which a file of items is imported bar nobody: the report, and a file that a worker checks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from examsvc.sample.staff import actor
from examsvc.services import Services
from examsvc.store import database_now
from examsvc.store.models import JobRow
from tests.e2e import exam_hall
from tests.e2e.conftest import ROOT, OpenPage
from tests.e2e.exam_hall import open_services
from tests.e2e.inspection import Inspection, in_both_languages

pytestmark = pytest.mark.e2e
WORKBOOK = ROOT / "examsvc" / "sample" / "data" / "items_ban_de_1.xlsx"


@pytest.fixture(scope="module", autouse=True)
def passwords(served_home: Path) -> None:
    exam_hall.lay_passwords_and_canaries(served_home)


def lay_import_job(deps: Services, state: str, message: dict[str, str]) -> int:
    """A file that a worker checks, or that it has stopped checking; no worker takes it up."""
    with deps.store.begin() as session:
        now = database_now(session)
        row = JobRow(
            kind="check_import",
            params={"filename": "cau-hoi.docx"},
            state=state,
            stage="checking",
            done=1_200,
            total=3_500,
            message=message,
            outcome={},
            created_by=actor(deps, "ban_de_1").user_id,
            created_at=now,
            started_at=now,
            noted_at=now + timedelta(days=1),  # its worker is not thought dead while the page is looked at
            finished_at=None if state == "running" else now,
        )
        session.add(row)
        session.flush()
        return row.id


def test_the_report_on_a_workbook_bars_nobody(open_page: OpenPage):
    page = open_page("ban_de_1")
    inspection = Inspection(page)
    for _language in in_both_languages(page):
        page.goto("/items/import")
        page.set_input_files("input[type=file]", WORKBOOK)
        page.locator("main form button").first.click()
        expect(page.locator("main table").first).to_be_visible()
        inspection.look("/items/import/<report_id>")
    assert not inspection.findings, "\n".join(inspection.findings)


@pytest.mark.parametrize("state", ["running", "failed", "cancelled"])
def test_the_page_of_a_file_being_checked_bars_nobody(state: str, open_page: OpenPage, served_home: Path):
    with open_services(served_home) as deps:
        job = lay_import_job(deps, state, {} if state == "running" else {"code": state, "error": "OSError"})
    page = open_page("ban_de_1")
    inspection = Inspection(page)
    for _language in in_both_languages(page):
        page.goto(f"/items/import/jobs/{job}")
        expect(page.locator(f".job-{state}")).to_be_visible()
        inspection.look(f"/items/import/jobs/<int:job_id> {state}")
    assert not inspection.findings, "\n".join(inspection.findings)
