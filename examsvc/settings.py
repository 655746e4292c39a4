"""Everything that the environment may change, read once and frozen."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The service's settings; `from_environ` is the only reader of the process environment."""

    home: Path
    database_url: str
    redis_url: str | None
    secret_key: str
    host: str
    port: int
    threads: int
    cookie_secure: bool
    hashing_slots: int
    proxies: int = 0
    live_url: str | None = None
    live_host: str = "127.0.0.1"
    live_port: int = 8001
    staff_views: bool = True

    @property
    def embedded_database(self) -> bool:
        """Whether the database is the SQLite file in `home` (one writing process only)."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ, *, hashing_slots: int = 2) -> Settings:
        """Read DATABASE_URL, REDIS_URL, EXAMSVC_HOME, EXAMSVC_SECRET_KEY and the server's options.

        `hashing_slots` holds where the environment does not say how many passwords are hashed at a time.
        """
        home = Path(environ.get("EXAMSVC_HOME", "var")).resolve()
        home.mkdir(parents=True, exist_ok=True)
        return cls(
            home=home,
            database_url=environ.get("DATABASE_URL") or f"sqlite:///{home / 'examsvc.db'}",
            redis_url=environ.get("REDIS_URL") or None,
            secret_key=environ.get("EXAMSVC_SECRET_KEY") or _kept_secret(home / "secret_key"),
            host=environ.get("EXAMSVC_HOST", "127.0.0.1"),
            port=int(environ.get("EXAMSVC_PORT", "8000")),
            threads=int(environ.get("EXAMSVC_THREADS", "24")),
            cookie_secure=environ.get("EXAMSVC_COOKIE_SECURE", "0") == "1",
            hashing_slots=int(environ.get("EXAMSVC_HASHING_SLOTS", hashing_slots)),
            proxies=int(environ.get("EXAMSVC_PROXIES", "0")),
            live_url=environ.get("EXAMSVC_LIVE_URL") or None,
            live_host=environ.get("EXAMSVC_LIVE_HOST", "127.0.0.1"),
            live_port=int(environ.get("EXAMSVC_LIVE_PORT", "8001")),
            staff_views=environ.get("EXAMSVC_STAFF_VIEWS", "on") != "off",
        )


def _kept_secret(path: Path) -> str:
    """A secret made at the first start and kept beside the data, readable by its owner alone."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            secret = secrets.token_hex(32)
            out.write(secret)
        return secret
