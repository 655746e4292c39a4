"""Saves that arrive together share one transaction: one wait for the disk instead of many."""

from __future__ import annotations

import logging
import queue
import threading
from concurrent.futures import Future
from typing import Final

from examsvc.services.saving import Pending, Saved, Unjudged, save_alone, save_quickly, save_together
from examsvc.store import Store

log = logging.getLogger(__name__)
MOST: Final = 50  # saves in a transaction


class GroupCommit:
    """One thread writes what the others hand it, and replies after the commit.

    It waits for nobody: what has come while the last transaction was under way makes up the next one. A
    sitting that somebody else holds, and a group that fails, are saved one by one by those who asked.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[tuple[Pending, Future[Saved]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def save(self, pending: Pending) -> Saved:
        """Save the batch, and return once it is durable. Raises as `save_alone` does."""
        if not self._thread.is_alive():
            return save_alone(self._store, pending)
        future: Future[Saved] = Future()
        self._queue.put((pending, future))
        try:
            return future.result()
        except Unjudged:
            return save_alone(self._store, pending)

    def close(self) -> None:
        """Save what waits, then stop."""
        self._queue.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        held_back: list[tuple[Pending, Future[Saved]]] = []
        stopping = False
        while not (stopping and not held_back):
            group = held_back or [one for one in (self._queue.get(),) if one is not None]
            stopping = stopping or not group
            held_back = []
            while group and len(group) < MOST and not self._queue.empty():
                one = self._queue.get()
                if one is None:
                    stopping = True
                    break
                group.append(one)
            group, held_back = _one_a_sitting(group)
            if group:
                self._save(group)

    def _save(self, group: list[tuple[Pending, Future[Saved]]]) -> None:
        pending = [one for one, _future in group]
        outcomes: list[Saved | Exception]
        try:
            if self._store.is_quick:
                outcomes = save_quickly(self._store, pending)
            else:
                with self._store.begin_save() as session:
                    outcomes = save_together(session, pending)
        except Exception as error:  # noqa: BLE001 one batch, or the database, spoilt it for all
            log.debug("a group of saves failed: %s", error)
            outcomes = [Unjudged() for _one in group]
        for (_pending, future), outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)


def _one_a_sitting(
    group: list[tuple[Pending, Future[Saved]]],
) -> tuple[list[tuple[Pending, Future[Saved]]], list[tuple[Pending, Future[Saved]]]]:
    """The first batch of each sitting, and what has to wait for it."""
    seen: set[int] = set()
    first: list[tuple[Pending, Future[Saved]]] = []
    rest: list[tuple[Pending, Future[Saved]]] = []
    for one in group:
        (rest if one[0].sitting_id in seen else first).append(one)
        seen.add(one[0].sitting_id)
    return first, rest
