"""What the roles are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from examsvc.accounts.roles import Role

ROLE_NAMES: dict[Role, LazyString] = {
    Role.OFFICER: _l("Officer"),
    Role.AUTHOR: _l("Author"),
    Role.REVIEWER: _l("Reviewer"),
    Role.BANK_MANAGER: _l("Bank manager"),
    Role.EXAM_MANAGER: _l("Exam manager"),
    Role.PROCTOR: _l("Proctor"),
    Role.CHAIRMAN: _l("Chairman"),
    Role.EXAMINER: _l("Examiner"),
    Role.HR: _l("HR office"),
    Role.LEADER: _l("Leader of a unit"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMIN: _l("Administrator"),
}
