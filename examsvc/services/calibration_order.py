"""What an examiner may ask of a calibration."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from examsvc.results.errors import CalibrationRefused
from scoring import ItemModel

MODELS: Final = (ItemModel.TWO_PL, ItemModel.RASCH, ItemModel.THREE_PL)
LEAST_RESPONSES: Final = 30


class Priors(StrEnum):
    """WEAK: the same mild belief of every item. BORROWED: each item leans on those of its topic."""

    WEAK = "weak"
    BORROWED = "borrowed"


class Scale(StrEnum):
    """FREE: N(0, 1) of this campaign. LINKED: carried onto the calibration in force by the items both know.
    ANCHORED: those items held at their values in force, the others estimated beside them."""

    FREE = "free"
    LINKED = "linked"
    ANCHORED = "anchored"


@dataclass(frozen=True, slots=True)
class CalibrationOrder:
    """An order that is possible in itself; whether the responses can carry it shows when it is run.

    Raises CalibrationRefused: model_unknown, priors_unknown, min_responses_too_few, scale_unknown.
    """

    campaign_id: int
    model: str = ItemModel.TWO_PL.value
    priors: str = Priors.WEAK.value
    min_responses: int = 50
    scale: str = Scale.FREE.value

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise CalibrationRefused("model_unknown")
        if self.priors not in tuple(Priors):
            raise CalibrationRefused("priors_unknown")
        if self.min_responses < LEAST_RESPONSES:
            raise CalibrationRefused("min_responses_too_few")
        if self.scale not in tuple(Scale):
            raise CalibrationRefused("scale_unknown")

    def as_params(self) -> dict[str, Any]:
        """As a job and a calibration keep it."""
        return asdict(self)
