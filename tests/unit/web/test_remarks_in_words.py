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
from examsvc.web.author.wording_imports import place
from tests.unit.item_bank.remark_codes import remark_codes

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
