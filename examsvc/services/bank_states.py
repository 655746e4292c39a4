"""Moving item versions between states, always through the library's one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.services.audit import record_acts
from examsvc.services.citations import cited_acts
from examsvc.services.office_calendar import office_date
from examsvc.store import Session, appraisal_rules, database_now
from examsvc.store import item_versions as versions
from examsvc.store.item_versions import VersionOfItem
from item_bank.errors import TransitionRefused
from item_bank.lifecycle import History, Mover, State, move
from item_bank.pool import Pool


@dataclass(frozen=True, slots=True)
class Request:
    """Where to, and why; `as_role` adds the role in which a step of the process acts for the actor."""

    to: State
    comment: str = ""
    as_role: Role | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """One move that was made."""

    version_id: int
    from_state: State
    to_state: State
    comment: str


def mover_of(actor: Actor, as_role: Role | None = None) -> Mover:
    """The actor as the library's table sees him."""
    roles = {role.value for role in actor.roles} | ({as_role.value} if as_role else set())
    return Mover(str(actor.user_id), frozenset(roles))


def load_histories(session: Session, pairs: Sequence[VersionOfItem]) -> dict[int, History]:
    """What happened to each item version, as far as moving it depends on it."""
    ids = [version.id for version, _ in pairs]
    reviewers = versions.reviewers_of(session, ids)
    covered = versions.covered_by_adopted(session, ids)
    accepted = versions.acceptances_of(session, ids)
    asked = appraisal_rules.min_reviewers(session)
    acts = cited_acts(session, ids)
    drafted = [item.id for version, item in pairs if version.state == State.DRAFT]
    returned = versions.open_returns(session, drafted)
    histories: dict[int, History] = {}
    for version, item in pairs:
        suspended_from: State | None = None
        if version.state == State.SUSPENDED:
            left = versions.find_suspended_from(session, version.id)
            suspended_from = State(left) if left else None
        histories[version.id] = History(
            author_id=str(item.author_id),
            reviewer_ids=frozenset(str(id_) for id_ in reviewers.get(version.id, ())),
            suspended_from=suspended_from,
            calibration_adopted=version.id in covered,
            practice=item.pool == Pool.PRACTICE,
            accepted_by=frozenset(str(id_) for id_ in accepted.get(version.id, ())),
            min_reviewers=asked[Pool(item.pool)],
            reply_owed=any(one.reply is None for one in returned.get(item.id, ())),
            repealed_acts=tuple(act.number for act in acts.get(version.id, ()) if act.is_repealed),
            writer_id=str(version.created_by),
        )
    return histories


def change_states(
    session: Session, actor: Actor, pairs: Sequence[VersionOfItem], request: Request
) -> list[Moved]:
    """Move all of these locked item versions; the first that may not move stops them all.

    Raises TransitionRefused, which names the item; the caller records the moves last (see record_moves).
    """
    return move_by(session, mover_of(actor, request.as_role), pairs, request)


def move_by(session: Session, mover: Mover, pairs: Sequence[VersionOfItem], request: Request) -> list[Moved]:
    """The same for whoever ordered the move, where it is made later than that."""
    histories = load_histories(session, pairs)
    now = database_now(session)
    moved: list[Moved] = []
    for version, item in pairs:
        source = State(version.state)
        try:
            reached = move(source, request.to, mover, histories[version.id], comment=request.comment)
        except TransitionRefused as refusal:
            raise TransitionRefused(refusal.code, item=item.code, **refusal.params) from refusal
        version.state = reached.value
        _mark_way((version, item), source, now)
        moved.append(Moved(version.id, source, reached, request.comment.strip()))
    return moved


def _mark_way(pair: VersionOfItem, source: State, now: datetime) -> None:
    """What deliveries and rounds of appraisal are counted by, as the version arrives in its new state."""
    version, item = pair
    if version.state == State.IN_REVIEW and source is not State.SUSPENDED:
        version.review_round += 1
        item.handed_in_on = item.handed_in_on or office_date(now)
    if version.state in (State.IN_REVIEW, State.DRAFT):
        version.appraised_at = None
    elif version.state == State.APPRAISED and source is State.IN_REVIEW:
        version.appraised_at = now


def record_moves(
    session: Session, actor: Actor | None, action: str, moved: Sequence[Moved], **detail: int
) -> None:
    """An audit entry for each move; what a suspended item left is read back from here."""
    record_acts(
        session,
        actor,
        [
            (
                action,
                f"item_version:{step.version_id}",
                {
                    "from_state": step.from_state.value,
                    "to_state": step.to_state.value,
                    "comment": step.comment,
                    **detail,
                },
            )
            for step in moved
        ],
    )
