"""Loading people, and who may read whose profile."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.errors import Forbidden, RolesClash, UsernameTaken
from examsvc.accounts.roles import Role
from examsvc.positions.errors import WorkbookUnsafe
from examsvc.positions.framework import TopicShare
from examsvc.positions.organisation import Officer, Unit
from examsvc.positions.workbook import Fault, HrContent, KnownCodes, read_workbook
from examsvc.positions.workbook_writer import write_workbook
from examsvc.profiles.standing import StandingStatus
from examsvc.sample.organisation import WORKBOOK, sample_content
from examsvc.services import Services, accounts, people, profiles, supervision
from examsvc.services.accounts import NewUser
from examsvc.services.audit import verify_chain
from examsvc.services.people import Upload
from examsvc.store import NotFound
from examsvc.store.models import (
    LevelScaleRow,
    OfficerRow,
    OrganisationUnitRow,
    PeopleImportRow,
    PositionRow,
    RequirementRow,
    ResultRow,
    TopicWeightRow,
    UserRow,
)
from tests.integration.laid_people import (
    SAMPLE,
    actor_named,
    judged_at,
    lay_exam,
    load_sample,
    staff,
)
from tests.integration.signing_in import sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "tay-nải-xanh-7"


def workbook(content: HrContent) -> Upload:
    return Upload("file.xlsx", write_workbook(content))


def count(services: Services, kind: type) -> int:
    with services.store.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(kind))


def officer_of(services: Services, code: str) -> OfficerRow:
    with services.store.read() as session:
        return session.scalars(sa.select(OfficerRow).where(OfficerRow.code == code)).one()


def unit_id_of(services: Services, code: str) -> int:
    with services.store.read() as session:
        return session.scalars(
            sa.select(OrganisationUnitRow.id).where(OrganisationUnitRow.code == code)
        ).one()


def test_the_sample_file_is_what_its_source_says():
    assert read_workbook(WORKBOOK.read_bytes(), KnownCodes()).content == sample_content()


def test_the_sample_organisation_loads_whole(services: Services):
    hr = load_sample(services)
    assert count(services, OfficerRow) == 600
    assert count(services, OrganisationUnitRow) == 1 + 12 + 3 * 5
    assert count(services, RequirementRow) == 5 * 7
    rows, versions = people.get_position(services, hr, "GSQL")
    assert [row.level for row, _of in rows.requirements] == [3, 2, 1, 2, 1, 1, 2]
    assert sum(row.n_items for row, _of in rows.weights) == 60
    assert [row.version for row in versions] == [1]
    with services.store.read() as session:
        assert session.scalars(sa.select(LevelScaleRow.cut_percents)).one() == [50, 66, 83]
    officer = actor_named(services, "hq00001")
    assert officer.roles == {Role.OFFICER}
    assert officer.officer_id == officer_of(services, "HQ00001").id
    assert verify_chain(services).first_bad_seq is None


def test_loading_the_same_file_again_changes_nothing_and_says_so(services: Services):
    hr = load_sample(services)
    report = people.check_people(services, hr, SAMPLE)
    assert report.changes.is_empty
    assert people.import_people(services, hr, SAMPLE).changes.is_empty
    assert count(services, PositionRow) == 5
    assert count(services, UserRow) == 601
    assert count(services, PeopleImportRow) == 2


def test_checking_a_file_writes_nothing(services: Services):
    hr = staff(services, Role.HR)
    report = people.check_people(services, hr, SAMPLE)
    assert report.changes.tallies["officers"].added == 600
    assert count(services, OfficerRow) == count(services, PeopleImportRow) == 0


def test_one_wrong_row_refuses_the_whole_file_and_names_its_place(services: Services):
    hr = load_sample(services)
    wrong = HrContent(
        units=(Unit("KVI-09", "Đội mới", parent="KVI"),),
        officers=(
            Officer("HQ90001", "Nguyễn Văn Mới", "KVI-09", "GSQL", date(2025, 5, 1)),
            Officer("HQ90002", "Trần Văn Lạc", "KVXX", "GSQL", date(2025, 5, 1)),
            Officer("HR", "Lê Thị Trùng", "KVI", "GSQL", date(2025, 5, 1)),
        ),
    )
    report = people.import_people(services, hr, workbook(wrong))
    assert report.faults == (
        Fault("Công chức", 3, "Mã đơn vị", "unknown_reference", {"value": "KVXX"}),
        Fault("Công chức", 4, "Số hiệu", "number_taken", {"value": "HR"}),
    )
    assert count(services, OfficerRow) == 600
    assert count(services, PeopleImportRow) == 1


def test_a_file_that_is_no_workbook_is_not_opened(services: Services):
    hr = staff(services, Role.HR)
    with pytest.raises(WorkbookUnsafe):
        people.check_people(services, hr, Upload("people.xlsx", b"PK\x03\x04 nonsense"))


def test_a_changed_requirement_makes_a_new_version_and_keeps_the_old(services: Services):
    hr = load_sample(services)
    changed = tuple(
        replace(row, level=2) if row.competency == "CM03" else row
        for row in sample_content().requirements
        if row.position == "GSQL"
    )
    report = people.import_people(services, hr, workbook(HrContent(requirements=changed)))
    assert [change.position.code for change in report.changes.positions] == ["GSQL"]
    rows, versions = people.get_position(services, hr, "GSQL")
    assert [row.version for row in versions] == [2, 1]
    assert {of.code: row.level for row, of in rows.requirements}["CM03"] == 2
    assert sum(row.n_items for row, _of in rows.weights) == 60  # carried over
    old, _versions = people.get_position(services, hr, "GSQL", 1)
    assert {of.code: row.level for row, of in old.requirements}["CM03"] == 1


def test_changed_topic_weights_make_a_new_version(services: Services):
    hr = load_sample(services)
    shares = (TopicShare("CBL", "T08", 50), TopicShare("CBL", "T09", 10))
    people.import_people(services, hr, workbook(HrContent(shares=shares)))
    rows, versions = people.get_position(services, hr, "CBL")
    assert [row.version for row in versions] == [2, 1]
    assert {of.code: row.n_items for row, of in rows.weights} == {"T08": 50, "T09": 10}
    assert len(rows.requirements) == 7
    assert count(services, TopicWeightRow) == len(sample_content().shares) + 2


def test_a_corrected_name_makes_no_new_version(services: Services):
    hr = load_sample(services)
    renamed = replace(sample_content().positions[0], name="Kiểm tra viên giám sát")
    people.import_people(services, hr, workbook(HrContent(positions=(renamed,))))
    rows, versions = people.get_position(services, hr, "GSQL")
    assert len(versions) == 1
    assert rows.position.name_vi == "Kiểm tra viên giám sát"


def test_an_officer_who_moves_keeps_his_account(services: Services):
    hr = load_sample(services)
    moved = Officer("HQ00001", "Tên Đã Sửa", "KVVI-02", "QLRR", date(2026, 1, 5))
    report = people.import_people(services, hr, workbook(HrContent(officers=(moved,))))
    assert report.changes.tallies["officers"].changed == 1
    assert officer_of(services, "HQ00001").position_code == "QLRR"
    assert actor_named(services, "hq00001").display_name == "Tên Đã Sửa"
    assert count(services, UserRow) == 601


def test_only_the_hr_office_loads_people(services: Services):
    with pytest.raises(Forbidden):
        people.check_people(services, staff(services, Role.ADMIN), SAMPLE)


def test_officers_are_found_without_the_marks_of_vietnamese(services: Services):
    hr = load_sample(services)
    officer = officer_of(services, "HQ00001")
    found = people.search_officers(services, hr, "hq00001")
    assert [each.id for each, _unit in found] == [officer.id]
    target = sample_content().officers[0]
    assert target.name == "Đào Bá Cường"
    assert officer.id in {each.id for each, _unit in people.search_officers(services, hr, "dao ba cuong")}


def test_the_profile_sets_levels_against_the_position(services: Services):
    hr = load_sample(services)
    code = next(each.number for each in sample_content().officers if each.position == "GSQL")
    judged = {
        "CM01": judged_at(2, (0.02, 0.18, 0.60, 0.20)),
        "CM02": judged_at(2),
        "CM05": judged_at(None),
    }
    lay_exam(services, hr, "GSQL", {code: {"CM01": judged_at(1)}}, days_ago=400)
    lay_exam(services, hr, "GSQL", {code: judged})
    profile = profiles.get_profile(services, hr, officer_of(services, code).id)
    lines = {line.competency.code: line for line in profile.lines}
    assert list(lines) == ["CM01", "CM02", "CM03", "CM04", "CM05", "CM06", "CH01"]
    assert (lines["CM01"].standing.held_level, lines["CM01"].standing.gap) == (2, 1)
    assert lines["CM01"].standing.probability_met == pytest.approx(0.20)
    assert lines["CM01"].entry.source.campaign.name_vi == "Kỳ ĐGNL 2026 đợt 1"
    assert lines["CM02"].standing.status is StandingStatus.MET
    assert lines["CM05"].standing.status is StandingStatus.INSUFFICIENT
    assert lines["CH01"].standing.status is StandingStatus.NONE
    assert (profile.n_met, profile.n_below, profile.n_open) == (1, 1, 5)
    assert len(profile.entries) == 4
    assert profile.units[0].code == "CHQ"


def test_evidence_of_a_superseded_result_no_longer_counts(services: Services):
    hr = load_sample(services)
    code = next(each.number for each in sample_content().officers if each.position == "GSQL")
    [result_id] = lay_exam(services, hr, "GSQL", {code: {"CM01": judged_at(3)}})
    with services.store.begin() as session:
        session.get_one(ResultRow, result_id).state = "superseded"
    profile = profiles.get_profile(services, hr, officer_of(services, code).id)
    assert profile.lines[0].standing.status is StandingStatus.NONE
    assert profile.entries[0].is_withdrawn


def test_an_officer_reads_his_own_profile_and_no_other(services: Services):
    load_sample(services)
    officer = actor_named(services, "hq00001")
    assert profiles.get_own_profile(services, officer).officer.code == "HQ00001"
    other = officer_of(services, "HQ00002")
    for unreadable in (other.id, 999_999):  # nor does he learn who exists
        with pytest.raises(Forbidden):
            profiles.get_profile(services, officer, unreadable)
    with pytest.raises(Forbidden):
        profiles.get_unit_gaps(services, officer, other.unit_id)


def test_a_leader_reads_his_own_unit_and_those_below_it(services: Services):
    load_sample(services)
    leader = staff(services, Role.LEADER, "KVI")
    inside = next(each for each in sample_content().officers if each.unit == "KVI-02")
    outside = next(each for each in sample_content().officers if each.unit == "KVIII-01")
    assert profiles.get_profile(services, leader, officer_of(services, inside.number).id)
    with pytest.raises(Forbidden):
        profiles.get_profile(services, leader, officer_of(services, outside.number).id)
    assert profiles.get_unit_gaps(services, leader, unit_id_of(services, "KVI-02")).officers
    for foreign in ("KVIII", "CHQ"):
        with pytest.raises(Forbidden):
            profiles.get_unit_gaps(services, leader, unit_id_of(services, foreign))
    assert {line.unit.code for line in people.list_units(services, leader)} == {
        "KVI", "KVI-01", "KVI-02", "KVI-03", "KVI-04",
    }  # fmt: skip
    assert people.search_officers(services, leader, outside.number) == []


def test_a_leader_without_a_unit_reads_nothing(services: Services):
    load_sample(services)
    leader = staff(services, Role.LEADER)
    with pytest.raises(Forbidden):
        people.list_units(services, leader)


def test_the_gap_matrix_of_a_region_counts_its_offices(services: Services):
    hr = load_sample(services)
    first, second = [each for each in sample_content().officers if each.unit == "KVI-01"][:2]
    for each, level in ((first, 0), (second, 3)):
        lay_exam(services, hr, each.position, {each.number: {"CH01": judged_at(level)}}, days_ago=level)
    gaps = profiles.get_unit_gaps(services, hr, unit_id_of(services, "KVI"))
    assert [line.unit.code for line in gaps.lines] == ["KVI-01", "KVI-02", "KVI-03", "KVI-04"]
    cell = gaps.lines[0].cells["CH01"]
    assert (cell.n_judged, cell.share_below, cell.mean_gap) == (2, 0.5, 1.0)
    assert gaps.lines[1].cells["CH01"].share_below is None
    assert gaps.whole.n_officers == 200 == len(gaps.officers)
    assert gaps.whole.cells["CH01"].n_judged == 2


def test_a_user_name_is_given_once_and_clashing_roles_never(services: Services):
    admin = staff(services, Role.ADMIN)
    accounts.add_user(services, admin, NewUser("lan", "Lan", frozenset({Role.AUTHOR})))
    with pytest.raises(UsernameTaken):
        accounts.add_user(services, admin, NewUser("lan", "Lan", frozenset({Role.HR})))
    with pytest.raises(RolesClash):
        accounts.add_user(
            services, admin, NewUser("minh", "Minh", frozenset({Role.AUTHOR, Role.BANK_MANAGER}))
        )


def test_the_auditor_reads_the_latest_acts_and_nobody_else(services: Services):
    load_sample(services)
    auditor = staff(services, Role.AUDITOR)
    acts = supervision.list_acts(services, auditor, limit=3)
    assert [act.action for act in acts] == ["accounts.add", "people.import", "accounts.add"]
    assert acts[1].username == "hr"
    assert supervision.verify(services, auditor).first_bad_seq is None
    with pytest.raises(Forbidden):
        supervision.list_acts(services, staff(services, Role.ADMIN))


def test_a_position_that_does_not_exist_is_not_found(services: Services):
    hr = load_sample(services)
    with pytest.raises(NotFound):
        people.get_position(services, hr, "GSQL", 7)


def test_people_are_loaded_and_read_through_the_pages(app: Flask, services: Services):
    staff(services, Role.HR, password=PASSWORD)
    hr = sign_in(app, "hr", PASSWORD)
    checked = hr.post_form("/people/load", file=(io.BytesIO(SAMPLE.data), "organisation.xlsx"))
    assert checked.status_code == 200
    assert count(services, OfficerRow) == 0
    confirmed = hr.post_form("/people/load/confirm", sha256=SAMPLE.sha256, filename="organisation.xlsx")
    assert confirmed.status_code == 302
    assert count(services, OfficerRow) == 600
    officer = officer_of(services, "HQ00001")
    for path in ("/people/load", "/people/empty.xlsx", "/units", f"/units/{officer.unit_id}", "/positions"):
        assert hr.get(path).status_code == 200, path
    for path in ("/positions/GSQL", f"/profiles/{officer.id}", "/officers?q=hq00001"):
        assert hr.get(path).status_code == 200, path
    again = hr.post_form("/people/load/confirm", sha256=SAMPLE.sha256, filename="organisation.xlsx")
    assert again.location.endswith("/people/load")
    assert hr.post_form("/people/load/confirm", sha256="../secret_key").location.endswith("/people/load")


def test_a_wrong_file_is_answered_with_the_place_of_each_fault(app: Flask, services: Services):
    staff(services, Role.HR, password=PASSWORD)
    hr = sign_in(app, "hr", PASSWORD)
    wrong = HrContent(officers=(Officer("HQ1", "<b>An</b>", "NOWHERE", "GSQL", date(2025, 1, 1)),))
    answer = hr.post_form("/people/load", file=(io.BytesIO(write_workbook(wrong)), "wrong.xlsx"))
    assert answer.status_code == 422
    assert "Mã đơn vị" in answer.text
    assert "NOWHERE" in answer.text
    assert hr.post_form("/people/load", file=(io.BytesIO(b"x"), "x.xlsx")).status_code == 422


def test_accounts_and_audit_work_through_the_pages(app: Flask, services: Services):
    staff(services, Role.ADMIN, password=PASSWORD)
    staff(services, Role.AUDITOR, password=PASSWORD)
    admin = sign_in(app, "admin", PASSWORD)
    fields = {"display_name": "Lan", "unit": "0", "roles": ["author", "bank_manager"]}
    assert admin.post_form("/accounts", username="lan", **fields).status_code == 422
    fields["roles"] = ["author", "officer"]
    made = admin.post_form("/accounts", username="lan", **fields)
    assert made.status_code == 302
    assert admin.post_form("/accounts", username="lan", **fields).status_code == 422
    issued = admin.post_form(f"{made.location}/password")
    password = issued.text.split('class="issued"><code>')[1].split("<")[0]
    assert sign_in(app, "lan", password).get("/").status_code == 200
    assert admin.post_form(made.location, roles=["hr"]).status_code == 302
    assert actor_named(services, "lan").roles == {Role.HR}
    assert admin.get("/audit").status_code == 403
    auditor = sign_in(app, "auditor", PASSWORD)
    assert "accounts.change_roles" in auditor.get("/audit").text
    assert auditor.post_form("/audit/verify").status_code == 200
