"""What the rules of the exam room refuse."""

from datetime import datetime


class ProctoringRefused(Exception):
    """Base of refusals; `code` names the rule."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class IncidentRefused(ProctoringRefused):
    """The incident lacks what its kind needs."""


class ExtensionRefused(ProctoringRefused):
    """The extension is malformed, or without a reason."""


class ExtensionNeedsChairman(ProctoringRefused):
    """More time in total than a proctor may grant."""

    def __init__(self, wanted_s: int, left_s: int) -> None:
        super().__init__("extension_needs_chairman")
        self.wanted_s = wanted_s
        self.left_s = left_s


class EntryRefused(ProctoringRefused):
    """The candidate may not enter the room."""

    def __init__(self, code: str, arrived_at: datetime, gate_at: datetime | None) -> None:
        super().__init__(code)
        self.arrived_at = arrived_at
        self.gate_at = gate_at
