"""Practising alone: items of the practice pool, and after each response what was right, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.delivery.errors import PracticeRefused
from examsvc.delivery.practice import Tally, draw, next_ordinal
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.practice_items import ShownItem, earned_share, shown_item
from examsvc.store import Session, database_now
from examsvc.store import practice as store
from examsvc.store.models import PracticeResponseRow, PracticeRunRow, TopicRow
from examsvc.store.practice import PractisedItem
from examsvc.store.rows import get_row
from examsvc.store.topics import list_topics
from item_bank.interactions.asked import replace_marks
from item_bank.interactions.marking import WHOLE
from item_bank.interactions.responses import is_storable
from item_bank.stem import plain_text

EARLIER_RUNS: Final = 20  # shown


@dataclass(frozen=True, slots=True)
class TopicOffer:
    """A topic, how many items it offers, and how this officer has done in it so far."""

    topic: TopicRow
    n_items: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class PracticeDesk:
    """What an officer can practise, and what he has practised."""

    offers: list[TopicOffer]
    runs: list[tuple[PracticeRunRow, Tally]]
    topics: dict[int, TopicRow]
    at_an_exam: bool


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """An item of a finished run; `stem` is plain text, None where the item has been withdrawn.

    is_counted : whether a computer marks it
    """

    ordinal: int
    topic: TopicRow | None
    stem: str | None
    response: PracticeResponseRow
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class RunPage:
    """Where a run stands: the item to show, or None when it is finished.

    n_done : items that have had their response; those that people would mark are not in the tally
    """

    run: PracticeRunRow
    n_done: int
    tally: Tally
    next_ordinal: int | None
    item: ShownItem | None
    lines: list[SummaryLine]


def view_desk(deps: Services, actor: Actor) -> PracticeDesk:
    """What there is to practise for this officer, and how he has done."""
    permit(actor, "practice.use", Facts(owner_user_id=actor.user_id))
    with deps.store.read() as session:
        topics = list_topics(session)
        offered = [item.topic_id for item in store.list_offered(session)]
        tallies = store.tallies_by_topic(session, actor.user_id)
        return PracticeDesk(
            offers=[
                TopicOffer(topic, offered.count(topic.id), tallies.get(topic.id, Tally()))
                for topic in topics
                if topic.id in offered or topic.id in tallies
            ],
            runs=store.list_runs(session, actor.user_id, EARLIER_RUNS),
            topics={topic.id: topic for topic in topics},
            at_an_exam=store.is_at_an_exam(session, actor.user_id),
        )


def start_run(deps: Services, actor: Actor, topic_ids: Collection[int], n_items: int, seed: int) -> int:
    """Draw items of these topics; returns the run's id. Raises PracticeRefused where there is none."""
    permit(actor, "practice.use", Facts(owner_user_id=actor.user_id))
    with deps.store.begin() as session:
        offered = [item for item in store.list_offered(session) if item.topic_id in topic_ids]
        met = store.count_met(session, actor.user_id)
        versions = [item.version_id for item in offered]
        items = draw(versions, n_items, met, np.random.default_rng(seed))
        return _add_run(session, actor, sorted({item.topic_id for item in offered}), items, seed)


def repeat_wrong(deps: Services, actor: Actor, run_id: int, seed: int) -> int:
    """A new run of those items that went wrong in an earlier one; returns its id."""
    with deps.store.begin() as session:
        run = _own_run(session, actor, run_id)
        wrong = [
            row.item_version_id for row in store.list_responses(session, run_id).values() if not row.right
        ]
        items_of = store.get_items(session, wrong)
        usable = {id_ for id_, item in items_of.items() if not item.wording.asked.kind.rated}
        items = draw([item for item in wrong if item in usable], len(wrong), {}, np.random.default_rng(seed))
        return _add_run(session, actor, run.topic_ids, items, seed)


