"""Every refusal of the rules has words of its own."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

import examsvc
import proctoring
from examsvc.delivery.errors import NotReady, RosterTooLarge, SittingClosed, TransitionRefused
from examsvc.edge.refusals import explain
from proctoring.errors import EntryRefused, ExtensionNeedsChairman, ExtensionRefused, IncidentRefused
from proctoring.incidents import _NEEDS, IncidentKind

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def _codes(folder: Path, raised: str) -> set[str]:
    pattern = re.compile(rf'{raised}\(\s*"(\w+)"')
    return {code for path in folder.rglob("*.py") for code in pattern.findall(path.read_text("utf-8"))}


HOUSE = Path(examsvc.__file__).parent
ROOM = Path(proctoring.__file__).parent
REFUSALS = [
    *(NotReady(code) for code in sorted(_codes(HOUSE, "NotReady"))),
    *(EntryRefused(code, AT, None) for code in sorted(_codes(ROOM, "EntryRefused"))),
    *(ExtensionRefused(code) for code in sorted(_codes(ROOM, "ExtensionRefused"))),
    *(IncidentRefused(code) for code in sorted(_codes(ROOM, "IncidentRefused"))),
    *(
        IncidentRefused(f"{fact}_missing")
        for fact in sorted({f for kind in IncidentKind for f in _NEEDS[kind]})
    ),
]


@pytest.fixture(autouse=True)
def _english():
    app = Flask("test")
    Babel(app, default_locale="en")
    with app.test_request_context():
        yield


def test_the_codes_were_found():
    assert len(REFUSALS) >= 18


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: f"{type(error).__name__}-{error.code}")
def test_every_code_has_words_of_its_own(error: Exception):
    assert explain(error) != "This step is not possible now."


def test_figures_are_told():
    assert explain(RosterTooLarge(30, 27)).startswith("30 candidates, but only 27 free stations")
    assert "4 more minutes" in explain(ExtensionNeedsChairman(600, 270))
    assert "1 more minute." in explain(ExtensionNeedsChairman(600, 61))
    assert "The chairman can" in explain(ExtensionNeedsChairman(600, 0))


def test_the_most_particular_words_win():
    assert explain(SittingClosed("1", "submitted", "adjust")) == "The sitting has already ended."
    assert "already checked in" in explain(TransitionRefused("1", "open", "check_in"))


def test_an_error_without_words_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        explain(ZeroDivisionError())
