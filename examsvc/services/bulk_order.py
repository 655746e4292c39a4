"""What is ordered for many items at once, and what becomes of each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import allowed, permit
from examsvc.store import Session
from examsvc.store.topics import list_topics
from item_bank.bulk import Change, NewBasis, NewLevel, Part, Replacement
from item_bank.errors import BulkRefused
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import State
from item_bank.taxonomy import CognitiveLevel

MOST_AT_ONCE: Final = 50_000
# what is done without looking at each item: putting to use is not, it has lists of its own with their hints
ASIDE: Final = (State.SUSPENDED, State.NEEDS_LAW_UPDATE, State.QUARANTINED, State.RETIRED)


class Act(StrEnum):
    """What can be done to many items at once."""

    REPLACE = "replace"
    BASIS = "basis"
    LEVEL = "level"
    TOPIC = "topic"
    MOVE = "move"


class Way(StrEnum):
    """How an item takes a change."""

    IN_PLACE = "in_place"  # a draft stays the same version
    NEW_VERSION = "new_version"  # a frozen wording gets a draft after it
    ITEM = "item"  # all versions share what is changed
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """One change, as it was typed; what an act does not need is empty."""

    act: str
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

    @property
    def facts(self) -> dict[str, Any]:
        """What it says, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}

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
    n_missed : how often the words are read where they stay
    mark : a digest of all that this line rests on
    """

    version_id: int
    item_id: int
    code: str
    version: int
    state: str
    way: Way | None = None
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[ItemVersion, Key] | None = None
    after: tuple[ItemVersion, Key] | None = None
    n_places: int = 0
    n_missed: int = 0
    was: str = ""  # topic, cognitive level or state
    mark: str = ""


def targets_of(actor: Actor) -> tuple[State, ...]:
    """Where this person may move many items: the lifecycle's table says which of them, one by one."""
    targets = ASIDE if allowed(actor, "items.release_to_exams") else ()
    return (State.IN_REVIEW, *targets) if allowed(actor, "items.edit") else targets


def require_order(session: Session, actor: Actor, order: BulkOrder, n_items: int) -> None:
    """Raise BulkRefused, with the field, for an order that could be carried out on no item."""
    permit(actor, "bulk.order")
    if order.act not in set(Act):
        raise BulkRefused("CHOOSE_ACT", field="act")
    if not n_items:
        raise BulkRefused("NO_ITEMS", field="act")
    if n_items > MOST_AT_ONCE:
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
