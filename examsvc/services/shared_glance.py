"""Those who ask about their sittings at the same moment are answered by one question to the database."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from examsvc.store import Store
from examsvc.store.saving import SavingFacts, glance

MOST: Final = 50  # sittings in a question


@dataclass(slots=True, eq=False)
class _Asked:
    sitting_id: int
    login: str | None
    answered: bool = False
    facts: SavingFacts | None = None
    error: Exception | None = None


class SharedGlance:
    """Whoever finds nobody reading reads, for himself and for all who wait; the others take what he found.

    Nobody waits for company: who comes alone is answered at once. Nobody is told what was so before he asked,
    as whoever comes while a question is under way is part of the next one.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guard = threading.Lock()
        self._waiting: list[_Asked] = []
        self._reading = threading.Lock()

    def ask(self, sitting_id: int, login: str | None) -> SavingFacts | None:
        """The sitting as it is now, with the holder of this login; None where there is no such sitting."""
        asked = _Asked(sitting_id, login)
        with self._guard:
            self._waiting.append(asked)
        while not asked.answered:
            with self._reading:
                if not asked.answered:
                    self._answer(self._next())
        if asked.error is not None:
            raise asked.error
        return asked.facts

    def _next(self) -> list[_Asked]:
        """Those who have waited longest, no sitting twice: each question names one login for a sitting."""
        with self._guard:
            group: dict[int, _Asked] = {}
            rest = []
            for one in self._waiting:
                if len(group) < MOST and one.sitting_id not in group:
                    group[one.sitting_id] = one
                else:
                    rest.append(one)
            self._waiting = rest
        return list(group.values())

    def _answer(self, group: list[_Asked]) -> None:
        found: dict[int, SavingFacts] = {}
        error: Exception | None = None
        try:
            found = glance(self._store, {one.sitting_id: one.login for one in group})
        except Exception as met:  # noqa: BLE001 it is raised again for each who asked
            error = met
        for one in group:
            one.facts, one.error = found.get(one.sitting_id), error
            one.answered = True
