"""What a program has read off wordings: kept with them, for the search, near-duplicates and the board."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.store.models import ItemFingerprintRow, ItemKeyRow, ItemRow, ItemVersionRow
from examsvc.store.parts import in_parts
from item_bank.interactions.asked import replace_marks
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.quality import check_item
from item_bank.similarity import Reading, fold, reading_of
from item_bank.sketches import METHOD, Sketches, sketch


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The sketches of many wordings, in the order of `ids`."""

    ids: list[int]
    stems: Sketches
    wholes: Sketches


def keep(session: Session, wordings: Mapping[int, tuple[ItemVersion, Key]]) -> None:
    """Work out the fingerprints of these item versions, in the transaction that writes their wordings."""
    known = find_rows(session, wordings.keys())
    for id_, (item, key) in wordings.items():
        row = known.get(id_) or ItemFingerprintRow(item_version_id=id_)
        session.add(row)
        for column, value in fingerprint_of(item, key).items():
            setattr(row, column, value)
    session.flush()


def fingerprint_of(item: ItemVersion, key: Key) -> dict[str, Any]:
    """The columns of a wording's fingerprint, without the id of its version."""
    reading = reading_of_item(item)
    return {
        "method": METHOD,
        "wording_hash": item.wording_hash,
        "sketches": sketch(reading.stem_grams) + sketch(reading.whole_grams),
        "folded": f"{fold(item.code)}\n{reading.as_lines()}",
        "key_version": key.version,
        "faults": " ".join(sorted({finding.fault.value for finding in check_item(item, key)})),
    }


def reading_of_item(item: ItemVersion) -> Reading:
    """Its stem with the words that are marked in it, and its options and places."""
    stem = replace_marks(item.stem, lambda _id, words: words)
    parts = [option.content for option in item.options] + [place.content for place in item.asked.places]
    return reading_of(stem, parts)


def find_rows(session: Session, version_ids: Collection[int]) -> dict[int, ItemFingerprintRow]:
    """The fingerprints there are of these item versions."""
    found: dict[int, ItemFingerprintRow] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = sa.select(ItemFingerprintRow).where(ItemFingerprintRow.item_version_id.in_(part))
        found.update({row.item_version_id: row for row in session.scalars(query)})
    return found


def list_outdated(session: Session, limit: int, after: int = 0) -> list[int]:
    """Item versions without a fingerprint of their wording and key: what code of an earlier release wrote.

    In the order of their ids, from the first one above `after`.
    """
    key_version = (
        sa.select(sa.func.max(ItemKeyRow.version))
        .where(ItemKeyRow.item_version_id == ItemVersionRow.id)
        .scalar_subquery()
    )
    query = (
        sa.select(ItemVersionRow.id)
        .outerjoin(ItemFingerprintRow, ItemFingerprintRow.item_version_id == ItemVersionRow.id)
        .where(
            ItemVersionRow.id > after,
            sa.or_(
                ItemFingerprintRow.item_version_id.is_(None),
                ItemFingerprintRow.method != METHOD,
                ItemFingerprintRow.wording_hash != ItemVersionRow.wording_hash,
                ItemFingerprintRow.key_version != key_version,
            ),
        )
        .order_by(ItemVersionRow.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def get_fingerprints(session: Session) -> Fingerprints:
    """Those of every wording of the bank: 64 bytes each."""
    query = (
        sa.select(ItemFingerprintRow.item_version_id, ItemFingerprintRow.sketches)
        .where(ItemFingerprintRow.method == METHOD)
        .order_by(ItemFingerprintRow.item_version_id)
    )
    cursor = session.connection().execute(query).cursor
    rows = [] if cursor is None else cursor.fetchall()  # as the driver gives them: they are many
    ids, sketches = zip(*rows, strict=True) if rows else ((), ())
    return Fingerprints(list(ids), *Sketches.side_by_side(b"".join(sketches), 2))


def readings(session: Session, version_ids: Collection[int]) -> dict[int, Reading]:
    """How these item versions read."""
    found: dict[int, Reading] = {}
    for part in in_parts(sorted(set(version_ids))):
        query = sa.select(ItemFingerprintRow.item_version_id, ItemFingerprintRow.folded).where(
            ItemFingerprintRow.item_version_id.in_(part)
        )
        found.update({id_: reading_in(folded) for id_, folded in session.execute(query)})
    return found


def reading_in(folded: str) -> Reading:
    """The reading within the column `folded`, whose first line is the item's code."""
    return Reading.from_lines(folded.split("\n", 1)[1])


def newest_of_each(session: Session) -> dict[int, tuple[int, str]]:
    """Item version → its item's id and code, for each item's newest version."""
    newest = (
        sa.select(ItemVersionRow.item_id, sa.func.max(ItemVersionRow.version).label("version"))
        .group_by(ItemVersionRow.item_id)
        .subquery()
    )
    query = (
        sa.select(ItemVersionRow.id, ItemRow.id, ItemRow.code)
        .join(
            newest,
            sa.and_(newest.c.item_id == ItemVersionRow.item_id, newest.c.version == ItemVersionRow.version),
        )
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
    )
    return {version_id: (item_id, code) for version_id, item_id, code in session.execute(query)}
