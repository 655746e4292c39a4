"""What can be wrong with a rule pack."""


class RulePackUnknown(Exception):
    """No rule pack has this code and version."""

    def __init__(self, code: str, version: int | None) -> None:
        super().__init__(f"rule pack {code} version {version or 'any'}")
        self.code = code
        self.version = version


class RulePackMalformed(Exception):
    """The data does not describe a rule pack."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
