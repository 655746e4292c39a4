"""What a worker process of any kind does: opens the house, finalises what is due, hands out its rooms."""

from __future__ import annotations

import atexit
import ctypes
import signal
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from flask import Flask

from examsvc.app import create_app
from examsvc.bootstrap import Chore, RunJob, background, open_house
from examsvc.edge.room import Room
from examsvc.services.jobs import put_back_interrupted
from examsvc.settings import Settings

_M_ARENA_MAX = -8  # mallopt's name for it, in malloc.h


def serve_rooms(
    rooms: Sequence[Room],
    run_job: RunJob | None = None,
    *,
    chores: Sequence[Chore] = (),
    hashing_slots: int = 2,
) -> Flask:
    """These rooms, for the life of this process; `run_job` None: jobs are left to other workers."""
    _share_memory()
    stack = ExitStack()
    house = stack.enter_context(open_house(Settings.from_environ(hashing_slots=hashing_slots), run_job))
    if run_job is not None:
        put_back_interrupted(house.services, alone=house.settings.embedded_database)
    stack.enter_context(background(house, chores))
    atexit.register(_close_undisturbed, stack)
    return create_app(house, rooms)


def _close_undisturbed(stack: ExitStack) -> None:
    """Close the house; Ctrl-C reaches two processes, and the second signal must not cut this short."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    stack.close()


def _share_memory() -> None:
    """Let the threads of this process share two heaps: by itself glibc gives each its own, and none back."""
    with suppress(OSError, AttributeError):  # another C library has no such setting
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
