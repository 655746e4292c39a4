"""The service with a promise broken on purpose: what the harness must see. Only the tests start these."""

from __future__ import annotations

import threading
from contextlib import ExitStack

from flask import Flask

from examsvc import bootstrap, hall
from examsvc.services import saving
from examsvc.services.saving import Pending, Saved, save_together
from examsvc.store import Store

COMMIT_AFTER_S = 0.1


class HastyCommit:
    """Says that a save is durable, and commits it a moment later."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, pending: Pending) -> Saved:
        with ExitStack() as stack:
            session = stack.enter_context(self._store.begin_save())
            (outcome,) = save_together(session, [pending])
            if isinstance(outcome, Exception):
                raise outcome
            threading.Timer(COMMIT_AFTER_S, stack.pop_all().close).start()
        return outcome

    def close(self) -> None:
        """Nothing to wait for."""


def acknowledging_first() -> Flask:
    """Replies before the commit."""
    bootstrap.GroupCommit = HastyCommit  # type: ignore[assignment, misc]
    return hall.serve()


def without_looking_up() -> Flask:
    """Takes every event for a new one: a repeated request is written again wherever no key forbids it."""
    saving._all_new = lambda _facts, _batch: True
    return hall.serve()
