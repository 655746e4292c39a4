"""The names of things in a Word file: what authors write before a value, and the styles of a file of our own.

A file of our own tells by a paragraph's style what it is, so that no wording is taken for a label:

    QUESTION    Câu 1: the stem's first lines
    OPTION      A. an option · a) a statement · 1. a place to match · [id] A. an option of one place
    INFO        a line such as "Đáp án: B" (`Fact`)
    PARAGRAPH, TEXT, ITEM, CAPTION    the text goes on: a paragraph, bare text, an item of a list…
    STIMULUS    Ngữ liệu CODE: what several items share
    ROW_HEAD    in a cell that is the header of its row

Without these styles (typed by an author, or lost in another program) lines are told by their beginnings.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit

QUESTION: Final = "examsvc câu hỏi"
OPTION: Final = "examsvc phương án"
INFO: Final = "examsvc thông tin"
PARAGRAPH: Final = "examsvc đoạn"
TEXT: Final = "examsvc tiếp theo"
ITEM: Final = "examsvc danh sách"
CAPTION: Final = "examsvc tên bảng"
ROW_HEAD: Final = "examsvc tên dòng"
STIMULUS: Final = "examsvc ngữ liệu"
CONTINUED: Final = frozenset({PARAGRAPH, TEXT, ITEM, CAPTION})
STYLES: Final = (QUESTION, OPTION, INFO, PARAGRAPH, TEXT, ITEM, CAPTION, STIMULUS, ROW_HEAD)


class Fact(StrEnum):
    """What a line says of an item; the values are written, the synonyms read as well."""

    KIND = "Dạng"
    KEY = "Đáp án"
    CREDIT = "Cách tính điểm"
    TOLERANCE = "Sai số"
    CASE = "Phân biệt hoa thường"
    MARKS = "Phân biệt dấu"
    AT_MOST = "Chọn nhiều nhất"
    OPTION_LIMITS = "Số lần dùng phương án"
    PLACE_LIMITS = "Số phương án mỗi ô"
    WEIGHT = "Trọng số"
    WEIGHT_OTHERWISE = "Trọng số khác"
    WEIGHT_BEST = "Trọng số đủ điểm"
    WEIGHT_LOW = "Trọng số ít nhất"
    WEIGHT_HIGH = "Trọng số nhiều nhất"
    CRITERION = "Tiêu chí"
    RATIONALE = "Giải thích"
    CODE = "Mã"
    TOPIC = "Chuyên đề"
    LEVEL = "Mức độ"
    BASIS = "Căn cứ pháp lý"
    SHARE = "Tỷ lệ đúng ước lượng"
    ENEMIES = "Kỵ"
    POOL = "Kho"
    CATEGORY = "Chủ đề"
    TAG = "Nhãn"
    COMPETENCY = "Năng lực"
    LANGUAGE = "Ngôn ngữ"
    MAX_MARK = "Điểm"
    STIMULUS = "Ngữ liệu"


# folded: case and diacritics are aside already
SYNONYMS: Final[dict[Fact, tuple[str, ...]]] = {
    Fact.KIND: ("dang cau hoi", "dang thuc", "loai cau hoi", "interaction", "type"),
    Fact.KEY: ("dap an dung", "dap an la", "dap so", "phuong an dung",
        "key", "answer", "correct answer", "d a"),
    Fact.CREDIT: ("cach cham",),
    Fact.TOLERANCE: ("sai so cho phep", "tolerance"),
    Fact.CRITERION: ("tieu chi cham", "criterion"),
    Fact.RATIONALE: (
        "giai thich dap an", "giai thich chi tiet", "loi giai", "loi giai chi tiet", "huong dan",
        "huong dan giai", "huong dan chi tiet", "huong dan giai chi tiet", "huong dan cham", "goi y",
        "explanation", "rationale", "solution",
    ),
    Fact.CODE: ("ma cau", "ma cau hoi", "code"),
    Fact.TOPIC: ("ma chuyen de", "topic"),
    Fact.LEVEL: ("muc do nhan thuc", "cap do nhan thuc", "level"),
    Fact.BASIS: ("can cu", "co so phap ly", "legal basis"),
    Fact.SHARE: ("ti le dung uoc luong", "ty le dung", "ti le dung", "ty le dung du kien"),
    Fact.ENEMIES: ("cau ky", "cau hoi ky", "cau hoi ky nhau", "enemies"),
    Fact.POOL: ("kho cau hoi", "pool"),
    Fact.CATEGORY: ("category",),
    Fact.TAG: ("the", "tag"),
    Fact.COMPETENCY: ("chuan dau ra", "clo", "competency"),
    Fact.LANGUAGE: ("language",),
    Fact.MAX_MARK: ("diem toi da", "so diem", "mark"),
}  # fmt: skip

KIND_NAMES: Final[dict[Interaction, str]] = {
    Interaction.SINGLE_CHOICE: "Một lựa chọn",
    Interaction.TRUE_FALSE: "Đúng sai",
    Interaction.MULTIPLE_RESPONSE: "Nhiều lựa chọn",
    Interaction.STATEMENTS: "Phát biểu đúng sai",
    Interaction.NUMERIC: "Điền số",
    Interaction.SHORT_TEXT: "Trả lời ngắn",
    Interaction.ORDER: "Sắp xếp",
    Interaction.MATCH: "Ghép đôi",
    Interaction.INLINE_CHOICE: "Chọn trong câu",
    Interaction.GAP_MATCH: "Kéo thả vào chỗ trống",
    Interaction.HOTTEXT: "Chọn từ trong câu",
    Interaction.ESSAY: "Tự luận",
    Interaction.PRACTICAL: "Thực hành",
}
KIND_SYNONYMS: Final[dict[Interaction, tuple[str, ...]]] = {
    Interaction.SINGLE_CHOICE: ("trac nghiem", "trac nghiem mot lua chon", "mot dap an"),
    Interaction.MULTIPLE_RESPONSE: (
        "nhieu dap an",
        "trac nghiem nhieu lua chon dung",
        "nhieu phuong an dung",
    ),
    Interaction.STATEMENTS: ("trac nghiem dung sai", "dung sai tung y", "menh de dung sai"),
    Interaction.NUMERIC: ("so", "dien dap so"),
    Interaction.SHORT_TEXT: ("tra loi ngan bang chu", "dien khuyet", "dien tu"),
    Interaction.ORDER: ("sap xep thu tu",),
    Interaction.MATCH: ("ghep noi", "noi cot", "ghep cot"),
    Interaction.GAP_MATCH: ("keo tha",),
}
CREDIT_NAMES: Final[dict[Credit, str]] = {
    Credit.WHOLE: "cả câu",
    Credit.PARTS: "từng phần",
    Credit.STATEMENTS: "theo số ý đúng",
    Credit.WEIGHTS: "trọng số",
}
YES, NO, ANY, NONE = "có", "không", "không hạn chế", "không"
OTHER_PARTS: Final = "|"  # between several responses that are right
