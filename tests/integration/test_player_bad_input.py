"""Every route of the player, asked wrongly: a clear refusal in the reader's language, nothing changed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from examsvc.services import Services
from examsvc.services.finalise import finalise_due
from examsvc.store.models import (
    CurrentResponseRow,
    IncidentRow,
    ResponseEventRow,
    SittingReceiptRow,
    SittingRow,
    TimeAdjustmentRow,
)
from tests.integration.laid import PASSWORD, LaidSitting, lay_sitting, response, wire
from tests.integration.laid_campaign import move_start
from tests.integration.signing_in import Browser, sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]

API = "/api/v1/sittings/<int:sitting_id>"
GETS = (
    "/sittings",
    "/sittings/<int:sitting_id>",
    *(f"{API}/{act}" for act in ("clock", "sealed", "paper", "log")),
)
POSTS = tuple(f"{API}/{act}" for act in ("open", "events", "section", "submit"))
OF_STAFF = {"/sittings/<int:sitting_id>/late-events"}
LOCALES = ("vi", "en")
KEPT = (SittingRow, ResponseEventRow, CurrentResponseRow, TimeAdjustmentRow, SittingReceiptRow, IncidentRow)


def _deep(opening: str, closing: str, n: int = 20_000) -> bytes:
    return (opening * n + closing * n).encode()


def _event(laid: LaidSitting, **other: Any) -> dict[str, Any]:
    return {**wire(response(2, laid.item_ids[0])), **other}


def bad_bodies(laid: LaidSitting) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """What no player sends: a name, the body, the headers it comes with."""
    good = json.dumps({"events": [_event(laid)], "final_seq": 1, "leave": 1}).encode()
    yield "nothing", b"", {}
    yield "half of it", good[: len(good) // 2], {}
    yield "null", b"null", {}
    yield "a list", b"[]", {}
    yield "a number", b"12", {}
    yield "no keys", b"{}", {}
    yield "bytes of no text", b"\xff\xfe\x00\x81" * 9, {}
    yield (
        "another encoding",
        good.decode().encode("utf-16"),
        {"Content-Type": "application/json; charset=utf-16"},
    )
    yield "compressed", gzip.compress(good), {"Content-Encoding": "gzip"}
    yield "a bomb", gzip.compress(b"[" * 10_000_000), {"Content-Encoding": "gzip"}
    yield "nested lists", _deep("[", "]"), {}
    yield "nested objects", _deep('{"events":', "}") + b"0", {}
    yield "a form", b"events=1&final_seq=1&leave=1", {"Content-Type": "application/x-www-form-urlencoded"}
    yield "a number of no end", b'{"events":[{"epoch":' + b"9" * 5000 + b'}],"final_seq":-1,"leave":0}', {}
    yield "not a number", b'{"events": [NaN], "final_seq": Infinity, "leave": NaN}', {}
    yield "too large", b'{"events": "' + b"x" * 300_000 + b'"}', {}
    faults: dict[str, Any] = {
        "51 events": [_event(laid)] * 51,
        "a note beyond its length": [_event(laid, payload={"note": "x" * 2001})],
        "a null character": [_event(laid, payload={"note": "\x00"})],
        "half of a pair": [_event(laid, payload={"note": "\ud800"})],
        "an unknown item": [_event(laid, item_id="999999")],
        "an item that is no number": [_event(laid, item_id="'; DROP TABLE sitting; --")],
        "an unknown option": [_event(laid, payload={"response": "Z"})],
        "an epoch to come": [_event(laid, epoch=99)],
        "a payload of another kind": [_event(laid, payload={"struck": "A", "response": 5})],
        "an id of another spelling": [_event(laid, event_id="{00000000-0000-4000-8000-000000000000}")],
        "one good and one bad": [_event(laid), _event(laid, seq=0)],
        "a list in a list": [[_event(laid)]],
        "too many options struck out": [_event(laid, payload={"struck": ["A"] * 27})],
    }
    for name, events in faults.items():
        yield name, json.dumps({"events": events, "final_seq": "1", "leave": "1"}).encode(), {}


@pytest.fixture
def laid(services: Services) -> LaidSitting:
    return lay_sitting(services, password=PASSWORD)


@pytest.fixture
def working(services: Services, app: Flask, laid: LaidSitting) -> Browser:
    """A candidate in the middle of the exam, with one response on the server."""
    browser = sign_in(app, laid.owner.username, PASSWORD)
    assert browser.post_json(_path(f"{API}/open", laid), {}).status_code == 200
    first = {"events": [wire(response(1, laid.item_ids[0]))]}
    assert browser.post_json(_path(f"{API}/events", laid), first).status_code == 200
    return browser


def _path(rule: str, laid: LaidSitting, sitting_id: int | None = None) -> str:
    return rule.replace("<int:sitting_id>", str(sitting_id or laid.sitting_id))


def _speak(browser: Browser, locale: str) -> None:
    with browser.client.session_transaction() as session:
        session["locale"] = locale


def _kept(services: Services) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored of all sittings."""
    with services.store.read() as session:
        return {
            row.__tablename__: sorted(
                (tuple(map(str, one)) for one in session.execute(sa.select(row.__table__))),
            )
            for row in KEPT
        }


