"""Which machine a candidate sits at: a long random token in a cookie that scripts cannot read."""

from __future__ import annotations

import secrets

from flask import Response, after_this_request, current_app, g, request

COOKIE = "machine"
_TOKEN_LENGTHS = range(32, 129)
_KEEP_S = 30 * 24 * 3600


def machine_token(*, renew: bool = False) -> str:
    """This machine's token; a machine without one is given one with the answer to this request.

    `renew` gives a known one again, so that it does not run out in the middle of an exam.
    """
    known = request.cookies.get(COOKIE, "")
    if not renew and is_sound(known):
        return known
    if "machine_token" not in g:
        g.machine_token = known if is_sound(known) else secrets.token_urlsafe(32)
        after_this_request(_give)
    return str(g.machine_token)


def is_sound(token: str) -> bool:
    """Whether it can be one that was given to a machine."""
    return len(token) in _TOKEN_LENGTHS and token.isascii()


def _give(response: Response) -> Response:
    response.set_cookie(
        COOKIE,
        g.machine_token,
        max_age=_KEEP_S,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response
