"""What an item is."""

from dataclasses import FrozenInstanceError, replace

import pytest

from item_bank.errors import InvalidItem, InvalidTopicCode
from item_bank.interactions.asked import single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key, check_key
from item_bank.item import ItemVersion
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel, validate_topic_code
from item_bank.translation import Translation

ITEM = ItemVersion(
    code="T03-017",
    version=1,
    topic="T03",
    cognitive_level=CognitiveLevel.APPLY,
    stem="Trị giá hải quan của lô hàng là bao nhiêu?",
    asked=single_choice(*(f"{n} triệu đồng" for n in range(1, 5))),
    legal_basis="Luật Hải quan 2014, Điều 86",
    rationale="Cộng cước vận tải.",
    author="an",
    judged_share=0.6,
)


def test_an_item_version_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ITEM.stem = "khác"


def test_equal_wording_gives_an_equal_hash_whatever_the_code_author_or_unicode_form():
    decomposed = "Tri\u0323 gia\u0301 ha\u0309i quan cu\u0309a lo\u0302 ha\u0300ng la\u0300 bao nhie\u0302u?"
    same = replace(ITEM, code="X-1", author="binh", rationale="", stem=decomposed)
    assert same.wording_hash == ITEM.wording_hash


@pytest.mark.parametrize(
    "change",
    [
        {"stem": "Trị giá hải quan của lô hàng là bao nhiêu"},
        {"asked": replace(ITEM.asked, options=tuple(reversed(ITEM.options)))},
        {"asked": single_choice("1 triệu đồng", "2 triệu đồng", "3 triệu đồng", "5 triệu đồng")},
        {"asked": replace(ITEM.asked, interaction=Interaction.MULTIPLE_RESPONSE)},
        {"stimulus": Stimulus("TL-1", "Tờ khai số 1")},
    ],
)
def test_any_change_the_candidate_can_read_changes_the_hash(change):
    assert replace(ITEM, **change).wording_hash != ITEM.wording_hash


def test_a_key_must_name_an_option():
    assert check_key(ITEM.asked, Key(1, ("A",))) == Key(1, ("A",))
    with pytest.raises(InvalidItem, match="KEY_NO_RESPONSE"):
        check_key(ITEM.asked, Key(1, ("E",)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "T03 017"}, "INVALID_CODE"),
        ({"version": 0}, "INVALID_VERSION"),
        ({"topic": "t03"}, "INVALID_TOPIC_CODE"),
        ({"stem": "  "}, "EMPTY_STEM"),
        ({"stem": "[[P1]] là gì?"}, "MARK_OF_NO_PLACE"),
        ({"english": Translation("How much?", {"A": "1 million"})}, "TRANSLATION_INCOMPLETE"),
        ({"judged_share": 65.0}, "SHARE_OUT_OF_RANGE"),
        ({"judged_share": float("nan")}, "SHARE_OUT_OF_RANGE"),
    ],
)
def test_parts_that_make_no_item_are_refused_with_the_reason(change, code):
    with pytest.raises(InvalidItem) as refusal:
        replace(ITEM, **change)
    assert refusal.value.code == code


def test_topic_codes_are_upper_case_and_short():
    assert validate_topic_code("T01") == "T01"
    for wrong in ("", "t01", "T 01", "1T", "T" * 17, "T01\n"):
        with pytest.raises(InvalidTopicCode):
            validate_topic_code(wrong)
