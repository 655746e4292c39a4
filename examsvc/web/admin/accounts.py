"""Accounts: making them, changing their roles, issuing passwords."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from examsvc.accounts.errors import RolesClash, UsernameTaken
from examsvc.accounts.roles import Role
from examsvc.edge.language import in_language
from examsvc.edge.room import current_actor, deps
from examsvc.positions.names import fold
from examsvc.services import accounts, people
from examsvc.services.accounts import NewUser
from examsvc.web.admin.inputs import NewAccountInput, RolesInput
from examsvc.web.admin.room import room
from examsvc.web.admin.wording import ROLE_NAMES

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another when read from paper
PASSWORD_LENGTH = 14
SHOWN = 100


@room.view("/accounts", permission="accounts.manage", methods=("GET", "POST"))
def list_accounts() -> str | Response | tuple[str, int]:
    """Staff accounts, officers' accounts by search, and a form for a new one."""
    inputs = NewAccountInput()
    units = people.list_all_units(deps(), current_actor())
    inputs.unit.choices = [
        SelectChoice(0, "–"),
        *(SelectChoice(unit.id, f"{unit.code} {in_language(unit)}") for unit in units),
    ]
    if inputs.validate_on_submit():
        new = NewUser(
            username=inputs.username.data,
            display_name=inputs.display_name.data,
            roles=inputs.chosen,
            unit_id=inputs.unit.data or None,
        )
        try:
            user_id = accounts.add_user(deps(), current_actor(), new)
        except RolesClash as error:
            inputs.roles.errors = [clash_message(error)]
        except UsernameTaken:
            inputs.username.errors = [_("Another account has this name.")]
        else:
            flash(_("The account is made. Issue a password so that its owner can log in."), "success")
            return redirect(url_for("admin.account", user_id=user_id))
    page = _render_list(inputs)
    return (page, 422) if inputs.errors else page


@room.view("/accounts/<int:user_id>", permission="accounts.manage", methods=("GET", "POST"))
def account(user_id: int) -> str | Response | tuple[str, int]:
    """One account and its roles."""
    user, roles = accounts.get_user(deps(), current_actor(), user_id)
    inputs = RolesInput(data={"roles": [role.value for role in roles]})
    if inputs.validate_on_submit():
        try:
            accounts.change_roles(deps(), current_actor(), user_id, inputs.chosen)
        except RolesClash as error:
            inputs.roles.errors = [clash_message(error)]
        else:
            flash(_("The roles are changed, and the user's logins are ended."), "success")
            return redirect(url_for("admin.account", user_id=user_id))
    page = render_template("admin/account.html", user=user, inputs=inputs, password=None)
    return (page, 422) if inputs.errors else page


@room.view("/accounts/<int:user_id>/password", permission="accounts.manage", methods=("POST",))
def issue_password(user_id: int) -> str:
    """Issue a new password; it is shown on this one page and kept nowhere in clear."""
    password = "".join(secrets.choice(LETTERS) for _place in range(PASSWORD_LENGTH))
    accounts.set_password(deps(), current_actor(), user_id, password)
    user, roles = accounts.get_user(deps(), current_actor(), user_id)
    inputs = RolesInput(formdata=None, data={"roles": [role.value for role in roles]})
    return render_template("admin/account.html", user=user, inputs=inputs, password=password)


def clash_message(error: RolesClash) -> str:
    """Which roles one person may not hold together."""
    pairs = [f"{ROLE_NAMES[Role(first)]} + {ROLE_NAMES[Role(second)]}" for first, second in error.pairs]
    return str(_("One person may not hold these together: %(pairs)s", pairs="; ".join(pairs)))


def _render_list(inputs: NewAccountInput) -> str:
    words = request.args.get("q", "").strip()[:80]
    users = accounts.list_users(deps(), current_actor(), staff_only=not words)
    wanted = fold(words).split()
    found = [
        (user, [ROLE_NAMES[Role(role)] for role in roles])
        for user, roles in users
        if all(word in f"{fold(user.display_name)} {user.username}" for word in wanted)
    ]
    return render_template(
        "admin/accounts.html", users=found[:SHOWN], n_found=len(found), words=words, inputs=inputs
    )
