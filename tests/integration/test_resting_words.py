"""What pages say of cells whose items rest."""

from __future__ import annotations

import pytest
from flask import Flask, session

from examsvc.web.exam.assembly_wording import repair_words
from examsvc.web.resting_wording import resting_words, with_resting

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PLACE = {"topic": "T01", "cognitive_level": "recall"}
TOGETHER = {"resting": 3, "back_from": "2027-07-01", "back_by": "2027-07-01"}


def test_words_say_how_many_rest_and_until_when(app: Flask):
    with app.test_request_context():
        session["locale"] = "en"
        assert resting_words(TOGETHER) == "3 items rest until 1 Jul 2027"
        apart = {**TOGETHER, "resting": 1, "back_from": "2027-05-01"}
        assert resting_words(apart) == "1 item rests, back between 1 May 2027 and 1 Jul 2027"
        assert with_resting("T01 needs 9.", {"resting": 0}) == "T01 needs 9."


def test_a_repair_of_a_short_cell_ends_with_what_rests(app: Flask):
    params = {**PLACE, **TOGETHER, "needs": 3, "has": 1, "lacks": 2}
    with app.test_request_context():
        session["locale"] = "en"
        words = repair_words({"code": "cell_short", "params": params})
    assert words.endswith("(3 items rest until 1 Jul 2027)")
