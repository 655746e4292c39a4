"""The examiner's desk: a calibration is asked for, looked at from every side, reported and adopted."""

from __future__ import annotations

import csv
import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.services import Services
from examsvc.services.calibration import propose_by_judgement
from examsvc.store.models import CalibrationRow
from examsvc.store.types import Base
from tests.integration.laid_analysis import DROPPED, force_state, laid_analysis, lay_analysed
from tests.integration.measured_campaign import (
    AT,
    N_ITEMS,
    N_SITTINGS,
    SURNAME,
    Measured,
    lay_measured_campaign,
)
from tests.integration.signing_in import Browser, sign_in

pytestmark = pytest.mark.integration
PASSWORD = "tay-nải-xanh-7"
MISFITTING = 6


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services, password=PASSWORD)


@pytest.fixture
def examiner(app: Flask, measured: Measured) -> Browser:
    return sign_in(app, "examiner", PASSWORD)


@pytest.fixture
def second(app: Flask, measured: Measured) -> Browser:
    return sign_in(app, "second", PASSWORD)


def text_of(page: str) -> str:
    """What a reader reads, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def read(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    assert SURNAME not in answer.text
    return text_of(answer.text)


def item_codes(browser: Browser, path: str) -> list[str]:
    """The items of the table in its order."""
    return re.findall(r'<th scope="row" class="nowrap"><a href="[^"]*">([^<]+)</a>', browser.get(path).text)


def lay_in_force(services: Services, measured: Measured, **changes: object) -> int:
    """An adopted calibration from responses."""
    values = {"analysis": None, "checksum": "1" * 64, "options": None} | changes
    calibration_id = lay_analysed(services, measured, "mml-laid-1", **values)
    adopted_by = measured.staff["second"].user_id
    force_state(services, calibration_id, state="adopted", adopted_by=adopted_by, adopted_at=AT)
    return calibration_id


def linked_to(measured: Measured, reference_id: int) -> dict[str, object]:
    """The laid analysis, tied to this calibration."""
    found = laid_analysis(measured.version_ids)
    found["linking"]["reference_id"] = reference_id
    return found


def count_rows(services: Services) -> dict[str, int]:
    with services.store.read() as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }


# starting


def test_the_form_is_filled_in_as_it_is_usual(examiner: Browser):
    page = examiner.get("/calibrations/new").text
    checked = set(re.findall(r'name="(\w+)" value="([\w]+)" aria-describedby="[^"]*" checked', page))
    assert checked == {("model", "2PL"), ("priors", "weak"), ("scale", "free")}
    assert 'name="min_responses" inputmode="numeric" value="50"' in page
    said = text_of(page)
    assert f"DG-2026-1 {N_SITTINGS} 0 {N_ITEMS} 0" in said
    assert "Each item has" in said or "each item has its own difficulty" in said


def test_once_a_calibration_from_responses_is_in_force_the_link_is_usual(
    services: Services, measured: Measured, examiner: Browser
):
    lay_in_force(services, measured)
    page = examiner.get("/calibrations/new").text
    assert re.search(r'value="linked" aria-describedby="[^"]*" checked', page)


def test_what_cannot_be_asked_is_told_beside_its_field_and_what_was_typed_stays(
    services: Services, measured: Measured, examiner: Browser
):
    answer = examiner.post_form(
        "/calibrations/campaign", campaign_id=measured.campaign_id, model="3PL", min_responses="12"
    )
    assert answer.status_code == 400
    assert "A whole number from 30 to" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="12"' in answer.text
    assert re.search(r'value="3PL" aria-describedby="[^"]*" checked', answer.text)
    answer = examiner.post_form("/calibrations/campaign", campaign_id="", model="5PL", scale="x", priors="y")
    assert answer.text.count("Choose one of these.") == 3
    assert "Choose a campaign." in answer.text
    assert count_rows(services)["job"] == 0


def test_what_was_asked_is_carried_out_and_stands_in_the_report(
    services: Services, measured: Measured, examiner: Browser
):
    order = {"model": "Rasch", "priors": "borrowed", "min_responses": "40", "scale": "free"}
    answer = examiner.post_form("/calibrations/campaign", campaign_id=measured.campaign_id, **order)
    said = text_of(examiner.get(answer.location).text)
    assert "The calibration is ready. A second person looks at it and adopts it." in said
    with services.store.read() as session:
        row = session.scalars(sa.select(CalibrationRow).where(CalibrationRow.method == "mml")).one()
    assert row.options == {"campaign_id": measured.campaign_id, **order, "min_responses": 40}
    said = read(examiner, f"/calibrations/{row.id}/report")
    assert "Rasch: difficulty alone" in said
    assert "Borrowed from the topic" in said
    assert "Priors borrowed by topic" in said
    read(examiner, f"/calibrations/{row.id}")


# looking


def test_the_calibration_page_says_everything_that_was_found(
    services: Services, measured: Measured, examiner: Browser
):
    said = read(examiner, f"/calibrations/{lay_analysed(services, measured)}")
    for words in (
        "Converged.",
        "6,123.4",
        "look for a wrong key",
        "Reliability by form",
        "Fit of the model",
        "not tested",
        "0.34",
        "Sittings with the same responses",
        "Gain by borrowing",
        "GSQL-017",
        "left out",
        "A = 1.080 ± 0.030",
        "Agreement beyond chance",
    ):
        assert words in said, words


def test_every_picture_stands_beside_a_table(services: Services, measured: Measured, examiner: Browser):
    page = examiner.get(f"/calibrations/{lay_analysed(services, measured)}").text
    rows = page.split('<div class="picture-row')[1:]
    assert len(rows) == 4  # difficulties, information, gain, anchors
    assert page.count('class="chart plot"') == len(rows)
    assert all("<table" in row for row in rows)


@pytest.mark.parametrize("status", ["MAX_ITERATIONS", "NOT_DETERMINED", "CANCELLED", "SOMETHING_NEW"])
def test_what_did_not_converge_says_what_that_means_and_cannot_be_adopted(
    services: Services, measured: Measured, second: Browser, status: str
):
    calibration_id = lay_analysed(services, measured, summary={"status": status, "warnings": []})
    page = second.get(f"/calibrations/{calibration_id}").text
    assert "Do not adopt." in page
    assert "cannot be put in force" in page
    assert f"/calibrations/{calibration_id}/adopt" not in page


def test_items_are_sorted_and_filtered_and_what_has_no_figure_comes_last(
    services: Services, measured: Measured, examiner: Browser
):
    page = f"/calibrations/{lay_analysed(services, measured)}"
    first = "T01-000"  # not calibrated
    assert item_codes(examiner, page)[0] == first
    assert item_codes(examiner, f"{page}?sort=b")[-1] == first
    assert item_codes(examiner, f"{page}?sort=-b")[-1] == first
    up, down = item_codes(examiner, f"{page}?sort=b"), item_codes(examiner, f"{page}?sort=-b")
    assert up[:-1] == down[-2::-1]
    assert item_codes(examiner, f"{page}?sort=-outfit")[0] == "T03-006"
    assert item_codes(examiner, f"{page}?flag=LOCAL_DEPENDENCE") == ["T02-005", "T03-006"]
    assert item_codes(examiner, f"{page}?flag=LOCAL_DEPENDENCE&topic=T02") == ["T02-005"]
    assert len(item_codes(examiner, f"{page}?show=flagged")) == 3
    assert len(item_codes(examiner, f"{page}?sort=nonsense&show=nonsense")) == N_ITEMS


def test_an_item_shows_curve_points_fit_options_and_history(
    services: Services, measured: Measured, examiner: Browser
):
    lay_in_force(services, measured)
    calibration_id = lay_analysed(services, measured)
    version_id = measured.version_ids[MISFITTING]
    page = f"/calibrations/{calibration_id}/items/{version_id}"
    said = read(examiner, page)
    for words in (
        "Fits badly",
        "12.3, df 9, p = 0.002",
        "1.41 (2.9)",
        "Who chose what",
        "mml-laid-1",
        "In force",
    ):
        assert words in said, words
    text = examiner.get(page).text
    assert text.count('class="plot-dot"') == 5 + 1  # the groups, and one in the key
    assert text.count('badge-warn">no<') == 1  # one group lies off the curve
    uncalibrated = read(examiner, f"/calibrations/{calibration_id}/items/{measured.version_ids[0]}")
    assert "Too few responses for parameters" in uncalibrated


def test_a_calibration_by_judgement_has_a_page_and_a_report(
    services: Services, measured: Measured, examiner: Browser
):
    calibration_id = propose_by_judgement(services, measured.staff["examiner"])
    said = read(examiner, f"/calibrations/{calibration_id}")
    assert "Judged by the authors, provisional" in said
    assert "What if" not in said
    read(examiner, f"/calibrations/{calibration_id}/report")
    assert examiner.get(f"/calibrations/{calibration_id}/report.pdf").status_code == 200
    assert examiner.get(f"/calibrations/{calibration_id}/responses.csv").status_code == 404


# what if


def test_what_if_shows_who_would_change_level_and_stores_nothing(
    services: Services, measured: Measured, examiner: Browser
):
    calibration_id = lay_analysed(services, measured)
    page = f"/calibrations/{calibration_id}/what-if"
    assert "Nothing is stored here" in read(examiner, page)
    before = count_rows(services)
    said = read(examiner, f"{page}?ask=1&codes=T02-005+t03-006&cut=40&cut=66&cut=83")
    assert count_rows(services) == before
    assert re.search(rf"\d+ of {N_SITTINGS} sittings change level", said)
    assert "Without the items T02-005, T03-006" in said
    assert "50.0 · 66.0 · 83.0 → 40.0 · 66.0 · 83.0" in said
    assert "GSQL-5" in said


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "there is nothing to compare yet"),
        ("&codes=T99-999", "There is no item T99-999"),
        ("&cut=70&cut=66&cut=83", "must rise from level to level"),
        ("&cut=5x&cut=66&cut=83", "A cut is a number of percent"),
        ("&leave=987654", "stands on no form of this campaign"),
    ],
)
def test_a_question_without_sense_is_told_so(
    services: Services, measured: Measured, examiner: Browser, asked: str, words: str
):
    calibration_id = lay_analysed(services, measured)
    answer = examiner.get(f"/calibrations/{calibration_id}/what-if?ask=1{asked}")
    assert answer.status_code == 400
    assert words in text_of(answer.text)


# adopting


def test_the_second_person_sees_what_changes_and_the_proposer_waits(
    services: Services, measured: Measured, examiner: Browser, second: Browser
):
    in_force = lay_in_force(services, measured)
    calibration_id = lay_analysed(services, measured, analysis=linked_to(measured, in_force))
    said = read(second, f"/calibrations/{calibration_id}")
    assert "Proposed by Examiner" in said
    assert "It would take the place of mml-laid-1" in said
    assert "0 items gained 0 items lost 0 items carried over unchanged 0.00 mean change of b" in said
    assert "Both stand on one scale" in said
    assert "Adopt this calibration" in said
    assert "Adopt this calibration" not in read(examiner, f"/calibrations/{calibration_id}")
    answer = second.post_form(f"/calibrations/{calibration_id}/adopt")
    assert "The calibration is in force." in second.get(answer.location).text
    with services.store.read() as session:
        assert session.get_one(CalibrationRow, calibration_id).state == "adopted"


def test_a_link_to_a_calibration_no_longer_in_force_cannot_be_adopted(
    services: Services, measured: Measured, second: Browser
):
    in_force = lay_in_force(services, measured)
    calibration_id = lay_analysed(services, measured, analysis=linked_to(measured, in_force + 1000))
    assert "Adopt this calibration" not in read(second, f"/calibrations/{calibration_id}")
    answer = second.post_form(f"/calibrations/{calibration_id}/adopt")
    assert "Another calibration has come into force" in second.get(answer.location).text


# reports and files


@pytest.mark.parametrize("locale", ["en", "vi"])
def test_the_report_is_a_page_and_a_pdf_and_names_nobody_examined(
    services: Services, measured: Measured, examiner: Browser, locale: str
):
    calibration_id = lay_analysed(services, measured)
    examiner.post_form("/language", locale=locale)
    said = read(examiner, f"/calibrations/{calibration_id}/report")
    for words in ("c0ffee", "numpy", "scipy", "GSQL-017", "T03-006", "2PL", "61 ", "GSQL-5"):
        assert words in said, words
    first = examiner.get(f"/calibrations/{calibration_id}/report.pdf")
    assert first.mimetype == "application/pdf"
    assert first.data.startswith(b"%PDF")
    assert (
        examiner.get(f"/calibrations/{calibration_id}/report.pdf").data == first.data
    )  # nothing random in it


def test_parameters_and_responses_are_downloaded_without_names_or_wording(
    services: Services, measured: Measured, examiner: Browser
):
    calibration_id = lay_analysed(services, measured)
    found = {
        name: examiner.get(f"/calibrations/{calibration_id}/{name}.csv")
        for name in ("parameters", "mirt", "responses")
    }
    for name, answer in found.items():
        assert answer.status_code == 200, name
        assert "attachment" in answer.headers["Content-Disposition"]
        assert SURNAME not in answer.text
        assert "Câu " not in answer.text
    parameters = list(csv.DictReader(io.StringIO(found["parameters"].text)))
    assert len(parameters) == N_ITEMS
    assert len(list(csv.DictReader(io.StringIO(found["mirt"].text)))) == N_ITEMS - 1
    responses = list(csv.DictReader(io.StringIO(found["responses"].text)))
    assert len(responses) == N_SITTINGS
    assert {row["person"] for row in responses} >= {"GSQL-000", "GSQL-259"}


def test_the_desk_is_closed_to_authors_and_the_auditor_starts_nothing(
    services: Services, measured: Measured, app: Flask
):
    calibration_id = lay_analysed(services, measured)
    author, auditor = sign_in(app, "author", PASSWORD), sign_in(app, "auditor", PASSWORD)
    for path in ("", "/report", "/report.pdf", "/what-if", "/parameters.csv", "/mirt.csv", "/responses.csv"):
        assert author.get(f"/calibrations/{calibration_id}{path}").status_code == 403, path
        assert auditor.get(f"/calibrations/{calibration_id}{path}").status_code == 200, path
    assert auditor.get("/calibrations/new").status_code == 403
    assert "Start a calibration" not in auditor.get("/calibrations").text


def test_the_dropped_anchor_is_a_square_and_stands_first(
    services: Services, measured: Measured, examiner: Browser
):
    page = examiner.get(f"/calibrations/{lay_analysed(services, measured)}").text
    assert page.count('class="plot-square"') == 1 + 1  # and one in the key
    anchors = page.split("Anchors, the most moved first</caption>")[1]
    first = re.search(r"<tbody>\s*<tr><th[^>]*><a[^>]*>([^<]+)", anchors)
    assert first is not None
    assert first.group(1) == f"T04-{DROPPED:03d}"
