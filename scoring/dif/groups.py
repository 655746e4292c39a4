"""Who is compared with whom, and what a comparison that cannot be made says."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from scoring.errors import InvalidGroups
from scoring.responses import BoolArray


class DifReason(StrEnum):
    """Why an item has NaN instead of a number; worded in the user interface."""

    NOT_MET_BY_A_GROUP = "NOT_MET_BY_A_GROUP"
    TOO_FEW_REFERENCE = "TOO_FEW_REFERENCE"
    TOO_FEW_FOCAL = "TOO_FEW_FOCAL"
    NOT_STUDIED = "NOT_STUDIED"
    NOT_DICHOTOMOUS = "NOT_DICHOTOMOUS"
    NO_VARIATION = "NO_VARIATION"
    MARK_NOT_EARNED_BY_A_GROUP = "MARK_NOT_EARNED_BY_A_GROUP"
    NO_COMMON_STRATA = "NO_COMMON_STRATA"
    ODDS_RATIO_UNDEFINED = "ODDS_RATIO_UNDEFINED"
    NOT_ESTIMABLE = "NOT_ESTIMABLE"
    SEPARATION = "SEPARATION"
    NOT_CONVERGED = "NOT_CONVERGED"
    NOT_CALIBRATED = "NOT_CALIBRATED"


class DifClass(StrEnum):
    """How large a DIF is: A negligible, B moderate, C large. By which rule, the result says."""

    A = "A"
    B = "B"
    C = "C"


Reasons = tuple[DifReason | None, ...]
Classes = tuple[DifClass | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class TwoGroups:
    """The compared persons, (n_persons,) masks that do not overlap; whoever is in neither is left out."""

    reference: BoolArray
    focal: BoolArray

    @property
    def compared(self) -> BoolArray:
        mask: BoolArray = self.reference | self.focal
        return mask


def two_groups(
    labels: Sequence[Hashable] | npt.NDArray[np.generic], focal: Hashable, reference: Hashable | None = None
) -> TwoGroups:
    """Read group labels.

    Parameters
    ----------
    labels : (n_persons,) of any kind; None, NaN and "" mean not known, and are in neither group
    focal : label of the group of concern
    reference : label of the group it is compared with; everyone else with a known label when None

    Raises
    ------
    InvalidGroups : not a vector, or nobody in one of the groups.
    """
    values = np.asarray(labels)
    if values.ndim != 1:
        raise InvalidGroups(f"groups: expected one label per person, got {values.ndim} dimension(s)")
    given = list(labels)
    known = np.array([x is not None and x == x and x != "" for x in given], dtype=np.bool_)
    in_focal = known & np.array([x == focal for x in given], dtype=np.bool_)
    others = known & ~in_focal
    in_reference = others if reference is None else others & np.array([x == reference for x in given])
    for name, label, members in (("focal", focal, in_focal), ("reference", reference, in_reference)):
        if not members.any():
            raise InvalidGroups(f"{name}: nobody has the label {label!r}")
    return TwoGroups(in_reference, in_focal)


def count_reason(n_reference: int, n_focal: int, min_group: int) -> DifReason | None:
    """The reason that numbers alone give not to compare."""
    if not n_reference or not n_focal:
        return DifReason.NOT_MET_BY_A_GROUP
    if n_reference < min_group:
        return DifReason.TOO_FEW_REFERENCE
    return DifReason.TOO_FEW_FOCAL if n_focal < min_group else None
