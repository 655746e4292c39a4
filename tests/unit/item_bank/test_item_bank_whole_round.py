"""The whole sample bank written in each format and read again: nothing is lost that the format can carry."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import examsvc.sample
from examsvc.sample.bank import WORKBOOKS
from item_bank.formats.catalog import FORMATS, FileFormat, read_as
from item_bank.formats.foreign import ForeignBank, ForeignItem
from item_bank.formats.recognition import read_any, recognised
from item_bank.interactions.kinds import Interaction
from tests.property.foreign_items import facts

DATA = Path(examsvc.sample.__file__).parent / "data"
WHOLE = [
    *(FileFormat.QTI_30, FileFormat.QTI_21, FileFormat.QTI_22),
    *(FileFormat.XLSX, FileFormat.DOCX, FileFormat.MOODLE_XML),
]
FORMULA = re.compile(r"\\\(.*?\\\)|\\\[.*?\\\]", re.DOTALL)
# of the same reader and the same rules of scoring as QTI 3.0
DIALECTS = {FileFormat.QTI_21, FileFormat.QTI_22}
SAMPLED = 5
# what Moodle has no question for, and what no Word document can say
NOT_CARRIED = {
    FileFormat.MOODLE_XML: {Interaction.HOTSPOT, Interaction.HOTTEXT, Interaction.PRACTICAL},
    FileFormat.DOCX: {Interaction.HOTSPOT},
}


@cache
def bank() -> ForeignBank:
    picture = (DATA / "container_door.png").read_bytes()
    items = [
        item for _author, name in WORKBOOKS for item in read_any(name, (DATA / name).read_bytes())[1].items
    ]
    return ForeignBank(tuple(items), {hashlib.sha256(picture).hexdigest(): picture})


def said(item: ForeignItem) -> dict[str, Any]:
    """All facts; white space in a formula, which a format may write otherwise, is none."""
    plain = facts(item)
    return plain | {name: FORMULA.sub(_without_spaces, plain[name]) for name in ("stem", "rationale")}


def _without_spaces(formula: re.Match[str]) -> str:
    return "".join(formula.group().split())


def bank_for(form: FileFormat) -> ForeignBank:
    """The whole bank; for a dialect of a format that has it whole, every fifth item of each interaction."""
    if form not in DIALECTS:
        return bank()
    by_interaction: dict[Interaction, list[ForeignItem]] = {}
    for item in bank().items:
        if item.asked is not None:
            by_interaction.setdefault(item.asked.interaction, []).append(item)
    chosen = [item for items in by_interaction.values() for item in items[::SAMPLED]]
    return ForeignBank(tuple(chosen), bank().pictures)


@pytest.mark.parametrize("form", WHOLE)
def test_the_whole_bank_goes_through_a_file_and_comes_back(form: FileFormat):
    given = bank_for(form)
    assert {item.asked.interaction for item in given.items if item.asked} == set(Interaction)
    assert any(item.english for item in given.items)
    assert any(item.stimulus for item in given.items)
    write = FORMATS[form].write
    assert write is not None
    data, lost_there = write(given)
    assert recognised(f"bank{'.zip' if form.value.startswith('qti') else ''}", data) is form
    back = {item.facts.code: item for item in read_as(form, data).items}
    refused = {code: item.refused for code, item in back.items() if item.refused}
    assert refused == {}
    lost = {where for where, _remark in lost_there}
    missing = [item for item in given.items if item.facts.code not in back]
    assert all(item.where in lost for item in missing)  # nothing is left out in silence
    left_out = {item.asked.interaction for item in missing if item.asked}
    assert left_out <= NOT_CARRIED.get(form, set())
    for item in given.items:
        if item.facts.code in back and item.where not in lost:
            assert said(back[item.facts.code]) == said(item), item.where


def test_a_word_file_of_the_whole_bank_loses_its_translations_and_hardly_anything_else():
    write = FORMATS[FileFormat.DOCX].write
    assert write is not None
    lost = write(bank())[1]
    translated = {item.where for item in bank().items if item.english}
    assert {where for where, remark in lost if remark.code == "TRANSLATION_LOST"} == translated
    others = [remark.code for _where, remark in lost if remark.code != "TRANSLATION_LOST"]
    assert sorted(others) == [
        "MARKUP_CHANGED",
        "NOT_WRITTEN",
    ]  # blanks between two tables; areas in a picture
