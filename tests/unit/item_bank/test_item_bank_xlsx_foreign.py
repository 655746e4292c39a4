"""Workbooks as other hands have them: their headers and spellings, and that no key is guessed from them."""

from __future__ import annotations

import io

import openpyxl
import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import BankFacts, Fate
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.interactions.kinds import Interaction
from item_bank.taxonomy import CognitiveLevel
from tests.unit.item_bank.workbook_factory import workbook

AZOTA = {
    "STT": "1",
    "Loại": "Trắc nghiệm",
    "Câu hỏi": "Luồng nào phải kiểm tra thực tế?",
    "Đáp án A": "Xanh",
    "Đáp án B": "Vàng",
    "Đáp án C": "Đỏ",
    "Đáp án D": "Trắng",
    "Đáp án đúng": "C",
    "Giải thích": "Vì luồng đỏ.",
    "Mức độ": "Nhận biết",
    "Điểm": "0,5",
    "Chủ đề": "Thủ tục/giám sát",
    "Bài": "Phân luồng",
}
PLAIN = {"question": "Gì?", "optionA": "một", "optionB": "hai", "optionC": "ba", "correctAnswer": "B"}


def only(row):
    (item,) = read_workbook(workbook([row])).items
    return item


def book(**sheets):
    """A workbook of these sheets by name, each a list of rows; a name that ends in _ is a hidden sheet."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.rstrip("_").replace("_", " "))
        sheet.sheet_state = "hidden" if name.endswith("_") else "visible"
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def test_a_foreign_workbook_is_read_and_what_it_does_not_say_stays_empty():
    item = only(AZOTA)
    assert (item.fate, item.where, item.max_mark) == (Fate.TAKEN, "Câu hỏi!2", 0.5)
    assert (item.key.accepted, item.rationale) == (("C",), "Vì luồng đỏ.")
    assert item.category == ("Thủ tục/giám sát", "Phân luồng")
    assert item.facts == BankFacts(cognitive_level=CognitiveLevel.RECALL)


@pytest.mark.parametrize(
    ("typed", "level"),
    [
        ("NB", CognitiveLevel.RECALL),
        ("vận dụng", CognitiveLevel.APPLY),
        ("VD", CognitiveLevel.APPLY),
        ("Vận dụng cao", CognitiveLevel.SITUATION),
        ("VDC", CognitiveLevel.SITUATION),
        ("Tình huống", CognitiveLevel.SITUATION),
    ],
)
def test_levels_of_the_schools_are_those_of_the_bank(typed, level):
    item = only(AZOTA | {"Mức độ": typed})
    assert (item.facts.cognitive_level, item.lost) == (level, ())


@pytest.mark.parametrize(("typed", "code"), [("Thông hiểu", "LEVEL_UNSURE"), ("Khó", "UNKNOWN_LEVEL")])
def test_a_level_that_is_none_of_ours_is_left_to_the_importer(typed, code):
    item = only(AZOTA | {"Mức độ": typed})
    assert (item.facts.cognitive_level, [remark.code for remark in item.lost]) == (None, [code])


def test_a_topic_in_words_is_told_and_left_out():
    item = only(PLAIN | {"Chuyên đề": "Trị giá hải quan"})
    assert (item.facts.topic, [remark.code for remark in item.lost]) == (None, ["UNKNOWN_TOPIC"])


@pytest.mark.parametrize(("typed", "accepted"), [("B", "B"), ("2", "B"), ("b.", "B"), ("ba", "C")])
def test_a_key_is_a_letter_a_number_or_the_text_of_an_option(typed, accepted):
    assert only(PLAIN | {"correctAnswer": typed}).key.accepted == (accepted,)


@pytest.mark.parametrize("typed", ["A,C", "AC", "A, C"])
def test_several_letters_mean_several_right_options_where_no_column_says_the_type(typed):
    item = only(PLAIN | {"correctAnswer": typed})
    assert (item.asked.interaction, item.key.accepted) == (Interaction.MULTIPLE_RESPONSE, ("A C",))
    assert [remark.code for remark in item.lost] == ["INTERACTION_FROM_KEY"]
    assert only(PLAIN | {"correctAnswer": typed, "type": "Trắc nghiệm"}).refused.code == "INVALID_KEY"


@pytest.mark.parametrize("typed", ["", "D", "0", "4", "hai ba", "?", "A hoặc B"])
def test_a_key_is_never_guessed(typed):
    item = only(PLAIN | {"correctAnswer": typed})
    assert (item.key, item.refused.params["header"]) == (None, "Đáp án")


def test_a_count_from_nought_makes_every_number_unclear():
    rows = [PLAIN | {"correctAnswer": typed} for typed in ("0", "1", "B")]
    items = read_workbook(workbook(rows)).items
    assert [item.refused and item.refused.code for item in items] == ["INVALID_KEY", "INVALID_KEY", None]


def test_the_header_of_a_look_alike_letter_names_the_same_column():
    row = {("option\u0410" if header == "optionA" else header): text for header, text in PLAIN.items()}
    assert only(row).asked.options[0].content == "một"


def test_a_column_of_no_meaning_here_is_told_where_it_says_something():
    items = read_workbook(workbook([PLAIN | {"Ghi chú": "x"}, PLAIN | {"Ghi chú": ""}])).items
    assert [[remark.code for remark in item.lost] for item in items] == [["UNKNOWN_COLUMN"], []]
    assert items[0].lost[0].params["column"] == "F"


def test_a_number_of_a_row_is_passed_over_and_a_name_is_told():
    items = read_workbook(workbook([{"ID": typed, **PLAIN} for typed in ("Câu 1.", "2", "Q-77")])).items
    assert [[remark.code for remark in item.lost] for item in items] == [[], [], ["UNKNOWN_COLUMN"]]


def test_a_number_that_its_author_sees_whole_is_taken_and_told():
    item = only(PLAIN | {"optionA": '<c r="{ref}"><v>2.5</v></c>', "optionB": '<c r="{ref}"><v>7</v></c>'})
    assert [one.content for one in item.asked.options] == ["2,5", "7", "ba"]
    assert [remark.code for remark in item.lost] == ["NUMBER_FOR_TEXT"]


def test_a_key_that_became_a_date_is_refused():
    item = only(PLAIN | {"correctAnswer": '<c r="{ref}" s="2"><v>46023</v></c>'})
    assert item.refused.code == "CELL_NOT_TEXT"


def test_the_model_answer_of_an_essay_is_kept_for_those_who_mark():
    item = only({"Loại": "Tự luận", "Nội dung": "Nêu gì?", "Đáp án đúng": "Nêu a < b"})
    assert (item.asked.interaction, item.rationale) == (Interaction.ESSAY, "Nêu a &lt; b")
    assert [remark.code for remark in item.lost] == ["MODEL_ANSWER_AS_RATIONALE"]


def test_a_picture_elsewhere_is_told():
    item = only(PLAIN | {"Hình ảnh": "https://example.vn/a.png"})
    assert [remark.code for remark in item.lost] == ["PICTURE_NOT_IN_FILE"]


HEADERS, VALUES = list(PLAIN), list(PLAIN.values())


def test_the_only_sheet_with_items_is_found_among_empty_and_hidden_ones():
    for sheets in (
        {"Sheet1": [HEADERS, VALUES], "Sheet2": [], "Sheet3": []},
        {"Bìa": [["Trường"]], "Lớp": [HEADERS, VALUES]},
        {"Cũ_": [HEADERS, VALUES, VALUES], "Mới": [HEADERS, VALUES]},
        {"Câu_hỏi": [HEADERS, VALUES], "Ví_dụ": [HEADERS, VALUES]},
        {"English": [HEADERS, VALUES]},
    ):
        assert len(read_workbook(book(**sheets)).items) == 1


def test_of_two_sheets_with_items_none_is_chosen():
    with pytest.raises(ImportRefused) as refused:
        read_workbook(book(Một=[HEADERS, VALUES], Hai=[HEADERS, VALUES], Ba_=[HEADERS]))
    assert (refused.value.code, refused.value.params["found"]) == ("MISSING_SHEET", ("Một", "Hai"))


CODED = ["Mã", *HEADERS, "Ngữ liệu"]


def test_stimuli_and_english_are_read_from_their_sheets():
    items = read_workbook(
        book(
            Câu_hỏi=[CODED, ["C1", *VALUES, "nl-1"], ["C2", *VALUES]],
            Ngữ_liệu=[["Mã", "Nội dung"], ["NL-1", "Công ty A\nnhập gỗ."]],
            English=[
                ["Code", "Stem", "Option A", "Option B", "Option C", "Ngữ liệu"],
                ["c1", "What?", "1", "2", "3"],
                ["", "Company A\nimports wood.", "", "", "", "Nl-1"],
            ],
        )
    ).items
    assert items[0].stimulus.content == "Công ty A<br>nhập gỗ."
    assert items[0].stimulus.english == "Company A<br>imports wood."
    assert items[0].english.options == {"A": "1", "B": "2", "C": "3"}
    assert (items[1].stimulus, items[1].english) == (None, None)


@pytest.mark.parametrize(
    ("sheets", "code"),
    [
        ({"Ngữ_liệu": [["Mã", "Nội dung"], ["NL-1", "a"], ["nl-1", "b"]]}, "STIMULUS_TWICE"),
        ({"Ngữ_liệu": [["Mã", "Nội dung"], ["NL-1", "<b></b>"]]}, "MISSING_CELL"),
        ({"Ngữ_liệu": [["Mã", "Nội dung"], ["NL-2", "x"]]}, "UNKNOWN_STIMULUS"),
        ({}, "UNKNOWN_STIMULUS"),
    ],
)
def test_a_stimulus_that_is_not_there_or_not_clear_refuses_its_item(sheets, code):
    item, *_left_over = read_workbook(book(Câu_hỏi=[CODED, ["C1", *VALUES, "NL-1"]], **sheets)).items
    assert item.refused.code == code


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["", "A", "nl-1"], ["", "B", "NL-1"]], "TRANSLATED_TWICE"),
        ([["", "<b></b>", "NL-1"]], "MISSING_CELL"),
        ([["", "", "NL-1"]], "TRANSLATION_INCOMPLETE"),
    ],
)
def test_an_english_stimulus_that_is_not_clear_refuses_its_item(rows, code):
    (item,) = read_workbook(
        book(
            Câu_hỏi=[CODED, ["C1", *VALUES, "NL-1"]],
            Ngữ_liệu=[["Mã", "Nội dung"], ["NL-1", "a"]],
            English=[["Code", "Stem", "Ngữ liệu"], *rows],
        )
    ).items
    assert (item.refused.code, item.refused.params["sheet"]) == (code, "English")


ENGLISH = ["Code", "Stem", "Option A", "Option B", "Option C", "Option D"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["C1", "What?", "1", "2"]], "TRANSLATION_INCOMPLETE"),
        ([["C1", "What?", "1", "2", "3", "4"]], "TRANSLATION_OF_NO_PART"),
        ([["C1", "", "1", "2", "3"]], "TRANSLATION_INCOMPLETE"),
        ([["C1", "What?", "1", "2", "3"], ["c1", "What?", "1", "2", "3"]], "TRANSLATED_TWICE"),
    ],
)
def test_a_translation_that_asks_for_something_else_refuses_its_item(rows, code):
    (item,) = read_workbook(book(Câu_hỏi=[CODED, ["C1", *VALUES]], English=[ENGLISH, *rows])).items
    assert (item.refused.code, item.refused.params["sheet"]) == (code, "English")


def test_what_other_sheets_hold_for_no_item_is_told():
    bank = read_workbook(
        book(
            Câu_hỏi=[CODED, ["C1", *VALUES]],
            English=[
                [*ENGLISH, "Ngữ liệu"],
                ["C7", "What?", "1", "2", "3"],
                ["", "Material", "", "", "", "", "NL-7"],
            ],
            Ngữ_liệu=[["Mã", "Nội dung"], ["NL-2", "x"]],
        )
    )
    assert [item.refused and item.refused.code for item in bank.items] == [
        *(None, "TRANSLATION_OF_NO_ITEM", "STIMULUS_OF_NO_ITEM", "TRANSLATION_OF_NO_STIMULUS")
    ]


def test_statements_stand_in_the_columns_of_options_in_other_workbooks():
    row = PLAIN | {"type": "Đúng/Sai", "correctAnswer": "ĐSĐ"}
    item = only(row)
    assert item.asked.interaction is Interaction.STATEMENTS
    assert [one.content for one in item.asked.places] == ["một", "hai", "ba"]
    assert item.key.accepted == ("T>1 F>2 T>3",)


def test_advice_of_quiz_programs_behind_a_header_is_no_part_of_it():
    item = only(
        {
            "Question - max 120 characters": "Tờ khai sai thì làm gì?",
            "Answer 1 - max 75 characters": "Khai bổ sung",
            "Answer 2 - max 75 characters": "Bỏ qua",
            "Correct answer(s) - choose at least one": "1",
            "Answer explanation": "Vì luật cho khai bổ sung.",
        }
    )
    assert item.asked.interaction is Interaction.SINGLE_CHOICE
    assert [option.content for option in item.asked.options] == ["Khai bổ sung", "Bỏ qua"]
    assert item.key.accepted == ("A",)


def test_an_open_ended_row_is_an_essay():
    item = only({"question": "Vì sao phải lưu hồ sơ?", "type": "Open-Ended"})
    assert item.asked.interaction is Interaction.ESSAY
