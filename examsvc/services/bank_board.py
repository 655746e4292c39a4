"""The bank's board: what it holds against what exams take, and what a program finds wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import bank as store
from examsvc.store import bank_counts
from examsvc.store.bank_counts import FaultyLine
from examsvc.store.models import TopicRow
from examsvc.store.topics import list_topics
from item_bank.interactions.kinds import Interaction
from item_bank.lifecycle import ASIDE, State
from item_bank.pool import PRACTISED, Pool
from item_bank.quality import Fault, PositionBalance, answer_position_balance
from item_bank.taxonomy import CognitiveLevel

NAMED = 60  # items of a fault, before its list has to be asked for
OUT_OF_USE = tuple(state.value for state in (State.RETIRED, *ASIDE))
FACTOR = 3  # the bank holds three times what the largest form takes of a cell

# the way of an item in the four steps that the board shows
STAGES: dict[str, tuple[State, ...]] = {
    "draft": (State.DRAFT,),
    "review": (State.IN_REVIEW, State.APPRAISED),
    "ready": (State.APPROVED, State.PILOT, State.CALIBRATED),
    "operational": (State.OPERATIONAL,),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One topic at one cognitive level: items by stage, and how many exams need."""

    stages: dict[str, int]
    needed: int

    @property
    def operational(self) -> int:
        return self.stages["operational"]

    @property
    def coming(self) -> int:
        """Items on their way, drafts included."""
        return sum(self.stages.values()) - self.operational

    @property
    def status(self) -> str:
        """enough | coming (with those on their way) | short | unused (no approved blueprint takes any)."""
        if self.needed == 0:
            return "unused"
        if self.operational >= self.needed:
            return "enough"
        return "coming" if self.operational + self.coming >= self.needed else "short"


@dataclass(frozen=True, slots=True)
class Faulty:
    """The items with one fault: how many, and the first of them as pairs of item version and code."""

    n_items: int
    first: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole bank at a glance."""

    topics: list[TopicRow]
    cells: dict[tuple[str, str], Cell]
    states: dict[str, int]
    balance: PositionBalance
    faults: dict[Fault, Faulty]
    n_items: int
    n_practice: dict[str, int]  # topic code → items that officers can practise with

    def lacking(self) -> int:
        """How many operational items all cells together still lack."""
        return sum(max(0, cell.needed - cell.operational) for cell in self.cells.values())


def view_board(deps: Services, actor: Actor) -> Board:
    """Count the items for exams by topic, cognitive level and state, those to practise with by topic.

    Faults are those that were found when a wording or its key was written.
    """
    permit(actor, "bank.read_board")
    with deps.store.read() as session:
        topics = list_topics(session)
        counted = bank_counts.count_versions(session, Pool.OPERATIONAL)
        needs = store.largest_cells(session)
        keys = bank_counts.count_keys(session, Pool.OPERATIONAL, Interaction.SINGLE_CHOICE, OUT_OF_USE)
        faulty = bank_counts.list_faulty(session, Pool.OPERATIONAL, OUT_OF_USE)
        n_items = bank_counts.count_items(session, Pool.OPERATIONAL)
        n_practice = bank_counts.count_items_by_topic(session, Pool.PRACTICE, [s.value for s in PRACTISED])
    states: Counter[str] = Counter()
    for (_topic, _level, state), count in counted.items():
        states[state] += count
    in_use = {cell: count for cell, count in counted.items() if cell[2] not in OUT_OF_USE}
    return Board(
        topics=topics,
        cells=_cells(topics, in_use, needs),
        states=dict(states),
        balance=answer_position_balance(list(Counter(keys).elements())),
        faults=_faults(faulty),
        n_items=n_items,
        n_practice=n_practice,
    )


def _faults(faulty: list[FaultyLine]) -> dict[Fault, Faulty]:
    found: dict[Fault, list[tuple[int, str]]] = {}
    for line in faulty:
        for code in line.faults.split():
            found.setdefault(Fault(code), []).append((line.version_id, line.code))
    return {fault: Faulty(len(lines), lines[:NAMED]) for fault, lines in sorted(found.items())}


def _cells(
    topics: list[TopicRow], counted: dict[tuple[str, str, str], int], needs: dict[tuple[str, str], int]
) -> dict[tuple[str, str], Cell]:
    return {
        (topic.code, level.value): Cell(
            {
                stage: sum(counted.get((topic.code, level.value, state.value), 0) for state in states)
                for stage, states in STAGES.items()
            },
            FACTOR * needs.get((topic.code, level.value), 0),
        )
        for topic in topics
        for level in CognitiveLevel
    }