def _words(answer: TestResponse) -> str:
    """The message of a refusal, as a person reads it."""
    if answer.is_json:
        assert answer.json["error"]
        return str(answer.json["message"])
    return answer.text


def _assert_clear(answer: TestResponse, locale: str, case: object) -> None:
    """Refused, in words of this language, without a glimpse of what is behind."""
    words = _words(answer)
    assert 400 <= answer.status_code < 500, (case, answer.status_code, words)
    assert len(words) > 8, (case, words)
    assert "Traceback" not in words, case
    if answer.is_json:
        assert words.isascii() is (locale == "en"), (case, words)


def test_no_route_of_the_player_is_left_out(app: Flask):
    rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(("/sittings", "/api/v1/sittings"))
    }
    assert rules - OF_STAFF == {*GETS, *POSTS}


@pytest.mark.parametrize("locale", LOCALES)
def test_whoever_has_no_business_there_is_told_so(
    services: Services, app: Flask, laid: LaidSitting, working: Browser, locale: str
):
    before = _kept(services)
    nobody = Browser(app.test_client(), "")
    for rule in (*GETS, *POSTS):
        path, is_post = _path(rule, laid), rule in POSTS
        asked = nobody.post_json(path, {}) if is_post else nobody.get(path)
        if rule.startswith("/api/"):
            assert asked.status_code == (400 if is_post else 401), rule  # no token, before no login
            assert _words(asked)
        else:
            assert asked.status_code == 302, rule
            assert "/login" in asked.location
    others = [actor.username for actor in laid.organisation.staff.values()]
    for username in (laid.stranger.username, *others):
        browser = sign_in(app, username, PASSWORD)
        _speak(browser, locale)
        for rule in (*GETS, *POSTS):
            if rule == "/sittings" and username == laid.stranger.username:
                continue  # his own list
            path = _path(rule, laid)
            body = {"events": [_event(laid)], "final_seq": 1, "leave": 1}
            answer = browser.post_json(path, body) if rule in POSTS else browser.get(path)
            assert answer.status_code == 403, (username, rule, answer.status_code)
            _assert_clear(answer, locale, (username, rule))
    assert _kept(services) == before


@pytest.mark.parametrize("locale", LOCALES)
def test_a_sitting_that_does_not_exist_is_not_found(
    services: Services, app: Flask, laid: LaidSitting, working: Browser, locale: str
):
    before = _kept(services)
    _speak(working, locale)
    for number in ("0", "-1", "2147483647", "9" * 40, "1.5", "x", "%00", "1;2"):
        for rule in (*GETS[1:], *POSTS):
            path = rule.replace("<int:sitting_id>", number)
            body = {"events": [_event(laid)], "final_seq": 1, "leave": 1}
            answer = working.post_json(path, body) if rule in POSTS else working.get(path)
            assert answer.status_code in (400, 404), (path, answer.status_code)
            _assert_clear(answer, locale, path)
    assert _kept(services) == before


@pytest.mark.parametrize("locale", LOCALES)
def test_the_wrong_verb_is_refused(services: Services, laid: LaidSitting, working: Browser, locale: str):
    before = _kept(services)
    _speak(working, locale)
    headers = {"X-CSRFToken": working.token}
    for rule in (*GETS, *POSTS):
        for method in ("PUT", "PATCH", "DELETE", "GET" if rule in POSTS else "POST"):
            answer = working.client.open(_path(rule, laid), method=method, headers=headers)
            assert answer.status_code == 405, (rule, method, answer.status_code)
            _assert_clear(answer, locale, (rule, method))
    assert _kept(services) == before


