"""Appraisal: what a reviewer checks before an item may go on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from item_bank.errors import AppraisalRefused
from item_bank.lifecycle import State


class Check(StrEnum):
    """The points of the appraisal checklist."""

    KEY_RIGHT = "key_right"
    ONE_KEY = "one_key"
    BASIS_CURRENT = "basis_current"
    WORDING_CLEAR = "wording_clear"
    OPTIONS_PLAUSIBLE = "options_plausible"
    LEVEL_RIGHT = "level_right"


CHECKLIST: tuple[Check, ...] = tuple(Check)


class Decision(StrEnum):
    ACCEPT = "accept"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Appraisal:
    """One reviewer's judgement of one item version; `checklist` holds the points found in order."""

    reviewer: str
    decision: Decision
    checklist: frozenset[Check]
    comment: str = ""


def state_after(appraisal: Appraisal, author: str) -> State:
    """Where the appraisal takes an item in review; refuses a judgement that cannot stand."""
    if appraisal.reviewer == author:
        raise AppraisalRefused("OWN_ITEM", reviewer=appraisal.reviewer)
    if appraisal.decision is Decision.RETURN:
        if not appraisal.comment.strip():
            raise AppraisalRefused("COMMENT_REQUIRED")
        return State.DRAFT
    missing = tuple(check.value for check in CHECKLIST if check not in appraisal.checklist)
    if missing:
        raise AppraisalRefused("CHECKLIST_INCOMPLETE", missing=missing)
    return State.APPRAISED
