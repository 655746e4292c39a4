"""What an examiner asks of "what if": items to leave out and cuts to move, read from the form."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from werkzeug.datastructures import MultiDict

from examsvc.edge.texts import gettext as _
from examsvc.services.what_if import WhatIf
from examsvc.web.examiner.item_lines import ItemLine

MOST_ITEMS: Final = 200
MOST_NAMED: Final = 10  # in one message


@dataclass(frozen=True, slots=True)
class Question:
    """As it was typed: chosen item versions, further codes, and the cuts in percent.

    n_cuts_typed : how many cuts came with the question; 0 when none did
    """

    campaign_id: int
    chosen: frozenset[int]
    codes: str
    cuts: tuple[str, ...]
    is_asked: bool
    n_cuts_typed: int = 0


@dataclass(frozen=True, slots=True)
class Ground:
    """What a question is about. sat: the item versions on the campaign's forms."""

    calibration_id: int
    lines: Sequence[ItemLine]
    sat: Collection[int]
    percents: tuple[float, ...]


def read_question(arguments: MultiDict[str, str], campaign_id: int, percents: Sequence[float]) -> Question:
    """From the form; on the first visit nothing is asked and the cuts are the scale's own."""
    typed = tuple(text.strip() for text in arguments.getlist("cut"))
    return Question(
        campaign_id=campaign_id,
        chosen=frozenset(arguments.getlist("leave", type=int)),
        codes=arguments.get("codes", "").strip(),
        cuts=typed if len(typed) == len(percents) else tuple(f"{percent:g}" for percent in percents),
        is_asked="ask" in arguments,
        n_cuts_typed=len(typed),
    )


def understand(question: Question, ground: Ground) -> tuple[WhatIf | None, list[str]]:
    """The question for the service, or what is wrong with it."""
    left_out, problems = _left_out(question, ground)
    cuts, wrong = _cuts(question, ground.percents)
    problems += wrong
    if problems:
        return None, problems
    moved = None if cuts == ground.percents else cuts
    return WhatIf(ground.calibration_id, question.campaign_id, tuple(sorted(left_out)), moved), []


def _left_out(question: Question, ground: Ground) -> tuple[set[int], list[str]]:
    """The item versions, by their ticks and by their codes, with or without the version ("T01-002/1")."""
    typed = list(dict.fromkeys(code for code in re.split(r"[\s,;]+", question.codes) if code))
    if len(typed) + len(question.chosen) > MOST_ITEMS:
        said = _(
            "At most %(most)s items can be left out at once; these are %(n)s.",
            most=MOST_ITEMS,
            n=len(typed) + len(question.chosen),
        )
        return set(), [said]
    by_name = _by_name(ground)
    names = {line.version.id: line.item.code for line in ground.lines}
    unknown = [code for code in typed if code.casefold() not in by_name]
    wanted = question.chosen | {
        version for code in typed for version in by_name.get(code.casefold(), frozenset())
    }
    not_sat = sorted(names.get(version, str(version)) for version in wanted if version not in ground.sat)
    problems = []
    if unknown:
        problems.append(_("There is no item %(code)s in this calibration.", code=_named(unknown)))
    if not_sat:
        problems.append(_("On no form of this campaign: %(codes)s.", codes=_named(not_sat)))
    return set(wanted), problems


def _by_name(ground: Ground) -> Mapping[str, frozenset[int]]:
    """Code alone → its versions on the campaign's forms, or else all; code/version → that one."""
    found: dict[str, set[int]] = {}
    for line in ground.lines:
        found.setdefault(line.item.code.casefold(), set()).add(line.version.id)
        found[f"{line.item.code}/{line.version.version}".casefold()] = {line.version.id}
    return {name: frozenset(versions & set(ground.sat) or versions) for name, versions in found.items()}


def _named(codes: Sequence[str]) -> str:
    shown = ", ".join(code[:40] for code in codes[:MOST_NAMED])
    return shown if len(codes) <= MOST_NAMED else f"{shown} … ({len(codes)})"


def _cuts(question: Question, percents: Sequence[float]) -> tuple[tuple[float, ...], list[str]]:
    if question.n_cuts_typed not in (0, len(percents)):
        said = _(
            "This campaign's scale has %(n)s cuts, but %(given)s were given: they stand again as they are in "
            "force. Move them anew.",
            n=len(percents),
            given=question.n_cuts_typed,
        )
        return (), [said]
    cuts = tuple(_number(text) for text in question.cuts)
    known = tuple(cut for cut in cuts if cut is not None)
    if len(known) < len(cuts):
        return (), [_("A cut is a number of percent between 0 and 100, with at most six decimals.")]
    return known, []


def _number(text: str) -> float | None:
    if not re.fullmatch(r"\d{1,3}([.,]\d{1,6})?", text, re.ASCII):
        return None
    value = float(text.replace(",", "."))
    return value if 0 < value < 100 else None
