"""Typesets a report as PDF: texts and tables as data, pictures as SVG, fonts that the typesetter carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from examsvc.edge.plain import printable

TEMPLATE = Path(__file__).with_name("report.typ")


def typeset(document: Mapping[str, Any], made_at: datetime) -> bytes:
    """The document as PDF; equal documents and instants give equal bytes.

    `document` is what report.typ reads: it reaches the typesetter as data, never as markup.
    """
    return typst.compile(
        TEMPLATE.read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(_printable(document), ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
    )


def _printable(data: Any) -> Any:
    """The same data, every text without control characters: the typesetter refuses them."""
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, Mapping):
        return {name: _printable(value) for name, value in data.items()}
    return [_printable(value) for value in data] if isinstance(data, list | tuple) else data
