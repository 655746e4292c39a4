"""How competencies go together in a population, as an adopted calibration found it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from examsvc.results.errors import PlanMalformed

CONVERGED: Final = "CONVERGED"
ROUNDING: Final = 1e-9  # by which a correlation may differ from its mirror, or the diagonal from 1


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

    Raises PlanMalformed: dimensions_of_other_competencies, dimensions_no_correlations (not symmetric, no ones
    on the diagonal, or not positive definite), dimensions_without_spread.
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
        if not is_correlation_matrix(self.correlations):
            raise PlanMalformed("dimensions_no_correlations")
        if (
            not np.isfinite(self.means).all()
            or not np.isfinite(self.sds).all()
            or min(self.sds, default=1) <= 0
        ):
            raise PlanMalformed("dimensions_without_spread")

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


def is_correlation_matrix(rows: Sequence[Sequence[float]]) -> bool:
    """Whether it is symmetric with ones on the diagonal, and positive definite."""
    matrix = np.array(rows, dtype=np.float64).reshape(len(rows), -1)
    if matrix.size == 0:
        return True
    if matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
        return False
    mirrored = np.abs(matrix - matrix.T).max() <= ROUNDING
    ones = np.abs(np.diag(matrix) - 1.0).max() <= ROUNDING
    return bool(mirrored and ones and np.linalg.eigvalsh(matrix)[0] > 0)
