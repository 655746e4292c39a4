"""What the register of legal acts says of the acts that items cite."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from examsvc.services.office_calendar import today
from examsvc.store import Session
from examsvc.store import legal_acts as store
from examsvc.store.models import LegalActRow
from item_bank.legal_basis import LegalAct, Standing, by_rank, standing
from item_bank.quality import Fault, Finding


@dataclass(frozen=True, slots=True)
class CitedAct:
    """An act that an item cites, as far as the register knows it (`row` None: not at all)."""

    number: str
    standing: Standing
    row: LegalActRow | None = None
    successor: str | None = None

    @property
    def is_ending(self) -> bool:
        """It holds still, and the day is known from which it will not."""
        return self.row is not None and self.row.effective_to is not None and not self.is_repealed

    @property
    def is_repealed(self) -> bool:
        return self.standing is Standing.REPEALED


def as_act(row: LegalActRow, successor: str | None = None) -> LegalAct:
    """A stored act as the library knows it."""
    return LegalAct(row.number, row.effective_from, row.effective_to, successor)


def look_up(session: Session, numbers: Collection[str]) -> dict[str, CitedAct]:
    """What the register says of each of these numbers."""
    rows = {row.number: row for row in store.list_acts(session, numbers)}
    replaced = any(row.replaced_by_id is not None for row in rows.values())
    follows: Mapping[str, str | None] = store.successors(session) if replaced else {}
    day = today(session)
    found: dict[str, CitedAct] = {}
    for number in numbers:
        row = rows.get(number)
        act = None if row is None else as_act(row)
        found[number] = CitedAct(number, standing(act, day), row, follows.get(number))
    return found


def cited_acts(session: Session, version_ids: Sequence[int]) -> dict[int, list[CitedAct]]:
    """Item version → the acts that it cites, laws first."""
    numbers = store.numbers_cited_by(session, version_ids)
    register = look_up(session, {number for cited in numbers.values() for number in cited})
    return {id_: [register[number] for number in by_rank(cited)] for id_, cited in numbers.items()}


def citation_findings(cited: Sequence[CitedAct]) -> list[Finding]:
    """What an author, a reviewer and the bank manager should know of the acts that an item cites."""
    found: list[Finding] = []
    for act in cited:
        if act.standing is Standing.UNKNOWN:
            found.append(Finding(Fault.UNKNOWN_ACT, {"number": act.number}))
        elif act.is_repealed:
            found.append(Finding(Fault.REPEALED_ACT, {"number": act.number, "successor": act.successor}))
    return found
