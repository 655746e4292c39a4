"""What can be wrong with the framework and with the office's workbook."""


class LevelScaleMalformed(Exception):
    """Cuts and names do not make a scale."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


class WorkbookUnsafe(Exception):
    """The file is not opened at all; `code` says what it is or hides."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".rstrip())
        self.code = code
        self.detail = detail
