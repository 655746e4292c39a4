"""The formats of files that items come from and go to, and one door for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from item_bank.errors import ImportRefused, InvalidItem
from item_bank.formats.aiken import read_aiken, write_aiken
from item_bank.formats.docx import read_docx, write_docx_items
from item_bank.formats.foreign import ForeignBank, Remark
from item_bank.formats.gift import read_gift, write_gift
from item_bank.formats.moodle_xml import read_moodle_xml, write_moodle_xml
from item_bank.formats.progress import Progress, silent
from item_bank.formats.qti.read import read_item, read_package
from item_bank.formats.qti.write import write_package
from item_bank.formats.qti12.read import read_qti12
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.formats.xlsx_bank.write import write_workbook
from item_bank.formats.zips import MAGIC

_MB: Final = 1024 * 1024
Lost = tuple[tuple[str, Remark], ...]


class FileFormat(StrEnum):
    """A format by its name; QTI's versions apart, for they differ in what they carry."""

    QTI_30 = "qti-3.0"
    QTI_22 = "qti-2.2"
    QTI_21 = "qti-2.1"
    QTI_12 = "qti-1.2"
    MOODLE_XML = "moodle-xml"
    GIFT = "gift"
    AIKEN = "aiken"
    XLSX = "xlsx"
    DOCX = "docx"


@dataclass(frozen=True, slots=True)
class Row:
    """A format's line in the table.

    suffixes : what its files' names end in, the one we write first
    most_bytes : of a file that is read
    write : None where the format is only read
    """

    suffixes: tuple[str, ...]
    most_bytes: int
    read: Callable[[bytes], ForeignBank]
    write: Callable[[ForeignBank], tuple[bytes, Lost]] | None = None


def _read_qti(data: bytes) -> ForeignBank:
    return read_package(data) if data.startswith(MAGIC) else ForeignBank((read_item(data),))


def _write_qti(version: str, bank: ForeignBank) -> tuple[bytes, Lost]:
    return write_package(bank.items, bank.pictures, version)


FORMATS: Final[dict[FileFormat, Row]] = {
    FileFormat.QTI_30: Row((".zip", ".xml"), 100 * _MB, _read_qti, partial(_write_qti, "3.0")),
    FileFormat.QTI_22: Row((".zip", ".xml"), 100 * _MB, _read_qti, partial(_write_qti, "2.2")),
    FileFormat.QTI_21: Row((".zip", ".xml"), 100 * _MB, _read_qti, partial(_write_qti, "2.1")),
    FileFormat.QTI_12: Row((".zip", ".imscc", ".xml", ".qti"), 100 * _MB, read_qti12),
    FileFormat.MOODLE_XML: Row(
        (".xml",), 48 * _MB, read_moodle_xml, lambda bank: write_moodle_xml(bank.items, bank.pictures)
    ),
    FileFormat.GIFT: Row(
        (".gift", ".txt"), 10 * _MB, read_gift, lambda bank: write_gift(bank.items, bank.pictures)
    ),
    FileFormat.AIKEN: Row(
        (".txt", ".aiken"), 10 * _MB, read_aiken, lambda bank: write_aiken(bank.items, bank.pictures)
    ),
    FileFormat.XLSX: Row(
        (".xlsx",),
        20 * _MB,
        read_workbook,
        write_workbook,
    ),
    FileFormat.DOCX: Row(
        (".docx",),
        50 * _MB,
        read_docx,
        lambda bank: write_docx_items(bank.items, bank.pictures),
    ),
}
MOST_BYTES: Final = max(row.most_bytes for row in FORMATS.values())


def read_as(form: FileFormat, data: bytes, progress: Progress = silent) -> ForeignBank:
    """The items of a file of this format.

    progress : called with (done, total) by readers of large files; whatever it raises ends the reading

    Raises ImportRefused: TOO_LARGE (limit_mb), and as the format's own reader does.
    """
    row = FORMATS[form]
    if len(data) > row.most_bytes:
        raise ImportRefused("TOO_LARGE", limit_mb=row.most_bytes // _MB)
    if row.read is _read_qti and data.startswith(MAGIC):
        return read_package(data, progress)
    return row.read(data)


def write_any(form: FileFormat, bank: ForeignBank) -> bytes:
    """The bank's items as a file of this format; raises InvalidItem FORMAT_NOT_WRITTEN."""
    return _written(form, bank)[0]


def losses_of(form: FileFormat, bank: ForeignBank) -> Lost:
    """What a file of this format would not carry, by the item's `where`; raises as `write_any` does."""
    return _written(form, bank)[1]


def _written(form: FileFormat, bank: ForeignBank) -> tuple[bytes, Lost]:
    write = FORMATS[form].write
    if write is None:
        raise InvalidItem("FORMAT_NOT_WRITTEN", format=form.value)
    return write(bank)
