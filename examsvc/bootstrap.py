"""From settings to a running house: store, Redis, queue and services."""

from __future__ import annotations

import fcntl
import functools
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from examsvc.adapters.buffered_presence import BufferedPresence
from examsvc.adapters.kept_files import FolderFiles
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.adapters.redis_live import RedisLive
from examsvc.adapters.redis_presence import RedisPresence
from examsvc.adapters.redis_queue import RedisQueue
from examsvc.adapters.redis_server import RedisServer
from examsvc.services import Services
from examsvc.services.backlog import watch_backlog
from examsvc.services.finalise import finalise_due
from examsvc.services.group_commit import GroupCommit
from examsvc.services.jobs import put_back_interrupted, wake_waiting
from examsvc.services.shared_glance import SharedGlance
from examsvc.services.staff_views import FRESH_S, StaffViews
from examsvc.settings import Settings
from examsvc.store import SchemaBehind, Store, WriterTaken
from examsvc.store.migrate import is_current, migrate

log = logging.getLogger(__name__)
FINALISE_EVERY_S = 2.0
RunJob = Callable[[Services, int], None]
Chore = Callable[[Services], object]  # done by and by, as its day has come or not


@dataclass(frozen=True, slots=True)
class House:
    """Everything that a process needs to serve."""

    settings: Settings
    services: Services
    queue: RedisQueue
    redis_url: str
    does_jobs: bool = True


@contextmanager
def open_house(
    settings: Settings, run_job: RunJob | None = None, *, migrating: bool = False
) -> Iterator[House]:
    """Open the store and Redis, and close them when the block ends; `run_job` does the jobs of the queue.

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
            glances=SharedGlance(store),
            live=RedisLive(redis.client),
            views=StaffViews(live=settings.staff_views, fresh_s=FRESH_S),
            files=FolderFiles(settings.home / "exports"),
            uploads=FolderFiles(settings.home / "uploads", kept_s=24 * 3600),
        )
        if run_job is not None:
            queue.handle(functools.partial(run_job, services))
        yield House(settings, services, queue, redis.url, does_jobs=run_job is not None)


@contextmanager
def background(house: House, chores: Sequence[Chore] = ()) -> Iterator[None]:
    """Finalise overdue sittings, and run jobs where this process does them, while the block lasts.

    `chores` are what else this process looks after; they come last, as nobody in an exam waits for them.
    """
    if house.does_jobs:
        house.queue.start_worker()
    stop = threading.Event()
    thread = threading.Thread(
        target=_every,
        args=(stop, lambda: _sweep(house, chores)),
        name="sweep",
        daemon=True,  # the interpreter waits for other threads before it closes the house
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _sweep(house: House, chores: Sequence[Chore]) -> None:
    services = house.services
    watch_backlog(services)
    finalise_due(services)
    if house.does_jobs:
        put_back_interrupted(services)
        wake_waiting(services)
    for chore in chores:
        chore(services)


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
