"""Writing items: new ones, changes of drafts, new versions, submission for review."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.services.assignment_choice import FITTING, assign, reassign
from examsvc.services.audit import record_act
from examsvc.services.bank_drafts import (
    correct_key,
    keep_stimuli,
    key_row,
    read_again,
    version_row,
    write_wording,
)
from examsvc.services.bank_errors import DraftOpen, Superseded, WordingFrozen
from examsvc.services.bank_states import Moved, Request, change_states, record_moves
from examsvc.services.deps import Services
from examsvc.services.media import require_media
from examsvc.store import Session, database_now
from examsvc.store import bank as store
from examsvc.store import item_versions as versions
from examsvc.store.item_versions import VersionOfItem
from examsvc.store.models import ItemRow, ItemVersionRow
from examsvc.store.topics import list_topics
from item_bank.enemies import enemy_pairs
from item_bank.errors import InvalidItem
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import State, is_wording_frozen
from item_bank.stem import plain_line
from item_bank.wording import Wording, compose

AT_ONCE: Final = 1_000  # items whose rows are held


def add_item(deps: Services, actor: Actor, wording: Wording, assignment: str = FITTING) -> int:
    """Write a new item; returns the id of its first version, a draft.

    assignment : the id of what it is written for, or that it is for none, or for what it fits
    """
    permit(actor, "items.write")
    item, key = compose(wording, str(actor.user_id))
    with deps.store.begin() as session:
        store.lock_bank(session)
        known = store.item_ids(session)
        if item.code.casefold() in {code.casefold() for code in known}:
            raise InvalidItem("CODE_IN_BANK", field="code", value=item.code)
        require_media(session, item)
        [version] = store_items(session, actor, [(item, key)], assignment)
        _add_enemies(session, wording, {**known, item.code: version.item_id})
        assignment_id = session.get_one(ItemRow, version.item_id).assignment_id
        record_act(
            session,
            actor,
            "items.add",
            f"item_version:{version.id}",
            code=item.code,
            assignment_id=assignment_id,
        )
        return version.id


@dataclass(frozen=True, slots=True)
class Stored:
    """A first version that was stored, by its id, and the item that it is of."""

    id: int
    item_id: int


def store_items(
    session: Session, actor: Actor, new: Sequence[tuple[ItemVersion, Key]], assignment: str = FITTING
) -> list[Stored]:
    """New items with their first versions and keys, by the actor, in the caller's transaction.

    However many they are, the session holds the rows of a part of them at a time.
    """
    now = database_now(session)
    topics = {topic.code: topic.id for topic in list_topics(session)}
    for item, _key in new:
        if item.topic not in topics:
            raise InvalidItem("UNKNOWN_TOPIC", field="topic", value=item.topic)
    assigned = assign(session, actor, [item for item, _key in new], assignment)
    stimuli = keep_stimuli(session, actor, [item for item, _key in new], now)
    stored: list[Stored] = []
    for start in range(0, len(new), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        rows = [
            ItemRow(
                code=item.code,
                topic_id=topics[item.topic],
                author_id=actor.user_id,
                created_at=now,
                pool=item.pool.value,
                assignment_id=assignment_id,
            )
            for (item, _key), assignment_id in zip(new[part], assigned[part], strict=True)
        ]
        stored += _store_part(session, actor, rows, new[part], (stimuli, now))
    return stored


def _store_part(
    session: Session,
    actor: Actor,
    items: Sequence[ItemRow],
    new: Sequence[tuple[ItemVersion, Key]],
    known: tuple[Mapping[str, int], datetime],
) -> list[Stored]:
    """The rows of these items, which the session forgets when they are written."""
    stimuli, now = known
    _write(session, items)
    first = [
        version_row(row.id, item, actor, now, stimuli) for row, (item, _key) in zip(items, new, strict=True)
    ]
    _write(session, first)
    keys = [key_row(version.id, key, actor, now) for version, (_item, key) in zip(first, new, strict=True)]
    _write(session, keys)
    read_again(session, {version.id: pair for version, pair in zip(first, new, strict=True)})
    stored = [Stored(version.id, version.item_id) for version in first]
    for row in (*items, *first, *keys):
        session.expunge(row)
    return stored


def _write(session: Session, rows: Sequence[object]) -> None:
    session.add_all(rows)
    session.flush()


def edit_draft(
    deps: Services, actor: Actor, version_id: int, wording: Wording, assignment: str = FITTING
) -> None:
    """Change the wording of a draft that nobody has reviewed; the code stays."""
    with deps.store.begin() as session:
        version, item = _own(session, actor, version_id)
        _require_editable(session, version)
        first = version.version == 1
        topics = {row.code: row.id for row in list_topics(session)}
        if not first:  # topic and pool belong to the item, whose earlier version others have seen
            topic = next(code for code, id_ in topics.items() if id_ == item.topic_id)
            wording = replace(wording, topic=topic, pool=item.pool)
        wording = replace(wording, code=item.code)
        composed, key = compose(wording, str(item.author_id), version.version)
        if composed.topic not in topics:
            raise InvalidItem("UNKNOWN_TOPIC", field="topic", value=composed.topic)
        require_media(session, composed)
        item.topic_id, item.pool = topics[composed.topic], composed.pool.value
        if first and item.handed_in_on is None:
            item.assignment_id = reassign(session, actor, composed, assignment, item.assignment_id)
        now = database_now(session)
        write_wording(version, composed, keep_stimuli(session, actor, [composed], now))
        kept = correct_key(session, actor, version.id, key)
        read_again(session, {version.id: (composed, kept)})
        if first:  # nothing rests on the enemies of an item that was never submitted
            store.drop_enemies(session, item.id)
        _add_enemies(session, wording, store.item_ids(session))
        record_act(
            session,
            actor,
            "items.edit",
            f"item_version:{version.id}",
            wording_hash=version.wording_hash,
            assignment_id=item.assignment_id,
        )


def new_version(deps: Services, actor: Actor, version_id: int) -> int:
    """Copy a frozen wording into a new draft; returns the draft's id. Raises DraftOpen where there is one."""
    with deps.store.begin() as session:
        version, item = _own(session, actor, version_id)
        newest = versions.list_versions(session, item.id)[0]
        if is_editable(session, newest):
            raise DraftOpen("DRAFT_OPEN", item=item.code, version_id=newest.id)
        copied = versions.get_version(session, version.id)
        key = versions.newest_keys(session, [version.id])[version.id]
        now = database_now(session)
        stimuli = keep_stimuli(session, actor, [copied], now)
        draft = version_row(item.id, replace(copied, version=newest.version + 1), actor, now, stimuli)
        session.add(draft)
        session.flush()
        first_key = replace(key, version=1)
        session.add(key_row(draft.id, first_key, actor, now))
        read_again(session, {draft.id: (copied, first_key)})
        record_act(
            session,
            actor,
            "items.new_version",
            f"item_version:{draft.id}",
            copied_from=version.id,
            version=draft.version,
        )
        return draft.id


