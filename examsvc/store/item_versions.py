"""Queries about item versions: their keys, reviews, calibrations and wording."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.store.errors import NotFound
from examsvc.store.item_parts import read_asked, read_key, translation_of
from examsvc.store.models import (
    AuditEntryRow,
    CalibrationRow,
    ItemKeyRow,
    ItemParameterRow,
    ItemReviewRow,
    ItemRow,
    ItemVersionRow,
    ReviewReplyRow,
    StimulusRow,
    TopicRow,
    UserRow,
)
from examsvc.store.parts import in_parts
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.pool import Pool
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel

VersionOfItem = tuple[ItemVersionRow, ItemRow]


@dataclass(frozen=True, slots=True)
class OpenReturn:
    """A return that the author has yet to act on, and his reply so far."""

    review: ItemReviewRow
    reviewer: str
    reply: ReviewReplyRow | None


def get_pairs(session: Session, version_ids: Collection[int], *, lock: bool = False) -> list[VersionOfItem]:
    """The item versions with their items, by id; `lock` holds them until the transaction ends."""
    found: list[VersionOfItem] = []
    wanted = sorted(set(version_ids))
    for part in in_parts(wanted):
        query = (
            sa.select(ItemVersionRow, ItemRow)
            .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
            .where(ItemVersionRow.id.in_(part))
            .order_by(ItemVersionRow.id)
            .execution_options(populate_existing=lock)
        )
        # what refers to the rows by their ids, as responses do, need not wait
        query = query.with_for_update(key_share=True) if lock else query
        found.extend((row[0], row[1]) for row in session.execute(query))
    missing = set(wanted) - {version.id for version, _ in found}
    if missing:
        raise NotFound(ItemVersionRow.__tablename__, min(missing))
    return found


def newest_versions(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Item id → the number of its newest version."""
    numbers: dict[int, int] = {}
    for part in in_parts(sorted(set(ids))):
        query = (
            sa.select(ItemVersionRow.item_id, sa.func.max(ItemVersionRow.version))
            .where(ItemVersionRow.item_id.in_(part))
            .group_by(ItemVersionRow.item_id)
        )
        numbers.update({row[0]: row[1] for row in session.execute(query)})
    return numbers


def newest_of_items(session: Session, ids: Collection[int]) -> dict[int, ItemVersionRow]:
    """Item id → its newest version."""
    found: dict[int, ItemVersionRow] = {}
    for part in in_parts(sorted(set(ids))):
        query = (
            sa.select(ItemVersionRow).where(ItemVersionRow.item_id.in_(part)).order_by(ItemVersionRow.version)
        )
        found.update({row.item_id: row for row in session.scalars(query)})
    return found


def list_versions(session: Session, item_id: int) -> list[ItemVersionRow]:
    """An item's versions, newest first."""
    query = (
        sa.select(ItemVersionRow)
        .where(ItemVersionRow.item_id == item_id)
        .order_by(ItemVersionRow.version.desc())
    )
    return list(session.scalars(query))


def reviewers_of(session: Session, version_ids: Collection[int]) -> dict[int, set[int]]:
    """Item version → all who appraised it."""
    found: dict[int, set[int]] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = sa.select(ItemReviewRow.item_version_id, ItemReviewRow.reviewer_id).where(
            ItemReviewRow.item_version_id.in_(part)
        )
        for version_id, reviewer_id in session.execute(query):
            found.setdefault(version_id, set()).add(reviewer_id)
    return found


def acceptances_of(session: Session, version_ids: Collection[int]) -> dict[int, set[int]]:
    """Item version → who has accepted it since it last came to the reviewers."""
    found: dict[int, set[int]] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = (
            sa.select(ItemReviewRow.item_version_id, ItemReviewRow.reviewer_id)
            .join(ItemVersionRow, ItemVersionRow.id == ItemReviewRow.item_version_id)
            .where(
                ItemReviewRow.item_version_id.in_(part),
                ItemReviewRow.decision == "accept",
                ItemReviewRow.review_round == ItemVersionRow.review_round,
            )
        )
        for version_id, reviewer_id in session.execute(query):
            found.setdefault(version_id, set()).add(reviewer_id)
    return found


