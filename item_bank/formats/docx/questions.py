"""The questions of a document, told from each other by the beginnings of its lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from item_bank.errors import ImportRefused
from item_bank.formats.docx.answers import Answers
from item_bank.formats.docx.body import Block, Paragraph, Table
from item_bank.formats.docx.content import Content, Piece
from item_bank.formats.docx.grouping import is_topic, worded_groups
from item_bank.formats.docx.layout import CONTINUED, INFO, OPTION, QUESTION, STIMULUS, Fact
from item_bank.formats.docx.lettered import offer, takes
from item_bank.formats.docx.lines import Line, lines_of
from item_bank.formats.docx.marks import Offered
from item_bank.formats.docx.opened import Group, Open, Said
from item_bank.formats.docx.tables import statement_rows, unfolded, words_of
from item_bank.formats.docx.words import (
    Start,
    fact_of,
    group_of,
    is_end,
    is_keys,
    is_solutions,
    numbered_of,
    option_of,
    shared_by,
    start_of,
)
from item_bank.formats.draft import Draft

MAX_ITEMS: Final = 20_000
_EXACT_OPTION: Final = re.compile(r"(?:\[([A-Za-z0-9_]{1,16})\] )?([A-Za-z]{1,2}|\d{1,2})[.)] ?")
_EXACT_QUESTION: Final = re.compile(r"Câu (\d{1,6}):(?: |$)")
_EXACT_FACT: Final = re.compile(r"([^:\n]{1,40}): ?")
_EXACT_STIMULUS: Final = re.compile(r"Ngữ liệu ([^:\n]{1,40}): ?")


class Phase(Enum):
    QUESTIONS = auto()
    ENDED = auto()  # behind "HẾT"
    KEYS = auto()
    SOLUTIONS = auto()


@dataclass(slots=True)
class Questions:
    """Collects the questions block by block; keys from tables at the end are put to them by `Answers`."""

    blocks: Sequence[Block]
    found: list[Open] = field(default_factory=list)
    group: Group = field(default_factory=Group)
    phase: Phase = Phase.QUESTIONS
    answers: Answers = field(default_factory=Answers)
    stimuli: dict[str, list[Content]] = field(default_factory=dict)
    _open: Open | None = None
    _shared: tuple[int, int, list[Content]] | None = None
    _stimulus: list[Content] | None = None
    _place: int = 0
    _worded: list[bool] = field(default_factory=list)

    def read(self) -> list[Open]:
        self._worded = worded_groups(self.blocks)
        for place, block in enumerate(self.blocks):
            self._place = place
            self._block(block)
        self.answers.give(self.found)
        return self.found

    def _block(self, block: Block) -> None:
        if isinstance(block, Table):
            self._table(block)
            return
        for line in lines_of(block):
            self._line(line)

    def _line(self, line: Line) -> None:
        if line.style:
            self._styled(line)
        elif not line.rich.is_blank or line.notes:
            self._typed(line)
        if self._open is not None:
            self._open.note(line.notes)

    # a file of our own

    def _styled(self, line: Line) -> None:
        text = line.text
        if line.style == QUESTION and (start := _EXACT_QUESTION.match(text)):
            opened = self._begin(Start(f"Câu {start.group(1)}", int(start.group(1)), start.end()))
            opened.exact = True
            opened.stem.append(Piece(line.rich.cut(start.end())))
        elif line.style == STIMULUS and (named := _EXACT_STIMULUS.match(text)):
            self._open = None
            self._stimulus = self.stimuli.setdefault(named.group(1), [])
            self._stimulus.append(Piece(line.rich.cut(named.end())))
        elif line.style == OPTION and self._open and (label := _EXACT_OPTION.match(text)):
            content: list[Content] = [Piece(line.rich.cut(label.end()))]
            owner = label.group(1) or ""
            self._open.options.append(Offered(label.group(2), content, owner=owner, exact=True))
        elif line.style == INFO and self._open and (fact := fact_of(text)) and _EXACT_FACT.match(text):
            self._fact(self._open, Said(fact[0], line.rich.cut(fact[1]), exact=True))
        elif line.style in CONTINUED and (self._open or self._stimulus is not None):
            current = self._open.current if self._open else self._stimulus
            if current is not None:
                current.append(line.piece)
        else:
            self._typed(line)

    # what authors type

    def _typed(self, line: Line) -> None:
        if is_end(line.text):
            self._end(Phase.ENDED)
        elif self.phase is not Phase.QUESTIONS:
            self._behind(line)
        elif (start := start_of(line.text)) is not None:
            self._question(line, start)
        elif (is_keys(line.text) or is_solutions(line.text)) and self._ends_here(line):
            self._end(Phase.KEYS if is_keys(line.text) else Phase.SOLUTIONS)
        else:
            self._within(line)

    def _within(self, line: Line) -> None:
        opened = self._open
        label = option_of(line.text)
        if opened is not None and label is not None and takes(opened, label):
            offer(opened, line.rich, label)
        elif (group := group_of(line.text)) is not None and not self._is_inner(group.said):
            self._grouped(Group(group.name, group.said, group.title))
        elif (start := numbered_of(line.text)) is not None and self._is_next(start):
            self._question(line, start)
        elif (shared := shared_by(line.text)) is not None and (opened is None or opened.is_complete):
            self._open = None
            self._shared = (*shared, [line.piece])
        elif opened is None:
            self._before(line)
        elif is_solutions(line.text):
            opened.explaining = True
        else:
            self._behind_label(opened, line)

    def _behind_label(self, opened: Open, line: Line) -> None:
        fact = fact_of(line.text)
        if fact is not None and (opened.is_complete or fact[0] in {Fact.KIND, Fact.KEY, Fact.CRITERION}):
            self._fact(opened, Said(fact[0], line.rich.cut(fact[1]).trimmed()))
        else:
            self._text(opened, line)

    def _before(self, line: Line) -> None:
        """Behind what several questions share, or before the first question: a title, instructions."""
        if self._shared is not None and not line.rich.is_blank:
            self._shared[2].append(line.piece)

    def _question(self, line: Line, start: Start) -> None:
        opened = self._begin(start)
        opened.stem.append(Piece(line.rich.cut(start.end)))

    def _begin(self, start: Start) -> Open:
        if len(self.found) >= MAX_ITEMS:
            raise ImportRefused("TOO_LARGE", limit_items=MAX_ITEMS)
        worded = not start.said.isdigit()
        said = start.said if worded else f"Câu {start.said}"
        where = f"{self.group.said} · {said}" if self.group.said else said
        category = (self.group.title,) if is_topic(self.group.title) else ()
        opened = Open(start.number, self.group, Draft(where[:80], category=category))
        if self._shared is not None:
            first, last, content = self._shared
            if first <= start.number <= last:
                opened.stimulus = (f"{self.group.said} {first}–{last}".strip()[:40], content)
            else:
                self._shared = None
        self._open, self._stimulus, self.phase = opened, None, Phase.QUESTIONS
        self.found.append(opened)
        return opened

    def _is_next(self, start: Start) -> bool:
        """Whether a bare number begins a question: the next one, and the one before has all it needs."""
        opened = self._open
        if self._worded[self._place]:
            return False
        if opened is None:
            last = self.found[-1].number if self.found else None
            return last is None or start.number in {1, (last or 0) + 1}
        if opened.is_complete and start.number == (opened.number or 0) + 1:
            return True
        opened.listed = True
        return False

    def _is_inner(self, said: str) -> bool:
        """A Roman numeral within a question that has no options yet: a line of its stem."""
        bare = re.fullmatch(r"[IVX]{1,6}", said) is not None
        return bare and self._open is not None and not self._open.is_complete

    def _grouped(self, group: Group) -> None:
        self.group, self._open, self._shared = group, None, None

    def _text(self, opened: Open, line: Line) -> None:
        if line.rich.is_blank:
            return
        last = opened.said[-1].fact if opened.said and not opened.explaining else None
        if last is Fact.BASIS or (last is not None and opened.said[-1].value.is_blank):
            opened.said.append(Said(last, line.rich.trimmed()))
        elif last is not None:
            opened.draft.lose("LINE_LOST", text=" ".join(line.text.split())[:80])
        else:
            if opened.options and not opened.explaining:
                text = " ".join(line.text.split())[:80]
                opened.draft.lose("OPTION_CONTINUED", option=opened.options[-1].label, text=text)
            opened.current.append(line.piece)

    def _fact(self, opened: Open, said: Said) -> None:
        opened.explaining = said.fact is Fact.RATIONALE
        if opened.explaining:
            opened.rationale.append(Piece(said.value))
        else:
            opened.said.append(said)

    # behind the questions

    def _ends_here(self, line: Line) -> bool:
        """Whether a heading stands behind all questions: no question goes on with the numbers behind it."""
        if self._open is None:
            return is_keys(line.text) or bool(self.found)
        number = self._open.number or 0
        for block in self.blocks[self._place + 1 : self._place + 200]:
            text = block.rich.text if isinstance(block, Paragraph) else ""
            if group_of(text) is not None and not is_keys(line.text):
                return False
            start = start_of(text) or numbered_of(text)
            if start is not None:
                return start.number <= number
        return is_keys(line.text)

    def _end(self, phase: Phase) -> None:
        if self.phase is Phase.QUESTIONS:
            self.answers.group = ""
        self._open, self._shared, self.phase = None, None, phase
        self.answers.begin()

    def _behind(self, line: Line) -> None:
        text = line.text
        if is_keys(text):
            self._end(Phase.KEYS)
        elif is_solutions(text):
            self._end(Phase.SOLUTIONS)
        elif (group := group_of(text)) is not None:
            self.answers.group = group.name
            self.answers.begin()
        elif not self.answers.read_line(line, self.found, solving=self.phase is Phase.SOLUTIONS):
            start = start_of(text)
            if start is not None:
                self._question(line, start)

    # tables

    def _table(self, table: Table) -> None:
        if self.phase is not Phase.QUESTIONS:
            self.answers.read_table(table)
            return
        opened = self._open
        if (blocks := unfolded(table)) is not None:
            for block in blocks:
                self._block(block)
        elif opened is not None and not opened.exact and (rows := statement_rows(table)):
            opened.options.extend(rows)
        elif not (opened is None or opened.exact) and opened.is_complete and self.answers.is_keys(table):
            self._open = None
            self.answers.read_own(table, self.group.name, self.found)
        elif opened is not None:
            if opened.options and not (opened.exact or opened.explaining):
                opened.draft.lose(
                    "OPTION_CONTINUED", option=opened.options[-1].label, text=words_of(table)[:80]
                )
            opened.current.append(table)
            opened.note_table(table)
        elif self._stimulus is not None:
            self._stimulus.append(table)
        elif self._shared is not None:
            self._shared[2].append(table)
