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
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def _texts() -> set[str]:
    found = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(ROOT), method_map=METHODS, keywords=KEYWORDS
    ):
        found.add(message[0] if isinstance(message, tuple) else message)
    return {text for text in found if text}


def _catalog() -> dict[str, str]:
    with CATALOG.open("rb") as source:
        catalog = read_po(source, locale="vi")
    known = {}
    for message in catalog:
        if message.id and not message.fuzzy:
            text_id = message.id if isinstance(message.id, str) else message.id[0]
            known[text_id] = message.string if isinstance(message.string, str) else message.string[0]
    return known


def test_every_text_is_translated():
    known = _catalog()
    missing = sorted(text for text in _texts() if not known.get(text))
    assert missing == []


def test_translations_keep_the_placeholders():
    wrong = [
        source
        for source, translated in _catalog().items()
        if set(PLACEHOLDER.findall(source)) != set(PLACEHOLDER.findall(translated))
    ]
    assert wrong == []
