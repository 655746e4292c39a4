"""What scores rest on stays what a second person saw: seals, bases, rejections, one population."""

from __future__ import annotations

import json
import threading

import pytest
import sqlalchemy as sa

from examsvc.accounts.errors import Forbidden
from examsvc.canonical import canonical_sha256
from examsvc.results.errors import CalibrationRefused, PlanMalformed
from examsvc.services import Services, calibration, calibration_campaign, reports, results
from examsvc.services.audit import verify_chain
from examsvc.services.calibration_provenance import software_versions
from examsvc.store import Session
from examsvc.store.models import (
    BlueprintRow,
    CalibrationRow,
    FormItemRow,
    FormRow,
    ItemKeyRow,
    ItemParameterRow,
    PositionRow,
)
from scoring.errors import DisconnectedDesign
from tests.integration.measured_campaign import (
    AT,
    N_SITTINGS,
    PER_FORM,
    STEP,
    Measured,
    lay_measured_campaign,
)
from tests.integration.measuring_steps import adopted, calibration_of, proposed, rows_of, scored

pytestmark = [pytest.mark.integration, pytest.mark.either_database]


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services)


def change(deps: Services, statement: str, **values: object) -> None:
    with deps.store.begin() as session:
        session.execute(sa.text(statement), values)


def without_trigger(session: Session, table: str, names: tuple[str, str]) -> None:
    """What only the owner of the database can do: (name on SQLite, name on PostgreSQL)."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text(f"DROP TRIGGER {names[0]}"))
    else:
        session.execute(sa.text(f"DROP TRIGGER {names[1]} ON {table}"))


def analysis_with(row: CalibrationRow, **parts: object) -> str:
    return json.dumps({**row.analysis, **parts})


def narrowed(row: CalibrationRow) -> str:
    dimensions = row.analysis["dimensions"]
    return analysis_with(row, dimensions={**dimensions, "sds": [0.112, *dimensions["sds"][1:]]})


def uncorrelated(row: CalibrationRow) -> str:
    dimensions = row.analysis["dimensions"]
    n = len(dimensions["codes"])
    identity = [[float(one == other) for other in range(n)] for one in range(n)]
    return analysis_with(row, dimensions={**dimensions, "correlations": identity})


def shifted(row: CalibrationRow) -> str:
    return analysis_with(row, population={"mean": 0.5, "sd": 1.0})


@pytest.mark.parametrize("tamper", [narrowed, uncorrelated, shifted])
def test_a_proposal_that_was_changed_is_not_adopted(services: Services, measured: Measured, tamper):
    calibration_id = proposed(services, measured)
    altered = tamper(calibration_of(services, calibration_id))
    change(services, "UPDATE calibration SET analysis = :analysis", analysis=altered)
    with pytest.raises(CalibrationRefused, match="altered"):
        calibration.adopt_calibration(services, measured.staff["second"], calibration_id)


def test_nor_one_whose_items_options_or_checksum_were_changed(services: Services, measured: Measured):
    second = measured.staff["second"]
    options = proposed(services, measured)
    change(services, "UPDATE calibration SET options = '{}' WHERE id = :id", id=options)
    added = proposed(services, measured)
    with services.store.begin() as session:
        session.execute(sa.text("UPDATE calibration SET checksum = 'f'"))
        without_trigger(session, "item_parameter", ("item_parameter_no_update", "item_parameter_only_grows"))
    model = proposed(services, measured)
    change(services, "UPDATE item_parameter SET model = '3PL' WHERE calibration_id = :id", id=model)
    for calibration_id in (options, added, model):
        with pytest.raises(CalibrationRefused, match="altered"):
            calibration.adopt_calibration(services, second, calibration_id)


def test_a_checksum_made_to_fit_betrays_itself_by_the_audit_chain(services: Services, measured: Measured):
    calibration_id = proposed(services, measured)
    with services.store.begin() as session:
        row = session.get_one(CalibrationRow, calibration_id)
        row.analysis = {**row.analysis, "population": {"mean": 0.5, "sd": 1.0}}
        rows = session.scalars(sa.select(ItemParameterRow).filter_by(calibration_id=calibration_id)).all()
        row.checksum = calibration.checksum_of(row, rows)
    with pytest.raises(CalibrationRefused, match="altered"):
        calibration.adopt_calibration(services, measured.staff["second"], calibration_id)


def test_an_adopted_calibration_that_was_changed_scores_nobody(services: Services, measured: Measured):
    calibration_id = adopted(services, measured)
    altered = narrowed(calibration_of(services, calibration_id))
    with services.store.begin() as session:
        without_trigger(session, "calibration", ("calibration_sealed_update", "calibration_sealed"))
    change(services, "UPDATE calibration SET analysis = :analysis", analysis=altered)
    with pytest.raises(CalibrationRefused, match="altered"):
        scored(services, measured)


def test_a_calibration_from_before_analyses_is_known_by_its_old_name(services: Services, measured: Measured):
    change(services, "UPDATE item_version SET judged_share = 0.5")  # b = -0.0, of which SQLite keeps no sign
    calibration_id = calibration.propose_by_judgement(services, measured.staff["examiner"])
    with services.store.begin() as session:
        row = session.get_one(CalibrationRow, calibration_id)
        found = session.scalars(sa.select(ItemParameterRow).filter_by(calibration_id=calibration_id))
        old = canonical_sha256(sorted([one.item_version_id, one.a, -0.0, one.c] for one in found))
        entry = session.execute(
            sa.text("SELECT seq, record FROM audit_entry WHERE record LIKE '%calibrations.propose%'")
        ).one()
        without_trigger(session, "audit_entry", ("audit_entry_no_update", "audit_entry_only_grows"))
        record = entry.record.replace(row.checksum, old)
        session.execute(sa.text("UPDATE audit_entry SET record = :record"), {"record": record})
        row.checksum = old
    calibration.adopt_calibration(services, measured.staff["second"], calibration_id)
    assert scored(services, measured) == N_SITTINGS


def test_impossible_dimensions_are_not_adopted_even_as_proposed(
    services: Services, measured: Measured, monkeypatch: pytest.MonkeyPatch
):
    whole = calibration_campaign.competency_dimensions

    def broken(*args: object) -> dict:
        found = whole(*args)
        found["correlations"][0][1] = 1.5
        return found

    monkeypatch.setattr(calibration_campaign, "competency_dimensions", broken)
    calibration_id = proposed(services, measured)
    with pytest.raises(PlanMalformed, match="dimensions_no_correlations"):
        calibration.adopt_calibration(services, measured.staff["second"], calibration_id)


def test_what_carries_items_over_falls_with_the_calibration_they_are_from(
    services: Services, measured: Measured
):
    examiner, second = measured.staff["examiner"], measured.staff["second"]
    first = adopted(services, measured, min_responses=80)  # leaves items for the judges
    judged = calibration.propose_by_judgement(services, examiner)
    assert calibration_of(services, judged).summary["carried_from"] == first
    adopted(services, measured)
    with pytest.raises(CalibrationRefused, match="reference_changed"):
        calibration.adopt_calibration(services, second, judged)


def test_of_two_proposals_on_one_base_only_one_is_adopted(services: Services, measured: Measured):
    adopted(services, measured)
    both = [proposed(services, measured, scale=scale) for scale in ("linked", "anchored")]
    barrier, outcomes = threading.Barrier(2), []

    def adopt(calibration_id: int) -> None:
        barrier.wait()
        try:
            calibration.adopt_calibration(services, measured.staff["second"], calibration_id)
            outcomes.append("adopted")
        except CalibrationRefused as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=adopt, args=(calibration_id,)) for calibration_id in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["adopted", "reference_changed"]


def test_a_free_calibration_that_carries_items_of_another_scale_says_so(
    services: Services, measured: Measured
):
    first = adopted(services, measured)
    assert "carried_from" not in calibration_of(services, first).summary
    disjoint(services)  # some items stand on no form any more
    free = proposed(services, measured)
    said = calibration_of(services, free).summary
    assert said["n_carried"] > 0
    assert said["carried_from"] == first
    assert "CARRIED_FROM_OTHER_SCALE" in said["warnings"]
    linked = calibration_of(services, proposed(services, measured, scale="anchored"))
    assert "CARRIED_FROM_OTHER_SCALE" not in linked.summary["warnings"]
    adopted(services, measured)
    with pytest.raises(CalibrationRefused, match="reference_changed"):
        calibration.adopt_calibration(services, measured.staff["second"], free)


def disjoint(deps: Services) -> None:
    """Let every form keep only its first items, which no later form has."""
    with deps.store.begin() as session:
        session.execute(sa.delete(FormItemRow).where(FormItemRow.ordinal > STEP))


def test_forms_of_one_position_without_common_items_are_calibrated_by_their_population(
    services: Services, measured: Measured
):
    reference = adopted(services, measured)
    disjoint(services)
    for scale in ("free", "linked", "anchored"):
        row = calibration_of(services, proposed(services, measured, scale=scale))
        assert (row.summary["status"], row.state) == ("CONVERGED", "proposed")
        assert "UNLINKED_FORMS" in row.summary["warnings"] or scale == "anchored"
    known, held = rows_of(services, reference), rows_of(services, row.id)
    anchored = [item for item in held.values() if {"code": "ANCHORED", "option": None} in item.flags]
    assert len(anchored) > 20
    assert all(item.b == known[item.item_version_id].b for item in anchored)


def test_forms_of_two_positions_without_common_items_have_no_common_scale(
    services: Services, measured: Measured
):
    disjoint(services)
    with services.store.begin() as session:
        other = PositionRow(code="KTSTQ", version=1, name_vi="Khác", name_en="Other", created_at=AT)
        session.add(other)
        session.flush()
        blueprint = BlueprintRow(
            position_id=other.id,
            version=1,
            state="approved",
            n_items=20,
            limit_s=1800,
            created_by=measured.staff["manager"].user_id,
            created_at=AT,
        )
        session.add(blueprint)
        session.flush()
        session.scalars(sa.select(FormRow).order_by(FormRow.id)).first().blueprint_id = blueprint.id
    with pytest.raises(DisconnectedDesign):
        proposed(services, measured)


def test_the_report_tells_of_then(services: Services, measured: Measured, monkeypatch: pytest.MonkeyPatch):
    calibration_id = proposed(services, measured)
    auditor = measured.staff["auditor"]
    then = reports.read_report(services, auditor, calibration_id)
    assert then.software == software_versions()
    assert sum(form.n_sittings for form in then.forms) == N_SITTINGS
    assert {form.n_items for form in then.forms} == {PER_FORM}
    monkeypatch.setattr(reports, "software_versions", lambda: {"numpy": "99"})
    change(services, "UPDATE sitting SET state = 'annulled' WHERE id = :id", id=measured.sitting_ids[0])
    with services.store.begin() as session:
        session.add(
            ItemKeyRow(
                item_version_id=measured.version_ids[0],
                version=2,
                option_id="B",
                reason="corrected",
                created_by=measured.staff["author"].user_id,
                created_at=AT,
            )
        )
    now = reports.read_report(services, auditor, proposed(services, measured))
    assert now.keys_checksum != then.keys_checksum
    again = reports.read_report(services, auditor, calibration_id)
    assert (again.software, again.forms, again.keys_checksum) == (
        then.software,
        then.forms,
        then.keys_checksum,
    )


def test_a_rejected_calibration_keeps_its_reason_and_is_never_adopted(services: Services, measured: Measured):
    chairman, second = measured.staff["chairman"], measured.staff["second"]
    calibration_id = proposed(services, measured)
    with pytest.raises(Forbidden):
        calibration.reject_calibration(services, measured.staff["auditor"], calibration_id, "no")
    with pytest.raises(CalibrationRefused, match="reason_missing"):
        calibration.reject_calibration(services, chairman, calibration_id, "  ")
    calibration.reject_calibration(services, chairman, calibration_id, "item 26 has a wrong key")
    row = calibration_of(services, calibration_id)
    assert (row.state, row.rejection["by"]) == ("rejected", chairman.user_id)
    assert row.rejection["reason"] == "item 26 has a wrong key"
    for act in (calibration.adopt_calibration, lambda *args: calibration.reject_calibration(*args, "again")):
        with pytest.raises(CalibrationRefused, match="not_proposed"):
            act(services, second, calibration_id)
    assert verify_chain(services).first_bad_seq is None


REPLACING = (
    "INSERT OR REPLACE INTO calibration SELECT * FROM calibration WHERE state = 'adopted'",
    "INSERT OR REPLACE INTO item_parameter SELECT * FROM item_parameter LIMIT 1",
    "INSERT OR REPLACE INTO item_parameter "
    "(rowid, calibration_id, item_version_id, n_responses, options, flags) "
    "SELECT min(rowid), 9, min(item_version_id), 0, '[]', '[]' FROM item_parameter",
    "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry LIMIT 1",
    "INSERT OR REPLACE INTO item_key SELECT * FROM item_key LIMIT 1",
    "INSERT OR REPLACE INTO evidence SELECT * FROM evidence LIMIT 1",
    "INSERT OR REPLACE INTO score SELECT * FROM score LIMIT 1",
    "INSERT OR REPLACE INTO competency_score SELECT * FROM competency_score LIMIT 1",
    "INSERT OR REPLACE INTO score SELECT id + 100000, sitting_id, form_checksum, keys_checksum, "
    "calibration_id, 0, n_items, 3, se, level, level_probabilities, cuts, provenance, 1, "
    "created_by, created_at FROM score LIMIT 1",
    "UPDATE OR REPLACE calibration SET id = (SELECT id FROM calibration WHERE state = 'adopted') "
    "WHERE state = 'proposed'",
)
GROWING = (
    "UPDATE score SET rescored_equal = true",
    "UPDATE score SET theta = 3",
    "DELETE FROM score",
    "UPDATE competency_score SET level = 3",
    "DELETE FROM competency_score",
)
EMPTYING = ("score", "competency_score", "evidence", "audit_entry", "item_parameter", "calibration")


def test_the_database_lets_nothing_be_replaced_changed_or_emptied(services: Services, measured: Measured):
    adopted(services, measured)
    proposed(services, measured)
    scored(services, measured)
    results.release_results(services, measured.staff["chairman"], measured.campaign_id)
    is_sqlite = services.store.writer.dialect.name == "sqlite"
    emptying = tuple(f"TRUNCATE {table} CASCADE" for table in EMPTYING)
    for statement in (*GROWING, *(REPLACING if is_sqlite else emptying)):
        with pytest.raises(sa.exc.DBAPIError, match=r"sealed|only grows"), services.store.begin() as session:
            session.execute(sa.text(statement))
