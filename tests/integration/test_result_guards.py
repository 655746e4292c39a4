"""Between a score and its release: everything is computed again, and nobody decides twice."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.results.errors import CalibrationRefused, JobRefused, ScoringRefused
from examsvc.services import Services, calibration, jobs, results
from examsvc.services.failures import failure_of
from examsvc.store import measuring as store
from examsvc.store import scored as counting
from examsvc.store.models import CompetencyScoreRow, EvidenceRow, ItemKeyRow, JobRow, ScoreRow
from tests.integration.measured_campaign import (
    AT,
    N_SITTINGS,
    REVERSED,
    Measured,
    lay_measured_campaign,
    right_option,
)
from tests.integration.measuring_steps import adopted, count, proposed, scored

pytestmark = [pytest.mark.integration, pytest.mark.either_database]


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services)


def released(deps: Services, measured: Measured) -> int:
    return results.release_results(deps, measured.staff["chairman"], measured.campaign_id)


def correct_key(deps: Services, measured: Measured) -> None:
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


def rewrite(deps: Services, table: str, statement: sa.Update) -> None:
    """What only the owner of the database can do, past its triggers."""
    with deps.store.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(sa.text(f"DROP TRIGGER {table}_no_update"))
        else:
            session.execute(sa.text(f"DROP TRIGGER {table}_only_grows ON {table}"))
        session.execute(statement)


def one_score() -> sa.Select:
    return sa.select(sa.func.min(ScoreRow.id)).scalar_subquery()


@pytest.mark.parametrize(
    "altered",
    [
        sa.update(ScoreRow).values(theta=ScoreRow.theta + 0.01),
        sa.update(ScoreRow).values(number_correct=ScoreRow.number_correct + 1),
        sa.update(ScoreRow).values(level=sa.case((ScoreRow.level == 3, 2), else_=3)),
    ],
)
def test_a_score_changed_after_it_agreed_is_not_released(
    services: Services, measured: Measured, altered: sa.Update
):
    adopted(services, measured)
    scored(services, measured)
    rewrite(services, "score", altered.where(ScoreRow.id == one_score()))
    with pytest.raises(ScoringRefused, match="rescoring_disagrees"):
        released(services, measured)
    assert count(services, sa.select(EvidenceRow.id)) == 0


def test_nor_a_standing_in_a_competency(services: Services, measured: Measured):
    adopted(services, measured)
    scored(services, measured)
    one = sa.update(CompetencyScoreRow).where(CompetencyScoreRow.score_id == one_score())
    rewrite(services, "competency_score", one.values(theta=2.5))
    with pytest.raises(ScoringRefused, match="rescoring_disagrees"):
        released(services, measured)


def test_scores_of_two_calibrations_are_each_held_against_their_own(services: Services, measured: Measured):
    adopted(services, measured)
    scored(services, measured)
    adopted(services, measured, model="Rasch")  # in force by the time of the release
    assert released(services, measured) == N_SITTINGS


def test_keys_corrected_after_scoring_want_scoring_again(services: Services, measured: Measured):
    adopted(services, measured)
    scored(services, measured)
    correct_key(services, measured)
    with pytest.raises(ScoringRefused, match="keys_changed"):
        released(services, measured)
    scored(services, measured)
    assert released(services, measured) == N_SITTINGS


def test_a_calibration_changed_after_scoring_releases_nothing(services: Services, measured: Measured):
    calibration_id = adopted(services, measured)
    scored(services, measured)
    with services.store.begin() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.execute(sa.text("DROP TRIGGER calibration_sealed_update"))
        else:
            session.execute(sa.text("DROP TRIGGER calibration_sealed ON calibration"))
        session.execute(
            sa.text("UPDATE calibration SET analysis = NULL WHERE id = :id"), {"id": calibration_id}
        )
    with pytest.raises(CalibrationRefused, match="altered"):
        released(services, measured)


def test_who_put_the_calibration_in_force_does_not_release_its_scores(services: Services, measured: Measured):
    chairman = measured.staff["chairman"]
    calibration.adopt_calibration(services, chairman, proposed(services, measured))
    scored(services, measured)
    with pytest.raises(Forbidden) as refusal:
        released(services, measured)
    assert refusal.value.code == "not_own"
    with services.store.read() as session:
        lines = store.list_results(session, measured.campaign_id)
    assert {line.doers for line in lines} == {(measured.staff["examiner"].user_id, chairman.user_id)}


def test_a_sitting_scored_again_stands_once_with_before_and_after(services: Services, measured: Measured):
    adopted(services, measured)
    scored(services, measured)
    released(services, measured)
    correct_key(services, measured)
    concerned = scored(services, measured)
    lines = results.list_results(services, measured.staff["examiner"], measured.campaign_id)
    assert len(lines) == len({line.sitting.id for line in lines}) == N_SITTINGS
    waiting = [line for line in lines if line.result.state == "provisional"]
    assert len(waiting) == concerned
    for line in lines:
        assert (line.released is not None) is (line.result.state == "provisional")
    assert all(line.released.keys_checksum != line.score.keys_checksum for line in waiting)
    with services.store.read() as session:
        only = store.list_results(session, measured.campaign_id, ["released"])
        (counts,) = counting.count_campaigns(session, measured.campaign_id)
    assert len(only) == N_SITTINGS  # asked for alone they are all there
    assert (counts.n_provisional, counts.n_released) == (concerned, N_SITTINGS - concerned)
    released(services, measured)
    lines = results.list_results(services, measured.staff["examiner"], measured.campaign_id)
    assert {(line.result.state, line.released) for line in lines} == {("released", None)}
    assert len(lines) == N_SITTINGS


def asked(deps: Services, actor: Actor, number: int) -> int:
    return jobs.ask_once(deps, actor, "score", {"campaign_id": number})


def test_the_same_work_asked_for_at_the_same_time_is_one_job(services: Services, measured: Measured):
    services.queue.run_job = None  # nobody works
    people = [measured.staff[name] for name in ("examiner", "second")] * 3
    barrier, found = threading.Barrier(len(people)), []

    def ask(actor: Actor) -> None:
        barrier.wait()
        found.append(asked(services, actor, measured.campaign_id))

    threads = [threading.Thread(target=ask, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(people)
    assert len(set(found)) == 1
    assert count(services, sa.select(JobRow.id)) == 1


def test_an_open_job_is_found_however_many_came_after_it(services: Services, measured: Measured):
    services.queue.run_job = None
    first = asked(services, measured.staff["examiner"], measured.campaign_id)
    with services.store.begin() as session:
        session.add_all(
            JobRow(
                kind="score",
                params={"campaign_id": 1000 + number},
                state="done",
                message={},
                outcome={},
                created_by=measured.staff["second"].user_id,
                created_at=AT,
            )
            for number in range(20)
        )
    assert asked(services, measured.staff["second"], measured.campaign_id) == first


def test_nobody_keeps_more_than_three_jobs_open(services: Services, measured: Measured):
    services.queue.run_job = None
    examiner, second = measured.staff["examiner"], measured.staff["second"]
    mine = [asked(services, examiner, number) for number in (1, 2, 3)]
    for ask in (jobs.ask, jobs.ask_once):
        with pytest.raises(JobRefused) as refusal:
            ask(services, examiner, "score", {"campaign_id": 4})
        assert failure_of(refusal.value) == {"code": "jobs.too_many_open", "n": 3}
    assert asked(services, examiner, 2) == mine[1]
    assert asked(services, second, 4) not in mine
    jobs.cancel(services, examiner, mine[0])
    assert asked(services, examiner, 5) not in mine


def test_a_job_is_stopped_by_its_asker_an_examiner_or_an_administrator(
    services: Services, measured: Measured
):
    services.queue.run_job = None
    staff = measured.staff
    admin = Actor(9001, "admin", "Admin", frozenset({Role.ADMIN}))
    for stopper in (staff["examiner"], staff["second"], admin):
        job_id = asked(services, staff["examiner"], measured.campaign_id)
        for stranger in (staff["manager"], staff["chairman"], staff["author"]):
            with pytest.raises(Forbidden):
                jobs.cancel(services, stranger, job_id)
        jobs.cancel(services, stopper, job_id)
        assert jobs.read_job(services, staff["examiner"], job_id).state == "cancelled"
        with pytest.raises(JobRefused, match="finished"):
            jobs.cancel(services, stopper, job_id)
