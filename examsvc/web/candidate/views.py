"""The candidate's pages: own sittings, the waiting room, the timed player, the receipt."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, url_for

from examsvc.edge.live_ticket import live_url
from examsvc.edge.login import login_digest
from examsvc.edge.machine import machine_token
from examsvc.edge.room import PUBLIC, Room, current_actor, deps
from examsvc.services import candidates
from examsvc.services.candidates import SittingPage
from examsvc.web.candidate.parts import parts_of, words
from examsvc.web.candidate.shell import send_service_worker, send_shell_file, shell_url
from examsvc.web.candidate.wording import adjustment_kinds, adjustment_reasons, state_badges
from examsvc.web.points import points_text

room = Room("candidate", __name__)


@room.view("/sittings", permission="sittings.list_own")
def list_sittings() -> str:
    """My sittings: what lies ahead, what goes on, what is done."""
    sheets = candidates.list_own_sittings(deps(), current_actor())
    return render_template("candidate/list.html", sheets=sheets, badges=state_badges())


@room.view("/sittings/<int:sitting_id>", permission="sittings.take", guard="service")
def sitting(sitting_id: int) -> str:
    """Check-in, waiting room and player on one page; after the end the receipt."""
    machine = machine_token(renew=True)
    page = candidates.read_sitting(deps(), login_digest(), sitting_id, machine)
    if page.is_closed:
        return render_template(
            "candidate/receipt.html",
            page=page,
            outcome=candidates.read_outcome(deps(), current_actor(), sitting_id),
            points_text=points_text,
            badges=state_badges(),
            kinds=adjustment_kinds(),
            reasons=adjustment_reasons(),
            leftovers=_config(page),
            words=words(),
            shell=shell_url,
        )
    return render_template(
        "candidate/sitting.html", page=page, parts=parts_of(page), config=_config(page), shell=shell_url
    )


@room.view("/service-worker.js", permission=PUBLIC)
def service_worker() -> Response:
    """What brings the player's page up again while the server is silent."""
    return send_service_worker()


@room.view("/shell/<version>/<path:name>", permission=PUBLIC)
def static_shell(version: str, name: str) -> Response:
    """A script or style of the player; called static, as no page is, for it may be kept."""
    return send_shell_file(version, name)


def _config(page: SittingPage) -> dict[str, Any]:
    """What the player's scripts are told of this sitting: addresses and rules; nothing of an item."""
    sitting_id = page.sheet.sitting_id
    return {
        "sitting": sitting_id,
        "owner": page.owner_id,
        "api": url_for("api_v1.read_clock", sitting_id=sitting_id).removesuffix("/clock"),
        "page": url_for("candidate.sitting", sitting_id=sitting_id),
        "live": live_url(sitting_id, page.sheet.administration_id),
        "storage": page.rules.client_storage_allowed,
        "announceAtS": page.rules.announce_at_s,
        "nItems": page.n_items,
    }
