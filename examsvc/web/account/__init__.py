"""Logging in and out, the language, the start page."""

from examsvc.web.account.views import room

__all__ = ["room"]
