"""Single choice: one option of several, or none yet."""

from __future__ import annotations

from typing import Any

from item_bank.errors import MalformedResponse, UnknownOption
from item_bank.item import ItemVersion, Key


def validate_response(item_version: ItemVersion, payload: Any) -> str | None:
    """The chosen option's id, or None where the candidate cleared the response.

    The payload comes from outside, as `{"option": "B"}` or `{"option": null}` and nothing besides.
    """
    if not isinstance(payload, dict) or set(payload) != {"option"}:
        raise MalformedResponse("MALFORMED_RESPONSE", item=item_version.code)
    option_id = payload["option"]
    if option_id is None:
        return None
    if not isinstance(option_id, str):
        raise MalformedResponse("MALFORMED_RESPONSE", item=item_version.code)
    if option_id not in item_version.option_ids:
        raise UnknownOption("UNKNOWN_OPTION", item=item_version.code, option=option_id[:40])
    return option_id


def mark(key: Key, response_option_id: str | None) -> int:
    """1 for the key, 0 for anything else; no response is a wrong response."""
    return int(response_option_id is not None and response_option_id == key.option_id)
