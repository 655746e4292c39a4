"""A database with a bank of so many items, laid in as the rows that the product's own code would write."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.adapters.memory import InlineQueue, MemoryPresence
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.shared_glance import SharedGlance
from examsvc.store import Session, Store
from examsvc.store import accounts as account_store
from examsvc.store.fingerprints import fingerprint_of
from examsvc.store.models import ItemFingerprintRow, ItemKeyRow, ItemRow, ItemVersionRow, TopicRow, UserRow
from examsvc.store.rows import get_row
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.taxonomy import CognitiveLevel
from tests.benchmarks.bank_texts import TOPICS, Text, texts
from tests.load.servers import migrated_store

N_AUTHORS = 40
STATES = ("operational",) * 14 + ("draft", "in_review", "approved", "calibrated", "retired", "suspended")
REVISED_EVERY = 20  # of so many items one has a second version, a draft
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_AT_ONCE = 2_000

Rows = dict[type[Any], list[dict[str, Any]]]


def lay_people(deps: Services) -> dict[str, Actor]:
    """The bank manager, a reviewer, and the authors; topics are there when they are done."""
    with deps.store.begin() as session:
        session.add_all(
            TopicRow(code=code, name_vi=f"Chuyên đề {code}", name_en=f"Topic {code}") for code in TOPICS
        )
    roles = {"manager": Role.BANK_MANAGER, "reviewer": Role.REVIEWER}
    roles |= {f"author_{number}": Role.AUTHOR for number in range(N_AUTHORS)}
    ids = {
        name: add_user(deps, None, NewUser(name, name, frozenset({role}), None))
        for name, role in roles.items()
    }
    with deps.store.read() as session:
        return {
            name: account_store.actor_of(session, get_row(session, UserRow, id_)) for name, id_ in ids.items()
        }


def lay_bank(store: Store, n: int, author_ids: list[int], seed: int = 1) -> None:
    """`n` items of `texts`, their ids counted from 1 in a database that has none."""
    with store.read() as session:
        topics = {row[0]: row[1] for row in session.execute(sa.select(TopicRow.code, TopicRow.id))}
    numbered = enumerate(texts(n, seed), 1)
    while part := list(itertools.islice(numbered, _AT_ONCE)):
        rows: Rows = {ItemRow: [], ItemVersionRow: [], ItemKeyRow: [], ItemFingerprintRow: []}
        for number, text in part:
            _add(rows, number, text, (topics[text.topic], author_ids[number % len(author_ids)]))
        with store.begin() as session:
            for table, values in rows.items():
                session.execute(sa.insert(table), values)
    with store.begin() as session:
        _settle(session)
    _rest(store)


def _add(rows: Rows, number: int, text: Text, belongs: tuple[int, int]) -> None:
    topic_id, author_id = belongs
    rows[ItemRow].append(
        {"id": number, "code": text.code, "topic_id": topic_id, "author_id": author_id, "created_at": AT}
    )
    revised = number % REVISED_EVERY == 0
    state = "operational" if revised else STATES[number % len(STATES)]
    _add_version(rows, number, item_of(text), (text.key, state, author_id))
    if revised:
        # ids of second versions lie beyond those of all first ones
        second = replace(item_of(text), version=2)
        _add_version(rows, number, second, (text.key, "draft", author_id))


def item_of(text: Text) -> ItemVersion:
    """The text as an item's first version."""
    return ItemVersion(
        code=text.code,
        version=1,
        topic=text.topic,
        cognitive_level=CognitiveLevel(text.level),
        stem=text.stem,
        asked=single_choice(*text.options),
        legal_basis=text.legal_basis,
        rationale="Xem văn bản đã dẫn.",
        author="1",
    )


_BEYOND = 1_000_000


def _add_version(rows: Rows, number: int, item: ItemVersion, about: tuple[str, str, int]) -> None:
    key, state, author_id = about
    id_ = number if item.version == 1 else _BEYOND + number
    rows[ItemVersionRow].append(
        {
            "id": id_,
            "item_id": number,
            "version": item.version,
            "state": state,
            "interaction": "single_choice",
            "cognitive_level": item.cognitive_level.value,
            "stem": item.stem,
            "options": [{"id": option.id, "content": option.content} for option in item.options],
            "legal_basis": item.legal_basis,
            "rationale": item.rationale,
            "wording_hash": item.wording_hash,
            "created_by": author_id,
            "created_at": AT,
        }
    )
    rows[ItemKeyRow].append(
        {
            "id": id_,
            "item_version_id": id_,
            "version": 1,
            "option_id": key,
            "reason": "author",
            "created_by": author_id,
            "created_at": AT,
        }
    )
    rows[ItemFingerprintRow].append({"item_version_id": id_} | fingerprint_of(item, Key(1, (key,))))


def _settle(session: Session) -> None:
    """The next id known to the sequences."""
    if session.get_bind().dialect.name == "sqlite":
        return
    for table in ("item", "item_version", "item_key"):
        session.execute(
            sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        )


def _rest(store: Store) -> None:
    """As after a night: dead rows cleared away, and counted by the planner."""
    with store.begin() as session:
        engine = session.connection().engine
        session.execute(sa.text("ANALYZE"))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")


@dataclass(frozen=True, slots=True)
class Bed:
    """A bank of `n` items, and who looks at it."""

    deps: Services
    n: int
    people: dict[str, Actor]

    def spread(self, n: int) -> list[int]:
        """`n` item versions (their items have the same ids), spread over the bank."""
        return list(range(7 % self.n + 1, self.n + 1, max(1, self.n // n)))[:n]


def laid(database_url: str, n: int) -> Bed:
    """A migrated database with a bank of `n` items; jobs run where they are asked for."""
    store = migrated_store(database_url)
    queue = InlineQueue()
    deps = Services(
        store=store,
        queue=queue,
        presence=MemoryPresence(),
        passwords=Argon2Passwords(1),
        glances=SharedGlance(store),
    )
    people = lay_people(deps)
    authors = [actor.user_id for name, actor in people.items() if name.startswith("author")]
    lay_bank(store, n, authors)
    return Bed(deps, n, people)
