"""The rows of a draft: its wording, its key, and what it shows beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from examsvc.accounts.actor import Actor
from examsvc.store import Session, database_now, fingerprints
from examsvc.store import item_versions as versions
from examsvc.store import legal_acts as acts
from examsvc.store.item_parts import keep_translation, write_asked, write_key
from examsvc.store.models import ItemKeyRow, ItemVersionRow
from examsvc.store.stimuli import keep_stimulus
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import State


def keep_stimuli(
    session: Session, actor: Actor, items: Sequence[ItemVersion], now: datetime
) -> dict[str, int]:
    """The content of each stimulus with its row's identity: kept once, whoever shares it."""
    found: dict[str, int] = {}
    for item in items:
        if item.stimulus is not None and _stimulus_name(item) not in found:
            found[_stimulus_name(item)] = keep_stimulus(session, item.stimulus, actor.user_id, now).id
    return found


def _stimulus_name(item: ItemVersion) -> str:
    return "" if item.stimulus is None else f"{item.stimulus.code} {item.stimulus.content_hash}"


def version_row(
    item_id: int, item: ItemVersion, actor: Actor, now: datetime, stimuli: Mapping[str, int]
) -> ItemVersionRow:
    """A draft of an item, by the actor, not yet in the session."""
    row = ItemVersionRow(
        item_id=item_id,
        version=item.version,
        state=State.DRAFT.value,
        created_by=actor.user_id,
        created_at=now,
    )
    write_wording(row, item, stimuli)
    return row


def key_row(version_id: int, key: Key, actor: Actor, now: datetime) -> ItemKeyRow:
    """A version of a key as its author made it, not yet in the session."""
    row = ItemKeyRow(item_version_id=version_id, reason="author", created_by=actor.user_id, created_at=now)
    write_key(row, key)
    return row


def write_wording(row: ItemVersionRow, item: ItemVersion, stimuli: Mapping[str, int]) -> None:
    """The columns of a wording."""
    row.cognitive_level = item.cognitive_level.value
    row.stem = item.stem
    write_asked(row, item.asked)
    row.stimulus_id = stimuli.get(_stimulus_name(item))
    row.english = keep_translation(item.english)
    row.legal_basis = item.legal_basis
    row.rationale = item.rationale
    row.judged_share = item.judged_share
    row.wording_hash = item.wording_hash


def correct_key(session: Session, actor: Actor, version_id: int, key: Key) -> Key:
    """The key as it is kept; a changed one is a new version of the key, for keys are never overwritten."""
    known = versions.newest_keys(session, [version_id])[version_id]
    if replace(key, version=known.version) == known:
        return known
    corrected = replace(key, version=known.version + 1)
    session.add(key_row(version_id, corrected, actor, database_now(session)))
    return corrected


def read_again(session: Session, wordings: Mapping[int, tuple[ItemVersion, Key]]) -> None:
    """What is kept with a wording: the acts that it names, and what a program reads off it."""
    acts.cite(session, {id_: item.named_acts for id_, (item, _key) in wordings.items()})
    fingerprints.keep(session, wordings)
