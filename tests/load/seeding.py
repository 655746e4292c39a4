"""Lays thousands of candidates, and millions of their events, into a database in seconds."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.adapters.memory import InlineQueue, MemoryPresence
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.delivery.events import payload_hash
from examsvc.services import Services, campaigns
from examsvc.store import Session, Store, database_now
from examsvc.store.models import (
    CandidateRow,
    CurrentResponseRow,
    FormItemRow,
    LoginSessionRow,
    OfficerRow,
    OrganisationUnitRow,
    ResponseEventRow,
    SittingRow,
    UserRoleRow,
    UserRow,
)
from tests.integration.laid_campaign import Laid, lay_organisation, move_start, plan_campaign
from tests.load.candidate import OPTIONS, Candidate, Seat

PASSWORD = "tay-nải-xanh-7"
N_ITEMS = 60
LIMIT_S = 3 * 3600
ROOM = 500  # stations; how a room is filled does not matter here
PART = 2_000  # rows a statement
Report = Callable[[int], None]  # how many more are done


@dataclass(frozen=True, slots=True)
class Exam:
    """One administration, everybody checked in."""

    services: Services
    organisation: Laid
    administration_id: int
    seats: tuple[Seat, ...]

    @property
    def store(self) -> Store:
        return self.services.store

    def start(self, ago_s: float = 5) -> None:
        """Let the common start have been so long ago."""
        move_start(self.services, self.administration_id, ago_s)

    def take(self, n: int, after: int = 0) -> Exam:
        """The same with some of its seats."""
        return replace(self, seats=self.seats[after : after + n])


def lay_exam(
    store: Store, n: int, *, limit_s: int = LIMIT_S, code: str = "LOAD", starts: bool = True
) -> Exam:
    """An approved administration of `n` candidates with one account each, all checked in.

    The plan goes through the services, as everything that approval prepares must be there; the people and
    the check-ins are bulk inserts.
    """
    services = services_over(store)
    secret = services.passwords.hash(PASSWORD)
    organisation = lay_organisation(services, limit_s=limit_s, n_items=N_ITEMS, officers=(1, 0))
    with store.begin() as session:
        _add_officers(session, n - 1, secret)
        session.execute(sa.update(UserRow).values(password_hash=secret))
    rooms = tuple((f"Phòng {first // ROOM + 1}", ROOM) for first in range(0, n, ROOM))
    campaign_id, administration_id = plan_campaign(services, organisation, rooms=rooms, code=code)
    campaigns.fill_roster(services, organisation.manager, administration_id)
    campaigns.approve_campaign(services, organisation.chairman, campaign_id)
    with store.begin() as session:
        session.execute(
            sa.update(SittingRow)
            .where(SittingRow.administration_id == administration_id)
            .values(state="checked_in", checked_in_at=database_now(session))
        )
    with store.read() as session:
        seats = tuple(_seats(session, administration_id))
    exam = Exam(services, organisation, administration_id, seats)
    if starts:
        exam.start()
    return exam


def services_over(store: Store) -> Services:
    """Services for laying the ground; jobs asked for are left undone."""
    queue = InlineQueue()
    queue.run_job = lambda _job_id: None
    return Services(store=store, queue=queue, presence=MemoryPresence(), passwords=Argon2Passwords(1))


def sign_in_all(store: Store, one: Candidate, others: Sequence[Candidate], secret_key: str) -> None:
    """Give every other candidate a login as `one` has got by the form: rows in bulk, cookies signed likewise.

    5,000 real logins would be minutes of hashing before a measurement that is of something else.
    """
    signer = _signer(secret_key)
    template = dict(signer.loads(one.browser.cookies["session"]))
    with store.begin() as session:
        now = database_now(session)
        rows = []
        for candidate in others:
            token = secrets.token_urlsafe(32)
            rows.append(
                {
                    "token_hash": hashlib.sha256(token.encode()).hexdigest(),
                    "user_id": candidate.seat.user_id,
                    "address": "127.0.0.1",
                    "created_at": now,
                    "expires_at": now + timedelta(hours=12),
                }
            )
            cookie = signer.dumps({**template, "_user_id": token})
            candidate.browser.set_cookies(session=str(cookie), machine=secrets.token_urlsafe(32))
            candidate.browser.token = one.browser.token
        for part in _parts(rows):
            session.execute(sa.insert(LoginSessionRow), part)


def fill_events(store: Store, seats: Sequence[Seat], each: int, report: Report = lambda _n: None) -> int:
    """Open these sittings and give each `each` events, with the projection they come to; returns how many."""
    hashes = [
        (seat_item, option, payload_hash(seat_item, {"response": option}))
        for seat_item in seats[0].item_ids
        for option in OPTIONS
    ]
    done = 0
    n_sittings = max(1, 20_000 // each)
    with store.begin() as session:
        now = database_now(session)
        for part in _parts([seat.sitting_id for seat in seats]):
            session.execute(
                sa.update(SittingRow)
                .where(SittingRow.id.in_(part))
                .values(state="open", epoch=1, opened_at=now, **_counters(each))
            )
    for first in range(0, len(seats), n_sittings):
        some = seats[first : first + n_sittings]
        with store.begin() as session:
            if session.get_bind().dialect.name == "postgresql":
                _fill_postgresql(session, some, each, hashes)
            else:
                _fill_by_rows(session, some, each, hashes)
        done += len(some) * each
        report(len(some) * each)
    return done


def settle(store: Store) -> None:
    """What autovacuum would do by and by, done before anything is timed."""
    if store.writer.dialect.name != "postgresql":
        return
    with store.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
        connection.execute(sa.text("CHECKPOINT"))


def count_events(store: Store) -> int:
    """How many events the whole log holds."""
    with store.read() as session:
        return int(session.scalar(sa.select(sa.func.count()).select_from(ResponseEventRow)) or 0)


def owner_of(exam: Exam, seat: Seat) -> Actor:
    """The candidate as the services know him."""
    return Actor(seat.user_id, seat.username, seat.username, frozenset({Role.OFFICER}))


def _add_officers(session: Session, n: int, secret: str) -> None:
    if n < 1:
        return
    unit_id = session.scalars(sa.select(OrganisationUnitRow.id)).first()
    codes = [f"L-{number:05d}" for number in range(1, n + 1)]
    officers = [
        {
            "code": code,
            "full_name": f"Thí sinh {code}",
            "unit_id": unit_id,
            "position_code": "GSQL",
            "appointed_on": date(2020, 1, 1),
        }
        for code in codes
    ]
    for part in _parts(officers):
        session.execute(sa.insert(OfficerRow), part)
    at = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
    users = [
        {
            "username": f"officer-{code.lower()}",
            "display_name": f"Thí sinh {code}",
            "password_hash": secret,
            "locale": "vi",
            "active": True,
            "officer_id": officer_id,
            "created_at": at,
        }
        for officer_id, code in session.execute(
            sa.select(OfficerRow.id, OfficerRow.code).where(OfficerRow.code.like("L-%"))
        )
    ]
    for part in _parts(users):
        session.execute(sa.insert(UserRow), part)
    roles = [
        {"user_id": user_id, "role": Role.OFFICER.value}
        for user_id in session.scalars(sa.select(UserRow.id).where(UserRow.username.like("officer-l-%")))
    ]
    for part in _parts(roles):
        session.execute(sa.insert(UserRoleRow), part)


def _seats(session: Session, administration_id: int) -> Iterator[Seat]:
    items: dict[int, tuple[str, ...]] = {}
    for form_id, item_id in session.execute(
        sa.select(FormItemRow.form_id, FormItemRow.item_version_id).order_by(
            FormItemRow.form_id, FormItemRow.ordinal
        )
    ):
        items[form_id] = (*items.get(form_id, ()), str(item_id))
    query = (
        sa.select(UserRow.username, UserRow.id, SittingRow.id, SittingRow.form_id)
        .join(SittingRow, SittingRow.user_id == UserRow.id)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .where(SittingRow.administration_id == administration_id)
        .order_by(SittingRow.id)
    )
    for username, user_id, sitting_id, form_id in session.execute(query):
        yield Seat(username, user_id, sitting_id, items[form_id])


def _counters(each: int) -> dict[str, int]:
    """What a sitting's row says of its log."""
    return {"durable_through": each, "max_seq": each}


