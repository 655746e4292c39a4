"""The organisation, its positions, what they require, and its officers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class OrganisationUnitRow(Base):
    __tablename__ = "organisation_unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation_unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    region: Mapped[str | None] = mapped_column(String(32))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class TopicRow(Base):
    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))


class CompetencyRow(Base):
    __tablename__ = "competency"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))


class CompetencyTopicRow(Base):
    """A topic belongs to one competency."""

    __tablename__ = "competency_topic"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), primary_key=True)
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"), index=True)


class PositionRow(Base):
    """A version of a position; the newest version of a code is the one in force."""

    __tablename__ = "position"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class RequirementRow(Base):
    __tablename__ = "requirement"

    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), primary_key=True)
    competency_id: Mapped[int] = mapped_column(ForeignKey("competency.id"), primary_key=True)
    level: Mapped[int]
    weight: Mapped[float]
    critical: Mapped[bool]


class TopicWeightRow(Base):
    """How many of 60 items a position's exam gives to a topic."""

    __tablename__ = "topic_weight"

    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), primary_key=True)
    n_items: Mapped[int]


class LevelScaleRow(Base):
    __tablename__ = "level_scale"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    cut_percents: Mapped[list[Any]]  # ascending, e.g. [50, 66, 83]: levels 0 to 3


class OfficerRow(Base):
    __tablename__ = "officer"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation_unit.id"), index=True)
    position_code: Mapped[str] = mapped_column(String(16), index=True)
    appointed_on: Mapped[date]
    email: Mapped[str | None] = mapped_column(String(200))


class PeopleImportRow(Base):
    """What the HR office loaded: the file's name and hash, and what came of it."""

    __tablename__ = "people_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
