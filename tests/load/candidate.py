"""One simulated candidate: what his player would send, and what it keeps until it is acknowledged."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from examsvc.delivery.events import MAX_EVENTS, payload_hash
from tests.load.http import Browser, ConnectionLost, Pool, Reply
from tests.load.ledger import Ledger
from tests.load.tally import Tally

RETRY_FIRST_S, RETRY_MOST_S = 0.2, 3.0
KEPT_ASIDE = frozenset({"quarantined", "late", "out_of_turn", "altered", "seq_conflict"})
OPTIONS = ("A", "B", "C", "D")


class Refused(Exception):
    """The server answered, and it was a no that repeating would not change."""

    def __init__(self, act: str, reply: Reply) -> None:
        super().__init__(f"{act}: {reply.status} {reply.body[:200]!r}")
        self.reply = reply

    @property
    def code(self) -> str:
        try:
            return str(self.reply.json()["error"])
        except (msgspec.DecodeError, KeyError, TypeError):
            return ""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits which sitting, and the items on its form."""

    username: str
    user_id: int
    sitting_id: int
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hall:
    """What all candidates of a run share."""

    pool: Pool
    ledger: Ledger
    tally: Tally
    rng: random.Random


class Candidate:
    """Logs in, opens, responds, hands in; every event is kept until the server says that it holds it."""

    def __init__(self, hall: Hall, seat: Seat) -> None:
        self.hall = hall
        self.seat = seat
        self.browser = Browser(hall.pool)
        self.epoch = 0
        self.seq = 0
        self.through = 0
        self.pending: dict[int, dict[str, Any]] = {}  # by seq, in order
        self.log: list[str] = []  # the lines whose digest is handed in
        self.clock: dict[str, Any] = {}
        self.opened: dict[str, Any] = {}
        self.receipt: dict[str, Any] | None = None
        self._api = f"/api/v1/sittings/{seat.sitting_id}"
        self._started = time.monotonic()

    # the pages

    async def log_in(self, password: str) -> None:
        """The form page and the form; two acts, since only the second hashes."""
        await self.login_page()
        await self.login_form(password)

    async def login_page(self) -> None:
        await self._timed("login page", self.browser.get, "/login", expect=(200,))

    async def login_form(self, password: str) -> None:
        await self._timed("login", self._send_login, password, expect=(302, 303))

    async def list_page(self) -> None:
        await self._timed("list page", self.browser.get, "/sittings", expect=(200,))

    async def sitting_page(self) -> None:
        """The waiting room and the player; its token is good for every later POST."""
        await self._timed(
            "sitting page", self.browser.get, f"/sittings/{self.seat.sitting_id}", expect=(200,)
        )

    # the API

    async def sealed(self) -> bytes:
        """The locked form, as it is fetched in the waiting room."""
        return (await self._timed("sealed", self.browser.get, f"{self._api}/sealed", expect=(200,))).body

    async def paper(self) -> list[dict[str, Any]]:
        """The items in clear, as a player without cryptography asks for them."""
        items: list[dict[str, Any]] = (
            await self._timed("paper", self.browser.get, f"{self._api}/paper", expect=(200,))
        ).json()["items"]
        return items

    async def heartbeat(self) -> None:
        """Ask for the time, which is also the machine's sign of life."""
        reply = await self._timed("heartbeat", self.browser.get, f"{self._api}/clock", expect=(200,))
        self.clock = reply.json()

    async def open(self) -> dict[str, Any]:
        """Begin, or go on in a new epoch."""
        reply = await self._timed("open", self.browser.post_json, f"{self._api}/open", {}, expect=(200,))
        self.opened = reply.json()
        self.epoch, self.seq, self.through = self.opened["epoch"], 0, 0
        self.clock = self.opened["clock"]
        self.pending.clear()
        self.log.clear()
        return self.opened

    def respond(self, item_id: str, **state: Any) -> dict[str, Any]:
        """Note what the candidate did: the item's whole state becomes an event that waits to be sent."""
        self.seq += 1
        event = {
            "epoch": self.epoch,
            "seq": self.seq,
            "event_id": str(uuid.UUID(int=self.hall.rng.getrandbits(128), version=4)),
            "item_id": item_id,
            "payload": state,
            "client_ms": int((time.monotonic() - self._started) * 1000),
        }
        self.pending[self.seq] = event
        hashed = payload_hash(item_id, state)
        self.log.append(f"{self.epoch}:{self.seq}:{event['event_id']}:{hashed}")
        self.hall.ledger.made(self.seat.sitting_id, event, hashed)
        return event

    def respond_at_random(self) -> dict[str, Any]:
        rng = self.hall.rng
        return self.respond(
            rng.choice(self.seat.item_ids), response=rng.choice(OPTIONS), flagged=rng.random() < 0.05
        )

    async def save(self) -> None:
        """Send what waits, once; what the reply does not acknowledge goes on waiting. Raises as `_timed`."""
        batch = list(self.pending.values())[:MAX_EVENTS]
        reply = await self._timed(
            "save", self.browser.post_json, f"{self._api}/events", {"events": batch}, expect=(200, 409)
        )
        answer = reply.json()
        if "durable_through" not in answer:
            raise Refused("save", reply)
        self._acknowledged(answer)

    async def save_surely(self, give_up_at: float) -> bool:
        """Send until all is acknowledged, with the player's jittered waits; False when time ran out."""
        wait_s = RETRY_FIRST_S
        while self.pending:
            try:
                await self.save()
                wait_s = RETRY_FIRST_S
            except ConnectionLost:
                pass
            except Refused as refusal:
                if refusal.reply.status == 400 and refusal.code == "csrf":
                    await self._renew_token()
                elif refusal.reply.status not in (408, 425, 429) and refusal.reply.status < 500:
                    raise
            else:
                continue
            if time.monotonic() > give_up_at:
                return False
            await asyncio.sleep(wait_s * self.hall.rng.uniform(0.5, 1.5))
            wait_s = min(RETRY_MOST_S, wait_s * 2)
        return True

    async def submit(self) -> dict[str, Any]:
        """Hand in what was made in this epoch; sends again what the server says it misses."""
        digest = hashlib.sha256("\n".join(self.log).encode()).hexdigest()
        body = {"final_seq": self.seq, "digest": digest, "epoch": self.epoch}
        reply = await self._timed(
            "submit", self.browser.post_json, f"{self._api}/submit", body, expect=(200,)
        )
        receipt: dict[str, Any] = reply.json()
        self.receipt = receipt
        self.hall.ledger.received(self.seat.sitting_id, receipt["sha256"])
        return receipt

    # within

    async def _send_login(self, password: str) -> Reply:
        return await self.browser.post_form("/login", username=self.seat.username, password=password)

    async def _renew_token(self) -> None:
        try:
            await self.sitting_page()
        except (ConnectionLost, Refused):
            return  # the save that follows will fail in its turn, and wait

    async def _timed(self, act: str, send: Callable[..., Any], *args: Any, expect: tuple[int, ...]) -> Reply:
        """One exchange, timed and tallied. Raises ConnectionLost, or Refused for an unexpected status."""
        began = time.perf_counter()
        try:
            reply: Reply = await send(*args)
        except ConnectionLost as lost:
            self.hall.tally.failed(act, str(lost)[:40] or "lost")
            raise
        if reply.status not in expect:
            self.hall.tally.failed(act, str(reply.status))
            raise Refused(act, reply)
        self.hall.tally.took(act, time.perf_counter() - began)
        return reply

    def _acknowledged(self, answer: dict[str, Any]) -> None:
        """Forget only what the server holds: up to `durable_through`, and what it says it has kept aside."""
        through, outcomes = answer["durable_through"], answer["outcomes"]
        self.clock = answer["clock"]
        self.hall.ledger.acknowledged(self.seat.sitting_id, self.epoch, through, outcomes)
        self.through = max(self.through, through)
        for seq, event in list(self.pending.items()):
            if seq > self.through and outcomes.get(event["event_id"]) not in KEPT_ASIDE:
                break
            del self.pending[seq]
