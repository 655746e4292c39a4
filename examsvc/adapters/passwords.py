"""Argon2id with a bounded number of hashes at a time, so that a rush of logins cannot starve saves."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Among the settings that OWASP names as equal (19 MiB and two passes, 12 and three, 9 and four, 7 and five)
# this took 26 ms of CPU, the first 31, for more of it stays near the core; the default of the library 189.
_MEMORY_KIB, _PASSES, _LANES = 9 * 1024, 4, 1


class Argon2Passwords:
    """Fulfils ports.PasswordHasher.

    A few threads of its own do all hashing: in the threads that serve, each would keep the memory of a hash.
    """

    def __init__(self, slots: int) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        self._slots = ThreadPoolExecutor(max_workers=slots, thread_name_prefix="argon2")
        self._decoy = self._hasher.hash(secrets.token_hex(8))

    def hash(self, password: str) -> str:
        return self._slots.submit(self._hasher.hash, password).result()

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; an account without one costs the same time and never fits."""
        fits = self._slots.submit(self._fits, password_hash or self._decoy, password).result()
        return fits and password_hash is not None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
