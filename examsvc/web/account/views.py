"""Logging in and out, the language, the start page."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from examsvc.accounts.errors import LoginRefused
from examsvc.edge.language import LOCALES
from examsvc.edge.limits import few_at_once, limiter, refused, username_key
from examsvc.edge.login import LoggedIn
from examsvc.edge.room import PUBLIC, Room, current_actor, deps
from examsvc.services import accounts
from examsvc.web.account.inputs import LogInInput
from examsvc.web.navigation import duties_of

room = Room("account", __name__)


@room.view("/", permission="account.use")
def home() -> str:
    """Where each role's work begins."""
    return render_template("account/home.html", duties=duties_of(current_actor()))


@room.view("/login", permission=PUBLIC, methods=("GET", "POST"))
@limiter.limit("120 per minute", methods=["POST"], deduct_when=refused)
@limiter.limit("10 per minute", key_func=username_key, methods=["POST"], deduct_when=refused)
def log_in() -> str | Response | tuple[str, int]:
    """Check name and password; a wrong pair is never told apart."""
    if current_user.is_authenticated:
        return redirect(url_for("account.home"))
    inputs = LogInInput()
    if inputs.validate_on_submit():
        try:
            with few_at_once(inputs.username.data):
                actor, token = accounts.log_in(
                    deps(), inputs.username.data.strip(), inputs.password.data, request.remote_addr or ""
                )
        except LoginRefused:
            flash(_("The user name or the password is wrong."), "danger")
            return render_template("account/login.html", inputs=inputs), 401
        locale = session.get("locale")
        session.clear()  # nothing of the stranger's session outlives the login
        # kept with the login, so that no page has to ask for the account only to know its language
        session["locale"] = locale if locale in LOCALES else actor.locale
        login_user(LoggedIn(actor, token))
        return redirect(_safe_target(request.args.get("next")))
    return render_template("account/login.html", inputs=inputs, logged_out="out" in request.args)


@room.view("/logout", permission="account.use", methods=("POST",))
def log_out() -> Response:
    """End this login on the server too."""
    accounts.log_out(deps(), current_actor(), current_user.token)
    logout_user()
    return redirect(url_for("account.log_in", out=1))  # its page wipes what an exam has left in the browser


@room.view("/language", permission=PUBLIC, methods=("POST",))
def choose_language() -> Response:
    """Switch the language, for this browser and, when logged in, for the account."""
    locale = request.form.get("locale", "")
    if locale in LOCALES:
        session["locale"] = locale
        if current_user.is_authenticated:
            accounts.set_locale(deps(), current_actor(), locale)
    return redirect(_safe_target(request.form.get("next")))


def _safe_target(target: str | None) -> str:
    """A path of this site, never another site."""
    parts = urlsplit(target or "")
    local = (
        bool(target)
        and str(target).isprintable()
        and not parts.scheme
        and not parts.netloc
        and str(target).startswith("/")
    )
    return str(target) if local and not str(target).startswith(("//", "/\\")) else url_for("account.home")
