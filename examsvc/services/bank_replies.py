"""An author's replies to whoever returned his item: none is handed in again without one."""

from __future__ import annotations

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.services.audit import record_act
from examsvc.services.bank_errors import NothingToReply
from examsvc.services.deps import Services
from examsvc.store import Session, database_now
from examsvc.store import item_versions as versions
from examsvc.store.item_versions import OpenReturn
from examsvc.store.models import ItemReviewRow, ItemRow, ReviewReplyRow
from examsvc.store.rows import get_row
from item_bank.stem import strip_invisible

REPLY_LIMIT = 4000


def reply_to_return(deps: Services, actor: Actor, review_id: int, text: str) -> None:
    """Reply in writing, or reword the reply while the item is still with its author.

    Raises NothingToReply when the review is no return or the item has been handed in again.
    """
    permit(actor, "items.edit", Facts(owner_user_id=actor.user_id))
    reply = strip_invisible(text).strip()
    with deps.store.begin() as session:
        review = get_row(session, ItemReviewRow, review_id)
        [(_version, item)] = versions.get_pairs(session, [review.item_version_id], lock=True)
        permit(actor, "items.edit", Facts(owner_user_id=item.author_id))
        found = _open_return(session, item, review_id)
        if found is None:
            raise NothingToReply("NOTHING_TO_REPLY", item=item.code)
        if not reply:
            raise NothingToReply("REPLY_EMPTY", field="reply")
        if len(reply) > REPLY_LIMIT:
            raise NothingToReply("TEXT_TOO_LONG", field="reply", limit=REPLY_LIMIT, length=len(reply))
        _keep(session, actor, found, reply)
        record_act(session, actor, "items.reply", f"item_review:{review_id}", reply=reply)


def _open_return(session: Session, item: ItemRow, review_id: int) -> OpenReturn | None:
    returns = versions.open_returns(session, [item.id]).get(item.id, [])
    return next((one for one in returns if one.review.id == review_id), None)


def _keep(session: Session, actor: Actor, found: OpenReturn, reply: str) -> None:
    now = database_now(session)
    if found.reply is None:
        session.add(
            ReviewReplyRow(review_id=found.review.id, reply=reply, replied_by=actor.user_id, replied_at=now)
        )
    else:
        found.reply.reply, found.reply.replied_at = reply, now
