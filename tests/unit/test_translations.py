"""The Vietnamese catalog says everything that the pages say."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2] / "examsvc"
CATALOG = ROOT / "web" / "translations" / "vi" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "_l": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def _texts() -> set[str]:
    found = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(ROOT), method_map=METHODS, keywords=KEYWORDS
    ):
        found.add(message[0] if isinstance(message, tuple) else message)
    return {text for text in found if text}


def _catalog() -> dict[str, tuple[str, str]]:
    """By message id: the text whose placeholders count (of a plural the plural), and its translation."""
    with CATALOG.open("rb") as source:
        catalog = read_po(source, locale="vi")
    known = {}
    for message in catalog:
        if message.id and not message.fuzzy:
            ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            translated = message.string if isinstance(message.string, str) else message.string[0]
            known[ids[0]] = (ids[-1], translated)
    return known


def test_every_text_is_translated():
    known = _catalog()
    missing = sorted(text for text in _texts() if not known.get(text, ("", ""))[1])
    assert missing == []


def test_translations_keep_the_placeholders():
    wrong = [
        source
        for source, translated in _catalog().values()
        if translated and set(PLACEHOLDER.findall(source)) != set(PLACEHOLDER.findall(translated))
    ]
    assert wrong == []


def test_the_catalog_holds_nothing_that_no_page_says():
    assert sorted(set(_catalog()) - _texts()) == []


def test_the_catalog_has_a_head_or_nothing_would_be_compiled():
    with CATALOG.open("rb") as source:
        catalog = read_po(source, locale="vi")
    assert not catalog.fuzzy
    assert catalog.charset == "utf-8"
    assert catalog.num_plurals == 1
