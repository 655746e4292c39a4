"""What several items are about: a text, a table, a document that they share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from item_bank.errors import InvalidItem
from item_bank.stem import nfc, plain_text


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Shown beside each item of its set; `content` is sanitised HTML.

    code : by which an author and a file name it
    """

    code: str
    content: str

    def __post_init__(self) -> None:
        if not self.code.strip() or len(self.code) > 40:
            raise InvalidItem("INVALID_CODE", field="stimulus", item=self.code)
        if not plain_text(self.content) and "<img" not in self.content:
            raise InvalidItem("EMPTY_STIMULUS", field="stimulus", item=self.code)

    @property
    def content_hash(self) -> str:
        """SHA-256 of what a candidate reads."""
        return hashlib.sha256(nfc(self.content).encode("utf-8")).hexdigest()
