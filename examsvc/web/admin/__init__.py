"""Accounts, and the audit chain."""

from examsvc.web.admin import accounts, audit
from examsvc.web.admin.room import room

__all__ = ["accounts", "audit", "room"]
