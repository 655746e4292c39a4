"""Vietnamese first, English second: which one this reader gets, and how times are shown."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask, request, session
from flask_babel import Babel, format_date, format_datetime, get_locale
from flask_babel import gettext as _
from flask_login import current_user

LOCALES = ("vi", "en")


def choose_locale() -> str:
    """The reader's explicit choice, else his account's language, else Vietnamese."""
    chosen = session.get("locale")
    if chosen in LOCALES:
        return str(chosen)
    if current_user and current_user.is_authenticated and current_user.actor.locale in LOCALES:
        return str(current_user.actor.locale)
    return "vi"


def in_language(row: object, stem: str = "name") -> str:
    """The row's text in the reader's language: `name_vi` or `name_en`."""
    return str(getattr(row, f"{stem}_{get_locale().language}"))


def local_time(instant: datetime) -> str:
    """An instant as a clock on the wall and a calendar show it."""
    pattern = "HH:mm, dd/MM/yyyy" if get_locale().language == "vi" else "HH:mm, d MMM yyyy"
    return str(format_datetime(instant, pattern))


def local_day(day: date) -> str:
    """A day as a calendar shows it."""
    return str(format_date(day, "dd/MM/yyyy" if get_locale().language == "vi" else "d MMM yyyy"))


def duration(seconds: int) -> str:
    """Seconds as minutes, and the seconds that are over."""
    minutes, rest = divmod(seconds, 60)
    if not rest:
        return str(_("%(minutes)s min", minutes=minutes))
    return str(_("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest))


def init_language(app: Flask) -> None:
    """Catalogs, locale and the template's helpers."""
    Babel(
        app,
        default_locale="vi",
        default_timezone="Asia/Ho_Chi_Minh",
        default_translation_directories=str(app.root_path) + "/web/translations",
        locale_selector=choose_locale,
    )
    app.jinja_env.filters["in_language"] = in_language
    app.jinja_env.filters["local_time"] = local_time
    app.jinja_env.filters["local_day"] = local_day
    app.jinja_env.filters["duration"] = duration
    app.jinja_env.globals["current_locale"] = lambda: get_locale().language
    app.jinja_env.globals["request_path"] = lambda: request.full_path.rstrip("?")
