"""What a proctor looks at: the rooms, one room, one candidate."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import render_template, request
from wtforms.fields.choices import SelectChoice

from examsvc.delivery.errors import DeliveryError
from examsvc.edge.room import current_actor, deps
from examsvc.edge.room_picture import phase_of, picture_room
from examsvc.edge.texts import gettext as _
from examsvc.rulepacks.pack import RulePack
from examsvc.rulepacks.registry import get_pack
from examsvc.services import rooms
from examsvc.services.room_view import RoomView
from examsvc.services.rooms import LastSign
from examsvc.store import NotFound, database_now
from examsvc.store import rooms as store
from examsvc.store.models import AdministrationRow, CampaignRow, ExamRoomRow
from examsvc.store.rows import get_row
from examsvc.web.proctor.inputs import ExtendInput, IncidentInput, ReasonInput, TakeoverInput
from examsvc.web.proctor.room import room


@room.view("/rooms", permission="rooms.watch")
def list_rooms() -> str:
    """The rooms of approved campaigns: those of today and to come first."""
    with deps().store.read() as session:
        found = store.list_rooms(session)
        now = database_now(session)
    phases = {
        administration.id: phase_of(administration.starts_at, administration.limit_s, now)
        for _room, administration, _campaign, _n in found
    }
    groups = [
        (_("Running now"), [line for line in found if phases[line[1].id] == "running"]),
        (_("To come"), sorted((line for line in found if phases[line[1].id] == "before"), key=_by_start)),
        (_("Over"), [line for line in found if phases[line[1].id] == "over"]),
    ]
    return render_template("proctor/rooms.html", groups=groups)


@room.view("/rooms/<int:exam_room_id>", permission="rooms.watch")
def show_room(exam_room_id: int) -> str:
    """One room: who has a problem, who is where, how long each still has."""
    return room_page(exam_room_id)


@room.view("/rooms/<int:exam_room_id>/sittings/<int:sitting_id>", permission="rooms.watch")
def show_candidate(exam_room_id: int, sitting_id: int) -> str:
    """One candidate with what can be done for him; as a fragment for the room page's dialog."""
    view = rooms.watch_room(deps(), current_actor(), exam_room_id)
    picture = picture_room(view)
    seat = next((seat for seat in picture.seats if seat.sitting == sitting_id), None)
    if seat is None:
        raise NotFound("sitting", sitting_id)
    sitting = view.seats[str(sitting_id)].sitting
    _campaign, rules = _campaign_rules(view)
    template = "proctor/_candidate.html" if request.args.get("fragment") else "proctor/candidate.html"
    return render_template(
        template,
        exam_room=view.room,
        seat=seat,
        state=sitting.state,
        takeover_allowed=sitting.takeover_allowed,
        failed=sitting.failed_at is not None,
        sign=_last_sign(sitting_id) if sitting.state == "open" and not sitting.takeover_allowed else None,
        extended_s=view.seats[str(sitting_id)].extended_s,
        window_ends_at=view.administration.window_ends_at,
        proctor_limit_s=rules.extension_limit_s,
        gate_open=_gate_is_open(view, rules),
        extend=ExtendInput(formdata=None),
        reason=ReasonInput(formdata=None),
        takeover=TakeoverInput(formdata=None),
    )


def _last_sign(sitting_id: int) -> LastSign | None:
    """What a proctor is told before he declares a machine failed."""
    try:
        return rooms.read_last_sign(deps(), current_actor(), sitting_id)
    except DeliveryError:  # handed in since the room was read
        return None


def _by_start(line: tuple[ExamRoomRow, AdministrationRow, CampaignRow, int]) -> tuple[datetime, str, str]:
    """The next start is what a proctor looks for: soonest first."""
    exam_room, administration, _campaign, _n = line
    return administration.starts_at, administration.code, exam_room.code


def room_page(exam_room_id: int, incident: IncidentInput | None = None) -> str:
    """The room's page; `incident` is what could not be taken as it was typed."""
    view = rooms.watch_room(deps(), current_actor(), exam_room_id)
    campaign, rules = _campaign_rules(view)
    return render_template(
        "proctor/room.html",
        exam_room=view.room,
        administration=view.administration,
        campaign=campaign,
        picture=picture_room(view),
        live=view.live,
        reason=ReasonInput(formdata=None),
        proctor_limit_s=rules.extension_limit_s,
        extend=ExtendInput(formdata=None),
        incident=incident or incident_input(view, blank=True),
        incident_open=incident is not None,
    )


def incident_input(view: RoomView, *, blank: bool = False) -> IncidentInput:
    """The form for an incident of this room, empty or as it was sent."""
    inputs = IncidentInput(formdata=None) if blank else IncidentInput()
    inputs.sitting.choices = [
        SelectChoice(0, _("Nobody in particular (the whole room)")),
        *(
            SelectChoice(
                seat.sitting.id, f"{seat.candidate.station} · {seat.candidate.number} · {seat.officer_name}"
            )
            for seat in view.seats.values()
        ),
    ]
    return inputs


def _campaign_rules(view: RoomView) -> tuple[CampaignRow, RulePack]:
    with deps().store.read() as session:
        campaign = get_row(session, CampaignRow, view.administration.campaign_id)
    return campaign, get_pack(campaign.rule_pack_code, campaign.rule_pack_version)


def _gate_is_open(view: RoomView, rules: RulePack) -> bool:
    gate_s = rules.late_gate.gate_s(view.administration.limit_s)
    late = view.snapshot.taken_at - view.administration.starts_at
    return gate_s is not None and late <= timedelta(seconds=gate_s)
