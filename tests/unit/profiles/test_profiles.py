"""The newest valid evidence speaks, history stays, and a gap is counted only where a level is held."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from examsvc.positions.framework import Requirement
from examsvc.profiles.evidence import Evidence, history
from examsvc.profiles.standing import OfficerStanding, StandingStatus, gap_matrix, standings

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PROBABILITIES = {
    0: (0.7, 0.2, 0.1, 0.0),
    1: (0.2, 0.6, 0.1, 0.1),
    2: (0.0, 0.2, 0.7, 0.1),
    3: (0.0, 0.0, 0.1, 0.9),
}


def evidence(level, days, competency="CM01", **facts):
    shares = PROBABILITIES.get(level, ())
    at = NOW + timedelta(days=days)
    base = Evidence(f"e{days}", "o1", competency, level, shares, 0.1, 0.3, 9, at, f"r{days}")
    return replace(base, **facts)


def one(required, *evidences):
    return standings([Requirement("GSQL", "CM01", required)], evidences)[0]


def test_the_newest_evidence_wins_even_when_it_is_lower():
    standing = one(2, evidence(3, 0), evidence(1, 5))
    assert (standing.held_level, standing.gap, standing.status) == (1, 1, StandingStatus.GAP)
    assert [entry.id for entry in standing.history] == ["e5", "e0"]


def test_more_than_required_is_met_without_a_negative_gap():
    standing = one(1, evidence(3, 0))
    assert (standing.gap, standing.status) == (0, StandingStatus.MET)
    assert standing.probability == pytest.approx(0.9)
    assert standing.probability_met == pytest.approx(1.0)


def test_insufficient_evidence_does_not_wipe_out_a_proven_level():
    assert one(2, evidence(2, 0), evidence(None, 5)).held_level == 2
    assert one(2, evidence(None, 5)).status is StandingStatus.INSUFFICIENT


def test_withdrawn_evidence_never_wins_and_stays_in_history():
    standing = one(2, evidence(2, 0), evidence(3, 5, withdrawn_at=NOW))
    assert standing.held_level == 2
    assert len(standing.history) == 2
    assert one(2, evidence(3, 5, withdrawn_at=NOW)).status is StandingStatus.NONE


def test_no_evidence_is_no_level_and_no_gap():
    standing = one(2)
    assert (standing.held_level, standing.gap, standing.status) == (None, None, StandingStatus.NONE)


def test_history_is_by_competency_newest_first():
    found = history([evidence(1, 0), evidence(2, 3), evidence(2, 1, "CM02")])
    assert {name: [entry.id for entry in entries] for name, entries in found.items()} == {
        "CM01": ["e3", "e0"],
        "CM02": ["e1"],
    }


def test_the_gap_matrix_counts_whom_it_judged():
    def officer(name, unit, *evidences):
        return OfficerStanding(name, unit, (one(2, *evidences),))

    matrix = gap_matrix(
        [officer("a", "U1", evidence(0, 0)), officer("b", "U1", evidence(3, 0)), officer("c", "U1")]
    )
    cell = matrix.cells["U1", "CM01"]
    assert (cell.n_officers, cell.n_judged, cell.mean_gap, cell.share_below) == (3, 2, 1.0, 0.5)
    nobody = gap_matrix([officer("c", "U2")]).cells["U2", "CM01"]
    assert (nobody.n_officers, nobody.n_judged, nobody.mean_gap, nobody.share_below) == (1, 0, None, None)
