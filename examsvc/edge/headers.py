"""Security headers on every response: nothing inline, nothing from outside the LAN."""

from __future__ import annotations

from flask import Flask, Response, request

CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # Bootstrap's own icons are data: images in its stylesheet
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",  # the player's service worker
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


ALWAYS = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
STRICT = ("Strict-Transport-Security", "max-age=31536000")  # over TLS


def init_headers(app: Flask) -> None:
    """Set the headers after each request."""

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.extend(ALWAYS)
        if request.is_secure:
            response.headers.extend([STRICT])
        if "static" not in (request.endpoint or "") or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response
