"""What the bank's use cases refuse beyond the library's own rules."""

from __future__ import annotations

from item_bank.errors import ItemBankError


class WordingFrozen(ItemBankError):
    """The item version has been in review: a change makes a new version."""


class DraftOpen(ItemBankError):
    """The item has a draft already; `version_id` names it."""


class Superseded(ItemBankError):
    """A newer version of the item has taken this one's place."""


class LegalActRefused(ItemBankError):
    """The register of legal acts does not take this; `field` names what was typed wrong, where one was."""
