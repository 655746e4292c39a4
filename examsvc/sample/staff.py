"""The sample's accounts: one person a role, so that no one holds two in sequence."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.store import accounts, people

PASSWORD = "lam-gi-thi-nay"  # noqa: S105 - the sample's, printed for everybody to read


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An account of the sample and what it is for."""

    username: str
    display_name: str
    role: Role
    duty: str
    unit: str = ""  # the owner unit of what an author writes


STAFF = (
    StaffMember("ban_de_1", "Ban đề thi 1", Role.AUTHOR, "writes items: T01–T05, T10", "CHQ-GSQL"),
    StaffMember("ban_de_2", "Ban đề thi 2", Role.AUTHOR, "writes items: T06–T09", "CHQ-QLRR"),
    StaffMember("tham_dinh", "Tổ thẩm định", Role.REVIEWER, "appraises items of others"),
    StaffMember(
        "ngan_hang", "Quản trị ngân hàng câu hỏi", Role.BANK_MANAGER, "approves items, puts them to use"
    ),
    StaffMember("thu_ky", "Thư ký hội đồng", Role.EXAM_MANAGER, "blueprints, forms, campaigns, rosters"),
    StaffMember("chu_tich", "Chủ tịch hội đồng", Role.CHAIRMAN, "approves, publishes, starts, releases"),
    StaffMember("giam_thi", "Giám thị", Role.PROCTOR, "checks in and watches the exam rooms"),
    StaffMember("khao_thi", "Khảo thí viên 1", Role.EXAMINER, "calibrates and scores"),
    StaffMember("khao_thi_2", "Khảo thí viên 2", Role.EXAMINER, "adopts what the first proposed"),
    StaffMember("nhan_su", "Vụ Tổ chức cán bộ", Role.HR, "loads people, reads profiles and gaps"),
    StaffMember("thanh_tra", "Thanh tra nội bộ", Role.AUDITOR, "reads everything, verifies the audit chain"),
    StaffMember("quan_tri", "Quản trị hệ thống", Role.ADMIN, "accounts"),
)


def ensure_staff(deps: Services) -> None:
    """Make the accounts that do not exist yet; who writes for a unit waits until it is loaded."""
    with deps.store.read() as session:
        units = {unit.code: unit.id for unit in people.list_units(session)}
    for member in STAFF:
        with deps.store.read() as session:
            known = accounts.find_user(session, member.username)
        if known is None and (not member.unit or member.unit in units):
            add_user(
                deps,
                None,
                NewUser(
                    member.username,
                    member.display_name,
                    frozenset({member.role}),
                    password=PASSWORD,
                    unit_id=units.get(member.unit),
                ),
            )


def actor(deps: Services, username: str) -> Actor:
    """The person of the sample who acts."""
    with deps.store.read() as session:
        user = accounts.find_user(session, username)
        if user is None:
            raise LookupError(f"the sample has no account {username}")
        return accounts.actor_of(session, user)
