"""Workbooks made by hand, as other programs and other hands write them."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from item_bank.formats.xlsx_bank.headers import Header, Slot, option_slot

COLUMNS = {
    **{header.name: Slot(header).label for header in (Header.CODE, Header.TOPIC, Header.LEVEL, Header.STEM)},
    **{f"OPTION_{letter}": option_slot(number).label for number, letter in enumerate("ABCD", start=1)},
    **{
        header.name: Slot(header).label
        for header in (Header.KEY, Header.BASIS, Header.RATIONALE, Header.SHARE, Header.ENEMIES, Header.POOL)
    },
}
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def row_of(**changes: str) -> dict[str, str]:
    """A faultless row by header; `changes` are named by COLUMNS."""
    row = {
        "CODE": "T01-001",
        "TOPIC": "T01",
        "LEVEL": "Vận dụng",
        "STEM": "Thời hạn nộp tờ khai hải quan đối với hàng hóa xuất khẩu là khi nào?",
        "OPTION_A": "Chậm nhất 02 giờ trước khi phương tiện xuất cảnh",
        "OPTION_B": "Chậm nhất 04 giờ trước khi phương tiện xuất cảnh",
        "OPTION_C": "Sau khi phương tiện xuất cảnh",
        "OPTION_D": "Bất kỳ lúc nào trong ngày",
        "KEY": "B",
        "BASIS": "Luật Hải quan 2014, Điều 25",
        "RATIONALE": "Điều 25 quy định thời hạn.",
        "SHARE": "65%",
        "ENEMIES": "",
    }
    row.update(changes)
    return {COLUMNS[name]: value for name, value in row.items()}


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def grid(rows: list[list[str]]) -> str:
    """<sheetData>; a value that starts with "<c " is taken as the cell's XML, with {ref} filled in."""
    lines = []
    for number, values in enumerate(rows, start=1):
        cells = []
        for column, value in enumerate(values):
            reference = f"{chr(65 + column)}{number}"
            if value.startswith("<c "):
                cells.append(value.replace("{ref}", reference))
            elif value:
                cells.append(cell(reference, value))
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f"<sheetData>{''.join(lines)}</sheetData>"


def parts(sheet_data: str, *, after: str = "", prolog: str = "", strings: str = "") -> dict[str, str]:
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{RELATION}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" xmlns:r="{RELATION}"><sheets>'
        '<sheet name="Câu hỏi" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{RELATION}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{RELATION}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{prolog}<worksheet xmlns="{NAMESPACE}">{sheet_data}{after}</worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{NAMESPACE}">{strings}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{NAMESPACE}"><numFmts>'
        '<numFmt numFmtId="164" formatCode="General"/>'
        '</numFmts><cellXfs><xf numFmtId="164"/><xf numFmtId="9"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }


def package(contents: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return target.getvalue()


def workbook(rows: list[dict[str, str]], **extra: str) -> bytes:
    headers = list(rows[0]) if rows else list(COLUMNS.values())
    return package(parts(grid([headers, *[list(row.values()) for row in rows]]), **extra))
