"""Hosts without machines: a network namespace each, joined by a bridge, with a cable that can be pulled."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

BRIDGE, GATEWAY = "exsvc0", "10.77.0.1"
ADDRESSES = {
    "lb1": "10.77.0.10",
    "web1": "10.77.0.11",
    "web2": "10.77.0.12",
    "db1": "10.77.0.21",
    "db2": "10.77.0.22",
}


def why_impossible() -> str | None:
    """What this machine lacks for network namespaces; None when they can be made."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None:
        return "network namespaces need iproute2"
    done = _ip("link", "add", "exsvctest", "type", "bridge", check=False)
    if done.returncode:
        return f"no bridge can be made: {done.stderr.strip()}"
    _ip("link", "del", "exsvctest")
    return None


class Host:
    """A namespace with one address; what is started in it sees no other network."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.address = name, ADDRESSES[name]
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o755)
        self._namespace = f"exsvc-{name}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._plug()

    def start(
        self, what: str, words: Sequence[str], *, user: str | None = None, environ: Mapping[str, str] = {}
    ) -> subprocess.Popen[bytes]:
        """Start a process that stays; its output goes into a file named for it."""
        with (self.folder / f"{what}.log").open("ab") as out:
            process = subprocess.Popen(
                self._inside(words, user),
                env={**os.environ, **environ},
                cwd=self.folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._processes[what] = process
        return process

    def run(self, words: Sequence[str], *, user: str | None = None, environ: Mapping[str, str] = {}) -> str:
        """Run a command to its end; returns what it printed. Raises AssertionError with it when it fails."""
        done = subprocess.run(
            self._inside(words, user),
            env={**os.environ, **environ},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def kill(self, what: str) -> None:
        """kill -9 of a process and all that it has started."""
        process = self._processes.pop(what)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, what: str, number: int = signal.SIGTERM) -> None:
        """Stop a process as an operator does."""
        process = self._processes.pop(what)
        process.send_signal(number)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def pid(self, what: str) -> int:
        return self._processes[what].pid

    def is_running(self, what: str) -> bool:
        return what in self._processes and self._processes[what].poll() is None

    def cut_off(self) -> None:
        """Pull the cable: nothing comes in or goes out, and nobody is told."""
        _ip("link", "set", f"exs-{self.name}", "down")

    def plug_in(self) -> None:
        _ip("link", "set", f"exs-{self.name}", "up")

    def log(self, what: str) -> str:
        return (self.folder / f"{what}.log").read_text("utf-8", "replace")

    def remove(self) -> None:
        for what in list(self._processes):
            self.kill(what)
        _ip("link", "del", f"exs-{self.name}", check=False)
        _ip("netns", "del", self._namespace, check=False)

    def _inside(self, words: Sequence[str], user: str | None) -> list[str]:
        as_user = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"] if user else []
        return ["ip", "netns", "exec", self._namespace, *as_user, *words]

    def _plug(self) -> None:
        end = f"exs-{self.name}"
        _ip("link", "del", end, check=False)
        _ip("netns", "del", self._namespace, check=False)
        _ip("netns", "add", self._namespace)
        _ip("link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", self._namespace)
        _ip("link", "set", end, "master", BRIDGE, "up")
        _ip("-n", self._namespace, "address", "add", f"{self.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", self._namespace, "link", "set", device, "up")


class Network:
    """The bridge, the hosts on it, and this process's own place in it."""

    def __init__(self, folder: Path) -> None:
        _ip("link", "del", BRIDGE, check=False)
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("address", "add", f"{GATEWAY}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        self.hosts = {name: Host(name, folder) for name in ADDRESSES}

    def __getitem__(self, name: str) -> Host:
        return self.hosts[name]

    def remove(self) -> None:
        for host in self.hosts.values():
            host.remove()
        _ip("link", "del", BRIDGE, check=False)


def _ip(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
    return done
