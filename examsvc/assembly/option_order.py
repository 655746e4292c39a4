"""The order in which a sitting shows an item's options: secret, its own, and the same after every resume."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from typing import Final, TypeVar

from examsvc.assembly.errors import OptionsRepeat

OptionId = TypeVar("OptionId", int, str)
_compact: Final = json.JSONEncoder(separators=(",", ":")).encode


def option_order(
    form_secret: bytes, sitting_id: int, item_id: int, option_ids: Sequence[OptionId]
) -> tuple[OptionId, ...]:
    """Sort options by HMAC-SHA256(form secret, sitting, item, option): uniform to whoever lacks the secret.

    The order the options come in decides nothing, so nothing but the secret needs keeping.
    """
    if len(set(option_ids)) != len(option_ids):
        raise OptionsRepeat(item_id)

    def rank(option_id: OptionId) -> bytes:
        message = _compact([sitting_id, item_id, option_id]).encode()
        return hmac.digest(form_secret, message, "sha256")

    return tuple(sorted(option_ids, key=rank))
