"""The constants that the player's own tests compare with are what the server computes."""

from __future__ import annotations

import json

from tests.js import response_cases
from tests.js.server_fixtures import FILE, fixtures


def test_the_player_is_tested_against_what_the_server_computes():
    """To write them anew: python -m tests.js.server_fixtures"""
    assert json.loads(FILE.read_text("utf-8")) == fixtures()


def test_the_player_spells_responses_as_the_item_bank_reads_them():
    """To write them anew: python -m tests.js.response_cases"""
    assert json.loads(response_cases.FILE.read_text("utf-8")) == response_cases.cases()
