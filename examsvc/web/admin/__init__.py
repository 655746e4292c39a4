"""Accounts, and the audit chain."""

from examsvc.web.admin import accounts, audit, operation
from examsvc.web.admin.room import room

__all__ = ["accounts", "audit", "operation", "room"]
