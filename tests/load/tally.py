"""How long each kind of act took, and what went wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one kind of act; `n` counts those that succeeded."""

    n: int
    p50: float
    p95: float
    p99: float
    worst: float


class Tally:
    """Counts and times by kind of act."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()

    def took(self, act: str, seconds: float) -> None:
        self._seconds[act].append(seconds)

    def failed(self, act: str, why: str) -> None:
        self.errors[f"{act}: {why}"] += 1

    def count(self, act: str) -> int:
        return len(self._seconds[act])

    def failures(self, act: str) -> int:
        return sum(n for name, n in self.errors.items() if name.startswith(f"{act}: "))

    def times(self, act: str) -> Times:
        """The act's percentiles, by nearest rank."""
        ordered = sorted(self._seconds[act])
        if not ordered:
            return Times(0, 0.0, 0.0, 0.0, 0.0)
        n = len(ordered)
        p50, p95, p99 = (ordered[min(n - 1, -(-n * share // 100) - 1)] * 1000 for share in (50, 95, 99))
        return Times(n, p50, p95, p99, ordered[-1] * 1000)
