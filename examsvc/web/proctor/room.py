"""The room that the proctor's views stand in."""

from datetime import datetime

from flask_babel import format_datetime

from examsvc.edge.room import Room
from examsvc.edge.texts import gettext as _

room = Room("proctor", __name__)


@room.app_template_filter("clock")
def clock(milliseconds: int) -> str:
    """A time left as the page first shows it; the page's script counts on in the same shape."""
    seconds = -(-milliseconds // 1000)
    hours, rest = divmod(seconds, 3600)
    minutes = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{minutes}" if hours else minutes


@room.app_template_filter("clock_time")
def clock_time(at: datetime) -> str:
    """An instant of the day on which an exam is held."""
    return str(format_datetime(at, "HH:mm:ss"))


@room.app_template_filter("spell")
def spell(seconds: int) -> str:
    """A stretch of time, to the second."""
    if seconds < 60:
        return _("%(seconds)s s", seconds=seconds)
    return _("%(minutes)s min %(seconds)s s", minutes=seconds // 60, seconds=seconds % 60)
