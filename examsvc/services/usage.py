"""The items' use as the bank manager sees it: who saw them, what rests, and whether that starves an exam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.assembly.blueprint import ELIGIBILITY_FACTOR, Cell
from examsvc.assembly.resting import CellRest, count_resting
from examsvc.services.deps import Services
from examsvc.services.office_calendar import office_date
from examsvc.services.resting import list_resting, resting_items, rule_in_force
from examsvc.store import Session, assembly, bank, exposure, flags, measuring, usage
from examsvc.store.flags import Flags
from examsvc.store.models import TopicRow
from examsvc.store.topics import list_topics
from examsvc.store.usage import UsageFilter, UsageLine
from item_bank.exposure import Rest, RestRule
from item_bank.taxonomy import CognitiveLevel

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class SeenItem:
    """An item with the officers who have seen it, its flags in the calibration in force, and its rest.

    n_flagged : in how many adopted calibrations it was flagged
    """

    line: UsageLine
    n_officers: int
    flags: Flags
    n_flagged: int
    rest: Rest | None

    @property
    def last_on(self) -> date | None:
        """The day on which it was last seen."""
        return None if self.line.last_at is None else office_date(self.line.last_at)


@dataclass(frozen=True, slots=True)
class CellUse:
    """A topic at a cognitive level: what is operational, what of it rests, what forms need.

    largest : the most that any approved blueprint takes; the bank should hold a multiple of it
    """

    cell: Cell
    n_operational: int
    rest: CellRest | None
    largest: int

    @property
    def n_resting(self) -> int:
        return 0 if self.rest is None else self.rest.n_items

    @property
    def n_awake(self) -> int:
        return max(0, self.n_operational - self.n_resting)

    @property
    def needed(self) -> int:
        return ELIGIBILITY_FACTOR * self.largest

    @property
    def status(self) -> str:
        """starved (no form fills the cell) | short (drawn from too few) | enough | unused."""
        if not self.largest:
            return "unused"
        if self.n_awake < self.largest:
            return "starved"
        return "short" if self.n_awake < self.needed else "enough"

    @property
    def is_starved_by_rest(self) -> bool:
        """Whether the cell would have enough if nothing of it rested."""
        return bool(self.n_resting) and self.n_awake < self.needed <= self.n_operational


@dataclass(frozen=True, slots=True)
class UsagePage:
    """A page of the items that a filter keeps, and what rests by cell."""

    items: list[SeenItem]
    n_items: int
    topics: list[TopicRow]
    cells: dict[tuple[str, str], CellUse]
    n_resting: int
    rule: RestRule

    @property
    def warnings(self) -> list[CellUse]:
        """The cells that rest leaves with too few items, the most pressing first."""
        found = [cell for cell in self.cells.values() if cell.is_starved_by_rest]
        return sorted(found, key=lambda one: (one.status != "starved", one.cell))


def view_usage(
    deps: Services, actor: Actor, wanted: UsageFilter, *, resting_only: bool = False, page: int = 1
) -> UsagePage:
    """The items by sittings, the most seen first."""
    permit(actor, "exposure.read")
    offset = (page - 1) * PER_PAGE
    with deps.store.read() as session:
        rule = rule_in_force(session)
        resting = list_resting(session, rule)
        if resting_only:
            kept = usage.lines_of(session, sorted(resting), wanted)
            lines, n_items = kept[offset : offset + PER_PAGE], len(kept)
        else:
            lines = usage.page_lines(session, wanted, limit=PER_PAGE, offset=offset)
            n_items = usage.count_lines(session, wanted)
        topics = list_topics(session)
        return UsagePage(
            items=_seen(session, lines, resting),
            n_items=n_items,
            topics=topics,
            cells=use_cells(session, resting, [topic.code for topic in topics]),
            n_resting=len(resting),
            rule=rule,
        )


def use_cells(
    session: Session, resting: dict[int, Rest], topics: Sequence[str]
) -> dict[tuple[str, str], CellUse]:
    """Every topic and cognitive level, with these items at rest."""
    eligible = assembly.count_eligible(session)
    rest = count_resting(resting_items(session, resting))
    largest = bank.largest_cells(session)
    return {
        (topic, level.value): CellUse(
            cell, eligible.get(cell, 0), rest.get(cell), largest.get((topic, level.value), 0)
        )
        for topic in topics
        for level in CognitiveLevel
        for cell in [Cell(topic, level.value)]
    }


def _seen(session: Session, lines: list[UsageLine], resting: dict[int, Rest]) -> list[SeenItem]:
    ids = [line.item_id for line in lines]
    officers, flagged = exposure.count_officers(session, ids), flags.count_flagged(session, ids)
    in_force = measuring.find_adopted(session)
    raised = flags.flags_in(session, in_force.id, ids) if in_force else {}
    return [
        SeenItem(
            line,
            officers.get(line.item_id, 0),
            [flag for flag in raised.get(line.item_id, []) if flag["code"] not in flags.NO_FAULT],
            flagged.get(line.item_id, 0),
            resting.get(line.item_id),
        )
        for line in lines
    ]
