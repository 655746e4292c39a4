"""Campaigns, administrations, rooms, candidates, sittings and everything a candidate sent."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base

_JSON = JSON(none_as_null=True)


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
    __table_args__ = (
        Index("ix_sitting_state", "state", "administration_id"),
        Index("ix_sitting_unmarked", "marked", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("candidate.id"), unique=True)
    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)  # the owner
    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    form_checksum: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[int] = mapped_column(default=0)
    device_hash: Mapped[str | None] = mapped_column(String(64))  # the machine that holds the epoch
    address: Mapped[str | None] = mapped_column(String(64))  # from where it was opened last
    takeover_allowed: Mapped[bool] = mapped_column(default=False)  # granted by a proctor, used once
    late_entry_allowed: Mapped[bool] = mapped_column(default=False)
    checked_in_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    finalised_at: Mapped[datetime | None]
    final_seq: Mapped[int | None]
    receipt: Mapped[str | None] = mapped_column(String(64))
    scored_at: Mapped[datetime | None]
    # what every save needs to know, kept with the row that it locks anyway
    added_s: Mapped[int] = mapped_column(default=0, server_default="0")  # sum of the time adjustments
    durable_through: Mapped[int] = mapped_column(default=0, server_default="0")  # of the epoch
    max_seq: Mapped[int] = mapped_column(default=0, server_default="0")  # of the epoch
    reached: Mapped[int] = mapped_column(default=0, server_default="0")  # highest item number responded to
    left_sections: Mapped[list[Any] | None] = mapped_column(_JSON)  # instants, from the first section on
    paused_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]  # the pause is a machine's failure, and ends when a spare opens it
    failure_by: Mapped[int | None]  # who said so
    marked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # the log as it stands


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
    """What a candidate's machine sent, in order, append-only.

    Partitioned by sitting on PostgreSQL. No foreign keys: the sitting's row is locked when its events are
    written, the item has been looked up on its form, and both checks would be paid again for every event.
    """

    __tablename__ = "response_event"
    __table_args__ = (
        UniqueConstraint("sitting_id", "event_id"),
        Index(  # what was kept aside is rare: an event that counts does not enter it
            "ix_response_event_aside",
            "sitting_id",
            postgresql_where=sa.text("standing <> 'counted'"),
            sqlite_where=sa.text("standing <> 'counted'"),
        ),
        {"postgresql_partition_by": "HASH (sitting_id)", "sqlite_with_rowid": False},
    )

    sitting_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(String(36))
    item_version_id: Mapped[int]
    payload: Mapped[dict[str, Any]]
    payload_hash: Mapped[str] = mapped_column(String(64))
    client_ms: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    received_at: Mapped[datetime]
    standing: Mapped[str] = mapped_column(String(16))  # counted | quarantined | late | out_of_turn


class CurrentResponseRow(Base):
    """The projection of a sitting's counted events: what the latest says of each item."""

    __tablename__ = "current_response"
    __table_args__ = ({"sqlite_with_rowid": False},)

    sitting_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_version_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    response: Mapped[str | None] = mapped_column(Text)
    flagged: Mapped[bool]
    struck: Mapped[list[Any]]
    note: Mapped[str] = mapped_column(Text)
    epoch: Mapped[int]  # where in the log it comes from
    seq: Mapped[int]


class LateDecisionRow(Base):
    """Whether events that were kept aside shall count: one person proposes it, another one decides."""

    __tablename__ = "late_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    positions: Mapped[list[Any]]  # [[epoch, seq], …]
    counts: Mapped[bool]  # what is proposed
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))  # proposed | confirmed | rejected
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]


class SittingReceiptRow(Base):
    """Every receipt that a sitting was given; a later one follows a decision on late events."""

    __tablename__ = "sitting_receipt"

    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    n_events: Mapped[int]
    log_digest: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))


class SittingMarkRow(Base):
    """The marks of a closed sitting under one set of keys, found as soon as it is closed."""

    __tablename__ = "sitting_mark"
    __table_args__ = (UniqueConstraint("sitting_id", "form_checksum", "keys_checksum", "receipt"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    form_checksum: Mapped[str] = mapped_column(String(64))
    keys_checksum: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(64))  # over the log that was marked
    number_correct: Mapped[int]  # items that earned their whole mark
    points: Mapped[Fraction | None]  # None: from before marks had parts, the number correct
    n_marked: Mapped[int]
    marked_at: Mapped[datetime]


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
