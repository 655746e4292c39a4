"""The list of codes is whole: what readers say of a broken file stands in it, with the facts they give."""

from __future__ import annotations

from item_bank.formats.gift import read_gift
from item_bank.formats.moodle_xml import read_moodle_xml
from item_bank.formats.qti12.read import read_qti12
from tests.unit.item_bank.remark_codes import remark_codes
from tests.unit.item_bank.test_item_bank_moodle_xml import question, quiz
from tests.unit.item_bank.test_item_bank_qti12 import PEERS


def test_what_readers_say_is_in_the_list_with_its_facts():
    known = remark_codes()
    banks = [
        read_gift(b"a{=x %3% ~y#no}\n\nb{#1..0}\n\nc{=a -> b}\n\n::d{T}\n"),
        read_moodle_xml(quiz(question("essay"), question("calculated"), question("cloze", stem="{1:SA:a}"))),
        read_qti12((PEERS / "text2qti.zip").read_bytes()),
    ]
    remarks = [
        remark
        for bank in banks
        for item in bank.items
        for remark in (*item.lost, *([item.refused] if item.refused else []))
    ]
    assert len({remark.code for remark in remarks}) >= 6
    for remark in remarks:
        assert (known[remark.code].facts or set()) <= remark.params.keys(), remark


def test_codes_that_are_said_in_several_ways_promise_only_what_all_of_them_give():
    known = remark_codes()
    assert known["FEEDBACK_LOST"].facts == set()
    assert known["TYPE_NOT_SUPPORTED"].facts == {"type"}
    assert known["CATEGORY_LOST"].places[0].startswith("formats/moodle_shares.py")
