"""Servers that the reduced runs share; each row has seats of its own in the exam."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import scene as scenes
from tests.faults.controls import ACKNOWLEDGING_FIRST, DROP_KEYS, WITHOUT_LOOKING_UP
from tests.faults.scene import Ground, Scene
from tests.faults.slow import Embedded, embedded


@dataclass(frozen=True, slots=True)
class Stage:
    """The service as it is, the two that break a promise on purpose, and the embedded one."""

    ground: Ground
    honest: Scene
    hasty: Scene
    forgetful: Scene
    embedded: Embedded


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder, which is closed to PostgreSQL's user whenever another run begins."""
    path = Path(tempfile.mkdtemp(prefix="faults-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """All servers, started side by side: what takes long is the imports of each."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        alone = pool.submit(stack.enter_context, embedded(folder / "serve"))
        on = stack.enter_context(scenes.ground(folder))
        openings = (
            scenes.scene(on),
            scenes.scene(on, application=ACKNOWLEDGING_FIRST),
            scenes.scene(on, application=WITHOUT_LOOKING_UP, statements=[DROP_KEYS]),
        )
        started = list(pool.map(stack.enter_context, openings))
        yield Stage(on, *started, alone.result())
    shutil.rmtree(folder, ignore_errors=True)
