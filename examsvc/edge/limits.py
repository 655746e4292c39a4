"""Failed logins are throttled per account and per address; without Redis a local count takes over.

Only failures count: a whole exam area may come through one address in the minutes before the start.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import TooManyRequests

AT_ONCE: Final = 2  # logins of one account that are being checked, in a worker
_guard = threading.Lock()
_checking: Counter[str] = Counter()

limiter = Limiter(get_remote_address, default_limits=[])


def init_limits(app: Flask, redis_url: str) -> None:
    """Keep the counts in Redis."""
    app.config["RATELIMIT_STORAGE_URI"] = redis_url.replace("unix://", "redis+unix://")
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    hooks = app.before_request_funcs.setdefault(None, [])
    n_before = len(hooks)
    limiter.init_app(app)
    its_hooks = hooks[n_before:]
    del hooks[n_before:]

    @app.before_request
    def look_for_limits() -> None:
        # the interface has none, and looking for one would cost every response more than reading it does
        if not request.path.startswith("/api/"):
            for hook in its_hooks:
                hook()


def username_key() -> str:
    """The account that a login aims at, from this address: nobody can lock another one out from elsewhere."""
    return f"{get_remote_address()}:{_account(request.form.get('username', ''))}"


def refused(response: Response) -> bool:
    """Whether a login failed."""
    return response.status_code == 401


@contextmanager
def few_at_once(username: str) -> Iterator[None]:
    """While a password is checked: failures are counted afterwards, and many at once would all get through.

    Raises TooManyRequests. From whatever addresses they come: nobody logs in thrice at the same moment.
    """
    account = _account(username)
    with _guard:
        if _checking[account] >= AT_ONCE:
            raise TooManyRequests
        _checking[account] += 1
    try:
        yield
    finally:
        with _guard:
            _checking[account] -= 1
            if not _checking[account]:
                del _checking[account]


def _account(username: str) -> str:
    """One name for an account, however it is typed."""
    return username.strip().lower()[:64]
