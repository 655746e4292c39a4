"""What every use case is given."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.ports import PasswordHasher, Presence, Queue
from examsvc.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """The store and the fulfilled ports."""

    store: Store
    queue: Queue
    presence: Presence
    passwords: PasswordHasher
