"""The examiner's desk: a calibration is asked for, looked at from every side, reported and adopted."""

from __future__ import annotations

import csv
import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.services import Services
from examsvc.services.calibration import adopt_calibration, propose_by_judgement
from examsvc.services.results import release_results
from examsvc.store.models import (
    CalibrationRow,
    CampaignRow,
    FormRow,
    ItemParameterRow,
    ItemRow,
    ItemVersionRow,
    SittingRow,
    TopicRow,
)
from examsvc.store.types import Base
from tests.integration import measuring_steps as steps
from tests.integration.laid_analysis import DROPPED, force_state, laid_analysis, lay_analysed
from tests.integration.laid_items import Made, lay_item
from tests.integration.measured_campaign import (
    AT,
    N_ITEMS,
    N_SITTINGS,
    SURNAME,
    Measured,
    lay_measured_campaign,
)
from tests.integration.signing_in import Browser, sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
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


def lay_carried(services: Services, measured: Measured, calibration_id: int) -> int:
    """An item on no form, judged, with a flag of the last time; returns its version."""
    with services.store.begin() as session:
        topic_id = session.scalars(sa.select(TopicRow.id).where(TopicRow.code == "T04")).one()
        made = Made(measured.staff["author"].user_id, AT)
        version = lay_item(
            session, "T04-900", topic_id, made, key="A", state="operational", cognitive_level="apply",
            stem="<p>Câu 900</p>", judged_share=0.6,
        )  # fmt: skip
        session.flush()
        flags = [{"code": code, "option": None} for code in ("MISFIT", "CARRIED_OVER")]
        session.add(
            ItemParameterRow(
                calibration_id=calibration_id, item_version_id=version.id, a=1.0, b=0.3, c=0.0,
                n_responses=0, options=[], flags=flags,
            )
        )  # fmt: skip
        return version.id


def keep_sittings(services: Services, measured: Measured, n: int) -> None:
    """Nobody else came."""
    with services.store.begin() as session:
        session.execute(
            sa.update(SittingRow).where(SittingRow.id.in_(measured.sitting_ids[n:])).values(state="absent")
        )


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


def test_a_small_campaign_is_told_what_it_cannot_carry_before_anything_starts(
    services: Services, measured: Measured, examiner: Browser
):
    said = read(examiner, "/calibrations/new")
    assert "Not for this campaign: an item has about 104 responses. Below 500, guessing" in said
    assert "No calibration from responses is in force to link to." in said
    assert "Only" not in said.split("Choose a campaign")[1].split("Model")[0]
    keep_sittings(services, measured, 60)
    said = read(examiner, "/calibrations/new")
    assert "Only 60 sittings: below 100" in said
    assert f"{N_ITEMS} of {N_ITEMS} items have fewer than 50 responses" in said


def test_a_rasch_calibration_is_not_to_be_linked_to_a_2pl_set(
    services: Services, measured: Measured, examiner: Browser
):
    lay_in_force(services, measured)
    said = read(examiner, f"/calibrations/new?campaign_id={measured.campaign_id}")
    assert "a Rasch calibration linked to it distorts the scale" in said


def test_forms_without_common_items_are_told(services: Services, measured: Measured, examiner: Browser):
    with services.store.begin() as session:
        forms = session.scalars(sa.select(FormRow.id).order_by(FormRow.id)).all()
        session.execute(
            sa.update(SittingRow).where(SittingRow.form_id.in_(forms[1:4])).values(state="absent")
        )
    assert "The forms fall into 2 groups that share no items" in read(examiner, "/calibrations/new")


# looking


def test_items_carried_over_are_counted_and_filtered_apart_and_judged_ones_marked(
    services: Services, measured: Measured, examiner: Browser
):
    calibration_id = lay_analysed(services, measured)
    lay_carried(services, measured, calibration_id)
    page = f"/calibrations/{calibration_id}"
    said = read(examiner, page)
    assert f"All ({N_ITEMS + 1}) Flagged (3) To decide (0) Carried over from the last time (1)" in said
    assert "Fits badly (1)" in said  # the one carried over is flagged so too, from the last time
    assert item_codes(examiner, f"{page}?show=carried") == ["T04-900"]
    assert "T04-900" not in item_codes(examiner, f"{page}?flag=MISFIT")
    assert examiner.get(page).text.count('<tr class="is-carried">') == 1
    assert item_codes(examiner, f"{page}?show=judged") == ["T04-900"]


