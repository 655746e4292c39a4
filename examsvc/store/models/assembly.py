"""Blueprints, assembly runs and the forms they made."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class BlueprintRow(Base):
    __tablename__ = "blueprint"
    __table_args__ = (UniqueConstraint("position_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))  # draft | approved | superseded
    n_items: Mapped[int]
    limit_s: Mapped[int]
    sections: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))  # None: the form is one piece
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]


class BlueprintCellRow(Base):
    __tablename__ = "blueprint_cell"

    blueprint_id: Mapped[int] = mapped_column(ForeignKey("blueprint.id"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), primary_key=True)
    cognitive_level: Mapped[str] = mapped_column(String(16), primary_key=True)
    n_items: Mapped[int]


class AssemblyRunRow(Base):
    __tablename__ = "assembly_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    blueprint_id: Mapped[int] = mapped_column(ForeignKey("blueprint.id"), index=True)
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"))
    seed: Mapped[int]
    n_forms: Mapped[int]
    max_overlap: Mapped[int]
    status: Mapped[str] = mapped_column(String(32))
    certificate: Mapped[dict[str, Any]]
    checksum: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]


class FormRow(Base):
    __tablename__ = "form"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    blueprint_id: Mapped[int] = mapped_column(ForeignKey("blueprint.id"), index=True)
    assembly_run_id: Mapped[int] = mapped_column(ForeignKey("assembly_run.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))  # draft | published | withdrawn
    checksum: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime | None]


class FormItemRow(Base):
    """An item version's place on a form; its key version is fixed when the sitting is scored."""

    __tablename__ = "form_item"
    __table_args__ = (UniqueConstraint("form_id", "item_version_id"),)

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)  # from 1
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    scored: Mapped[bool] = mapped_column(default=True)


class FormSectionRow(Base):
    """A part of a form with a name and, where it has one, a limit of its own; a form without has one part."""

    __tablename__ = "form_section"

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)  # from 1
    first_item: Mapped[int]  # the ordinal of its first item; its last stands before the next section's first
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    limit_s: Mapped[int | None]
