"""Campaigns, administrations, rooms, candidates, sittings and everything a candidate sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class CampaignRow(Base):
    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    rule_pack_code: Mapped[str] = mapped_column(String(32))
    rule_pack_version: Mapped[int]
    level_scale_id: Mapped[int] = mapped_column(ForeignKey("level_scale.id"))
    state: Mapped[str] = mapped_column(String(16))  # draft | approved | closed
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None]


class AdministrationRow(Base):
    __tablename__ = "administration"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    blueprint_id: Mapped[int] = mapped_column(ForeignKey("blueprint.id"))
    state: Mapped[str] = mapped_column(String(16))  # planned | ready | closed
    starts_at: Mapped[datetime]
    limit_s: Mapped[int]
    window_ends_at: Mapped[datetime]
    form_secret: Mapped[str] = mapped_column(String(64))  # orders the options; never leaves the server
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]


class ExamRoomRow(Base):
    __tablename__ = "exam_room"
    __table_args__ = (UniqueConstraint("administration_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"), index=True)
    code: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(120))
    n_stations: Mapped[int]


class CandidateRow(Base):
    """An officer on a roster, with a number, a room, a station and a form."""

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("administration_id", "officer_id"),
        UniqueConstraint("administration_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    exam_room_id: Mapped[int] = mapped_column(ForeignKey("exam_room.id"), index=True)
    number: Mapped[str] = mapped_column(String(24))
    station: Mapped[str] = mapped_column(String(24))
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"))


class SittingRow(Base):
    """One candidate's timed run of one form; the row that is locked for every save."""

    __tablename__ = "sitting"
    __table_args__ = (Index("ix_sitting_state", "state", "administration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidate.id"), unique=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)  # the owner
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    form_checksum: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[int] = mapped_column(default=0)
    device_hash: Mapped[str | None] = mapped_column(String(64))  # the machine that holds the epoch
    takeover_allowed: Mapped[bool] = mapped_column(default=False)  # granted by a proctor, used once
    late_entry_allowed: Mapped[bool] = mapped_column(default=False)
    checked_in_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    finalised_at: Mapped[datetime | None]
    final_seq: Mapped[int | None]
    receipt: Mapped[str | None] = mapped_column(String(64))
    scored_at: Mapped[datetime | None]


class TimeAdjustmentRow(Base):
    """Seconds granted or taken, append-only, with reason and actor."""

    __tablename__ = "time_adjustment"

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    seconds: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]


class ResponseEventRow(Base):
    """What a candidate's machine sent, in order, append-only."""

    __tablename__ = "response_event"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    payload: Mapped[dict[str, Any]]
    payload_hash: Mapped[str] = mapped_column(String(64))
    client_ms: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    received_at: Mapped[datetime]
    standing: Mapped[str] = mapped_column(String(16))  # counted | quarantined | late


class CurrentResponseRow(Base):
    """The projection of a sitting's counted events: the latest response and flag per item."""

    __tablename__ = "current_response"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    option_id: Mapped[str | None] = mapped_column(String(8))
    option_epoch: Mapped[int | None]  # where in the log the response comes from
    option_seq: Mapped[int | None]
    flagged: Mapped[bool]
    flag_epoch: Mapped[int | None]
    flag_seq: Mapped[int | None]


class IncidentRow(Base):
    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"), index=True)
    exam_room_id: Mapped[int | None] = mapped_column(ForeignKey("exam_room.id"))
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # None: the system itself
    created_at: Mapped[datetime]
