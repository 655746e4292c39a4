"""An officer's practice: runs through items of the practice pool, and the responses given in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class PracticeRunRow(Base):
    """Items drawn once, in order; `seed` drew them and orders their options."""

    __tablename__ = "practice_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    topic_ids: Mapped[list[Any]]  # what was chosen
    n_items: Mapped[int]
    item_version_ids: Mapped[list[Any]]  # in order
    seed: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class PracticeResponseRow(Base):
    """The first response to an item of a run; it stays, for its right option has been shown."""

    __tablename__ = "practice_response"
    __table_args__ = (UniqueConstraint("run_id", "item_version_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("practice_run.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    response: Mapped[str | None] = mapped_column(Text)  # None: "I do not know"
    right: Mapped[bool]
    responded_at: Mapped[datetime]
