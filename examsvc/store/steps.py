"""The common steps of a sitting, a statement each: its first opening, and handing in."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.receipt import Receipt
from examsvc.delivery.sitting import Sitting
from examsvc.store.models import AdministrationRow, SittingReceiptRow, SittingRow
from examsvc.store.unchanging import read_once

_THE_SITTING: Final = sa.update(SittingRow).where(SittingRow.id == sa.bindparam("sitting_id"))
_OPENED: Final = _THE_SITTING.values(
    takeover_allowed=False, failed_at=None, failure_by=None, durable_through=0, max_seq=0
)
_RECEIPT: Final = sa.insert(SittingReceiptRow).values(
    version=sa.select(sa.func.coalesce(sa.func.max(SittingReceiptRow.version), 0) + 1)
    .where(SittingReceiptRow.sitting_id == sa.bindparam("of_sitting"))
    .scalar_subquery()
)


@read_once(maxsize=512)
def get_form_secret(session: Session, administration_id: int) -> bytes:
    """What the keys of an administration's forms are derived from: drawn when it is planned, for good."""
    query = sa.select(AdministrationRow.form_secret).where(AdministrationRow.id == administration_id)
    return bytes.fromhex(session.execute(query).scalar_one())


def write_first_opening(session: Session, sitting: Sitting, address: str | None) -> None:
    """What `open_sitting` changed of a checked-in sitting, whose row is locked, and from where."""
    _write(
        session,
        _OPENED,
        sitting,
        epoch=sitting.epoch,
        device_hash=sitting.device_id,
        opened_at=sitting.opened_at,
        address=address,
    )


def write_submission(session: Session, sitting: Sitting, receipt: Receipt, final_seq: int) -> None:
    """What `submit` changed of an open sitting, whose row is locked, and its receipt."""
    _write(
        session,
        _THE_SITTING,
        sitting,
        submitted_at=sitting.submitted_at,
        finalised_at=sitting.finalised_at,
        receipt=receipt.sha256,
        final_seq=final_seq,
    )
    add_receipt(session, int(sitting.id), receipt)


def add_receipt(session: Session, sitting_id: int, receipt: Receipt) -> None:
    """Keep a receipt; the first is the submission's, each later one follows a decision on late events."""
    given = {
        "sitting_id": sitting_id,
        "of_sitting": sitting_id,
        "made_at": receipt.submitted_at,
        "n_events": receipt.events,
        "log_digest": receipt.log_digest,
        "sha256": receipt.sha256,
    }
    session.connection().execute(_RECEIPT, given)


def _write(session: Session, statement: sa.Update, sitting: Sitting, **changed: Any) -> None:
    """By the connection itself: of what the ORM would keep track of, nothing is in this session."""
    values = {"sitting_id": int(sitting.id), "state": sitting.state.value, **changed}
    session.connection().execute(statement, values)
