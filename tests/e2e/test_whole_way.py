"""The main job through the screens alone: from an item in its author's head to a level in a profile."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import bank_pages, exam_hall, exam_pages
from tests.e2e.bank_pages import KEEPING_RECORDS, SUBMISSION_TIME, SUPPLEMENT_AFTER_CLEARANCE
from tests.e2e.conftest import OpenPage, log_in
from tests.e2e.exam_pages import Place
from tests.e2e.player_page import Player

pytestmark = pytest.mark.e2e
N_ITEMS = 30
CAMPAIGN, CAMPAIGN_NAME = "E2E-2026", "Kỳ đánh giá toàn trình"
ADMINISTRATION = f"{CAMPAIGN}-GSQL"
COMMENT = "Căn cứ chưa đủ: ghi rõ số hiệu luật, điều và khoản."


def test_an_item_becomes_an_exam_and_the_exam_a_level_in_a_profile(open_page: OpenPage, tmp_path: Path):
    desk = cache(open_page)  # everybody logs in once
    new_codes = fill_the_bank(desk, tmp_path)
    put_to_use(desk, new_codes)
    form_codes = lay_forms(desk)
    campaign_id, administration_id, roster = plan_exam(desk)
    number_correct = sit_exam(desk, administration_id, roster[0])
    measure(desk, campaign_id, administration_id, n_absent=len(roster) - 1, score=number_correct)
    read_profile(desk, roster[0], form_codes)


def fill_the_bank(desk: OpenPage, folder: Path) -> list[str]:
    """Author, reviewer, bank manager: two items are approved, one goes back with the reason."""
    author, reviewer = desk("ban_de_1"), desk("tham_dinh")
    bank_pages.write_item(author, SUBMISSION_TIME)
    rows = [KEEPING_RECORDS, SUPPLEMENT_AFTER_CLEARANCE]
    bank_pages.import_with_a_wrong_row(author, folder, rows)
    bank_pages.import_workbook(author, folder, rows)
    bank_pages.accept_without_checklist_is_refused(reviewer, SUBMISSION_TIME.code)
    bank_pages.accept_item(reviewer, SUBMISSION_TIME.code)
    bank_pages.accept_item(reviewer, KEEPING_RECORDS.code)
    bank_pages.return_item(reviewer, SUPPLEMENT_AFTER_CLEARANCE.code, COMMENT)
    bank_pages.expect_returned(author, SUPPLEMENT_AFTER_CLEARANCE.code, COMMENT)
    return [SUBMISSION_TIME.code, KEEPING_RECORDS.code]


def put_to_use(desk: OpenPage, codes: list[str]) -> None:
    """Bank manager and two examiners: approved, calibrated by judgement, operational."""
    manager = desk("ngan_hang")
    in_use = bank_pages.count_in_use(manager, "T01", "apply")
    bank_pages.move_items(manager, "approve", codes)
    bank_pages.judge_new_items(desk("khao_thi"), desk("khao_thi_2"), len(codes))
    bank_pages.move_items(manager, "release", codes)
    assert bank_pages.count_in_use(manager, "T01", "apply") == in_use + len(codes)


def lay_forms(desk: OpenPage) -> list[str]:
    """Exam manager and chairman: a blueprint that takes from the fuller cell, two published forms."""
    manager, chairman = desk("thu_ky"), desk("chu_tich")
    blueprint_id = exam_pages.derive_blueprint(manager, "GSQL")
    exam_pages.move_one_item(manager, "T01", source="recall", to="apply")
    exam_pages.approve(chairman, f"/blueprints/{blueprint_id}")
    run_id = exam_pages.assemble_forms(manager, blueprint_id, n_forms=2)
    return exam_pages.publish_forms(chairman, run_id)


def plan_exam(desk: OpenPage) -> tuple[int, int, list[Place]]:
    """Exam manager and chairman: a campaign with one administration and its roster, approved."""
    manager, chairman = desk("thu_ky"), desk("chu_tich")
    campaign_id = exam_pages.open_campaign(manager, CAMPAIGN, CAMPAIGN_NAME)
    administration_id = exam_pages.plan_administration(manager, ADMINISTRATION, "GSQL")
    exam_pages.approve(chairman, f"/campaigns/{campaign_id}")
    return campaign_id, administration_id, exam_pages.read_roster(manager, administration_id)


def sit_exam(desk: OpenPage, administration_id: int, place: Place) -> int:
    """Administrator, proctor, chairman, officer: one sits among empty chairs; returns the number correct."""
    password = exam_pages.issue_password(desk("quan_tri"), place)
    proctor, officer = desk("giam_thi"), desk()
    exam_pages.open_room(proctor, ADMINISTRATION, "Phòng 301")
    exam_pages.check_in(proctor, place)
    log_in(officer, place.officer_code.lower(), password)
    officer.goto("/sittings")
    officer.locator(".sitting-card", has_text=CAMPAIGN_NAME).locator("a.btn").click()
    player = Player(officer)
    player.expect_view("waiting")
    exam_hall.start_in_ten_seconds(desk("chu_tich"), administration_id)
    player.expect_view("player")
    exam_pages.expect_in_room(proctor, place, "sitting")
    exam_pages.respond_to_all(player, N_ITEMS)
    player.hand_in()
    exam_pages.expect_in_room(proctor, place, "submitted")
    expect(officer.locator(".receipt-code")).to_be_visible()
    correct, total = officer.locator(".score").inner_text().split("/")
    assert int(total) == N_ITEMS
    return int(correct)


def measure(desk: OpenPage, campaign_id: int, administration_id: int, *, n_absent: int, score: int) -> None:
    """Chairman and examiner: the exam is closed, scored, released by another person than who scored."""
    chairman = desk("chu_tich")
    exam_pages.close_exam(chairman, administration_id, n_absent)
    results = exam_pages.score_campaign(desk("khao_thi"), campaign_id)
    expect(results).to_have_count(1)
    expect(results.first).to_contain_text(f"{score}/{N_ITEMS}")  # what the officer was shown
    exam_pages.release_results(chairman, campaign_id)


def read_profile(desk: OpenPage, place: Place, form_codes: list[str]) -> None:
    """HR and auditor: the new evidence stands first, and every step stands in an unbroken chain."""
    history = exam_pages.open_profile(desk("nhan_su"), place)
    expect(history.first).to_contain_text(CAMPAIGN_NAME)
    assert history.first.locator("td").last.inner_text() in form_codes
    campaigns = [row.locator("td").nth(5).inner_text() for row in history.all()]
    newest = campaigns.count(CAMPAIGN_NAME)
    assert 0 < newest < len(campaigns)  # what was proven before is still there
    assert campaigns[:newest] == [CAMPAIGN_NAME] * newest
    auditor = desk("thanh_tra")
    auditor.goto("/audit")
    auditor.click('form[action$="/verify"] button')
    expect(auditor.locator(".alert-success .hash")).to_be_visible()
    expect(auditor.locator(".alert-danger")).to_have_count(0)
