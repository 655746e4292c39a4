"""Writing what an order for many items says: drafts, new versions, topics and moves, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from examsvc.accounts.actor import Actor
from examsvc.services.assignment_choice import FITTING, reassign
from examsvc.services.bank import AT_ONCE, submit_pairs
from examsvc.services.bank_drafts import (
    correct_key,
    keep_stimuli,
    key_row,
    read_again,
    version_row,
    write_wording,
)
from examsvc.services.bank_review import move_pairs
from examsvc.services.bank_states import Moved, Request
from examsvc.services.bulk_order import BulkLine, BulkOrder, Way
from examsvc.store import Session, database_now
from examsvc.store import item_versions as versions
from examsvc.store.item_versions import VersionOfItem
from examsvc.store.topics import list_topics
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import State

Entry = tuple[str, str, Mapping[str, Any]]  # action, subject, detail
Written = tuple[list[Entry], dict[int, int]]  # what was planned → the version that there is now


@dataclass(frozen=True, slots=True)
class _Task:
    """Who changes what, in which job."""

    session: Session
    actor: Actor
    order: BulkOrder
    job_id: int
    rows: Mapping[int, VersionOfItem]

    def entry(self, action: str, subject: str, **detail: Any) -> Entry:
        return action, subject, {**detail, "bulk": self.job_id, "reason": self.order.reason}


def write_lines(
    session: Session, actor: Actor, order: BulkOrder, lines: Sequence[BulkLine], job_id: int
) -> Written:
    """Change the items of these lines, whose rows are locked.

    Returns the entries that the caller is to record last, and the versions that the items now have.
    """
    pairs = versions.get_pairs(session, [line.version_id for line in lines])
    task = _Task(session, actor, order, job_id, {version.id: (version, item) for version, item in pairs})
    entries: list[Entry] = []
    made: dict[int, int] = {}
    for way, write in _WRITERS.items():
        of_way = [line for line in lines if line.way is way]
        for start in range(0, len(of_way), AT_ONCE):
            some_entries, some_made = write(task, of_way[start : start + AT_ONCE])
            entries += some_entries
            made |= some_made
    return entries, made


def _new_versions(task: _Task, lines: Sequence[BulkLine]) -> Written:
    """A draft after each, written by the actor: its author hands it in, and the actor judges it nowhere."""
    session, now = task.session, database_now(task.session)
    drafts = [_next(task, line) for line in lines]
    stimuli = keep_stimuli(session, task.actor, [item for item, _key in drafts], now)
    rows = [
        version_row(line.item_id, item, task.actor, now, stimuli)
        for line, (item, _key) in zip(lines, drafts, strict=True)
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(
        key_row(row.id, key, task.actor, now) for row, (_item, key) in zip(rows, drafts, strict=True)
    )
    session.flush()
    read_again(session, {row.id: draft for row, draft in zip(rows, drafts, strict=True)})
    entries = [
        task.entry(
            "items.new_version", f"item_version:{row.id}", copied_from=line.version_id, version=row.version
        )
        for row, line in zip(rows, lines, strict=True)
    ]
    return entries, {line.version_id: row.id for row, line in zip(rows, lines, strict=True)}


def _next(task: _Task, line: BulkLine) -> tuple[ItemVersion, Key]:
    item, key = _after(line)
    number = task.rows[line.version_id][0].version + 1  # the newest: only of that is there a new one
    return replace(item, version=number), replace(key, version=1)


def _in_place(task: _Task, lines: Sequence[BulkLine]) -> Written:
    session, now = task.session, database_now(task.session)
    stimuli = keep_stimuli(session, task.actor, [_after(line)[0] for line in lines], now)
    read: dict[int, tuple[ItemVersion, Key]] = {}
    entries: list[Entry] = []
    for line in lines:
        item, key = _after(line)
        version, item_row = task.rows[line.version_id]
        write_wording(version, item, stimuli)
        _keep_assigned(task, line, item)
        read[version.id] = (item, correct_key(session, task.actor, version.id, key))
        facts = {"wording_hash": version.wording_hash, "assignment_id": item_row.assignment_id}
        entries.append(task.entry("items.edit", f"item_version:{version.id}", **facts))
    read_again(session, read)
    return entries, {line.version_id: line.version_id for line in lines}


def _topics(task: _Task, lines: Sequence[BulkLine]) -> Written:
    ids = {topic.code: topic.id for topic in list_topics(task.session)}
    entries: list[Entry] = []
    for line in lines:
        version, item = task.rows[line.version_id]
        item.topic_id = ids[task.order.topic]
        if version.version == 1:
            _keep_assigned(task, line, versions.get_version(task.session, version.id))
        facts = {"from_topic": line.was, "to_topic": task.order.topic}
        entries.append(task.entry("items.change_topic", f"item:{item.id}", **facts))
    return entries, {line.version_id: line.version_id for line in lines}


def _keep_assigned(task: _Task, line: BulkLine, item: ItemVersion) -> None:
    """A draft of one's own that was never handed in counts for what it now fits, as when it is edited."""
    version, row = task.rows[line.version_id]
    own = row.author_id == task.actor.user_id
    if own and version.version == 1 and version.state == State.DRAFT and row.handed_in_on is None:
        task.session.flush()
        row.assignment_id = reassign(task.session, task.actor, item, FITTING, row.assignment_id)


def _moves(task: _Task, lines: Sequence[BulkLine]) -> Written:
    request = Request(State(task.order.to), task.order.reason)
    pairs = [task.rows[line.version_id] for line in lines]
    drafts = [pair for pair in pairs if pair[0].state == State.DRAFT and request.to is State.IN_REVIEW]
    others = [pair for pair in pairs if pair not in drafts]
    entries: list[Entry] = []
    if drafts:
        entries += _moved(task, *submit_pairs(task.session, task.actor, drafts))
    if others:
        entries += _moved(task, *move_pairs(task.session, task.actor, others, request))
    return entries, {line.version_id: line.version_id for line in lines}


def _moved(task: _Task, action: str, moved: Sequence[Moved]) -> list[Entry]:
    return [
        task.entry(
            action,
            f"item_version:{step.version_id}",
            from_state=step.from_state.value,
            to_state=step.to_state.value,
            comment=step.comment,
        )
        for step in moved
    ]


def _after(line: BulkLine) -> tuple[ItemVersion, Key]:
    if line.after is None:
        raise ValueError(line.code)
    return line.after


_WRITERS: Final[dict[Way, Callable[[_Task, Sequence[BulkLine]], Written]]] = {
    Way.NEW_VERSION: _new_versions,
    Way.IN_PLACE: _in_place,
    Way.ITEM: _topics,
    Way.MOVE: _moves,
}
