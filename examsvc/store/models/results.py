"""Scores, results and the evidence they leave in a profile."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class ScoreRow(Base):
    """One scoring of one sitting under one form, key set and calibration: never overwritten."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("sitting_id", "form_checksum", "keys_checksum", "calibration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    form_checksum: Mapped[str] = mapped_column(String(64))
    keys_checksum: Mapped[str] = mapped_column(String(64))
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"), index=True)
    number_correct: Mapped[int]  # items that earned their whole mark
    points: Mapped[Fraction | None]  # None: from before marks had parts, see `earned`
    n_items: Mapped[int]
    theta: Mapped[float | None]
    se: Mapped[float | None]
    level: Mapped[int | None]
    level_probabilities: Mapped[list[Any]]
    cuts: Mapped[list[Any]]  # theta
    provenance: Mapped[
        dict[str, Any]
    ]  # versions of rule pack, level scale, blueprint, form, keys, calibration
    rescored_equal: Mapped[bool]  # the second, independent marking agreed
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]

    @property
    def earned(self) -> Fraction:
        """The points; of old rows, where every mark was whole, the number correct."""
        return Fraction(self.number_correct) if self.points is None else self.points


class CompetencyScoreRow(Base):
    __tablename__ = "competency_score"

    score_id: Mapped[int] = mapped_column(ForeignKey("score.id"), primary_key=True)
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"), primary_key=True)
    n_items: Mapped[int]
    number_correct: Mapped[int]
    points: Mapped[Fraction | None]  # as of the score
    theta: Mapped[float | None]
    se: Mapped[float | None]
    level: Mapped[int | None]  # None: insufficient evidence
    level_probabilities: Mapped[list[Any]]
    sufficient: Mapped[bool]


class ResultRow(Base):
    __tablename__ = "result"

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    score_id: Mapped[int] = mapped_column(ForeignKey("score.id"), unique=True)
    state: Mapped[str] = mapped_column(String(16))  # provisional | released | withheld | superseded
    created_at: Mapped[datetime]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    released_at: Mapped[datetime | None]


class EvidenceRow(Base):
    """What a released result says of one competency of one officer; written once."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("result_id", "competency_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"), index=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    kind: Mapped[str] = mapped_column(String(16))  # exam
    n_items: Mapped[int]
    theta: Mapped[float | None]
    se: Mapped[float | None]
    level: Mapped[int | None]
    level_probabilities: Mapped[list[Any]]
    sufficient: Mapped[bool]
    provenance: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
