"""Appraising, approving and moving items: always somebody else than the one who did the step before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.accounts.roles import Role
from examsvc.services.bank_states import Moved, Request, change_states, load_histories, record_moves
from examsvc.services.deps import Services
from examsvc.store import Session, database_now
from examsvc.store import item_versions as versions
from examsvc.store.item_versions import VersionOfItem
from examsvc.store.models import ItemReviewRow, ItemVersionRow
from item_bank.errors import TransitionRefused
from item_bank.lifecycle import State
from item_bank.review import Appraisal, Check, Decision, state_after


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reviewer decides about one item version."""

    decision: Decision
    checklist: frozenset[Check]
    comment: str = ""


def review_item(deps: Services, actor: Actor, version_id: int, judgement: Judgement) -> State:
    """Accept an item in review, or return it to its author with a comment; returns the state it went to.

    It stays in review until as many reviewers have accepted it as the appraisal rule asks for. Raises
    AppraisalRefused when the checklist is incomplete or a return gives no reason, TransitionRefused when the
    item is not in review (any more).
    """
    permit(actor, "items.review")
    with deps.store.begin() as session:
        [(version, item)] = versions.get_pairs(session, [version_id], lock=True)
        permit(actor, "items.review", Facts(owner_user_id=item.author_id, doers=(version.created_by,)))
        appraisal = Appraisal(
            str(actor.user_id), judgement.decision, judgement.checklist, judgement.comment.strip()
        )
        state = State(version.state)
        if state is not State.IN_REVIEW:
            raise TransitionRefused("NO_SUCH_TRANSITION", item=item.code, source=state.value)
        history = load_histories(session, [(version, item)])[version_id]
        to = state_after(appraisal, history)
        checklist = sorted(check.value for check in judgement.checklist)
        _store_review(session, actor, version, (judgement.decision, checklist, appraisal.comment))
        moved = [Moved(version_id, state, to, appraisal.comment)]
        if to is not state:
            session.flush()  # the acceptance just stored is one of those that the move is made on
            moved = change_states(session, actor, [(version, item)], Request(to, appraisal.comment))
        action = f"items.review_{judgement.decision.value}"
        record_moves(session, actor, action, moved, min_reviewers=history.min_reviewers)
        return to


def approve_items(deps: Services, actor: Actor, version_ids: Collection[int]) -> None:
    """Approve appraised items, all or none."""
    move_items(deps, actor, version_ids, State.APPROVED)


def move_items(
    deps: Services, actor: Actor, version_ids: Collection[int], to: State, *, comment: str = ""
) -> None:
    """Move items by the bank manager's right, all or none: approve, pilot, use in exams, suspend, retire …

    Which moves there are, and who besides the role may make them, is the lifecycle table's to say. The
    examiner's move to `calibrated` comes with adopting a calibration (mark_calibrated).
    """
    permit(actor, action_of(to))
    with deps.store.begin() as session:
        pairs = versions.get_pairs(session, version_ids, lock=True)
        moved = move_pairs(session, actor, pairs, Request(to, comment))
        record_moves(session, actor, *moved)


def action_of(to: State) -> str:
    """What the permission table calls the bank manager's move to this state."""
    return "items.approve" if to is State.APPROVED else "items.release_to_exams"


def move_pairs(
    session: Session, actor: Actor, pairs: list[VersionOfItem], request: Request
) -> tuple[str, list[Moved]]:
    """The same with locked item versions in the caller's transaction, who records what is returned."""
    permit(actor, action_of(request.to))
    if request.to is State.APPROVED:
        _permit_approval(session, actor, pairs)
    moved = change_states(session, actor, pairs, request)
    if request.to is State.DRAFT:  # the author finds the reason where he finds the reviewers' ones
        for version, _item in pairs:
            _store_review(session, actor, version, (Decision.RETURN, [], request.comment.strip()))
    return "items.approve" if request.to is State.APPROVED else "items.move", moved


def mark_calibrated(session: Session, actor: Actor, calibration_id: int) -> int:
    """Approved and piloted items that this calibration, just adopted, covers become `calibrated`.

    Runs in the transaction that adopts, after the calibration's row says so. Adoption is an examining step
    whoever of the two persons makes it, so the move is made in the examiner's role. Returns how many moved.
    """
    session.flush()
    covered = versions.list_calibrated_by(session, calibration_id, [State.APPROVED.value, State.PILOT.value])
    pairs = versions.get_pairs(session, covered, lock=True)
    moved = change_states(session, actor, pairs, Request(State.CALIBRATED, as_role=Role.EXAMINER))
    record_moves(session, actor, "items.mark_calibrated", moved)
    return len(moved)


def _permit_approval(session: Session, actor: Actor, pairs: list[VersionOfItem]) -> None:
    """Nobody approves what he appraised, nor a key that is his."""
    ids = [version.id for version, _ in pairs]
    reviewers, keyed = versions.reviewers_of(session, ids), versions.keyed_by(session, ids)
    for version, item in pairs:
        doers = (version.created_by, *reviewers.get(version.id, ()), *keyed.get(version.id, ()))
        permit(actor, "items.approve", Facts(owner_user_id=item.author_id, doers=doers))


def _store_review(
    session: Session, actor: Actor, version: ItemVersionRow, review: tuple[Decision, list[str], str]
) -> None:
    decision, checklist, comment = review
    session.add(
        ItemReviewRow(
            item_version_id=version.id,
            review_round=version.review_round,
            reviewer_id=actor.user_id,
            decision=decision.value,
            checklist=checklist,
            comment=comment,
            created_at=database_now(session),
        )
    )
