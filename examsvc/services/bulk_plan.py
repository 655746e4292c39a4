"""What an order for many items would do to each of them, and which it leaves as they are and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import Facts, allowed, permit
from examsvc.accounts.roles import Role
from examsvc.ports import StagedProgress
from examsvc.services.bank_states import load_histories, mover_of
from examsvc.services.viewing import READS_ALL
from examsvc.store import Session
from examsvc.store import item_versions as versions
from examsvc.store.item_uses import forms_of_items
from examsvc.store.item_versions import VersionOfItem
from examsvc.store.models import ItemVersionRow
from examsvc.store.topics import list_topics
from item_bank.bulk import Change, NewBasis, NewLevel, Part, Replacement, changed
from item_bank.errors import BulkRefused, LeftAsItIs, TransitionRefused
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import History, State, is_wording_frozen, move
from item_bank.taxonomy import CognitiveLevel

MOST_AT_ONCE: Final = 5_000
AT_A_TIME: Final = 200  # items whose rows are looked at together
_MOVERS: Final = frozenset({Role.AUTHOR, Role.BANK_MANAGER})  # appraising is done one by one


class Act(StrEnum):
    """What can be done to many items at once."""

    TOPIC = "topic"
    LEVEL = "level"
    REPLACE = "replace"
    BASIS = "basis"
    MOVE = "move"


class Way(StrEnum):
    """How an item takes a change."""

    IN_PLACE = "in_place"  # a draft stays the same version
    NEW_VERSION = "new_version"  # a frozen wording gets a draft after it
    ITEM = "item"  # all versions share what is changed
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """What is to be done to which item versions, as it was typed; what an act does not need is empty."""

    act: str
    version_ids: tuple[int, ...]
    reason: str
    topic: str = ""
    level: str = ""
    find: str = ""
    put: str = ""
    parts: tuple[str, ...] = ()
    whole_words: bool = True
    with_case: bool = True
    basis: str = ""
    adds: bool = False
    to: str = ""

    @property
    def shows_texts(self) -> bool:
        """Whether its preview shows words of the items."""
        return self.act in {Act.REPLACE, Act.BASIS}

    def change(self) -> Change:
        """What it does to a wording. Raises BulkRefused with the field that is wrong."""
        if self.act == Act.REPLACE:
            parts = frozenset(Part(part) for part in self.parts if part in set(Part))
            return Replacement(self.find, self.put, parts, self.whole_words, self.with_case)
        if self.act == Act.BASIS:
            return NewBasis(self.basis, self.adds)
        if self.level not in set(CognitiveLevel):
            raise BulkRefused("CHOOSE_LEVEL", field="level")
        return NewLevel(CognitiveLevel(self.level))


@dataclass(frozen=True, slots=True)
class BulkLine:
    """An item version and what becomes of it.

    way : None: it is left as it is, `why` and `facts` say why
    before, after : with their keys, where a wording changes
    mark : a digest of all that this line rests on
    """

    version_id: int
    item_id: int
    code: str
    version: int
    state: str
    way: Way | None
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[ItemVersion, Key] | None = None
    after: tuple[ItemVersion, Key] | None = None
    n_places: int = 0
    n_missed: int = 0
    was: str = ""  # topic or cognitive level
    mark: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the items of one part, beyond their rows."""

    newest: Mapping[int, ItemVersionRow]
    reviewed: Mapping[int, set[int]]
    histories: Mapping[int, History]
    items: Mapping[int, ItemVersion]
    keys: Mapping[int, Key]
    on_forms: Mapping[int, str]
    topics: Mapping[int, str]


def _silent(done: int, total: int, stage: str = "") -> None:  # noqa: ARG001
    return


def targets_of(actor: Actor) -> tuple[State, ...]:
    """Where this person may move items at all: the lifecycle's table says which, one by one."""
    if allowed(actor, "items.release_to_exams"):
        return tuple(State)
    return (State.IN_REVIEW,) if allowed(actor, "items.edit") else ()


