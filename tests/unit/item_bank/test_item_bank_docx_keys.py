"""Word files: the key from marks and lines that agree, and a reason where they do not; never a guess."""

from __future__ import annotations

import pytest

from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit
from tests.unit.item_bank.docx_factory import bank, codes, key, one, options, table, typed

STEM = "Câu 7: Thời hạn nộp hồ sơ khai bổ sung là bao nhiêu ngày?\n"


def lines(*options_: str) -> str:
    return STEM + "\n".join(options_)


@pytest.mark.parametrize("mark", ["**", "//", "__", "~~", "^^"])
@pytest.mark.parametrize("whole", [True, False], ids=["whole option", "letter only"])
def test_a_look_marks_the_right_option(mark: str, whole: bool):
    right = f"{mark}C. 60 ngày{mark}" if whole else f"{mark}C{mark}. 60 ngày"
    item = one(lines("A. 10 ngày", "B. 30 ngày", right, "D. 90 ngày"))
    assert key(item) == ("C",)
    assert options(item)[2] == "60 ngày"  # what marked it is not shown to candidates


@pytest.mark.parametrize(
    "right", ["*C. 60 ngày", "C. *60 ngày", "C. 60 ngày (đúng)", "C. 60 ngày (Đúng).", "C. 60 ngày !!!T"]
)
def test_a_sign_or_a_word_marks_the_right_option(right: str):
    item = one(lines("A. 10 ngày", "B. 30 ngày", right, "D. 90 ngày"))
    assert (key(item), options(item)[2]) == (("C",), "60 ngày")


def test_marks_on_one_line_of_options_are_told_apart():
    item = one(lines("A. 10\tB. 30\t__C__. 60\tD. 90"))
    assert (key(item), options(item)) == (("C",), ["10", "30", "60", "90"])


@pytest.mark.parametrize(
    "line",
    ["Đáp án: B", "ĐÁP ÁN: B", "Đáp án B", "Đáp án đúng: B", "Đáp án: B.", "Đáp án: b", "Answer: B", "Key: B",
     "Chọn B", "Đáp án là: B", "Đáp án: B. 30 ngày", "Đáp án：\u0412", "đáp án - B"],
)  # fmt: skip
def test_a_line_names_the_right_option(line: str):
    assert key(one(lines("A. 10 ngày", "B. 30 ngày", "C. 60 ngày") + "\n" + line)) == ("B",)


def test_what_every_option_has_is_no_mark():
    letters = lines("**A.** 10", "**B.** 30", "**C.** __60__")
    assert key(one(letters)) == ("C",)
    assert key(one(lines("**A. 10**", "**B. 30**", "**C. 60**"))) == ("NO_KEY",)


def test_bold_from_a_style_of_all_paragraphs_is_no_mark():
    styles = (
        b'<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b'<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/>'
        b"<w:rPr><w:b/></w:rPr></w:style></w:styles>"
    )
    text = lines("A. 10", "B. 30", "C. __60__")
    assert key(one(text, {"styles.xml": styles})) == ("C",)


def test_without_a_mark_the_question_is_refused_where_it_stands():
    item = bank("PHẦN I\n" + lines("A. 10", "B. 30", "C. 60")).items[0]
    assert (item.where, key(item)) == ("PHẦN I · Câu 7", ("NO_KEY",))
    assert item.stem == "Thời hạn nộp hồ sơ khai bổ sung là bao nhiêu ngày?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lines("A. 10", "**B. 30**", "C. __60__"), ("B", "C")),
        (lines("A. 10", "**B. 30**", "C. 60") + "\nĐáp án: C", ("B", "C")),
        (lines("A. 10", "B. 30", "C. 60") + "\nĐáp án: C\nĐáp án: A", ("A", "C")),
        (lines("A. 10", "B. 30", "C. 60") + "\nĐáp án: A\nHẾT\n7-B", ("A", "B")),
        (lines("*A. 10", "B. 30", "C. 60 (đúng)") + "\nĐáp án: A", ("A", "A, C")),
    ],
)
def test_marks_that_disagree_are_refused(text: str, said: tuple[str, ...]):
    item = one(text)
    assert (item.refused.code, item.refused.params) == ("KEYS_DISAGREE", {"said": said})


def test_two_marked_options_are_refused_unless_a_line_says_so():
    marked = lines("**A. 10**", "B. 30", "**C. 60**")
    assert one(marked).refused.params == {"options": ("A", "C")}
    assert one(marked).refused.code == "TWO_KEYS"
    item = one(marked + "\nĐáp án: A, C")
    assert item.asked.interaction is Interaction.MULTIPLE_RESPONSE
    assert (key(item), item.key.credit) == (("A C",), Credit.WHOLE)
    assert key(one(marked + "\nDạng: Nhiều lựa chọn")) == ("A C",)


@pytest.mark.parametrize("said", ["A, C", "A,C", "AC", "A và C", "A; C", "A C", "C, A", "A & C"])
def test_several_right_options_are_named_in_a_line(said: str):
    assert key(one(lines("A. 10", "B. 30", "C. 60") + f"\nĐáp án: {said}")) == ("A C",)


@pytest.mark.parametrize(
    ("said", "code"),
    [("E", "KEY_NO_OPTION"), ("60 ngày", "KEY_UNCLEAR"), ("?", "KEY_UNCLEAR"), ("A hoặc B", "KEY_UNCLEAR")],
)
def test_a_key_that_names_no_option_is_refused(said: str, code: str):
    assert one(lines("A. 10", "B. 30", "C. 60") + f"\nĐáp án: {said}").refused.code == code


