"""What an order would do to each item, and which it leaves as they are and why."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import Facts, permit
from examsvc.accounts.roles import Role
from examsvc.services.bank_states import load_histories, mover_of
from examsvc.services.bulk_order import Act, BulkLine, BulkOrder, Way
from examsvc.services.viewing import READS_ALL
from examsvc.store import NotFound, Session, bulk, database_now
from examsvc.store import item_versions as versions
from examsvc.store.item_uses import forms_ahead, forms_of_items
from examsvc.store.item_versions import VersionOfItem
from examsvc.store.models import ItemVersionRow
from examsvc.store.topics import list_topics
from item_bank.bulk import changed
from item_bank.errors import LeftAsItIs, TransitionRefused
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import History, State, is_wording_frozen, move

AT_A_TIME: Final = 250  # items whose rows are looked at together
_MOVERS: Final = frozenset({Role.AUTHOR, Role.BANK_MANAGER})  # appraising is done one by one


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the items of one part, beyond their rows."""

    newest: Mapping[int, ItemVersionRow]
    reviewed: Mapping[int, set[int]]
    keys: Mapping[int, Key]
    topics: Mapping[int, str]
    histories: Mapping[int, History]
    items: Mapping[int, ItemVersion]
    on_forms: Mapping[int, str]
    ahead: Mapping[int, str]


def parts_of(session: Session, version_ids: Collection[int]) -> Iterator[list[int]]:
    """The item versions in parts that can be planned by themselves: none divides an item.

    Raises NotFound where one of them does not exist.
    """
    found = bulk.in_order_of_items(session, version_ids)
    missing = set(version_ids) - {version_id for _item_id, version_id in found}
    if missing:
        raise NotFound("item_version", min(missing))
    part: list[int] = []
    for _item_id, of_item in groupby(found, key=lambda pair: pair[0]):
        if len(part) >= AT_A_TIME:
            yield part
            part = []
        part = part + [version_id for _item, version_id in of_item]
    if part:
        yield part


def plan_part(
    session: Session, actor: Actor, order: BulkOrder, version_ids: Sequence[int], *, lock: bool = False
) -> list[BulkLine]:
    """A line for each of these item versions, by code; `lock` holds their rows.

    Raises NotFound, and Forbidden where one may not even be read.
    """
    pairs = versions.get_pairs(session, version_ids, lock=lock)
    known = _known(session, order, pairs)
    lines = [_line(actor, order, pair, known) for pair in pairs]
    return _once_an_item(sorted(lines, key=lambda line: (line.code, line.version)))


def _known(session: Session, order: BulkOrder, pairs: Sequence[VersionOfItem]) -> _Known:
    ids, item_ids = [version.id for version, _ in pairs], [item.id for _, item in pairs]
    worded = order.act not in {Act.MOVE, Act.TOPIC}
    return _Known(
        newest=versions.newest_of_items(session, item_ids),
        reviewed=versions.reviewers_of(session, ids),
        keys=versions.newest_keys(session, ids),
        topics={topic.id: topic.code for topic in list_topics(session)},
        histories=load_histories(session, pairs) if order.act == Act.MOVE else {},
        items=versions.get_versions(session, ids) if worded else {},
        on_forms=forms_of_items(session, item_ids) if order.act == Act.TOPIC else {},
        ahead=forms_ahead(session, ids, database_now(session)) if order.to == State.RETIRED else {},
    )


def _line(actor: Actor, order: BulkOrder, pair: VersionOfItem, known: _Known) -> BulkLine:
    version, item = pair
    if item.author_id != actor.user_id and not actor.roles & READS_ALL:
        raise Forbidden("items.read", "own")
    line = BulkLine(version.id, item.id, item.code, version.version, version.state)
    try:
        _require_reach(actor, pair)
        line = _PLANNERS[Act(order.act)](actor, order, pair, known, line)
    except LeftAsItIs as left:
        line = replace(line, why=left.code, facts=left.params)
    return replace(line, mark=_mark(pair, known, line))