def submit_for_review(deps: Services, actor: Actor, version_ids: Collection[int]) -> None:
    """Hand drafts to the reviewers, all or none; from here on their wording is frozen."""
    permit(actor, "items.write")
    with deps.store.begin() as session:
        pairs = versions.get_pairs(session, version_ids, lock=True)
        record_moves(session, actor, *submit_pairs(session, actor, pairs))


def submit_pairs(session: Session, actor: Actor, pairs: Sequence[VersionOfItem]) -> tuple[str, list[Moved]]:
    """The same with locked drafts in the caller's transaction, who records what is returned."""
    newest = versions.newest_versions(session, [item.id for _, item in pairs])
    for version, item in pairs:
        permit(actor, "items.edit", Facts(owner_user_id=item.author_id))
        if version.version != newest[item.id]:
            raise Superseded("SUPERSEDED", item=item.code, version=version.version)
    return "items.submit", change_states(session, actor, pairs, Request(State.IN_REVIEW))


def _own(session: Session, actor: Actor, version_id: int) -> VersionOfItem:
    """The item version, locked, of an item that the actor wrote."""
    permit_role = Facts(owner_user_id=actor.user_id)
    permit(actor, "items.edit", permit_role)  # the role first: a stranger learns nothing of what exists
    [(version, item)] = versions.get_pairs(session, [version_id], lock=True)
    permit(actor, "items.edit", Facts(owner_user_id=item.author_id))
    return version, item


def is_editable(session: Session, version: ItemVersionRow) -> bool:
    """Whether the wording is a draft that nobody has reviewed."""
    reviewed = bool(versions.reviewers_of(session, [version.id]))
    return not is_wording_frozen(State(version.state), was_in_review=reviewed)


def _require_editable(session: Session, version: ItemVersionRow) -> None:
    if not is_editable(session, version):
        raise WordingFrozen("WORDING_FROZEN", state=version.state, version=version.version)


def _add_enemies(session: Session, wording: Wording, ids: dict[str, int]) -> None:
    spelling = {code.casefold(): code for code in ids}
    code = spelling[plain_line(wording.code).casefold()]
    named: list[str] = []
    for enemy in wording.enemies:
        if enemy.casefold() not in spelling:
            raise InvalidItem("UNKNOWN_ENEMY", field="enemies", value=enemy)
        if enemy.casefold() == code.casefold():
            raise InvalidItem("SELF_ENEMY", field="enemies", value=enemy)
        named.append(spelling[enemy.casefold()])
    store.add_enemies(session, enemy_pairs({code: named}), ids)
