"""All SQL: engine, tables, and a module of queries per noun."""

from sqlalchemy.orm import Session

from examsvc.store.engine import Store, database_now
from examsvc.store.errors import EventIdTaken, NotFound, SchemaBehind, StoreBusy, StoreError, WriterTaken

__all__ = [
    "EventIdTaken",
    "NotFound",
    "SchemaBehind",
    "Session",
    "Store",
    "StoreBusy",
    "StoreError",
    "WriterTaken",
    "database_now",
]
