"""A table written as a workbook holds what it was given and runs nothing."""

import io
from datetime import date

import openpyxl
import pytest

from item_bank.formats.xlsx_table import write_table


def read(data):
    return openpyxl.load_workbook(io.BytesIO(data)).active


def test_figures_stay_figures_and_days_stay_days():
    sheet = read(
        write_table("Giao việc", ["Đơn vị", "Hạn", "Còn thiếu"], [["Ban Một", date(2026, 3, 20), 4]])
    )
    assert sheet.title == "Giao việc"
    assert [cell.value for cell in sheet[1]] == ["Đơn vị", "Hạn", "Còn thiếu"]
    assert (sheet["B2"].value.date(), sheet["B2"].number_format) == (date(2026, 3, 20), "dd/mm/yyyy")
    assert (sheet["C2"].value, sheet["C2"].data_type) == (4, "n")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", '=HYPERLINK("http://x")'])
def test_no_text_becomes_a_formula(text):
    cell = read(write_table("x", ["a"], [[text]]))["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_nothing_written_is_an_empty_cell():
    sheet = read(write_table("x" * 50, ["a", "b"], [["", None]]))
    assert [cell.value for cell in sheet[2]] == [None, None]
    assert len(sheet.title) == 31
