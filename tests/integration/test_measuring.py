"""From responses to released results: calibrated, adopted, scored, released, each by the person who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.results.errors import CalibrationRefused, ScoringRefused
from examsvc.rulepacks.registry import get_pack
from examsvc.services import Services, calibration, jobs, results
from examsvc.services.audit import verify_chain
from examsvc.services.calibration_campaign import calibrate_campaign
from examsvc.services.calibration_order import CalibrationOrder
from examsvc.store import database_now
from examsvc.store.models import (
    CalibrationRow,
    CompetencyRow,
    CompetencyScoreRow,
    EvidenceRow,
    ItemKeyRow,
    ItemParameterRow,
    ItemVersionRow,
    JobRow,
    ResultRow,
    ScoreRow,
    SittingRow,
)
from tests.integration.measured_campaign import (
    AT,
    COMPETENCIES,
    N_APPROVED,
    N_ITEMS,
    N_SITTINGS,
    REVERSED,
    SURNAME,
    Measured,
    lay_measured_campaign,
    right_option,
)
from tests.integration.measuring_steps import (
    adopted,
    calibration_of,
    count,
    proposed,
    rows_of,
    scored,
    silent,
)
from tests.integration.signing_in import sign_in
from tests.integration.snapshots import take_the_steps

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "tay-nải-xanh-7"
UNSEALING = (
    "UPDATE calibration SET analysis = '{}'",
    "UPDATE calibration SET options = '{}'",
    "UPDATE calibration SET summary = '{}'",
    "UPDATE calibration SET state = 'proposed'",
    "DELETE FROM calibration WHERE state = 'adopted'",
    "UPDATE item_parameter SET a = 1",
    "UPDATE item_parameter SET fit = '{}'",
    "DELETE FROM item_parameter",
    "INSERT INTO item_parameter (calibration_id, item_version_id, n_responses, options, flags) "
    "SELECT calibration_id, item_version_id + 10000, 0, '[]', '[]' FROM item_parameter LIMIT 1",
)


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services)


def calibrated(deps: Services, measured: Measured) -> int:
    """A calibration in force."""
    return adopted(deps, measured)


def released(deps: Services, measured: Measured) -> int:
    return results.release_results(deps, measured.staff["chairman"], measured.campaign_id)


def run_job(deps: Services, actor: Actor, kind: str, campaign_id: int) -> JobRow:
    """The job as it ended; the queue of these tests runs it at once."""
    job_id = jobs.ask(deps, actor, kind, {"campaign_id": campaign_id})
    return jobs.read_job(deps, actor, job_id)


def states(deps: Services) -> dict[str, int]:
    with deps.store.read() as session:
        rows = session.execute(sa.select(ResultRow.state, sa.func.count()).group_by(ResultRow.state))
        return dict(rows.all())


def change(deps: Services, statement: sa.Update) -> None:
    with deps.store.begin() as session:
        session.execute(statement)


def correct_key(deps: Services, measured: Measured) -> None:
    """The reversed item gets the key that was meant."""
    with deps.store.begin() as session:
        session.add(
            ItemKeyRow(
                item_version_id=measured.version_ids[REVERSED],
                version=2,
                option_id=right_option(REVERSED),
                reason="wrong key found by its flag",
                created_by=measured.staff["author"].user_id,
                created_at=AT,
            )
        )


def test_a_calibration_job_ends_with_a_proposal(services: Services, measured: Measured):
    job = run_job(services, measured.staff["examiner"], "calibrate", measured.campaign_id)
    assert job.state == "done"
    with services.store.read() as session:
        row = session.get_one(CalibrationRow, job.outcome["calibration_id"])
    assert (row.state, row.method, row.n_persons, row.n_items) == ("proposed", "mml", N_SITTINGS, N_ITEMS)
    assert row.summary["status"] == "CONVERGED"


def test_only_a_second_person_adopts(services: Services, measured: Measured):
    examiner, second = measured.staff["examiner"], measured.staff["second"]
    calibration_id = calibrate_campaign(services, examiner, CalibrationOrder(measured.campaign_id), silent)
    with pytest.raises(Forbidden):
        calibration.adopt_calibration(services, examiner, calibration_id)
    calibration.adopt_calibration(services, second, calibration_id)
    with pytest.raises(CalibrationRefused, match="not_proposed"):
        calibration.adopt_calibration(services, second, calibration_id)


@pytest.mark.parametrize("adopter", ["second", "chairman"])
def test_adoption_makes_approved_items_calibrated_and_leaves_the_others(
    services: Services, measured: Measured, adopter: str
):
    calibration_id = calibration.propose_by_judgement(services, measured.staff["examiner"])
    calibration.adopt_calibration(services, measured.staff[adopter], calibration_id)
    with services.store.read() as session:
        found = list(session.scalars(sa.select(ItemVersionRow.state).order_by(ItemVersionRow.id)))
    assert found == ["calibrated"] * N_APPROVED + ["operational"] * (N_ITEMS - N_APPROVED)
    assert verify_chain(services).first_bad_seq is None


def test_a_calibration_that_did_not_converge_is_never_adopted(services: Services, measured: Measured):
    examiner = measured.staff["examiner"]
    calibration_id = calibrate_campaign(services, examiner, CalibrationOrder(measured.campaign_id), silent)
    change(services, sa.update(CalibrationRow).values(summary={"status": "MAX_ITERATIONS"}))
    with pytest.raises(CalibrationRefused, match="not_converged"):
        calibration.adopt_calibration(services, measured.staff["second"], calibration_id)


def test_a_reversed_key_is_flagged(services: Services, measured: Measured):
    calibration_id = calibrated(services, measured)
    with services.store.read() as session:
        row = session.get_one(ItemParameterRow, (calibration_id, measured.version_ids[REVERSED]))
        others = session.scalars(sa.select(ItemParameterRow.flags)).all()
    assert {"code": "NEGATIVE_DISCRIMINATION", "option": None} in row.flags
    assert {"code": "DISTRACTOR_BEATS_KEY", "option": right_option(REVERSED)} in row.flags
    assert sum(any(flag["code"] == "NEGATIVE_DISCRIMINATION" for flag in flags) for flags in others) == 1


def test_estimates_follow_the_abilities_that_made_the_responses(services: Services, measured: Measured):
    calibrated(services, measured)
    job = run_job(services, measured.staff["examiner"], "score", measured.campaign_id)
    assert (job.state, job.outcome["added"]) == ("done", N_SITTINGS)
    with services.store.read() as session:
        theta = dict(session.execute(sa.select(ScoreRow.sitting_id, ScoreRow.theta)).all())
        agree = set(session.scalars(sa.select(ScoreRow.rescored_equal)))
    estimated = [theta[sitting_id] for sitting_id in measured.sitting_ids]
    assert np.corrcoef(measured.theta, estimated)[0, 1] > 0.8
    assert agree == {True}


def test_scoring_again_adds_nothing(services: Services, measured: Measured):
    calibrated(services, measured)
    assert (scored(services, measured), scored(services, measured)) == (N_SITTINGS, 0)
    assert states(services) == {"provisional": N_SITTINGS}


def test_a_release_writes_each_evidence_once(services: Services, measured: Measured):
    calibrated(services, measured)
    scored(services, measured)
    assert released(services, measured) == N_SITTINGS
    assert states(services) == {"released": N_SITTINGS}
    written = count(services, sa.select(EvidenceRow.id))
    assert written == count(services, sa.select(CompetencyScoreRow.score_id)) == 3 * N_SITTINGS
    with pytest.raises(ScoringRefused, match="nothing_to_release"):
        released(services, measured)
    assert count(services, sa.select(EvidenceRow.id)) == written


def test_who_scored_does_not_release(services: Services, measured: Measured):
    calibrated(services, measured)
    scored(services, measured)
    both = replace(measured.staff["examiner"], roles=frozenset({Role.EXAMINER, Role.CHAIRMAN}))
    with pytest.raises(Forbidden):
        results.release_results(services, both, measured.campaign_id)
    with pytest.raises(Forbidden):
        results.release_results(services, measured.staff["second"], measured.campaign_id)
    assert states(services) == {"provisional": N_SITTINGS}


def test_one_disagreeing_rescoring_blocks_the_whole_release(
    services: Services, measured: Measured, monkeypatch: pytest.MonkeyPatch
):
    calibrated(services, measured)
    found = iter([(), ("theta",)])
    monkeypatch.setattr(results, "differences", lambda _first, _second: next(found, ()))
    take_the_steps(services.store)
    scored(services, measured)
    monkeypatch.undo()
    with pytest.raises(ScoringRefused, match="rescoring_disagrees"):
        released(services, measured)
    assert states(services) == {"provisional": N_SITTINGS}
    assert count(services, sa.select(EvidenceRow.id)) == 0


def test_a_new_key_scores_anew_beside_the_old(services: Services, measured: Measured):
    calibrated(services, measured)
    scored(services, measured)
    correct_key(services, measured)
    concerned = measured.sittings_by_item[REVERSED]
    assert 0 < scored(services, measured) == concerned < N_SITTINGS
    assert states(services) == {"provisional": N_SITTINGS, "superseded": concerned}
    assert count(services, sa.select(ScoreRow.id)) == N_SITTINGS + concerned
    assert released(services, measured) == N_SITTINGS


def test_a_release_after_a_rescoring_takes_the_place_of_the_earlier_one(
    services: Services, measured: Measured
):
    calibrated(services, measured)
    scored(services, measured)
    released(services, measured)
    correct_key(services, measured)
    concerned = scored(services, measured)
    assert states(services) == {"released": N_SITTINGS, "provisional": concerned}  # the old stands until then
    assert released(services, measured) == concerned
    assert states(services) == {"released": N_SITTINGS, "superseded": concerned}
    assert count(services, sa.select(EvidenceRow.id)) == 3 * (N_SITTINGS + concerned)


@pytest.mark.parametrize(("kind", "code"), [("calibrate", "calibration"), ("score", "results")])
def test_unfinished_sittings_refuse_and_the_job_says_so(
    services: Services, measured: Measured, kind: str, code: str
):
    calibrated(services, measured)
    change(
        services, sa.update(SittingRow).where(SittingRow.id == measured.sitting_ids[0]).values(state="open")
    )
    job = run_job(services, measured.staff["examiner"], kind, measured.campaign_id)
    assert (job.state, job.message) == ("failed", {"code": f"{code}.sittings_unfinished"})


def test_scoring_waits_for_a_calibration_in_force(services: Services, measured: Measured):
    job = run_job(services, measured.staff["examiner"], "score", measured.campaign_id)
    assert (job.state, job.message) == ("failed", {"code": "results.no_adopted_calibration"})


def test_competencies_are_estimated_together_and_both_scorings_agree(services: Services, measured: Measured):
    calibration_id = calibrated(services, measured)
    scored(services, measured)
    with services.store.read() as session:
        found = session.get_one(CalibrationRow, calibration_id).analysis["dimensions"]
        rows = session.execute(
            sa.select(ScoreRow, CompetencyScoreRow, CompetencyRow.code)
            .join(CompetencyScoreRow, CompetencyScoreRow.score_id == ScoreRow.id)
            .join(CompetencyRow, CompetencyRow.id == CompetencyScoreRow.competency_id)
        ).all()
    mean_se = {line["code"]: line["se_joint"] for line in found["gain"]}
    for code in COMPETENCIES:
        ses = [standing.se for _score, standing, name in rows if name == code]
        assert np.mean(ses) == pytest.approx(mean_se[code], abs=0.01)  # the joint ones, as announced
    assert all(score.rescored_equal for score, _standing, _name in rows)
    assert {score.provenance["calibration"] for score, _standing, _name in rows} == {
        calibration_of(services, calibration_id).code
    }


def test_few_items_stay_insufficient_evidence_whatever_they_borrow(services: Services, measured: Measured):
    calibrated(services, measured)
    scored(services, measured)
    least = get_pack("INTERNAL_CA", 1).min_items_per_competency
    with services.store.read() as session:
        rows = session.scalars(sa.select(CompetencyScoreRow)).all()
    assert {row.sufficient for row in rows} == {row.n_items >= least for row in rows}
    for row in rows:
        assert row.theta is not None
        assert (row.level is not None) is row.sufficient is (row.n_items >= least)


def test_the_database_itself_seals_an_adopted_calibration(services: Services, measured: Measured):
    calibrated(services, measured)
    for statement in UNSEALING:
        with pytest.raises(sa.exc.DBAPIError, match=r"sealed|only grows"), services.store.begin() as session:
            session.execute(sa.text(statement))


def test_a_proposal_is_not_sealed_yet_and_its_adoption_may_take_two_steps(
    services: Services, measured: Measured
):
    calibration_id = proposed(services, measured)
    change(services, sa.update(CalibrationRow).values(state="adopted"))  # as code before the seal did
    change(services, sa.update(CalibrationRow).values(adopted_at=AT))
    with pytest.raises(sa.exc.DBAPIError, match="sealed"):
        change(services, sa.update(CalibrationRow).values(adopted_at=None))
    assert calibration_of(services, calibration_id).state == "adopted"


def test_a_stranger_to_the_act_cannot_even_ask_for_its_job(services: Services, measured: Measured):
    for asked in (jobs.ask, jobs.ask_once):
        with pytest.raises(Forbidden):
            asked(services, measured.staff["chairman"], "calibrate", {"campaign_id": measured.campaign_id})


def test_a_job_of_a_stranger_to_the_act_fails_by_the_table(services: Services, measured: Measured):
    chairman = measured.staff["chairman"]
    with services.store.begin() as session:
        row = JobRow(
            kind="calibrate",
            params={"campaign_id": measured.campaign_id},
            state="queued",
            message={},
            outcome={},
            created_by=chairman.user_id,
            created_at=database_now(session),
        )
        session.add(row)
        session.flush()
        job_id = row.id
    services.queue.wake(job_id)
    job = jobs.read_job(services, chairman, job_id)
    assert (job.state, job.message) == ("failed", {"code": "forbidden.role"})


@pytest.fixture
def open_as(app: Flask, services: Services) -> Callable[[str], object]:
    """Staff with passwords over a laid campaign."""
    lay_measured_campaign(services, password=PASSWORD)
    return lambda name: sign_in(app, name, PASSWORD)


def test_the_way_through_the_pages_ends_in_released_results(open_as, services: Services):
    examiner, second, chairman = open_as("examiner"), open_as("second"), open_as("chairman")
    asked = examiner.post_form("/calibrations/campaign", campaign_id=1)
    job = examiner.get(f"/api/v1/jobs/{asked.location.rsplit('=', 1)[1]}").json
    assert (job["state"], job["percent"], job["is_over"]) == ("done", 100, True)
    page = job["url"]
    assert "/adopt" not in examiner.get(page).text
    assert "/adopt" in second.get(page).text
    assert second.post_form(f"{page}/adopt").status_code == 302
    assert f"T03-0{REVERSED}" in second.get(f"{page}?show=serious&sort=-rpb").text
    examiner.post_form("/results/1/score")
    assert "/release" not in examiner.get("/results/1").text
    assert "/release" in chairman.get("/results/1").text
    assert chairman.post_form("/results/1/release").status_code == 302
    assert states(services) == {"released": N_SITTINGS}


def test_examiners_see_numbers_and_never_names(open_as, services: Services):
    examiner, second = open_as("examiner"), open_as("second")
    page = examiner.post_form("/calibrations/judgement").location
    second.post_form(f"{page}/adopt")
    examiner.post_form("/results/1/score")
    shown = examiner.get("/results/1?page=2").text
    assert "GSQL-060" in shown
    assert SURNAME not in shown
    assert "CB0060" not in shown


def test_the_items_page_shows_figures_and_no_wording(open_as, services: Services):
    examiner = open_as("examiner")
    asked = examiner.post_form("/calibrations/campaign", campaign_id=1)
    page = examiner.get(f"/api/v1/jobs/{asked.location.rsplit('=', 1)[1]}").json["url"]
    shown = examiner.get(f"{page}/items/{REVERSED + 1}").text
    assert "<path" in shown
    assert "Phương án" not in shown.replace("Phương án</th>", "")
    assert "<p>Câu" not in shown


def test_refusals_reach_the_page_in_words(open_as, services: Services):
    examiner = open_as("examiner")
    page = examiner.post_form("/calibrations/judgement").location
    assert examiner.post_form(f"{page}/adopt").location == page  # not one's own
    assert 'role="alert"' in examiner.get(page).text
    chairman = open_as("chairman")
    chairman.post_form("/results/1/release")
    assert 'role="alert"' in chairman.get("/results/1").text


def test_single_choices_alone_give_the_figures_they_gave_before_marks_had_parts(
    services: Services, measured: Measured
):
    """Kept from the code that knew right and wrong alone; there the whole record was the same to the bit."""
    rows = rows_of(services, calibrated(services, measured))
    scored(services, measured)
    with services.store.read() as session:
        scores = session.scalars(sa.select(ScoreRow).order_by(ScoreRow.sitting_id)).all()
    item, score = rows[measured.version_ids[5]], scores[0]
    assert (item.model, item.a, item.b) == (
        "2PL",
        pytest.approx(1.37376017868),
        pytest.approx(-0.14193480738),
    )
    assert score.theta == pytest.approx(-0.49148849599586, abs=1e-9)
    assert score.se == pytest.approx(0.39348246640038, abs=1e-9)
    assert score.cuts == pytest.approx([-0.69506485902, 0.03362490091, 1.04149511271], abs=1e-8)
    assert (score.number_correct, score.points) == (10, 10)
    assert sum(row.number_correct for row in scores) == 3189
    assert score.keys_checksum == "820f2dee8018d8c6a92ae6e0706240c7b9b0654286f21a9a58d943313cac83c2"
    assert all(row.categories is None and row.parts is None for row in rows.values())
