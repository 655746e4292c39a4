"""The examiner's desk on the sample campaign: started, watched, looked at, tried out, reported, adopted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import TIMEOUT_MS, OpenPage
from tests.e2e.exam_hall import query

pytestmark = pytest.mark.e2e
CALIBRATION_MS = 120_000  # ten forms are tested for fit: some ten seconds, more on a busy machine
N_SITTINGS = 600


def start_by_keyboard(examiner: Page) -> None:
    """From the list to the running job without a mouse; what is filled in is left as it is."""
    examiner.goto("/calibrations")
    examiner.locator('a[href$="/calibrations/new"]').focus()
    examiner.keyboard.press("Enter")
    expect(examiner.locator("#model-2PL")).to_be_checked()
    expect(examiner.locator("#priors-weak")).to_be_checked()
    expect(examiner.locator("#scale-linked")).to_be_checked()  # one from responses is in force
    examiner.locator("#min-responses").focus()
    examiner.keyboard.press("Enter")


def watch(examiner: Page) -> int:
    """The job's panel moves by itself until the proposal is there; opens it and returns its id."""
    panel = examiner.locator(".job")
    expect(panel.locator("progress")).to_be_visible()
    expect(panel.locator(".job-cancel")).to_be_visible()
    stage_or_end = re.compile(r"Bước \d trên 6|Hiệu chuẩn đã")  # a fast machine may be done between two polls
    expect(panel.locator(".job-text")).to_contain_text(stage_or_end, timeout=CALIBRATION_MS)
    link = panel.locator(".job-open")
    expect(link).to_be_visible(timeout=CALIBRATION_MS)
    link.click()
    examiner.wait_for_url(re.compile(r"/calibrations/\d+$"))
    return int(examiner.url.rsplit("/", 1)[1])


def look_at_calibration(examiner: Page) -> None:
    """Every part is there, every picture beside its table."""
    for key in ("convergence", "reliability", "classification", "model-fit", "dependence", "dimensions"):
        expect(examiner.locator(f"#{key}")).to_be_visible()
    expect(examiner.locator("#convergence .note-good")).to_be_visible()
    expect(examiner.locator("#persons table tbody tr")).to_have_count(50)
    expect(examiner.locator("#linking svg.plot .plot-dot").first).to_be_visible()
    gain = examiner.locator("#dimensions .picture-row table tbody tr")
    for line in gain.all():
        alone, joint = (_figure(line.locator("td").nth(place).inner_text()) for place in (1, 2))
        assert joint > alone  # every competency gains
    assert examiner.locator(".picture-row").count() == examiner.locator(".picture-row table").count()


def sort_and_filter(examiner: Page) -> None:
    """By difficulty down and up, then one flag alone."""
    for direction in ("ascending", "descending"):
        examiner.locator("table.items thead a", has_text=re.compile(r"^b\b")).click()
        expect(examiner.locator(f'table.items th[aria-sort="{direction}"]')).to_have_count(1)
        column = examiner.locator("table.items tbody tr td:nth-child(8)").all_inner_texts()
        values = [_figure(text) for text in column if text != "–"]
        assert values == sorted(values, reverse=direction == "descending")
    chosen = examiner.locator("#flag option").nth(1)
    n = int(re.findall(r"\((\d+)\)", chosen.inner_text())[0])
    examiner.locator("#flag").select_option(index=1)
    examiner.click("form.item-filter button")
    expect(examiner.locator("table.items tbody tr")).to_have_count(n)


def look_at_item(examiner: Page) -> str:
    """The first item of the list: curve, points, history; returns its code."""
    link = examiner.locator("table.items tbody tr a").first
    code = link.inner_text()
    link.click()
    expect(examiner.locator("h1")).to_have_text(code)
    expect(examiner.locator("svg.plot .plot-line").first).to_be_visible()
    assert examiner.locator("svg.plot .plot-dot").count() > 3
    expect(examiner.locator("svg.plot .plot-interval").first).to_be_attached()
    history = examiner.locator("#history table tbody tr")
    assert history.count() >= 3  # by judgement, from the campaign, this one
    return code


def try_out(examiner: Page, calibration_id: int, code: str, home: Path) -> None:
    """Leave an item out and move a cut: who changes level, and nothing in the database does."""
    before = query(home, "SELECT (SELECT count(*) FROM score), (SELECT count(*) FROM result)")
    examiner.goto(f"/calibrations/{calibration_id}/what-if")
    examiner.fill("#codes", code)
    examiner.fill("#cut-1", "45")
    examiner.click("form.panel button")
    cells = examiner.locator("table.matrix-levels tbody td:not(:last-child)")
    expect(cells.first).to_be_visible()
    assert sum(int(text) for text in cells.all_inner_texts()) == N_SITTINGS
    changed = int(examiner.locator(".tiles-result strong").first.inner_text())
    assert changed > 0
    moved = examiner.locator("table.matrix-levels td.changes").all_inner_texts()
    assert sum(map(int, moved)) == changed
    expect(examiner.locator(".note").first).to_be_visible()  # says that nothing is stored
    assert query(home, "SELECT (SELECT count(*) FROM score), (SELECT count(*) FROM result)") == before


