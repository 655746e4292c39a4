"""The order in which a sitting shows an item's options: secret, its own, and the same after every resume."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii
from typing import TypeVar

from examsvc.assembly.errors import OptionsRepeat

OptionId = TypeVar("OptionId", int, str)


def option_order(
    form_secret: bytes, sitting_id: int, item_id: int, option_ids: Sequence[OptionId]
) -> tuple[OptionId, ...]:
    """Sort options by HMAC-SHA256(form secret, sitting, item, option): uniform to whoever lacks the secret.

    The order the options come in decides nothing, so nothing but the secret needs keeping.
    """
    if len(set(option_ids)) != len(option_ids):
        raise OptionsRepeat(item_id)

    def rank(option_id: OptionId) -> bytes:
        message = f"[{sitting_id},{item_id},{_as_json(option_id)}]"
        return hmac.digest(form_secret, message.encode(), "sha256")

    return tuple(sorted(option_ids, key=rank))


def _as_json(option_id: int | str) -> str:
    """Without an encoder, of which a form of 60 items would make 240."""
    return encode_basestring_ascii(option_id) if isinstance(option_id, str) else str(option_id)
