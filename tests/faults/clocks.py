"""Machines whose clocks are a day off, or lie: no deadline moves, and what counts is what came in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from examsvc.delivery.events import MAX_CLIENT_MS
from examsvc.store import Store
from tests.faults.inside import served
from tests.faults.scene import Report, silent
from tests.integration.laid import PASSWORD, lay_sitting, response, stored, wire
from tests.integration.laid_campaign import move_start
from tests.integration.signing_in import Browser, sign_in

DAY_MS = 86_400_000
FORGED_MS = (-DAY_MS, DAY_MS, 0, -MAX_CLIENT_MS, MAX_CLIENT_MS)
LIMIT_S, GRACE_S = 2700, 30


@dataclass
class Forged:
    """What came of it.

    moved : replies whose deadline was another than before; refused : events in time that did not count
    counted_late : events after the grace that did
    """

    requests: int = 0
    moved: int = 0
    refused: int = 0
    counted_late: int = 0

    @property
    def holds(self) -> bool:
        return self.requests > 0 and not (self.moved or self.refused or self.counted_late)


def forge_clocks(
    store: Store, home: Path, redis_url: str, requests: int, *, report: Report = silent
) -> Forged:
    """Half of the requests come in time, the others after deadline and grace, each with its own clock."""
    found = Forged()
    with served(store, home, redis_url) as (app, services, _log):
        laid = lay_sitting(services, limit_s=LIMIT_S, password=PASSWORD)
        browser = sign_in(app, laid.owner.username, PASSWORD)
        api = f"/api/v1/sittings/{laid.sitting_id}"
        opened = browser.client.post(
            f"{api}/open", json={}, headers={"X-CSRFToken": browser.token, **_forged(DAY_MS)}
        )
        deadline = opened.json["clock"]["deadline_at"]
        in_time = max(1, requests // 2)
        for seq in range(1, requests + 1):
            if seq == in_time + 1:
                move_start(services, laid.administration_id, LIMIT_S + GRACE_S + 1)
                deadline = browser.get(f"{api}/clock").json["deadline_at"]
            forged_ms = FORGED_MS[seq % len(FORGED_MS)]
            event = wire(response(seq, laid.item_ids[seq % len(laid.item_ids)])) | {"client_ms": forged_ms}
            outcome, told = _save(browser, api, event, forged_ms)
            found.requests += 1
            found.moved += told != deadline
            found.refused += seq <= in_time and outcome != "accepted"
            found.counted_late += seq > in_time and outcome != "late"
            report(seq)
        late = browser.post_json(f"{api}/submit", {"final_seq": requests})
        found.counted_late += late.json.get("error") != "window_over"
        found.counted_late += len(stored(services, laid.sitting_id, "counted")) != in_time
    return found


def _save(browser: Browser, api: str, event: dict[str, object], forged_ms: int) -> tuple[str, str]:
    """What became of the event, and the deadline that the reply tells."""
    headers = {"X-CSRFToken": browser.token, **_forged(forged_ms)}
    body = browser.client.post(f"{api}/events", json={"events": [event]}, headers=headers).json
    return body["outcomes"][event["event_id"]], body["clock"]["deadline_at"]


def _forged(forged_ms: int) -> dict[str, str]:
    """The headers in which a machine can tell its time."""
    off = timedelta(milliseconds=max(-DAY_MS, min(DAY_MS, forged_ms)))
    said = format_datetime(datetime.now(UTC) + off, usegmt=True)
    return {"Date": said, "If-Unmodified-Since": said, "X-Client-Time": said}
