"""What an examiner asks of "what if": items to leave out and cuts to move, read from the address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from examsvc.edge.texts import gettext as _
from examsvc.services.what_if import WhatIf
from examsvc.web.examiner.item_lines import ItemLine


@dataclass(frozen=True, slots=True)
class Question:
    """As it was typed: chosen item versions, further codes, and the cuts in percent."""

    campaign_id: int
    chosen: frozenset[int]
    codes: str
    cuts: tuple[str, ...]
    is_asked: bool


def read_question(arguments: MultiDict[str, str], campaign_id: int, percents: Sequence[float]) -> Question:
    """From the address; on the first visit nothing is asked and the cuts are the scale's own."""
    typed = tuple(text.strip() for text in arguments.getlist("cut"))
    return Question(
        campaign_id=campaign_id,
        chosen=frozenset(arguments.getlist("leave", type=int)),
        codes=arguments.get("codes", "").strip(),
        cuts=typed if len(typed) == len(percents) else tuple(f"{percent:g}" for percent in percents),
        is_asked="ask" in arguments,
    )


def understand(
    question: Question, calibration_id: int, lines: Sequence[ItemLine], percents: Sequence[float]
) -> tuple[WhatIf | None, list[str]]:
    """The question for the service, or what is wrong with it."""
    by_code = {line.item.code.casefold(): line.version.id for line in lines}
    typed = [code for code in re.split(r"[\s,;]+", question.codes) if code]
    problems = [
        _("There is no item %(code)s in this calibration.", code=code)
        for code in typed
        if code.casefold() not in by_code
    ]
    cuts = [_number(text) for text in question.cuts]
    if any(cut is None for cut in cuts):
        problems.append(_("A cut is a number of percent between 0 and 100."))
    if problems:
        return None, problems
    wanted = tuple(cut for cut in cuts if cut is not None)
    left_out = question.chosen | {by_code[code.casefold()] for code in typed}
    moved = None if wanted == tuple(percents) else wanted
    return WhatIf(calibration_id, question.campaign_id, tuple(sorted(left_out)), moved), []


def _number(text: str) -> float | None:
    if not re.fullmatch(r"\d{1,3}([.,]\d{1,3})?", text, re.ASCII):
        return None
    value = float(text.replace(",", "."))
    return value if 0 < value < 100 else None
