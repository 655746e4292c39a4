"""The workbook of every interaction: how an author types each, and what is said of what is wrong."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import BankFacts, Fate
from item_bank.formats.xlsx_bank.checks import Known
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.interactions.asked import Area
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Weights
from item_bank.pool import Pool
from item_bank.taxonomy import CognitiveLevel
from tests.unit.item_bank.workbook_factory import grid, package, parts, row_of, workbook

FACTS = {"Mã câu hỏi": "T01-1", "Chuyên đề": "T01", "Mức độ nhận thức": "Nhớ", "Căn cứ pháp lý": "Luật"}


def own(kind="", stem="Câu gì?", key="", **cells):
    """A faultless row of our workbook; `cells` by header, with _ for a blank."""
    row = {**FACTS, "Dạng câu hỏi": kind, "Câu hỏi": stem, "Đáp án": key}
    return row | {header.replace("_", " "): text for header, text in cells.items()}


def options(*texts):
    return {f"Phương án {letter}": text for letter, text in zip("ABCDEFGHIJ", texts, strict=False)}


def places(*texts):
    return {f"Mục {number}": text for number, text in enumerate(texts, start=1)}


def only(row, **extra):
    (item,) = read_workbook(workbook([row], **extra)).items
    return item


def taken(row):
    item = only(row)
    assert item.refused is None
    assert item.lost == ()
    return item


def reason(row, **extra):
    refused = only(row, **extra).refused
    return refused.code, refused.params["column"]


def test_an_empty_interaction_is_one_right_option_with_all_that_the_bank_keeps():
    item = taken(row_of(POOL="Luyện tập", ENEMIES="T01-9"))
    assert (item.where, item.asked.interaction, item.key.accepted) == (
        "T01-001",
        Interaction.SINGLE_CHOICE,
        ("B",),
    )
    assert item.facts == BankFacts(
        *("T01-001", "T01", CognitiveLevel.APPLY, "Luật Hải quan 2014, Điều 25", 0.65),
        pool=Pool.PRACTICE,
        enemies=("T01-9",),
    )


CHOICES = options("một", "hai", "ba")


@pytest.mark.parametrize(
    ("row", "accepted"),
    [
        (own("", key="b", **CHOICES), ("B",)),
        (own("", key="2", **CHOICES), ("B",)),
        (own("", key="Ｂ", **CHOICES), ("B",)),
        (own("", key="\u0412.", **CHOICES), ("B",)),
        (own("", key=" hai ", **CHOICES), ("B",)),
        (own("Một phương án đúng", key="A | C", **CHOICES), ("A", "C")),
        (own("Nhiều phương án đúng", key="C, A", **CHOICES), ("A C",)),
        (own("Nhiều đáp án", key="AC", **CHOICES), ("A C",)),
        (own("multiple_response", key="A và C | 1;2", **CHOICES), ("A C", "A B")),
        (own("Đúng/Sai", key="S"), ("F",)),
        (own("true_false", key="TRUE"), ("T",)),
        (own("Đúng/Sai", key="B", **options("Có", "Không")), ("F",)),
        (own("Đúng/Sai từng ý", key="Đ S", **places("x", "y")), ("T>1 F>2",)),
        (own("Đúng/Sai từng ý", key="ÐSs", **places("x", "y", "z")), ("T>1 F>2 F>3",)),
        (own("Đúng/Sai từng ý", key="a) Đúng; b) Sai", **places("x", "y")), ("T>1 F>2",)),
        (own("Đúng/Sai", key="D,S,S,D", **options("x", "y", "z", "t")), ("T>1 F>2 F>3 T>4",)),
        (own("Điền số", key="1.234,5"), ("1.234,5",)),
        (own("Trả lời ngắn", key="tờ khai | a||b"), ("tờ khai", "a|b")),
        (own("Sắp thứ tự", key="C A B", **CHOICES), ("C A B",)),
        (own("Sắp xếp", key="C>A>B", **CHOICES), ("C A B",)),
        (own("order", key="cab", **CHOICES), ("C A B",)),
        (own("Ghép đôi", key="1-B; 2-A", **CHOICES, **places("x", "y")), ("B>1 A>2",)),
        (own("Ghép nối", key="2 – a, 1 – b", **CHOICES, **places("x", "y")), ("B>1 A>2",)),
        (own("match", key="B>1 A>2", **CHOICES, **places("x", "y")), ("B>1 A>2",)),
        (own("Điền từ cho sẵn", "Nộp [[1]] và [[2]].", "1-C; 2-A", **CHOICES), ("C>1 A>2",)),
        (
            own("Chọn từ trong câu", "Nộp [[1]] và [[2]].", "1-B; 2-A", **places("a | b", "c | d | e")),
            ("1B>1 2A>2",),
        ),
        (own("Chọn đoạn trong văn bản", "Sai: [[1:một]] [[2:hai]]", "2"), ("2",)),
        (
            own(
                "Chọn vùng trên hình",
                key="1,2",
                Vùng_chọn="rect 1 2 3 4; circle 9 9 5",
                **places("cửa", "sàn"),
            ),
            ("1 2",),
        ),
        (own("Tự luận"), ()),
        (own("Thực hành"), ()),
    ],
)
def test_a_key_is_read_as_an_author_types_it(row, accepted):
    assert taken(row).key.accepted == accepted


def test_numbers_have_a_tolerance_and_cells_of_numbers_their_exact_value():
    assert taken(own("Điền số", key="12,5 ± 0,1")).key.tolerance == Decimal("0.1")
    assert taken(own("Điền số", key="12,5 +/- 0,1")).key.tolerance == Decimal("0.1")
    assert taken(own("Điền số", key='<c r="{ref}"><v>1.234</v></c>')).key.accepted == ("1.2340",)
    assert taken(own("Đúng/Sai", key='<c r="{ref}" t="b"><v>1</v></c>')).key.accepted == ("T",)


def test_more_options_than_eight_stand_in_more_columns():
    item = taken(own("Nhiều phương án đúng", key="J, A", **options(*"abcdefghij")))
    assert len(item.asked.options) == 10
    assert item.key.accepted == ("A J",)


def test_credit_limits_weights_and_rubrics_are_read():
    item = taken(own("Nhiều phương án đúng", key="A", Cách_chấm="Từng phần", Chọn_tối_đa="2", **CHOICES))
    assert (item.key.credit, item.asked.at_most) == (Credit.PARTS, 2)
    weighed = taken(
        own(
            "Nhiều phương án đúng",
            key="A",
            Trọng_số="A = 1 | C = -25%",
            Khung_trọng_số="thấp nhất=-",
            **CHOICES,
        )
    )
    assert weighed.key.weights == Weights({"A": Fraction(1), "C": Fraction(-1, 4)}, Fraction(1), low=None)
    essay = taken(own("Tự luận", Thang_chấm="Đúng căn cứ = 3\nĐủ bước = 7", Điểm="10"))
    assert essay.key.rubric == (Criterion("Đúng căn cứ", 3), Criterion("Đủ bước", 7))
    assert essay.max_mark == 10
    short = taken(own("Trả lời ngắn", key="x", So_khớp="phân biệt hoa thường; bỏ dấu"))
    assert (short.key.with_case, short.key.with_marks) == (True, False)


def test_an_option_goes_to_one_place_unless_the_key_or_the_author_says_more():
    row = own("Ghép đôi", key="1-B; 2-A", **CHOICES, **places("x", "y"))
    assert [one.at_most for one in taken(row).asked.options] == [1, 1, 1]
    assert [one.at_most for one in taken(row | {"Đáp án": "1-B; 2-B"}).asked.options] == [None] * 3
    said = taken(row | {"Số lần dùng": "A=2; C=*; >1=3"}).asked
    assert [one.at_most for one in (*said.options, *said.places)] == [2, 1, None, 3, 1]


def test_areas_belong_to_the_places_in_their_order():
    row = own("hotspot", key="2", Vùng_chọn="rect 1 2 3 4; poly 0 0 9 0 9 9", **places("x", "y"))
    assert [one.area for one in taken(row).asked.places] == [
        Area("rect", (1, 2, 3, 4)),
        Area("poly", (0, 0, 9, 0, 9, 9)),
    ]


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"CODE": ""}, "A", "MISSING_CELL"),
        ({"CODE": "T01 001"}, "A", "INVALID_CODE"),
        ({"TOPIC": "chuyên đề một"}, "B", "UNKNOWN_TOPIC"),
        ({"LEVEL": "Khó"}, "C", "UNKNOWN_LEVEL"),
        ({"STEM": "  "}, "D", "MISSING_CELL"),
        ({"STEM": "<b> </b>"}, "D", "MISSING_CELL"),
        ({"STEM": "x" * 40_000}, "D", "TEXT_TOO_LONG"),
        ({"STEM": '<img src="media:x" alt="y">'}, "D", "BAD_IMAGE"),
        ({"OPTION_C": ""}, "G", "MISSING_CELL"),
        ({"OPTION_C": "BẤT KỲ lúc nào  trong ngày"}, "H", "DUPLICATE_OPTION"),
        ({"KEY": ""}, "I", "MISSING_CELL"),
        ({"KEY": "E"}, "I", "INVALID_KEY"),
        ({"KEY": "A, B"}, "I", "INVALID_KEY"),
        ({"KEY": "9"}, "I", "INVALID_KEY"),
        ({"BASIS": ""}, "J", "MISSING_CELL"),
        ({"SHARE": "65"}, "L", "INVALID_SHARE"),
        ({"SHARE": "120%"}, "L", "INVALID_SHARE"),
        ({"ENEMIES": "T01-001"}, "M", "SELF_ENEMY"),
        ({"ENEMIES": "câu 5"}, "M", "INVALID_ENEMY"),
        ({"STEM": '<c r="{ref}" t="str"><f>1+1</f><v>Câu gì?</v></c>'}, "D", "FORMULA_CELL"),
        ({"STEM": '<c r="{ref}" t="e"><v>#REF!</v></c>'}, "D", "ERROR_CELL"),
        ({"OPTION_A": '<c r="{ref}" s="1"><v>0.1</v></c>'}, "E", "CELL_NOT_TEXT"),
        ({"KEY": '<c r="{ref}" s="2"><v>45000</v></c>'}, "I", "CELL_NOT_TEXT"),
        ({"OPTION_A": '<c r="{ref}"><v>0.30000000000000004</v></c>'}, "E", "CELL_NOT_TEXT"),
        ({"OPTION_A": '<c r="{ref}" t="b"><v>1</v></c>'}, "E", "CELL_NOT_TEXT"),
    ],
)
def test_a_wrong_cell_refuses_its_item_by_row_and_column_and_no_other(change, column, code):
    good = row_of(CODE="T01-000", STEM="Câu hỏi tốt?")
    first, second = read_workbook(workbook([good, row_of(**change)])).items
    assert first.fate is Fate.TAKEN
    assert (second.refused.code, second.refused.params["column"]) == (code, column)
    assert (second.refused.line, second.refused.params["row"], second.asked) == (3, 3, None)


@pytest.mark.parametrize(
    ("row", "code", "header"),
    [
        (own("Ô chữ", key="A"), "UNKNOWN_INTERACTION", "Dạng câu hỏi"),
        (own("", key="2", **options("1", "3", "2")), "KEY_TWO_MEANINGS", "Đáp án"),
        (own("Điền số", key="1.234"), "KEY_AMBIGUOUS", "Đáp án"),
        (own("Điền số", key="năm"), "INVALID_KEY", "Đáp án"),
        (own("Sắp thứ tự", key="C A", **CHOICES), "INVALID_KEY", "Đáp án"),
        (own("Đúng/Sai từng ý", key="Đ S S", **places("x", "y")), "INVALID_KEY", "Đáp án"),
        (own("Ghép đôi", key="1-B; 3-A", **CHOICES, **places("x", "y")), "INVALID_KEY", "Đáp án"),
        (own("Ghép đôi", key="1-A", **CHOICES, **places("", "y")), "MISSING_CELL", "Mục 1"),
        (own("", key="A"), "MISSING_CELL", "Phương án A"),
        (own("Điền từ cho sẵn", "Không chỗ trống.", "1-A", **CHOICES), "WRONG_NUMBER_OF_PLACES", "Câu hỏi"),
        (
            own("Chọn từ trong câu", "[[1]].", "1-A", **places("a|b", "c|d")),
            "WRONG_NUMBER_OF_GAPS",
            "Câu hỏi",
        ),
        (own("hotspot", key="1", **places("x", "y")), "PLACE_WITHOUT_AREA", "Vùng chọn"),
        (
            own("hotspot", key="1", Vùng_chọn="rect 4 4 1 1", **places("x", "y")),
            "INVALID_AREA",
            "Vùng chọn",
        ),
        (own("", key="A", Cách_chấm="hên xui", **CHOICES), "UNKNOWN_CREDIT", "Cách chấm"),
        (own("", key="A", Cách_chấm="Từng phần", **CHOICES), "CREDIT_UNFIT", "Cách chấm"),
        (own("", key="A", Điểm="0", **CHOICES), "INVALID_MARK", "Điểm"),
        (own("", key="A", Điểm="1.500", **CHOICES), "NUMBER_UNCLEAR", "Điểm"),
        (own("", key="A", Chọn_tối_đa="vài", **CHOICES), "INVALID_LIMIT", "Chọn tối đa"),
        (own("", key="A", Trọng_số="A = 1 | Q = 2", **CHOICES), "INVALID_WEIGHTS", "Trọng số"),
        (own("", key="A", Ký_hiệu="x y", **CHOICES), "WRONG_NUMBER_OF_NAMES", "Ký hiệu"),
        (own("Tự luận", Thang_chấm="Đúng căn cứ"), "INVALID_RUBRIC", "Thang chấm"),
        (own("Trả lời ngắn", key="x", So_khớp="gần đúng"), "INVALID_MATCHING", "So khớp"),
        (own("", key="A", Ngữ_liệu="NL-9", **CHOICES), "UNKNOWN_STIMULUS", "Ngữ liệu"),
        (own("", key="A", Thống_kê="z=1", **CHOICES), "INVALID_STATISTICS", "Thống kê"),
        (own("", key="A", Kho_câu_hỏi="Kho lạnh", **CHOICES), "UNKNOWN_POOL", "Kho câu hỏi"),
    ],
)
def test_what_is_wrong_with_an_interaction_is_told_at_its_column(row, code, header):
    refused = only(row).refused
    assert (refused.code, refused.params["header"]) == (code, header)


def test_all_faults_of_a_row_are_told_at_once():
    item = only(row_of(TOPIC="x y", LEVEL="Y", KEY="Z"))
    assert [item.refused.code, *(remark.code for remark in item.lost)] == [
        *("UNKNOWN_TOPIC", "UNKNOWN_LEVEL", "INVALID_KEY")
    ]


def test_a_code_stands_once_in_file_and_bank_and_enemies_are_known():
    rows = [row_of(), row_of(CODE="t01-001"), row_of(CODE="T02-9"), row_of(CODE="T01-3", ENEMIES="t02-9, T9")]
    known = Known(topics={"T01"}, codes={"t02-9"}, media=set())
    items = read_workbook(workbook(rows), known).items
    assert [item.refused and item.refused.code for item in items] == [
        *(None, "DUPLICATE_CODE", "CODE_IN_BANK", "UNKNOWN_ENEMY")
    ]
    assert items[1].refused.params["first_row"] == 2
    assert items[3].facts.enemies == ("T02-9", "T9")
    assert read_workbook(workbook(rows[:1]), Known(topics={"T02"})).items[0].refused.code == "UNKNOWN_TOPIC"
    pictured = row_of(STEM=f'<img src="media:{"a" * 64}" alt="cửa"> gì?')
    (item,) = read_workbook(workbook([pictured]), known).items
    assert (item.refused.code, item.refused.params["column"]) == ("UNKNOWN_MEDIA", "D")


def test_facts_may_be_left_out_on_purpose():
    row = row_of(CODE="-", TOPIC="-", LEVEL="-", BASIS="-", SHARE="")
    item = taken(row)
    assert (item.where, item.facts) == ("Câu hỏi!2", BankFacts())


def test_hidden_rows_are_read_and_told():
    data = parts(grid([list(row_of()), list(row_of().values())]))
    sheet = "xl/worksheets/sheet1.xml"
    data[sheet] = data[sheet].replace('<row r="2">', '<row r="2" hidden="1">')
    (item,) = read_workbook(package(data)).items
    assert [remark.code for remark in item.lost] == ["HIDDEN_ROW"]
    assert item.asked is not None


def test_merged_cells_refuse_the_rows_they_touch():
    rows = [row_of(CODE=f"T01-{number}") for number in range(4)]
    merged = '<mergeCells><mergeCell ref="D3:D4"/></mergeCells>'
    items = read_workbook(workbook(rows, after=merged)).items
    assert [item.fate for item in items] == [Fate.TAKEN, Fate.REFUSED, Fate.REFUSED, Fate.TAKEN]
    assert items[1].refused.params["range"] == "D3:D4"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (package(parts("<sheetData/>")), "EMPTY_SHEET"),
        (workbook([row_of()])[:-40], "NOT_AN_XLSX"),
        (package(parts(grid([list(row_of())]))), "NO_ROWS"),
        (workbook([{"Câu hỏi": "x", "Phương án A": "y"}]), "MISSING_HEADER"),
        (workbook([{"Đáp án": "x", "Phương án A": "y"}]), "MISSING_HEADER"),
        (workbook([row_of() | {"dap an dung": "C"}]), "DUPLICATE_HEADER"),
        (
            workbook([row_of()], after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>'),
            "MERGED_CELLS",
        ),
    ],
)
def test_a_file_that_nobody_could_read_right_is_refused_whole(data, code):
    with pytest.raises(ImportRefused) as refused:
        read_workbook(data)
    assert refused.value.code == code
