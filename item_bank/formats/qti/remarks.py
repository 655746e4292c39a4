"""Why an item is not taken: a reason to refuse it ends the reading."""

from __future__ import annotations

from typing import Any

from item_bank.formats.foreign import Remark
from item_bank.formats.losses import quoted


class Refused(Exception):
    """This item cannot be taken; `remark` says why."""

    def __init__(self, code: str, *, line: int | None = None, **params: Any) -> None:
        super().__init__(code)
        self.remark = Remark(code, quoted(params), line)
