"""What is written to a Word file is read back; what it cannot carry, its writer says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields

from hypothesis import given

from item_bank.formats.docx import read_docx, write_docx_items
from item_bank.formats.foreign import BankFacts, ForeignItem
from tests.property.foreign_items import PICTURES, banks, facts
from tests.property.searches import part

# a loss, and the facts that are then others
CHANGED = {
    "MARKUP_CHANGED": {"stem", "rationale", "options", "places", "key"},
    "OPTION_TEXTS_LOST": {"options", "key"},
    "TRANSLATION_LOST": {"english", "english_stimulus"},
    "FACT_LOST": {"max_mark", "language", "category", "tags"},
    "BANK_FACT_LOST": {"facts"},
}
BANK_FACTS = {one.name for one in fields(BankFacts)}


@part(4)
@given(written=banks())
def test_what_the_writer_does_not_report_is_read_back(written: list[ForeignItem]):
    data, lost = write_docx_items(written, PICTURES)
    codes = defaultdict(set)
    for where, remark in lost:
        codes[where].add(remark.code)
        if remark.code == "FACT_LOST" and remark.params["fact"] in BANK_FACTS:
            codes[where].add("BANK_FACT_LOST")  # a share of 1E-311, say, is not written
    carried = [item for item in written if "NOT_WRITTEN" not in codes[item.where]]
    found = read_docx(data).items if carried else ()
    assert [item.refused for item in found] == [None] * len(carried)
    for before, after in zip(carried, found, strict=True):
        excused = set().union(*(CHANGED[code] for code in codes[before.where]))
        expected, got = facts(before), facts(after)
        for fact in expected.keys() - excused:
            assert got[fact] == expected[fact], fact
