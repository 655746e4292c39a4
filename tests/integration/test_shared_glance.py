"""Those who ask about a sitting at the same moment share a question, and each gets the answer to his own."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from examsvc.services import Services, shared_glance
from examsvc.services.shared_glance import SharedGlance
from examsvc.store import Store, StoreDown, accounts
from examsvc.store.saving import SavingFacts, glance
from tests.integration.laid import LaidSitting, lay_sitting

pytestmark = pytest.mark.integration
NOBODY = 999_999


@pytest.fixture
def laid(services: Services) -> LaidSitting:
    return lay_sitting(services)


class HeldUp:
    """The question to the database; the first one is under way until it is let go."""

    def __init__(self) -> None:
        self.asked: list[dict[int, str | None]] = []
        self.under_way = threading.Event()
        self.go = threading.Event()
        self.error: Exception | None = None

    def __call__(self, store: Store, logins: Mapping[int, str | None]) -> dict[int, SavingFacts]:
        first = not self.asked
        self.asked.append(dict(logins))
        if first:
            self.under_way.set()
            assert self.go.wait(30)
            if self.error is not None:
                raise self.error
        return glance(store, logins)


@pytest.fixture
def held_up(monkeypatch: pytest.MonkeyPatch) -> HeldUp:
    question = HeldUp()
    monkeypatch.setattr(shared_glance, "glance", question)
    return question


def log_in(services: Services, user_id: int, digest: str) -> str:
    now = datetime.now(UTC)
    with services.store.begin() as session:
        accounts.add_login(
            session,
            token_hash=digest,
            user_id=user_id,
            address="",
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )
    return digest


def ask_behind(
    glances: SharedGlance,
    held_up: HeldUp,
    first: tuple[int, str | None],
    others: list[tuple[int, str | None]],
) -> list[Future[SavingFacts | None]]:
    """`others` ask while the question of `first` is under way, which is then let go."""
    with ThreadPoolExecutor(len(others) + 1) as pool:
        asked = [pool.submit(glances.ask, *first)]
        assert held_up.under_way.wait(30)
        asked += [pool.submit(glances.ask, *one) for one in others]
        deadline = time.monotonic() + 30
        while len(glances._waiting) < len(others) and time.monotonic() < deadline:
            threading.Event().wait(0.001)
        assert len(glances._waiting) == len(others)
        held_up.go.set()
    return asked


def test_who_asks_while_a_question_is_under_way_shares_the_next(
    services: Services, laid: LaidSitting, held_up: HeldUp
):
    owner = log_in(services, laid.owner.user_id, "owner")
    others = [(NOBODY + n, None) for n in range(8)]
    asked = ask_behind(SharedGlance(services.store), held_up, (laid.sitting_id, owner), others)
    facts = asked[0].result()
    assert facts is not None
    assert (facts.id, facts.actor_id) == (laid.sitting_id, laid.owner.user_id)
    assert [one.result() for one in asked[1:]] == [None] * 8
    assert [len(one) for one in held_up.asked] == [1, 8]


def test_one_sitting_asked_for_with_several_logins_tells_each_his_own(
    services: Services, laid: LaidSitting, held_up: HeldUp
):
    owner = log_in(services, laid.owner.user_id, "owner")
    stranger = log_in(services, laid.stranger.user_id, "stranger")
    logins = [owner, stranger, None, stranger]
    asked = ask_behind(
        SharedGlance(services.store), held_up, (NOBODY, None), [(laid.sitting_id, login) for login in logins]
    )
    found = [one.result() for one in asked[1:]]
    told = [None if facts is None else facts.actor_id for facts in found]
    assert told == [laid.owner.user_id, laid.stranger.user_id, None, laid.stranger.user_id]


def test_a_group_is_bounded_and_nobody_is_forgotten(services: Services, held_up: HeldUp, monkeypatch):
    monkeypatch.setattr(shared_glance, "MOST", 3)
    others = [(NOBODY + n, None) for n in range(1, 9)]
    asked = ask_behind(SharedGlance(services.store), held_up, (NOBODY, None), others)
    assert [one.result() for one in asked] == [None] * 9
    assert [len(one) for one in held_up.asked] == [1, 3, 3, 2]


def test_a_database_that_fails_tells_those_who_asked_and_nobody_after_them(
    services: Services, laid: LaidSitting, held_up: HeldUp
):
    glances = SharedGlance(services.store)
    held_up.error = StoreDown()
    asked = ask_behind(glances, held_up, (laid.sitting_id, None), [(laid.sitting_id, None)])
    with pytest.raises(StoreDown):
        asked[0].result()
    after = asked[1].result()
    assert after is not None
    assert after.id == laid.sitting_id
