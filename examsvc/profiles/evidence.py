"""What a released result says about one competency of one officer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """Written once when a result is released; withdrawn at most, never changed."""

    id: str
    officer_id: str
    competency: str
    level: int | None
    level_probabilities: tuple[float, ...]
    theta: float | None
    se: float | None
    n_items: int
    released_at: datetime
    result_id: str
    withdrawn_at: datetime | None = None

    def probability_of(self, level: int) -> float | None:
        """How probable exactly this level is."""
        if 0 <= level < len(self.level_probabilities):
            return self.level_probabilities[level]
        return None

    def probability_reaching(self, level: int) -> float | None:
        """How probable this level or a higher one is."""
        if not self.level_probabilities:
            return None
        return min(1.0, sum(self.level_probabilities[max(0, level) :]))


def history(evidences: Iterable[Evidence]) -> Mapping[str, tuple[Evidence, ...]]:
    """All evidence by competency, newest first; withdrawn evidence stays in sight."""
    ordered = sorted(evidences, key=lambda entry: (entry.released_at, entry.id), reverse=True)
    found: dict[str, list[Evidence]] = {}
    for entry in ordered:
        found.setdefault(entry.competency, []).append(entry)
    return {competency: tuple(found[competency]) for competency in sorted(found)}
