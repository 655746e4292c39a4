"""What each kind of job does: thin, the work is a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from examsvc.accounts.actor import Actor
from examsvc.ports import Progress
from examsvc.services import Services

Handler = Callable[[Services, Actor, dict[str, Any], Progress], dict[str, Any]]

HANDLERS: dict[str, Handler] = {}
