"""What a file would change in what is known: decided before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from examsvc.positions.framework import Competency, Position, Requirement, Topic, TopicShare
from examsvc.positions.organisation import Officer, Unit
from examsvc.positions.workbook import HrContent

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of one sheet by what they do."""

    added: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0

    @property
    def is_quiet(self) -> bool:
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class PositionChange:
    """A position as it will be; other requirements or shares than those in force make a new version."""

    position: Position
    requirements: tuple[Requirement, ...]
    shares: tuple[TopicShare, ...]
    is_new_version: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """Only what is to be written, and a tally of every row of the file by noun."""

    units: tuple[Unit, ...]
    topics: tuple[Topic, ...]
    competencies: tuple[Competency, ...]
    positions: tuple[PositionChange, ...]
    officers: tuple[Officer, ...]
    tallies: Mapping[str, Tally]

    @property
    def is_empty(self) -> bool:
        return all(tally.is_quiet for tally in self.tallies.values())


def compare(known: HrContent, wanted: HrContent, today: date) -> Changes:
    """What `wanted` changes in `known`.

    A file adds and corrects; what it does not mention stays. An optional cell left blank keeps what is known.
    A position mentioned on the sheet of requirements (or of shares) has exactly the rows given there.
    """
    tallies: dict[str, Tally] = {}
    units = _differing(known.units, wanted.units, lambda new, old: _unit(new, old, today), tallies, "units")
    topics = _differing(known.topics, wanted.topics, _topic, tallies, "topics")
    competencies = _differing(known.competencies, wanted.competencies, _competency, tallies, "competencies")
    names = _differing(known.positions, wanted.positions, _position, tallies, "positions")
    officers = _differing(known.officers, wanted.officers, _officer, tallies, "officers")
    positions = _position_changes(known, wanted, names)
    tallies["requirements"] = _tally_set(
        known.requirements, wanted.requirements, lambda row: (row.position, row.competency)
    )
    tallies["shares"] = _tally_set(known.shares, wanted.shares, lambda row: (row.position, row.topic))
    return Changes(units, topics, competencies, positions, officers, tallies)


def _differing(
    known: Iterable[Record],
    wanted: Iterable[Record],
    merge: Callable[[Record, Record | None], Record],
    tallies: dict[str, Tally],
    noun: str,
) -> tuple[Record, ...]:
    """The wanted records, completed from the known ones, that are new or differ."""
    by_code = {_code(record): record for record in known}
    found: list[Record] = []
    added = same = 0
    for record in wanted:
        before = by_code.get(_code(record))
        after = merge(record, before)
        if before is None:
            added += 1
        elif after == before:
            same += 1
            continue
        found.append(after)
    tallies[noun] = Tally(added, len(found) - added, same)
    return tuple(found)


def _code(record: object) -> str:
    return str(record.number if isinstance(record, Officer) else getattr(record, "code"))  # noqa: B009


def _unit(new: Unit, old: Unit | None, today: date) -> Unit:
    return replace(
        new,
        name_en=new.name_en or (old.name_en if old else new.name),
        kind=new.kind or (old.kind if old else ""),
        region=new.region or (old.region if old else ""),
        effective_from=new.effective_from or (old.effective_from if old else today),
    )


def _topic(new: Topic, old: Topic | None) -> Topic:
    return replace(new, name_en=new.name_en or (old.name_en if old else new.name))


def _position(new: Position, old: Position | None) -> Position:
    return replace(new, name_en=new.name_en or (old.name_en if old else new.name))


def _competency(new: Competency, old: Competency | None) -> Competency:
    return replace(
        new,
        name_en=new.name_en or (old.name_en if old else new.name),
        topics=tuple(sorted(new.topics or (old.topics if old else ()))),
    )


def _officer(new: Officer, old: Officer | None) -> Officer:
    return replace(
        new,
        appointed_on=new.appointed_on or (old.appointed_on if old else None),
        email=new.email or (old.email if old else ""),
    )


def _position_changes(
    known: HrContent, wanted: HrContent, names: tuple[Position, ...]
) -> tuple[PositionChange, ...]:
    renamed = {position.code: position for position in names}
    before = {position.code: position for position in known.positions}
    codes = dict.fromkeys(
        [*renamed]
        + [requirement.position for requirement in wanted.requirements]
        + [share.position for share in wanted.shares]
    )
    found = []
    for code in codes:
        old_rows = (_of(known.requirements, code), _of(known.shares, code))
        new_rows = (_of(wanted.requirements, code) or old_rows[0], _of(wanted.shares, code) or old_rows[1])
        is_new_version = code not in before or any(
            set(new) != set(old) for new, old in zip(new_rows, old_rows, strict=True)
        )
        if is_new_version or code in renamed:
            position = renamed.get(code) or before[code]
            found.append(PositionChange(position, *new_rows, is_new_version))
    return tuple(found)


def _of(rows: Iterable[Record], position: str) -> tuple[Record, ...]:
    return tuple(row for row in rows if getattr(row, "position") == position)  # noqa: B009


def _tally_set(
    known: Iterable[Record], wanted: Iterable[Record], key: Callable[[Record], tuple[str, str]]
) -> Tally:
    """Rows of a set that is stated whole for each position it mentions."""
    after = {key(row): row for row in wanted}
    mentioned = {position for position, _ in after}
    before = {key(row): row for row in known if key(row)[0] in mentioned}
    shared = before.keys() & after.keys()
    same = sum(1 for each in shared if before[each] == after[each])
    return Tally(len(after) - len(shared), len(shared) - same, same, len(before) - len(shared))
