"""How competencies go together in a population, as an adopted calibration found it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from examsvc.results.errors import PlanMalformed

CONVERGED: Final = "CONVERGED"


@dataclass(frozen=True, slots=True)
class Population:
    """The distribution of ability that an estimate starts from, on the scale of the item parameters."""

    mean: float = 0.0
    sd: float = 1.0

    @classmethod
    def from_analysis(cls, analysis: Mapping[str, Any] | None) -> Self:
        """As a calibration stored it; N(0, 1) where it stored none."""
        found = (analysis or {}).get("population")
        return cls(float(found["mean"]), float(found["sd"])) if found else cls()


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Correlations of the competencies' abilities, free of measurement error, and each one's distribution.

    Parameters
    ----------
    codes : of the competencies, in the order of everything else
    correlations : a row and a column a competency
    means, sds : of each ability, on the scale of the item parameters
    """

    codes: tuple[str, ...]
    correlations: tuple[tuple[float, ...], ...]
    means: tuple[float, ...]
    sds: tuple[float, ...]

    def __post_init__(self) -> None:
        n = len(self.codes)
        square = len(self.correlations) == n and all(len(row) == n for row in self.correlations)
        if not square or len(self.means) != n or len(self.sds) != n or len(set(self.codes)) != n:
            raise PlanMalformed("dimensions_of_other_competencies")

    @classmethod
    def from_analysis(cls, analysis: Mapping[str, Any] | None) -> Self | None:
        """As a calibration stored it; None where it has none, or none that converged."""
        found = (analysis or {}).get("dimensions")
        if not found or found.get("status") != CONVERGED:
            return None
        n = len(found["codes"])
        return cls(
            tuple(found["codes"]),
            tuple(tuple(float(value) for value in row) for row in found["correlations"]),
            tuple(float(value) for value in found.get("means") or [0.0] * n),
            tuple(float(value) for value in found.get("sds") or [1.0] * n),
        )

    def of(self, codes: Sequence[str]) -> Self:
        """These competencies alone: what is not there says nothing of them."""
        places = [self.codes.index(code) for code in codes]
        return type(self)(
            tuple(codes),
            tuple(tuple(self.correlations[row][column] for column in places) for row in places),
            tuple(self.means[place] for place in places),
            tuple(self.sds[place] for place in places),
        )
