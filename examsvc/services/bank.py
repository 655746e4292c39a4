"""Writing items: new ones, changes of drafts, new versions, submission for review."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.services.assignment_choice import FITTING, assign, reassign
from examsvc.services.audit import record_act
from examsvc.services.bank_errors import DraftOpen, Superseded, WordingFrozen
from examsvc.services.bank_states import Request, change_states, record_moves
from examsvc.services.deps import Services
from examsvc.services.media import require_media
from examsvc.store import Session, database_now, fingerprints
from examsvc.store import bank as store
from examsvc.store import item_versions as versions
from examsvc.store import legal_acts as acts
from examsvc.store.item_versions import VersionOfItem
from examsvc.store.models import ItemKeyRow, ItemRow, ItemVersionRow
from examsvc.store.topics import list_topics
from item_bank.enemies import enemy_pairs
from item_bank.errors import InvalidItem
from item_bank.item import ItemVersion, Key, Option, check_key
from item_bank.lifecycle import State, is_wording_frozen
from item_bank.media import is_lost
from item_bank.pool import Pool
from item_bank.quality import equal_options
from item_bank.stem import from_authored, plain_line, plain_text
from item_bank.taxonomy import CognitiveLevel

OPTION_IDS = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Wording:
    """What an author typed into the form: a single choice of four, by option id."""

    code: str
    topic: str
    level: str
    stem: str
    options: dict[str, str]
    key: str
    legal_basis: str
    rationale: str = ""
    judged_share: float | None = None
    enemies: tuple[str, ...] = ()
    pool: str = Pool.OPERATIONAL.value
    assignment: str = FITTING  # or an assignment's id, or that it is for none


def compose(wording: Wording, author: str, version: int = 1) -> tuple[ItemVersion, Key]:
    """The item version and its key as typed; raises InvalidItem with the `field` that is wrong."""
    code = plain_line(wording.code)
    if wording.level not in set(CognitiveLevel):
        raise InvalidItem("UNKNOWN_LEVEL", field="level", value=wording.level)
    if wording.pool not in set(Pool):
        raise InvalidItem("UNKNOWN_POOL", field="pool", value=wording.pool)
    _require_pictures_whole(wording)
    item = ItemVersion(
        code=code,
        version=version,
        topic=wording.topic,
        cognitive_level=CognitiveLevel(wording.level),
        stem=from_authored(wording.stem),
        options=tuple(Option(id_, from_authored(wording.options.get(id_, ""))) for id_ in OPTION_IDS),
        legal_basis=plain_line(wording.legal_basis),
        rationale=from_authored(wording.rationale),
        author=author,
        judged_share=wording.judged_share,
        pool=Pool(wording.pool),
    )
    readings = {option.id: plain_text(option.content) for option in item.options}
    read = {"stem": plain_text(item.stem), "legal_basis": item.legal_basis}
    read.update({f"option_{id_.lower()}": text for id_, text in readings.items()})
    for name, text in read.items():
        if not text:
            raise InvalidItem("MISSING_CELL", field=name)
    for earlier, later in equal_options(readings):
        raise InvalidItem("DUPLICATE_OPTION", field=f"option_{later.lower()}", same_as=earlier)
    return item, check_key(item, Key(1, wording.key))


def _require_pictures_whole(wording: Wording) -> None:
    typed = {"stem": wording.stem, "rationale": wording.rationale}
    typed.update({f"option_{id_.lower()}": text for id_, text in wording.options.items()})
    for name, text in typed.items():
        if is_lost(text, from_authored(text)):
            raise InvalidItem("BAD_IMAGE", field=name)


def add_item(deps: Services, actor: Actor, wording: Wording) -> int:
    """Write a new item; returns the id of its first version, a draft."""
    permit(actor, "items.write")
    item, key = compose(wording, str(actor.user_id))
    with deps.store.begin() as session:
        store.lock_bank(session)
        known = store.item_ids(session)
        if item.code.casefold() in {code.casefold() for code in known}:
            raise InvalidItem("CODE_IN_BANK", field="code", value=item.code)
        require_media(session, item)
        [version] = store_items(session, actor, [(item, key)], wording.assignment)
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


def store_items(
    session: Session, actor: Actor, new: Sequence[tuple[ItemVersion, Key]], assignment: str = FITTING
) -> list[ItemVersionRow]:
    """New items with their first versions and keys, by the actor, in the caller's transaction."""
    now = database_now(session)
    topics = {topic.code: topic.id for topic in list_topics(session)}
    for item, _key in new:
        if item.topic not in topics:
            raise InvalidItem("UNKNOWN_TOPIC", field="topic", value=item.topic)
    assigned = assign(session, actor, [item for item, _key in new], assignment)
    items = [
        ItemRow(
            code=item.code,
            topic_id=topics[item.topic],
            author_id=actor.user_id,
            created_at=now,
            pool=item.pool.value,
            assignment_id=assignment_id,
        )
        for (item, _key), assignment_id in zip(new, assigned, strict=True)
    ]
    session.add_all(items)
    session.flush()
    stored = [_version_row(row.id, item, actor, now) for row, (item, _key) in zip(items, new, strict=True)]
    session.add_all(stored)
    session.flush()
    session.add_all(
        _key_row(version.id, key, actor, now) for version, (_item, key) in zip(stored, new, strict=True)
    )
    acts.cite(session, {version.id: version.legal_basis for version in stored})
    fingerprints.keep(session, {version.id: pair for version, pair in zip(stored, new, strict=True)})
    return stored


