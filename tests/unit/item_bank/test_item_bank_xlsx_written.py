"""Workbooks that are written: nothing is cut, nothing is a formula, and the template explains itself."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import openpyxl
import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem
from item_bank.formats.xlsx_bank.examples import EXAMPLE_STIMULUS, EXAMPLE_TRANSLATION, EXAMPLES
from item_bank.formats.xlsx_bank.pictures import Laid
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.formats.xlsx_bank.template import COLUMNS, write_template
from item_bank.formats.xlsx_bank.write import STIMULUS_COLUMNS, carried, fill, write_workbook
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.media import Picture, reference
from item_bank.stimulus import Stimulus
from tests.unit.item_bank.pictures import jpeg, png, webp

ITEM = ForeignItem(
    where="T01-1",
    stem="=1+1 bằng?",
    asked=Asked(
        Interaction.SINGLE_CHOICE,
        (Option("A", "+2"), Option("B", "-2"), Option("C", "@SUM(A1)"), Option("D", "#N/A")),
    ),
    key=Key(3, ("D",)),
    facts=BankFacts(code="T01-1", legal_basis="=HYPERLINK(1)", judged_share=0.5),
)


def reasons(*items):
    return [(where, remark.params["reason"]) for where, remark in write_workbook(ForeignBank(items))[1]]


def test_no_cell_written_can_be_taken_for_a_formula():
    data, lost = write_workbook(ForeignBank((ITEM,)))
    cells = openpyxl.load_workbook(io.BytesIO(data)).active[2]
    assert {one.data_type for one in cells if one.value is not None} == {"s", "n"}
    assert [one.value for one in cells if one.quotePrefix] == [
        *("-", "-", "=1+1 bằng?", "+2", "-2", "@SUM(A1)", "=HYPERLINK(1)")
    ]
    assert lost == ()
    (found,) = read_workbook(data).items
    assert (carried(found), found.key.version) == (carried(ITEM), 1)


def test_what_no_cell_holds_is_not_written_and_not_cut():
    whole = replace(ITEM, stem="x" * 32_767)
    beyond = replace(ITEM, where="dài", stem="x" * 32_768, facts=BankFacts())
    data, ((where, remark),) = write_workbook(ForeignBank((whole, beyond)))
    assert (where, remark.code, remark.params) == (
        "dài",
        "NOT_WRITTEN",
        {"reason": "TEXT_TOO_LONG", "header": "Câu hỏi", "length": 32_768, "limit": 32_767},
    )
    assert [item.stem for item in read_workbook(data).items] == [whole.stem]


def test_escapes_of_the_format_count_for_what_a_cell_holds():
    assert reasons(replace(ITEM, stem="_x0041_" * 4_000)) == [("T01-1", "TEXT_TOO_LONG")]


def test_what_would_come_back_as_something_else_is_not_written():
    hidden = replace(ITEM, asked=Asked(Interaction.SHORT_TEXT), key=Key(1, ("a\u200bb",)), facts=BankFacts())
    one, other = (replace(ITEM, stimulus=Stimulus("S", text), facts=BankFacts()) for text in "ab")
    assert reasons(
        hidden,
        one,
        replace(other, where="khác"),
        replace(ITEM, asked=None, key=None),
        ITEM,
        replace(ITEM, where="lại"),
    ) == [
        ("T01-1", "NOT_CARRIED"),
        ("khác", "STIMULUS_CODE_TWICE"),
        ("T01-1", "REFUSED"),
        ("lại", "DUPLICATE_CODE"),
    ]


def filled():
    """The template's examples put where items stand."""
    book = openpyxl.Workbook()
    book.active.title = "Câu hỏi"
    fill(book.active, COLUMNS, [dict(row) for row in EXAMPLES])
    fill(
        book.create_sheet("Ngữ liệu"),
        STIMULUS_COLUMNS,
        [dict(zip(STIMULUS_COLUMNS, EXAMPLE_STIMULUS, strict=True))],
    )
    fill(book.create_sheet("English"), list(EXAMPLE_TRANSLATION), [dict(EXAMPLE_TRANSLATION)])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_the_template_has_an_example_of_every_interaction_that_is_read_without_a_remark():
    items = read_workbook(filled()).items
    assert [item.asked.interaction for item in items] == list(Interaction)
    assert all(item.lost == () for item in items)
    assert items[0].english is not None
    assert items[3].stimulus is not None


