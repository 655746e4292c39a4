"""What the states of items, the cognitive levels and the pools are called, in every room alike."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from item_bank.lifecycle import State
from item_bank.pool import Pool
from item_bank.taxonomy import CognitiveLevel

COGNITIVE_LEVELS: Final[dict[str, LazyString]] = {
    CognitiveLevel.RECALL.value: _l("Recall"),
    CognitiveLevel.APPLY.value: _l("Apply"),
    CognitiveLevel.SITUATION.value: _l("Situation"),
}
POOLS: Final[dict[str, LazyString]] = {
    Pool.OPERATIONAL.value: _l("For exams"),
    Pool.PRACTICE.value: _l("For practice"),
}
ITEM_STATES: Final[dict[str, LazyString]] = {
    State.DRAFT.value: _l("Draft"),
    State.IN_REVIEW.value: _l("In review"),
    State.APPRAISED.value: _l("Appraised"),
    State.APPROVED.value: _l("Approved"),
    State.PILOT.value: _l("Pilot"),
    State.CALIBRATED.value: _l("Calibrated"),
    State.OPERATIONAL.value: _l("Operational"),
    State.RETIRED.value: _l("Retired"),
    State.SUSPENDED.value: _l("Suspended"),
    State.NEEDS_LAW_UPDATE.value: _l("Needs law update"),
    State.QUARANTINED.value: _l("Quarantined"),
}
