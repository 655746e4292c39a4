"""The parameters of a set of items on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidParameters, NotCalibrated
from scoring.responses import BoolArray, FloatArray, IntArray


class ItemModel(StrEnum):
    """How the chance of each mark depends on ability. Logistic metric throughout (D = 1).

    RASCH, PCM and RSM have slope 1 and leave the spread of ability free; 1PL items share one free slope.
    References: Rasch (1960), Birnbaum (1968), Samejima (1969), Masters (1982), Andrich (1978), Muraki (1992).
    """

    RASCH = "Rasch"
    ONE_PL = "1PL"
    TWO_PL = "2PL"
    THREE_PL = "3PL"
    GRM = "GRM"
    PCM = "PCM"
    GPCM = "GPCM"
    RSM = "RSM"

    @property
    def is_dichotomous(self) -> bool:
        return self in _DICHOTOMOUS

    @property
    def is_partial_credit(self) -> bool:
        """Whether the steps are adjacent-category logits."""
        return self in (ItemModel.PCM, ItemModel.GPCM, ItemModel.RSM)

    @property
    def has_unit_slope(self) -> bool:
        return self in (ItemModel.RASCH, ItemModel.PCM, ItemModel.RSM)


_DICHOTOMOUS = (ItemModel.RASCH, ItemModel.ONE_PL, ItemModel.TWO_PL, ItemModel.THREE_PL)


def _models(given: Sequence[ItemModel | str]) -> tuple[ItemModel, ...]:
    try:
        return tuple(map(ItemModel, given))
    except ValueError as unknown:
        raise InvalidParameters(f"models: {unknown}; known are {', '.join(ItemModel)}") from None


@dataclass(frozen=True, slots=True, eq=False)
class ItemParams:
    """Parameters of items that may follow different models, in the logistic metric (D = 1).

    Dichotomous: P(1 | theta) = c + (1 - c) / (1 + exp(-a (theta - b))), Birnbaum (1968).
    GRM: P(Y >= k | theta) = 1 / (1 + exp(-a (theta - b_k))), Samejima (1969).
    PCM, GPCM, RSM: P(Y = k) / P(Y = k - 1) = exp(a (theta - b_k)), Masters (1982), Muraki (1992).

    Parameters
    ----------
    a : (n_items,) discrimination, per unit of theta; may be negative, as of a wrong key
    b : (n_items,) difficulty, in units of theta; of an item with more than two categories the mean of its
        thresholds, worked out from them whatever is given
    c : (n_items,) lower asymptote, 0 <= c < 1; 0 for an item with more than two categories
    thresholds : (n_items, most_steps) b_1 … b_K of each item, NaN beyond its own; when None, b
    models : one of each item; when None, 3PL where c > 0 and else 2PL

    An item that could not be calibrated has NaN for a and b and no finite threshold. The arrays are copies
    and read-only.

    Raises
    ------
    InvalidParameters : unequal lengths, infinite values, half-known items, c out of range, thresholds with
        gaps, of a graded item not ascending (a < 0: not descending), or several of a dichotomous item.
    """

    a: FloatArray
    b: FloatArray
    c: FloatArray
    thresholds: FloatArray = None  # type: ignore[assignment]  # filled in below
    models: tuple[ItemModel, ...] = ()

    def __post_init__(self) -> None:
        for name in ("a", "b", "c"):
            self._keep(name, np.array(getattr(self, name), dtype=np.float64))
        if self.a.ndim != 1 or not self.a.shape == self.b.shape == self.c.shape:
            raise InvalidParameters("a, b and c must be vectors of one length")
        given = self.b[:, None] if self.thresholds is None else self.thresholds
        self._keep("thresholds", np.array(given, dtype=np.float64))
        if self.thresholds.ndim != 2 or len(self.thresholds) != self.a.size or not self.thresholds.shape[1]:
            raise InvalidParameters("thresholds must be a matrix with a row per item")
        models = _models(self.models) or tuple(
            ItemModel.THREE_PL if c > 0 else ItemModel.TWO_PL for c in self.c.tolist()
        )
        object.__setattr__(self, "models", models)
        if len(models) != self.a.size:
            raise InvalidParameters("models must name one model per item")
        self._check_thresholds()
        self._refuse("a and b must both be finite, or both NaN", np.isnan(self.a) != np.isnan(self.b))
        self._refuse("a and b must be finite", np.isinf(self.a) | np.isinf(self.b))
        self._refuse("c must lie in [0, 1)", ~((self.c >= 0) & (self.c < 1)))

    def _check_thresholds(self) -> None:
        known = np.isfinite(self.thresholds)
        infinite = np.asarray(np.isinf(self.thresholds).any(axis=1), dtype=np.bool_) & ~np.isinf(self.b)
        self._refuse("thresholds must be finite", infinite)
        gaps = np.asarray((np.diff(known.astype(np.int8), axis=1) > 0).any(axis=1), dtype=np.bool_)
        self._refuse("thresholds must not have gaps", gaps)
        n_steps = known.sum(axis=1)
        dichotomous = np.array([model.is_dichotomous for model in self.models], dtype=np.bool_)
        self._refuse("a dichotomous item has one threshold", dichotomous & (n_steps > 1))
        first = self.thresholds[:, 0]
        with np.errstate(invalid="ignore"):
            differs = dichotomous & ~(np.isclose(first, self.b, rtol=1e-12, atol=0.0, equal_nan=True))
        self._refuse("b and the threshold of a dichotomous item must agree", np.asarray(differs))
        graded = np.array([model is ItemModel.GRM for model in self.models], dtype=np.bool_)
        with np.errstate(invalid="ignore"):
            disordered = (np.diff(self.thresholds, axis=1) * np.sign(self.a)[:, None] <= 0).any(axis=1)
        self._refuse("thresholds of a graded item must ascend, or with a < 0 descend", graded & disordered)
        self._refuse("an item with more than two categories has no c", ~dichotomous & (self.c != 0))
        several = known.sum(axis=1) > 1
        if several.any():
            means = np.where(known, self.thresholds, 0.0).sum(axis=1) / np.maximum(n_steps, 1)
            self._keep("b", np.where(several, means, self.b))

    def _keep(self, name: str, values: FloatArray) -> None:
        values.setflags(write=False)
        object.__setattr__(self, name, values)

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

    @classmethod
    def polytomous(
        cls, a: npt.ArrayLike, thresholds: npt.ArrayLike, model: ItemModel = ItemModel.GPCM
    ) -> Self:
        """Items of one polytomous model; `thresholds` (n_items, most_steps), NaN beyond an item's own."""
        slopes, steps = np.asarray(a, dtype=np.float64), np.asarray(thresholds, dtype=np.float64)
        first = steps[:, 0] if steps.ndim == 2 and steps.shape[1] else slopes
        return cls(slopes, first, np.zeros_like(slopes), steps, (model,) * slopes.size)

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """The items of several sets, one after the other."""
        widest = max((part.thresholds.shape[1] for part in parts), default=1)
        steps = [
            np.pad(part.thresholds, ((0, 0), (0, widest - part.thresholds.shape[1])), constant_values=np.nan)
            for part in parts
        ]
        if not parts:
            return cls.two_pl([], [])
        a, b, c = (np.concatenate([getattr(part, name) for part in parts]) for name in ("a", "b", "c"))
        return cls(a, b, c, np.vstack(steps), tuple(model for part in parts for model in part.models))

    @property
    def n_items(self) -> int:
        return int(self.a.size)

    @property
    def n_categories(self) -> IntArray:
        """(n_items,) possible marks of each item, 0 … n_categories - 1; 2 where it has no parameters."""
        counts: IntArray = np.maximum(np.isfinite(self.thresholds).sum(axis=1), 1) + 1
        return counts

    @property
    def is_dichotomous(self) -> bool:
        """Whether every item is marked 0 or 1."""
        return self.thresholds.shape[1] == 1 and all(model.is_dichotomous for model in self.models)

    @property
    def calibrated(self) -> BoolArray:
        """(n_items,) True where the item has parameters."""
        mask: BoolArray = ~np.isnan(self.a)
        return mask

    def subset(self, index: npt.ArrayLike) -> Self:
        """The items at these positions (in that order), or where a mask is True."""
        where = np.asarray(index)
        if where.dtype == np.bool_:
            if where.shape != self.a.shape:
                raise InvalidParameters(f"index: a mask of {self.n_items} items has shape {where.shape}")
            where = np.flatnonzero(where)
        if where.size and (where.dtype.kind not in "iu" or where.min() < 0 or where.max() >= self.n_items):
            raise InvalidParameters(f"index: expected positions 0 to {self.n_items - 1}")
        where = where.astype(np.intp)
        models = tuple(self.models[place] for place in where.tolist())
        return type(self)(self.a[where], self.b[where], self.c[where], self.thresholds[where], models)

    def transformed(self, slope: float, intercept: float) -> Self:
        """The same items after theta* = slope theta + intercept: a / slope, slope b + intercept; c stays."""
        if not (np.isfinite(slope) and slope > 0 and np.isfinite(intercept)):
            raise InvalidParameters("a change of scale needs a positive slope and a finite intercept")
        steps = slope * self.thresholds + intercept
        return type(self)(self.a / slope, slope * self.b + intercept, self.c, steps, self.models)

    def require_calibrated(self) -> None:
        """Raise NotCalibrated when an item has no parameters, so that no NaN travels on in silence."""
        if not self.calibrated.all():
            raise NotCalibrated(np.flatnonzero(~self.calibrated).tolist())