def require_order(session: Session, actor: Actor, order: BulkOrder) -> None:
    """Raise BulkRefused, with the field, for an order that could be carried out on no item."""
    permit(actor, "items.change_in_bulk", Facts(owner_user_id=actor.user_id))
    if order.act not in set(Act):
        raise BulkRefused("CHOOSE_ACT", field="act")
    if not order.version_ids:
        raise BulkRefused("NO_ITEMS", field="act")
    if len(order.version_ids) > MOST_AT_ONCE:
        raise BulkRefused("TOO_MANY_ITEMS", field="act", most=MOST_AT_ONCE)
    if order.act == Act.TOPIC:
        if order.topic not in {topic.code for topic in list_topics(session)}:
            raise BulkRefused("CHOOSE_TOPIC", field="topic")
    elif order.act == Act.MOVE:
        if order.to not in set(targets_of(actor)):
            raise BulkRefused("CHOOSE_STATE", field="to")
    else:
        order.change()
    if not order.reason.strip():
        raise BulkRefused("REASON_MISSING", field="reason")


def plan_of(
    session: Session,
    actor: Actor,
    order: BulkOrder,
    progress: StagedProgress = _silent,
    *,
    lock: bool = False,
) -> list[BulkLine]:
    """A line for each item version of the order, by code; `lock` holds their rows.

    Raises BulkRefused, NotFound, and Forbidden where one may not even be read.
    """
    require_order(session, actor, order)
    pairs = versions.get_pairs(session, order.version_ids, lock=lock)
    topics = {topic.id: topic.code for topic in list_topics(session)}
    lines: list[BulkLine] = []
    for start in range(0, len(pairs), AT_A_TIME):
        progress(start, len(pairs), "comparing")
        part = pairs[start : start + AT_A_TIME]
        known = _known(session, order, part, topics)
        lines += [_line(actor, order, pair, known) for pair in part]
    return _once_an_item(sorted(lines, key=lambda line: (line.code, line.version)))


def _known(
    session: Session, order: BulkOrder, pairs: Sequence[VersionOfItem], topics: Mapping[int, str]
) -> _Known:
    ids, item_ids = [version.id for version, _ in pairs], [item.id for _, item in pairs]
    moves, worded = order.act == Act.MOVE, order.act not in {Act.MOVE, Act.TOPIC}
    return _Known(
        newest=versions.newest_of_items(session, item_ids),
        reviewed=versions.reviewers_of(session, ids),
        histories=load_histories(session, pairs) if moves else {},
        items=versions.get_versions(session, ids) if worded else {},
        keys=versions.newest_keys(session, ids) if worded else {},
        on_forms=forms_of_items(session, item_ids) if order.act == Act.TOPIC else {},
        topics=topics,
    )


def _line(actor: Actor, order: BulkOrder, pair: VersionOfItem, known: _Known) -> BulkLine:
    version, item = pair
    if item.author_id != actor.user_id and not actor.roles & READS_ALL:
        raise Forbidden("items.read", "own")
    line = BulkLine(version.id, item.id, item.code, version.version, version.state, None)
    try:
        _require_reach(actor, order, pair)
        line = _PLANNERS[Act(order.act)](actor, order, pair, known, line)
    except LeftAsItIs as left:
        line = replace(line, why=left.code, facts=left.params)
    newest = known.newest[item.id]
    rests_on = (newest.id, newest.state, known.topics[item.topic_id], known.items.get(version.id))
    digest = hashlib.sha256(repr((rests_on, known.keys.get(version.id), line)).encode()).hexdigest()
    return replace(line, mark=digest[:32])


def _require_reach(actor: Actor, order: BulkOrder, pair: VersionOfItem) -> None:
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
        raise LeftAsItIs("SUPERSEDED", version=newest.version)


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
    return replace(line, way=Way.MOVE)


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
        if line.way is Way.ITEM and line.item_id in seen:
            line = replace(line, way=None, why="SAME_ITEM")  # noqa: PLW2901
        elif line.way is Way.ITEM:
            seen.add(line.item_id)
        found.append(line)
    return found
