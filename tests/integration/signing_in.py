"""A browser without a screen: signs in, and sends the token that every POST needs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Browser:
    """One machine's cookies and the newest page's token."""

    client: FlaskClient
    token: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post_json(self, path: str, body: object) -> TestResponse:
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.token})

    def post_form(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **fields})


def sign_in(app: Flask, username: str, password: str) -> Browser:
    """Log in as people do."""
    client = app.test_client()
    page = client.get("/login").text
    answer = client.post(
        "/login", data={"csrf_token": token_of(page), "username": username, "password": password}
    )
    assert answer.status_code == 302, answer.text
    return Browser(client, token_of(client.get(answer.location).text))


def token_of(page: str) -> str:
    """The token that a page carries."""
    found = _TOKEN.search(page)
    assert found, page
    return found.group(1)
