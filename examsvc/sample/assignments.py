"""The sample's assignments: one delivered, one open, one late, seen from the day on which it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from examsvc.sample.staff import actor
from examsvc.services import Services
from examsvc.services.assignment_views import list_own
from examsvc.services.assignments import Order, make_assignments
from examsvc.services.office_calendar import office_date
from examsvc.store import database_now


@dataclass(frozen=True, slots=True)
class Asked:
    """What the bank manager asks of an author, due so many days after the loading."""

    author: str
    topic: str
    level: str
    n_items: int
    due_in_days: int
    legal_basis: str
    note: str = ""


# made before the workbooks are imported, so that their items are written for it
DELIVERED = (
    Asked("ban_de_1", "T10", "", 6, 14, "Luật Cán bộ, công chức; quy tắc ứng xử của công chức hải quan"),
)
OWED = (
    Asked(
        "ban_de_2",
        "T08",
        "situation",
        8,
        21,
        "Luật Hải quan 54/2014/QH13, Chương V",
        "Ưu tiên tình huống tại cửa khẩu đường bộ.",
    ),
    Asked("ban_de_1", "T03", "apply", 5, -12, "Luật Hải quan 54/2014/QH13, Điều 86"),
)


def assign_delivered(deps: Services) -> None:
    """What the workbooks then deliver."""
    _assign(deps, DELIVERED)


def assign_owed(deps: Services) -> None:
    """What nobody has written yet: one in time, one whose deadline has passed."""
    _assign(deps, OWED)


def _assign(deps: Services, asked: tuple[Asked, ...]) -> None:
    """As the bank manager would; what an author has of a topic already is passed over."""
    with deps.store.read() as session:
        today = office_date(database_now(session))
    for one in asked:
        author = actor(deps, one.author)
        if any(own.line.topic.code == one.topic for own in list_own(deps, author)):
            continue
        order = Order(
            author_ids=(author.user_id,),
            topic=one.topic,
            level=one.level,
            n_items=one.n_items,
            legal_basis=one.legal_basis,
            due_on=today + timedelta(days=one.due_in_days),
            note=one.note,
            overdue_agreed=one.due_in_days < 0,
        )
        make_assignments(deps, actor(deps, "ngan_hang"), order)
