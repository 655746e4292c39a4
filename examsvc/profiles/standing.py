"""Where an officer stands against the position, and where a unit falls short."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from examsvc.positions.framework import Requirement
from examsvc.profiles.evidence import Evidence, history


class StandingStatus(StrEnum):
    MET = "met"
    GAP = "gap"
    INSUFFICIENT = "insufficient"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CompetencyStanding:
    """Held against required level.

    probability : of exactly the held level
    probability_met : of the required level or a higher one
    gap : levels short of the requirement, 0 when met, None when no level is held
    """

    competency: str
    required_level: int
    held_level: int | None
    probability: float | None
    probability_met: float | None
    gap: int | None
    status: StandingStatus
    is_critical: bool
    evidence: Evidence | None
    history: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class OfficerStanding:
    officer_id: str
    unit: str
    standings: tuple[CompetencyStanding, ...]


@dataclass(frozen=True, slots=True)
class GapCell:
    """A unit's gap in a competency; mean and share are over the n_judged officers with a level."""

    n_officers: int
    n_judged: int
    mean_gap: float | None
    share_below: float | None


@dataclass(frozen=True, slots=True)
class GapMatrix:
    units: tuple[str, ...]
    competencies: tuple[str, ...]
    cells: Mapping[tuple[str, str], GapCell]


def standings(
    requirements: Iterable[Requirement], evidences: Iterable[Evidence]
) -> tuple[CompetencyStanding, ...]:
    """One standing for each requirement of the position, in the order given.

    The newest evidence with a level wins; a later exam with too few items does not wipe out a proven level.
    """
    known = history(evidences)
    return tuple(
        _standing(requirement, known.get(requirement.competency, ())) for requirement in requirements
    )


def gap_matrix(officers: Sequence[OfficerStanding]) -> GapMatrix:
    """Units by competencies; a cell without anybody required to hold the competency does not exist."""
    groups: dict[tuple[str, str], list[int | None]] = {}
    for officer in officers:
        for standing in officer.standings:
            groups.setdefault((officer.unit, standing.competency), []).append(standing.gap)
    return GapMatrix(
        units=tuple(sorted({officer.unit for officer in officers})),
        competencies=tuple(sorted({competency for _, competency in groups})),
        cells={place: _cell(gaps) for place, gaps in sorted(groups.items())},
    )


def _standing(requirement: Requirement, entries: tuple[Evidence, ...]) -> CompetencyStanding:
    valid = [entry for entry in entries if entry.withdrawn_at is None]
    winner = next((entry for entry in valid if entry.level is not None), valid[0] if valid else None)
    level = winner.level if winner else None
    gap = None if level is None else max(0, requirement.level - level)
    if winner is None:
        status = StandingStatus.NONE
    elif gap is None:
        status = StandingStatus.INSUFFICIENT
    else:
        status = StandingStatus.GAP if gap else StandingStatus.MET
    return CompetencyStanding(
        competency=requirement.competency,
        required_level=requirement.level,
        held_level=level,
        probability=None if winner is None or level is None else winner.probability_of(level),
        probability_met=None if winner is None else winner.probability_reaching(requirement.level),
        gap=gap,
        status=status,
        is_critical=requirement.is_critical,
        evidence=winner,
        history=entries,
    )


def _cell(gaps: Sequence[int | None]) -> GapCell:
    judged = [gap for gap in gaps if gap is not None]
    if not judged:
        return GapCell(len(gaps), 0, None, None)
    below = sum(1 for gap in judged if gap > 0)
    return GapCell(len(gaps), len(judged), sum(judged) / len(judged), below / len(judged))