def list_accepted_by(session: Session, user_id: int, state: str) -> list[int]:
    """The item versions in this state that the user has accepted since they last came to the reviewers."""
    query = (
        sa.select(ItemVersionRow.id)
        .join(ItemReviewRow, ItemReviewRow.item_version_id == ItemVersionRow.id)
        .where(
            ItemVersionRow.state == state,
            ItemReviewRow.reviewer_id == user_id,
            ItemReviewRow.decision == "accept",
            ItemReviewRow.review_round == ItemVersionRow.review_round,
        )
        .distinct()
        .order_by(ItemVersionRow.id)
    )
    return list(session.scalars(query))


def open_returns(session: Session, item_ids: Collection[int]) -> dict[int, list[OpenReturn]]:
    """Item → the returns since its author last handed it in: he replies to each before he does so again."""
    later = aliased(ItemVersionRow)
    handed_in_since = sa.exists().where(
        later.item_id == ItemVersionRow.item_id,
        later.version > ItemVersionRow.version,
        later.state != "draft",
    )
    found: dict[int, list[OpenReturn]] = {}
    for part in in_parts(sorted(set(item_ids))):
        query = (
            sa.select(ItemVersionRow.item_id, ItemReviewRow, UserRow.display_name, ReviewReplyRow)
            .join(ItemReviewRow, ItemReviewRow.item_version_id == ItemVersionRow.id)
            .join(UserRow, UserRow.id == ItemReviewRow.reviewer_id)
            .outerjoin(ReviewReplyRow, ReviewReplyRow.review_id == ItemReviewRow.id)
            .where(
                ItemVersionRow.item_id.in_(part),
                ItemVersionRow.state == "draft",
                ItemReviewRow.decision == "return",
                ItemReviewRow.review_round == ItemVersionRow.review_round,
                ~handed_in_since,
            )
            .order_by(ItemReviewRow.id)
        )
        for item_id, review, reviewer, reply in session.execute(query):
            found.setdefault(item_id, []).append(OpenReturn(review, reviewer, reply))
    return found


def replies_of(session: Session, item_id: int) -> dict[int, ReviewReplyRow]:
    """Review → what the author replied to it, for all versions of an item."""
    query = (
        sa.select(ReviewReplyRow)
        .join(ItemReviewRow, ItemReviewRow.id == ReviewReplyRow.review_id)
        .join(ItemVersionRow, ItemVersionRow.id == ItemReviewRow.item_version_id)
        .where(ItemVersionRow.item_id == item_id)
    )
    return {reply.review_id: reply for reply in session.scalars(query)}


