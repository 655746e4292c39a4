"""All SQL: engine, tables, and a module of queries per noun."""

from sqlalchemy.orm import Session

from examsvc.store.engine import Store, database_now
from examsvc.store.errors import (
    EventIdTaken,
    NotFound,
    SchemaBehind,
    StoreBusy,
    StoreDown,
    StoreError,
    StoreFull,
    WriterTaken,
)

__all__ = [
    "EventIdTaken",
    "NotFound",
    "SchemaBehind",
    "Session",
    "Store",
    "StoreBusy",
    "StoreDown",
    "StoreError",
    "StoreFull",
    "WriterTaken",
    "database_now",
]
