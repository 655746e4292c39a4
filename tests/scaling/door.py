"""How an exam machine comes in: through nginx, with TLS, under the exam's name."""

from __future__ import annotations

import asyncio
import random
import ssl
from dataclasses import dataclass
from typing import Any

from tests.load.candidate import Candidate, Hall, Seat
from tests.load.http import AGENT, Browser, ConnectionLost, Pool, Reply, _Connection
from tests.load.ledger import Ledger
from tests.load.tally import Tally


class TlsPool(Pool):
    """Kept-alive connections with TLS to one address, under the name that the certificate bears."""

    def __init__(self, address: str, name: str, trust: ssl.SSLContext, *, size: int = 64) -> None:
        super().__init__(address, 443, size=size, timeout_s=40)
        self.name, self.trust = name, trust

    async def _take(self) -> Any:
        while self._idle:
            connection = self._idle.pop()
            if connection.alive:
                return connection
        loop = asyncio.get_running_loop()
        try:
            _transport, connection = await asyncio.wait_for(
                loop.create_connection(
                    _Connection, self.host, self.port, ssl=self.trust, server_hostname=self.name
                ),
                self.timeout_s,
            )
        except OSError as error:
            raise ConnectionLost(str(error)) from error
        return connection


class TlsBrowser(Browser):
    """Says what a browser says on an https page."""

    def _build_common(self) -> bytes:
        assert isinstance(self.pool, TlsPool)
        origin = f"https://{self.pool.name}"
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._common = (
            f"Host: {self.pool.name}\r\nOrigin: {origin}\r\nReferer: {origin}/\r\n"
            f"Sec-Fetch-Site: same-origin\r\nUser-Agent: {AGENT}\r\n"
            f"X-Forwarded-For: 203.0.113.9\r\nCookie: {cookies}\r\n"
        ).encode()
        return self._common


@dataclass(frozen=True, slots=True)
class Door:
    """The address behind which the exam is."""

    address: str
    name: str
    trust: ssl.SSLContext

    def hall(self, ledger: Ledger, *, seed: int) -> Hall:
        """A fresh set of connections; belongs to one event loop."""
        return Hall(TlsPool(self.address, self.name, self.trust), ledger, Tally(), random.Random(seed))

    def seat(self, hall: Hall, seat: Seat, cookies: dict[str, str], token: str) -> Candidate:
        """A candidate who is signed in already."""
        candidate = Candidate(hall, seat)
        candidate.browser = TlsBrowser(hall.pool)
        candidate.browser.set_cookies(**cookies)
        candidate.browser.token = token
        return candidate

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection."""
        return await asyncio.open_connection(self.address, 443, ssl=self.trust, server_hostname=self.name)

    async def get(self, hall: Hall, path: str) -> Reply:
        """A page, as somebody who is not signed in."""
        return await TlsBrowser(hall.pool).get(path)
