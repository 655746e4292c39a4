"""The application over any store, in this process: for faults that need no load but a plain look."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from examsvc.adapters.memory import InlineQueue, MemoryPresence
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.bootstrap import House
from examsvc.services import Services
from examsvc.services.group_commit import GroupCommit
from examsvc.settings import Settings
from examsvc.store import Store
from examsvc.whole import whole_app


@dataclass
class Log(logging.Handler):
    """What the service had to say of a level that somebody is called for."""

    lines: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.ERROR)

    __hash__ = object.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelno, record.getMessage()))

    def count(self, level: int, text: str) -> int:
        return sum(level == one and text in line for one, line in self.lines)


@contextmanager
def served(store: Store, home: Path, redis_url: str) -> Iterator[tuple[Flask, Services, Log]]:
    """The application with saves that share a commit, as in production, and what it logs."""
    log = Log()
    logging.getLogger().addHandler(log)
    with ExitStack() as stack:
        stack.callback(logging.getLogger().removeHandler, log)
        saver = GroupCommit(store)
        stack.callback(saver.close)
        queue = InlineQueue()
        queue.run_job = lambda _job_id: None
        services = Services(
            store=store,
            queue=queue,
            presence=MemoryPresence(),
            passwords=Argon2Passwords(1),
            saver=saver,
        )
        settings = Settings(
            home=home,
            database_url=str(store.writer.url),
            redis_url=redis_url,
            secret_key="only-for-tests",
            host="127.0.0.1",
            port=0,
            threads=2,
            cookie_secure=False,
            hashing_slots=1,
        )
        yield whole_app(House(settings, services, queue, redis_url)), services, log