def edit_draft(deps: Services, actor: Actor, version_id: int, wording: Wording) -> None:
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
            item.assignment_id = reassign(session, actor, composed, wording.assignment, item.assignment_id)
        _write_wording(version, composed)
        acts.cite(session, {version.id: version.legal_basis})
        kept = _correct_key(session, actor, version.id, key)
        fingerprints.keep(session, {version.id: (composed, kept)})
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
        if _is_editable(session, newest):
            raise DraftOpen("DRAFT_OPEN", item=item.code, version_id=newest.id)
        topic = {row.id: row.code for row in list_topics(session)}[item.topic_id]
        copied = versions.as_item_version(version, item, topic)
        key = versions.newest_keys(session, [version.id])[version.id]
        now = database_now(session)
        draft = _version_row(item.id, replace(copied, version=newest.version + 1), actor, now)
        session.add(draft)
        session.flush()
        session.add(_key_row(draft.id, Key(1, key.option_id), actor, now))
        acts.cite(session, {draft.id: draft.legal_basis})
        fingerprints.keep(session, {draft.id: (copied, Key(1, key.option_id))})
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
        newest = versions.newest_versions(session, [item.id for _, item in pairs])
        for version, item in pairs:
            permit(actor, "items.edit", Facts(owner_user_id=item.author_id))
            if version.version != newest[item.id]:
                raise Superseded("SUPERSEDED", item=item.code, version=version.version)
        moves = change_states(session, actor, pairs, Request(State.IN_REVIEW))
        record_moves(session, actor, "items.submit", moves)


def _own(session: Session, actor: Actor, version_id: int) -> VersionOfItem:
    """The item version, locked, of an item that the actor wrote."""
    permit_role = Facts(owner_user_id=actor.user_id)
    permit(actor, "items.edit", permit_role)  # the role first: a stranger learns nothing of what exists
    [(version, item)] = versions.get_pairs(session, [version_id], lock=True)
    permit(actor, "items.edit", Facts(owner_user_id=item.author_id))
    return version, item


def _is_editable(session: Session, version: ItemVersionRow) -> bool:
    reviewed = bool(versions.reviewers_of(session, [version.id]))
    return not is_wording_frozen(State(version.state), was_in_review=reviewed)


def _require_editable(session: Session, version: ItemVersionRow) -> None:
    if not _is_editable(session, version):
        raise WordingFrozen("WORDING_FROZEN", state=version.state, version=version.version)


def _version_row(item_id: int, item: ItemVersion, actor: Actor, now: datetime) -> ItemVersionRow:
    row = ItemVersionRow(
        item_id=item_id,
        version=item.version,
        state=State.DRAFT.value,
        interaction="single_choice",
        created_by=actor.user_id,
        created_at=now,
    )
    _write_wording(row, item)
    return row


def _key_row(version_id: int, key: Key, actor: Actor, now: datetime) -> ItemKeyRow:
    return ItemKeyRow(
        item_version_id=version_id,
        version=key.version,
        option_id=key.option_id,
        reason="author",
        created_by=actor.user_id,
        created_at=now,
    )


def _write_wording(row: ItemVersionRow, item: ItemVersion) -> None:
    row.cognitive_level = item.cognitive_level.value
    row.stem = item.stem
    row.options = [{"id": option.id, "content": option.content} for option in item.options]
    row.legal_basis = item.legal_basis
    row.rationale = item.rationale
    row.judged_share = item.judged_share
    row.wording_hash = item.wording_hash


def _correct_key(session: Session, actor: Actor, version_id: int, key: Key) -> Key:
    """The key as it is kept; a changed one is a new version of the key, for keys are never overwritten."""
    known = versions.newest_keys(session, [version_id])[version_id]
    if known.option_id == key.option_id:
        return Key(known.version, known.option_id)
    corrected = Key(known.version + 1, key.option_id)
    session.add(_key_row(version_id, corrected, actor, database_now(session)))
    return corrected


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
