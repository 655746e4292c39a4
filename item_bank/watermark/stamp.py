"""What stands in a file for everybody to read: which export it is, of whom, for whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_NUMBER: Final = re.compile(r"XK-(\d{6,9})\b")


@dataclass(frozen=True, slots=True)
class Stamp:
    """An export as its file names it; `at` is when it was confirmed, by the clock of the office."""

    number: int
    recipient: str
    asked_by: str
    confirmed_by: str
    at: datetime

    @property
    def name(self) -> str:
        return f"XK-{self.number:06d}"

    @property
    def sentence(self) -> str:
        """One line of plain text."""
        return (
            f"{self.name} | Mật: bản xuất có đánh dấu riêng. Nơi nhận: {_plain(self.recipient)} | "
            f"Người đề nghị: {_plain(self.asked_by)} | Người xác nhận: {_plain(self.confirmed_by)} | "
            f"{self.at:%H:%M %d/%m/%Y}"
        )


def _plain(text: str) -> str:
    """Names as a comment of any format can hold them: on one line, with no sign that ends it."""
    return re.sub(r"-{2,}", "-", re.sub(r"[\[\]<>{}\x00-\x1f\x7f]", " ", text)).strip().strip("-")


def numbers_in(text: str) -> set[int]:
    """The exports that a text names."""
    return {int(found) for found in _NUMBER.findall(text)}
