"""Items leave the bank by two persons and are traced; the allowance ends; the auditor sees who looked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examsvc.accounts.roles import Role
from examsvc.sample.staff import PASSWORD
from examsvc.services.accounts import NewUser, add_user
from tests.e2e.conftest import ROOT, OpenPage
from tests.e2e.exam_hall import open_services
from tests.e2e.test_practice import look, press_until

pytestmark = pytest.mark.e2e
SECOND, READER = "e2e_ngan_hang", "e2e_doc"


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> None:
    """A second bank manager, and a reviewer who reads too much."""
    with open_services(served_home) as deps:
        for name, shown, role in (
            (SECOND, "Quản trị ngân hàng 2", Role.BANK_MANAGER),
            (READER, "Người thẩm định tò mò", Role.REVIEWER),
        ):
            add_user(deps, None, NewUser(name, shown, frozenset({role}), PASSWORD))


def test_an_export_goes_from_request_to_confirmation_to_download_to_trace(
    open_page: OpenPage, served_home: Path, tmp_path: Path
):
    manager, second = open_page("ngan_hang", locale="en"), open_page(SECOND, locale="en")
    number = ask(manager)
    look(manager)
    expect(manager.locator("#decide-form")).to_have_count(0)
    expect(second.locator(".menu-count")).to_have_count(0)
    second.goto("/exports")
    expect(second.locator(".menu-count")).to_contain_text("1")
    look(second)
    confirm_by_keyboard(second, number)
    file = take_out(manager, number, tmp_path)
    traced = subprocess.run(
        [sys.executable, "-m", "examsvc", "bank", "trace", str(file)],
        cwd=ROOT,
        env={**os.environ, "EXAMSVC_HOME": str(served_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert traced.returncode == 0, traced.stderr
    assert f"By its marks: {number}, beyond doubt" in traced.stdout
    assert "confirmed by Quản trị ngân hàng 2" in traced.stdout


def ask(manager: Page) -> str:
    """Three items ticked in the list, as a QTI package; the number that they go by."""
    manager.goto("/items?tab=all&state=operational")
    look(manager)
    for tick in manager.locator("input[name=version_ids]").all()[:3]:
        tick.check()
    manager.click("text=Export the chosen")
    assert len(manager.input_value("#export-codes").split()) == 3
    look(manager)
    manager.fill("#export-recipient", "Tổ ra đề Khu vực I")
    manager.fill("#export-purpose", "Rà soát trước kỳ thi")
    manager.click("#export-form button")
    expect(manager.locator(".alert-success")).to_be_visible()
    return manager.locator("h1").inner_text().split()[0]


def confirm_by_keyboard(second: Page, number: str) -> None:
    second.click(f"text={number}")
    look(second)
    press_until(second, "Tab", "button[value=confirm]")
    second.keyboard.press("Enter")
    expect(second.locator(".alert-success")).to_be_visible()


def take_out(manager: Page, number: str, folder: Path) -> Path:
    """Once: the second try finds nothing."""
    manager.reload()
    with manager.expect_download() as download:
        manager.click("button:has-text('Take the file out')")
    path = folder / "leaked.zip"
    download.value.save_as(path)
    assert download.value.suggested_filename.startswith(number)
    manager.reload()
    expect(manager.locator("button:has-text('Take the file out')")).to_have_count(0)
    return path


def test_the_allowance_ends_is_lifted_by_another_and_the_auditor_sees_it_all(open_page: OpenPage):
    manager, reader, auditor = (
        open_page("ngan_hang", locale="en"),
        open_page(READER, locale="en"),
        open_page("thanh_tra", locale="en"),
    )
    set_limit(manager, 60)
    reader.goto("/items?tab=all&state=operational")
    expect(reader.locator(".quota-note")).to_contain_text("50 of the 60")
    look(reader)
    reader.goto("/items?tab=all&state=operational&page=2")
    expect(reader.locator("text=Not shown: today's allowance is used up.")).to_have_count(40)
    reader.locator("a.stem-link").last.click()
    expect(reader.locator("h1")).to_have_text("Today's allowance is used up")
    look(reader)
    grant(manager)
    reader.reload()  # not the list: that would show, and count, five more
    expect(reader.locator("h1")).not_to_have_text("Today's allowance is used up")
    auditor.goto("/bank/views")
    look(auditor)
    expect(auditor.locator("main")).to_contain_text("61 items within one hour")
    auditor.click("text=Người thẩm định tò mò >> nth=0")
    look(auditor)
    code = auditor.locator("td .code").first.inner_text()
    auditor.click(f"text={code} >> nth=0")
    expect(auditor.locator("h1")).to_contain_text(code)
    expect(auditor.locator("table")).to_contain_text("Người thẩm định tò mò")


def set_limit(manager: Page, n: int) -> None:
    manager.goto("/bank/view-limits")
    look(manager)
    manager.select_option("#limit-role", "reviewer")
    manager.fill("#limit-day_limit", str(n))
    manager.fill("#limit-reason", "Kỳ thi gần")
    manager.click("#limit-form button")
    expect(manager.locator(".alert-success")).to_be_visible()


def grant(manager: Page) -> None:
    manager.goto("/bank/view-limits")
    choice = manager.locator("#grant-user option", has_text="Người thẩm định tò mò")
    manager.select_option("#grant-user", choice.get_attribute("value"))
    manager.fill("#grant-extra", "5")
    manager.fill("#grant-reason", "Rà soát chuyên đề T06")
    manager.click("#grant-form button")
    expect(manager.locator(".alert-success")).to_be_visible()


def test_a_suspected_leak_shows_what_to_do(open_page: OpenPage):
    manager = open_page("ngan_hang", locale="en")
    manager.goto("/items?tab=all&state=operational")
    manager.locator("a.stem-link").first.click()
    expect(manager.locator(".secrecy")).to_contain_text("Form ")
    look(manager)
    manager.select_option("#move-to", "quarantined")
    manager.fill("#move-comment", "Thấy trên mạng xã hội")
    manager.click("button:has-text('Carry out')")
    expect(manager.locator(".secrecy")).to_contain_text("Leaked (suspected)")
    expect(manager.locator(".secrecy")).to_contain_text("What to do now")
    look(manager)