def _fill_postgresql(
    session: Session, seats: Sequence[Seat], each: int, hashes: Sequence[tuple[str, str, str]]
) -> None:
    """The server makes the rows itself; event `seq` of a sitting is the one of place `seq` in the cycle."""
    session.execute(
        sa.text(
            """
            INSERT INTO response_event (sitting_id, epoch, seq, event_id, item_version_id, payload,
                                        payload_hash, client_ms, received_at, standing)
            SELECT s.id, 1, q.seq, gen_random_uuid()::text, k.item, k.payload::json, k.hash, q.seq * 1000,
                   clock_timestamp(), 'counted'
            FROM unnest(cast(:sittings AS int[])) AS s(id)
            CROSS JOIN generate_series(1, :each) AS q(seq)
            JOIN unnest(cast(:items AS int[]), cast(:payloads AS text[]), cast(:hashes AS text[]))
                WITH ORDINALITY AS k(item, payload, hash, place) ON k.place = 1 + q.seq * 61 % :cycle
            """
        ),
        {
            "sittings": [seat.sitting_id for seat in seats],
            "each": each,
            "cycle": len(hashes),
            "items": [int(item) for item, _option, _hash in hashes],
            "payloads": [json.dumps({"response": option}) for _item, option, _hash in hashes],
            "hashes": [hash_ for _item, _option, hash_ in hashes],
        },
    )
    _project_by_rows(session, seats, each, hashes)