def test_nothing_of_the_template_itself_is_imported():
    with pytest.raises(ImportRefused) as refused:
        read_workbook(write_template())
    assert refused.value.code == "NO_ROWS"


def test_the_template_offers_choices_keeps_text_and_explains_its_columns():
    book = openpyxl.load_workbook(io.BytesIO(write_template()))
    assert book.sheetnames == ["Câu hỏi", "Hướng dẫn", "Ví dụ", "Ngữ liệu", "English", "Danh mục"]
    items = book["Câu hỏi"]
    headers = {cell.value: cell for cell in items[1]}
    offered = {str(rule.sqref): rule.formula1 for rule in items.data_validations.dataValidation}
    for header in ("Mức độ nhận thức", "Dạng câu hỏi", "Kho câu hỏi", "Cách chấm"):
        letter = headers[header].column_letter
        sheet, _mark, area = offered[f"{letter}2:{letter}1001"].partition("!")
        choices = [cell.value for (cell,) in book[sheet.strip("'")][area.replace("$", "")]]
        assert len(choices) > 1
        assert None not in choices
    assert items.freeze_panes == "B2"
    assert items.column_dimensions[headers["Đáp án"].column_letter].number_format == "@"
    assert headers["Đáp án"].comment.text.startswith("Một phương án: B.")
    assert book["Ngữ liệu"]["B1"].value == "Nội dung"


SHA = {name: hashlib.sha256(name).hexdigest() for name in (png(), jpeg(), webp())}


def pictured(*contents):
    return replace(ITEM, stem=" ".join(["Hình nào?", *(reference(SHA[one], "cửa") for one in contents)]))


def test_pictures_travel_on_a_sheet_of_their_own():
    bank = ForeignBank(
        (pictured(png(), jpeg()),), {SHA[png()]: png(), SHA[jpeg()]: jpeg(), "0" * 64: png(9, 9)}
    )
    data, lost = write_workbook(bank)
    found = read_workbook(data)
    assert (lost, found.pictures) == ((), {SHA[png()]: png(), SHA[jpeg()]: jpeg()})
    assert found.items[0].stem == bank.items[0].stem


def test_a_picture_that_cannot_travel_is_told():
    _data, lost = write_workbook(ForeignBank((pictured(webp(), png()),), {SHA[webp()]: webp()}))
    assert [(remark.code, remark.params["sha256"]) for _where, remark in lost] == [
        ("PICTURE_MISSING", SHA[webp()]),
        ("PICTURE_MISSING", SHA[png()]),
    ]


def laid(content, *places):
    """A foreign workbook with pictures over these cells."""
    book = openpyxl.Workbook()
    for row in (
        ["Câu hỏi", "Phương án A", "Phương án B", "Hình ảnh", "Đáp án"],
        ["Gì?", "x", "y", None, "A"],
    ):
        book.active.append(row)
    for place in places:
        book.active.add_image(Laid(Picture("image/png", 3, 2, content)), place)
    target = io.BytesIO()
    book.save(target)
    return read_workbook(target.getvalue())


def test_a_picture_over_a_cell_belongs_to_its_text_and_else_to_the_stem():
    bank = laid(png(), "B2", "D2")
    tag = reference(SHA[png()], "Picture")
    assert bank.items[0].asked.options[0].content == f"x<br>{tag}"
    assert bank.items[0].stem == f"Gì?<br>{tag}"
    assert bank.pictures == {SHA[png()]: png()}


def test_a_picture_that_is_none_or_of_no_row_is_told():
    (item,) = laid(b"\x89PNG\r\n\x1a\n", "A2").items
    assert [(remark.code, remark.params["reason"]) for remark in item.lost] == [
        ("PICTURE_LOST", "IMAGE_DAMAGED")
    ]
    item, stray = laid(png(), "A9").items
    assert (item.lost, stray.where, stray.refused.code) == ((), "Sheet!9", "PICTURE_OF_NO_ITEM")
