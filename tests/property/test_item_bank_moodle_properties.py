"""What is written to Aiken, GIFT or Moodle XML is read back; what a format cannot carry, its writer says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import ImportRefused
from item_bank.formats.aiken import read_aiken, write_aiken
from item_bank.formats.draft import Draft
from item_bank.formats.foreign import BankFacts, ForeignItem
from item_bank.formats.fractions import read_percent, write_percent
from item_bank.formats.gift import read_gift, write_gift
from item_bank.formats.moodle_text import Files, Format, Pictures, join_category, read_text, split_category
from item_bank.formats.moodle_xml import read_moodle_xml, write_moodle_xml
from item_bank.stem import sanitise
from tests.property.foreign_items import PICTURES, banks, facts, lines, typed
from tests.property.searches import part

FORMATS = {
    "aiken": (read_aiken, write_aiken),
    "gift": (read_gift, write_gift),
    "moodle_xml": (read_moodle_xml, write_moodle_xml),
}
# a loss, and the fact that is then another one
CHANGED: dict[str, set[str]] = {
    **{f"{one.name.upper()}_LOST": set() for one in fields(BankFacts)},
    "CATEGORY_LOST": {"category"},
    "TAGS_LOST": {"tags"},
    "LANGUAGE_LOST": {"language"},
    "RATIONALE_LOST": {"rationale"},
    "MAX_MARK_LOST": {"max_mark"},
    "CREDIT_CHANGED": {"key"},
    "BOUNDS_LOST": set(),
    "LIMIT_LOST": {"options"},
    "CASE_LOST": {"key"},
    "VIETNAMESE_MARKS_MATTER": {"key"},
    "OPTION_TEXTS_LOST": {"options", "key"},
    "INTERACTION_CHANGED": {"interaction", "options", "places", "key"},
    "MARKUP_LOST": {"stem", "options", "key"},
    "PICTURES_LOST": {"stem", "rationale", "options", "places", "key", "stimulus"},
    "STIMULUS_LOST": {"stimulus", "english_stimulus"},
    "ENGLISH_LOST": {"english", "english_stimulus"},
    "RUBRIC_LOST": {"rubric"},
}


def _one_after_another(texts: list[str]) -> bytes:
    return "{=".join(texts).encode() + b"\nANSWER: A"


@pytest.mark.parametrize("name", FORMATS)
@part(3)
@given(written=banks())
def test_what_a_writer_does_not_report_is_read_back(name: str, written: list[ForeignItem]):
    read, write = FORMATS[name]
    data, lost = write(written, PICTURES)
    codes = defaultdict(set)
    for where, remark in lost:
        codes[where].add(remark.code)
    carried = [item for item in written if "NOT_WRITTEN" not in codes[item.where]]
    found = read(data).items if carried else ()
    assert [item.refused for item in found] == [None] * len(carried), data.decode()
    for before, after in zip(carried, found, strict=True):
        excused = set().union(*(CHANGED[code] for code in codes[before.where]))
        expected, got = facts(before), facts(after)
        _compare_facts(before.facts, after.facts, codes[before.where])
        for fact in expected.keys() - excused - {"facts"}:
            assert got[fact] == expected[fact], (fact, data.decode())
        assert name == "aiken" or after.where == before.where


def _compare_facts(before: BankFacts, after: BankFacts, lost: set[str]) -> None:
    """Each fact of the bank is read back, or was said to be lost."""
    for one in fields(BankFacts):
        is_lost = f"{one.name.upper()}_LOST" in lost
        expected = getattr(BankFacts() if is_lost else before, one.name)
        assert getattr(after, one.name) == expected, one.name


@part(4)
@given(written=banks())
def test_pictures_travel_with_moodle_xml(written: list[ForeignItem]):
    data, lost = write_moodle_xml(written, PICTURES)
    missing = [remark for _where, remark in write_moodle_xml(written)[1] if remark.code == "PICTURE_MISSING"]
    assert not any(remark.code == "PICTURE_MISSING" for _where, remark in lost)
    if len([1 for _where, remark in lost if remark.code == "NOT_WRITTEN"]) < len(written):
        pictures = read_moodle_xml(data).pictures
        assert pictures.items() <= PICTURES.items()
        assert {remark.params["sha256"] for remark in missing} == pictures.keys()


@given(st.integers(-26, 26), st.integers(1, 26))
def test_a_share_is_read_back_from_its_rounded_percentage(part: int, parts: int):
    assert read_percent(write_percent(Fraction(part, parts))).meant == Fraction(part, parts)


@given(st.integers(-1000, 1000))
def test_a_percentage_with_one_decimal_means_itself(tenths: int):
    assert read_percent(f"{tenths / 10:.1f}").meant == Fraction(tenths, 1000)


@pytest.mark.parametrize("name", FORMATS)
@given(st.one_of(st.binary(max_size=80), typed().map(str.encode), st.lists(typed()).map(_one_after_another)))
def test_whatever_bytes_there_are_they_are_read_or_refused_whole(name: str, data: bytes):
    read, _write = FORMATS[name]
    try:
        bank = read(data)
    except ImportRefused:
        return
    assert bank.items


@given(st.lists(lines, max_size=4))
def test_a_category_is_read_back(names: list[str]):
    assert split_category(join_category(names)) == tuple(names)


@given(typed(), st.sampled_from(list(Format)))
def test_a_text_in_any_format_comes_out_harmless(text: str, form: Format):
    markup = read_text(text, form, Draft("x"), Files(Pictures()))
    assert sanitise(markup) == markup
