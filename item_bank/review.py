"""Appraisal: what a reviewer checks before an item may go on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from item_bank.errors import AppraisalRefused
from item_bank.lifecycle import History, State


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


def may_accept(reviewer: str, history: History) -> bool:
    """Once a round, and not who wrote it; again when the rule by now asks for no more than have accepted."""
    again = reviewer in history.accepted_by and history.n_accepted < history.min_reviewers
    return reviewer not in history.hands and not again


def state_after(appraisal: Appraisal, history: History) -> State:
    """Where the appraisal takes an item in review; refuses a judgement that cannot stand.

    An accepted item stays in review until enough reviewers have accepted it; one return sends it back.
    """
    if appraisal.reviewer in history.hands:
        raise AppraisalRefused("OWN_ITEM", reviewer=appraisal.reviewer)
    if appraisal.decision is Decision.RETURN:
        if not appraisal.comment.strip():
            raise AppraisalRefused("COMMENT_REQUIRED")
        return State.DRAFT
    if not may_accept(appraisal.reviewer, history):
        raise AppraisalRefused("ACCEPTED_BY_YOU", reviewer=appraisal.reviewer)
    missing = tuple(check.value for check in CHECKLIST if check not in appraisal.checklist)
    if missing:
        raise AppraisalRefused("CHECKLIST_INCOMPLETE", missing=missing)
    n_accepted = len((history.accepted_by | {appraisal.reviewer}) - history.hands)
    return State.APPRAISED if n_accepted >= history.min_reviewers else State.IN_REVIEW
