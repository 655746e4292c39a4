"""Parts of pages that are the same for everybody: made once a process for each language and set of facts."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Final, ParamSpec

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

P = ParamSpec("P")


def kept(make: Callable[P, Markup]) -> Callable[P, Markup]:
    """Keep what `make` returns for its arguments, in each language.

    5,000 candidates open their page within a minute: what does not differ between them is not made 5,000
    times. A part may depend on nothing but its arguments and the language.
    """

    @lru_cache(maxsize=256)
    def known(_language: str, *facts: Hashable) -> Markup:
        return make(*facts)  # type: ignore[call-arg,arg-type]

    @wraps(make)
    def part(*facts: P.args, **_named: P.kwargs) -> Markup:
        return known(get_locale().language, *facts)

    return part


_OF_A_REQUEST: Final = ("request", "session", "g", "csrf_token", "current_user", "get_flashed_messages")


def render_part(template: str, **facts: object) -> Markup:
    """A template that knows its facts only: neither reader nor request, of whom nothing may be kept."""
    found = current_app.jinja_env.get_template(template)
    rendered = found.render({**dict.fromkeys(_OF_A_REQUEST), **facts})
    return Markup(rendered)  # noqa: S704 a template of ours, escaped like any other
