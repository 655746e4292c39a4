"""The Flask application over an open house."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

from examsvc.api import v1
from examsvc.api.v1.quick_clock import QuickClock
from examsvc.bootstrap import House
from examsvc.edge.errors import init_errors
from examsvc.edge.headers import init_headers
from examsvc.edge.language import init_language
from examsvc.edge.limits import init_limits
from examsvc.edge.live_ticket import init_live
from examsvc.edge.login import init_login
from examsvc.edge.plain import init_plain
from examsvc.edge.room import Room, RowId
from examsvc.edge.sessions import RememberedSessions, RememberedTokens
from examsvc.web.navigation import init_navigation

MAX_UPLOAD = 16 * 1024 * 1024


class Application(Flask):
    """Flask that does not look, at every hook of every request, whether the function is asynchronous."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(house: House, rooms: Sequence[Room]) -> Flask:
    """The application with these rooms; everything it needs stands in `house`."""
    app = Application("examsvc", template_folder="web/templates", static_folder="web/static")
    app.config.update(
        SECRET_KEY=house.settings.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=house.settings.cookie_secure,
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        BOOTSTRAP_SERVE_LOCAL=True,
        WTF_CSRF_TIME_LIMIT=None,  # a sitting may outlast any fixed limit; the login row ends it
    )
    app.session_interface = RememberedSessions(app)
    app.extensions["examsvc"] = house.services
    app.extensions["examsvc_home"] = house.settings.home
    app.url_map.converters["int"] = RowId
    init_headers(app)
    init_language(app)
    init_limits(app, house.redis_url)
    init_login(app)
    init_live(app, house.settings.live_url)
    init_errors(app)
    init_plain(app)
    Bootstrap5(app)
    RememberedTokens(app)
    for room in rooms:
        app.register_blueprint(room)
    app.register_blueprint(v1.room)
    init_navigation(app)  # knows which of its pages this process serves
    app.wsgi_app = QuickClock(app, app.wsgi_app)  # type: ignore[method-assign]
    proxies = house.settings.proxies
    if proxies:  # else anybody could name the address that failed logins are counted for
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app
