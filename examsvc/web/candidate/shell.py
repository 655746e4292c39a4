"""The player's files under addresses that name their content: a kept copy never mixes versions."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Response, current_app, send_from_directory, url_for

YEAR_S: Final = 31_536_000
PARTS: Final = ("js/player/**/*.js", "css/player.css", "css/interactions.css")


def shell_url(name: str) -> str:
    """Where a page finds a file of the shell: another content, another address."""
    return url_for("candidate.static_shell", version=_version(_static()), name=name)


def shell_urls() -> list[str]:
    """All that a page has to keep to come up again while the server is silent."""
    return [shell_url(str(path.relative_to(_static()))) for path in _files(_static())]


def send_shell_file(version: str, name: str) -> Response:
    """The file; for good where the address names what it holds now, else for this once."""
    response = send_from_directory(_static(), name)
    if version == _version(_static()):
        response.cache_control.public = True
        response.cache_control.max_age = YEAR_S
        response.cache_control.immutable = True
        response.cache_control.no_cache = None
    else:  # a page of another version, while the service is being renewed
        response.cache_control.no_store = True
    return response


def send_service_worker() -> Response:
    """From the root, so that it may answer for the sittings' pages."""
    return send_from_directory(_static(), "js/service_worker.js")


def _static() -> Path:
    return Path(current_app.static_folder or "")


@lru_cache(maxsize=1)
def _version(static: Path) -> str:
    digest = sha256()
    for path in _files(static):
        digest.update(f"{path.relative_to(static)}:{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


def _files(static: Path) -> list[Path]:
    return sorted(path for pattern in PARTS for path in static.glob(pattern))
