"""What the kernel says of processes: their children, their CPU time, their memory."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class CpuSeconds:
    """CPU time by kind of process; the driver is told apart and never counted as the server's."""

    web: float = 0.0
    database: float = 0.0
    redis: float = 0.0
    driver: float = 0.0

    @property
    def server(self) -> float:
        return self.web + self.database + self.redis

    def __sub__(self, before: CpuSeconds) -> CpuSeconds:
        return CpuSeconds(
            *(getattr(self, one.name) - getattr(before, one.name) for one in fields(CpuSeconds))
        )


def children_of(pid: int) -> list[int]:
    """The living children of all threads of a process."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, path.read_text("ascii").split())
        except OSError:
            continue  # the thread has ended
    return sorted(found)


def adopt_orphans() -> None:
    """Let daemons that this process starts stay its own to collect: not every init does so at once."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def collect(pids: Iterable[int]) -> None:
    """Take note of the end of these children, so that nothing mistakes what is left of them for a process."""
    for pid in pids:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def tree_cpu_s(pid: int | None) -> float:
    """CPU time of a process, its living children, and those it has seen end."""
    if pid is None:
        return 0.0
    return _own_s(pid, with_ended=True) + sum(_own_s(child, with_ended=True) for child in children_of(pid))


def driver_cpu_s() -> float:
    """CPU time of this process."""
    spent = os.times()
    return spent.user + spent.system


def resident_mb(pids: Iterable[int]) -> dict[int, float]:
    """Resident memory of each process, in MB (10^6 bytes), as VmRSS counts it: shared pages are in each."""
    found = {}
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmRSS:"):
                found[pid] = int(line.split()[1]) * 1024 / 1e6
    return found


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def _own_s(pid: int, *, with_ended: bool) -> float:
    try:
        values = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    ticks = sum(map(int, values[11:15] if with_ended else values[11:13]))  # utime stime cutime cstime
    return ticks * _TICK_S
