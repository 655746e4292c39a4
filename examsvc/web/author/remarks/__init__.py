"""What the readers and writers of files remark, in words."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString

from examsvc.web.author.remarks.documents import DOCUMENTS
from examsvc.web.author.remarks.readers_a_to_m import FIRST
from examsvc.web.author.remarks.readers_n_to_z import SECOND
from examsvc.web.author.remarks.workbooks import WORKBOOKS
from item_bank.formats.catalog import FileFormat

REMARKS: Final[dict[str, LazyString]] = {**FIRST, **SECOND}
OF_FORMAT: Final[dict[str, dict[str, LazyString]]] = {
    FileFormat.XLSX.value: WORKBOOKS,
    FileFormat.DOCX.value: DOCUMENTS,
}
