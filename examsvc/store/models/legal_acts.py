"""Legal acts with the days on which they hold, what was done to them, and which wordings cite them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class LegalActRow(Base):
    """An act; a repeal is written into it at once, and its items are moved once its day has come."""

    __tablename__ = "legal_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(100), unique=True)  # spelled as item_bank.legal_basis does
    title: Mapped[str] = mapped_column(Text)
    issued_on: Mapped[date | None]
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]  # the first day on which it holds no longer; None: no repeal is known
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("legal_act.id"))
    reason: Mapped[str] = mapped_column(Text)  # of the repeal
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    repealed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    repealed_at: Mapped[datetime | None]  # when the repeal was entered
    items_moved_at: Mapped[datetime | None]  # when the repeal took effect on the items: once


class LegalActChangeRow(Base):
    """What was done to an act, for its page: added, edited, repealed, repeal undone, items moved."""

    __tablename__ = "legal_act_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    legal_act_id: Mapped[int] = mapped_column(ForeignKey("legal_act.id"), index=True)
    change: Mapped[str] = mapped_column(String(16))  # added | edited | repealed | undone | took_effect
    detail: Mapped[dict[str, Any]]
    by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: the day came
    at: Mapped[datetime]


class CitationRow(Base):
    """An item version cites an act: by its number, so that acts nobody has registered yet are known too."""

    __tablename__ = "citation"

    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    number: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)
