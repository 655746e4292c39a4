"""Aiken files as people write them: what is taken, what is refused and on which line."""

from __future__ import annotations

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.aiken import read_aiken, write_aiken
from item_bank.formats.foreign import Fate, ForeignBank, ForeignItem
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key
from tests.unit.item_bank.pictures import png

PLAIN = """Cơ quan nào quản lý hải quan?
A. Cục Hải quan
B. Sở Công Thương
C. Tổng cục Thống kê
ANSWER: A

Thời hạn nộp thuế là bao lâu?
A) 10 ngày
B) 30 ngày
ANSWER: B
"""


def read(text: str) -> ForeignBank:
    return read_aiken(text.encode("utf-8"))


def only(text: str) -> ForeignItem:
    (item,) = read(text).items
    return item


def test_single_choice_is_taken_with_either_sign_behind_the_letter():
    first, second = read(PLAIN).items
    assert first.fate is second.fate is Fate.TAKEN
    assert first.asked is not None
    assert [option.content for option in first.asked.options] == [
        "Cục Hải quan",
        "Sở Công Thương",
        "Tổng cục Thống kê",
    ]
    assert first.key == Key(1, ("A",))
    assert second.key == Key(1, ("B",))
    assert first.where == "Cơ quan nào quản lý hải quan?"


@pytest.mark.parametrize(
    "quirk",
    [
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "  \t\n"),
        PLAIN.replace("ANSWER: A", "answer: a").replace("ANSWER: B", "Answer : B."),
        PLAIN.replace("\n\n", "\n"),
        PLAIN.replace("\nA", "\n\nA"),
        PLAIN.replace("A. ", "a. ").replace("B. ", "b. ").replace("C. ", "c."),
        PLAIN.rstrip(),
    ],
    ids=["mark", "crlf", "cr", "spaces", "small letters", "no gap", "gaps", "small options", "no end"],
)
def test_ways_of_typing_make_no_other_item(quirk: str):
    keys = [(item.stem, item.asked, item.key) for item in read(PLAIN).items]
    assert [(item.stem, item.asked, item.key) for item in read(quirk).items] == keys


def test_utf16_with_its_mark_is_read():
    assert read_aiken(PLAIN.encode("utf-16")).items == read(PLAIN).items


def test_a_stem_on_several_lines_is_taken_where_nothing_parts_it():
    item = only("Cho tình huống sau.\nÔng A nhập khẩu 5 xe.\nA. x\nB. y\nANSWER: B")
    assert item.fate is Fate.TAKEN
    assert item.stem == "Cho tình huống sau.<br>Ông A nhập khẩu 5 xe."


def test_what_looks_like_markup_is_shown_as_typed():
    item = only("Giá < 5 & <b>mã</b> <script>alert(1)</script>?\nA. <i>x</i>\nB. y\nANSWER: A")
    assert item.stem == "Giá &lt; 5 &amp; &lt;b&gt;mã&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;?"
    assert item.asked is not None
    assert item.asked.options[0].content == "&lt;i&gt;x&lt;/i&gt;"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("Đầu đề\n\n" + PLAIN, "NO_KEY", 1),
        ("Không có đáp án\nA. x\nB. y\n" + PLAIN, "NO_KEY", 1),
        (PLAIN + "\nDở dang\nA. x", "NO_KEY", 12),
        (PLAIN + "Hai đáp án?\nA. x\nB. y\nANSWER: A, B", "KEY_UNCLEAR", 11),
        (PLAIN + "Chữ?\nA. x\nB. y\nANSWER: cục", "KEY_UNCLEAR", 11),
        (PLAIN + "Không có C?\nA. x\nB. y\nANSWER: C", "KEY_NO_OPTION", 11),
        (PLAIN + "Một phương án?\nA. x\nANSWER: A", "WRONG_NUMBER_OF_OPTIONS", 11),
        (PLAIN + "Nhảy chữ?\nA. x\nC. y\nANSWER: A", "OPTIONS_OUT_OF_ORDER", 11),
        (PLAIN + "Hai lần A?\nA. x\nA. y\nANSWER: A", "OPTIONS_OUT_OF_ORDER", 11),
        (PLAIN + "A. không có thân\nB. y\nANSWER: A", "EMPTY_STEM", 11),
        (PLAIN + "Trống?\nA.\nB. y\nANSWER: B", "EMPTY_PART", 11),
        (PLAIN + "Như nhau?\nA. x\nB. x\nANSWER: B", "EQUAL_OPTIONS", 11),
        (PLAIN + "ANSWER: B", "KEY_NO_OPTION", 11),
    ],
)
def test_what_is_no_item_is_refused_with_its_line_and_takes_no_other_with_it(text: str, code: str, line: int):
    items = read(text).items
    (refused,) = [item for item in items if item.refused]
    assert refused.refused is not None
    assert (refused.refused.code, refused.refused.line) == (code, line)
    assert refused.key is None
    assert sum(item.fate is Fate.TAKEN for item in items) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "NOT_AIKEN"),
        ("Chỉ là một bài văn.\nA. B. C.".encode(), "NOT_AIKEN"),
        (PLAIN.encode("utf-8").replace(b"\n", b"\xff\n"), "NOT_UTF8"),
        (b"PK\x03\x04\0\0\0\0", "NOT_AIKEN"),
        (b"Q\nANSWER: A\n" * 20_001, "TOO_LARGE"),
        (b" " * (10 * 1024 * 1024 + 1), "TOO_LARGE"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(data: bytes, code: str):
    with pytest.raises(ImportRefused) as refusal:
        read_aiken(data)
    assert refusal.value.code == code


def test_a_formula_that_cannot_be_shown_degrades():
    item = only("Tính \\(\\khong{x}\\)?\nA. 1\nB. 2\nANSWER: A")
    assert item.fate is Fate.DEGRADED
    assert [(loss.code, loss.line) for loss in item.lost] == [("FORMULA_UNKNOWN_COMMAND", 1)]


def test_the_writer_says_what_aiken_has_no_place_for():
    choice = Asked(Interaction.SINGLE_CHOICE, (Option("1", "<b>x</b>"), Option("2", "y")))
    rich = ForeignItem(
        "c1", "Chọn gì?", choice, Key(1, ("2",)), rationale="vì", category=("T01",), tags=("t",)
    )
    several = ForeignItem("c2", "Chọn?", Asked(Interaction.ORDER, choice.options), Key(1, ("2 1",)))
    tricky = ForeignItem("c3", "A. gì?", choice, Key(1, ("2",)))
    data, lost = write_aiken([rich, several, tricky], {"x": png()})
    assert data.decode() == "Chọn gì?\nA. x\nB. y\nANSWER: B\n"
    assert [(where, remark.code, remark.params.get("reason")) for where, remark in lost] == [
        ("c1", "MARKUP_LOST", None),
        ("c1", "CATEGORY_LOST", None),
        ("c1", "TAGS_LOST", None),
        ("c1", "RATIONALE_LOST", None),
        ("c2", "NOT_WRITTEN", "INTERACTION_NOT_CARRIED"),
        ("c3", "NOT_WRITTEN", "STEM_LOOKS_LIKE_ANOTHER_LINE"),
    ]


def test_two_right_options_are_not_made_one():
    choice = Asked(Interaction.SINGLE_CHOICE, (Option("A", "x"), Option("B", "y")))
    data, lost = write_aiken([ForeignItem("c", "Chọn?", choice, Key(1, ("A", "B"), Credit.WHOLE))])
    assert data == b""
    assert [remark.params["reason"] for _where, remark in lost] == ["KEY_NOT_CARRIED"]
