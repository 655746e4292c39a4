"""The two pools of a bank: what exams draw from and what officers practise with; no item is in both."""

from __future__ import annotations

from enum import StrEnum

from item_bank.lifecycle import State


class Pool(StrEnum):
    OPERATIONAL = "operational"
    PRACTICE = "practice"


# a practice item goes no further: nothing calibrates it, and no exam may use it
PRACTISED: tuple[State, ...] = (State.APPROVED,)
