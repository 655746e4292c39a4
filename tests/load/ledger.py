"""What the server acknowledged, written down as it said so, and compared with what the database holds."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa
from rich.progress import track

from examsvc.delivery.events import ResponseEvent, project
from examsvc.store import Session, Store
from examsvc.store import sittings as sitting_store
from examsvc.store.models import ResponseEventRow, SittingRow

HELD = frozenset({"accepted", "duplicate", "quarantined", "late", "out_of_turn"})  # stored as events
Place = tuple[int, int]  # epoch, seq


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between the ledger and the database; each line names its sitting."""

    acknowledged: int
    stored: int
    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    altered: tuple[str, ...]
    unprojected: tuple[str, ...]  # the projection is not what a replay of the log gives
    receipts: tuple[str, ...]  # another than the candidate was given, or shared by two sittings

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.altered or self.unprojected or self.receipts)

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} acknowledged, {len(self.lost)} lost, {len(self.duplicated)} duplicated, "
            f"{len(self.altered)} altered, {len(self.unprojected)} projections differ, "
            f"{len(self.receipts)} receipts differ"
        )


@dataclass(slots=True)
class Ledger:
    """Append-only: what was made and acknowledged, which receipts were given; in a file too if named."""

    path: Path | None = None
    _made: dict[int, dict[Place, tuple[str, str]]] = field(default_factory=lambda: defaultdict(dict))
    _acknowledged: dict[int, set[Place]] = field(default_factory=lambda: defaultdict(set))
    _through: dict[tuple[int, int], int] = field(default_factory=dict)
    _places: dict[str, tuple[int, Place]] = field(default_factory=dict)
    _receipts: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    _file: TextIO | None = None

    def made(self, sitting_id: int, event: Mapping[str, Any], payload_hash: str) -> None:
        """An event that a candidate's machine made, before it is sent."""
        place = (event["epoch"], event["seq"])
        self._made[sitting_id][place] = (event["event_id"], payload_hash)
        self._places[event["event_id"]] = (sitting_id, place)

    def acknowledged(self, sitting_id: int, epoch: int, through: int, outcomes: Mapping[str, str]) -> None:
        """A reply to a save: all up to `through` is held, and each event of which it says so."""
        mine = self._acknowledged[sitting_id]
        before = self._through.get((sitting_id, epoch), 0)
        mine.update((epoch, seq) for seq in range(before + 1, through + 1))
        self._through[sitting_id, epoch] = max(before, through)
        for event_id, outcome in outcomes.items():
            known = self._places.get(event_id)
            if outcome in HELD and known is not None:
                mine.add(known[1])
        self._write("acknowledged", sitting_id, epoch, through, dict(outcomes))

    def received(self, sitting_id: int, sha256: str) -> None:
        """A receipt that a candidate was given."""
        self._receipts[sitting_id].add(sha256)
        self._write("receipt", sitting_id, sha256)

    @property
    def n_acknowledged(self) -> int:
        return sum(map(len, self._acknowledged.values()))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def compare(self, store: Store, *, progress: bool = False) -> Comparison:
        """Hold the ledger against the database, sitting by sitting."""
        found: dict[str, list[str]] = defaultdict(list)
        sittings = sorted(set(self._made) | set(self._receipts))
        stored = 0
        for sitting_id in track(sittings, "comparing the ledger with the database", disable=not progress):
            with store.read() as session:
                rows = list(_rows(session, sitting_id))
                found["unprojected"] += _projection_differs(session, sitting_id, rows)
                kept = session.scalar(sa.select(SittingRow.receipt).where(SittingRow.id == sitting_id))
            stored += len(rows)
            self._compare_events(sitting_id, rows, found)
            found["receipts"] += self._compare_receipt(sitting_id, kept)
        found["receipts"] += self._shared_receipts()
        return Comparison(
            acknowledged=self.n_acknowledged,
            stored=stored,
            **{
                name: tuple(found[name])
                for name in ("lost", "duplicated", "altered", "unprojected", "receipts")
            },
        )

    def _compare_events(self, sitting_id: int, rows: Sequence[_Row], found: dict[str, list[str]]) -> None:
        held: dict[Place, _Row] = {}
        by_id: dict[str, Place] = {}
        for row in rows:
            place = (row.epoch, row.seq)
            if place in held or row.event_id in by_id:
                found["duplicated"].append(f"{sitting_id} {place} {row.event_id}")
            held[place] = row
            by_id[row.event_id] = place
        made = self._made.get(sitting_id, {})
        for place in sorted(self._acknowledged.get(sitting_id, ())):
            row = held.get(place)
            if row is None or place not in made:  # also: acknowledged, though nobody ever made it
                found["lost"].append(f"{sitting_id} {place}")
            elif (row.event_id, row.payload_hash) != made[place]:
                found["altered"].append(f"{sitting_id} {place} {row.event_id}")

    def _compare_receipt(self, sitting_id: int, kept: str | None) -> list[str]:
        given = self._receipts.get(sitting_id, set())
        return [f"{sitting_id}: given {sorted(given)}, kept {kept}"] if given and given != {kept} else []

    def _shared_receipts(self) -> list[str]:
        owners: defaultdict[str, list[int]] = defaultdict(list)
        for sitting_id, given in self._receipts.items():
            for sha256 in given:
                owners[sha256].append(sitting_id)
        return [f"{ids} share {sha256}" for sha256, ids in owners.items() if len(ids) > 1]

    def _write(self, *entry: Any) -> None:
        if self.path is None:
            return
        if self._file is None:
            self._file = self.path.open("a", encoding="utf-8")
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()


@dataclass(frozen=True, slots=True)
class _Row:
    epoch: int
    seq: int
    event_id: str
    payload_hash: str
    item_id: str
    payload: dict[str, Any]
    standing: str


def _rows(session: Session, sitting_id: int) -> Iterator[_Row]:
    """The log as it stands, straight from the table: the code under test is not asked."""
    table = ResponseEventRow
    query = (
        sa.select(
            table.epoch,
            table.seq,
            table.event_id,
            table.payload_hash,
            table.item_version_id,
            table.payload,
            table.standing,
        )
        .where(table.sitting_id == sitting_id)
        .order_by(table.epoch, table.seq)
    )
    for epoch, seq, event_id, payload_hash, item_id, payload, standing in session.execute(query):
        yield _Row(epoch, seq, str(event_id), payload_hash, str(item_id), payload, standing)


def _projection_differs(session: Session, sitting_id: int, rows: Sequence[_Row]) -> list[str]:
    counted = [
        ResponseEvent(row.epoch, row.seq, row.event_id, row.item_id, row.payload)
        for row in rows
        if row.standing == "counted"
    ]
    replayed, kept = project(counted), sitting_store.list_current(session, sitting_id)
    return [
        f"{sitting_id} item {item_id}: replay {replayed.get(item_id)}, projection {kept.get(item_id)}"
        for item_id in sorted(replayed.keys() | kept.keys())
        if replayed.get(item_id) != kept.get(item_id)
    ]
