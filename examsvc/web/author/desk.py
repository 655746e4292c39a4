"""The desk: what waits for this author, reviewer or bank manager, and the lists of items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

from flask import render_template, request
from flask_babel import LazyString

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import allowed
from examsvc.edge.room import current_actor, deps
from examsvc.services import assignment_views, bank_lists
from examsvc.services.bank_lists import Part
from examsvc.services.bank_views import READS_ALL
from examsvc.services.key_correction_views import count_waiting
from examsvc.services.viewing import Opened
from examsvc.store.bank import ItemFilter, ItemLine
from examsvc.web.author.assignment_inputs import ReplyInput
from examsvc.web.author.inputs import MoveInput, identity
from examsvc.web.author.room import room
from examsvc.web.author.showing import open_lines
from examsvc.web.author.wording_guarding import LISTS
from item_bank.lifecycle import ASIDE, State

PER_PAGE = 50
# not a state but a choice of the list: what is on its way or in use
IN_USE = tuple(state.value for state in State if state not in (State.RETIRED, *ASIDE))
PER_BULK_PAGE = 200  # what is ticked at once stands on one page

NARROWING = ("q", "topic", "level", "state", "author", "pool", "fault", "interaction")

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
    count: Callable[[Actor], int]
    load: Callable[[Actor, Part], list[Any]]
    waiting: bool = True


def _in_part(load: Callable[[Actor], list[Any]]) -> dict[str, Any]:
    """Of a list that is short for anybody: it is loaded to be counted."""
    return {
        "count": lambda actor: len(load(actor)),
        "load": lambda actor, part: load(actor)[part.offset :][: part.limit],
    }


def _filtered(wanted: Callable[[Actor], ItemFilter]) -> dict[str, Any]:
    return {
        "count": lambda actor: bank_lists.count_items(deps(), actor, wanted(actor)),
        "load": lambda actor, part: bank_lists.page_items(deps(), actor, wanted(actor), part).lines,
    }


def _drafts(actor: Actor) -> ItemFilter:
    returned = tuple(back.line.version_id for back in bank_lists.list_returned(deps(), actor))
    return ItemFilter(states=(State.DRAFT.value,), author_id=actor.user_id, but=returned)


def _queue(name: str) -> dict[str, Any]:
    source, to = QUEUES[name]
    return {
        "count": lambda actor: bank_lists.count_movable(deps(), actor, source, to),
        "load": lambda actor, part: bank_lists.list_movable(deps(), actor, source, to, part),
    }


def _appraising() -> dict[str, Any]:
    return {
        "count": lambda actor: bank_lists.count_to_appraise(deps(), actor),
        "load": lambda actor, part: bank_lists.appraisal_queue(deps(), actor, part),
    }


def tabs_of(actor: Actor) -> list[Tab]:
    """The lists this user works with, those that wait for him first."""
    tabs: list[Tab] = []
    if allowed(actor, "items.write"):
        returned = _in_part(lambda who: bank_lists.list_returned(deps(), who))
        law = _in_part(lambda who: bank_lists.list_law_updates(deps(), who))
        tabs += [
            Tab("returned", LISTS["returned"], **returned),
            Tab("law", LISTS["law"], **law),
            Tab("drafts", LISTS["drafts"], **_filtered(_drafts)),
            Tab(
                "mine",
                LISTS["mine"],
                **_filtered(lambda who: replace(_filter_of("mine"), author_id=who.user_id)),
                waiting=False,
            ),
        ]
    if allowed(actor, "items.review"):
        tabs.append(Tab("review", LISTS["review"], **_appraising()))
    if allowed(actor, "items.approve"):
        tabs += [
            Tab("approve", LISTS["approve"], **_queue("approve")),
            Tab("release", LISTS["release"], **_queue("release")),
            Tab("pilot", LISTS["pilot"], **_queue("pilot"), waiting=False),
        ]
    if actor.roles & READS_ALL:
        tabs.append(Tab("all", LISTS["all"], **_filtered(lambda _who: _filter_of("all")), waiting=False))
    return tabs


@room.view("/items", permission="items.read")
def desk() -> str:
    """The chosen list, or the first in which something waits."""
    actor = current_actor()
    tabs = tabs_of(actor)
    counts = {tab.name: tab.count(actor) for tab in tabs}
    chosen = next((tab for tab in tabs if tab.name == request.args.get("tab")), None)
    if chosen is None:
        chosen = next((tab for tab in tabs if tab.waiting and counts[tab.name]), None) or tabs[-1]
    topics, authors = bank_lists.list_choices(deps(), actor)
    in_bulk = chosen.name in QUEUES or chosen.name == "drafts"
    per_page = PER_BULK_PAGE if in_bulk else PER_PAGE
    n_pages = max(1, -(-counts[chosen.name] // per_page))
    page = min(max(1, request.args.get("page", 1, type=int)), n_pages)
    rows = chosen.load(actor, Part(per_page, (page - 1) * per_page))
    progress = {line.version_id: how for line, how in rows} if chosen.name == "review" else {}
    rows = [line for line, _how in rows] if chosen.name == "review" else rows
    duty = chosen.waiting or chosen.name in QUEUES
    opened = open_lines([_line_of(row) for row in rows], chosen.name, duty=duty)
    text = read_filter().text
    rows = [row for row in rows if is_told(_line_of(row), text, opened)]
    return render_template(
        "author/desk.html",
        opened=opened,
        tabs=tabs,
        counts=counts,
        chosen=chosen,
        rows=rows,
        progress=progress,
        n_rows=counts[chosen.name],
        page=page,
        page_numbers=page_numbers(page, n_pages),
        topics=topics,
        authors=authors,
        wanted=read_filter(),
        address=_address(),
        all_of_list=_address() | ({"author": str(actor.user_id)} if chosen.name == "mine" else {}),
        to=QUEUES[chosen.name][1].value if chosen.name in QUEUES else "",
        inputs=MoveInput(formdata=None),
        n_corrections=count_waiting(deps(), actor),
        **_beside(actor, chosen.name, rows),
    )


def is_told(line: ItemLine, text: str, opened: Opened) -> bool:
    """That an item was found by its words is said of those alone whose words are shown."""
    return line.version_id not in opened.withheld or text.strip().lower() in line.code.lower()


def page_numbers(page: int, n_pages: int) -> list[int | None]:
    """The pages that a long list offers: the ends and those around this one; None where some are left out."""
    near = {1, n_pages, *range(page - 2, page + 3)}
    offered: list[int | None] = []
    for number in sorted(number for number in near if 1 <= number <= n_pages):
        if offered and number - (offered[-1] or 0) > 1:
            offered.append(None)
        offered.append(number)
    return offered


def _beside(actor: Actor, tab: str, shown: list[Any]) -> dict[str, Any]:
    """What the author owes, and what a list shows beside its items."""
    writes = allowed(actor, "items.write")
    return {
        "owed": assignment_views.list_own(deps(), actor) if writes else [],
        "reply": ReplyInput(formdata=None),
        "reply_owed": bank_lists.replies_owed(deps(), actor, shown) if tab == "drafts" else set(),
    }


def _line_of(row: Any) -> ItemLine:
    """The item of a row, whatever stands beside it."""
    return row if isinstance(row, ItemLine) else cast(ItemLine, row.line)


def _filter_of(tab: str) -> ItemFilter:
    """That of the list that is shown: how many there are in another one is told of the whole of it.

    Beside a list that costs nothing, the number of what is found by its words would be an oracle for nothing.
    """
    return read_filter() if request.args.get("tab") == tab else ItemFilter()


def read_filter() -> ItemFilter:
    """What the address narrows the list to."""
    state = request.args.get("state", "")
    return ItemFilter(
        topic=request.args.get("topic", ""),
        level=request.args.get("level", ""),
        states=IN_USE if state == "in_use" else (state,) if state else (),
        author_id=request.args.get("author", type=identity),
        text=request.args.get("q", "")[:200],
        pool=request.args.get("pool", ""),
        fault=request.args.get("fault", "")[:40],
        interaction=request.args.get("interaction", "")[:24],
    )


def _address() -> dict[str, str]:
    """What the filter's addresses carry from page to page."""
    return {name: request.args[name] for name in NARROWING if request.args.get(name)}
