"""Word files: where a question begins, what its options are, how papers are divided and numbered."""

from __future__ import annotations

import pytest

from item_bank.errors import ImportRefused
from item_bank.interactions.kinds import Interaction
from tests.unit.item_bank.docx_factory import (
    bank,
    codes,
    key,
    level,
    numbered,
    numbering,
    one,
    options,
    table,
    typed,
)

OPTIONS = "A. Chi cục Hải quan\nB. Cục Hải quan\nC. Tổng cục Thuế\nD. Bộ Tài chính"


@pytest.mark.parametrize(
    "start",
    ["Câu 1:", "Câu 1.", "Câu 1", "CÂU 1)", "câu 1/", "Câu hỏi 1:", "Câu số 1:", "Bài 1.", "Question 1:",
     "1.", "1)", "Câu\u00a01\u00a0:", "Ca\u0302u 1:", "**Câu 1:**", "Câu １："],
)  # fmt: skip
def test_a_question_begins_as_authors_begin_it(start: str):
    item = one(f"{start} Cơ quan nào thông quan hàng hóa?\n{OPTIONS}\nĐáp án: B")
    assert (item.stem, key(item)) == ("Cơ quan nào thông quan hàng hóa?", ("B",))
    assert options(item)[3] == "Bộ Tài chính"


@pytest.mark.parametrize("letters", ["ABCD", "abcd", "\u0410\u0412\u0421D", "ＡＢＣＤ"])
@pytest.mark.parametrize("sign", [".", ")", "/"])
def test_options_have_letters_of_any_look(letters: str, sign: str):
    lines = "\n".join(
        f"{letter}{sign} {word}" for letter, word in zip(letters, ["một", "hai", "ba", "bốn"], strict=True)
    )
    item = one(f"Câu 1: Bao nhiêu ngày?\n{lines}\nĐáp án: C")
    assert options(item) == ["một", "hai", "ba", "bốn"]
    assert key(item) == ("C",)
    assert item.asked.interaction is Interaction.SINGLE_CHOICE


@pytest.mark.parametrize(
    "line",
    [
        "A. 5 ngày\tB. 10 ngày\tC. 15 ngày\tD. 30 ngày",
        "A. 5 ngày    B. 10 ngày   C. 15 ngày  D. 30 ngày",
        "A. 5 ngày B. 10 ngày C. 15 ngày D. 30 ngày",
        "A. 5 ngày\t\t\tB. 10 ngày\nC. 15 ngày\t\tD. 30 ngày",
        "A. 5 ngày↵B. 10 ngày↵C. 15 ngày↵D. 30 ngày",
    ],
)
def test_several_options_stand_on_one_line(line: str):
    assert options(one(f"Câu 1: Thời hạn?\n{line}\nĐáp án: A")) == ["5 ngày", "10 ngày", "15 ngày", "30 ngày"]


def test_stem_and_options_share_a_paragraph_with_line_breaks():
    item = one("Câu 1: Thời hạn nộp thuế?↵Tính từ ngày đăng ký.↵A. 5 ngày↵B. 10 ngày↵Đáp án: A")
    assert item.stem == "Thời hạn nộp thuế?<br>Tính từ ngày đăng ký."
    assert options(item) == ["5 ngày", "10 ngày"]


def test_options_in_the_cells_of_a_table_are_options():
    rows = table([["A. một", "B. **hai**"], ["C. ba", "D. bốn"]])
    item = one(typed("Câu 1: Mấy?") + rows)
    assert options(item) == ["một", "hai", "ba", "bốn"]
    assert key(item) == ("B",)
    columns = table([["A. một", "C. ba"], ["B. **hai**", "D. bốn"]])
    assert options(one(typed("Câu 1: Mấy?") + columns)) == ["một", "hai", "ba", "bốn"]


def test_a_wording_that_begins_like_an_option_out_of_turn_is_wording():
    item = one("Câu 1: Xem hóa đơn.\nC. O. là gì?\nA. Giấy chứng nhận xuất xứ\nB. Vận đơn\nĐáp án: A")
    assert item.stem == "<p>Xem hóa đơn.</p><p>C. O. là gì?</p>"


def test_options_out_of_their_order_are_refused():
    item = one("Câu 1: Mấy?\nA. một\nB. hai\nD. bốn\nĐáp án: D")
    assert item.refused.code == "OPTIONS_OUT_OF_ORDER"
    assert item.refused.params == {"options": ("A", "B", "D")}