def view_run(deps: Services, actor: Actor, run_id: int, ordinal: int | None = None) -> RunPage:
    """The item that waits for a response; with `ordinal`, one that has had its response, and feedback.

    A finished run without an ordinal is its summary. Raises PracticeRefused for whoever is at an exam.
    """
    with deps.store.read() as session:
        run = _own_run(session, actor, run_id)
        _require_free(session, actor)
        responses = store.list_responses(session, run_id)
        items = store.get_items(session, run.item_version_ids)
        waiting = None if run.finished_at else next_ordinal(run.item_version_ids, responses, items)
        shown = ordinal if ordinal in responses else waiting
        item = None if shown is None else shown_item(session, run, shown, items, responses.get(shown))
        return RunPage(
            run=run,
            n_done=len(responses),
            tally=store.tally_of_run(session, run_id),
            next_ordinal=waiting,
            item=item,
            lines=[] if item is not None else [_line(row, items) for row in responses.values()],
        )


def respond(deps: Services, actor: Actor, run_id: int, ordinal: int, response: str | None) -> None:
    """Keep the response to the item that is due; None says "I do not know".

    The first response to an item stands, for the right option is shown right after it: a second is ignored.
    Raises PracticeRefused for an item that is not due, or an option that it does not have.
    """
    with deps.store.begin() as session:
        run = _own_run(session, actor, run_id, lock=True)
        responses = store.list_responses(session, run_id)
        if ordinal in responses:
            return
        _require_free(session, actor)
        items = store.get_items(session, run.item_version_ids)
        if run.finished_at is not None or ordinal != next_ordinal(run.item_version_ids, responses, items):
            raise PracticeRefused("not_due")
        item = items[run.item_version_ids[ordinal - 1]]
        asked = item.wording.asked
        if response is not None and not is_storable(asked, response):
            raise PracticeRefused("no_such_option")
        solution = store.find_solution(session, item.version_id)
        now = database_now(session)
        session.add(
            PracticeResponseRow(
                run_id=run_id,
                ordinal=ordinal,
                item_version_id=item.version_id,
                response=response,
                right=earned_share(asked, None if solution is None else solution.key, response) == WHOLE,
                responded_at=now,
            )
        )
        if next_ordinal(run.item_version_ids, {*responses, ordinal}, items) is None:
            run.finished_at = now


def finish_run(deps: Services, actor: Actor, run_id: int) -> None:
    """End the run before its last item; what is finished stays so."""
    with deps.store.begin() as session:
        run = _own_run(session, actor, run_id, lock=True)
        if run.finished_at is None:
            run.finished_at = database_now(session)


def _own_run(session: Session, actor: Actor, run_id: int, *, lock: bool = False) -> PracticeRunRow:
    permit(actor, "practice.use", Facts(owner_user_id=actor.user_id))  # a stranger learns not what exists
    run = get_row(session, PracticeRunRow, run_id, lock=lock)
    permit(actor, "practice.use", Facts(owner_user_id=run.user_id))
    return run


def _require_free(session: Session, actor: Actor) -> None:
    """Rationales are no reading for the exam room."""
    if store.is_at_an_exam(session, actor.user_id):
        raise PracticeRefused("at_an_exam")


def _add_run(
    session: Session, actor: Actor, topic_ids: Sequence[int], items: Sequence[int], seed: int
) -> int:
    _require_free(session, actor)
    if not items:
        raise PracticeRefused("nothing_to_practise")
    run = PracticeRunRow(
        user_id=actor.user_id,
        topic_ids=list(topic_ids),
        n_items=len(items),
        item_version_ids=list(items),
        seed=seed,
        started_at=database_now(session),
    )
    session.add(run)
    session.flush()
    record_act(session, actor, "practice.start", f"practice_run:{run.id}", n_items=len(items))
    return run.id


def _line(row: PracticeResponseRow, items: dict[int, PractisedItem]) -> SummaryLine:
    item = items.get(row.item_version_id)
    if item is None:
        return SummaryLine(row.ordinal, None, None, row)
    asked = item.wording.asked
    stem = plain_text(replace_marks(item.wording.stem, lambda _id, words: words or "…"))
    return SummaryLine(row.ordinal, item.topic, stem, row, not asked.kind.rated)
