"""What an item is: an immutable wording, and a key with versions of its own."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from item_bank.errors import InvalidItem, InvalidTopicCode, UnknownOption
from item_bank.pool import Pool
from item_bank.stem import nfc
from item_bank.taxonomy import CognitiveLevel, validate_topic_code

_ITEM_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


def is_item_code(code: str) -> bool:
    return _ITEM_CODE.fullmatch(code) is not None


@dataclass(frozen=True, slots=True)
class Option:
    """One of the things a candidate may choose; `content` is sanitised HTML."""

    id: str
    content: str


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """A frozen wording: any change makes a new version.

    `stem`, `rationale` and the options' contents are sanitised HTML (see `item_bank.stem`); `legal_basis` is
    plain text. `judged_share` is the author's estimate of the share of competent officers who answer right.
    The topic and the pool belong to the item: all its versions share them.
    """

    code: str
    version: int
    topic: str
    cognitive_level: CognitiveLevel
    stem: str
    options: tuple[Option, ...]
    legal_basis: str
    rationale: str
    author: str
    judged_share: float | None = None
    pool: Pool = Pool.OPERATIONAL

    def __post_init__(self) -> None:
        if not is_item_code(self.code):
            raise InvalidItem("INVALID_CODE", field="code", item=self.code)
        if self.version < 1:
            raise InvalidItem("INVALID_VERSION", item=self.code, version=self.version)
        try:
            validate_topic_code(self.topic)
        except InvalidTopicCode as refusal:
            raise InvalidItem(refusal.code, item=self.code, **refusal.params) from refusal
        if not self.stem.strip():
            raise InvalidItem("EMPTY_STEM", item=self.code)
        if len(self.options) < 2:
            raise InvalidItem("TOO_FEW_OPTIONS", item=self.code, count=len(self.options))
        if len({option.id for option in self.options}) != len(self.options):
            raise InvalidItem("OPTION_ID_TWICE", item=self.code)
        if self.judged_share is not None and not 0.0 <= self.judged_share <= 1.0:
            raise InvalidItem("SHARE_OUT_OF_RANGE", item=self.code, share=self.judged_share)

    @property
    def option_ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    @property
    def wording_hash(self) -> str:
        """SHA-256 of what a candidate reads: the stem and the options in order, nothing else.

        The key stays outside, so that a corrected key leaves the wording's identity alone.
        """
        wording = {
            "interaction": "single_choice",
            "stem": nfc(self.stem),
            "options": [[option.id, nfc(option.content)] for option in self.options],
        }
        canonical = json.dumps(wording, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Key:
    """The right option; `version` counts corrections of the key, apart from the wording's versions."""

    version: int
    option_id: str


def check_key(item: ItemVersion, key: Key) -> Key:
    """A key must name an option of the wording it marks."""
    if key.option_id not in item.option_ids:
        raise UnknownOption("UNKNOWN_OPTION", item=item.code, option=key.option_id)
    return key
