"""Catching up with wordings and keys that code of an earlier release wrote without their fingerprints."""

from __future__ import annotations

import time
from typing import Final

from examsvc.services.deps import Services
from examsvc.store import fingerprints
from examsvc.store import item_versions as versions

AT_ONCE: Final = 50  # to a transaction: on SQLite the saves of an exam wait for it
PARTS_AT_ONCE: Final = 20
LOOK_AGAIN_AFTER_S: Final = 600.0


def refresh_fingerprints(deps: Services, most: int = AT_ONCE, after: int = 0) -> list[int]:
    """Work out up to `most` fingerprints that are missing or of another wording; returns their versions."""
    with deps.store.read() as session:
        outdated = fingerprints.list_outdated(session, most, after)
    if outdated:
        with deps.store.begin() as session:
            versions.get_pairs(session, outdated, lock=True)
            items = versions.get_versions(session, outdated)
            keys = versions.newest_keys(session, outdated)
            fingerprints.keep(session, {id_: (item, keys[id_]) for id_, item in items.items()})
    return outdated


def refresh_all(deps: Services) -> None:
    """The same, once through the bank: a row whose own hash is wrong stays outdated, and must not hold us."""
    after = 0
    while outdated := refresh_fingerprints(deps, after=after):
        after = outdated[-1]


class RefreshChore:
    """Catches up by and by after the start, then looks again now and then: releases change by rolling."""

    def __init__(self) -> None:
        self._next_at = 0.0

    def __call__(self, deps: Services) -> None:
        if time.monotonic() < self._next_at:
            return
        for _ in range(PARTS_AT_ONCE):
            if not refresh_fingerprints(deps):
                self._next_at = time.monotonic() + LOOK_AGAIN_AFTER_S
                return
