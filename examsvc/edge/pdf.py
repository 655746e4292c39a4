"""Typesets a report as PDF: texts and tables as data, pictures as SVG, fonts that the typesetter carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).with_name("report.typ")


def typeset(document: Mapping[str, Any], made_at: datetime) -> bytes:
    """The document as PDF; equal documents and instants give equal bytes.

    `document` is what report.typ reads: it reaches the typesetter as data, never as markup.
    """
    return typst.compile(
        TEMPLATE.read_bytes(),
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
    )
