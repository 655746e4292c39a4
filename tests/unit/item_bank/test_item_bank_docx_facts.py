"""Word files: what lines behind a question say of it, and the layouts of questions that are no choice."""

from __future__ import annotations

import pytest

from item_bank.formats.foreign import BankFacts
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion
from item_bank.pool import Pool
from item_bank.taxonomy import CognitiveLevel
from tests.unit.item_bank.docx_factory import codes, key, one, options, table, typed

CHOICE = "Câu 1: Hàng hóa nào được miễn thuế?\nA. quà biếu\nB. hàng tạm nhập\nC. hàng kinh doanh\nĐáp án: A\n"


def test_facts_of_the_bank_stand_behind_the_question():
    item = one(
        CHOICE + "Mã: T05-0123\nChuyên đề: T05 Chính sách thuế\nMức độ: Tình "
        "huống\nCăn cứ pháp lý: Điều 16 Luật Thuế XNK\n"
        "số 107/2016/QH13\nTỷ lệ đúng (ước lượng): 65%\nKỵ: T05-0124; "
        "T05-0200\nKho: Luyện tập\nNăng lực: CM03\n"
        "Nhãn: thuế\nNgôn ngữ: vi\nĐiểm: 0,25\nGiải thích: Theo khoản 2.\nVà Nghị định 134."
    )
    assert item.facts == BankFacts(
        code="T05-0123",
        topic="T05",
        cognitive_level=CognitiveLevel.SITUATION,
        legal_basis="Điều 16 Luật Thuế XNK số 107/2016/QH13",
        judged_share=0.65,
        pool=Pool.PRACTICE,
        enemies=("T05-0124", "T05-0200"),
    )
    assert (item.competencies, item.tags, item.language, item.max_mark) == (("CM03",), ("thuế",), "vi", 0.25)
    assert item.rationale == "<p>Theo khoản 2.</p><p>Và Nghị định 134.</p>"
    assert (key(item), codes(item)) == (("A",), [])


@pytest.mark.parametrize(
    ("typed_level", "level"),
    [("Nhận biết", CognitiveLevel.RECALL), ("NB", CognitiveLevel.RECALL), ("Nhớ", CognitiveLevel.RECALL),
     ("Vận dụng", CognitiveLevel.APPLY), ("VD", CognitiveLevel.APPLY), ("VDC", CognitiveLevel.SITUATION),
     ("Vận dụng cao", CognitiveLevel.SITUATION)],
)  # fmt: skip
def test_levels_that_are_sure_are_taken(typed_level: str, level: CognitiveLevel):
    assert one(CHOICE + f"Mức độ: {typed_level}").facts.cognitive_level is level
    assert one(CHOICE.replace("Câu 1:", f"Câu 1 ({typed_level}):")).facts.cognitive_level is level


@pytest.mark.parametrize("unsure", ["Thông hiểu", "TH"])
def test_a_level_that_is_not_sure_is_lost_with_a_remark(unsure: str):
    for text in (CHOICE + f"Mức độ: {unsure}", CHOICE.replace("Câu 1:", f"Câu 1. [{unsure}]")):
        item = one(text)
        assert (item.facts.cognitive_level, codes(item)) == (None, ["LEVEL_UNSURE"])
        assert item.stem == "Hàng hóa nào được miễn thuế?"


@pytest.mark.parametrize(
    "line",
    ["Mã: mã có dấu", "Mức độ: khó", "Tỷ lệ đúng: 65", "Tỷ lệ đúng: cao", "Kỵ: câu số 5", "Kho: khác",
     "Điểm: nhiều", "Ngôn ngữ: tiếng Việt", "Dạng: lý thuyết"],
)  # fmt: skip
def test_a_fact_that_cannot_be_read_is_lost_with_a_remark(line: str):
    item = one(CHOICE + line)
    assert (key(item), codes(item)) == (("A",), ["FACT_UNREADABLE"])


def test_competencies_and_marks_stand_in_brackets():
    item = one("Câu 1 (CLO2.1) (0,5 điểm): Ai ký? (CLO1)\nA. x\nB. y\nĐáp án: A")
    assert (item.stem, item.competencies, item.max_mark) == ("Ai ký?", ("CLO2.1", "CLO1"), 0.5)


def test_brackets_that_are_wording_stay():
    assert (
        one("Câu 1: (Luật Hải quan) quy định gì?\nA. x\nB. y\nĐáp án: A").stem
        == "(Luật Hải quan) quy định gì?"
    )


def test_a_topic_by_its_name_is_the_category():
    item = one(CHOICE + "Chuyên đề: Phân loại hàng hóa")
    assert (item.facts.topic, item.category) == (None, ("Phân loại hàng hóa",))


def test_words_with_a_colon_in_a_stem_are_wording():
    item = one("Câu 1: Phân loại:\nMã: 8703\nLoại câu hỏi nào?\nA. x\nB. y\nĐáp án: A")
    assert "Mã: 8703" in item.stem
    assert item.facts.code is None


def test_a_line_that_says_nothing_known_is_remarked():
    assert codes(one(CHOICE + "Mã: T05-1\nNgười soạn ký tên")) == ["LINE_LOST"]


