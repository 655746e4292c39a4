"""Cookies and form tokens that have been verified once: a signed text is as good the second time."""

from __future__ import annotations

import time
from copy import deepcopy
from functools import lru_cache
from typing import Any, Final

from flask import Flask, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from flask_wtf.csrf import same_origin
from itsdangerous import BadSignature, URLSafeTimedSerializer

KNOWN: Final = 16_384  # candidates of one worker
HOUR_S: Final = 3600


class RememberedSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, its signature checked once an hour: a player sends the same one every time."""

    def __init__(self, app: Flask) -> None:
        self._signer = self.get_signing_serializer(app)
        self._max_age_s = int(app.permanent_session_lifetime.total_seconds())
        self._read = lru_cache(maxsize=KNOWN)(self._verified)

    def open_session(self, app: Flask, request: Any) -> SecureCookieSession:
        text = request.cookies.get(self.get_cookie_name(app))
        if not text or self._signer is None:
            return self.session_class()
        return self.session_class({name: deepcopy(value) for name, value in self._read_now(text)})

    def held_by(self, text: str) -> dict[str, Any]:
        """What a cookie of this name bears, for whoever only looks; nothing of one that is not ours."""
        return dict(self._read_now(text)) if text else {}

    def _read_now(self, text: str) -> tuple[tuple[str, Any], ...]:
        return self._read(text, int(time.time()) // HOUR_S)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        known: URLSafeTimedSerializer | None = getattr(self, "_signer", None)
        return known or super().get_signing_serializer(app)

    def _verified(self, text: str, _hour: int) -> tuple[tuple[str, Any], ...]:
        """The cookie's contents as pairs; none of a cookie that is forged or too old."""
        try:
            held = self._signer.loads(text, max_age=self._max_age_s) if self._signer else {}
        except BadSignature:
            return ()
        return tuple(held.items())


class RememberedTokens(CSRFProtect):  # type: ignore[misc]
    """The check of form tokens, which remembers those that scripts send with every request."""

    def __init__(self, app: Flask) -> None:
        self._valid: set[tuple[str, str]] = set()
        super().__init__(app)

    def protect(self, apply_exemptions: bool = False) -> None:
        """As the library's; a token that was valid for this very session stays so."""
        pair = (str(session.get("csrf_token")), request.headers.get("X-CSRFToken", ""))
        if pair in self._valid and _comes_from_here():
            g.csrf_valid = True
            return
        super().protect(apply_exemptions=apply_exemptions)
        if pair[1] and g.get("csrf_valid") and not request.form:
            if len(self._valid) >= KNOWN:
                self._valid.clear()
            self._valid.add(pair)


def _comes_from_here() -> bool:
    """Over TLS the library wants the referrer to be this host; otherwise it asks for none."""
    return not request.is_secure or bool(
        request.referrer and same_origin(request.referrer, f"https://{request.host}/")
    )