def test_anchors_stand_on_one_scale_and_every_change_is_new_minus_old(
    services: Services, measured: Measured, examiner: Browser
):
    said = read(examiner, f"/calibrations/{lay_analysed(services, measured)}")
    anchors = said.split("Anchors, the most moved first")[1]
    assert "Change of b (new − old) Robust z, without sign Distance of the curves" in anchors
    assert re.search(r"T04-003 1\.10 1\.11 1\.30 0\.22 −1\.08 4\.10 0\.2\d\d left out", anchors)


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
        "taken at the posterior mode, under the priors",
        "count only complete sittings",
        "θ here is the weighted likelihood estimate",
        "robust z of a or b above 2.7",
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
        ("&cut=99.99999991&cut=66&cut=83", "with at most six decimals"),
        ("&cut=50&cut=66", "scale has 3 cuts, but 2 were given"),
        ("&leave=987654", "On no form of this campaign: 987654"),
    ],
)
def test_a_question_without_sense_is_told_so(
    services: Services, measured: Measured, examiner: Browser, asked: str, words: str
):
    calibration_id = lay_analysed(services, measured)
    answer = examiner.get(f"/calibrations/{calibration_id}/what-if?ask=1{asked}")
    assert answer.status_code == 400
    assert words in text_of(answer.text)


def test_an_item_is_named_with_or_without_its_version(
    services: Services, measured: Measured, examiner: Browser
):
    page = f"/calibrations/{lay_analysed(services, measured)}/what-if"
    assert "Without the items T02-005" in read(examiner, f"{page}?ask=1&codes=T02-005/1")
    answer = examiner.get(f"{page}?ask=1&codes=T02-005/7")
    assert "There is no item T02-005/7" in answer.text
    assert "at most six decimals" not in examiner.get(f"{page}?ask=1&cut=50&cut=66&cut=99.9999").text


def test_thousands_of_codes_are_answered_with_the_limit(
    services: Services, measured: Measured, examiner: Browser
):
    codes = " ".join(f"T01-{number}" for number in range(5000))
    page = f"/calibrations/{lay_analysed(services, measured)}/what-if"
    answer = examiner.post_form(page, ask="1", codes=codes, campaign_id=measured.campaign_id)
    assert answer.status_code == 400
    assert "At most 200 items can be left out at once; these are 5000." in answer.text


def test_items_on_no_form_of_the_campaign_are_not_suggested_and_are_named_when_asked_for(
    services: Services, measured: Measured, examiner: Browser
):
    calibration_id = lay_analysed(services, measured)
    carried = lay_carried(services, measured, calibration_id)
    page = f"/calibrations/{calibration_id}/what-if"
    said = examiner.get(page).text
    assert f'value="{measured.version_ids[MISFITTING]}"' in said
    assert f'value="{carried}"' not in said
    answer = examiner.get(f"{page}?ask=1&codes=T04-900")
    assert answer.status_code == 400
    assert "On no form of this campaign: T04-900." in answer.text


# rejecting


@pytest.mark.parametrize("who", ["examiner", "second"])
def test_a_proposal_is_rejected_with_a_reason_by_its_proposer_or_another(
    services: Services, measured: Measured, app: Flask, second: Browser, who: str
):
    calibration_id = lay_analysed(services, measured)
    page = f"/calibrations/{calibration_id}"
    browser = sign_in(app, who, PASSWORD)
    assert "Reject this calibration" in read(browser, page)
    answer = browser.post_form(f"{page}/reject", reason="  ")
    assert "Give a reason" in browser.get(answer.location).text
    answer = browser.post_form(f"{page}/reject", reason="Khóa <T03> sai")
    said = text_of(browser.get(answer.location).text)
    assert "nobody can adopt it any more" in said
    assert "Khóa &lt;T03&gt; sai" in said
    assert f"By {who.title()}," in said
    assert "Rejected" in read(browser, "/calibrations")
    assert "Yes, put it in force" not in read(second, page)
    second.post_form(f"{page}/adopt")
    with services.store.read() as session:
        assert session.get_one(CalibrationRow, calibration_id).state == "rejected"


def test_the_auditor_rejects_nothing(services: Services, measured: Measured, app: Flask):
    calibration_id = lay_analysed(services, measured)
    auditor = sign_in(app, "auditor", PASSWORD)
    assert "Reject this calibration" not in read(auditor, f"/calibrations/{calibration_id}")
    assert auditor.post_form(f"/calibrations/{calibration_id}/reject", reason="x").status_code == 403


# adopting


def test_who_adopts_his_own_is_led_back_with_a_sentence(
    services: Services, measured: Measured, examiner: Browser
):
    page = f"/calibrations/{lay_analysed(services, measured)}"
    answer = examiner.post_form(f"{page}/adopt")
    assert answer.status_code == 302
    assert "a second person has to adopt it" in examiner.get(answer.location).text


def test_the_second_person_sees_how_population_and_competencies_change(
    services: Services, measured: Measured, second: Browser
):
    before, after = laid_analysis(measured.version_ids), laid_analysis(measured.version_ids)
    before["population"], after["population"] = {"mean": 0.0, "sd": 1.0}, {"mean": 0.25, "sd": 1.1}
    after["dimensions"]["correlations"][0][1] = after["dimensions"]["correlations"][1][0] = 0.55
    lay_in_force(services, measured, analysis=before)
    calibration_id = lay_analysed(services, measured, analysis=after)
    said = read(second, f"/calibrations/{calibration_id}").split("Figure before after Change (new − old)")[1]
    assert said.index("θ, mean 0.00 0.25 0.25") < said.index("Correlation CM01–CM02 0.80 0.55 −0.25")


