"""What assembly may have to say."""

from __future__ import annotations

from typing import Any

from examsvc.assembly.findings import Problem, Violation


class AssemblyError(Exception):
    """The base of the assembly's errors."""


class BlueprintInvalid(AssemblyError):
    """The blueprint contradicts itself; every problem is told at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"blueprint is invalid: {[problem.code for problem in problems]}")
        self.problems = problems


class WeightsInvalid(AssemblyError):
    """No blueprint can be derived from these shares."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code}: {params}")
        self.code = code
        self.params = params


class PoolInvalid(AssemblyError):
    """Some items cannot take part: named twice, or their parameters are not those of a measuring item."""

    def __init__(self, code: str, version_ids: tuple[int, ...]) -> None:
        super().__init__(f"{code}: {version_ids}")
        self.code = code
        self.version_ids = version_ids


class RequestInvalid(AssemblyError):
    """The request asks for something outside its range."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"{field}: {value!r}")
        self.field = field
        self.value = value


class CutUnreachable(AssemblyError):
    """No ability on the scale expects this share of the marks from the pool's items."""

    def __init__(self, share: float) -> None:
        super().__init__(f"no ability expects the share {share}")
        self.share = share


class AuditDisagrees(AssemblyError):
    """The solver called a form feasible and the auditor does not: a defect, never a form."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__(f"audit disagrees: {[violation.code for violation in violations]}")
        self.violations = violations


class OptionsRepeat(AssemblyError):
    """An item names an option twice, so no order of its options is a permutation."""

    def __init__(self, item_id: int) -> None:
        super().__init__(f"item {item_id} repeats an option")
        self.item_id = item_id


class AssemblyRefused(AssemblyError):
    """A blueprint or form may not be used so now; `code` says why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code}: {params}")
        self.code = code
        self.params = params
