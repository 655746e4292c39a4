"""What the server computes for known events and forms: the player's scripts must come to the same bytes."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any, Final

from examsvc.canonical import canonical_json
from examsvc.delivery.events import ResponseEvent
from examsvc.delivery.receipt import log_digest
from examsvc.delivery.sealing import content_key, emergency_key, seal

FILE: Final = Path(__file__).parent / "server_fixtures.json"
SECRET: Final = bytes(range(32))
NOTES: Final = (
    "",
    'Câu 7: xem lại điều 45 – "số lượng"',
    "dòng 1\n\tdòng 2\\ \u2028 \x7f \x01",
    "𝛼 < β ≥ 𝟚 🇻🇳 e\u0301 é",
)


def events() -> list[ResponseEvent]:
    """A log with every kind of payload, in the order of the log."""
    return [
        ResponseEvent(
            epoch,
            seq,
            f"{epoch:08x}-{seq:04x}-4000-8000-{seq:012x}",
            str(400 + seq),
            {
                "response": None if seq % 3 == 0 else f"o{seq % 4}",
                "flagged": seq % 2 == 0,
                "struck": [f"o{number}" for number in range(seq % 4)],
                "note": NOTES[seq % len(NOTES)],
            },
            1_700_000_000_000 + seq,
        )
        for epoch, seq in [(3, seq) for seq in range(1, 13)]
    ]


def form() -> dict[str, Any]:
    """A form as it is sealed: the options in the author's order."""
    options = [{"id": f"o{place}", "content": f"<p>phương án {place}</p>"} for place in range(4)]
    item = {"number": 1, "section": 1, "interaction": "single_choice", "stem": "<p>Mã HS nào?</p>"}
    return {
        "items": [{"item_id": "401", **item, "options": options}],
        "sections": [{"ordinal": 1, "name": "Phần 1", "limit_s": None, "n_items": 1}],
    }


def fixtures() -> dict[str, Any]:
    """Everything, as JSON-able data."""
    log = events()
    plaintext = canonical_json(form()).encode()
    key = content_key(SECRET, 7, plaintext)
    return {
        "events": [
            {
                "epoch": event.epoch,
                "seq": event.seq,
                "event_id": event.event_id,
                "item_id": event.item_id,
                "payload": dict(event.payload),
                "client_ms": event.client_ms,
                "payload_hash": event.payload_hash,
            }
            for event in log
        ],
        "log_digest": log_digest(log),
        "form": form(),
        "key": b64encode(key).decode(),
        "sealed": b64encode(seal(key, plaintext)).decode(),
        "emergency_key": b64encode(emergency_key(SECRET, 42)).decode(),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(fixtures(), ensure_ascii=True, indent=1) + "\n", "utf-8")
