"""The date on the wall of the office: deadlines and legal acts go by days of Vietnam, instants are UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Final

from examsvc.store import Session, database_now

# Vietnam keeps one time all year, so that no table of time zones is needed
OFFICE_TIME: Final = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def office_date(instant: datetime) -> date:
    """The day in Vietnam on which something happened."""
    return instant.astimezone(OFFICE_TIME).date()


def today(session: Session) -> date:
    """The day in Vietnam, by the database's clock."""
    return office_date(database_now(session))
