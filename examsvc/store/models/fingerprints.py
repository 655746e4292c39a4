"""What a program reads off a wording, kept beside it: for the search, near-duplicates and the board."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from examsvc.store.types import Base


class ItemFingerprintRow(Base):
    """One to an item version, written with its wording; all of it can be worked out again from that."""

    __tablename__ = "item_fingerprint"

    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), primary_key=True)
    method: Mapped[int]  # of item_bank.sketches: what another method made is worked out anew
    wording_hash: Mapped[str] = mapped_column(String(64))  # of the wording that it was worked out from
    sketches: Mapped[bytes] = mapped_column(LargeBinary)  # of the stem, then of stem and options
    folded: Mapped[str] = mapped_column(
        Text
    )  # code, stem, options: a line each, as item_bank.similarity folds
    key_version: Mapped[int]  # of the key that `faults` were found with; 0: not looked for yet
    faults: Mapped[str] = mapped_column(Text)  # codes of item_bank.quality.Fault with a space between


class NearDuplicateRow(Base):
    """A pair of items that read alike, as a search of the whole bank last found it; item_a_id < item_b_id."""

    __tablename__ = "near_duplicate"

    item_a_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    item_b_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, index=True)
    version_a_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    version_b_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    stem_score: Mapped[float]  # Dice coefficients, see item_bank.similarity
    whole_score: Mapped[float]
    found_at: Mapped[datetime]
    # who has decided, and how: enemies | dismissed; None: nobody yet
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