def test_statements_of_a_stem_are_no_options_where_capital_letters_follow():
    item = one("Câu 1: Cho:\na) kho ngoại quan\nb) kho CFS\nA. Chỉ a\nB. Cả a và b\nĐáp án: B")
    assert item.stem == "<p>Cho:</p><p>a) kho ngoại quan</p><p>b) kho CFS</p>"
    assert options(item) == ["Chỉ a", "Cả a và b"]


def test_bare_numbers_begin_no_question_where_others_begin_with_a_word():
    item = one("Câu 1: Sắp các bước:\n1. Khai\n2. Kiểm tra\n3. Thông quan\nA. 1-2-3\nB. 3-2-1\nĐáp án: A")
    assert "2. Kiểm tra" in item.stem
    assert options(item) == ["1-2-3", "3-2-1"]


def test_bare_numbers_begin_questions_in_their_turn_only():
    found = bank(
        "1. Mấy?\nA. một\nB. hai\nĐáp án: A\n2. Gồm:\n1. Khai\n2. "
        "Nộp\nA. x\nB. y\nĐáp án: B\n3. Ai?\nĐáp án: 5"
    )
    assert [item.where for item in found.items] == ["Câu 1", "Câu 2", "Câu 3"]
    assert "1. Khai" in found.items[1].stem


@pytest.mark.parametrize(
    "heading", ["PHẦN {}. CÂU TRẮC NGHIỆM", "Phần {}:", "{}. TRẮC NGHIỆM", "Nhóm {}", "Part {}", "Phan {} -"]
)
def test_numbering_runs_on_or_begins_again_with_a_group(heading: str):
    text = "".join(
        f"{heading.format(roman)}\nCâu {number}: Hỏi {roman}?\nA. có\nB. không\nĐáp án: A\n"
        for roman, number in (("I", 1), ("II", 1), ("III", 2))
    )
    found = bank(text)
    assert len(found.items) == 3
    assert [item.refused for item in found.items] == [None] * 3
    assert "II" in found.items[1].where
    assert found.items[1].where.endswith("Câu 1")


def test_a_group_named_after_a_topic_is_the_category():
    found = bank(
        "I. Thủ tục hải quan\nCâu 1: a?\nA. x\nB. y\nĐáp án: A\nII. Câu trắc "
        "nghiệm đúng sai\nCâu 2: b?\nA. x\nB. y\nĐáp án: B"
    )
    assert [item.category for item in found.items] == [("Thủ tục hải quan",), ()]


def test_instructions_and_titles_are_no_questions():
    found = bank(
        "ĐỀ THI ĐÁNH GIÁ NĂNG LỰC\nThời gian: 90 phút\nCâu 1 đến câu 10: mỗi "
        "câu 0,5 điểm.\nCâu 1: Ai?\nA. x\nB. y\nĐáp án: A"
    )
    assert [item.stem for item in found.items] == ["Ai?"]


KEYS = "Câu 1: Ai?\n" + OPTIONS + "\nCâu 2: Đâu?\n" + OPTIONS + "\nCâu 3: Gì?\n" + OPTIONS + "\n"


@pytest.mark.parametrize(
    "lines",
    [
        "1-A 2-C 3-D",
        "1a\n2c\n3d",
        "1.A\t2.C\t3.D",
        "1.A2. C3.D",
        "1. A\n2. C\n3. D",
        "Câu 1: A\nCâu 2: C\nCâu 3: D",
        "1) A; 2) C; 3) D",
    ],
)
@pytest.mark.parametrize(
    "heading",
    ["HẾT\nBẢNG ĐÁP ÁN\n", "---------- HẾT ----------\n", "ĐÁP ÁN\n", "*** BẢNG ĐÁP ÁN ĐỀ 101 ***\n"],
)
def test_keys_stand_in_lines_behind_the_questions(heading: str, lines: str):
    assert [key(item) for item in bank(KEYS + heading + lines).items] == [("A",), ("C",), ("D",)]


