"""The material that an item shows beside it, as its author chooses or writes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from wtforms.fields.choices import SelectChoice

from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services import bank_stimuli
from examsvc.services.bank_errors import QuotaReached
from examsvc.services.bank_stimuli import StimulusChoice
from examsvc.web.author.inputs import NEW_STIMULUS, ItemInput
from item_bank.errors import InvalidItem
from item_bank.stem import from_authored, to_authored
from item_bank.stimulus import Stimulus

NAMED: Final = 4  # codes of items that a choice names


@dataclass(slots=True)
class Material:
    """The part of the form that is about it, with what there is to choose from."""

    inputs: ItemInput
    choices: list[StimulusChoice]
    with_english: bool
    _kept: dict[str, Stimulus | None] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Of one that there is; empty where none is chosen, or a new one is written."""
        choice = str(self.inputs.stimulus.data or "")
        return choice if any(one.code == choice for one in self.choices) else ""

    @property
    def items(self) -> tuple[str, ...]:
        """The items that show it."""
        return next((one.items for one in self.choices if one.code == self.code), ())

    @property
    def kept(self) -> Stimulus | None:
        """What the bank has of the chosen one; where it may be shown today, a look at it is logged."""
        if self.code not in self._kept:
            self._kept[self.code] = _opened(self.code)
        return self._kept[self.code]

    @property
    def shown(self) -> Stimulus | None:
        """The material as a candidate would see it; None where there is none, or none may be shown."""
        if self.code and self.kept is None:
            return None
        try:
            typed = self.typed
        except InvalidItem:
            return None
        if typed is None:
            return None
        return Stimulus(typed.code, from_authored(typed.content), from_authored(typed.english))

    @property
    def typed(self) -> Stimulus | None:
        """What is chosen or written, as its author types it. Raises InvalidItem where it is none."""
        choice = str(self.inputs.stimulus.data or "")
        if not choice:
            return None
        if choice != NEW_STIMULUS:
            kept = bank_stimuli.find_stimulus(deps(), current_actor(), choice)
            if kept is None:
                raise InvalidItem("UNKNOWN_STIMULUS", field="stimulus")
            return Stimulus(choice, to_authored(kept.content), self._english(to_authored(kept.english)))
        code = (self.inputs.stimulus_code.data or "").strip()
        if bank_stimuli.is_code_taken(deps(), current_actor(), code):
            raise InvalidItem("STIMULUS_CODE_TAKEN", field="stimulus_code", value=code)
        content = self.inputs.stimulus_content.data or ""
        for name, text in (("stimulus_code", code), ("stimulus_content", content.strip())):
            if not text:
                raise InvalidItem("MISSING_CELL", field=name)
        return Stimulus(code, content, self._english(""))

    def show_english(self) -> None:
        """The English text of what is chosen, unless its author has typed another one."""
        if self._is_changed:
            return
        kept = self.kept
        text = "" if kept is None else to_authored(kept.english)
        self.inputs.english_stimulus.data = self.inputs.english_stimulus_shown.data = text

    @property
    def _is_changed(self) -> bool:
        return _lines(self.inputs.english_stimulus.data) != _lines(self.inputs.english_stimulus_shown.data)

    def _english(self, kept: str) -> str:
        """What was typed; what nobody touched stays as it is now, even where somebody else has changed it."""
        return self.inputs.english_stimulus.data if self.with_english and self._is_changed else kept


def _opened(code: str) -> Stimulus | None:
    try:
        return bank_stimuli.open_stimulus(deps(), current_actor(), code) if code else None
    except QuotaReached:
        return None


def offer_material(inputs: ItemInput, stimuli: list[StimulusChoice]) -> None:
    """What may be chosen: none, one that there is, or a new one."""
    inputs.stimulus.choices = [
        SelectChoice("", _("None")),
        *(SelectChoice(one.code, _named(one)) for one in stimuli),
        SelectChoice(NEW_STIMULUS, _("New material, written here")),
    ]


def _named(one: StimulusChoice) -> str:
    """By its code and the first of its items: what it says is shown once it is chosen."""
    items = ", ".join(one.items[:NAMED]) + ("…" if len(one.items) > NAMED else "")
    return f"{one.code} · {items}" if items else one.code


def _lines(text: str | None) -> list[str]:
    """Whatever ends a line in a browser."""
    return (text or "").strip().splitlines()
