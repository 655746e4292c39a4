"""Items that leave the bank as a file: asked for by one, confirmed by another, taken out once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class ItemExportRow(Base):
    __tablename__ = "item_export"

    id: Mapped[int] = mapped_column(primary_key=True)
    # asked | refused | confirmed (being written) | ready | taken | expired | failed
    state: Mapped[str] = mapped_column(String(16), index=True)
    format: Mapped[str] = mapped_column(String(16))
    purpose: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(String(200))
    n_items: Mapped[int]
    losses: Mapped[list[Any]]  # [{"code", "n", "items": [code, …]}, …]: what the format does not carry
    asked_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    expires_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    trace_key: Mapped[str] = mapped_column(String(64))  # hex; what the marks of its file are drawn from
    file_name: Mapped[str | None] = mapped_column(String(64))  # under the home directory; None: not there
    file_sha256: Mapped[str | None] = mapped_column(String(64))


class ItemExportLineRow(Base):
    """An item version that an export takes out, in its order."""

    __tablename__ = "item_export_line"

    export_id: Mapped[int] = mapped_column(ForeignKey("item_export.id"), primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True, index=True)
    ordinal: Mapped[int]
