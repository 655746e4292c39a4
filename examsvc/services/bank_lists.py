"""The lists of the bank that authors, reviewers and the bank manager work with, each as far as he may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.bank_states import load_histories, mover_of
from examsvc.services.citations import CitedAct, citation_findings, cited_acts
from examsvc.services.deps import Services
from examsvc.services.import_report import key_in_words
from examsvc.services.viewing import READS_ALL as READS_ALL  # what this module's readers ask for
from examsvc.services.viewing import quota_of
from examsvc.store import Session
from examsvc.store import bank as store
from examsvc.store import item_versions as versions
from examsvc.store.bank import ItemFilter, ItemLine, Page
from examsvc.store.models import ItemVersionRow, TopicRow
from examsvc.store.topics import list_topics
from item_bank.lifecycle import History as Life
from item_bank.lifecycle import State, allowed_moves
from item_bank.pool import Pool
from item_bank.quality import Finding, check_item
from item_bank.review import may_accept

FOR_EXAMS = frozenset({State.PILOT, State.OPERATIONAL})  # no practice item ever goes there


@dataclass(frozen=True, slots=True)
class Progress:
    """How many reviewers have accepted an item in this round, of how many asked for."""

    n_accepted: int
    n_asked: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line of a bulk list: what a program sees in the item, and whether this reader may move it.

    key : in words, empty of what people mark
    """

    line: ItemLine
    key: str
    findings: list[Finding]
    may_move: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """An author's item that came back, with the reason and his reply so far."""

    line: ItemLine
    review_id: int
    comment: str
    reviewer: str
    reply: str


@dataclass(frozen=True, slots=True)
class LawUpdate:
    """An author's item that the law has left behind: the acts it cites, why it was moved, an open draft."""

    line: ItemLine
    repealed: list[CitedAct]
    comment: str
    draft_id: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """Which lines of a long list."""

    limit: int
    offset: int = 0


def list_items(deps: Services, actor: Actor, wanted: ItemFilter) -> list[ItemLine]:
    """The items the filter keeps; an author sees his own."""
    permit(actor, "items.read")
    with deps.store.read() as session:
        return store.list_lines(session, _as_he_may(session, actor, wanted))


def page_items(deps: Services, actor: Actor, wanted: ItemFilter, part: Part) -> Page:
    """Some of them, and how many there are."""
    permit(actor, "items.read")
    with deps.store.read() as session:
        return store.page_lines(
            session, _as_he_may(session, actor, wanted), limit=part.limit, offset=part.offset
        )


def count_items(deps: Services, actor: Actor, wanted: ItemFilter) -> int:
    """How many items the filter keeps."""
    permit(actor, "items.read")
    with deps.store.read() as session:
        return store.count_lines(session, _as_he_may(session, actor, wanted))


def list_ids(deps: Services, actor: Actor, wanted: ItemFilter) -> list[int]:
    """All of them, their item versions alone."""
    permit(actor, "items.read")
    with deps.store.read() as session:
        return store.list_version_ids(session, _as_he_may(session, actor, wanted))


def _as_he_may(session: Session, actor: Actor, wanted: ItemFilter) -> ItemFilter:
    """An author searches his own; whoever may see no more today learns nothing more by searching either."""
    if not actor.roles & READS_ALL:
        return replace(wanted, author_id=actor.user_id)
    if wanted.text and quota_of(session, actor)[0].left == 0:
        return replace(wanted, by_code=True)
    return wanted


def list_choices(deps: Services, actor: Actor) -> tuple[list[TopicRow], list[tuple[int, str]]]:
    """What the filters and the form offer: topics, and the authors as far as the reader sees them."""
    permit(actor, "items.read")
    with deps.store.read() as session:
        topics = list_topics(session)
        return topics, store.list_authors(session) if actor.roles & READS_ALL else []


def list_returned(deps: Services, actor: Actor) -> list[Returned]:
    """The author's items that a reviewer or the bank manager gave back and he has not revised yet."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        lines = store.list_lines(session, ItemFilter(states=(State.DRAFT.value,), author_id=actor.user_id))
        returns = versions.open_returns(session, [line.item_id for line in lines])
    return [
        Returned(line, one.review.id, one.review.comment, one.reviewer, one.reply.reply if one.reply else "")
        for line in lines
        for one in returns.get(line.item_id, [])
        if one.review.item_version_id == line.version_id
    ]


def replies_owed(deps: Services, actor: Actor, lines: Sequence[ItemLine]) -> set[int]:
    """Which of these drafts are of an item whose return its author has not replied to."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        returns = versions.open_returns(session, [line.item_id for line in lines])
    owing = {item_id for item_id, found in returns.items() if any(one.reply is None for one in found)}
    return {line.version_id for line in lines if line.item_id in owing}


