"""A question of a document while its lines are being collected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from item_bank.formats.docx.body import Table
from item_bank.formats.docx.content import Content, notes_of
from item_bank.formats.docx.layout import Fact
from item_bank.formats.docx.marks import Offered
from item_bank.formats.docx.rich import Rich
from item_bank.formats.docx.runs import Note
from item_bank.formats.draft import Draft


@dataclass(slots=True)
class Group:
    """Where questions stand: `name` counts groups whatever they are called, `said` is how it is written."""

    name: str = ""
    said: str = ""
    title: str = ""


@dataclass(slots=True)
class Said:
    """A line "label: value" behind a question; `exact` in a file of our own."""

    fact: Fact
    value: Rich
    exact: bool = False


@dataclass(slots=True)
class Open:
    """What is known of a question so far.

    exact : begun in a file of our own
    keys : from elsewhere: a table at the end, an explanation
    unclear_keys : there are several questions of this number, and a table of keys that may mean each
    fault : why it cannot be taken, where its lines already say so
    """

    number: int | None
    group: Group
    draft: Draft
    exact: bool = False
    stem: list[Content] = field(default_factory=list)
    options: list[Offered] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    rationale: list[Content] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    stimulus: tuple[str, list[Content]] | None = None
    unclear_keys: bool = False
    listed: bool = False  # its stem has numbered lines of its own
    explaining: bool = False  # lines go to the rationale
    fault: tuple[str, dict[str, object]] | None = None

    @property
    def is_complete(self) -> bool:
        return bool(self.options or self.said or self.rationale)

    @property
    def current(self) -> list[Content]:
        """Where an unlabelled line belongs."""
        if self.explaining:
            return self.rationale
        return self.options[-1].content if self.options else self.stem

    def note(self, notes: Iterable[Note]) -> None:
        for code, params in notes:
            self.draft.lose(code, **params)

    def note_table(self, table: Table) -> None:
        self.note(notes_of(table))

    def values(self, fact: Fact) -> list[str]:
        return [one.value.text.strip() for one in self.said if one.fact is fact]
