"""Where a candidate's page hears of changes: the live channel's address with a ticket for its sitting."""

from __future__ import annotations

from flask import Flask, current_app

from examsvc.live.ticket import Ticket, sign_ticket

_AT = "EXAMSVC_LIVE_URL"


def init_live(app: Flask, live_url: str | None) -> None:
    """Keep where the channel is; None: there is none, and pages poll."""
    app.config[_AT] = live_url


def ticket(sitting_id: int, administration_id: int) -> str:
    """A signed ticket for the changes of this sitting and its administration."""
    return sign_ticket(str(current_app.config["SECRET_KEY"]), Ticket(sitting_id, administration_id))


def live_url(sitting_id: int, administration_id: int) -> str | None:
    """The address to listen at, or None when no live channel is set up."""
    at = current_app.config.get(_AT)
    return f"{at.rstrip('/')}/{ticket(sitting_id, administration_id)}" if at else None
