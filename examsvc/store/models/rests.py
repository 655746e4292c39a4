"""Items put to rest and woken, and the rule by which items rest by themselves."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class ItemRestRow(Base):
    """An order about one item; the newest is in force, and the log only grows."""

    __tablename__ = "item_rest"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    until_on: Mapped[date | None]  # the first day on which it may be used again; None: it is woken
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]


class ItemRestRuleRow(Base):
    """When items rest by themselves; the newest version is in force, and none makes no item rest."""

    __tablename__ = "item_rest_rule"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    most_sittings: Mapped[int | None]  # None: any number
    most_percent: Mapped[int | None]  # of a position's candidates in one campaign; None: any share
    least_candidates: Mapped[int]
    months: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
