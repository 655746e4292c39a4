"""Texts in the reader's language, with types: Flask-Babel ships none."""

from __future__ import annotations

import flask_babel


def gettext(text: str, **values: object) -> str:
    """The text in the reader's language, its %(name)s filled in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """One or many, by `num`, which both may name as %(num)s."""
    return str(flask_babel.ngettext(one, many, num, **values))
