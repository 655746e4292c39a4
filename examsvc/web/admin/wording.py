"""What roles and the acts in the audit chain are called."""

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
# An act without a name here shows its identifier alone.
ACT_NAMES: dict[str, LazyString] = {
    "account.log_in": _l("Logged in"),
    "account.log_out": _l("Logged out"),
    "account.login_refused": _l("Login refused"),
    "accounts.add": _l("Account made"),
    "accounts.change_roles": _l("Roles changed"),
    "accounts.set_password": _l("Password issued"),
    "blueprints.approve": _l("Blueprint approved"),
    "blueprints.derive": _l("Blueprint derived"),
    "blueprints.edit": _l("Blueprint edited"),
    "blueprints.revise": _l("Blueprint revised"),
    "calibrations.adopt": _l("Calibration adopted"),
    "calibrations.reject": _l("Calibration rejected"),
    "calibrations.export": _l("Figures exported"),
    "calibrations.propose": _l("Calibration proposed"),
    "campaigns.add_administration": _l("Administration planned"),
    "campaigns.approve": _l("Campaign approved"),
    "campaigns.close": _l("Administration closed"),
    "campaigns.create": _l("Campaign created"),
    "campaigns.fill_roster": _l("Roster filled"),
    "campaigns.start_now": _l("Start moved to now"),
    "forms.assemble": _l("Forms assembled"),
    "forms.publish": _l("Form published"),
    "forms.read_items": _l("Form's items read"),
    "forms.withdraw": _l("Form withdrawn"),
    "items.add": _l("Item added"),
    "items.edit": _l("Item edited"),
    "items.import": _l("Items imported"),
    "items.new_version": _l("New item version"),
    "jobs.cancel": _l("Job cancelled"),
    "people.import": _l("People loaded"),
    "results.release": _l("Result released"),
    "results.score": _l("Sittings scored"),
    "rooms.allow_takeover": _l("Change of machine allowed"),
    "rooms.check_in": _l("Candidate checked in"),
    "rooms.extend": _l("Time extended"),
    "rooms.log_incident": _l("Incident logged"),
    "sittings.expire": _l("Sitting closed at its deadline"),
    "sittings.mark_absent": _l("Candidate marked absent"),
    "sittings.open": _l("Sitting opened"),
    "sittings.submit": _l("Sitting submitted"),
}
