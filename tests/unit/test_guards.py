"""Habits that would fade if nothing held them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import scoring
from examsvc.accounts.permissions import TABLE
from examsvc.jobs.handlers import HANDLERS
from examsvc.services.jobs import ACTIONS
from scoring._public import HOME

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("examsvc", "item_bank", "scoring", "proctoring")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

# One word per concept: these are said otherwise in this house (domain.md's table).
FORBIDDEN_NAMES = {
    r"\banswer_event": "response_event",
    r"\bquestion_": "item_",
    r"\bexam_session": "administration",
    r"\btest_form": "form",
    r"\bdescribe_competence\b": "competency",
    r"\bexaminee": "candidate",
}


def test_migrations_are_numbered_without_gaps():
    names = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("*.py"))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+__[a-z_]+\.py", name) for name in names), names
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_begins_with_what_it_is_for(path: Path):
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{path} has no docstring"


def test_nobody_reads_the_environment_but_the_settings():
    readers = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if re.search(r"os\.(environ|getenv)", path.read_text("utf-8"))
    ]
    assert readers == ["examsvc/settings.py"]


def test_no_error_is_swallowed():
    swallowed = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler) and all(isinstance(line, ast.Pass) for line in node.body):
                swallowed.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert swallowed == []


def test_the_exam_hall_loads_nothing_of_what_measures_assembles_and_reads_files():
    heavy = {"scipy", "girth", "openpyxl", "lxml", "alembic", "typst"}
    script = f"import sys, examsvc.hall; print(*sorted({heavy!r} & sys.modules.keys()))"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


def test_files_stay_readable_in_one_sitting():
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in SOURCES
        if (lines := len(path.read_text("utf-8").splitlines())) > 400
    ]
    assert long == []


def test_concepts_go_by_their_one_name():
    wrong = [
        f"{path.relative_to(ROOT)}: {pattern} (say {said})"
        for path in SOURCES
        for pattern, said in FORBIDDEN_NAMES.items()
        if re.search(pattern, path.read_text("utf-8"))
    ]
    assert wrong == []


def test_every_job_that_is_asked_for_has_a_handler():
    asked = {
        match
        for path in SOURCES
        for match in re.findall(r"jobs\.ask\(\s*[^,]+,\s*[^,]+,\s*\"([a-z_]+)\"", path.read_text("utf-8"))
    }
    assert asked <= set(HANDLERS)
    assert set(HANDLERS) == set(ACTIONS)


def test_every_permission_that_is_asked_for_stands_in_the_table():
    asked = {
        match
        for path in SOURCES
        for match in re.findall(r"permit\(\s*actor,\s*\"([a-z_.]+)\"", path.read_text("utf-8"))
    }
    assert asked
    assert asked <= set(TABLE)


def test_templates_hold_no_inline_script_or_style():
    guilty = []
    for path in sorted((ROOT / "examsvc" / "web" / "templates").rglob("*.html")):
        text = path.read_text("utf-8")
        inline_script = re.search(r"<script(?![^>]*\b(src=|type=\"application/json\"))[^>]*>", text)
        if inline_script or re.search(r"\s(style|onclick|onload|onchange|onsubmit)=\"", text):
            guilty.append(str(path.relative_to(ROOT)))
    assert guilty == []


def test_pages_take_nothing_from_outside_the_lan():
    web = ROOT / "examsvc" / "web"
    outside = [
        str(path.relative_to(ROOT))
        for pattern in ("templates/**/*.html", "static/**/*.js", "static/**/*.css")
        for path in sorted(web.glob(pattern))
        if re.search(r"(src|href|url|import)\s*[=(]?\s*[\"'(]?https?://", path.read_text("utf-8"))
    ]
    assert outside == []


def test_every_public_name_of_scoring_has_one_home():
    assert sorted(HOME) == sorted(scoring.__all__)
    assert [name for name in scoring.__all__ if not hasattr(scoring, name)] == []
