"""What readers of files remark, by code."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString

REMARKS: Final[dict[str, LazyString]] = {}
