"""Every route × every role + anonymous: nobody reaches what the permission table does not give."""

from __future__ import annotations

import pytest
from flask import Flask

from examsvc.accounts.permissions import TABLE
from examsvc.accounts.roles import Role
from examsvc.edge.room import PUBLIC
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user, log_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
STATIC = {"static", "bootstrap.static"}


def _permission(app: Flask, endpoint: str) -> str | None:
    return getattr(app.view_functions[endpoint], "permission", None)


def test_every_route_declares_its_permission(app: Flask):
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in STATIC and _permission(app, rule.endpoint) not in (*TABLE, PUBLIC)
    ]
    assert undeclared == []


def _filled(rule) -> str:
    """The rule's path with numbers nobody has for its identities."""
    path = rule.rule
    for name in rule.arguments:
        for spelling in (f"<int:{name}>", f"<{name}>", f"<path:{name}>"):
            path = path.replace(spelling, "987654321")
    return path


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role.value if role else "anonymous")
def test_no_role_gets_past_the_table(app: Flask, services: Services, role: Role | None):
    app.config["WTF_CSRF_ENABLED"] = False  # the question here is authorisation alone
    client = app.test_client()
    if role is not None:
        add_user(services, None, NewUser(f"a_{role}", "A", frozenset({role}), password="secret-secret"))
        _actor, token = log_in(services, f"a_{role}", "secret-secret", "127.0.0.1")
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
    deviations = []
    for rule in app.url_map.iter_rules():
        permission = _permission(app, rule.endpoint)
        if rule.endpoint in STATIC or permission == PUBLIC or rule.endpoint == "account.log_out":
            continue
        may = role is not None and role in TABLE[permission].roles
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            status = client.open(_filled(rule), method=method).status_code
            refused = status in (401, 403) or (status == 302 and role is None)
            # who may act can still be refused a foreign identity: only a pass where none is due counts
            if (not may and not refused) or (may and status >= 500):
                deviations.append((rule.rule, method, status, permission))
    assert deviations == []
