"""Long work: what was asked for, how far it is, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class JobRow(Base):
    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    params: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(16), index=True)  # queued | running | done | failed | cancelled
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str | None] = mapped_column(String(32))  # what a job of several stages is doing now
    message: Mapped[dict[str, Any]]  # {"code": …, parameters}: rendered in the reader's language
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[dict[str, Any]]
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    noted_at: Mapped[datetime | None]  # the running process's last sign of life
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
