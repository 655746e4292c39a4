"""What would change without some items or under other cuts: answered in figures, and nothing is stored."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from examsvc.accounts.errors import Forbidden
from examsvc.results.errors import WhatIfRefused
from examsvc.services import Services
from examsvc.services.failures import failure_of
from examsvc.services.what_if import WhatIf, WhatIfResult, what_if
from examsvc.store.models import AuditEntryRow, ScoreRow
from tests.integration.measured_campaign import (
    N_SITTINGS,
    PER_FORM,
    REVERSED,
    Measured,
    lay_measured_campaign,
)
from tests.integration.measuring_steps import adopted, count, proposed, scored

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
USUAL = (50.0, 66.0, 83.0)


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services)


@pytest.fixture
def proposal(services: Services, measured: Measured) -> int:
    return proposed(services, measured)


def ask(services: Services, measured: Measured, calibration_id: int, **asked: object) -> WhatIfResult:
    question = WhatIf(calibration_id, measured.campaign_id, **asked)
    return what_if(services, measured.staff["examiner"], question)


def test_asking_for_what_is_changes_nothing(services: Services, measured: Measured, proposal: int):
    found = ask(services, measured, proposal, percents=USUAL)
    assert (found.n_sittings, found.n_changed, found.n_competency_changed) == (N_SITTINGS, 0, 0)
    assert found.mean_theta_change == 0
    assert sum(found.matrix[level][level] for level in range(5)) == N_SITTINGS
    assert all(cuts.before == cuts.after for cuts in found.cuts)
    assert [cuts.form for cuts in found.cuts] == [f"GSQL-{form}" for form in range(1, 6)]


def test_higher_cuts_raise_nobody_and_a_cut_moves_no_ability(
    services: Services, measured: Measured, proposal: int
):
    found = ask(services, measured, proposal, percents=(55.0, 70.0, 88.0))
    assert found.n_changed > 0
    assert found.mean_theta_change == 0
    assert sum(map(sum, found.matrix)) == N_SITTINGS
    assert all(n == 0 for old, row in enumerate(found.matrix[:4]) for n in row[old + 1 : 4])
    assert all(low < high for cuts in found.cuts for low, high in zip(cuts.before, cuts.after, strict=True))


def test_a_faulty_item_left_out_moves_those_who_met_it(services: Services, measured: Measured, proposal: int):
    item = measured.version_ids[REVERSED]
    found = ask(services, measured, proposal, left_out=(item,))
    assert found.left_out == (item,)
    assert found.mean_theta_change != 0
    changed = [cuts.form for cuts in found.cuts if cuts.before != cuts.after]
    assert changed == ["GSQL-2", "GSQL-3", "GSQL-4"]  # the forms that hold it
    assert sum(map(sum, found.matrix)) == N_SITTINGS
    assert 0 < found.n_changed < measured.sittings_by_item[REVERSED]


def test_before_is_what_scoring_gives(services: Services, measured: Measured):
    calibration_id = adopted(services, measured)
    scored(services, measured)
    found = ask(services, measured, calibration_id, percents=USUAL)
    with services.store.read() as session:
        levels = dict(
            session.execute(sa.select(ScoreRow.level, sa.func.count()).group_by(ScoreRow.level)).all()
        )
    assert {level: found.matrix[level][level] for level in levels} == levels


def test_nothing_is_stored(services: Services, measured: Measured, proposal: int):
    before = count(services, sa.select(AuditEntryRow.seq))
    ask(services, measured, proposal, left_out=measured.version_ids[:2], percents=(40.0, 60.0, 80.0))
    assert count(services, sa.select(ScoreRow.id)) == 0
    assert count(services, sa.select(AuditEntryRow.seq)) == before


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "nothing_to_compare"),
        ({"left_out": (999_999,)}, "item_unknown"),
        ({"percents": (66.0, 50.0, 83.0)}, "cuts_not_ascending"),
        ({"percents": (50.0, 66.0)}, "cuts_not_ascending"),
        ({"percents": (50.0, 66.0, 100.0)}, "cuts_not_ascending"),
    ],
)
def test_a_question_without_an_answer_is_refused(
    services: Services, measured: Measured, proposal: int, asked: dict, code: str
):
    with pytest.raises(WhatIfRefused) as refused:
        ask(services, measured, proposal, **asked)
    assert failure_of(refused.value) == {"code": f"what_if.{code}"}


def test_a_form_keeps_an_item_at_least(services: Services, measured: Measured, proposal: int):
    with pytest.raises(WhatIfRefused, match="nothing_left"):
        ask(services, measured, proposal, left_out=measured.version_ids[:PER_FORM])


def test_only_those_who_may_see_calibrations_may_ask(services: Services, measured: Measured, proposal: int):
    question = WhatIf(proposal, measured.campaign_id, (measured.version_ids[0],))
    with pytest.raises(Forbidden):
        what_if(services, measured.staff["manager"], question)
    for who in ("chairman", "auditor"):
        assert what_if(services, measured.staff[who], question).n_sittings == N_SITTINGS
