"""Word files as written: what an item says is read again, what it cannot carry is told."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from item_bank.formats.docx import read_docx, write_docx, write_docx_items
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem, Statistics
from item_bank.interactions.asked import Area, Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key, Weights
from item_bank.media import reference
from item_bank.pool import Pool
from item_bank.stem import sanitise
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation
from tests.property.damage import packed
from tests.unit.item_bank.pictures import png

PNG = png()
SHA = hashlib.sha256(PNG).hexdigest()
OPTIONS = tuple(
    Option(id_, text)
    for id_, text in zip("ABCD", ("5 ngày", "10 ngày", "<b>15</b> ngày", "không"), strict=True)
)
CHOICE = ForeignItem("Câu 1", "Thời hạn nộp thuế?", Asked(Interaction.SINGLE_CHOICE, OPTIONS), Key(1, ("C",)))


def again(item: ForeignItem, pictures: dict[str, bytes] | None = None) -> tuple[ForeignItem, list[str]]:
    data, lost = write_docx_items([item], pictures or {})
    return read_docx(data).items[0], [remark.code for _where, remark in lost]


def test_all_facts_of_the_bank_are_read_again():
    item = replace(
        CHOICE,
        facts=BankFacts(
            "T05-1",
            "T05",
            CognitiveLevel.APPLY,
            "Điều 9 Luật 38/2019/QH14",
            0.625,
            Pool.OPERATIONAL,
            ("T05-2", "T05-3"),
        ),
        competencies=("CM03", "https://example.vn/khung/CM03"),
        category=("Thuế", "Miễn: giảm"),
        tags=("2026",),
        language="vi",
        max_mark=0.25,
        rationale="<p>Theo <i>khoản 1</i>.</p><p>Đáp án: C</p>",
        stimulus=Stimulus("TH1", "Công ty A.<table><tbody><tr><td>A. 1</td></tr></tbody></table>"),
    )
    assert again(item) == (item, [])


@pytest.mark.parametrize(
    "stem",
    [
        "Câu 2: A. một<br>B. hai<br>Đáp án: A",
        "<p>A. một</p><p>HẾT</p><p>BẢNG ĐÁP ÁN</p><p>1-A</p>",
        "trước<ul><li>1. một<ol><li>a</li><li>b</li></ol></li><li>hai</li></ul>sau",
        "<strong>mạnh</strong> <em>nhấn</em> <b>đậm <i>nghiêng</i></b> "
        "<i>a<b>b</b></i> x<sub>2</sub>m<sup>2</sup>",
        r"\(\frac{a}{b} &lt; c\) và $$\sum_{i=1}^n x_i$$",
        f"Xem {reference(SHA, 'Tờ khai &amp; hóa đơn')} này",
        '<table><caption>Biểu</caption><thead><tr><th scope="col">'
        'A</th><th scope="col">B</th></tr></thead><tbody>'
        '<tr><td rowspan="2">1</td><td>x<br>y</td></tr><tr><td>2</td></tr>'
        '<tr><td colspan="2"><p>a</p><p>b</p></td></tr>'
        "</tbody></table>",
    ],
)
def test_wording_of_every_shape_is_read_again(stem: str):
    assert sanitise(stem) == stem
    item = replace(CHOICE, stem=stem)
    assert again(item, {SHA: PNG}) == (item, [])


def _paired(interaction: Interaction, stem: str, limit: int | None = None) -> ForeignItem:
    options = tuple(Option(id_, f"thẻ {id_}", at_most=limit) for id_ in "ABC")
    in_stem = interaction is Interaction.GAP_MATCH
    places = tuple(Place(id_, "" if in_stem else f"ô {id_}") for id_ in "12")
    return ForeignItem("Câu 1", stem, Asked(interaction, options, places), Key(1, ("B>1 C>2",), Credit.PARTS))


TRUE_FALSE = (Option("T", "Đúng", at_most=None), Option("F", "Sai", at_most=None))
INLINE = tuple(Option(f"o{n}", text, place) for n, (text, place) in enumerate(
    [("xanh", "x"), ("đỏ", "x"), ("ngay", "y"), ("sau", "y")], start=1
))  # fmt: skip
KINDS = [
    replace(
        CHOICE,
        asked=Asked(Interaction.MULTIPLE_RESPONSE, OPTIONS, at_most=3),
        key=Key(1, ("A C",), Credit.PARTS),
    ),
    replace(CHOICE, key=Key(1, ("A", "C"))),
    replace(
        CHOICE,
        key=Key(
            1,
            ("C",),
            Credit.WEIGHTS,
            weights=Weights({"C": Fraction(1), "A": Fraction(1, 3)}, Fraction(1), high=Fraction(1)),
        ),
    ),
    replace(CHOICE, asked=Asked(Interaction.TRUE_FALSE, OPTIONS[:2]), key=Key(1, ("B",))),
    ForeignItem(
        "Câu 1",
        "Xét:",
        Asked(Interaction.STATEMENTS, TRUE_FALSE, tuple(Place(id_, f"ý {id_}") for id_ in "abcd")),
        Key(1, ("T>a F>b F>c F>d",), Credit.STATEMENTS),
    ),
    ForeignItem(
        "Câu 1", "Số?", Asked(Interaction.NUMERIC), Key(1, ("12,5", "-3"), tolerance=Decimal("0.25"))
    ),
    ForeignItem(
        "Câu 1",
        "Tên?",
        Asked(Interaction.SHORT_TEXT),
        Key(1, ("a|b\\", "C: 5"), with_case=True, with_marks=False),
    ),
    ForeignItem("Câu 1", "Xếp", Asked(Interaction.ORDER, OPTIONS), Key(1, ("C A B D",))),
    _paired(Interaction.MATCH, "Ghép"),
    _paired(Interaction.MATCH, "Ghép", 2),
    _paired(Interaction.GAP_MATCH, "Điền [[1]] và [[2]]"),
    ForeignItem(
        "Câu 1",
        "Luồng [[x]] thông quan [[y]].",
        Asked(Interaction.INLINE_CHOICE, INLINE, (Place("x"), Place("y"))),
        Key(1, ("o1>x o3>y",), Credit.PARTS),
    ),
    ForeignItem(
        "Câu 1",
        "[[x:Thuế]] do [[y:công an]] thu.",
        Asked(Interaction.HOTTEXT, (), (Place("x", "Thuế"), Place("y", "công an")), at_most=1),
        Key(1, ("y",)),
    ),
    ForeignItem(
        "Câu 1",
        "Nêu.",
        Asked(Interaction.ESSAY),
        Key(1, (), rubric=(Criterion("Đủ (5 ý)", 10),)),
        "Xem Điều 77",
    ),
    ForeignItem("Câu 1", "Làm.", Asked(Interaction.PRACTICAL), Key(1, (), rubric=(Criterion("Đúng", 100),))),
]


@pytest.mark.parametrize("item", KINDS, ids=lambda item: item.asked.interaction.value)
def test_every_interaction_but_areas_is_read_again(item: ForeignItem):
    assert again(item) == (item, [])


def test_areas_of_a_picture_are_not_written_and_others_are():
    areas = tuple(Place(id_, id_, Area("circle", (9, 9, 5))) for id_ in "XY")
    spots = replace(CHOICE, where="Câu 2", asked=Asked(Interaction.HOTSPOT, (), areas), key=Key(1, ("X",)))
    data, lost = write_docx_items([spots, CHOICE], {})
    assert [(where, remark.code, remark.params["reason"]) for where, remark in lost] == [
        ("Câu 2", "NOT_WRITTEN", "INTERACTION_NOT_CARRIED")
    ]
    assert read_docx(data).items == (CHOICE,)


def test_what_has_no_line_is_told():
    item = replace(
        CHOICE, statistics=Statistics(b=0.5), english=Translation("When?"), facts=BankFacts(topic="không mã")
    )
    found, lost = again(item)
    assert found.key == item.key
    assert lost[:2] == ["STATISTICS_LOST", "TRANSLATION_LOST"]
    assert "FACT_LOST" in lost


def test_a_picture_that_is_not_there_is_told_and_its_words_stay():
    found, lost = again(replace(CHOICE, stem=f"Xem {reference(SHA, 'tờ khai')}"))
    assert (found.stem, lost) == ("Xem tờ khai", ["MARKUP_CHANGED", "PICTURE_MISSING"])


def test_an_item_whose_signs_the_file_would_lose_is_not_written():
    item = replace(CHOICE, stem="a\ufffcb")
    data, lost = write_docx_items([item, CHOICE], {})
    assert [remark.params["reason"] for _where, remark in lost] == ["WORDING_NOT_CARRIED"]
    assert len(read_docx(data).items) == 1


def test_the_same_items_are_the_same_bytes():
    bank = ForeignBank((CHOICE, *KINDS))
    assert write_docx(bank) == write_docx(bank)


def test_an_author_may_mark_the_right_option_where_the_line_of_the_key_is_gone():
    data, _lost = write_docx_items([CHOICE], {})
    files = unpacked(data)
    body = files["word/document.xml"].decode()
    line = re.search(r"<w:p>(?:(?!</w:p>).)*Đáp án: C.*?</w:p>", body)
    marked = body.replace(line.group(), "").replace(
        '<w:r><w:t xml:space="preserve">B. </w:t>', '<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>B. </w:t>'
    )
    (item,) = read_docx(packed({**files, "word/document.xml": marked.encode()})).items
    assert item.refused.code == "NO_KEY"  # the letter alone is no part of an option of our own
    whole = marked.replace(
        '<w:r><w:t xml:space="preserve">10 ngày', '<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>10 ngày'
    )
    (item,) = read_docx(packed({**files, "word/document.xml": whole.encode()})).items
    assert item.key.accepted == ("B",)


def test_a_file_whose_styles_are_lost_is_told_by_its_lines():
    files = unpacked(write_docx(ForeignBank((CHOICE, replace(CHOICE, key=Key(1, ("A",)))))))
    del files["word/styles.xml"]
    items = read_docx(packed(files)).items
    assert [item.key.accepted for item in items] == [("C",), ("A",)]
    assert [item.stem for item in items] == ["Thời hạn nộp thuế?"] * 2


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
