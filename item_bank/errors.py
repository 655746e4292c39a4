"""What the item bank refuses, each with a stable code and the facts that a message needs."""

from __future__ import annotations

from typing import Any


class ItemBankError(Exception):
    """A refusal that carries facts; its words are written where the language is known."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({facts})" if facts else self.code


class InvalidItem(ItemBankError):
    """The parts do not make an item version."""


class InvalidTopicCode(ItemBankError):
    """A topic code that cannot be one."""


class InvalidResponse(ItemBankError):
    """A response that the item does not allow."""


class TransitionRefused(ItemBankError):
    """The state may not be reached this way, or not by this person."""


class AppraisalRefused(ItemBankError):
    """An appraisal that may not be recorded as it stands."""


class SelfEnemy(ItemBankError):
    """An item declared as the enemy of itself."""


class InvalidMedia(ItemBankError):
    """A file that cannot be a picture of the bank."""


class ImportRefused(ItemBankError):
    """The file as a whole cannot be read; nothing was taken from it."""


class InvalidActNumber(ItemBankError):
    """A text that names no legal act's number, or more than one."""


class BulkRefused(ItemBankError):
    """A change of many items that cannot be made like this; `field` names what is wrong."""


class LeftAsItIs(ItemBankError):
    """An item that a change of many does nothing to, or may do nothing to: the code says why."""