def test_a_letter_without_options_is_refused():
    assert one("Câu 1: Xem hình và chọn.\nĐáp án: B").refused.code == "OPTIONS_MISSING"


def test_equal_options_are_refused():
    assert one(lines("A. 10", "B. 10", "C. 60") + "\nĐáp án: C").refused.code == "EQUAL_OPTIONS"


def test_emphasis_within_an_option_is_no_mark_and_is_kept():
    item = one(lines("A. hàng **không** chịu thuế", "B. hàng chịu thuế", "C. __hàng miễn thuế__"))
    assert key(item) == ("C",)
    assert options(item) == ["hàng <b>không</b> chịu thuế", "hàng chịu thuế", "hàng miễn thuế"]


TRUTHS = "Câu 2: Xét các nhận định sau về kho ngoại quan:\n"
FOUR = "a) Hàng được gửi 12 tháng.\nb) Được gia hạn một lần.\nc) Không phải khai.\nd) Do Cục trưởng lập.\n"


@pytest.mark.parametrize(
    "line",
    ["Đáp án: a-Đ, b-S, c-S, d-Đ", "Đáp án: a) Đúng; b) Sai; c) Sai; d) Đúng", "Đáp án: Đ S S Đ",
     "Đáp án: ĐSSĐ", "Đáp án: Đ-S-S-Đ", "Đáp án: Đúng, Sai, Sai, Đúng", "Đáp án: aĐ bS cS dĐ",
     "Đáp án: a, d đúng"],
)  # fmt: skip
def test_four_statements_are_true_or_false_each(line: str):
    item = one(TRUTHS + FOUR + line)
    assert item.asked.interaction is Interaction.STATEMENTS
    assert (key(item), item.key.credit) == (("T>a F>b F>c T>d",), Credit.STATEMENTS)
    assert item.asked.places[1].content == "Được gia hạn một lần."


def test_statements_of_part_two_are_marked_by_looks():
    item = one("PHẦN II. Câu trắc nghiệm đúng sai.\n" + TRUTHS + "**a)** một\nb) hai\nc) ba\n**d)** bốn")
    assert key(item) == ("T>a F>b F>c T>d",)


def test_statements_carry_a_word_each():
    item = one(TRUTHS + "a) một (Đúng)\nb) hai (Sai)\nc) ba (Sai)\nd) bốn (Đúng)")
    assert key(item) == ("T>a F>b F>c T>d",)
    assert item.asked.places[0].content == "một"


@pytest.mark.parametrize("own", [True, False], ids=["letters apart", "letters before"])
def test_statements_stand_in_a_table_with_ticks(own: bool):
    head = ["", "Phát biểu", "Đúng", "Sai"] if own else ["Phát biểu", "Đúng", "Sai"]
    ticks = [("x", ""), ("", "X"), ("", "✓"), ("×", "")]
    rows = [
        [*((f"{letter})", text) if own else (f"{letter}) {text}",)), *tick]
        for letter, text, tick in zip("abcd", ["một", "hai", "ba", "bốn"], ticks, strict=True)
    ]
    item = one(typed(TRUTHS) + table([head, *rows]))
    assert key(item) == ("T>a F>b F>c T>d",)


@pytest.mark.parametrize("line", ["Đáp án: Đ S", "Đáp án: a-Đ, b-S", "Đáp án: Đ S ? Đ", "Đáp án: năm ngày"])
def test_truths_that_are_not_all_plain_are_refused(line: str):
    assert one(TRUTHS + "Xét đúng/sai:\n" + FOUR + line).refused is not None


def test_statements_without_a_key_are_refused():
    assert key(one("PHẦN II. Đúng sai\n" + TRUTHS + FOUR)) == ("NO_KEY",)
    assert key(one("PHẦN II. Đúng sai\n" + TRUTHS + FOUR + "HẾT")) == ("NO_KEY",)


def test_small_letters_with_one_mark_are_a_single_choice_elsewhere():
    item = one("Câu 3: Ai?\na. x\nb. __y__\nc. z")
    assert (item.asked.interaction, key(item)) == (Interaction.SINGLE_CHOICE, ("B",))


@pytest.mark.parametrize(
    ("line", "accepted", "interaction"),
    [
        ("Đáp án: 12,5", ("12,5",), Interaction.NUMERIC),
        ("Đáp số: -3", ("-3",), Interaction.NUMERIC),
        ("Đáp án: 1.500.000", ("1.500.000",), Interaction.NUMERIC),
        ("Đáp án: VNACCS | VNACCS/VCIS", ("VNACCS", "VNACCS/VCIS"), Interaction.SHORT_TEXT),
        ("Đáp án: Đúng", ("T",), Interaction.TRUE_FALSE),
        ("Đáp án: Sai", ("F",), Interaction.TRUE_FALSE),
        ("Đáp án: 1.500", ("KEY_AMBIGUOUS",), None),
    ],
)
def test_a_question_without_options_is_typed(
    line: str, accepted: tuple[str, ...], interaction: Interaction | None
):
    item = one(f"Câu 1: Thuế suất là bao nhiêu phần trăm?\n{line}")
    assert key(item) == accepted
    assert (item.asked.interaction if item.asked else None) is interaction


def test_an_option_with_two_words_true_and_false_is_true_or_false():
    item = one("Câu 1: Hàng quá cảnh phải nộp thuế.\nA. Đúng\nB. Sai\nĐáp án: B")
    assert (item.asked.interaction, key(item), codes(item)) == (Interaction.TRUE_FALSE, ("B",), [])
