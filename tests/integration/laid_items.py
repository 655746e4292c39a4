"""Items as rows, for tests that begin after the bank's own way: frozen single choices of four."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from examsvc.store import Session
from examsvc.store.models import ItemKeyRow, ItemRow, ItemVersionRow


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
    **wording: Any,
) -> ItemVersionRow:
    """An item with its first version and key; `wording` names columns of the version."""
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
    session.add(version)
    session.flush()
    session.add(
        ItemKeyRow(
            item_version_id=version.id,
            version=1,
            option_id=key,
            reason="Thử",
            created_by=made.by,
            created_at=made.at,
        )
    )
    return version
