"""The bank's board: what it holds against what exams take, and what a program finds wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.store import bank as store
from examsvc.store import item_versions as versions
from examsvc.store.bank import ItemFilter, ItemLine
from examsvc.store.models import TopicRow
from examsvc.store.topics import list_topics
from item_bank.interactions.kinds import Interaction
from item_bank.lifecycle import ASIDE, State
from item_bank.pool import PRACTISED, Pool
from item_bank.quality import Fault, PositionBalance, answer_position_balance, check_item
from item_bank.taxonomy import CognitiveLevel

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
class Board:
    """The whole bank at a glance."""

    topics: list[TopicRow]
    cells: dict[tuple[str, str], Cell]
    states: dict[str, int]
    balance: PositionBalance
    faults: dict[Fault, list[ItemLine]]
    n_items: int
    n_practice: dict[str, int]  # topic code → items that officers can practise with

    def lacking(self) -> int:
        """How many operational items all cells together still lack."""
        return sum(max(0, cell.needed - cell.operational) for cell in self.cells.values())


def view_board(deps: Services, actor: Actor) -> Board:
    """Count the items for exams by topic, cognitive level and state, those to practise with by topic."""
    permit(actor, "bank.read_board")
    with deps.store.read() as session:
        topics = list_topics(session)
        lines = store.list_lines(session, ItemFilter(pool=Pool.OPERATIONAL))
        practised = tuple(state.value for state in PRACTISED)
        practice = store.list_lines(session, ItemFilter(pool=Pool.PRACTICE, states=practised))
        needs = store.largest_cells(session)
        ids = [line.version_id for line in lines]
        items = versions.get_versions(session, ids)
        keys = versions.newest_keys(session, ids)
    in_use = [line for line in lines if line.state not in (State.RETIRED.value, *ASIDE)]
    faults: dict[Fault, list[ItemLine]] = {}
    for line in in_use:
        found = {finding.fault for finding in check_item(items[line.version_id], keys[line.version_id])}
        for fault in sorted(found):
            faults.setdefault(fault, []).append(line)
    return Board(
        topics=topics,
        cells=_cells(topics, in_use, needs),
        states=dict(Counter(line.state for line in lines)),
        balance=answer_position_balance(
            [
                keys[line.version_id].option_id
                for line in in_use
                if items[line.version_id].interaction is Interaction.SINGLE_CHOICE
            ]
        ),
        faults=faults,
        n_items=len({line.item_id for line in lines}),
        n_practice=dict(Counter(topic for _id, topic in {(p.item_id, p.topic.code) for p in practice})),
    )


def _cells(
    topics: list[TopicRow], lines: list[ItemLine], needs: dict[tuple[str, str], int]
) -> dict[tuple[str, str], Cell]:
    counted = Counter((line.topic.code, line.level, line.state) for line in lines)
    return {
        (topic.code, level.value): Cell(
            {
                stage: sum(counted[topic.code, level.value, state.value] for state in states)
                for stage, states in STAGES.items()
            },
            FACTOR * needs.get((topic.code, level.value), 0),
        )
        for topic in topics
        for level in CognitiveLevel
    }