def list_reviews(session: Session, item_id: int) -> list[tuple[ItemReviewRow, int, str]]:
    """The reviews of all versions of an item, newest first: review, version number, reviewer's name."""
    query = (
        sa.select(ItemReviewRow, ItemVersionRow.version, UserRow.display_name)
        .join(ItemVersionRow, ItemVersionRow.id == ItemReviewRow.item_version_id)
        .join(UserRow, UserRow.id == ItemReviewRow.reviewer_id)
        .where(ItemVersionRow.item_id == item_id)
        .order_by(ItemReviewRow.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def covered_by_adopted(session: Session, version_ids: Collection[int]) -> set[int]:
    """Which of these item versions have parameters in an adopted calibration."""
    found: set[int] = set()
    for part in in_parts(sorted(set(version_ids))):
        query = (
            sa.select(ItemParameterRow.item_version_id)
            .join(CalibrationRow, CalibrationRow.id == ItemParameterRow.calibration_id)
            .where(
                ItemParameterRow.item_version_id.in_(part),
                ItemParameterRow.a.is_not(None),
                CalibrationRow.state == "adopted",
            )
        )
        found.update(session.scalars(query))
    return found


def list_calibrated_by(session: Session, calibration_id: int, states: Sequence[str]) -> list[int]:
    """The item versions in one of these states that a calibration gives parameters to."""
    query = (
        sa.select(ItemVersionRow.id)
        .join(ItemParameterRow, ItemParameterRow.item_version_id == ItemVersionRow.id)
        .where(
            ItemParameterRow.calibration_id == calibration_id,
            ItemParameterRow.a.is_not(None),
            ItemVersionRow.state.in_(states),
        )
        .order_by(ItemVersionRow.id)
    )
    return list(session.scalars(query))


def find_suspended_from(session: Session, version_id: int) -> str | None:
    """The live state a suspended item version left, from the audit log: the only place that has kept it."""
    moved = _find_last_move(session, version_id, "suspended")
    return None if moved is None else str(moved["from_state"])


def find_comment_of_move(session: Session, version_id: int, to_state: str) -> str:
    """Why an item version was last moved to this state, from the audit log as well."""
    moved = _find_last_move(session, version_id, to_state)
    return "" if moved is None else str(moved["comment"])


def _find_last_move(session: Session, version_id: int, to_state: str) -> dict[str, Any] | None:
    """What the log says of the move: a scan, newest first, made for the few items that stand aside."""
    subject = f'"subject":"item_version:{version_id}"}}'  # the last member of a canonical record
    query = (
        sa.select(AuditEntryRow.record)
        .where(
            AuditEntryRow.record.endswith(subject, autoescape=True),
            AuditEntryRow.record.contains(f'"to_state":"{to_state}"', autoescape=True),
        )
        .order_by(AuditEntryRow.seq.desc())
        .limit(1)
    )
    record = session.scalars(query).one_or_none()
    return None if record is None else dict(json.loads(record)["detail"])


def newest_keys(session: Session, version_ids: Collection[int]) -> dict[int, Key]:
    """The key in force of each item version."""
    found: dict[int, Key] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = sa.select(ItemKeyRow).where(ItemKeyRow.item_version_id.in_(part)).order_by(ItemKeyRow.version)
        found.update({row.item_version_id: read_key(row) for row in session.scalars(query)})
    return found


def keyed_by(session: Session, version_ids: Collection[int]) -> dict[int, set[int]]:
    """Item version → all whose key it has had."""
    found: dict[int, set[int]] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = sa.select(ItemKeyRow.item_version_id, ItemKeyRow.created_by).where(
            ItemKeyRow.item_version_id.in_(part)
        )
        for version_id, user_id in session.execute(query):
            found.setdefault(version_id, set()).add(user_id)
    return found


def list_keys(session: Session, version_id: int) -> list[tuple[Key, str, str, datetime]]:
    """All keys of an item version, oldest first: the key, why it was made, by whom, when."""
    query = (
        sa.select(ItemKeyRow, UserRow.display_name)
        .join(UserRow, UserRow.id == ItemKeyRow.created_by)
        .where(ItemKeyRow.item_version_id == version_id)
        .order_by(ItemKeyRow.version)
    )
    return [(read_key(row), row.reason, name, row.created_at) for row, name in session.execute(query)]


def get_version(session: Session, version_id: int) -> ItemVersion:
    """An item version as the library knows it. Raises NotFound."""
    found = get_versions(session, [version_id])
    if version_id not in found:
        raise NotFound(ItemVersionRow.__tablename__, version_id)
    return found[version_id]


def get_versions(session: Session, version_ids: Collection[int]) -> dict[int, ItemVersion]:
    """Item versions as the library knows them."""
    found: dict[int, ItemVersion] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = (
            sa.select(ItemVersionRow, ItemRow, TopicRow.code, StimulusRow)
            .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
            .join(TopicRow, TopicRow.id == ItemRow.topic_id)
            .outerjoin(StimulusRow, StimulusRow.id == ItemVersionRow.stimulus_id)
            .where(ItemVersionRow.id.in_(part))
        )
        for version, item, topic, stimulus in session.execute(query):
            found[version.id] = as_item_version(version, item, topic, stimulus)
    return found


def as_item_version(
    version: ItemVersionRow, item: ItemRow, topic: str, stimulus: StimulusRow | None
) -> ItemVersion:
    """A stored wording as the library knows it."""
    return ItemVersion(
        code=item.code,
        version=version.version,
        topic=topic,
        cognitive_level=CognitiveLevel(version.cognitive_level),
        stem=version.stem,
        asked=read_asked(version),
        legal_basis=version.legal_basis,
        rationale=version.rationale,
        author=str(item.author_id),
        judged_share=version.judged_share,
        pool=Pool(item.pool),
        stimulus=None if stimulus is None else Stimulus(stimulus.code, stimulus.content, stimulus.english),
        english=translation_of(version.english),
    )
