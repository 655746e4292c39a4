"""Reading competency profiles and the gaps of units."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.positions.framework import Requirement
from examsvc.profiles.standing import (
    CompetencyStanding,
    GapCell,
    OfficerStanding,
    StandingStatus,
    gap_matrix,
    standings,
)
from examsvc.services.deps import Services
from examsvc.services.people import UnitTree, read_unit_tree
from examsvc.store import NotFound, Session, people, profiles
from examsvc.store.models import CompetencyRow, OfficerRow, OrganisationUnitRow, PositionRow
from examsvc.store.people import PositionRows
from examsvc.store.profiles import ProfileEntry
from examsvc.store.rows import get_row


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A required competency, where the officer stands, and the evidence that says so."""

    competency: CompetencyRow
    standing: CompetencyStanding
    entry: ProfileEntry | None


@dataclass(frozen=True, slots=True)
class OfficerProfile:
    """An officer against his position in force; `entries` is all evidence, newest first."""

    officer: OfficerRow
    units: list[OrganisationUnitRow]  # from the highest to his own
    position: PositionRow | None
    lines: list[ProfileLine]
    entries: list[ProfileEntry]

    @property
    def n_met(self) -> int:
        return self._count(StandingStatus.MET)

    @property
    def n_below(self) -> int:
        return self._count(StandingStatus.GAP)

    @property
    def n_open(self) -> int:
        return len(self.lines) - self.n_met - self.n_below

    def _count(self, status: StandingStatus) -> int:
        return sum(1 for line in self.lines if line.standing.status is status)


@dataclass(frozen=True, slots=True)
class GapLine:
    """A row of the heat map: a unit with those below it, cells by competency code."""

    unit: OrganisationUnitRow
    n_officers: int
    cells: dict[str, GapCell]


@dataclass(frozen=True, slots=True)
class OfficerLine:
    """An officer of the unit and his standings by competency code."""

    officer: OfficerRow
    unit: OrganisationUnitRow
    standings: dict[str, CompetencyStanding]


@dataclass(frozen=True, slots=True)
class UnitGaps:
    """The gaps of a unit; `whole` sums up its rows."""

    unit: OrganisationUnitRow
    superiors: list[OrganisationUnitRow]
    competencies: list[CompetencyRow]
    lines: list[GapLine]
    whole: GapLine
    officers: list[OfficerLine]


def get_profile(deps: Services, actor: Actor, officer_id: int) -> OfficerProfile:
    """One officer's profile. Raises NotFound, Forbidden."""
    with deps.store.read() as session:
        officer = session.get(OfficerRow, officer_id)
        tree = read_unit_tree(session)
        same_unit = officer is not None and _is_below(tree, officer.unit_id, actor.unit_id)
        # Asked before saying whether the officer exists: a stranger must not learn that either.
        permit(actor, "profiles.read", Facts(officer_id=officer_id, same_unit=same_unit))
        officer = get_row(session, OfficerRow, officer_id)
        entries = profiles.list_entries(session, officer.id)
        position = _positions(session, {officer.position_code}).get(officer.position_code)
        by_id = {str(entry.row.id): entry for entry in entries}
        names = {row.code: row for row in people.list_competencies(session)}
        judged = standings(_requirements(position), (profiles.as_evidence(entry) for entry in entries))
    unit = tree.units[officer.unit_id]
    return OfficerProfile(
        officer=officer,
        units=[*tree.above(unit), unit],
        position=position.position if position else None,
        lines=[
            ProfileLine(
                names[standing.competency],
                standing,
                by_id[standing.evidence.id] if standing.evidence else None,
            )
            for standing in judged
        ],
        entries=entries,
    )


def get_own_profile(deps: Services, actor: Actor) -> OfficerProfile:
    """The actor's own profile. Raises NotFound when he is no officer."""
    if actor.officer_id is None:
        raise NotFound("officer", actor.username)
    return get_profile(deps, actor, actor.officer_id)


def get_unit_gaps(deps: Services, actor: Actor, unit_id: int) -> UnitGaps:
    """The gap matrix of a unit and those below it: one row for each unit directly under it."""
    with deps.store.read() as session:
        tree = read_unit_tree(session)
        permit(actor, "units.read_gaps", Facts(same_unit=_is_below(tree, unit_id, actor.unit_id)))
        unit = get_row(session, OrganisationUnitRow, unit_id)
        inside = tree.below(unit_id)
        officers = people.list_officers(session, inside)
        evidences = profiles.list_levels(session, inside)
        positions = _positions(session, {officer.position_code for officer in officers})
        requirements = {code: _requirements(position) for code, position in positions.items()}
        competencies = people.list_competencies(session)
    judged = {
        officer.id: standings(requirements.get(officer.position_code, ()), evidences.get(officer.id, ()))
        for officer in officers
    }
    groups = _groups(tree, unit)
    wanted = {standing.competency for lines in judged.values() for standing in lines}
    lines = _gap_lines([(officer, groups[officer.unit_id]) for officer in officers], judged)
    whole = _gap_lines([(officer, unit) for officer in officers], judged)
    return UnitGaps(
        unit=unit,
        superiors=tree.above(unit),
        competencies=[row for row in competencies if row.code in wanted],
        lines=lines,
        whole=whole[0] if whole else GapLine(unit, 0, {}),
        officers=[
            OfficerLine(
                officer,
                tree.units[officer.unit_id],
                {standing.competency: standing for standing in judged[officer.id]},
            )
            for officer in officers
        ],
    )


def _positions(session: Session, codes: set[str]) -> dict[str, PositionRows]:
    return {
        row.code: people.get_position_rows(session, row)
        for row in people.list_positions(session)
        if row.code in codes
    }


def _requirements(position: PositionRows | None) -> tuple[Requirement, ...]:
    if position is None:
        return ()
    return tuple(
        Requirement(position.position.code, competency.code, row.level, row.weight, row.critical)
        for row, competency in position.requirements
    )


def _is_below(tree: UnitTree, unit_id: int, superior_id: int | None) -> bool:
    return superior_id in tree.units and unit_id in tree.below(superior_id or 0)


def _groups(tree: UnitTree, unit: OrganisationUnitRow) -> dict[int, OrganisationUnitRow]:
    """Which row of the heat map an officer of each unit counts in."""
    groups = {unit.id: unit}
    for child in tree.children.get(unit.id, []):
        groups.update(dict.fromkeys(tree.below(child.id), child))
    return groups


def _gap_lines(
    officers: list[tuple[OfficerRow, OrganisationUnitRow]], judged: dict[int, tuple[CompetencyStanding, ...]]
) -> list[GapLine]:
    units = {unit.code: unit for _, unit in officers}
    counts: dict[str, int] = {}
    for _, unit in officers:
        counts[unit.code] = counts.get(unit.code, 0) + 1
    matrix = gap_matrix(
        [OfficerStanding(str(officer.id), unit.code, judged[officer.id]) for officer, unit in officers]
    )
    return [
        GapLine(
            units[code],
            counts[code],
            {
                competency: matrix.cells[code, competency]
                for competency in matrix.competencies
                if (code, competency) in matrix.cells
            },
        )
        for code in matrix.units
    ]
