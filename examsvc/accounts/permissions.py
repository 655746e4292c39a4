"""Authorisation in one table: action → who may, under which condition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role

R = Role


@dataclass(frozen=True, slots=True)
class Facts:
    """What a condition may look at; a service fills in what its action needs."""

    owner_user_id: int | None = None  # whose sitting, result or item it is
    officer_id: int | None = None  # whose profile it is
    doers: tuple[int | None, ...] = ()  # who did the steps before this one
    same_unit: bool = False  # the subject belongs to the actor's unit or one below it


Condition = Callable[[Actor, Facts], bool]


def anyone(_actor: Actor, _facts: Facts) -> bool:
    """No condition beyond the role."""
    return True


def own(actor: Actor, facts: Facts) -> bool:
    """The subject is the actor's own."""
    return facts.owner_user_id == actor.user_id


def not_own(actor: Actor, facts: Facts) -> bool:
    """The actor did none of the steps before: a second person is wanted."""
    return actor.user_id not in facts.doers and facts.owner_user_id != actor.user_id


def not_himself(actor: Actor, facts: Facts) -> bool:
    """Staff may be candidates too: nobody does this for his own sitting or account."""
    return facts.owner_user_id != actor.user_id


def asker_or_examiner(actor: Actor, facts: Facts) -> bool:
    """The subject is the actor's own, or the actor is an examiner or an administrator."""
    return bool(actor.roles & {R.EXAMINER, R.ADMIN}) or facts.owner_user_id == actor.user_id


def asker_or_watcher(actor: Actor, facts: Facts) -> bool:
    """The subject is the actor's own, or one of his other roles watches all long work."""
    watches = {R.BANK_MANAGER, R.EXAM_MANAGER, R.EXAMINER, R.CHAIRMAN, R.AUDITOR, R.ADMIN}
    return bool(actor.roles & watches) or facts.owner_user_id == actor.user_id


def own_or_no_author(actor: Actor, facts: Facts) -> bool:
    """The subject is the actor's own, or one of his other roles reads all of them."""
    return bool(actor.roles & {R.REVIEWER, R.BANK_MANAGER, R.AUDITOR}) or facts.owner_user_id == actor.user_id


def own_or_bank_manager(actor: Actor, facts: Facts) -> bool:
    """The subject is the actor's own, or he is a bank manager."""
    return R.BANK_MANAGER in actor.roles or facts.owner_user_id == actor.user_id


def own_or_reads_figures(actor: Actor, facts: Facts) -> bool:
    """The same for an item's figures, which examiners read of all items."""
    return R.EXAMINER in actor.roles or own_or_no_author(actor, facts)


def own_profile_or_staff(actor: Actor, facts: Facts) -> bool:
    """An officer sees his own profile, a leader his unit's, HR and auditors all."""
    if actor.roles & {R.HR, R.AUDITOR}:
        return True
    if R.LEADER in actor.roles and facts.same_unit:
        return True
    return actor.officer_id is not None and facts.officer_id == actor.officer_id


def own_unit_or_hr(actor: Actor, facts: Facts) -> bool:
    """A leader sees his own unit, HR and auditors all."""
    return bool(actor.roles & {R.HR, R.AUDITOR}) or facts.same_unit


@dataclass(frozen=True, slots=True)
class Rule:
    """The roles that may, and the condition that must hold besides."""

    roles: frozenset[Role]
    condition: Condition = anyone


def _rule(*roles: Role, when: Condition = anyone) -> Rule:
    return Rule(frozenset(roles), when)


EVERYONE = tuple(Role)
_ASKING = (R.EXAM_MANAGER, R.EXAMINER, R.AUTHOR, R.REVIEWER, R.BANK_MANAGER)  # for long work