def list_law_updates(deps: Services, actor: Actor) -> list[LawUpdate]:
    """The author's items that need a new wording, until one of them is on its way to the reviewers."""
    permit(actor, "items.write")
    wanted = ItemFilter(states=(State.NEEDS_LAW_UPDATE.value,), author_id=actor.user_id)
    with deps.store.read() as session:
        lines = store.list_lines(session, wanted)
        later = versions.newest_of_items(session, [line.item_id for line in lines])
        open_lines = [line for line in lines if _awaits_wording(line, later[line.item_id])]
        acts = cited_acts(session, [line.version_id for line in open_lines])
        return [
            _law_update(session, line, acts.get(line.version_id, []), later[line.item_id])
            for line in open_lines
        ]


def _law_update(session: Session, line: ItemLine, acts: list[CitedAct], newest: ItemVersionRow) -> LawUpdate:
    repealed = [act for act in acts if act.is_repealed]
    # one that no repeal has moved: the log tells, and is long
    comment = "" if repealed else versions.find_comment_of_move(session, line.version_id, line.state)
    return LawUpdate(line, repealed, comment, None if newest.id == line.version_id else newest.id)


def _awaits_wording(line: ItemLine, newest: ItemVersionRow) -> bool:
    return newest.id == line.version_id or newest.state == State.DRAFT


def review_queue(deps: Services, actor: Actor) -> list[ItemLine]:
    """Items in review that this reviewer did not write and may still accept."""
    return [line for line, progress in appraisal_queue(deps, actor)]


def list_to_appraise(deps: Services, actor: Actor) -> list[int]:
    """The same, their item versions alone."""
    permit(actor, "items.review")
    with deps.store.read() as session:
        return store.list_version_ids(session, _to_appraise(session, actor))


def count_to_appraise(deps: Services, actor: Actor) -> int:
    """How many they are."""
    permit(actor, "items.review")
    with deps.store.read() as session:
        return store.count_lines(session, _to_appraise(session, actor))


def appraisal_queue(
    deps: Services, actor: Actor, part: Part | None = None
) -> list[tuple[ItemLine, Progress]]:
    """Each with how many reviewers have accepted it of how many asked for; all of them, or a part."""
    permit(actor, "items.review")
    with deps.store.read() as session:
        lines = _lines_in_part(session, _to_appraise(session, actor), part)
        histories = load_histories(session, versions.get_pairs(session, [line.version_id for line in lines]))
    return [(line, progress_of(histories[line.version_id])) for line in lines]


def _to_appraise(session: Session, actor: Actor) -> ItemFilter:
    """Whatever he has not accepted he may; what he has is looked at one by one."""
    accepted = versions.list_accepted_by(session, actor.user_id, State.IN_REVIEW)
    histories = load_histories(session, versions.get_pairs(session, accepted))
    barred = tuple(id_ for id_ in accepted if not may_accept(str(actor.user_id), histories[id_]))
    return ItemFilter(states=(State.IN_REVIEW.value,), not_author_id=actor.user_id, but=barred)


def _lines_in_part(session: Session, wanted: ItemFilter, part: Part | None) -> list[ItemLine]:
    if part is None:
        return store.list_lines(session, wanted)
    return store.page_lines(session, wanted, limit=part.limit, offset=part.offset).lines


def progress_of(history: Life) -> Progress:
    """How far the appraisal of an item in review has come."""
    return Progress(history.n_accepted, max(1, history.min_reviewers))


def count_movable(deps: Services, actor: Actor, source: State, to: State) -> int:
    """How many items are in `source` that could be moved `to` by somebody."""
    permit(actor, "items.release_to_exams")
    with deps.store.read() as session:
        return store.count_lines(session, _movable(source, to))


def _movable(source: State, to: State) -> ItemFilter:
    return ItemFilter(states=(source.value,), pool=Pool.OPERATIONAL if to in FOR_EXAMS else "")


def list_movable(
    deps: Services, actor: Actor, source: State, to: State, part: Part | None = None
) -> list[Candidate]:
    """Items in `source`, all or a part, each with whether this actor may move it `to`."""
    permit(actor, "items.release_to_exams")
    with deps.store.read() as session:
        lines = _lines_in_part(session, _movable(source, to), part)
        ids = [line.version_id for line in lines]
        items = versions.get_versions(session, ids)
        keys = versions.newest_keys(session, ids)
        acts = cited_acts(session, ids)
        histories = load_histories(session, versions.get_pairs(session, ids))
    mover = mover_of(actor)
    return [
        Candidate(
            line,
            key_in_words(items[line.version_id].asked, keys[line.version_id]),
            check_item(items[line.version_id], keys[line.version_id])
            + citation_findings(acts.get(line.version_id, [])),
            to in allowed_moves(source, mover, histories[line.version_id]),
        )
        for line in lines
    ]
