"""A sitting laid ready for its candidate, and what the candidate's machine sends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.delivery.events import CurrentResponse, ResponseEvent, project
from examsvc.services import Services, rooms
from examsvc.store import sittings as sitting_store
from examsvc.store.models import FormItemRow, ItemVersionRow, SittingRow
from tests.integration.laid_campaign import Cut, Laid, approved_room, lay_organisation, move_start

PASSWORD = "tay-nải-xanh-7"
MACHINE = "machine-one-" + "x" * 32
OTHER_MACHINE = "machine-two-" + "x" * 32
CANARY = "CANARY-9f3c"  # stands in every text of an item that no candidate may receive


@dataclass(frozen=True, slots=True)
class LaidSitting:
    """One checked-in candidate among others, and where in the exam he is."""

    organisation: Laid
    administration_id: int
    sitting_id: int
    owner: Actor
    stranger: Actor
    item_ids: tuple[str, ...]

    @property
    def proctor(self) -> Actor:
        return self.organisation.staff["proctor"]


def lay_sitting(
    deps: Services,
    *,
    started_ago_s: float | None = 60,
    limit_s: int = 2700,
    n_items: int = 5,
    checked_in: bool = True,
    password: str | None = None,
    sections: Sequence[Cut] = (),
) -> LaidSitting:
    """A sitting whose common start was `started_ago_s` ago; None: it is an hour ahead."""
    organisation = lay_organisation(
        deps, limit_s=limit_s, n_items=n_items, officers=(2, 0), password=password, sections=sections
    )
    administration_id, _room_id, sitting_ids = approved_room(deps, organisation)
    if checked_in:
        for sitting_id in sitting_ids:
            rooms.check_in(deps, organisation.staff["proctor"], sitting_id)
    with deps.store.begin() as session:
        session.execute(sa.update(ItemVersionRow).values(rationale=CANARY, legal_basis=CANARY))
        row = session.get_one(SittingRow, sitting_ids[0])
        item_ids = session.scalars(
            sa.select(FormItemRow.item_version_id)
            .where(FormItemRow.form_id == row.form_id)
            .order_by(FormItemRow.ordinal)
        ).all()
    if started_ago_s is not None:
        move_start(deps, administration_id, started_ago_s)
    owner = next(one for one in organisation.officers if one.user_id == row.user_id)
    stranger = next(one for one in organisation.officers if one.user_id != row.user_id)
    return LaidSitting(
        organisation, administration_id, sitting_ids[0], owner, stranger, tuple(map(str, item_ids))
    )


def response(
    seq: int, item_id: str, option: str | None = "A", *, epoch: int = 1, event_id: str | None = None
) -> ResponseEvent:
    """An event as a candidate's machine makes it."""
    return ResponseEvent(epoch, seq, event_id or str(uuid.uuid4()), item_id, {"response": option}, 0)


def wire(event: ResponseEvent) -> dict[str, object]:
    """The event as JSON."""
    return {
        "epoch": event.epoch,
        "seq": event.seq,
        "event_id": event.event_id,
        "item_id": event.item_id,
        "payload": dict(event.payload),
        "client_ms": event.client_ms,
    }


def projected(deps: Services, sitting_id: int) -> dict[str, CurrentResponse]:
    """What the projection says."""
    with deps.store.read() as session:
        return sitting_store.list_current(session, sitting_id)


def replayed(deps: Services, sitting_id: int) -> dict[str, CurrentResponse]:
    """What the log says."""
    with deps.store.read() as session:
        return project(sitting_store.list_events(session, sitting_id))


def stored(deps: Services, sitting_id: int, standing: str) -> list[tuple[int, int]]:
    """Where in the log the events of a standing stand."""
    with deps.store.read() as session:
        return [event.position for event in sitting_store.list_events(session, sitting_id, standing=standing)]
