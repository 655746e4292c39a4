"""The one JSON text of a value, so that equal values have equal hashes everywhere."""

import hashlib
import json


def canonical_json(value: object) -> str:
    """Keys sorted, no spaces, text unescaped; NaN and infinities have no such text and are refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_sha256(value: object) -> str:
    """One name for the value, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()
