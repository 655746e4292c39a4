"""The report of an import in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from examsvc.services.import_report import Note
from examsvc.web.author.remarks import OF_FORMAT, REMARKS
from examsvc.web.author.wording import reason
from examsvc.web.author.wording_kinds import KINDS
from item_bank.errors import ImportRefused
from item_bank.formats.catalog import FileFormat
from item_bank.formats.foreign import Fate

FATES: Final[dict[str, LazyString]] = {
    Fate.TAKEN.value: _l("Taken whole"),
    Fate.DEGRADED.value: _l("Taken with losses"),
    Fate.REFUSED.value: _l("Not taken"),
}
FORMATS: Final[dict[str, str]] = {
    FileFormat.QTI_30.value: "QTI 3.0",
    FileFormat.QTI_22.value: "QTI 2.2",
    FileFormat.QTI_21.value: "QTI 2.1",
    FileFormat.QTI_12.value: "QTI 1.2",
    FileFormat.MOODLE_XML.value: "Moodle XML",
    FileFormat.GIFT.value: "GIFT",
    FileFormat.AIKEN.value: "Aiken",
    FileFormat.XLSX.value: ".xlsx",
    FileFormat.DOCX.value: ".docx",
}
FACTS: Final[dict[str, LazyString]] = {
    "topic": _l("Topic"),
    "cognitive_level": _l("Cognitive level"),
    "legal_basis": _l("Legal basis"),
    "pool": _l("Pool"),
    "code": _l("Code"),
}


def fate(name: str) -> str:
    """What becomes of an item."""
    return str(FATES[name])


def format_name(name: str) -> str:
    """A format as its users call it."""
    return FORMATS.get(name, name)


def interaction(name: str) -> str:
    """An interaction; a dash where the file did not come so far."""
    return str(KINDS[name].name) if name in KINDS else "–"


def facts(names: list[str]) -> str:
    """Facts by name, in a list."""
    return ", ".join(str(FACTS.get(name, name)) for name in names)


def place(note: Note) -> str:
    """Where in the file: row and column as the author's program shows them, or the line of a text."""
    row, column, header = (note.params.get(name) for name in ("row", "column", "header"))
    if row:
        cell = (
            _("Row %(row)s, column %(column)s", row=row, column=column)
            if column
            else _("Row %(row)s", row=row)
        )
        return f"{cell} ({header})" if header else str(cell)
    return str(_("Line %(line)s", line=note.line)) if note.line else ""


def sentence(note: Note, form: str) -> str:
    """A remark on a file of this format, with its place before it."""
    said, at = remark(note, form), place(note)
    return f"{at}: {said}" if at else said


def remark(note: Note, form: str) -> str:
    """What was lost, what keeps an item out, or what to look at."""
    if note.code == "FACT_MISSING":
        field = str(FACTS.get(str(note.params.get("field")), "–"))
        return str(_("The file does not say: %(field)s. Say above what holds for such items.", field=field))
    words = OF_FORMAT.get(form, {}).get(note.code) or REMARKS.get(note.code)
    if words is not None:
        return str(words) % _Facts(note.params)
    return reason(note.code, note.params)


def whole_file(error: ImportRefused) -> str:
    """Why a file could not be read at all; a code that only one format has tells which format it was."""
    formats = [form for form, own in OF_FORMAT.items() if error.code in own and error.code not in REMARKS]
    return remark(Note(error.code, error.params), formats[0] if len(formats) == 1 else "")


class _Facts(dict[str, Any]):
    """Facts of a sentence; one that is not known shows as a dash."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__({name: _in_words(fact) for name, fact in facts.items()})

    def __missing__(self, name: str) -> str:
        return "–"


def _in_words(fact: Any) -> Any:
    return ", ".join(map(str, fact)) if isinstance(fact, (list, tuple)) else fact
