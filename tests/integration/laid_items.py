"""Items as rows, for tests that begin after the bank's own way: frozen single choices of four."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from examsvc.store import Session
from examsvc.store.item_parts import write_asked, write_key
from examsvc.store.models import ItemKeyRow, ItemRow, ItemVersionRow
from item_bank.interactions.asked import Asked
from item_bank.interactions.marking import Key


@dataclass(frozen=True, slots=True)
class Made:
    """Who wrote the items, and when."""

    by: int
    at: datetime


def lay_item(
    session: Session,
    code: str,
    topic_id: int,
    made: Made,
    *,
    key: str = "A",
    pool: str = "operational",
    made_of: tuple[Asked, Key] | None = None,
    **wording: Any,
) -> ItemVersionRow:
    """An item with its first version and key; `wording` names columns of the version.

    made_of : what it asks for and its key, where it is no single choice of four
    """
    item = ItemRow(code=code, topic_id=topic_id, author_id=made.by, created_at=made.at, pool=pool)
    session.add(item)
    session.flush()
    columns: dict[str, Any] = {
        "state": "operational",
        "cognitive_level": "recall",
        "options": [{"id": option, "content": f"Phương án {option}"} for option in "ABCD"],
        "legal_basis": "Luật Hải quan 2014",
        "rationale": "Thử",
        "wording_hash": code.ljust(64, "0"),
    }
    version = ItemVersionRow(
        item_id=item.id,
        version=1,
        interaction="single_choice",
        created_by=made.by,
        created_at=made.at,
        **{**columns, **wording},
    )
    if made_of is not None:
        write_asked(version, made_of[0])
    session.add(version)
    session.flush()
    row = ItemKeyRow(item_version_id=version.id, reason="Thử", created_by=made.by, created_at=made.at)
    write_key(row, Key(1, (key,)) if made_of is None else made_of[1])
    session.add(row)
    return version
