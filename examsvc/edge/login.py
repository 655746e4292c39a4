"""Flask-Login over server-side login rows: the cookie carries a token that can be revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, g, session
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import allowed
from examsvc.edge.room import deps
from examsvc.services.accounts import find_actor, token_digest
from examsvc.services.holding import Login
from examsvc.store import StoreBusy


class LoggedIn(UserMixin):  # type: ignore[misc]
    """An actor and the token he came with."""

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor = actor
        self.token = token

    def get_id(self) -> str:
        return self.token

    def may(self, action: str) -> bool:
        """For templates: whether one of the user's roles allows the action at all."""
        return allowed(self.actor, action)


def login_digest() -> Login:
    """What is stored of the token that this request came with, unread yet. Raises Forbidden without one."""
    login = login_of(session)
    if login is None:
        raise Forbidden("account.use", "login")
    return login


def login_of(held: Mapping[str, Any]) -> Login | None:
    """The same of what a session holds."""
    token = held.get("_user_id")
    return Login(token_digest(token)) if isinstance(token, str) else None


def know_reader() -> None:
    """Find out who reads this, or take him for a stranger: an error page must not fail for want of a name."""
    try:
        current_user.is_authenticated  # noqa: B018 it is looked up now
    except StoreBusy:
        ask_no_more()


def ask_no_more() -> None:
    """Take the reader for a stranger from here on: a page about a silent database must not ask it again."""
    if "_login_user" not in g:  # where Flask-Login keeps whom it has found
        g._login_user = AnonymousUserMixin()


def init_login(app: Flask) -> None:
    """Load the actor of each request from its token."""
    manager = LoginManager(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user  # found out where a template asks, not before each
    manager.session_protection = "basic"

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> LoggedIn | None:
        actor = find_actor(deps(), token)
        return None if actor is None else LoggedIn(actor, token)