def test_the_second_person_sees_what_changes_and_the_proposer_waits(
    services: Services, measured: Measured, examiner: Browser, second: Browser
):
    in_force = lay_in_force(services, measured)
    calibration_id = lay_analysed(services, measured, analysis=linked_to(measured, in_force))
    said = read(second, f"/calibrations/{calibration_id}")
    assert "Proposed by Examiner" in said
    assert "It would take the place of mml-laid-1" in said
    assert "0 items gained 0 items lost 0 items carried over from the last time 0.00 mean change of b" in said
    assert "Both stand on one scale" in said
    assert "This cannot be undone." in said
    assert "Yes, put it in force" in said
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


def test_a_proposal_that_carries_figures_of_one_no_longer_in_force_waits_for_nobody(
    services: Services, measured: Measured, second: Browser
):
    in_force = lay_in_force(services, measured)
    summary = {"status": "CONVERGED", "warnings": [], "carried_from": in_force + 1000}
    analysis = linked_to(measured, in_force)
    calibration_id = lay_analysed(services, measured, summary=summary, analysis=analysis)
    assert "Another calibration has come into force" in read(second, f"/calibrations/{calibration_id}")


# results


def test_a_result_scored_again_stands_once_with_what_was_released_beside_it(
    services: Services, measured: Measured, app: Flask
):
    free = laid_analysis(measured.version_ids) | {"linking": None}
    first = lay_analysed(services, measured, "mml-laid-1", analysis=free)
    adopt_calibration(services, measured.staff["second"], first)
    steps.scored(services, measured)
    release_results(services, measured.staff["chairman"], measured.campaign_id)
    tied = lay_analysed(services, measured, analysis=linked_to(measured, first))
    adopt_calibration(services, measured.staff["second"], tied)
    steps.scored(services, measured)
    page = sign_in(app, "chairman", PASSWORD).get(f"/results/{measured.campaign_id}").text
    rows = page.split('class="data results"')[1].split("</table>")[0]
    assert rows.count("<tr>") == 1 + 50  # of the first page, each sitting once
    assert rows.count("released: ") >= 50
    assert f"Release {N_SITTINGS} results" in page


# reports and files


def test_priors_are_told_in_the_readers_notation_and_with_guessing_for_3pl(
    services: Services, measured: Measured, examiner: Browser
):
    asked = {"campaign_id": measured.campaign_id, "model": "3PL", "priors": "weak", "scale": "free"}
    page = f"/calibrations/{lay_analysed(services, measured, model='3PL', options=asked)}/report"
    assert "a ~ LogN(0; 0.5); b ~ N(0; 2); c ~ LogitN(−1.4; 0.7)" in read(examiner, page)
    examiner.post_form("/language", locale="vi")
    assert "a ~ LogN(0; 0,5); b ~ N(0; 2); c ~ LogitN(−1,4; 0,7)" in read(examiner, page)


def test_control_characters_in_codes_break_neither_paper_nor_headers(
    services: Services, measured: Measured, examiner: Browser
):
    calibration_id = lay_analysed(services, measured, code="mml\x1b\r\nX-Forged: 1")
    with services.store.begin() as session:
        session.execute(
            sa.update(CampaignRow)
            .where(CampaignRow.id == measured.campaign_id)
            .values(code="DG\x07\r\nX-Forged: 1")
        )
        version = session.get_one(ItemVersionRow, measured.version_ids[DROPPED])
        session.get_one(ItemRow, version.item_id).code = "T04\x1b\x0c-003"
    for name in ("report", "report.pdf", "parameters.csv", "mirt.csv", "responses.csv"):
        answer = examiner.get(f"/calibrations/{calibration_id}/{name}")
        assert answer.status_code == 200, name
        assert "X-Forged" not in answer.headers
        assert not re.search(r"[\x00-\x1f]", answer.headers.get("Content-Disposition", ""))


@pytest.mark.parametrize("locale", ["en", "vi"])
def test_the_report_is_a_page_and_a_pdf_and_names_nobody_examined(
    services: Services, measured: Measured, examiner: Browser, locale: str
):
    calibration_id = lay_analysed(services, measured)
    examiner.post_form("/language", locale=locale)
    said = read(examiner, f"/calibrations/{calibration_id}/report")
    with services.store.read() as session:
        checksum = session.get_one(CalibrationRow, calibration_id).checksum
    for words in (checksum, "numpy", "scipy", "GSQL-017", "T03-006", "2PL", "61 ", "GSQL-5"):
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
