"""How uncertain estimated item parameters are, and how they hang together."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from scoring.calibration import Calibration
from scoring.errors import InvalidParameters
from scoring.params import ItemParams
from scoring.responses import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ParameterErrors:
    """Sampling covariances of one calibration's parameters, in the order a, c, b_1, …, b_K of each item.

    covariance : (n_items, 2 + most_steps, 2 + most_steps) where items are taken as independent, or the full
        (n_items * (2 + most_steps), …) matrix. NaN means held fixed or absent, and is kept as 0: no error.

    Raises
    ------
    InvalidParameters : neither shape, or a negative variance.
    """

    covariance: FloatArray

    def __post_init__(self) -> None:
        values = np.nan_to_num(np.array(self.covariance, dtype=np.float64), nan=0.0)
        if values.ndim not in (2, 3) or values.shape[-1] != values.shape[-2]:
            raise InvalidParameters(
                "covariance: expected (n_items, n_parameters, n_parameters) or a full matrix, got "
                f"{values.shape}"
            )
        if (np.diagonal(values, axis1=-2, axis2=-1) < 0).any():
            raise InvalidParameters("covariance: a variance is negative")
        values.setflags(write=False)
        object.__setattr__(self, "covariance", values)

    @classmethod
    def of(cls, calibration: Calibration, items: npt.ArrayLike | None = None) -> Self:
        """The full covariances between these items of a calibration.

        Parameters
        ----------
        calibration : with standard errors from the whole observed information. With those of each item alone
            (StandardErrorMethod.ITEM) the items count as independent, which makes a link look surer than it
            is: items of one calibration hang together through its latent scale.
        items : (n,) positions in that order, or a mask of all its items; all when None

        Raises
        ------
        InvalidParameters : positions that are none, or a calibration without any standard error.
        """
        chosen = _positions(items, calibration.params.n_items)
        if not np.isfinite(calibration.item_covariances).any():
            raise InvalidParameters("calibration: has no standard errors (not asked for, or not determined)")
        between = calibration.between_items
        if between is None:
            return cls(calibration.item_covariances[chosen])
        width = calibration.item_covariances.shape[1]
        rows = between.jacobian[(chosen[:, None] * width + np.arange(width)).ravel()]
        return cls(np.asarray((rows @ (rows @ between.parameters).T).T))  # as ItemCovariance.matrix

    @classmethod
    def from_standard_errors(
        cls,
        params: ItemParams,
        se_a: npt.ArrayLike,
        se_thresholds: npt.ArrayLike,
        se_c: npt.ArrayLike | None = None,
        *,
        cov_ab: npt.ArrayLike | None = None,
    ) -> Self:
        """Errors without covariances but, if given, cov_ab (n_items,) of a and b_1.

        se_a, se_c : (n_items,); se_thresholds : (n_items, most_steps), of 0/1 items also (n_items,)

        A link from these is a rough one: without the covariances between items the error of its intercept can
        come out at half its size. Lord's test of drift is somewhat off without those of a and b.
        """
        slopes, steps = np.asarray(se_a, dtype=np.float64), np.asarray(se_thresholds, dtype=np.float64)
        steps = steps[:, None] if steps.ndim == 1 else steps
        lowest = np.zeros(params.n_items) if se_c is None else np.asarray(se_c, dtype=np.float64)
        shared = np.zeros(params.n_items) if cov_ab is None else np.asarray(cov_ab, dtype=np.float64)
        if steps.shape != params.thresholds.shape or any(
            part.shape != (params.n_items,) for part in (slopes, lowest, shared)
        ):
            raise InvalidParameters(f"se_a, se_c and cov_ab: expected ({params.n_items},), and se_thresholds "
                                    f"{params.thresholds.shape}")  # fmt: skip
        variances = np.nan_to_num(np.column_stack([slopes, lowest, steps]) ** 2)
        covariance = variances[:, :, None] * np.eye(variances.shape[1])
        covariance[:, 0, 2] = covariance[:, 2, 0] = shared
        return cls(covariance)

    def blocks(self, n_items: int) -> FloatArray:
        """(n_items, n_parameters, n_parameters): each item's own. InvalidParameters for another number."""
        given = self.covariance
        if given.ndim == 2 and n_items > 0 and len(given) % n_items == 0:
            width = len(given) // n_items
            every = np.arange(n_items)
            given = np.ascontiguousarray(given.reshape(n_items, width, n_items, width)[every, :, every])
        if given.ndim != 3 or len(given) != n_items:
            raise InvalidParameters(
                f"covariance: expected {n_items} items, got shape {self.covariance.shape}"
            )
        return given

    def transformed(self, slope: float, n_items: int) -> Self:
        """The errors after `ItemParams.transformed(slope, …)`, the link itself taken as known."""
        width = self.blocks(n_items).shape[1]
        factors = np.full(width, slope)
        factors[:2] = 1.0 / slope, 1.0
        if self.covariance.ndim == 2:
            factors = np.tile(factors, n_items)
        return type(self)(self.covariance * np.outer(factors, factors))

    def propagated(self, jacobian: FloatArray) -> FloatArray:
        """J V J' for a Jacobian (n_results, n_items, n_parameters)."""
        if self.covariance.ndim == 3:
            if self.covariance.shape[:2] != jacobian.shape[1:]:
                raise InvalidParameters(f"covariance: expected {jacobian.shape[1:]} items by parameters, "
                                        f"got {self.covariance.shape[:2]}")  # fmt: skip
            spread: FloatArray = np.einsum("rip,ipq,siq->rs", jacobian, self.covariance, jacobian)
            return spread
        flat = jacobian.reshape(len(jacobian), -1)
        if flat.shape[1] != len(self.covariance):
            raise InvalidParameters(f"covariance: expected {flat.shape[1]} rows, got {len(self.covariance)}")
        full: FloatArray = flat @ self.covariance @ flat.T
        return full


def _positions(items: npt.ArrayLike | None, n_items: int) -> IntArray:
    given = np.arange(n_items) if items is None else np.asarray(items)
    if given.dtype == np.bool_:
        if given.shape != (n_items,):
            raise InvalidParameters(f"items: expected a mask of {n_items} items, got shape {given.shape}")
        return np.flatnonzero(given)
    if given.size == 0:
        given = given.astype(np.intp)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        raise InvalidParameters("items: expected a vector of positions, or a mask")
    at_fault = (given < 0) | (given >= n_items)
    if at_fault.any():
        raise InvalidParameters(f"items: expected positions 0 to {n_items - 1}", given[at_fault].tolist())
    return given.astype(np.intp)