TABLE: dict[str, Rule] = {
    # one's own account
    "account.use": _rule(*EVERYONE),
    # item bank
    "items.read": _rule(R.AUTHOR, R.REVIEWER, R.BANK_MANAGER, R.AUDITOR),
    "items.read_history": _rule(
        R.AUTHOR, R.REVIEWER, R.BANK_MANAGER, R.EXAMINER, R.AUDITOR, when=own_or_reads_figures
    ),
    "items.write": _rule(R.AUTHOR),
    "items.edit": _rule(R.AUTHOR, when=own),
    "items.review": _rule(R.REVIEWER, when=not_own),
    "items.approve": _rule(R.BANK_MANAGER, when=not_own),
    "items.release_to_exams": _rule(R.BANK_MANAGER),
    "bulk.order": _rule(R.AUTHOR, R.BANK_MANAGER),
    "items.change_in_bulk": _rule(R.AUTHOR, R.BANK_MANAGER, when=own_or_bank_manager),
    "keys.propose": _rule(R.BANK_MANAGER, when=not_himself),
    "keys.confirm": _rule(R.BANK_MANAGER, R.REVIEWER, when=not_own),
    # which keys wait for a second person, and what was marked by keys that were corrected; no key is shown
    "keys.read_corrections": _rule(R.AUTHOR, R.REVIEWER, R.BANK_MANAGER, R.EXAMINER, R.AUDITOR),
    "bank.read_board": _rule(R.AUTHOR, R.REVIEWER, R.BANK_MANAGER, R.EXAM_MANAGER, R.EXAMINER, R.AUDITOR),
    "bank.set_rules": _rule(R.BANK_MANAGER),
    # who has seen what of the bank, and how much anybody may
    "views.read": _rule(R.BANK_MANAGER, R.AUDITOR),
    "views.read_limits": _rule(R.AUTHOR, R.REVIEWER, R.BANK_MANAGER, R.CHAIRMAN, R.AUDITOR),
    "views.set_limit": _rule(R.BANK_MANAGER, R.CHAIRMAN),
    "views.grant": _rule(R.BANK_MANAGER, R.CHAIRMAN, when=not_himself),
    # items leave the bank by two persons
    "exports.ask": _rule(R.BANK_MANAGER),
    "exports.read": _rule(R.BANK_MANAGER, R.CHAIRMAN, R.AUDITOR),
    "exports.decide": _rule(R.BANK_MANAGER, R.CHAIRMAN, when=not_own),
    "exports.take": _rule(R.BANK_MANAGER, when=own),
    # items of the whole bank that read alike
    "near_duplicates.read": _rule(R.REVIEWER, R.BANK_MANAGER, R.AUDITOR),
    "near_duplicates.search": _rule(R.REVIEWER, R.BANK_MANAGER),
    "near_duplicates.decide": _rule(R.BANK_MANAGER),
    # how much officers have seen of the items, and which rest
    "exposure.read": _rule(R.BANK_MANAGER, R.EXAMINER, R.AUDITOR),
    "exposure.rest": _rule(R.BANK_MANAGER),
    "exposure.set_rule": _rule(R.BANK_MANAGER),
    # what authors owe the bank by when
    "assignments.make": _rule(R.BANK_MANAGER, when=not_himself),
    "assignments.read": _rule(R.AUTHOR, R.REVIEWER, R.BANK_MANAGER, R.AUDITOR, when=own_or_no_author),
    "assignments.read_board": _rule(R.REVIEWER, R.BANK_MANAGER, R.AUDITOR),
    "legal_acts.read": _rule(R.AUTHOR, R.REVIEWER, R.BANK_MANAGER, R.AUDITOR),
    "legal_acts.change": _rule(R.BANK_MANAGER),
    # positions and people
    "people.import": _rule(R.HR),
    "positions.read": _rule(R.HR, R.LEADER, R.EXAM_MANAGER, R.EXAMINER, R.AUDITOR),
    "profiles.read": _rule(R.OFFICER, R.HR, R.LEADER, R.AUDITOR, when=own_profile_or_staff),
    "units.read_gaps": _rule(R.HR, R.LEADER, R.AUDITOR, when=own_unit_or_hr),
    # blueprints and forms
    "blueprints.read": _rule(R.EXAM_MANAGER, R.CHAIRMAN, R.EXAMINER, R.AUDITOR),
    "blueprints.edit": _rule(R.EXAM_MANAGER),
    "blueprints.approve": _rule(R.EXAM_MANAGER, R.CHAIRMAN, when=not_own),
    "forms.assemble": _rule(R.EXAM_MANAGER),
    "forms.read_certificate": _rule(R.EXAM_MANAGER, R.CHAIRMAN, R.EXAMINER, R.AUDITOR),
    "forms.read_items": _rule(R.EXAM_MANAGER, R.CHAIRMAN, R.AUDITOR),
    "forms.publish": _rule(R.CHAIRMAN, when=not_own),
    # campaigns
    "campaigns.read": _rule(R.EXAM_MANAGER, R.CHAIRMAN, R.EXAMINER, R.AUDITOR),
    "campaigns.edit": _rule(R.EXAM_MANAGER),
    "campaigns.approve": _rule(R.CHAIRMAN, when=not_own),
    "campaigns.close": _rule(R.CHAIRMAN),
    # the exam room
    "rooms.watch": _rule(R.PROCTOR, R.CHAIRMAN, R.EXAM_MANAGER, R.AUDITOR),
    "rooms.check_in": _rule(R.PROCTOR, when=not_himself),
    "rooms.allow_takeover": _rule(R.PROCTOR, when=not_himself),
    "rooms.extend": _rule(R.PROCTOR, R.CHAIRMAN, when=not_himself),
    "rooms.admit_late": _rule(R.CHAIRMAN, when=not_himself),
    "rooms.log_incident": _rule(R.PROCTOR, R.CHAIRMAN),
    "rooms.pause": _rule(R.PROCTOR, R.CHAIRMAN, when=not_himself),
    "rooms.accommodate": _rule(R.CHAIRMAN, when=not_himself),
    "rooms.upload_emergency": _rule(R.PROCTOR, when=not_himself),
    "administrations.pause": _rule(R.CHAIRMAN, when=not_himself),
    "administrations.extend": _rule(R.CHAIRMAN, when=not_himself),
    "late_events.read": _rule(R.PROCTOR, R.EXAM_MANAGER, R.CHAIRMAN, R.AUDITOR),
    "late_events.propose": _rule(R.PROCTOR, R.EXAM_MANAGER, when=not_himself),
    "late_events.decide": _rule(R.CHAIRMAN, when=not_own),
    "operation.watch": _rule(R.EXAM_MANAGER, R.CHAIRMAN, R.ADMIN, R.AUDITOR),
    # sitting
    "sittings.take": _rule(R.OFFICER, when=own),
    "sittings.list_own": _rule(R.OFFICER),
    "results.read_own": _rule(R.OFFICER, when=own),
    # practice: own runs, and items of the practice pool alone
    "practice.use": _rule(R.OFFICER, when=own),
    # measuring
    "calibrations.read": _rule(R.EXAMINER, R.CHAIRMAN, R.AUDITOR),
    "calibrations.run": _rule(R.EXAMINER),
    "calibrations.adopt": _rule(R.EXAMINER, R.CHAIRMAN, when=not_own),
    "calibrations.reject": _rule(R.EXAMINER, R.CHAIRMAN),
    "results.score": _rule(R.EXAMINER),
    "results.read": _rule(R.EXAMINER, R.CHAIRMAN, R.AUDITOR),
    "results.release": _rule(R.CHAIRMAN, when=not_own),
    # long work
    "jobs.read": _rule(*_ASKING, R.CHAIRMAN, R.AUDITOR, R.ADMIN, when=asker_or_watcher),
    "jobs.cancel": _rule(*_ASKING, R.ADMIN, when=asker_or_examiner),
    # supervision and accounts
    "audit.read": _rule(R.AUDITOR),
    "accounts.manage": _rule(R.ADMIN),
    "accounts.change_roles": _rule(R.ADMIN, when=not_himself),
}


def allowed(actor: Actor, action: str) -> bool:
    """Whether one of the actor's roles may do this at all (the condition is the service's to check)."""
    return bool(TABLE[action].roles & actor.roles)


def permit(actor: Actor, action: str, facts: Facts | None = None) -> None:
    """Raise Forbidden unless the table lets the actor do this to this subject."""
    rule = TABLE[action]
    if not rule.roles & actor.roles:
        raise Forbidden(action)
    if not rule.condition(actor, facts or Facts()):
        raise Forbidden(action, rule.condition.__name__)
