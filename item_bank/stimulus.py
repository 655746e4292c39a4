"""What several items are about: a text, a table, a document that they share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from item_bank.errors import InvalidItem
from item_bank.stem import nfc, plain_text


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Shown beside each item of its set; `content` and `english` are sanitised HTML.

    code : by which an author and a file name it
    english : the same in English, for whoever reads the item in English; empty where there is none
    """

    code: str
    content: str
    english: str = ""

    def __post_init__(self) -> None:
        if not self.code.strip() or len(self.code) > 40:
            raise InvalidItem("INVALID_CODE", field="stimulus", item=self.code)
        if not plain_text(self.content) and "<img" not in self.content:
            raise InvalidItem("EMPTY_STIMULUS", field="stimulus", item=self.code)
        if self.english and not plain_text(self.english) and "<img" not in self.english:
            object.__setattr__(self, "english", "")

    @property
    def content_hash(self) -> str:
        """SHA-256 of what a candidate reads, in both languages; without English as it always was."""
        texts = [nfc(self.content), *([nfc(self.english)] if self.english else [])]
        return hashlib.sha256("\0".join(texts).encode("utf-8")).hexdigest()

    def read_in(self, language: str) -> str:
        """The text for whoever reads the item in this language: the Vietnamese one where it has no other."""
        return self.english if language == "en" and self.english else self.content