@pytest.mark.parametrize(
    "rows",
    [
        [["1-A", "2-C", "3-D"]],
        [["1.A", "2.C"], ["3.D", ""]],
        [["1", "2", "3"], ["A", "C", "D"]],
        [["Câu", "1", "2", "3"], ["Đáp án", "A", "C", "D"]],
        [["1", "2"], ["A", "C"], ["3", ""], ["D", ""]],
        [["Câu", "Đáp án"], ["1", "A"], ["2", "C"], ["3", "D"]],
        [["Câu", "Đáp án", "Câu", "Đáp án"], ["1", "A", "3", "D"], ["2", "C", "", ""]],
    ],
)
@pytest.mark.parametrize("heading", ["BẢNG ĐÁP ÁN", ""])
def test_keys_stand_in_a_table(rows: list[list[str]], heading: str):
    found = bank(typed(KEYS + heading) + table(rows))
    assert [key(item) for item in found.items] == [("A",), ("C",), ("D",)]


def test_keys_of_each_part_stand_below_its_heading():
    paper = (
        "PHẦN I\nCâu 1: Ai?\nA. x\nB. y\nPHẦN II\nCâu 1: Xét:\na) một\nb) hai\nc) ba\nd) bốn\n"
        "PHẦN III\nCâu 1: Thuế suất (%)?\nHẾT\nBẢNG ĐÁP ÁN\nPhần I\n"
        "1.B\nPhần II\n1. Đ S Đ S\nPhần III\n1. 12,5"
    )
    items = bank(paper).items
    assert [key(item) for item in items] == [("B",), ("T>a F>b T>c F>d",), ("12,5",)]
    assert [item.asked.interaction.value for item in items] == ["single_choice", "statements", "numeric"]


def test_a_table_of_keys_that_may_mean_two_questions_says_nothing():
    items = bank("I. Một\nCâu 1: Ai?\nA. x\nB. y\nII. Hai\nCâu 1: Gì?\nA. x\nB. y\nBẢNG ĐÁP ÁN\n1-A").items
    assert [key(item) for item in items] == [("KEY_TABLE_AMBIGUOUS",)] * 2


def test_explanations_behind_the_questions_are_the_rationale_and_say_the_key():
    items = bank(
        KEYS + "HẾT\nHƯỚNG DẪN GIẢI CHI TIẾT\nCâu 1: Chọn A\nTheo Điều 19 Luật Hải quan.\nCâu 2. Chọn C.\n"
        "Vì thuế do cơ quan thuế thu.\nCâu 3:\nĐáp án: D\nXem Nghị định 08/2015/NĐ-CP."
    ).items
    assert [key(item) for item in items] == [("A",), ("C",), ("D",)]
    assert items[0].rationale == "Theo Điều 19 Luật Hải quan."
    assert items[2].rationale == "Xem Nghị định 08/2015/NĐ-CP."


@pytest.mark.parametrize(
    "label", ["Lời giải", "Lời giải:", "Hướng dẫn chi tiết", "Giải thích chi tiết", "Giải thích:"]
)
def test_an_explanation_behind_its_question_is_the_rationale(label: str):
    items = bank(
        f"Câu 1: Ai?\nA. x\nB. y\n{label}\nChọn B. Theo Điều 5.\nNghị "
        "định 08.\nCâu 2: Gì?\nA. x\nB. y\nĐáp án: A"
    ).items
    assert [key(item) for item in items] == [("B",), ("A",)]
    assert items[0].rationale == "<p>Theo Điều 5.</p><p>Nghị định 08.</p>"


def test_a_text_for_several_questions_is_their_stimulus():
    items = bank(
        "Câu 1: Ai?\nA. x\nB. y\nĐáp án: A\nĐọc tình huống sau và trả lời "
        "câu 2 và câu 3.\nCông ty A nhập khẩu 10 máy.\n"
        "Câu 2: Gì?\nA. x\nB. y\nĐáp án: A\nCâu 3: Đâu?\nA. x\nB. y\n"
        "Đáp án: B\nCâu 4: Sao?\nA. x\nB. y\nĐáp án: B"
    ).items
    assert [bool(item.stimulus) for item in items] == [False, True, True, False]
    assert "10 máy" in items[1].stimulus.content
    assert items[1].stimulus == items[2].stimulus
    assert options(items[0]) == ["x", "y"]