@pytest.mark.parametrize("locale", LOCALES)
def test_no_malformed_body_is_taken_or_costs_a_response(
    services: Services, laid: LaidSitting, working: Browser, locale: str
):
    before = _kept(services)
    _speak(working, locale)
    for rule in POSTS:
        if rule.endswith("/open"):
            continue  # it takes no body
        for name, body, headers in bad_bodies(laid):
            told = {"Content-Type": "application/json", "X-CSRFToken": working.token, **headers}
            answer = working.client.post(_path(rule, laid), data=body, headers=told)
            assert answer.status_code in (400, 413, 415, 422), (rule, name, answer.status_code, answer.text)
            _assert_clear(answer, locale, (rule, name))
    assert _kept(services) == before
    clock = working.get(_path(f"{API}/clock", laid)).json
    assert (clock["state"], clock["epoch"]) == ("open", 1)


def test_a_body_that_is_too_large_for_any_route_is_refused(
    services: Services, laid: LaidSitting, working: Browser
):
    before = _kept(services)
    for rule in POSTS:
        told = {"Content-Type": "application/json", "X-CSRFToken": working.token}
        answer = working.client.post(_path(rule, laid), data=b" " * 300_000, headers=told)
        assert answer.status_code == 413, rule
        assert _words(answer)
    assert _kept(services) == before


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("state", ["not checked in", "before the start", "not opened", "over"])
def test_a_step_that_the_state_forbids_is_refused(services: Services, app: Flask, state: str, locale: str):
    laid = lay_sitting(
        services,
        checked_in=state != "not checked in",
        started_ago_s=None if state == "before the start" else 60,
        password=PASSWORD,
    )
    browser = sign_in(app, laid.owner.username, PASSWORD)
    if state == "over":
        assert browser.post_json(_path(f"{API}/open", laid), {}).status_code == 200
        move_start(services, laid.administration_id, 2700 + 31)
        finalise_due(services)
    _speak(browser, locale)
    before = _kept(services)
    acts = {
        "open": {},
        "events": {"events": [_event(laid)]},
        "section": {"leave": 1},
        "submit": {"final_seq": 1},
    }
    if state == "not opened":
        del acts["open"]  # that is allowed
    if state == "over":
        del acts["events"]  # kept as late: nothing is ever lost
        del acts["submit"]  # gives the receipt again
    for act, body in acts.items():
        answer = browser.post_json(_path(f"{API}/{act}", laid), body)
        assert answer.status_code == 409, (act, answer.status_code, answer.text)
        _assert_clear(answer, locale, (state, act))
    for act in ("paper", "log"):
        if state == "over" and act == "log":
            continue
        answer = browser.get(_path(f"{API}/{act}", laid))
        assert answer.status_code in (404, 409), (act, answer.status_code)
        _assert_clear(answer, locale, (state, act))
    assert _kept(services) == before


def test_what_comes_after_the_end_is_kept_and_said_to_be_late(
    services: Services, laid: LaidSitting, working: Browser
):
    move_start(services, laid.administration_id, 2700 + 31)
    finalise_due(services)
    answer = working.post_json(_path(f"{API}/events", laid), {"events": [_event(laid)]})
    assert (answer.status_code, answer.json["error"]) == (409, "late")
    assert answer.json["durable_through"] == 2


def test_without_the_pages_token_nothing_is_done(services: Services, laid: LaidSitting, working: Browser):
    before = _kept(services)
    for rule in POSTS:
        for token in ("", "x", working.token[:-1], working.token + "x"):
            headers = {"X-CSRFToken": token} if token else {}
            answer = working.client.post(_path(rule, laid), json={"events": []}, headers=headers)
            assert (answer.status_code, answer.json["error"]) == (400, "csrf"), rule
    assert _kept(services) == before


def test_a_login_that_has_been_ended_is_told_to_log_in(
    services: Services, laid: LaidSitting, working: Browser
):
    before = _kept(services)
    with working.client.session_transaction() as session:
        session["_user_id"] = "no-such-token"
    for rule in POSTS:
        body = {"events": [_event(laid)], "final_seq": 1, "leave": 1}
        answer = working.post_json(_path(rule, laid), body)
        assert (answer.status_code, answer.json["error"]) == (401, "login_required"), rule
    assert _kept(services) == before


def test_while_the_database_is_away_every_route_says_so(
    services: Services, laid: LaidSitting, working: Browser, monkeypatch: pytest.MonkeyPatch
):
    before = _kept(services)

    def refuse(_pool: object) -> None:
        raise psycopg.OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(sa.pool.Pool, "connect", refuse)
        for rule in (*GETS, *POSTS):
            body = {"events": [_event(laid)], "final_seq": 1, "leave": 1}
            path = _path(rule, laid)
            answer = working.post_json(path, body) if rule in POSTS else working.get(path)
            assert answer.status_code == 503, (rule, answer.status_code, answer.text)
            assert "thử lại" in _words(answer)
    assert _kept(services) == before
