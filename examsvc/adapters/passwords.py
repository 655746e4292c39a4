"""Argon2id with a bounded number of hashes at a time, so that a rush of logins cannot starve saves."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's minimum for Argon2id (19 MiB, two passes, one lane): 20 ms of CPU, the library's default 189.
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1


class Argon2Passwords:
    """Fulfils ports.PasswordHasher."""

    def __init__(self, slots: int) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        self._slots = BoundedSemaphore(slots)
        self._decoy = self._hasher.hash(secrets.token_hex(8))

    def hash(self, password: str) -> str:
        with self._slots:
            return self._hasher.hash(password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; an account without one costs the same time and never fits."""
        with self._slots:
            try:
                fits = self._hasher.verify(password_hash or self._decoy, password)
            except (VerificationError, InvalidHashError):
                return False
        return fits and password_hash is not None
