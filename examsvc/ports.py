"""What the services ask of the world outside the database."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Protocol


class Queue(Protocol):
    """Wakes a worker for a row of the job table; the row is the truth, the message may get lost."""

    def wake(self, job_id: int) -> None: ...


class Files(Protocol):
    """Keeps files beside the data; a name is 64 hexadecimal digits that nobody can guess."""

    def write(self, name: str, data: bytes) -> None:
        """Keep the file, whole or not at all."""
        ...

    def find(self, name: str) -> bytes | None: ...

    def remove(self, name: str) -> None:
        """Forget the file; one that is not there is forgotten already."""
        ...


class Presence(Protocol):
    """When a candidate's machine was last heard of; may forget everything at any time."""

    def seen(self, sitting_id: int, at_ms: int) -> None: ...

    def last_seen(self, sitting_ids: Iterable[int]) -> dict[int, int] | None:
        """Milliseconds since the epoch, by sitting; None: the memory is out of reach, nothing is known."""
        ...

    def ask(self, sitting_id: int) -> None:
        """A machine that does not hold the sitting asks to go on with it; forgotten within a minute."""
        ...

    def answered(self, sitting_id: int) -> None:
        """It goes on, or another one does: nobody asks any more."""
        ...

    def asking(self, sitting_ids: Iterable[int]) -> set[int]:
        """For which sittings one asks at the moment."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """Whose time may have moved: these sittings, and everybody of this administration."""

    sitting_ids: tuple[int, ...] = ()
    administration_id: int | None = None


class Live(Protocol):
    """Tells waiting pages to ask for the clock now, after the commit; may get lost, for pages poll too."""

    def changed(self, sitting_ids: Iterable[int] = (), administration_id: int | None = None) -> None: ...


class Changes(Protocol):
    """Hears what Live.changed said in any process: None once it hears, then changes; ends when it is deaf."""

    def listen(self) -> AsyncGenerator[Change | None, None]: ...


class PasswordHasher(Protocol):
    """Hashes and checks passwords, slowly, with a bounded number at a time."""

    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str | None, password: str) -> bool: ...


class Progress(Protocol):
    """How far long work is; raises nothing, may ask to stop."""

    def __call__(self, done: int, total: int) -> None: ...


class StagedProgress(Protocol):
    """How far long work of several stages is; raises nothing, may ask to stop."""

    def __call__(self, done: int, total: int, stage: str = "") -> None: ...