def read_report(examiner: Page, calibration_id: int) -> None:
    """The report as a page with all its parts, and as PDF."""
    examiner.goto(f"/calibrations/{calibration_id}")
    examiner.click(f'a[href$="/calibrations/{calibration_id}/report"]')
    for key in ("data", "options", "convergence", "item-table", "linking", "software"):
        expect(examiner.locator(f".report #{key}")).to_be_visible()
    expect(examiner.locator("#software")).to_contain_text("scipy")
    answer = examiner.request.get(f"/calibrations/{calibration_id}/report.pdf")
    assert answer.ok
    assert answer.body().startswith(b"%PDF")


def try_to_adopt_at_the_back_door(examiner: Page, calibration_id: int) -> None:
    """The proposer's own adoption leads back with a sentence, not into a dead end."""
    token = examiner.locator('meta[name="csrf-token"]').get_attribute("content")
    answer = examiner.request.post(f"/calibrations/{calibration_id}/adopt", form={"csrf_token": token or ""})
    assert answer.ok
    assert answer.url.endswith(f"/calibrations/{calibration_id}")
    assert "alert-danger" in answer.text()


def download_parameters(examiner: Page, calibration_id: int) -> None:
    """The file comes with the calibration's name."""
    examiner.goto(f"/calibrations/{calibration_id}")
    examiner.click(".downloads summary")
    with examiner.expect_download() as started:
        examiner.click(f'a[href$="/calibrations/{calibration_id}/parameters.csv"]')
    assert started.value.suggested_filename.endswith("-parameters.csv")
    assert started.value.path().read_text("utf-8").startswith("item,model,a,b,c")


def adopt(examiner: Page, second: Page, calibration_id: int) -> None:
    """Who proposed it waits; another examiner sees what changes, and adopts."""
    examiner.goto(f"/calibrations/{calibration_id}")
    expect(examiner.locator('form[action$="/adopt"]')).to_have_count(0)
    try_to_adopt_at_the_back_door(examiner, calibration_id)
    second.goto(f"/calibrations/{calibration_id}")
    expect(second.locator("#adoption .tiles li")).to_have_count(5)
    expect(second.locator("#adoption")).to_contain_text("Khảo thí viên 1")
    expect(second.locator('form[action$="/adopt"] button')).to_be_hidden()  # asked once more
    second.locator("#adopt-step summary").focus()
    second.keyboard.press("Enter")
    second.click('form[action$="/adopt"] button')
    expect(second.locator(".alert-success")).to_be_visible()
    second.goto("/calibrations")
    row = second.locator(
        "table.data tbody tr", has=second.locator(f'a[href$="/calibrations/{calibration_id}"]')
    )
    expect(row.locator(".badge-info")).to_be_visible()  # in force
    expect(row).to_contain_text("Khảo thí viên 2")


def test_a_calibration_goes_from_start_to_adoption_by_a_second_person(open_page: OpenPage, served_home: Path):
    examiner, second = open_page("khao_thi"), open_page("khao_thi_2")
    start_by_keyboard(examiner)
    calibration_id = watch(examiner)
    look_at_calibration(examiner)
    sort_and_filter(examiner)
    code = look_at_item(examiner)
    try_out(examiner, calibration_id, code, served_home)
    read_report(examiner, calibration_id)
    download_parameters(examiner, calibration_id)
    adopt(examiner, second, calibration_id)


def test_a_calibration_that_is_stopped_leaves_nothing(open_page: OpenPage, served_home: Path):
    [(before,)] = query(served_home, "SELECT count(*) FROM calibration")
    examiner = open_page("khao_thi", locale="en")
    examiner.goto("/calibrations/new")
    examiner.locator("#model-2PL").focus()
    examiner.keyboard.press("ArrowDown")
    expect(examiner.locator("#model-Rasch")).to_be_checked()
    examiner.locator("#scale-free").check()
    examiner.locator("form.stack-form button").click()
    examiner.locator(".job-cancel").click()
    expect(examiner.locator(".job.job-cancelled")).to_be_visible(timeout=CALIBRATION_MS)
    expect(examiner.locator(".job-text")).to_contain_text("stopped", timeout=TIMEOUT_MS)
    assert query(served_home, "SELECT count(*) FROM calibration") == [(before,)]


def test_a_wrong_figure_is_told_at_its_field(open_page: OpenPage):
    examiner = open_page("khao_thi", width=390, locale="en")
    examiner.goto("/calibrations/new")
    examiner.fill("#min-responses", "5")
    examiner.locator("form.stack-form button").click()
    expect(examiner.locator("#min-responses-error")).to_be_visible()
    expect(examiner.locator("#min-responses")).to_have_value("5")
    expect(examiner.locator("#min-responses")).to_have_attribute("aria-invalid", "true")


def _figure(text: str) -> float:
    """A figure in Vietnamese notation."""
    return float(text.replace(".", "").replace(",", ".").replace("−", "-"))
