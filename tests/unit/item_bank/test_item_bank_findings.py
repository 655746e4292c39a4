"""Enemies, near-duplicates and quality findings."""

import pytest

from item_bank.enemies import enemy_pairs
from item_bank.errors import SelfEnemy
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.near_duplicates import near_duplicates, nearest_earlier
from item_bank.quality import Fault, answer_position_balance, check_item
from item_bank.similarity import fold
from item_bank.taxonomy import CognitiveLevel

STEM = "Thời hạn nộp tờ khai hải quan đối với hàng hóa nhập khẩu là bao lâu?"
OTHER = "Ai có thẩm quyền quyết định kiểm tra sau thông quan tại trụ sở người khai?"


def test_enemies_have_no_direction():
    pairs = enemy_pairs({"B": ["A"], "A": ["B", "C"]})
    assert pairs == {("A", "B"), ("A", "C")}


def test_nothing_is_its_own_enemy():
    with pytest.raises(SelfEnemy):
        enemy_pairs({"A": ["A"]})


def test_folding_takes_case_diacritics_and_punctuation_away():
    assert fold("  Trị giá – ĐÚNG? ") == "tri gia dung"


def test_the_same_stem_without_diacritics_is_a_near_duplicate():
    bare = "thoi han nop to khai hai quan doi voi hang hoa nhap khau la bao lau"
    assert [(i, j) for i, j, _ in near_duplicates([STEM, OTHER, bare])] == [(0, 2)]


def test_one_word_changed_is_found_and_another_question_is_not():
    changed = STEM.replace("nhập khẩu", "xuất khẩu")
    (found,) = near_duplicates([f"<p>{STEM}</p>", OTHER, changed], 0.6)
    assert found[:2] == (0, 2)
    assert 0.6 < found[2] < 1
    assert near_duplicates([STEM, OTHER], 0.5) == []


def test_equal_texts_score_one_and_empty_ones_do_no_harm():
    pairs = near_duplicates([STEM, STEM, "", "?"], 1.0)
    assert (0, 1, pytest.approx(1.0)) in pairs
    assert near_duplicates([], 0.8) == near_duplicates([STEM], 0.8) == []


def test_each_text_is_reported_against_one_earlier_text():
    found = nearest_earlier([STEM] * 600)
    assert [(i, j) for i, j, _ in found] == [(0, j) for j in range(1, 600)]


def item(stem=STEM, basis="Luật Hải quan 2014", **contents):
    options = {"A": "02 giờ", "B": "04 giờ", "C": "06 giờ", "D": "08 giờ"} | contents
    return ItemVersion(
        "T01-001",
        1,
        "T01",
        CognitiveLevel.RECALL,
        stem,
        Asked(Interaction.SINGLE_CHOICE, tuple(Option(*o) for o in options.items())),
        basis,
        "",
        "an",
    )


def faults(made, key="A"):
    return [finding.fault for finding in check_item(made, Key(1, (key,)))]


def test_a_sound_item_has_no_findings():
    assert faults(item()) == []


def test_a_key_far_longer_than_the_rest_is_a_cue_and_a_long_distractor_is_none():
    long = item(B="30 ngày kể từ ngày đăng ký tờ khai, trừ trường hợp luật định khác")
    assert faults(long, "B") == [Fault.KEY_IS_LONGEST]
    assert faults(long, "A") == []


@pytest.mark.parametrize(
    "text",
    [
        "Tất cả các phương án trên",
        "Cả A, B và C",
        "Cả ba phương án trên đều đúng",
        "A, B, C đều đúng",
        "Cả 3 đáp án trên",
    ],
)
def test_all_of_the_above_is_found(text):
    assert faults(item(D=text)) == [Fault.ALL_OF_THE_ABOVE]


@pytest.mark.parametrize(
    "text", ["Tất cả hàng hóa xuất khẩu", "Cả năm 2025", "Tất cả các trường hợp nhập khẩu"]
)
def test_options_that_merely_say_all_are_left_alone(text):
    assert faults(item(D=text)) == []


def test_options_that_read_the_same_are_found():
    assert faults(item(D="<b>02  GIỜ</b>")) == [Fault.DUPLICATE_OPTIONS]


def test_a_missing_basis_is_found():
    assert faults(item(basis=" ")) == [Fault.MISSING_BASIS]


@pytest.mark.parametrize(
    ("stem", "found"),
    [
        ("Nội dung nào sau đây không đúng về trị giá hải quan?", True),
        ("Nội dung nào sau đây là sai?", True),
        ("Nội dung nào sau đây <b>không đúng</b> về trị giá?", False),
        ("Nội dung nào sau đây KHÔNG đúng về trị giá?", False),
        ("Doanh nghiệp không có giấy phép. Mức phạt nào được áp dụng?", False),
        ("Hàng hóa không phải nộp thuế thuộc trường hợp nào?", False),
    ],
)
def test_a_negative_question_must_show_its_negation(stem, found):
    assert (Fault.NEGATIVE_STEM_NOT_MARKED in faults(item(stem))) is found


def test_keys_that_favour_a_position_are_seen():
    assert answer_position_balance(list("ABCD") * 20).balanced
    skewed = answer_position_balance(["C"] * 50 + list("ABD") * 10)
    assert not skewed.balanced
    assert skewed.counts == {"A": 10, "B": 10, "C": 50, "D": 10}
    assert answer_position_balance([]).balanced
