"""What the bank's use cases refuse beyond the library's own rules."""

from __future__ import annotations

from item_bank.errors import ItemBankError


class WordingFrozen(ItemBankError):
    """The item version has been in review: a change makes a new version."""


class DraftOpen(ItemBankError):
    """The item has a draft already; `version_id` names it."""


class Superseded(ItemBankError):
    """A newer version of the item has taken this one's place."""


class NothingToReply(ItemBankError):
    """The review is no return, or the item has been handed in again since."""


class AssignmentRefused(ItemBankError):
    """An assignment that cannot be made or changed like this; `field` names what is wrong."""


class PairRefused(ItemBankError):
    """A search for near-duplicates, or a decision of a pair, that cannot be made like this."""


class RuleRefused(ItemBankError):
    """A rule of appraisal that cannot be made like this; `field` names what is wrong."""


class QuotaReached(ItemBankError):
    """The day's allowance of guarded items does not cover what was to be shown; `limit` and `seen` say it."""


class ExportRefused(ItemBankError):
    """An export that cannot be asked for, confirmed or taken out like this; `field` names what is wrong."""


class RestRefused(ItemBankError):
    """A rest, a waking or a rule of rest that cannot be made like this; `field` names what is wrong."""


class LegalActRefused(ItemBankError):
    """The register of legal acts does not take this; `field` names what was typed wrong, where one was."""


class ImportIncomplete(ItemBankError):
    """Items of the file cannot be taken, and nobody has said to leave them out."""


class KeyCorrectionRefused(ItemBankError):
    """A correction of a key that may not be proposed or decided like this; `field` names what is wrong."""