def _fill_by_rows(
    session: Session, seats: Sequence[Seat], each: int, hashes: Sequence[tuple[str, str, str]]
) -> None:
    now = database_now(session)
    rows = []
    for seat in seats:
        for seq in range(1, each + 1):
            item, option, hash_ = hashes[seq * 61 % len(hashes)]
            rows.append(
                {
                    "sitting_id": seat.sitting_id,
                    "epoch": 1,
                    "seq": seq,
                    "event_id": _uuid(seat.sitting_id, seq),
                    "item_version_id": int(item),
                    "payload": {"response": option},
                    "payload_hash": hash_,
                    "client_ms": seq * 1000,
                    "received_at": now,
                    "standing": "counted",
                }
            )
    for part in _parts(rows):
        session.execute(sa.insert(ResponseEventRow), part)
    _project_by_rows(session, seats, each, hashes)


def _project_by_rows(
    session: Session, seats: Sequence[Seat], each: int, hashes: Sequence[tuple[str, str, str]]
) -> None:
    """Every sitting has had the same cycle of events, so the projection is worked out once."""
    last: dict[str, tuple[str, int]] = {}
    for seq in range(1, each + 1):
        item, option, _hash = hashes[seq * 61 % len(hashes)]
        last[item] = (option, seq)
    rows = [
        {
            "sitting_id": seat.sitting_id,
            "item_version_id": int(item),
            "response": option,
            "flagged": False,
            "struck": [],
            "note": "",
            "epoch": 1,
            "seq": seq,
        }
        for seat in seats
        for item, (option, seq) in last.items()
    ]
    for part in _parts(rows):
        session.execute(sa.insert(CurrentResponseRow), part)


def _uuid(sitting_id: int, seq: int) -> str:
    digits = hashlib.md5(f"{sitting_id}:{seq}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _signer(secret_key: str) -> Any:
    app = Flask("signer")
    app.secret_key = secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return signer


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(rows), PART):
        yield rows[first : first + PART]
