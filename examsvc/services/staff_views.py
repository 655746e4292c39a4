"""What staff look at, read once for all who look: whatever they ask, no save waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

T = TypeVar("T")
FRESH_S: Final = 3.0  # how old a reading may be that is shown as the present
MOST: Final = 500  # readings kept


@dataclass
class _Reading:
    value: Any = None
    at: float | None = None
    turn: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)


class StaffViews:
    """Readings of this process, each shared by everybody who asks while it is fresh.

    Parameters
    ----------
    live : False where the operator has turned the live views off, to spare the database
    fresh_s : how old a reading may be; 0: everybody gets one of his own
    clock : seconds that only rise
    """

    def __init__(
        self, *, live: bool = True, fresh_s: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.live = live
        self._fresh_s = fresh_s
        self._clock = clock
        self._turn = 0
        self._readings: dict[Hashable, _Reading] = {}
        self._lock = threading.Lock()

    def get(
        self, what: Hashable, read: Callable[[], T], *, lasting_s: float | None = None
    ) -> tuple[T, float]:
        """What `read` returned lately, and how many seconds ago; who comes while it is read waits for it.

        With `lasting_s` it is kept for so long instead, whatever staff do in between.
        """
        if self._fresh_s <= 0:
            return read(), 0.0
        keep_s = self._fresh_s if lasting_s is None else lasting_s
        with self._lock:
            if len(self._readings) >= MOST and what not in self._readings:
                self._readings.clear()
            reading = self._readings.setdefault(what, _Reading())
        with reading.lock:
            now = self._clock()
            current = lasting_s is not None or reading.turn == self._turn
            if reading.at is not None and current and now - reading.at < keep_s:
                return reading.value, now - reading.at
            turn = self._turn  # an act in the middle of the reading makes it old at once
            value = read()
            reading.value, reading.at, reading.turn = value, self._clock(), turn
            return value, 0.0

    def forget(self) -> None:
        """After an act of staff: who acts must see what he has done."""
        self._turn += 1