def test_an_essay_has_criteria_and_a_model_answer():
    item = one(
        "Câu 1: Nêu quy trình kiểm tra sau thông quan.\nDạng: Tự luận\nTiêu chí: Nêu đúng căn cứ (2 điểm)\n"
        "Tiêu chí: Đủ các bước (8 điểm).\nHướng dẫn chấm: Xem Điều 77.\nĐiểm: 10"
    )
    assert item.asked.interaction is Interaction.ESSAY
    assert item.key.rubric == (Criterion("Nêu đúng căn cứ", 2), Criterion("Đủ các bước", 8))
    assert (item.rationale, item.max_mark) == ("Xem Điều 77.", 10)


def test_a_question_of_a_part_of_essays_is_one():
    item = one("PHẦN IV. TỰ LUẬN\nCâu 1: Nêu quy trình.")
    assert (item.asked.interaction, key(item)) == (Interaction.ESSAY, ())


def test_a_criterion_without_whole_points_is_refused():
    item = one("Câu 1: Nêu quy trình.\nDạng: Tự luận\nTiêu chí: Nêu căn cứ (nhiều điểm)")
    assert item.refused.code == "RUBRIC_UNREADABLE"


def test_a_practical_task_has_a_rubric():
    item = one(
        "Câu 1: Kiểm tra thực tế lô hàng luồng đỏ.\nDạng: Thực hành\nTiêu chí: Đúng trình tự (40 điểm)"
    )
    assert (item.asked.interaction, item.key.rubric) == (
        Interaction.PRACTICAL,
        (Criterion("Đúng trình tự", 40),),
    )


@pytest.mark.parametrize("said", ["C A B", "C, A, B", "C-A-B", "C → A → B", "CAB"])
def test_an_order_is_asked_for(said: str):
    item = one(
        f"Câu 1: Sắp xếp các bước.\nDạng: Sắp xếp\nA. kiểm tra\nB. thông quan\nC. khai\nĐáp án: {said}"
    )
    assert (item.asked.interaction, key(item)) == (Interaction.ORDER, ("C A B",))


def test_an_order_that_leaves_one_out_is_refused():
    item = one("Câu 1: Sắp xếp.\nDạng: Sắp xếp\nA. kiểm tra\nB. thông quan\nC. khai\nĐáp án: C A")
    assert item.refused.code == "KEY_NO_RESPONSE"


MATCH = (
    "Câu 1: Ghép luồng với việc phải làm.\n1. Luồng xanh\n2. Luồng đỏ\nA. miễn kiểm "
    "tra\nB. kiểm tra hồ sơ\nC. kiểm tra thực tế\nDạng: Ghép đôi\n"
)


@pytest.mark.parametrize("said", ["1-A, 2-C", "1A 2C", "1→A; 2→C", "1 - A, 2 - C"])
def test_pairs_are_matched(said: str):
    item = one(MATCH + f"Đáp án: {said}")
    if said == "1A 2C":  # nothing between the number and the letter: a slip may be anything
        assert item.refused.code == "KEY_UNCLEAR"
        return
    assert (item.asked.interaction, key(item), item.stem) == (
        Interaction.MATCH,
        ("A>1 C>2",),
        "Ghép luồng với việc phải làm.",
    )
    assert [place.content for place in item.asked.places] == ["Luồng xanh", "Luồng đỏ"]


def test_a_matching_with_a_place_without_option_is_refused():
    item = one(MATCH + "Đáp án: 1-A")
    assert (item.refused.code, item.refused.params) == ("KEY_INCOMPLETE", {"places": ("2",)})


def test_words_are_put_into_gaps():
    item = one(
        "Câu 1: Tờ khai luồng [[1]] được [[2]].\nDạng: Kéo thả\nA. "
        "xanh\nB. thông quan ngay\nC. đỏ\nĐáp án: 1-A, 2-B"
    )
    assert (item.asked.interaction, key(item)) == (Interaction.GAP_MATCH, ("A>1 B>2",))


def test_words_of_a_sentence_are_chosen():
    item = one("Câu 1: Chọn từ sai: [[x:Thuế]] do [[y:công an]] thu.\nDạng: Chọn từ trong câu\nĐáp án: y")
    assert (item.asked.interaction, key(item)) == (Interaction.HOTTEXT, ("y",))


def test_a_number_has_a_tolerance():
    item = one("Câu 1: Trị giá (triệu đồng)?\nĐáp án: 12,5\nSai số: 0,1")
    assert (key(item), str(item.key.tolerance)) == (("12,5",), "0.1")


def test_how_parts_are_credited_is_said():
    item = one(CHOICE.replace("Đáp án: A", "Đáp án: A, B\nCách tính điểm: từng phần"))
    assert (item.key.credit, options(item)[0]) == (Credit.PARTS, "quà biếu")


def test_a_table_in_a_stem_is_a_table():
    rows = table([["Mặt hàng", "Thuế suất"], ["Ô tô < 9 chỗ", "**70%**"]], header=True)
    item = one(typed("Câu 1: Xem bảng:") + rows + typed("A. x\nB. y\nĐáp án: A"))
    assert item.stem == (
        'Xem bảng:<table><thead><tr><th scope="col">Mặt hàng</th><th scope="col">Thuế suất</th></tr></thead>'
        "<tbody><tr><td>Ô tô &lt; 9 chỗ</td><td><b>70%</b></td></tr></tbody></table>"
    )
