"""The states of a result, from what it came, and when a campaign's results may be published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from examsvc.results.errors import ReleaseRefused, ScoringRefused


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
WITHDRAWN: Final = frozenset({ResultState.WITHHELD, ResultState.SUPERSEDED})
"""Its evidence stays in sight and counts no more."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The version of everything that a score rests on."""

    rule_pack: str
    level_scale: str
    blueprint: str
    form_checksum: str
    keys_checksum: str
    calibration: str
    calibration_checksum: str


def state_after(state: ResultState, act: ResultAct) -> ResultState:
    """Where the act leads from this state. Raises ReleaseRefused when it leads nowhere."""
    target = TRANSITIONS.get((state, act))
    if target is None:
        raise ReleaseRefused(f"{act}_when_{state}")
    return target


def require_releasable(rescored_equal: Sequence[bool]) -> None:
    """Raise what stands in the way of publishing these results, all of them or none.

    Parameters
    ----------
    rescored_equal : per provisional result, whether the independent rescoring agrees

    Raises ScoringRefused.
    """
    if not rescored_equal:
        raise ScoringRefused("nothing_to_release")
    if not all(rescored_equal):
        raise ScoringRefused("rescoring_disagrees")
