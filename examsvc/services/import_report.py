"""What importing a file would do, item by item, as a page shows it and a file can keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from item_bank.formats.foreign import Fate, Remark
from item_bank.intake import Intake, IntakeLine
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.stem import plain_text

SHOWN_OF_STEM: Final = 200  # characters


@dataclass(frozen=True, slots=True)
class Note:
    """A remark: a stable code, its facts, and the line of the file where there is one."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One item of the file; texts are plain.

    fate : taken | degraded | refused
    assumed : the facts that its author answered for all items that do not say them
    """

    number: int
    where: str
    fate: str
    stem: str = ""
    code: str = ""
    topic: str = ""
    level: str = ""
    pool: str = ""
    interaction: str = ""
    key: str = ""
    refused: Note | None = None
    lost: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)

    @property
    def lacks_answer(self) -> bool:
        """Whether nothing but a fact that can be answered for the whole file keeps it out."""
        return self.refused is not None and self.refused.code == "FACT_MISSING"


@dataclass(frozen=True, slots=True)
class Answers:
    """What holds for the items of a file that do not say it themselves; empty: not answered."""

    topic: str = ""
    level: str = ""
    legal_basis: str = ""
    pool: str = ""
    code: str = ""  # how made-up codes begin


@dataclass(frozen=True, slots=True)
class Report:
    """The whole file, for whoever uploaded it.

    unsaid : fact → how many items do not say it
    """

    user_id: int
    filename: str
    sha256: str
    format: str
    lines: list[ReportLine]
    unsaid: dict[str, int]
    answers: Answers = field(default_factory=Answers)

    def count(self, fate: Fate) -> int:
        return sum(line.fate == fate for line in self.lines)

    @property
    def n_usable(self) -> int:
        return len(self.lines) - self.count(Fate.REFUSED)

    @property
    def n_lacking(self) -> int:
        """Items that nothing but an answer keeps out."""
        return sum(line.lacks_answer for line in self.lines)

    @property
    def n_faulty(self) -> int:
        """Items that have to be put right in the file."""
        return self.count(Fate.REFUSED) - self.n_lacking

    @property
    def n_warned(self) -> int:
        return sum(bool(line.warnings) for line in self.lines)


def report_of(user_id: int, file: tuple[str, str, str], intake: Intake, answers: Answers) -> Report:
    """The report of an intake; `file` is its name, the SHA-256 of its content and its format."""
    filename, sha256, form = file
    return Report(
        user_id, filename, sha256, form, [_line(line) for line in intake.lines], intake.unsaid, answers
    )


def encode(report: Report) -> bytes:
    """As bytes that `decode` reads; facts that JSON does not know become their text."""
    return msgspec.json.encode(report, enc_hook=str)


def decode(data: bytes) -> Report:
    """A kept report. Raises msgspec.DecodeError of bytes that are none."""
    return msgspec.json.decode(data, type=Report)


def _line(line: IntakeLine) -> ReportLine:
    source, taken = line.source, line.taken
    facts = source.facts
    return ReportLine(
        number=line.number,
        where=source.where,
        fate=line.fate.value,
        stem=plain_text(source.stem[: 4 * SHOWN_OF_STEM])[:SHOWN_OF_STEM],
        code=taken.item.code if taken else facts.code or "",
        topic=taken.item.topic if taken else facts.topic or "",
        level=taken.item.cognitive_level.value if taken else facts.cognitive_level or "",
        pool=taken.item.pool.value if taken else facts.pool or "",
        interaction="" if source.asked is None else source.asked.interaction.value,
        key="" if source.asked is None or source.key is None else key_in_words(source.asked, source.key),
        refused=None if line.refused is None else _note(line.refused),
        lost=[_note(remark) for remark in line.lost],
        warnings=[_note(remark) for remark in line.warnings],
        assumed=list(line.assumed),
    )


def key_in_words(asked: Asked, key: Key) -> str:
    """The first accepted response as a reader knows the parts, by their place among the options.

    Empty of what people mark.
    """
    if not key.accepted:
        return ""
    names: Mapping[str, str] = {
        id_: chr(ord("A") + place) if place < 26 else id_ for place, id_ in enumerate(asked.option_ids)
    }
    if asked.interaction in {Interaction.STATEMENTS, Interaction.TRUE_FALSE}:
        names = {option.id: plain_text(option.content)[:20] for option in asked.options}
    names = names or {id_: str(place) for place, id_ in enumerate(asked.place_ids, 1)}
    places = {id_: str(place) for place, id_ in enumerate(asked.place_ids, 1)}
    shown: list[str] = []
    for part in key.accepted[0].split(" "):
        option, arrow, place = part.partition(">")
        shown.append(
            f"{places.get(place, place)}-{names.get(option, option)}" if arrow else names.get(part, part)
        )
    return " ".join(shown)[:SHOWN_OF_STEM]


def _note(remark: Remark) -> Note:
    return Note(remark.code, dict(remark.params), remark.line)