def _mark(pair: VersionOfItem, known: _Known, line: BulkLine) -> str:
    """Alike only where the same order would still find, and make, the same: keys are never overwritten."""
    version, item = pair
    newest = known.newest[item.id]
    rests_on = [*bulk.contents_of(version, item), newest.id, newest.state, known.keys[version.id].version]
    digest = hashlib.sha256(repr((rests_on, line.way, line.why, sorted(line.facts.items()))).encode())
    return digest.hexdigest()[:32]


def _require_reach(actor: Actor, pair: VersionOfItem) -> None:
    """Others' items are the bank manager's alone to change."""
    try:
        permit(actor, "items.change_in_bulk", Facts(owner_user_id=pair[1].author_id))
    except Forbidden as refusal:
        raise LeftAsItIs("NOT_YOURS") from refusal


def _is_open(version: ItemVersionRow, known: _Known) -> bool:
    return not is_wording_frozen(State(version.state), was_in_review=version.id in known.reviewed)


def _require_newest(pair: VersionOfItem, known: _Known) -> None:
    version, item = pair
    newest = known.newest[item.id]
    if newest.id != version.id:
        raise LeftAsItIs("NOT_NEWEST", version=newest.version)


def _plan_wording(
    actor: Actor, order: BulkOrder, pair: VersionOfItem, known: _Known, line: BulkLine
) -> BulkLine:
    version, item = pair
    _require_newest(pair, known)
    if version.state == State.RETIRED:
        raise LeftAsItIs("ITEM_RETIRED")
    if version.state == State.DRAFT and actor.user_id not in {item.author_id, version.created_by}:
        raise LeftAsItIs("AUTHORS_DRAFT")
    before = (known.items[version.id], known.keys[version.id])
    found = changed(*before, order.change())
    return replace(
        line,
        way=Way.IN_PLACE if _is_open(version, known) else Way.NEW_VERSION,
        before=before,
        after=(found.item, found.key),
        n_places=found.n_places,
        n_missed=found.n_missed,
        was=version.cognitive_level,
    )


def _plan_topic(
    actor: Actor, order: BulkOrder, pair: VersionOfItem, known: _Known, line: BulkLine
) -> BulkLine:
    version, item = pair
    was = known.topics[item.topic_id]
    if was == order.topic:
        raise LeftAsItIs("SAME_TOPIC")
    if known.newest[item.id].version == 1 and _is_open(version, known):
        if item.author_id != actor.user_id:
            raise LeftAsItIs("AUTHORS_DRAFT")
    elif Role.BANK_MANAGER not in actor.roles:
        raise LeftAsItIs("TOPIC_FIXED")
    # marks are counted for a competency by the item's topic: what was sat, or will be, stays what it is
    if item.id in known.on_forms:
        raise LeftAsItIs("ON_FORM", form=known.on_forms[item.id])
    return replace(line, way=Way.ITEM, was=was)


def _plan_move(
    actor: Actor, order: BulkOrder, pair: VersionOfItem, known: _Known, line: BulkLine
) -> BulkLine:
    version, _item = pair
    mover = mover_of(replace(actor, roles=actor.roles & _MOVERS))
    if version.state == State.DRAFT:
        _require_newest(pair, known)
    try:
        move(State(version.state), State(order.to), mover, known.histories[version.id], comment=order.reason)
    except TransitionRefused as refusal:
        raise LeftAsItIs(refusal.code, **refusal.params) from refusal
    if version.id in known.ahead:  # the end of an item is not decided in passing while candidates have it
        raise LeftAsItIs("FORM_AHEAD", form=known.ahead[version.id])
    return replace(line, way=Way.MOVE, was=version.state)


_PLANNERS: Final = {
    Act.TOPIC: _plan_topic,
    Act.LEVEL: _plan_wording,
    Act.REPLACE: _plan_wording,
    Act.BASIS: _plan_wording,
    Act.MOVE: _plan_move,
}


def _once_an_item(lines: Sequence[BulkLine]) -> list[BulkLine]:
    """What all versions of an item share is changed once."""
    seen: set[int] = set()
    found: list[BulkLine] = []
    for line in lines:
        again = line.way is Way.ITEM and line.item_id in seen
        found.append(replace(line, way=None, why="SAME_ITEM") if again else line)
        if line.way is Way.ITEM:
            seen.add(line.item_id)
    return found
