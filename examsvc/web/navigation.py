"""Which pages a user sees in the menu, by what the permission table lets his roles do."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.routing import Rule

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import allowed
from examsvc.edge.room import deps
from examsvc.services.export_waiting import exports_waiting


@dataclass(frozen=True, slots=True)
class Duty:
    """A page where a role's work begins."""

    endpoint: str
    path: str
    permission: str
    title: LazyString
    purpose: LazyString


DUTIES: tuple[Duty, ...] = (
    Duty(
        "candidate.list_sittings",
        "/sittings",
        "sittings.list_own",
        _l("My exams"),
        _l("Sit an exam, see your receipts and results"),
    ),
    Duty(
        "candidate.practice",
        "/practice",
        "practice.use",
        _l("Practice"),
        _l("Practise alone, with the right option and the reason after each response"),
    ),
    Duty(
        "people.own_profile",
        "/profile",
        "sittings.list_own",
        _l("My profile"),
        _l("Your levels against your position"),
    ),
    Duty(
        "author.desk",
        "/items",
        "items.read",
        _l("Item bank"),
        _l("Write, import, appraise and approve items"),
    ),
    Duty(
        "author.board",
        "/bank",
        "bank.read_board",
        _l("Bank board"),
        _l("What the bank holds against what exams need"),
    ),
    Duty(
        "author.usage",
        "/bank/usage",
        "exposure.read",
        _l("Use and rest"),
        _l("Which items officers have seen, and which rest"),
    ),
    Duty(
        "author.lateness",
        "/assignments",
        "assignments.read_board",
        _l("Assignments"),
        _l("Who owes the bank how many items by when"),
    ),
    Duty(
        "author.legal_acts",
        "/legal-acts",
        "legal_acts.read",
        _l("Legal acts"),
        _l("Which acts are in force, and which items cite them"),
    ),
    Duty(
        "author.exports",
        "/exports",
        "exports.read",
        _l("Exports"),
        _l("Items that leave the bank by two persons"),
    ),
    Duty(
        "author.views",
        "/bank/views",
        "views.read",
        _l("Who has seen it"),
        _l("Every look at a guarded item, and what is out of the ordinary"),
    ),
    Duty(
        "exam.list_blueprints",
        "/blueprints",
        "blueprints.read",
        _l("Blueprints and forms"),
        _l("Derive, edit, approve, assemble, publish"),
    ),
    Duty(
        "exam.list_campaigns",
        "/campaigns",
        "campaigns.read",
        _l("Campaigns"),
        _l("Administrations, rooms, rosters"),
    ),
    Duty(
        "proctor.list_rooms",
        "/rooms",
        "rooms.watch",
        _l("Exam rooms"),
        _l("Check in, watch, extend, log incidents"),
    ),
    Duty(
        "examiner.list_calibrations",
        "/calibrations",
        "calibrations.read",
        _l("Calibration"),
        _l("Item parameters and flags"),
    ),
    Duty("examiner.list_results", "/results", "results.read", _l("Results"), _l("Score and release")),
    Duty("people.list_units", "/units", "units.read_gaps", _l("Units"), _l("Gaps by unit and competency")),
    Duty(
        "people.list_positions",
        "/positions",
        "positions.read",
        _l("Positions"),
        _l("Requirements and topic weights"),
    ),
    Duty(
        "people.load",
        "/people/load",
        "people.import",
        _l("Load people"),
        _l("Organisation, positions and officers from .xlsx"),
    ),
    Duty(
        "admin.list_accounts", "/accounts", "accounts.manage", _l("Accounts"), _l("Users, roles, passwords")
    ),
    Duty(
        "admin.operation",
        "/operation",
        "operation.watch",
        _l("Operation"),
        _l("What waits for its end or its mark, alarms"),
    ),
    Duty("admin.audit", "/audit", "audit.read", _l("Audit"), _l("Read and verify the chain")),
)


def duties_of(actor: Actor) -> list[Duty]:
    """The pages of this user's roles."""
    return [duty for duty in DUTIES if allowed(actor, duty.permission)]


def init_navigation(app: Flask) -> None:
    """Give the templates the menu; pages that other workers serve keep their addresses."""
    for duty in DUTIES:
        if duty.endpoint not in app.view_functions:
            app.url_map.add(Rule(duty.path, endpoint=duty.endpoint, build_only=True))

    @app.template_global()
    def main_menu() -> list[dict[str, object]]:
        if not (current_user and current_user.is_authenticated):
            return []
        return [
            {
                "href": url_for(duty.endpoint),
                "title": duty.title,
                "here": request.endpoint == duty.endpoint,
                "waiting": _waiting(duty),
            }
            for duty in duties_of(current_user.actor)
        ]


def _waiting(duty: Duty) -> int:
    """How much waits there for this user's word."""
    return exports_waiting(deps(), current_user.actor) if duty.endpoint == "author.exports" else 0
