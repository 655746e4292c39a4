"""One row of a workbook as an item, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from item_bank.errors import InvalidItem
from item_bank.formats.draft import Draft
from item_bank.formats.foreign import BankFacts, ForeignItem, Remark
from item_bank.formats.losses import MOST_REMARKS
from item_bank.formats.xlsx_bank.facts import read_facts
from item_bank.formats.xlsx_bank.headers import Header, option_slot
from item_bank.formats.xlsx_bank.keys import Naming, read_key
from item_bank.formats.xlsx_bank.line import Line
from item_bank.formats.xlsx_bank.notation import (
    read_bounds,
    read_matching,
    read_number,
    read_rubric,
    read_statistics,
    read_weights,
    split_list,
)
from item_bank.formats.xlsx_bank.parts import read_asked, said_limits, usual_limits, with_limits
from item_bank.formats.xlsx_bank.translations import read_translation
from item_bank.formats.xlsx_bank.words import named_credit, named_interaction, upright
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import MOST, Form, Interaction
from item_bank.interactions.marking import Credit, Criterion, Key, Weights
from item_bank.stem import plain_line
from item_bank.stimulus import Stimulus
from item_bank.translation import Translation

MOST_MARK: Final = 1_000_000
_BLAMED: Final = {
    **dict.fromkeys(("KEY_MISSING", "KEY_NO_RESPONSE", "KEY_TWICE", "KEY_AMBIGUOUS"), Header.KEY),
    **dict.fromkeys(("INVALID_TOLERANCE", "KEY_UNEXPECTED"), Header.KEY),
    **dict.fromkeys(("RUBRIC_UNEXPECTED", "INVALID_RUBRIC"), Header.RUBRIC),
    "CREDIT_UNFIT": Header.CREDIT,
    "WEIGHTS_MISSING": Header.WEIGHTS,
}
_SEVERAL: Final = re.compile(r"[A-Z](?:\s*[,;]?\s*[A-Z])+")


@dataclass(frozen=True, slots=True)
class Beside:
    """What other sheets of the workbook say, and what its rows say together.

    stimuli : by their folded code; the reason where one cannot be taken
    english : the rows of the English sheet, by the folded code of their item or by "#" and the row's number
    numbered : options may be named by their numbers: no key of the file says 0
    """

    stimuli: Mapping[str, Stimulus | InvalidItem]
    english: Mapping[str, Line]
    numbered: bool = True


class ItemReader:
    """Reads the columns one after another; what is wrong in one does not hide what is wrong in the next."""

    def __init__(self, line: Line, beside: Beside) -> None:
        self.line = line
        self._beside = beside
        self.facts = BankFacts()

    @property
    def where(self) -> str:
        """The item's code, or its place as a spreadsheet program writes it."""
        return self.facts.code or f"{self.line.layout.sheet}!{self.line.row}"

    def read(self) -> ForeignItem:
        """The item; a refused one with its first fault as the reason and the others among what was lost."""
        line = self.line
        self.facts = read_facts(line)
        draft = Draft(self.where, line.row)
        draft.stem = line.markup(Header.STEM)
        if not draft.stem and not line.is_given(Header.STEM):
            line.fail(Header.STEM, "MISSING_CELL")
        draft.rationale = line.markup(Header.RATIONALE)
        interaction = self._interaction()
        asked = read_asked(line, interaction) if interaction is not None else None
        asked, key = self._key(asked) if asked is not None else (None, None)
        item = self._whole(draft, asked, key)
        return self._with_faults(self._with_rest(item))

    def _whole(self, draft: Draft, asked: Asked | None, key: Key | None) -> ForeignItem:
        if asked is not None and key is not None and not self.line.faults:
            if asked.kind.rated and not draft.rationale:
                draft.rationale = self._model_answer()
            try:
                return draft.item(asked, key)
            except InvalidItem as refusal:
                self.line.fail(_BLAMED.get(refusal.code, Header.STEM), refusal.code, **refusal.params)
        return draft.refused(InvalidItem("ROW_REFUSED"))

    def _with_rest(self, item: ForeignItem) -> ForeignItem:
        line = self.line
        names = [plain_line(name) for name in split_list(line.text(Header.CATEGORY))]
        item = replace(
            item,
            facts=self.facts,
            max_mark=line.read(Header.MARK, _mark, 1.0),
            language=plain_line(line.text(Header.LANGUAGE)) or None,
            category=tuple(name for name in (*names, plain_line(line.text(Header.LESSON))) if name),
            tags=self._list(Header.TAGS),
            competencies=self._list(Header.COMPETENCIES),
            statistics=line.read(Header.STATISTICS, read_statistics, None),
            stimulus=self._stimulus(),
        )
        if typed := line.text(Header.PICTURE):
            line.note(Header.PICTURE, "PICTURE_NOT_IN_FILE", value=typed[:80])
        return replace(item, english=self._english(item))

    def _with_faults(self, item: ForeignItem) -> ForeignItem:
        faults, notes = self.line.faults, self.line.notes
        lost = [*faults[1:], *notes]
        if len(lost) > MOST_REMARKS:
            lost = [*lost[:MOST_REMARKS], Remark("MORE_REMARKS", {}, self.line.row)]
        if not faults:
            return replace(item, lost=tuple(lost))
        return replace(item, asked=None, key=None, english=None, lost=tuple(lost), refused=faults[0])

    def _list(self, header: Header) -> tuple[str, ...]:
        names = (plain_line(name) for name in split_list(self.line.text(header)))
        return tuple(dict.fromkeys(name for name in names if name))

    def _interaction(self) -> Interaction | None:
        """One right option where nothing is said, and never what only a key would suggest.

        Where there is no such column at all, several letters in the key tell of several right options.
        """
        line = self.line
        typed = line.text(Header.INTERACTION)
        interaction = named_interaction(typed) if typed else Interaction.SINGLE_CHOICE
        if interaction is None:
            line.fail(Header.INTERACTION, "UNKNOWN_INTERACTION", value=typed)
        elif interaction is Interaction.TRUE_FALSE and line.last(Header.OPTION) > 2:
            return Interaction.STATEMENTS
        elif not {Header.INTERACTION, Header.CODE} & line.layout.headers and self._names_several():
            line.note(Header.KEY, "INTERACTION_FROM_KEY", value=line.text(Header.KEY)[:40])
            return Interaction.MULTIPLE_RESPONSE
        return interaction

    def _names_several(self) -> bool:
        typed = upright(self.line.text(Header.KEY))
        texts = {self.line.text(option_slot(number)) for number in range(1, MOST + 1)}
        return _SEVERAL.fullmatch(typed) is not None and typed not in texts

    def _key(self, asked: Asked) -> tuple[Asked, Key | None]:
        """The key, and what is asked with the limits that the key or the row sets."""
        line = self.line
        if asked.kind.rated:
            return asked, Key(1, (), rubric=line.read(Header.RUBRIC, read_rubric, ()), **self._details(asked))
        typed = line.text(Header.KEY)
        if not typed:
            if not line.is_given(Header.KEY):
                line.fail(Header.KEY, "MISSING_CELL")
            return asked, None
        naming = Naming(asked, line.is_given(Header.IDS), self._beside.numbered)
        try:
            accepted, tolerance = read_key(naming, typed)
            limits = said_limits(line)
            asked = with_limits(usual_limits(asked, accepted), limits)
        except InvalidItem as refusal:
            header = Header.LIMITS if refusal.code == "INVALID_LIMIT" else Header.KEY
            line.fail(header, refusal.code, **refusal.params)
            return asked, None
        rubric: tuple[Criterion, ...] = line.read(Header.RUBRIC, read_rubric, ())
        details = self._details(asked)
        return asked, Key(1, accepted, tolerance=tolerance, rubric=rubric, **details)

    def _details(self, asked: Asked) -> dict[str, Any]:
        with_case, with_marks = self.line.read(Header.MATCHING, read_matching, (False, True))
        weights = self._weights(asked)
        usual = Credit.WHOLE if weights is None else Credit.WEIGHTS
        return {
            "credit": self._credit() or usual,
            "with_case": with_case,
            "with_marks": with_marks,
            "weights": weights,
        }

    def _credit(self) -> Credit | None:
        typed = self.line.text(Header.CREDIT)
        credit = named_credit(typed) if typed else None
        if typed and credit is None:
            self.line.fail(Header.CREDIT, "UNKNOWN_CREDIT", value=typed[:40])
        return credit

    def _weights(self, asked: Asked) -> Weights | None:
        line = self.line
        of = line.read(Header.WEIGHTS, read_weights, None)
        if of is None:
            return None
        weights = line.read(Header.BOUNDS, lambda typed: read_bounds(typed, of), read_bounds("", of))
        if asked.kind.form is Form.TEXT:
            return weights
        naming = Naming(asked, line.is_given(Header.IDS), numbered=False)
        try:
            named = {read_key(naming, part)[0][0]: worth for part, worth in of.items()}
        except InvalidItem as refusal:
            value = line.text(Header.WEIGHTS)[:80]
            line.fail(Header.WEIGHTS, "INVALID_WEIGHTS", **{"value": value, **refusal.params})
            return None
        if len(named) < len(of):
            line.fail(Header.WEIGHTS, "INVALID_WEIGHTS", value=line.text(Header.WEIGHTS)[:80])
        return replace(weights, of=named)

    def _model_answer(self) -> str:
        """What a foreign workbook gives as the key of an essay, for those who mark it."""
        typed = self.line.text(Header.KEY)
        if typed:
            self.line.note(Header.KEY, "MODEL_ANSWER_AS_RATIONALE")
        return self.line.sanitised(option_slot(0), typed) if typed else ""

    def _stimulus(self) -> Stimulus | None:
        code = plain_line(self.line.text(Header.STIMULUS))
        if not code:
            return None
        found = self._beside.stimuli.get(code.casefold())
        if found is None:
            self.line.fail(Header.STIMULUS, "UNKNOWN_STIMULUS", value=code)
        elif isinstance(found, InvalidItem):
            self.line.fail(Header.STIMULUS, found.code, **found.params)
        else:
            return found
        return None

    def _english(self, item: ForeignItem) -> Translation | None:
        code = self.facts.code
        line = self._beside.english.get(code.casefold() if code else f"#{self.line.row}")
        if line is None or item.asked is None:
            return None
        try:
            return read_translation(line, item.asked)
        except InvalidItem as refusal:
            self.line.faults.append(
                Remark(refusal.code, {**line.layout.place(line.row), **refusal.params}, self.line.row)
            )
        finally:
            self.line.faults.extend(line.faults)
            self.line.notes.extend(line.notes)
        return None


def _mark(typed: str) -> float:
    mark = read_number(typed)
    if not Decimal(0) < mark <= MOST_MARK:
        raise InvalidItem("INVALID_MARK", value=typed[:40])
    return float(mark)
