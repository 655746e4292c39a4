"""What stands between responses and a released result."""

from collections.abc import Sequence


class ResultsError(Exception):
    """Base of all refusals in results."""


class KeyMissing(ResultsError):
    """Items of the form have no key."""

    def __init__(self, item_ids: Sequence[str]) -> None:
        super().__init__(f"{len(item_ids)} items without a key")
        self.item_ids = tuple(item_ids)


class PlanMalformed(ResultsError):
    """The facts of the form contradict each other."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ReleaseRefused(ResultsError):
    """The result may not change its state so; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CalibrationRefused(ResultsError):
    """A calibration cannot be made or adopted now; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ScoringRefused(ResultsError):
    """A campaign cannot be scored or released now; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class WhatIfRefused(ResultsError):
    """The question cannot be answered; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class JobRefused(ResultsError):
    """Long work cannot be asked for or stopped now; `code` says why."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
