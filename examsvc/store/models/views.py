"""Who has seen which wording, how many a day are allowed, and what was granted beyond."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class ItemViewRow(Base):
    """A wording was shown to a member of staff; the log only grows."""

    __tablename__ = "item_view"
    __table_args__ = (
        Index("ix_item_view_user_id_viewed_on", "user_id", "viewed_on"),
        Index("ix_item_view_item_id_viewed_at", "item_id", "viewed_at"),
        Index("ix_item_view_viewed_on", "viewed_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    viewed_at: Mapped[datetime]
    viewed_on: Mapped[date]  # the day in the office, by which the quota goes
    how: Mapped[str] = mapped_column(String(16))  # page | list | board | preview | export | proof
    detail: Mapped[str] = mapped_column(String(80))
    counted: Mapped[bool]  # False: his own, or one that waits for his judgement


class ViewLimitRow(Base):
    """How many distinct guarded items a role may see a day; the newest version is in force."""

    __tablename__ = "view_limit"
    __table_args__ = (UniqueConstraint("role", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    day_limit: Mapped[int | None]  # None: no limit, but every look is logged
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]


class ViewGrantRow(Base):
    """More items for one person on one day, by somebody else; the log only grows."""

    __tablename__ = "view_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    day: Mapped[date]
    extra: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    granted_at: Mapped[datetime]
