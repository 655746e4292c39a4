"""Near-duplicates of the whole bank: the search, and what the bank manager decides of each pair."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.ports import Progress
from examsvc.services.audit import record_act
from examsvc.services.bank_errors import PairRefused
from examsvc.services.deps import Services
from examsvc.services.fingerprints import refresh_all
from examsvc.store import Session, database_now
from examsvc.store import bank as items
from examsvc.store import near_duplicates as store
from examsvc.store.near_duplicates import Found, PairOfItems
from item_bank.enemies import enemy_pairs
from item_bank.near_duplicates import Corpus, Pair, find_pairs
from item_bank.similarity import likeness

MOST_PAIRS: Final = 10_000  # the most alike; more than that nobody looks through
LEAST_THRESHOLD: Final = 0.6
MOST_REASON: Final = 500
_PERCENT: Final = 100


class Basis(StrEnum):
    """By what two items are compared: as a whole, or by their stems whatever the options are."""

    WHOLE = "whole"
    STEM = "stem"


class Decision(StrEnum):
    """What the bank manager makes of a pair."""

    ENEMIES = "enemies"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched: pairs of at least this likeness."""

    threshold: float
    basis: str = Basis.WHOLE

    def __post_init__(self) -> None:
        if not LEAST_THRESHOLD <= self.threshold <= 1.0:
            raise PairRefused("THRESHOLD_OUT_OF_RANGE", least=LEAST_THRESHOLD)
        if self.basis not in set(Basis):
            raise PairRefused("UNKNOWN_BASIS", value=self.basis)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found: pairs at or above the threshold, of which the most alike are kept."""

    n_items: int
    n_found: int
    n_undecided: int


def search_bank(deps: Services, actor: Actor, search: Search, progress: Progress) -> Outcome:
    """Hold every item's newest version against all others; what was decided before stays decided.

    Memory is bounded by the bank's texts (about 2 kB an item) and `MOST_PAIRS`.
    """
    permit(actor, "near_duplicates.search")
    refresh_all(deps)
    by_stem = search.basis == Basis.STEM
    ids: list[tuple[int, int]] = []
    corpus = Corpus()
    with deps.store.read() as session:
        wanted = store.list_searched(session)
        for read in store.read_wordings(session, wanted):
            ids.append((read.item_id, read.version_id))
            grams = read.reading.stem_grams if by_stem else read.reading.whole_grams
            corpus.add(grams, read.stem_sketch if by_stem else read.whole_sketch)
            if len(ids) % 500 == 0:
                progress(0, _PERCENT)
    best: list[tuple[float, int, int]] = []
    n_found = 0
    for pair in find_pairs(corpus, search.threshold, _in_percent(progress)):
        n_found += 1
        _keep_best(best, pair)
    del corpus
    with deps.store.read() as session:
        found = _score_both(session, [(ids[one], ids[other]) for _score, one, other in best])
    with deps.store.begin() as session:
        n_undecided = store.keep_found(session, database_now(session), found)
        facts = {"threshold": search.threshold, "basis": str(search.basis), "n_found": n_found}
        record_act(session, actor, "near_duplicates.search", "item_bank", **facts)
    progress(_PERCENT, _PERCENT)
    return Outcome(len(ids), n_found, n_undecided)


def _in_percent(progress: Progress) -> Progress:
    """Of the pairs that are compared; the end is told when all is stored."""
    return lambda done, total: progress(min(_PERCENT - 1, _PERCENT * done // max(total, 1)), _PERCENT)


def _keep_best(best: list[tuple[float, int, int]], pair: Pair) -> None:
    entry = (pair.score, pair.earlier, pair.later)
    if len(best) < MOST_PAIRS:
        heapq.heappush(best, entry)
    else:
        heapq.heappushpop(best, entry)


def _score_both(
    session: Session, pairs: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> dict[PairOfItems, Found]:
    versions = {version_id for pair in pairs for _item, version_id in pair}
    readings = {read.version_id: read.reading for read in store.read_wordings(session, versions)}
    found: dict[PairOfItems, Found] = {}
    for pair in pairs:
        (item_a, version_a), (item_b, version_b) = sorted(pair)
        one, other = readings[version_a], readings[version_b]
        found[item_a, item_b] = Found(
            (version_a, version_b),
            likeness(one.stem_grams, other.stem_grams),
            likeness(one.whole_grams, other.whole_grams),
        )
    return found


def decide(
    deps: Services, actor: Actor, pairs: Sequence[PairOfItems], decision: Decision, reason: str = ""
) -> None:
    """Declare these pairs enemies, or dismiss them: all or none; nobody dismisses a pair with his own item.

    Raises PairRefused: PAIR_DECIDED, PAIR_OF_ONES_OWN.
    """
    permit(actor, "near_duplicates.decide")
    with deps.store.begin() as session:
        now = database_now(session)
        if decision is Decision.DISMISSED:
            _refuse_own(session, actor, pairs)
        for pair in sorted(set(pairs)):
            row = store.find_pair(session, pair)
            if row is None or row.decision is not None:
                raise PairRefused("PAIR_DECIDED")
            row.decision, row.decided_by, row.decided_at = decision.value, actor.user_id, now
            row.reason = reason.strip()[:MOST_REASON]
        codes = store.codes_of(session, {id_ for pair in pairs for id_ in pair})
        named = [(codes[one], codes[other]) for one, other in pairs]
        if decision is Decision.ENEMIES:
            ids = {code: id_ for id_, code in codes.items()}
            declared: dict[str, list[str]] = {}
            for one, other in named:
                declared.setdefault(one, []).append(other)
            items.add_enemies(session, enemy_pairs(declared), ids)
        record_act(
            session,
            actor,
            f"near_duplicates.{'declare' if decision is Decision.ENEMIES else 'dismiss'}",
            "item_bank",
            pairs=[list(pair) for pair in named],
            reason=reason.strip()[:MOST_REASON],
        )


def _refuse_own(session: Session, actor: Actor, pairs: Sequence[PairOfItems]) -> None:
    own = store.find_code_by_author(session, {id_ for pair in pairs for id_ in pair}, actor.user_id)
    if own is not None:
        raise PairRefused("PAIR_OF_ONES_OWN", item=own)


def reopen(deps: Services, actor: Actor, pair: PairOfItems) -> None:
    """Show a dismissed pair again. Raises PairRefused "PAIR_NOT_DISMISSED"."""
    permit(actor, "near_duplicates.decide")
    with deps.store.begin() as session:
        row = store.find_pair(session, pair)
        if row is None or row.decision != Decision.DISMISSED:
            raise PairRefused("PAIR_NOT_DISMISSED")
        codes = store.codes_of(session, pair)
        detail = {"by": row.decided_by, "reason": row.reason}
        row.decision, row.decided_by, row.decided_at, row.reason = None, None, None, ""
        record_act(
            session, actor, "near_duplicates.reopen", "item_bank", pair=[codes[i] for i in pair], was=detail
        )
