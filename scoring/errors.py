"""What can be wrong with what is handed to the psychometric library."""

from collections.abc import Mapping, Sequence
from typing import Protocol

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


class InvalidAnchors(ScoringError):
    """Common items that cannot link two scales; `items` are the positions at fault."""

    code = "INVALID_ANCHORS"

    def __init__(self, what: str, items: Sequence[int] = ()) -> None:
        self.what = what
        self.items = tuple(items)
        super().__init__(f"{what}: items {self.items}" if self.items else what)


class InvalidRatings(ScoringError):
    """Judgements of a standard-setting panel that are not of the stated shape or range."""

    code = "INVALID_RATINGS"


class InvalidPassRule(ScoringError):
    """A pass rule that no set of component results could be held against."""

    code = "INVALID_PASS_RULE"


class DisconnectedRatings(ScoringError):
    """Raters no chain of shared persons ties together have no common scale; `groups` hold their labels.

    `confounded`: severity cannot even be told from difficulty, as when each task has raters of its own.
    """

    code = "DISCONNECTED_RATINGS"

    def __init__(self, groups: Sequence[Sequence[object]], *, confounded: bool) -> None:
        self.groups = tuple(tuple(group) for group in groups)
        self.confounded = confounded
        what = "severity is confounded with difficulty" if confounded else "no persons link them"
        super().__init__(f"raters fall into {len(self.groups)} groups, {what}: {self.groups}")


class InvalidGroups(ScoringError):
    """Group labels that do not name one group per person, or a group nobody belongs to."""

    code = "INVALID_GROUPS"


class InvalidOptions(ScoringError):
    """A setting of a statistical procedure outside its domain."""

    code = "INVALID_OPTIONS"


class InvalidScale(ScoringError):
    """A reporting scale that contradicts itself, or is asked for what it does not hold."""

    code = "INVALID_SCALE"


class InvalidDimensions(ScoringError):
    """Items that do not each belong to one dimension, or correlations that are none."""

    code = "INVALID_DIMENSIONS"


class InvalidPlausibleValues(ScoringError):
    """Plausible values, weights or conditioning of another shape than persons by draws."""

    code = "INVALID_PLAUSIBLE_VALUES"


class TableProblem(Protocol):
    """Row as a spreadsheet counts from the header as 1, column as in the header, and a stable reason code."""

    @property
    def row(self) -> int: ...
    @property
    def column(self) -> str: ...
    @property
    def reason(self) -> str: ...


class InvalidTable(ScoringError):
    """A table of text that cannot be read as meant; `problems` name row, column and reason of each fault.

    Nothing of such a table is used.
    """

    code = "INVALID_TABLE"

    def __init__(self, problems: Sequence[TableProblem]) -> None:
        self.problems = tuple(problems)
        shown = "; ".join(map(str, self.problems[:5]))
        more = f"; and {len(self.problems) - 5} more" if len(self.problems) > 5 else ""
        super().__init__(shown + more)
