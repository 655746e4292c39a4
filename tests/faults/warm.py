"""Gunicorn's master imports the service before it forks: a killed worker is replaced within a moment."""

import examsvc.hall  # noqa: F401