LISTS = numbering(
    {
        1: level(0, "decimal", "Câu %1:") + level(1, "upperLetter", "%2."),
        2: level(0, "decimal", "%1."),
        3: level(0, "upperLetter", "%1."),
        4: level(0, "lowerLetter", "%1)"),
        5: level(0, "upperRoman", "%1."),
        6: level(0, "bullet", "•"),
    },
    {
        1: (1, ""), 2: (2, ""), 3: (3, ""), 4: (4, ""), 5: (5, ""), 6: (6, ""),
        7: (3, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'),
    },
)  # fmt: skip


def test_automatic_numbers_of_two_levels_are_counted():
    body = "".join(
        numbered(f"Hỏi {place}?", 1) + numbered("có", 1, 1) + numbered("**không**", 1, 1) for place in (1, 2)
    )
    items = bank(body, {"numbering.xml": LISTS}).items
    assert [item.where for item in items] == ["Câu 1", "Câu 2"]
    assert [options(item) for item in items] == [["có", "không"]] * 2
    assert [key(item) for item in items] == [("B",)] * 2


def test_lists_that_begin_anew_are_counted_from_one():
    body = (
        numbered("Hỏi một?", 2) + numbered("có", 3) + numbered("__không__", 3)
        + numbered("Hỏi hai?", 2) + numbered("__có__", 7) + numbered("không", 7)
    )  # fmt: skip
    items = bank(body, {"numbering.xml": LISTS}).items
    assert [item.stem for item in items] == ["Hỏi một?", "Hỏi hai?"]
    assert [key(item) for item in items] == [("B",), ("A",)]


def test_a_list_that_runs_on_is_refused_and_never_read_as_other_letters():
    body = numbered("Hỏi một?", 2) + numbered("có", 3) + numbered("**không**", 3)
    body += numbered("Hỏi hai?", 2) + numbered("có", 3) + numbered("**không**", 3)
    items = bank(body, {"numbering.xml": LISTS}).items
    assert key(items[0]) == ("B",)
    assert items[1].refused is not None


def test_automatic_letters_and_roman_numbers_name_statements_and_groups():
    body = numbered("Trị giá hải quan", 5) + typed("Câu 1: Xét tính đúng/sai:")
    body += "".join(numbered(text, 4) for text in ("~~một~~", "hai", "~~ba~~", "bốn"))
    item = one(body, {"numbering.xml": LISTS})
    assert item.category == ("Trị giá hải quan",)
    assert key(item) == ("T>a F>b T>c F>d",)


def test_lists_within_a_stem_are_lists():
    body = typed("Câu 1: Hồ sơ gồm:") + numbered("tờ khai", 6) + numbered("hóa đơn", 6)
    item = one(body + typed("A. đủ\nB. thiếu\nĐáp án: B"), {"numbering.xml": LISTS})
    assert item.stem == "Hồ sơ gồm:<ul><li>tờ khai</li><li>hóa đơn</li></ul>"


@pytest.mark.parametrize("text", ["Biên bản họp chi bộ", "Câu chuyện về 5 ngày", "Điều 5. Giải thích từ ngữ"])
def test_a_document_without_questions_is_refused(text: str):
    with pytest.raises(ImportRefused, match="NO_QUESTIONS"):
        bank(text)


def test_text_behind_the_options_is_kept_and_remarked():
    item = one("Câu 1: Ai?\nA. x\nB. y\nphần tiếp theo\nĐáp án: A")
    assert options(item) == ["x", "<p>y</p><p>phần tiếp theo</p>"]
    assert codes(item) == ["OPTION_CONTINUED"]


def test_numbered_instructions_before_the_first_question_are_none():
    found = bank("1. Không dùng tài liệu.\n2. Thi trong 60 phút.\nCâu 1: Ai?\nA. x\nB. y\nĐáp án: A")
    assert [item.stem for item in found.items] == ["Ai?"]


def test_each_group_begins_its_questions_in_its_own_way():
    found = bank(
        "PHẦN I\nCâu 1: Ai?\nA. x\nB. y\nĐáp án: A\nPHẦN II\n1. Gì?\nA. x\nB. y\nĐáp án: B\n"
        "2. Đâu?\nA. x\nB. y\nĐáp án: A"
    )
    assert [item.where for item in found.items] == ["PHẦN I · Câu 1", "PHẦN II · Câu 1", "PHẦN II · Câu 2"]


def test_a_table_behind_an_option_is_kept_with_it_and_remarked():
    item = one(typed("Câu 1: Ai?\nA. x\nB. y") + table([["Biểu", "thuế"]]) + typed("Đáp án: A"))
    assert options(item)[1].startswith("y<table>")
    assert codes(item) == ["OPTION_CONTINUED"]
