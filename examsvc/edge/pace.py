"""How fast one login may ask for what costs the server something: nobody slows the room down by himself.

A player saves a few times a minute; back from ten minutes without a network it sends a few hundred events at
once. What is allowed lies far above both, and what is refused comes again a little later: the player waits
and tries once more.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from typing import Final

from flask import session
from werkzeug.exceptions import TooManyRequests

A_SECOND: Final = 30.0
AT_ONCE: Final = 2_000.0
KNOWN: Final = 16_384  # logins of one worker


class Pace:
    """A bucket for each who asks: it holds `at_once`, and `a_second` flow in.

    Each worker counts for itself.
    """

    def __init__(self, a_second: float, at_once: float, known: int = KNOWN) -> None:
        self._a_second, self._at_once, self._known = a_second, at_once, known
        self._guard = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what was left, and when

    def wait_s(self, who: str, cost: float, now: float) -> float:
        """Take `cost` out of the bucket and return 0; or take nothing, and return how long to wait."""
        with self._guard:
            left, since = self._buckets.pop(who, (self._at_once, now))
            left = min(self._at_once, left + max(0.0, now - since) * self._a_second)
            short = cost - left
            self._buckets[who] = (left if short > 0 else left - cost, now)
            while len(self._buckets) > self._known:
                self._buckets.popitem(last=False)
        return max(0.0, short / self._a_second)


_pace = Pace(A_SECOND, AT_ONCE)


def keep_pace(cost: float = 1.0) -> None:
    """Count what this login asks for. Raises TooManyRequests, with the seconds to wait."""
    wait_s = _pace.wait_s(str(session.get("_user_id", "")), cost, time.monotonic())
    if wait_s > 0:
        raise TooManyRequests(retry_after=math.ceil(wait_s))
