"""What can be wrong with what is handed to the psychometric library."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt


class ScoringError(ValueError):
    """A fact about the input that makes the question unanswerable; `code` is stable, for translation."""

    code = "SCORING_ERROR"


class InvalidParameters(ScoringError):
    """Item parameters outside their domain; `items` are the positions at fault."""

    code = "INVALID_PARAMETERS"

    def __init__(self, what: str, items: Sequence[int] = ()) -> None:
        self.what = what
        self.items = tuple(items)
        super().__init__(f"{what}: items {self.items}" if self.items else what)


class InvalidResponses(ScoringError):
    """A response matrix that is not persons by items of 0, 1 and MISSING."""

    code = "INVALID_RESPONSES"


class InvalidQuadrature(ScoringError):
    """Nodes that do not ascend, or weights that are not a distribution over them."""

    code = "INVALID_QUADRATURE"


class InvalidCuts(ScoringError):
    """Cuts must be finite and strictly ascending."""

    code = "INVALID_CUTS"


class NotCalibrated(ScoringError):
    """Items without estimated parameters cannot be scored; take `params.subset(params.calibrated)`."""

    code = "NOT_CALIBRATED"

    def __init__(self, items: Sequence[int]) -> None:
        self.items = tuple(items)
        super().__init__(f"items {self.items} have no parameters")


class NothingToCalibrate(ScoringError):
    """Every item was left out; `reasons` maps each item's position to its reason code."""

    code = "NOTHING_TO_CALIBRATE"

    def __init__(self, reasons: Mapping[int, str]) -> None:
        self.reasons = dict(reasons)
        super().__init__(f"none of {len(self.reasons)} items can be calibrated")


class DisconnectedDesign(ScoringError):
    """Groups of items that no person links cannot share one scale; `components` hold item positions."""

    code = "DISCONNECTED_DESIGN"

    def __init__(self, components: Sequence[npt.NDArray[np.intp]]) -> None:
        self.components = tuple(components)
        super().__init__(f"the design falls into {len(self.components)} unlinked groups of items")


class ShareUnreachable(ScoringError):
    """No ability on the scale is expected to answer this share correctly."""

    code = "SHARE_UNREACHABLE"

    def __init__(self, share: float, lowest: float, highest: float) -> None:
        self.share, self.lowest, self.highest = share, lowest, highest
        super().__init__(f"expected share {share:.3f} lies outside {lowest:.3f} to {highest:.3f}")
