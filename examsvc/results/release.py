"""Who publishes a result, from what it came, and why an old one never changes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from examsvc.results.errors import ReleaseRefused, RescoreDisagrees
from examsvc.results.estimate import SittingScore
from examsvc.rulepacks.canonical import canonical_sha256


class ResultState(StrEnum):
    PROVISIONAL = "provisional"
    RELEASED = "released"
    WITHHELD = "withheld"
    SUPERSEDED = "superseded"


class ResultAct(StrEnum):
    RELEASE = "release"
    WITHHOLD = "withhold"
    SUPERSEDE = "supersede"


TRANSITIONS: Final[Mapping[tuple[ResultState, ResultAct], ResultState]] = {
    (ResultState.PROVISIONAL, ResultAct.RELEASE): ResultState.RELEASED,
    (ResultState.PROVISIONAL, ResultAct.WITHHOLD): ResultState.WITHHELD,
    (ResultState.PROVISIONAL, ResultAct.SUPERSEDE): ResultState.SUPERSEDED,
    (ResultState.WITHHELD, ResultAct.RELEASE): ResultState.RELEASED,
    (ResultState.WITHHELD, ResultAct.SUPERSEDE): ResultState.SUPERSEDED,
    # A sitting may be annulled after its result was published.
    (ResultState.RELEASED, ResultAct.WITHHOLD): ResultState.WITHHELD,
    (ResultState.RELEASED, ResultAct.SUPERSEDE): ResultState.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """The version of everything that a result rests on."""

    rule_pack: str
    level_scale: str
    blueprint: str
    form_checksum: str
    key_versions: tuple[tuple[str, int], ...]
    calibration: str

    @property
    def checksum(self) -> str:
        """One name for all of them: equal checksums mean that rescoring can change nothing."""
        return canonical_sha256(asdict(self) | {"key_versions": sorted(map(list, self.key_versions))})


@dataclass(frozen=True, slots=True)
class Result:
    """One scoring of one sitting; a rescoring is a new version beside it."""

    id: str
    sitting_id: str
    version: int
    score: SittingScore
    provenance: Provenance
    scored_by: str
    scored_at: datetime
    state: ResultState = ResultState.PROVISIONAL
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""


def release(result: Result, actor: str, now: datetime, differences: tuple[str, ...]) -> Result:
    """Publish a result.

    Parameters
    ----------
    actor : anybody but the person who scored
    differences : what the independent rescoring found; empty when both agree
    """
    state = _target(result, ResultAct.RELEASE)
    if actor == result.scored_by:
        raise ReleaseRefused(result.id, "released_by_scorer")
    if differences:
        raise RescoreDisagrees(result.sitting_id, differences)
    return replace(result, state=state, decided_by=actor, decided_at=now, reason="")


def withhold(result: Result, actor: str, now: datetime, reason: str) -> Result:
    """Keep a result back; the reason is part of the record."""
    state = _target(result, ResultAct.WITHHOLD)
    if not reason.strip():
        raise ReleaseRefused(result.id, "reason_missing")
    return replace(result, state=state, decided_by=actor, decided_at=now, reason=reason.strip())


def supersede(old: Result, new: Result) -> tuple[Result, Result]:
    """The old version, retired with score and provenance untouched, and its provisional successor."""
    state = _target(old, ResultAct.SUPERSEDE)
    if (new.sitting_id, new.version, new.state) != (old.sitting_id, old.version + 1, ResultState.PROVISIONAL):
        raise ReleaseRefused(new.id, "not_the_next_version")
    if new.provenance.checksum == old.provenance.checksum:
        raise ReleaseRefused(new.id, "nothing_changed")
    return replace(old, state=state), new


def _target(result: Result, act: ResultAct) -> ResultState:
    target = TRANSITIONS.get((result.state, act))
    if target is None:
        raise ReleaseRefused(result.id, f"{act}_when_{result.state}")
    return target
