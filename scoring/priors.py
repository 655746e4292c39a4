"""What is believed of items before anyone has answered them, as data."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidParameters
from scoring.responses import FloatArray, IntArray

Numbers = float | FloatArray
"""One number for all items, or (n_items,)."""


def _require_positive(what: str, values: Numbers) -> None:
    _require_numbers(what, values)
    if not (np.asarray(values) > 0).all():
        raise InvalidParameters(f"a prior's {what} must be positive")


def _require_numbers(what: str, values: Numbers) -> None:
    array = np.asarray(values)
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        raise InvalidParameters(f"a prior's {what} must be finite")


@dataclass(frozen=True, slots=True, eq=False)
class _Gaussian:
    """mean, sd : one number, or one an item."""

    mean: Numbers
    sd: Numbers

    def __post_init__(self) -> None:
        _require_numbers("mean", self.mean)
        _require_positive("sd", self.sd)

    def of(self, items: IntArray) -> Self:
        """The prior of the items at these positions, as arrays."""
        return type(self)(_taken(self.mean, items), _taken(self.sd, items))


@dataclass(frozen=True, slots=True, eq=False)
class Normal(_Gaussian):
    """Normal prior of a threshold (b), in units of theta, or of a slope (a); one number, or one an item."""


@dataclass(frozen=True, slots=True, eq=False)
class LogNormal(_Gaussian):
    """Prior of a slope whose logarithm is normal with this mean and standard deviation.

    Its density is taken with respect to log a, so that the prior's mode is exp(mean) and not, as with respect
    to a, exp(mean - sd²): a weak prior should not pull every slope down. Mislevy (1986) does the same.
    """


@dataclass(frozen=True, slots=True, eq=False)
class LogitNormal(_Gaussian):
    """Prior of a lower asymptote c whose logit is normal; the density is taken with respect to logit c."""


@dataclass(frozen=True, slots=True, eq=False)
class Beta:
    """Beta prior of a lower asymptote c, the density with respect to c."""

    alpha: Numbers
    beta: Numbers

    def __post_init__(self) -> None:
        _require_positive("alpha", self.alpha)
        _require_positive("beta", self.beta)

    def of(self, items: IntArray) -> Self:
        """The prior of the items at these positions, as arrays."""
        return type(self)(_taken(self.alpha, items), _taken(self.beta, items))


@dataclass(frozen=True, slots=True, eq=False)
class ItemPriors:
    """Independent priors of every item's slope, of each of its thresholds, and of its lower asymptote.

    None where nothing is believed. A slope that items share (1PL) counts its prior once. Slopes fixed at 1
    and items held fixed have none.
    """

    a: LogNormal | Normal | None = None
    b: Normal | None = None
    c: LogitNormal | Beta | None = None

    def __post_init__(self) -> None:
        known = {"a": LogNormal | Normal | None, "b": Normal | None, "c": LogitNormal | Beta | None}
        for name, kinds in known.items():
            value = getattr(self, name)
            if not isinstance(value, kinds):
                raise InvalidParameters(f"priors.{name}: {type(value).__name__} is no prior of {name}")

    def of(self, items: IntArray) -> Self:
        """The priors of the items at these positions, as arrays."""
        return type(self)(
            None if self.a is None else self.a.of(items),
            None if self.b is None else self.b.of(items),
            None if self.c is None else self.c.of(items),
        )

    def require_length(self, n_items: int) -> None:
        """Raise InvalidParameters when a prior with one number an item has another number of them."""
        for name in ("a", "b", "c"):
            prior = getattr(self, name)
            for part in () if prior is None else fields(prior):
                values = np.asarray(getattr(prior, part.name))
                if values.ndim > 1 or (values.ndim == 1 and values.size != n_items):
                    raise InvalidParameters(
                        f"priors.{name}.{part.name}: expected one number or {n_items}, not {values.shape}"
                    )


WEAK_PRIORS = ItemPriors(a=LogNormal(0.0, 0.5), b=Normal(0.0, 2.0), c=LogitNormal(-1.4, 0.7))
"""Hardly felt at 300 responses an item; they keep an item of 60 responses on the scale, and c near 0.2."""


def _taken(values: Numbers, items: IntArray) -> FloatArray:
    array: npt.NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    return np.full(items.shape, float(array)) if array.ndim == 0 else array[items]
