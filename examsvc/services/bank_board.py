"""The bank's board: what it holds against what exams take, and what a program finds wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import bank as store
from examsvc.store import bank_counts, key_corrections, near_duplicates
from examsvc.store.models import TopicRow
from examsvc.store.topics import list_topics
from item_bank.interactions.kinds import Interaction
from item_bank.lifecycle import ASIDE, State
from item_bank.pool import PRACTISED, Pool
from item_bank.quality import Fault, PositionBalance, answer_position_balance
from item_bank.taxonomy import CognitiveLevel

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
    """One topic at one cognitive level: items by state, and how many exams need."""

    states: dict[str, int]
    needed: int

    @property
    def stages(self) -> dict[str, int]:
        """The same by the steps of the way; what is set aside or retired is on none of them."""
        return {
            stage: sum(self.states.get(state.value, 0) for state in states)
            for stage, states in STAGES.items()
        }

    @property
    def operational(self) -> int:
        return self.states.get(State.OPERATIONAL.value, 0)

    @property
    def missing(self) -> int:
        """How many operational items it lacks."""
        return max(0, self.needed - self.operational)

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
class Shortage:
    """A cell that lacks operational items, and what is on the way to it."""

    topic: TopicRow
    level: str
    n_missing: int
    n_coming: int

    @property
    def n_unassigned(self) -> int:
        """What is missing even when all that is on its way arrives."""
        return max(0, self.n_missing - self.n_coming)


@dataclass(frozen=True, slots=True)
class Undecided:
    """What waits for somebody's decision besides the items' own way."""

    near_duplicates: int
    key_corrections: int


@dataclass(frozen=True, slots=True)
class Board:
    """The whole bank at a glance."""

    topics: list[TopicRow]
    cells: dict[tuple[str, str], Cell]
    states: dict[str, int]
    balance: PositionBalance
    faults: dict[Fault, int]
    undecided: Undecided
    n_items: int
    n_practice: dict[str, int]  # topic code → items that officers can practise with

    def lacking(self) -> int:
        """How many operational items all cells together still lack."""
        return sum(cell.missing for cell in self.cells.values())

    def shortages(self) -> list[Shortage]:
        """The cells that lack items, those first that lack most beyond what is on its way."""
        named = {topic.code: topic for topic in self.topics}
        found = [
            Shortage(named[code], level, cell.missing, cell.coming)
            for (code, level), cell in self.cells.items()
            if cell.missing
        ]
        return sorted(found, key=lambda one: (-one.n_unassigned, -one.n_missing))


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
        faults = bank_counts.count_faults(session, Pool.OPERATIONAL, OUT_OF_USE)
        n_items = bank_counts.count_items(session, Pool.OPERATIONAL)
        n_practice = bank_counts.count_items_by_topic(session, Pool.PRACTICE, [s.value for s in PRACTISED])
        undecided = Undecided(
            near_duplicates.count_undecided(session),
            key_corrections.count_corrections(session, is_open=True),
        )
    states: Counter[str] = Counter()
    for (_topic, _level, state), count in counted.items():
        states[state] += count
    return Board(
        topics=topics,
        cells=_cells(topics, counted, needs),
        states=dict(states),
        balance=answer_position_balance(list(Counter(keys).elements())),
        faults={Fault(code): count for code, count in sorted(faults.items())},
        undecided=undecided,
        n_items=n_items,
        n_practice=n_practice,
    )


def _cells(
    topics: list[TopicRow], counted: dict[tuple[str, str, str], int], needs: dict[tuple[str, str], int]
) -> dict[tuple[str, str], Cell]:
    return {
        (topic.code, level.value): Cell(
            {
                state.value: counted[topic.code, level.value, state.value]
                for state in State
                if (topic.code, level.value, state.value) in counted
            },
            FACTOR * needs.get((topic.code, level.value), 0),
        )
        for topic in topics
        for level in CognitiveLevel
    }
