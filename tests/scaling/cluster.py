"""The servers of examsvc/docs/scaling, each started from its own file, on the addresses written there."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from examsvc.adapters.redis_url import connect
from tests.load.processes import children_of, is_alive
from tests.scaling.network import Host, Network

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "examsvc" / "docs" / "scaling"
NAME = "exam.lan"
INSTALLED, VENV = "/opt/examsvc/.venv/bin/", f"{Path(sys.executable).parent}/"
PASSWORD = "change-me"  # as in the files
READY_WITHIN_S = 180


def postgres_bin() -> Path | None:
    """The folder of the newest installed PostgreSQL server, with pg_basebackup."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_basebackup"), key=lambda path: float(path.parts[4])
    )
    return found[-1].parent if found else None


def why_impossible() -> str | None:
    """Which server is not installed."""
    for name in ("nginx", "redis-server", "openssl", "setpriv"):
        if shutil.which(name) is None:
            return f"{name} is not installed"
    if postgres_bin() is None:
        return "no PostgreSQL server is installed"
    try:
        pwd.getpwnam("postgres")
        pwd.getpwnam("www-data")
    except KeyError as missing:
        return f"no such user: {missing}"
    return None


def read_environ() -> dict[str, str]:
    """examsvc.env as systemd reads it."""
    lines = (FILES / "examsvc.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def exec_start(unit: str, environ: dict[str, str]) -> list[str]:
    """A unit's command line as systemd would run it, from where this project is installed."""
    found = re.search(r"^ExecStart=(.*)$", (FILES / unit).read_text("utf-8"), re.MULTILINE)
    assert found is not None
    words = shlex.split(found.group(1).replace("(", r"\(").replace(")", r"\)"))
    expanded = [re.sub(r"\$\{(\w+)\}", lambda name: environ[name.group(1)], word) for word in words]
    assert expanded[0].startswith(INSTALLED)
    return [VENV + expanded[0].removeprefix(INSTALLED), *expanded[1:]]


class Cluster:
    """lb1 with nginx, two web hosts, two database hosts with PostgreSQL and Redis, three sentinels."""

    def __init__(self, network: Network, folder: Path) -> None:
        self.network = network
        self.folder = folder
        self.environ = read_environ()
        self.lb1, self.web1, self.web2 = network["lb1"], network["web1"], network["web2"]
        self.db1, self.db2 = network["db1"], network["db2"]
        found = postgres_bin()
        assert found is not None
        self._bin = found

    def start(self) -> None:
        self.start_redis()
        self.make_primary()
        self.make_standby()
        self.migrate()
        for host in (self.web1, self.web2):
            self.start_web(host)
        for host in (self.web1, self.web2):
            self.await_web(host)
        self.start_nginx()

    @property
    def trust(self) -> ssl.SSLContext:
        """What an exam machine believes: the internal CA alone."""
        return ssl.create_default_context(cafile=self.lb1.folder / "tls" / "ca.crt")

    # Redis

    def start_redis(self) -> None:
        for host in (self.db1, self.db2):
            shutil.copy(FILES / "redis.conf", host.folder)
            follow = [] if host is self.db1 else ["--replicaof", f"{self.db1.address} 6379"]
            host.start("redis", ["redis-server", str(host.folder / "redis.conf"), *follow])
        until(lambda: self._redis_answers(self.db1, 6379) and self._redis_answers(self.db2, 6379), "Redis")
        for host in (self.lb1, self.db1, self.db2):
            shutil.copy(FILES / "sentinel.conf", host.folder)
            host.start("sentinel", ["redis-server", str(host.folder / "sentinel.conf"), "--sentinel"])
        client = connect(self.environ["REDIS_URL"], socket_timeout=1, socket_connect_timeout=1)
        until(lambda: _quietly(client.ping), "the sentinels to name a master")
        client.close()
        until(self._sentinels_know_each_other, "the sentinels to know each other and the replica")

    def _sentinels_know_each_other(self) -> bool:
        def state(host: Host) -> bool:
            client = connect(f"redis://:{PASSWORD}@{host.address}:26379", socket_timeout=1)
            try:
                told = client.sentinel_master("examsvc")
                return bool(told["num-other-sentinels"] == 2 and told["num-slaves"] == 1)
            finally:
                client.close()

        return all(_quietly(lambda host=host: state(host)) for host in (self.lb1, self.db1, self.db2))

    def _redis_answers(self, host: Host, port: int) -> bool:
        client = connect(f"redis://:{PASSWORD}@{host.address}:{port}", socket_timeout=1)
        try:
            return _quietly(client.ping)
        finally:
            client.close()

    # PostgreSQL

    def data(self, host: Host) -> Path:
        return host.folder / "data"

    def make_primary(self) -> None:
        host = self.db1
        self._own(host.folder)
        self._as_postgres(
            host, ["initdb", "--pgdata", str(self.data(host)), "--data-checksums", "-E", "UTF8"]
        )
        shutil.copy(FILES / "pg_hba.conf", self.data(host))
        (self.data(host) / "conf.d").mkdir()
        shutil.copy(FILES / "postgresql.conf", self.data(host) / "conf.d" / "examsvc.conf")
        with (self.data(host) / "postgresql.conf").open("a") as conf:
            conf.write("include_dir = 'conf.d'\n")
        self._own(self.data(host))
        self.start_postgres(host)
        until(lambda: self._postgres_is_ready(host), "the primary")
        # The roles cannot wait for a standby that needs them to connect: what an operator does, too.
        self._psql(host, "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
        self._as_postgres(
            host, ["psql", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-f", str(FILES / "roles.sql")]
        )

    def make_standby(self, host: Host | None = None, primary: Host | None = None) -> None:
        host, primary = host or self.db2, primary or self.db1
        self._own(host.folder)
        self._as_postgres(
            host,
            ["sh", str(FILES / "make-standby.sh"), primary.address, host.name, str(self.data(host))],
            PGPASSWORD=PASSWORD,
        )
        self.start_postgres(host)
        self._psql(primary, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()")
        until(lambda: self.is_synchronous(primary), "the standby to be synchronous")

    def start_postgres(self, host: Host) -> None:
        sockets = f"unix_socket_directories={host.folder}"  # these hosts share one disk, and so one /var/run
        host.start(
            "postgres",
            [str(self._bin / "postgres"), "-D", str(self.data(host)), "-c", sockets],
            user="postgres",
        )

    def kill_postgres(self, host: Host) -> None:
        """kill -9 of the server and every backend at once."""
        postmaster = host.pid("postgres")
        victims = [postmaster, *children_of(postmaster)]
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        host.kill("postgres")
        until(lambda: not any(map(is_alive, victims)), "the killed processes to end")

    def promote(self, host: Host) -> None:
        """The standby becomes the primary, alone, as the operator's script does it."""
        self._as_postgres(host, ["sh", str(FILES / "promote.sh"), str(self.data(host)), "alone"])

    def is_synchronous(self, primary: Host) -> bool:
        told = self._psql(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'")
        return told.strip() == "1"

    def database_url(self) -> str:
        return self.environ["DATABASE_URL"]

    def holds_back(self, primary: Host, sitting_id: int) -> bool:
        """Whether a save of this sitting is committed on this host alone and waits for the standby."""
        waiting = self._psql(primary, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        free = self._psql(
            primary,
            "SET synchronous_commit = local",  # looking must not wait itself
            f"SELECT count(*) FROM (SELECT FROM sitting WHERE id = {sitting_id} FOR UPDATE SKIP LOCKED) AS s",
            database="examsvc",
        )
        return int(waiting) > 0 and free.strip() == "0"

    def _postgres_is_ready(self, host: Host) -> bool:
        return "accepting" in self._as_postgres(host, ["pg_isready"])

    def count_events(self, primary: Host, sitting_id: int) -> int:
        return int(
            self._psql(
                primary,
                f"SELECT count(*) FROM response_event WHERE sitting_id = {sitting_id}",
                database="examsvc",
            )
        )

    def _psql(self, host: Host, *commands: str, database: str = "postgres") -> str:
        asked = [word for command in commands for word in ("-c", command)]
        return self._as_postgres(host, ["psql", "-d", database, "-Atq", "-v", "ON_ERROR_STOP=1", *asked])

    def _as_postgres(self, host: Host, words: list[str], **environ: str) -> str:
        """A script or tool as that user; PGHOST is the folder of that host's own socket."""
        path = f"{self._bin}:{os.environ['PATH']}"
        own = {} if "PGPASSWORD" in environ else {"PGHOST": str(host.folder)}
        return host.run(words, user="postgres", environ={"PATH": path, "HOME": "/tmp", **own, **environ})

    def _own(self, folder: Path) -> None:
        account = pwd.getpwnam("postgres")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)

    # the service

    def migrate(self) -> None:
        self.web1.run([VENV + "examsvc", "migrate"], environ=self._service_environ(self.web1))

    def start_web(self, host: Host) -> None:
        """Both units of a web host."""
        environ = self._service_environ(host)
        host.start("web", exec_start("examsvc-web.service", environ), environ=environ)
        host.start("live", exec_start("examsvc-live.service", environ), environ=environ)

    def await_web(self, host: Host) -> None:
        until(
            lambda: host.is_running("web") and self.http_answers(host, 8000, "/login"),
            f"gunicorn on {host.name}",
        )
        until(lambda: self.http_answers(host, 8001, "/live/health"), f"the live channel on {host.name}")

    def _service_environ(self, host: Host) -> dict[str, str]:
        home = host.folder / "home"
        home.mkdir(exist_ok=True)
        return {**self.environ, "EXAMSVC_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}

    def http_answers(self, host: Host, port: int, path: str) -> bool:
        with urllib.request.urlopen(f"http://{host.address}:{port}{path}", timeout=5) as reply:
            return bool(reply.status == 200)

    # nginx

    def start_nginx(self) -> None:
        host = self.lb1
        shutil.copy(FILES / "nginx.conf", host.folder)
        host.run(["sh", str(FILES / "internal-ca.sh"), str(host.folder / "tls"), NAME])
        words = ["nginx", "-p", str(host.folder), "-c", "nginx.conf"]
        host.run([*words, "-t"])
        host.start("nginx", [*words, "-g", "daemon off;"])
        until(lambda: self._tls_answers(host), "nginx")

    def _tls_answers(self, host: Host) -> bool:
        plain = socket.create_connection((host.address, 443), timeout=2)
        with plain, self.trust.wrap_socket(plain, server_hostname=NAME):
            return True

    def lose_db1(self) -> None:
        """The whole host of the primary: cable and power at once."""
        self.db1.cut_off()
        self.kill_postgres(self.db1)
        for what in ("redis", "sentinel"):
            self.db1.kill(what)

    def stop(self) -> None:
        for host in self.network.hosts.values():
            for what in ("nginx", "web", "live"):
                if host.is_running(what):
                    host.stop(what)
            if host.is_running("postgres"):
                host.stop("postgres", signal.SIGQUIT)


def until(holds: Callable[[], bool], what: str, within_s: float = READY_WITHIN_S) -> None:
    """Wait until it holds; what it raises while a server comes up counts as not yet."""
    give_up = time.monotonic() + within_s
    while not _quietly(holds):
        assert time.monotonic() < give_up, f"waited {within_s:.0f} s for {what}"
        time.sleep(0.05)


def _quietly(ask: Callable[[], object]) -> bool:
    try:
        return bool(ask())
    except Exception:  # whatever it is, it is not there yet
        return False
