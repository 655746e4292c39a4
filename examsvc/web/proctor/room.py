"""The room that the proctor's views stand in."""

from examsvc.edge.room import Room

room = Room("proctor", __name__)


@room.app_template_filter("clock")
def clock(milliseconds: int) -> str:
    """A time left as the page first shows it; the page's script counts on in the same shape."""
    seconds = -(-milliseconds // 1000)
    hours, rest = divmod(seconds, 3600)
    minutes = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{minutes}" if hours else minutes
