"""The desk: what waits for this author, reviewer or bank manager, and the lists of items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import render_template, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import allowed
from examsvc.edge.room import current_actor, deps
from examsvc.services import assignment_views, bank_views
from examsvc.services.bank_views import READS_ALL
from examsvc.store.bank import ItemFilter, ItemLine
from examsvc.web.author.assignment_inputs import ReplyInput
from examsvc.web.author.inputs import MoveInput, identity
from examsvc.web.author.room import room
from examsvc.web.author.showing import open_lines
from item_bank.lifecycle import State

PER_PAGE = 50

# tab → from which state the bank manager moves items to which
QUEUES: dict[str, tuple[State, State]] = {
    "approve": (State.APPRAISED, State.APPROVED),
    "pilot": (State.APPROVED, State.PILOT),
    "release": (State.CALIBRATED, State.OPERATIONAL),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One list of the desk; `waiting` says that what is in it waits for this user."""

    name: str
    title: LazyString
    load: Callable[[Actor], list[Any]]
    waiting: bool = True


def _mine(actor: Actor, *states: State) -> list[Any]:
    wanted = ItemFilter(states=tuple(state.value for state in states), author_id=actor.user_id)
    return bank_views.list_items(deps(), actor, wanted)


def _drafts(actor: Actor) -> list[Any]:
    returned = {back.line.version_id for back in bank_views.list_returned(deps(), actor)}
    return [line for line in _mine(actor, State.DRAFT) if line.version_id not in returned]


def _queue(name: str) -> Callable[[Actor], list[Any]]:
    source, to = QUEUES[name]
    return lambda actor: bank_views.list_movable(deps(), actor, source, to)


def tabs_of(actor: Actor) -> list[Tab]:
    """The lists this user works with, those that wait for him first."""
    tabs: list[Tab] = []
    if allowed(actor, "items.write"):
        tabs += [
            Tab("returned", _l("Returned to me"), lambda who: bank_views.list_returned(deps(), who)),
            Tab("law", _l("The law has changed"), lambda who: bank_views.list_law_updates(deps(), who)),
            Tab("drafts", _l("My drafts"), _drafts),
            Tab("mine", _l("All my items"), _mine, waiting=False),
        ]
    if allowed(actor, "items.review"):
        tabs.append(Tab("review", _l("To appraise"), lambda who: bank_views.review_queue(deps(), who)))
    if allowed(actor, "items.approve"):
        tabs += [
            Tab("approve", _l("To approve"), _queue("approve")),
            Tab("release", _l("To put in use"), _queue("release")),
            Tab("pilot", _l("For a pilot"), _queue("pilot"), waiting=False),
        ]
    if actor.roles & READS_ALL:
        tabs.append(
            Tab(
                "all",
                _l("All items"),
                lambda who: bank_views.list_items(deps(), who, read_filter()),
                waiting=False,
            )
        )
    return tabs


@room.view("/items", permission="items.read")
def desk() -> str:
    """The chosen list, or the first in which something waits."""
    actor = current_actor()
    tabs = tabs_of(actor)
    rows = {tab.name: tab.load(actor) for tab in tabs}
    chosen = next((tab for tab in tabs if tab.name == request.args.get("tab")), None)
    if chosen is None:
        chosen = next((tab for tab in tabs if tab.waiting and rows[tab.name]), None) or tabs[-1]
    topics, authors = bank_views.list_choices(deps(), actor)
    shown = rows[chosen.name]
    if chosen.name == "mine":
        shown = _filtered(actor)
    page = _page(len(shown))
    in_bulk = chosen.name in QUEUES or chosen.name == "drafts"  # what is ticked at once stands on one page
    visible = shown if in_bulk else shown[(page - 1) * PER_PAGE : page * PER_PAGE]
    return render_template(
        "author/desk.html",
        opened=open_lines([_line_of(row) for row in visible], chosen.name, duty=chosen.waiting),
        tabs=tabs,
        counts={name: len(found) for name, found in rows.items()},
        chosen=chosen,
        rows=visible,
        n_rows=len(shown),
        page=page,
        n_pages=1 if in_bulk else max(1, -(-len(shown) // PER_PAGE)),
        topics=topics,
        authors=authors,
        wanted=read_filter(),
        to=QUEUES[chosen.name][1].value if chosen.name in QUEUES else "",
        inputs=MoveInput(formdata=None),
        **_beside(actor, chosen.name, shown),
    )


def _line_of(row: Any) -> ItemLine:
    """The item of a row, whatever stands beside it."""
    return row if isinstance(row, ItemLine) else cast(ItemLine, row.line)


def _beside(actor: Actor, tab: str, shown: list[Any]) -> dict[str, Any]:
    """What the author owes, and what a list shows beside its items."""
    writes = allowed(actor, "items.write")
    return {
        "owed": assignment_views.list_own(deps(), actor) if writes else [],
        "reply": ReplyInput(formdata=None),
        "reply_owed": bank_views.replies_owed(deps(), actor, shown) if tab == "drafts" else set(),
        "progress": {
            line.version_id: progress
            for line, progress in (bank_views.appraisal_queue(deps(), actor) if tab == "review" else [])
        },
    }


def _filtered(actor: Actor) -> list[Any]:
    wanted = read_filter()
    own = ItemFilter(wanted.topic, wanted.level, wanted.states, actor.user_id, None, wanted.text)
    return bank_views.list_items(deps(), actor, own)


def read_filter() -> ItemFilter:
    """What the address narrows the list to."""
    state = request.args.get("state", "")
    return ItemFilter(
        topic=request.args.get("topic", ""),
        level=request.args.get("level", ""),
        states=(state,) if state else (),
        author_id=request.args.get("author", type=identity),
        text=request.args.get("q", "")[:200],
    )


def _page(n_rows: int) -> int:
    last = max(1, -(-n_rows // PER_PAGE))
    return min(max(1, request.args.get("page", 1, type=int)), last)
