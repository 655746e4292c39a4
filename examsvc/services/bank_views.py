"""One item as authors, reviewers and the bank manager read it, each as far as he may."""

from __future__ import annotations

from dataclasses import dataclass, replace

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import allowed, permit
from examsvc.services.bank_lists import Progress, progress_of
from examsvc.services.bank_states import load_histories, mover_of
from examsvc.services.citations import CitedAct, citation_findings, cited_acts
from examsvc.services.deps import Services
from examsvc.services.similar_items import find_alike
from examsvc.services.viewing import READS_ALL as READS_ALL  # what this module's readers ask for
from examsvc.services.viewing import Showing, admit_showing
from examsvc.store import Session, assignments
from examsvc.store import bank as store
from examsvc.store import item_versions as versions
from examsvc.store.assignments import AssignmentLine
from examsvc.store.bank import ItemLine
from examsvc.store.item_versions import OpenReturn
from examsvc.store.models import ItemReviewRow, ItemRow, ItemVersionRow, ReviewReplyRow
from examsvc.store.rows import get_row
from item_bank.interactions.marking import Key
from item_bank.item import ItemVersion
from item_bank.lifecycle import History as Life
from item_bank.lifecycle import State, allowed_moves, is_wording_frozen
from item_bank.quality import Finding, check_item
from item_bank.review import may_accept
from item_bank.viewing import How, Quota


@dataclass(frozen=True, slots=True)
class Similar:
    """An item that reads much like this one.

    How much is told of what the reader may open: of another's item it would say, of every word that he tries,
    whether it stands there.
    """

    code: str
    version_id: int
    stem_score: float | None
    whole_score: float | None

    @property
    def readable(self) -> bool:
        return self.stem_score is not None


@dataclass(frozen=True, slots=True)
class History:
    """An item's versions and the reviews of them (review, version number, reviewer), newest first.

    `replies` are what the author replied, by review; `open_returns` those that he has yet to act on.
    """

    versions: list[ItemVersionRow]
    reviews: list[tuple[ItemReviewRow, int, str]]
    replies: dict[int, ReviewReplyRow]
    open_returns: list[OpenReturn]


@dataclass(frozen=True, slots=True)
class Rights:
    """What this reader may do with this item version now."""

    edit: bool
    submit: bool
    make_version: bool
    review: bool  # return it, and accept it where `accept` says so
    accept: bool
    reply: bool
    moves: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item version with all that stands around it."""

    line: ItemLine
    item: ItemVersion
    key: Key
    enemies: list[str]
    findings: list[Finding]
    similar: list[Similar]
    history: History
    rights: Rights
    progress: Progress
    assignment: AssignmentLine | None
    acts: list[CitedAct]
    law_comment: str  # why it waits for an update of the law, where it does
    quota: Quota  # how the reader's day stands after this look

    @property
    def options(self) -> list[tuple[str, str]]:
        """The options as pairs of id and content."""
        return [(option.id, option.content) for option in self.item.options]


def view_item(deps: Services, actor: Actor, version_id: int) -> ItemView:
    """One item version; an author sees his own. Raises QuotaReached where his day allows no more."""
    view = _compose(deps, actor, version_id)
    # last, so that nothing else holds the one writer up; nothing is handed out before it is logged
    quota = admit_showing(deps, actor, Showing((version_id,), How.PAGE))
    return replace(view, quota=quota)


def _compose(deps: Services, actor: Actor, version_id: int) -> ItemView:
    permit(actor, "items.read")
    with deps.store.read() as session:
        version = get_row(session, ItemVersionRow, version_id)
        item = get_row(session, ItemRow, version.item_id)
        if not _reads(actor, item.author_id):
            raise Forbidden("items.read", "own")
        line = store.get_line(session, version_id)
        composed = versions.get_version(session, version_id)
        key = versions.newest_keys(session, [version_id])[version_id]
        history = History(
            versions.list_versions(session, item.id),
            versions.list_reviews(session, item.id),
            versions.replies_of(session, item.id),
            versions.open_returns(session, [item.id]).get(item.id, []),
        )
        life = load_histories(session, [(version, item)])[version_id]
        assigned = item.assignment_id
        acts = cited_acts(session, [version_id]).get(version_id, [])
        return ItemView(
            line=line,
            item=composed,
            key=key,
            enemies=store.enemy_codes(session, item.id),
            findings=check_item(composed, key) + citation_findings(acts),
            similar=_similar(session, actor, composed, item.id),
            history=history,
            rights=_rights(actor, version, life, history),
            progress=progress_of(life),
            assignment=None if assigned is None else assignments.get_assignment(session, assigned),
            acts=acts,
            law_comment=_law_comment(session, version),
            quota=Quota(None),  # known once the look is logged
        )


def require_reader(session: Session, actor: Actor, version_id: int) -> None:
    """Raise Forbidden where this reader may not open this item version."""
    permit(actor, "items.read")
    version = get_row(session, ItemVersionRow, version_id)
    if not _reads(actor, get_row(session, ItemRow, version.item_id).author_id):
        raise Forbidden("items.read", "own")


def _law_comment(session: Session, version: ItemVersionRow) -> str:
    if version.state != State.NEEDS_LAW_UPDATE:
        return ""
    return versions.find_comment_of_move(session, version.id, version.state)


def _reads(actor: Actor, author_id: int) -> bool:
    return author_id == actor.user_id or bool(actor.roles & READS_ALL)


def _rights(actor: Actor, version: ItemVersionRow, life: Life, history: History) -> Rights:
    state = State(version.state)
    newest = history.versions[0]
    reviewed = {review.item_version_id for review, _, _ in history.reviews}
    newest_is_open = not is_wording_frozen(State(newest.state), was_in_review=newest.id in reviewed)
    author = str(actor.user_id) == life.author_id and allowed(actor, "items.edit")
    is_draft = version.id == newest.id and state is State.DRAFT
    moves = allowed_moves(state, mover_of(actor), life)
    review = state is State.IN_REVIEW and State.DRAFT in moves
    return Rights(
        edit=author and version.id == newest.id and newest_is_open,
        submit=author and is_draft and not life.reply_owed,
        make_version=author and not newest_is_open,
        review=review,
        accept=review and may_accept(str(actor.user_id), life),
        reply=author and bool(history.open_returns),
        moves=tuple(moves) if allowed(actor, "items.release_to_exams") else (),
    )


def _similar(session: Session, actor: Actor, item: ItemVersion, item_id: int) -> list[Similar]:
    """By their codes where some may not be opened, for the order by likeness would tell it too."""
    found = [
        Similar(alike.line.code, alike.line.version_id, alike.stem_score, alike.whole_score)
        if _reads(actor, alike.line.author_id)
        else Similar(alike.line.code, alike.line.version_id, None, None)
        for alike in find_alike(session, item, item_id)
    ]
    return sorted(found, key=lambda one: one.code) if any(not one.readable for one in found) else found
