"""The constants that the player's own tests compare with are what the server computes."""

from __future__ import annotations

import json

from tests.js.server_fixtures import FILE, fixtures


def test_the_player_is_tested_against_what_the_server_computes():
    """To write them anew: python -m tests.js.server_fixtures"""
    assert json.loads(FILE.read_text("utf-8")) == fixtures()
