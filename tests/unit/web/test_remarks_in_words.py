"""Every code that a reader or writer of files can raise is worded, and only with facts that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from examsvc.services.import_report import Note
from examsvc.web.author.remarks import OF_FORMAT, REMARKS
from examsvc.web.author.wording import known_codes
from examsvc.web.author.wording_imports import place, remark, whole_file
from item_bank.errors import ImportRefused
from item_bank.formats.catalog import FileFormat
from tests.unit.item_bank.remark_codes import ITEM_BANK, remark_codes

FACT = re.compile(r"%\((\w+)\)s")


def test_every_code_of_a_reader_or_writer_has_words():
    worded = {*REMARKS, *known_codes(), *(code for own in OF_FORMAT.values() for code in own)}
    assert sorted(set(remark_codes()) - worded) == []


def test_words_use_no_fact_that_the_code_does_not_have():
    own = {code for table in OF_FORMAT.values() for code in table}
    wrong = {
        code: said.facts
        for code, said in remark_codes().items()
        if code in REMARKS.keys() - own and not set(FACT.findall(str(REMARKS[code]))) <= (said.facts or set())
    }
    assert wrong == {}


INTAKE = re.compile(r'(?:ItemBankError|Remark)\("([A-Z_]+)"')


@pytest.mark.usefixtures("english")
def test_every_reason_not_to_take_an_item_in_has_words_in_every_format():
    codes = set(INTAKE.findall((ITEM_BANK / "intake.py").read_text("utf-8")))
    assert codes >= {"CODE_TWICE", "FACT_MISSING", "UNKNOWN_ENEMY"}
    assert [code for code in sorted(codes) for form in FileFormat if code in remark(Note(code), form)] == []


WHOLE = re.compile(r'ImportRefused\(\s*"([A-Z_0-9]+)"')


@pytest.mark.usefixtures("english")
def test_every_reason_to_refuse_a_whole_file_has_words_before_its_format_is_known():
    sources = [path.read_text("utf-8") for path in sorted((ITEM_BANK / "formats").rglob("*.py"))]
    codes = {code for source in sources for code in WHOLE.findall(source)}
    assert codes >= {"NO_ROWS", "MISSING_HEADER", "MERGED_CELLS", "NO_QUESTIONS", "TOO_LARGE"}
    assert [code for code in sorted(codes) if code in whole_file(ImportRefused(code))] == []


@pytest.fixture
def english() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app, default_locale="en")
    with app.test_request_context():
        yield


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (Note("X", {"row": 4, "column": "I", "header": "Đáp án"}), "Row 4, column I (Đáp án)"),
        (Note("X", {"row": 4}), "Row 4"),
        (Note("X", {}, 12), "Line 12"),
        (Note("X", {}), ""),
    ],
)
def test_the_place_is_said_as_the_authors_program_shows_it(note: Note, expected: str):
    assert place(note) == expected
