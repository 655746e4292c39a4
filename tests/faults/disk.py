"""The database's disk fills up under a candidate's saves, and is emptied again."""

from __future__ import annotations

import logging
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from examsvc.store import Store
from tests.faults.inside import served
from tests.faults.scene import Report, silent
from tests.integration.laid import PASSWORD, LaidSitting, lay_sitting, projected, replayed, stored
from tests.integration.signing_in import Browser, sign_in
from tests.load.servers import DURABLE, Postgres, migrated_store

NOTE = "Ghi chú dài để đầy đĩa nhanh. " * 60
MOST_UNTIL_FULL = 3_000  # saves; each bears a note
RECOVERED_WITHIN_S = 60.0
SMALL_LOG = {"max_wal_size": "64MB", "min_wal_size": "32MB", "wal_recycle": "off"}


class Unavailable(Exception):
    """This machine does not let the fault be made; the message says why."""


@dataclass
class Filled:
    """What came of it, over all rounds.

    refused : saves that met a full disk; wrong : replies other than a clear 503
    alarms : lines of the log that call for somebody
    """

    rounds: int = 0
    acknowledged: int = 0
    refused: int = 0
    restarts: int = 0
    alarms: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    not_recovered: int = 0
    projection_is_replay: bool = True

    @property
    def holds(self) -> bool:
        failed = self.wrong or self.lost or self.not_recovered
        return not failed and self.projection_is_replay and self.refused > 0 and self.alarms > 0


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own that is soon full."""
    path.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "examsvc-faults", str(path)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        raise Unavailable(f"a tmpfs cannot be mounted here (root is needed): {mounted.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=False)


def fill_sqlite(folder: Path, redis_url: str, rounds: int, *, report: Report = silent) -> Filled:
    """The embedded database on a small disk."""
    with small_disk(folder / "disk", 24) as disk:
        store = migrated_store(f"sqlite:///{disk / 'examsvc.db'}")
        try:
            return _fill(store, folder, disk, redis_url, rounds, lambda: False, report)
        finally:
            store.dispose()


def fill_postgresql(folder: Path, redis_url: str, rounds: int, *, report: Report = silent) -> Filled:
    """PostgreSQL with data and log on a small disk; if it stops, it is started again, as by its host."""
    with small_disk(folder / "disk", 320) as disk:
        postgres = Postgres(disk / "postgresql", settings={**DURABLE, **SMALL_LOG})
        store = migrated_store(postgres.create("small"))

        def restart_if_gone() -> bool:
            assert postgres.pid is not None
            if Path(f"/proc/{postgres.pid}").exists() and not _is_zombie(postgres.pid):
                return False
            with suppress(ChildProcessError):
                os.waitpid(postgres.pid, os.WNOHANG)
            postgres.restart()
            return True

        try:
            return _fill(store, folder, disk, redis_url, rounds, restart_if_gone, report)
        finally:
            store.dispose()
            postgres.stop()


def _fill(
    store: Store,
    folder: Path,
    disk: Path,
    redis_url: str,
    rounds: int,
    restart_if_gone: Callable[[], bool],
    report: Report,
) -> Filled:
    found = Filled()
    with served(store, folder, redis_url) as (app, services, log):
        laid = lay_sitting(services, password=PASSWORD)
        browser = sign_in(app, laid.owner.username, PASSWORD)
        assert browser.post_json(f"/api/v1/sittings/{laid.sitting_id}/open", {}).status_code == 200
        writer = _Writer(laid, browser, found)
        for done in range(rounds):
            assert writer.save() == 200
            filler = _fill_up(disk)
            writer.save_until_refused()
            writer.keep_refusing(10)
            filler.unlink()
            give_up = time.monotonic() + RECOVERED_WITHIN_S
            while writer.save(same=True) != 200:
                found.restarts += restart_if_gone()
                if time.monotonic() > give_up:
                    found.not_recovered += 1
                    break
                time.sleep(0.1)
            found.rounds += 1
            report(done + 1)
        found.alarms = log.count(logging.CRITICAL, "disk is full") + log.count(
            logging.ERROR, "database does not answer"
        )
        sitting_id = laid.sitting_id
        held = {seq for _epoch, seq in stored(services, sitting_id, "counted")}
        found.acknowledged = len(writer.acknowledged)
        found.lost = [f"event {seq}" for seq in sorted(writer.acknowledged - held)]
        found.projection_is_replay = projected(services, sitting_id) == replayed(services, sitting_id)
    return found


class _Writer:
    """A candidate who writes long notes, and remembers what was acknowledged."""

    def __init__(self, laid: LaidSitting, browser: Browser, found: Filled) -> None:
        self._laid, self._browser, self._found = laid, browser, found
        self._path = f"/api/v1/sittings/{laid.sitting_id}/events"
        self._seq = 0
        self._event: dict[str, Any] = {}
        self.acknowledged: set[int] = set()

    def save(self, *, same: bool = False) -> int:
        """Send a new event, or once more the one that was refused; the status."""
        if not same:
            self._seq += 1
            self._event = {
                "epoch": 1,
                "seq": self._seq,
                "event_id": str(uuid.uuid4()),
                "item_id": self._laid.item_ids[self._seq % len(self._laid.item_ids)],
                "payload": {"response": "A", "note": f"{self._seq} {NOTE}"},
                "client_ms": 0,
            }
        answer = self._browser.post_json(self._path, {"events": [self._event]})
        if answer.status_code == 200:
            self.acknowledged.update(range(1, answer.json["durable_through"] + 1))
        elif answer.status_code != 503 or not _is_understood(answer.json):
            self._found.wrong.append(f"{answer.status_code} {answer.text[:100]}")
        return answer.status_code

    def save_until_refused(self) -> None:
        for _ in range(MOST_UNTIL_FULL):
            if self.save() != 200:
                self._found.refused += 1
                return
        self._found.wrong.append(f"{MOST_UNTIL_FULL} saves were taken by a full disk")

    def keep_refusing(self, times: int) -> None:
        """The player tries again and again; a stray one may still find a free page."""
        for _ in range(times):
            if self.save(same=True) == 200:
                self.save_until_refused()
            else:
                self._found.refused += 1


def _is_understood(body: Any) -> bool:
    """Whether a candidate is told that nothing is lost, in words."""
    return isinstance(body, dict) and body.get("error") == "busy" and len(str(body.get("message"))) > 20


def _fill_up(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as out:
        size = 2**20
        while size >= 512:
            try:
                out.write(b"x" * size)
            except OSError:
                size //= 2
    return filler


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rsplit(")", 1)[1].split()[0] == "Z"
