"""Items, their frozen versions, pictures, keys, reviews and calibrated parameters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base

_JSON = JSON(none_as_null=True)


class ItemRow(Base):
    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    # operational | practice: for exams or to practise with, never both; fixed once others have seen the item
    pool: Mapped[str] = mapped_column(String(16), default="operational", server_default="operational")
    # what it was written for; fixed from its first handing in, on the day that the delivery is counted by
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("item_assignment.id"), index=True)
    handed_in_on: Mapped[date | None]


class ItemVersionRow(Base):
    """A wording; from `in_review` on nothing but its state may change (a change makes a new version)."""

    __tablename__ = "item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "version"),
        # what lists narrow and count by, in the order of the item that they are sorted beside
        Index(
            "ix_item_version_listed",
            "item_id",
            "version",
            "state",
            "superseded",
            "cognitive_level",
            "interaction",
            "id",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(24), index=True)
    interaction: Mapped[str] = mapped_column(String(24))  # item_bank.interactions.kinds
    cognitive_level: Mapped[str] = mapped_column(String(16))  # recall | apply | situation
    stem: Mapped[str] = mapped_column(Text)
    options: Mapped[list[Any]]  # [{"id": "A", "content": "…", "place"?, "at_most"?}, …]
    places: Mapped[list[Any] | None] = mapped_column(_JSON)  # [{"id", "content", "area"?, "at_most"?}, …]
    most_chosen: Mapped[int | None]  # where several may be chosen; None: any number
    stimulus_id: Mapped[int | None] = mapped_column(ForeignKey("stimulus.id"), index=True)
    english: Mapped[dict[str, Any] | None] = mapped_column(
        _JSON
    )  # {"stem", "options", "places", "rationale"}
    legal_basis: Mapped[str] = mapped_column(Text)
    rationale: Mapped[str] = mapped_column(Text)
    judged_share: Mapped[float | None]  # the author's estimate of the share answering right, 0–1
    wording_hash: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    # how often it has come to the reviewers: what was accepted in an earlier round no longer counts
    review_round: Mapped[int] = mapped_column(default=0, server_default="0")
    appraised_at: Mapped[datetime | None]  # None again once it is back in review or with its author
    # a later version exists; kept by a trigger when that is added, read in SQL alone
    superseded: Mapped[bool] = mapped_column(default=False, server_default=false())


class StimulusRow(Base):
    """What the items of a set share; never changed, for frozen wordings refer to it: changes are versions."""

    __tablename__ = "stimulus"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    english: Mapped[str] = mapped_column(Text, default="", server_default="")  # empty: Vietnamese alone
    content_hash: Mapped[str] = mapped_column(String(64))  # of both
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]


class MediaRow(Base):
    """A picture, named by its content: what a wording refers to can never become another."""

    __tablename__ = "media"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    mime: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column("bytes", LargeBinary)
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]


class ItemKeyRow(Base):
    """A version of a key: one option that is right, or the whole rule (`examsvc.store.item_parts`)."""

    __tablename__ = "item_key"
    __table_args__ = (UniqueConstraint("item_version_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    version: Mapped[int]
    option_id: Mapped[str] = mapped_column(String(8))  # empty where the rule says it
    rule: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]


class KeyCorrectionRow(Base):
    """Another key for a frozen wording; undecided it changes nothing, confirmed it is the next `item_key`."""

    __tablename__ = "key_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    base_version: Mapped[int]  # of the key that it is to take the place of
    option_id: Mapped[str] = mapped_column(String(8))  # as in `item_key`
    rule: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(16))  # confirmed | refused
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)


class ItemReviewRow(Base):
    __tablename__ = "item_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decision: Mapped[str] = mapped_column(String(16))  # accept | return
    checklist: Mapped[list[Any]]
    comment: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    review_round: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # the version's, when it was made


class ItemEnemyRow(Base):
    """A pair that never stands on one form; item_a_id < item_b_id."""

    __tablename__ = "item_enemy"

    item_a_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    item_b_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, index=True)


class BankImportRow(Base):
    __tablename__ = "bank_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    n_items: Mapped[int]


class CalibrationRow(Base):
    """One fitted (or judged) parameter set; immutable once adopted, named by every score."""

    __tablename__ = "calibration"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    method: Mapped[str] = mapped_column(String(16))  # judgement | mml
    model: Mapped[str] = mapped_column(String(8))  # asked of the campaign's items: 2PL | Rasch | 3PL
    state: Mapped[str] = mapped_column(String(16))  # proposed | adopted | rejected
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    n_persons: Mapped[int]
    n_items: Mapped[int]
    summary: Mapped[dict[str, Any]]  # status, iterations, log-likelihood, gradient norm, options, warnings
    options: Mapped[dict[str, Any] | None] = mapped_column(_JSON)  # what was asked: CalibrationOrder
    analysis: Mapped[dict[str, Any] | None] = mapped_column(_JSON)  # what it says of persons, forms, links
    checksum: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    adopted_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    adopted_at: Mapped[datetime | None]
    rejection: Mapped[dict[str, Any] | None] = mapped_column(_JSON)  # {"by": user id, "at", "reason"}


class ItemParameterRow(Base):
    """An item version's parameters and classical statistics in one calibration."""

    __tablename__ = "item_parameter"

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibration.id"), primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True, index=True)
    a: Mapped[float | None]  # None: not calibrated, classical statistics only
    b: Mapped[float | None]
    c: Mapped[float | None]
    se_a: Mapped[float | None]
    se_b: Mapped[float | None]
    n_responses: Mapped[int]
    p_value: Mapped[float | None]
    point_biserial: Mapped[float | None]
    options: Mapped[list[Any]]  # [{"id": "A", "share": 0.1, "point_biserial": -0.2, "is_key": false}, …]
    flags: Mapped[list[Any]]  # [{"code": stable code, "option": "A" or null}, …]
    model: Mapped[str] = mapped_column(String(16), default="2PL", server_default="2PL")
    thresholds: Mapped[list[Any] | None] = mapped_column(_JSON)  # None: dichotomous, b says it
    # [[lowest share, as "1/4", of the mark, share it is worth], …] by category; None: right or wrong
    categories: Mapped[list[Any] | None] = mapped_column(_JSON)
    # of an item that is no choice of one: {"parts": [{"id", "share"}], "categories": [{"from", "worth", "n",
    # "share"}], "se": of the thresholds}
    parts: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    se_c: Mapped[float | None]
    fit: Mapped[dict[str, Any] | None] = mapped_column(_JSON)  # s_x2, df, p, rmsea, infit, infit_z, outfit, …
    curve: Mapped[list[Any] | None] = mapped_column(_JSON)  # [{"theta", "n", "mean", "low", "high"}, …]
