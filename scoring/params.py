"""The parameters of a set of items on one scale."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidParameters, NotCalibrated
from scoring.responses import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ItemParams:
    """Parameters of the three-parameter logistic model in the logistic metric (D = 1).

    P(correct | theta) = c + (1 - c) / (1 + exp(-a (theta - b))), Birnbaum (1968). The 2PL is c =
    0.

    Parameters
    ----------
    a : (n_items,) discrimination, per unit of theta; may be negative, as of a wrong key
    b : (n_items,) difficulty, in units of theta
    c : (n_items,) lower asymptote, 0 <= c < 1

    An item that could not be calibrated has NaN for both a and b. The arrays are copies and read-only.

    Raises
    ------
    InvalidParameters : unequal lengths, infinite values, half-known items, c out of range.
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray

    def __post_init__(self) -> None:
        for name in ("a", "b", "c"):
            values = np.array(getattr(self, name), dtype=np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.a.ndim != 1 or not self.a.shape == self.b.shape == self.c.shape:
            raise InvalidParameters("a, b and c must be vectors of one length")
        self._refuse("a and b must both be finite, or both NaN", np.isnan(self.a) != np.isnan(self.b))
        self._refuse("a and b must be finite", np.isinf(self.a) | np.isinf(self.b))
        self._refuse("c must lie in [0, 1)", ~((self.c >= 0) & (self.c < 1)))

    @staticmethod
    def _refuse(what: str, at_fault: BoolArray) -> None:
        if at_fault.any():
            raise InvalidParameters(what, np.flatnonzero(at_fault).tolist())

    @classmethod
    def two_pl(cls, a: npt.ArrayLike, b: npt.ArrayLike) -> Self:
        """Items without guessing."""
        discrimination = np.asarray(a, dtype=np.float64)
        difficulty = np.asarray(b, dtype=np.float64)
        return cls(discrimination, difficulty, np.zeros_like(discrimination))

    @property
    def n_items(self) -> int:
        return int(self.a.size)

    @property
    def calibrated(self) -> BoolArray:
        """(n_items,) True where the item has parameters."""
        mask: BoolArray = ~np.isnan(self.a)
        return mask

    def subset(self, index: npt.ArrayLike) -> Self:
        """The items at these positions (in that order), or where a mask is True."""
        where = np.asarray(index)
        if where.size == 0 and where.dtype != np.bool_:
            where = where.astype(np.intp)
        return type(self)(self.a[where], self.b[where], self.c[where])

    def require_calibrated(self) -> None:
        """Raise NotCalibrated when an item has no parameters, so that no NaN travels on in silence."""
        if not self.calibrated.all():
            raise NotCalibrated(np.flatnonzero(~self.calibrated).tolist())
