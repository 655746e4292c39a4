"""From settings to a running house: store, Redis, queue and services."""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from examsvc.adapters.buffered_presence import BufferedPresence
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.adapters.redis_live import RedisLive
from examsvc.adapters.redis_presence import RedisPresence
from examsvc.adapters.redis_queue import RedisQueue
from examsvc.adapters.redis_server import RedisServer
from examsvc.jobs.runner import run_job
from examsvc.services import Services
from examsvc.services.finalise import finalise_due
from examsvc.services.group_commit import GroupCommit
from examsvc.services.jobs import put_back_interrupted, wake_waiting
from examsvc.settings import Settings
from examsvc.store import SchemaBehind, Store, WriterTaken
from examsvc.store.migrate import is_current, migrate

log = logging.getLogger(__name__)
FINALISE_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a process needs to serve."""

    settings: Settings
    services: Services
    queue: RedisQueue
    redis_url: str


@contextmanager
def open_house(settings: Settings, *, migrating: bool = False) -> Iterator[House]:
    """Open the store and Redis, and close them when the block ends.

    On the embedded database this process becomes the one writer; raises WriterTaken when another is.
    Raises SchemaBehind when migrations are outstanding and `migrating` is false.
    """
    with ExitStack() as stack:
        if settings.embedded_database:
            stack.enter_context(_one_writer(settings.home / "writer.lock"))
        store = Store.connect(settings.database_url)
        stack.callback(store.dispose)
        if migrating:
            migrate(store)
        elif not is_current(store):
            raise SchemaBehind
        redis = RedisServer(settings.redis_url, settings.home)
        stack.callback(redis.close)
        queue = RedisQueue(redis.url)
        stack.callback(queue.close)
        presence = BufferedPresence(RedisPresence(redis.client))
        stack.callback(presence.close)
        saver = GroupCommit(store)
        stack.callback(saver.close)
        services = Services(
            store=store,
            queue=queue,
            presence=presence,
            passwords=Argon2Passwords(settings.hashing_slots),
            saver=saver,
            live=RedisLive(redis.client),
        )
        queue.handle(lambda job_id: run_job(services, job_id))
        yield House(settings, services, queue, redis.url)


@contextmanager
def background(house: House) -> Iterator[None]:
    """Run jobs and finalise overdue sittings in this process while the block lasts."""
    house.queue.start_worker()
    stop = threading.Event()
    thread = threading.Thread(
        target=_every,
        args=(stop, lambda: _sweep(house.services)),
        name="sweep",
        daemon=True,  # the interpreter waits for other threads before it closes the house
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _sweep(services: Services) -> None:
    finalise_due(services)
    put_back_interrupted(services)
    wake_waiting(services)


def _every(stop: threading.Event, work: Callable[[], None]) -> None:
    while not stop.wait(FINALISE_EVERY_S):
        try:
            work()
        except Exception:  # the sweep must outlive any one failure; the log tells
            log.exception("the sweep failed; it goes on")


@contextmanager
def _one_writer(path: Path) -> Iterator[None]:
    """Hold the lock that makes this process the embedded database's only writer."""
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WriterTaken(str(path)) from error
        yield
