"""The items in use that the calibration in force flags, flag by flag, for the bank's board."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import flags, measuring
from item_bank.lifecycle import ASIDE, State

NAMED = 60  # items of a flag that are named on the board
OUT_OF_USE = tuple(state.value for state in (State.RETIRED, *ASIDE))


@dataclass(frozen=True, slots=True)
class Flagged:
    """The items with one flag: how many, and the first of them as pairs of item version and code."""

    n_items: int
    first: list[tuple[int, str]]


def list_flagged(deps: Services, actor: Actor) -> dict[str, Flagged]:
    """Flag → its items; what is carried over from an earlier calibration counts as well."""
    permit(actor, "bank.read_board")
    with deps.store.read() as session:
        in_force = measuring.find_adopted(session)
        lines = [] if in_force is None else flags.list_flagged(session, in_force.id, OUT_OF_USE)
    found: dict[str, list[tuple[int, str]]] = {}
    for version_id, code, raised in lines:
        for flag in sorted({str(one["code"]) for one in raised} - flags.NO_FAULT):
            found.setdefault(flag, []).append((version_id, code))
    return {flag: Flagged(len(items), items[:NAMED]) for flag, items in found.items()}
