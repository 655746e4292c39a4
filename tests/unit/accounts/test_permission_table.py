"""The permission table keeps the separation that the exam's rules demand."""

from __future__ import annotations

import pytest

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import TABLE, Facts, permit
from examsvc.accounts.roles import Role, clashes


def actor(*roles: Role, user_id: int = 1, officer_id: int | None = None) -> Actor:
    return Actor(user_id, "u", "U", frozenset(roles), officer_id=officer_id)


@pytest.mark.parametrize(
    "action", ["items.review", "items.approve", "blueprints.approve", "campaigns.approve"]
)
def test_whoever_did_the_step_before_cannot_do_the_next(action: str):
    role = next(iter(TABLE[action].roles))
    with pytest.raises(Forbidden):
        permit(actor(role), action, Facts(doers=(1,)))
    permit(actor(role), action, Facts(doers=(2,)))


@pytest.mark.parametrize("action", ["calibrations.adopt", "results.release", "forms.publish"])
def test_secret_steps_take_two_persons(action: str):
    role = next(iter(TABLE[action].roles))
    with pytest.raises(Forbidden, match="not_own"):
        permit(actor(role), action, Facts(doers=(7, 1)))


def test_authors_never_see_final_forms():
    assert Role.AUTHOR not in TABLE["forms.read_certificate"].roles
    assert Role.AUTHOR not in TABLE["forms.read_items"].roles


def test_proctors_and_administrators_see_no_items():
    reading = [name for name in TABLE if name.startswith(("items.", "forms.read", "bank."))]
    assert reading
    for name in reading:
        assert not TABLE[name].roles & {Role.PROCTOR, Role.ADMIN}, name


def test_the_auditor_writes_nothing():
    allowed = {name for name, rule in TABLE.items() if Role.AUDITOR in rule.roles}
    assert {name.split(".")[1].split("_")[0] for name in allowed} <= {"use", "read", "watch"}, allowed


def test_hr_alters_no_scores():
    assert not {name for name, rule in TABLE.items() if Role.HR in rule.roles and name.startswith("results.")}


def test_an_officer_reads_his_own_profile_only():
    officer = actor(Role.OFFICER, officer_id=5)
    permit(officer, "profiles.read", Facts(officer_id=5))
    with pytest.raises(Forbidden):
        permit(officer, "profiles.read", Facts(officer_id=6))


@pytest.mark.parametrize(
    "pair",
    [
        (Role.AUTHOR, Role.EXAM_MANAGER),
        (Role.EXAMINER, Role.CHAIRMAN),
        (Role.PROCTOR, Role.CHAIRMAN),
        (Role.AUDITOR, Role.HR),
        (Role.ADMIN, Role.EXAMINER),
    ],
)
def test_sequential_and_secret_roles_clash(pair: tuple[Role, Role]):
    assert clashes(frozenset(pair))


def test_staff_may_be_officers_who_sit_exams():
    assert all(not clashes(frozenset({role, Role.OFFICER})) for role in Role)
