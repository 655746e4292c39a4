"""Loading the HR office's workbook, and reading units, positions and officers."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import TABLE, Facts, permit
from examsvc.positions.changes import Changes, compare
from examsvc.positions.framework import CUSTOMS_0_3
from examsvc.positions.names import fold
from examsvc.positions.workbook import Fault, WorkbookReading, read_workbook
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.people_changes import write_changes
from examsvc.store import NotFound, Session, database_now, people
from examsvc.store.models import LevelScaleRow, OfficerRow, OrganisationUnitRow, PeopleImportRow, PositionRow
from examsvc.store.people import PositionRows


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    filename: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file says: its faults, or what it changes; never both."""

    filename: str
    sha256: str
    faults: tuple[Fault, ...]
    changes: Changes | None

    @property
    def is_sound(self) -> bool:
        return self.changes is not None


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the tree; `n_officers` counts those below it too."""

    unit: OrganisationUnitRow
    depth: int
    n_officers: int


@dataclass(frozen=True, slots=True)
class UnitTree:
    """All units, their superiors and subordinates."""

    units: dict[int, OrganisationUnitRow]
    children: dict[int | None, list[OrganisationUnitRow]] = field(default_factory=dict)

    def below(self, unit_id: int) -> frozenset[int]:
        """The unit and every unit under it."""
        found: set[int] = set()
        waiting = [unit_id]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += [child.id for child in self.children.get(each, [])]
        return frozenset(found)

    def above(self, unit: OrganisationUnitRow) -> list[OrganisationUnitRow]:
        """The unit's superiors, the highest first."""
        found: list[OrganisationUnitRow] = []
        while unit.parent_id is not None:
            unit = self.units[unit.parent_id]
            found.append(unit)
        return found[::-1]


def check_people(deps: Services, actor: Actor, upload: Upload) -> ImportReport:
    """What the file would do; nothing is written. A file unsafe to open raises WorkbookUnsafe."""
    permit(actor, "people.import")
    with deps.store.read() as session:
        return _report(session, upload)[0]


def import_people(deps: Services, actor: Actor, upload: Upload) -> ImportReport:
    """Write everything the file says, or, when one row is wrong, nothing."""
    permit(actor, "people.import")
    with deps.store.begin() as session:
        people.lock_imports(session)
        report, reading = _report(session, upload)
        if report.changes is None or reading.content is None:
            return report
        now = database_now(session)
        _ensure_level_scale(session)
        write_changes(session, report.changes, now)
        counts = {noun: asdict(tally) for noun, tally in report.changes.tallies.items()}
        row = PeopleImportRow(
            filename=upload.filename[:200],
            sha256=report.sha256,
            created_by=actor.user_id,
            created_at=now,
            counts=counts,
        )
        session.add(row)
        session.flush()
        record_act(
            session,
            actor,
            "people.import",
            f"people_import:{row.id}",
            filename=row.filename,
            sha256=row.sha256,
            counts=counts,
        )
        return report


def list_imports(deps: Services, actor: Actor, limit: int = 20) -> list[tuple[PeopleImportRow, str]]:
    """The latest imports and who made them."""
    permit(actor, "people.import")
    with deps.store.read() as session:
        return people.list_imports(session, limit)


def list_units(deps: Services, actor: Actor) -> list[UnitLine]:
    """The units that the actor may see, in the order of the tree."""
    with deps.store.read() as session:
        tree = read_unit_tree(session)
        counts = people.count_officers_by_unit(session)
        visible = visible_units(actor, tree)
    lines: list[UnitLine] = []

    def walk(unit: OrganisationUnitRow, depth: int) -> None:
        if unit.id in visible:
            n_officers = sum(counts.get(each, 0) for each in tree.below(unit.id))
            lines.append(UnitLine(unit, depth, n_officers))
        for child in tree.children.get(unit.id, []):
            walk(child, depth + (unit.id in visible))

    for root in tree.children.get(None, []):
        walk(root, 0)
    return lines


def list_all_units(deps: Services, actor: Actor) -> list[OrganisationUnitRow]:
    """Every unit, for giving accounts their units."""
    permit(actor, "accounts.manage")
    with deps.store.read() as session:
        return people.list_units(session)


def search_officers(
    deps: Services, actor: Actor, words: str, limit: int = 50
) -> list[tuple[OfficerRow, OrganisationUnitRow]]:
    """Officers whose name or code holds every word, typed with or without the marks of Vietnamese."""
    wanted = fold(words).split()
    with deps.store.read() as session:
        tree = read_unit_tree(session)
        visible = visible_units(actor, tree)
        if not wanted:
            return []
        officers = people.list_officers(session, visible)
    found = [
        officer
        for officer in officers
        if all(word in f"{fold(officer.full_name)} {officer.code.lower()}" for word in wanted)
    ]
    return [(officer, tree.units[officer.unit_id]) for officer in found[:limit]]


def list_positions(deps: Services, actor: Actor) -> list[tuple[PositionRows, int]]:
    """The versions in force, each with what it requires and how many officers hold it."""
    permit(actor, "positions.read")
    with deps.store.read() as session:
        counts = people.count_officers_by_position(session)
        return [
            (people.get_position_rows(session, row), counts.get(row.code, 0))
            for row in people.list_positions(session)
        ]


def get_position(
    deps: Services, actor: Actor, code: str, version: int | None = None
) -> tuple[PositionRows, list[PositionRow]]:
    """A version of a position (the newest unless one is named), and all its versions. Raises NotFound."""
    permit(actor, "positions.read")
    with deps.store.read() as session:
        versions = people.list_position_versions(session, code)
        chosen = next((row for row in versions if version in (None, row.version)), None)
        if chosen is None:
            raise NotFound("position", f"{code}@{version}")
        return people.get_position_rows(session, chosen), versions


def read_unit_tree(session: Session) -> UnitTree:
    """All units as a tree."""
    rows = people.list_units(session)
    tree = UnitTree({row.id: row for row in rows})
    for row in rows:
        tree.children.setdefault(row.parent_id, []).append(row)
    return tree


def visible_units(actor: Actor, tree: UnitTree) -> frozenset[int]:
    """The units whose gaps the actor may read: a leader's own and those below, or all. Raises Forbidden."""
    own = tree.below(actor.unit_id) if actor.unit_id in tree.units else frozenset[int]()
    permit(actor, "units.read_gaps", Facts(same_unit=bool(own)))
    condition = TABLE["units.read_gaps"].condition
    return frozenset(unit_id for unit_id in tree.units if condition(actor, Facts(same_unit=unit_id in own)))


def _report(session: Session, upload: Upload) -> tuple[ImportReport, WorkbookReading]:
    known = people.read_known_codes(session, CUSTOMS_0_3.highest)
    reading = read_workbook(upload.data, known)
    changes = None
    if reading.content is not None:
        today = database_now(session).date()
        changes = compare(people.read_content(session), reading.content, today)
    return ImportReport(upload.filename, upload.sha256, reading.faults, changes), reading


def _ensure_level_scale(session: Session) -> LevelScaleRow:
    row = people.find_level_scale(session, CUSTOMS_0_3.code, CUSTOMS_0_3.version)
    if row is None:
        row = LevelScaleRow(
            code=CUSTOMS_0_3.code,
            version=CUSTOMS_0_3.version,
            name_vi="Thang cấp độ 0–3 của hải quan",
            name_en="Customs scale of levels 0–3",
            cut_percents=list(CUSTOMS_0_3.cut_percents),
        )
        session.add(row)
        session.flush()
    return row
