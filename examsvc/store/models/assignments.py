"""Assignments of authors, the rules of appraisal by version, and authors' replies to returned items."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class ItemAssignmentRow(Base):
    """So many items of a topic that an author owes the bank by a date.

    The owner unit is kept as it was when the assignment was made: an author who moves takes no debt along.
    """

    __tablename__ = "item_assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("organisation_unit.id"))
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"))
    cognitive_level: Mapped[str | None] = mapped_column(String(16))  # None: any
    n_items: Mapped[int]
    legal_basis: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]
    ending: Mapped[str | None] = mapped_column(String(16))  # closed | withdrawn
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(Text)


class DeadlineChangeRow(Base):
    """Another date for an assignment, and why; the log only grows."""

    __tablename__ = "item_assignment_deadline"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("item_assignment.id"), index=True)
    due_before: Mapped[date]
    due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    changed_at: Mapped[datetime]


class AppraisalRuleRow(Base):
    """How many reviewers must accept an item of this pool; the newest version is in force, none says one."""

    __tablename__ = "appraisal_rule"
    __table_args__ = (UniqueConstraint("pool", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pool: Mapped[str] = mapped_column(String(16))  # operational | practice
    version: Mapped[int]
    min_reviewers: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    made_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]


class ReviewReplyRow(Base):
    """What the author replies to whoever returned his item; may be reworded until he hands it in again."""

    __tablename__ = "item_review_reply"

    review_id: Mapped[int] = mapped_column(ForeignKey("item_review.id"), primary_key=True)
    reply: Mapped[str] = mapped_column(Text)
    replied_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    replied_at: Mapped[datetime]
