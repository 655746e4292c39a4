"""A candidate's machine without a browser: the pages and the API over HTTP, as the player uses them."""

from __future__ import annotations

import http.client
import json
import re
import urllib.parse
import uuid
from collections.abc import Sequence
from http.cookies import SimpleCookie
from typing import Any

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


class RequestRefused(Exception):
    """The server answered with an error status."""

    def __init__(self, path: str, status: int, body: str) -> None:
        super().__init__(f"{path}: {status} {body[:200]}")
        self.status = status


class HttpPlayer:
    """Logs in, opens a sitting, saves responses one by one, submits."""

    def __init__(self, host: str, port: int) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=30)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def log_in(self, username: str, password: str) -> None:
        self._page("/login")
        form = {"username": username, "password": password, "csrf_token": self._token}
        self._request("POST", "/login", urllib.parse.urlencode(form), "application/x-www-form-urlencoded")

    def sit(self, sitting_id: int, responses: Sequence[tuple[int, str]]) -> dict[str, Any]:
        """Take the sitting from its page to its receipt."""
        self.begin(sitting_id, responses)
        return self._call(f"/api/v1/sittings/{sitting_id}/submit", {"final_seq": len(responses)})

    def begin(self, sitting_id: int, responses: Sequence[tuple[int, str]]) -> None:
        """Open the sitting and save these responses; it stays open."""
        self._page(f"/sittings/{sitting_id}")
        opened = self._call(f"/api/v1/sittings/{sitting_id}/open", {})
        for seq, (item_id, option) in enumerate(responses, start=1):
            event = {
                "epoch": opened["epoch"],
                "seq": seq,
                "event_id": str(uuid.uuid4()),
                "item_id": str(item_id),
                "payload": {"response": option},
                "client_ms": seq * 1000,
            }
            saved = self._call(f"/api/v1/sittings/{sitting_id}/events", {"events": [event]})
            if saved["durable_through"] != seq:
                raise RequestRefused("events", 200, f"durable through {saved['durable_through']}, sent {seq}")

    def close(self) -> None:
        self._connection.close()

    def _page(self, path: str) -> None:
        found = _TOKEN.search(self._request("GET", path))
        if found is not None:
            self._token = found.group(1)

    def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._request("POST", path, json.dumps(body), "application/json"))
        return answer

    def _request(self, method: str, path: str, body: str | None = None, kind: str | None = None) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if kind is not None:
            headers |= {"Content-Type": kind, "X-CSRFToken": self._token}
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        for header in response.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        if response.status >= 400:
            raise RequestRefused(path, response.status, text)
        return text
