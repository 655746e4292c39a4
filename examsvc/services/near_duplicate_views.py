"""What reviewers and the bank manager read of near-duplicates: pairs in groups, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
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

GROUPS_AT_ONCE: Final = 10
PAIRS_OF_GROUP: Final = 12  # shown; the others come when these are decided
DECIDED_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One item of a pair, in runs of words that say where the other differs."""

    line: ItemLine
    stem: list[Run]
    options: list[Run]


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
    """One page of the groups that nobody has decided yet."""

    groups: list[Group]
    n_groups: int
    n_pairs: int
    n_decided: int
    found_at: datetime | None


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
        by_item: dict[int, int] = {}
        together = groups((row.item_a_id, row.item_b_id) for row in rows)
        for number, members in enumerate(together):
            by_item.update(dict.fromkeys(members, number))
        ranked: dict[int, list[NearDuplicateRow]] = {}
        for row in rows:  # most alike first, hence the groups as well
            ranked.setdefault(by_item[row.item_a_id], []).append(row)
        start = (page - 1) * GROUPS_AT_ONCE
        shown = list(ranked.items())[start : start + GROUPS_AT_ONCE]
        compared = _compare(session, [row for _number, found in shown for row in found[:PAIRS_OF_GROUP]])
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
            store.count_decided(session),
            max((row.found_at for row in rows), default=None),
        )


def _compare(session: Session, rows: Sequence[NearDuplicateRow]) -> dict[tuple[int, int], Compared]:
    ids = sorted({id_ for row in rows for id_ in (row.version_a_id, row.version_b_id)})
    lines = {line.version_id: line for line in items.lines_of(session, ids)}
    wordings = versions.get_versions(session, ids)
    found: dict[tuple[int, int], Compared] = {}
    for row in rows:
        a, b = row.version_a_id, row.version_b_id
        stems = contrast(plain_text(wordings[a].stem), plain_text(wordings[b].stem))
        options = _contents(wordings[a]), _contents(wordings[b])
        found[row.item_a_id, row.item_b_id] = Compared(
            row,
            (
                Side(lines[a], stems[0], own_parts(options[0], options[1])),
                Side(lines[b], stems[1], own_parts(options[1], options[0])),
            ),
        )
    return found


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
