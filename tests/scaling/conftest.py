"""One cluster for all tests here, and an exam whose candidates are signed in."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from examsvc.store import Store
from tests.load.candidate import Candidate, Hall, Seat
from tests.load.ledger import Ledger
from tests.load.seeding import PASSWORD, Exam, lay_exam, sign_in_all
from tests.scaling import cluster as servers
from tests.scaling import network as wires
from tests.scaling.cluster import NAME, Cluster
from tests.scaling.door import Door, TlsBrowser

N = 60


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Five hosts with everything started; what is missing on this machine is said when it is skipped."""
    missing = wires.why_impossible() or servers.why_impossible()
    if missing:
        assert os.environ.get("EXAMSVC_REQUIRE_NETNS") != "1", missing
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="exsvc-"))  # not pytest's, which the user postgres cannot enter
    folder.chmod(0o755)
    network = wires.Network(folder)
    started = Cluster(network, folder)
    try:
        started.start()
        yield started
        started.stop()
    finally:
        network.remove()
        if os.environ.get("EXAMSVC_KEEP_LOGS") != "1":
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Sitting:
    """Sixty candidates before the door, with what proves who they are."""

    door: Door
    exam: Exam
    cookies: tuple[dict[str, str], ...]
    token: str
    ledger: Ledger

    def hall(self) -> Hall:
        """Connections of its own, and events that no other hall has made."""
        return self.door.hall(self.ledger, seed=secrets.randbits(32))

    def candidates(self, hall: Hall, seats: Sequence[Seat] | None = None) -> list[Candidate]:
        return [
            self.door.seat(hall, seat, cookies, self.token)
            for seat, cookies in zip(seats or self.exam.seats, self.cookies, strict=False)
        ]

    def candidate(self, hall: Hall, index: int) -> Candidate:
        return self.door.seat(hall, self.exam.seats[index], self.cookies[index], self.token)


@pytest.fixture(scope="session")
def sitting(cluster: Cluster) -> Iterator[Sitting]:
    """An administration that has begun, of candidates who are signed in and checked in."""
    store = Store.connect(cluster.database_url())
    door = Door(cluster.lb1.address, NAME, cluster.trust)
    try:
        exam = lay_exam(store, N)
        ledger = Ledger()
        first, others = asyncio.run(_sign_in(door, exam, ledger))
        sign_in_all(store, first, others, cluster.environ["EXAMSVC_SECRET_KEY"])
        everybody = [first, *others]
        yield Sitting(
            door, exam, tuple(dict(one.browser.cookies) for one in everybody), first.browser.token, ledger
        )
    finally:
        store.dispose()


async def _sign_in(door: Door, exam: Exam, ledger: Ledger) -> tuple[Candidate, list[Candidate]]:
    """One by the form, whose login the others' are modelled on."""
    hall = door.hall(ledger, seed=0)
    first, *others = [Candidate(hall, seat) for seat in exam.seats]
    for one in (first, *others):
        one.browser = TlsBrowser(hall.pool)
    await first.log_in(PASSWORD)
    await first.sitting_page()
    hall.pool.close()
    return first, others
