"""Parts of a page that are kept for everybody bear nothing of anybody, and each language has its own."""

from pathlib import Path

import pytest
from flask import Flask, g
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from examsvc.edge.kept import kept, render_part
from examsvc.edge.language import init_language

TEMPLATES = Path(__file__).parents[3] / "examsvc/web/templates"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch):
    app = Flask("examsvc", root_path=str(TEMPLATES.parents[1]), template_folder="web/templates")
    app.secret_key = "only-for-tests"
    init_language(app)
    with app.test_request_context("/"):
        yield app


def test_a_part_is_made_once_for_each_language_and_facts(page: Flask):
    made: list[tuple[str, int]] = []

    @kept
    def part(number: int) -> Markup:
        word = _("Flag")
        made.append((word, number))
        return Markup("{} {}").format(word, number)

    for _again in range(3):
        with force_locale("vi"):
            assert part(1) == "Đánh dấu 1"
        with force_locale("en"):
            assert part(1) == "Flag 1"
            assert part(2) == "Flag 2"
    assert made == [("Đánh dấu", 1), ("Flag", 1), ("Flag", 2)]


@pytest.mark.parametrize("name", ["request", "session", "g", "csrf_token", "current_user"])
def test_a_part_that_asks_who_reads_it_gets_nobody(page: Flask, name: str, monkeypatch: pytest.MonkeyPatch):
    g.secret = "somebody's own"
    page.jinja_env.globals["csrf_token"] = lambda: "somebody's own"
    loaded = page.jinja_env.from_string("{{ " + name + " is none }}")
    monkeypatch.setattr(page.jinja_env, "get_template", lambda _name: loaded)
    assert render_part("any.html") == "True"
