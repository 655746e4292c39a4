"""What every section draws on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from examsvc.edge.texts import gettext as _
from examsvc.store.models import CalibrationRow, CampaignRow
from examsvc.web.examiner.document import Cell
from examsvc.web.examiner.item_lines import ItemLine

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """A calibration with its campaign, items and staff.

    is_linked : a reader can follow links; most : long lists say so many lines at most
    """

    row: CalibrationRow
    campaign: CampaignRow | None
    lines: Sequence[ItemLine]
    staff: Mapping[int, str]
    competencies: Mapping[str, str]  # code → name in the reader's language
    is_linked: bool = True
    most: int | None = None

    @property
    def analysis(self) -> Json:
        """What was found; empty for a calibration by judgement and for those of earlier versions."""
        return self.row.analysis or {}

    @property
    def options(self) -> Json:
        """What was asked; empty for calibrations of earlier versions."""
        return self.row.options or {}

    def shortened(self, caption: str, lines: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        """The first lines of a list, and its caption, which says when there are more."""
        if self.most is None or len(lines) <= self.most:
            return caption, lines
        said = _("%(caption)s (%(shown)s of %(n)s)", caption=caption, shown=self.most, n=len(lines))
        return said, lines[: self.most]

    @property
    def item_names(self) -> dict[int, str]:
        """Item version → code."""
        return {line.version.id: line.item.code for line in self.lines}

    def item(self, version_id: int) -> Cell:
        """An item by its code, leading to its page."""
        code = self.item_names.get(version_id, str(version_id))
        if not self.is_linked or version_id not in self.item_names:
            return Cell(code)
        return Cell(code, href=url_for("examiner.item", calibration_id=self.row.id, version_id=version_id))
