"""Where an item stands: its topic and the cognitive level it asks for."""

from __future__ import annotations

import re
from enum import StrEnum

from item_bank.errors import InvalidTopicCode

_TOPIC_CODE = re.compile(r"[A-Z][A-Z0-9_-]{0,15}")


class CognitiveLevel(StrEnum):
    """What the candidate must do with the knowledge."""

    RECALL = "recall"
    APPLY = "apply"
    SITUATION = "situation"


def is_topic_code(code: str) -> bool:
    return _TOPIC_CODE.fullmatch(code) is not None


def validate_topic_code(code: str) -> str:
    if not is_topic_code(code):
        raise InvalidTopicCode("INVALID_TOPIC_CODE", topic=code)
    return code
