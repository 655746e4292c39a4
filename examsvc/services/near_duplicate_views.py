"""What reviewers and the bank manager read of near-duplicates: pairs in groups, side by side.

They are wordings like any other: logged before they are shown, and withheld where the day allows no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.services.viewing import Opened, Showing, open_stems
from examsvc.store import Session
from examsvc.store import bank as items
from examsvc.store import item_versions as versions
from examsvc.store import near_duplicates as store
from examsvc.store.bank import ItemLine
from examsvc.store.models import NearDuplicateRow
from item_bank.contrasts import Run, contrast, own_parts
from item_bank.item import ItemVersion
from item_bank.near_duplicates import groups
from item_bank.stem import plain_text
from item_bank.viewing import How

GROUPS_AT_ONCE: Final = 10
PAIRS_OF_GROUP: Final = 12  # shown; the others come when these are decided
DECIDED_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One item of a pair, in runs of words that say where the other differs; empty ones where it is withheld.

    Where one of a pair is withheld the other says nothing of it: its words stand unmarked.
    """

    line: ItemLine
    stem: list[Run]
    options: list[Run]
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair side by side."""

    row: NearDuplicateRow
    sides: tuple[Side, Side]

    @property
    def name(self) -> str:
        """As forms name it."""
        return f"{self.row.item_a_id}-{self.row.item_b_id}"


@dataclass(frozen=True, slots=True)
class Group:
    """Items that hang together by pairs; `n_pairs` of which the first are in `pairs`."""

    n_items: int
    n_pairs: int
    pairs: list[Compared]


@dataclass(frozen=True, slots=True)
class Undecided:
    """One page of the groups that nobody has decided yet; `opened`: how the reader's day stands after it."""

    groups: list[Group]
    n_groups: int
    n_pairs: int
    n_decided: int
    found_at: datetime | None
    opened: Opened


@dataclass(frozen=True, slots=True)
class Decided:
    """A pair that was decided: codes of the items, and who decided."""

    row: NearDuplicateRow
    codes: tuple[str, str]
    by: str

    @property
    def name(self) -> str:
        """As forms name it."""
        return f"{self.row.item_a_id}-{self.row.item_b_id}"


def view_undecided(deps: Services, actor: Actor, page: int) -> Undecided:
    """The groups of this page, those first whose best pair is the most alike."""
    permit(actor, "near_duplicates.read")
    with deps.store.read() as session:
        rows = store.list_undecided(session)
        n_decided = store.count_decided(session)
    by_item: dict[int, int] = {}
    together = groups((row.item_a_id, row.item_b_id) for row in rows)
    for number, members in enumerate(together):
        by_item.update(dict.fromkeys(members, number))
    ranked: dict[int, list[NearDuplicateRow]] = {}
    for row in rows:  # most alike first, hence the groups as well
        ranked.setdefault(by_item[row.item_a_id], []).append(row)
    start = (page - 1) * GROUPS_AT_ONCE
    shown = list(ranked.items())[start : start + GROUPS_AT_ONCE]
    pairs = [row for _number, found in shown for row in found[:PAIRS_OF_GROUP]]
    ids = dict.fromkeys(id_ for row in pairs for id_ in (row.version_a_id, row.version_b_id))
    opened = open_stems(deps, actor, Showing(list(ids), How.LIST, "near-duplicates"))
    with deps.store.read() as session:
        compared = _compare(session, pairs, opened)
    return Undecided(
        [
            Group(
                len(together[number]),
                len(found),
                [compared[row.item_a_id, row.item_b_id] for row in found[:PAIRS_OF_GROUP]],
            )
            for number, found in shown
        ],
        len(ranked),
        len(rows),
        n_decided,
        max((row.found_at for row in rows), default=None),
        opened,
    )


def _compare(
    session: Session, rows: Sequence[NearDuplicateRow], opened: Opened
) -> dict[tuple[int, int], Compared]:
    ids = sorted({id_ for row in rows for id_ in (row.version_a_id, row.version_b_id)})
    lines = {line.version_id: line for line in items.lines_of(session, ids)}
    wordings = versions.get_versions(session, [id_ for id_ in ids if id_ in opened.stems])
    return {
        (row.item_a_id, row.item_b_id): Compared(
            row,
            (
                _side(lines[row.version_a_id], row.version_b_id, wordings),
                _side(lines[row.version_b_id], row.version_a_id, wordings),
            ),
        )
        for row in rows
    }


def _side(line: ItemLine, other_id: int, wordings: Mapping[int, ItemVersion]) -> Side:
    """One side of a pair as far as both were opened."""
    if line.version_id not in wordings:
        return Side(line, [], [], withheld=True)
    own = wordings[line.version_id]
    other = wordings.get(other_id, own)
    stem, _others = contrast(plain_text(own.stem), plain_text(other.stem))
    return Side(line, stem, own_parts(_contents(own), _contents(other)))


def _contents(item: ItemVersion) -> list[str]:
    parts = [option.content for option in item.asked.options] + [place.content for place in item.asked.places]
    return [plain_text(part) for part in parts]


def list_decided(deps: Services, actor: Actor, page: int) -> tuple[list[Decided], int]:
    """Some of what was decided, newest first, and how much there is."""
    permit(actor, "near_duplicates.read")
    with deps.store.read() as session:
        start = (page - 1) * DECIDED_AT_ONCE
        rows = store.list_decided(session, limit=DECIDED_AT_ONCE, offset=start)
        decided = [
            Decided(row, (codes[row.item_a_id], codes[row.item_b_id]), name) for row, codes, name in rows
        ]
        return decided, store.count_decided(session)
