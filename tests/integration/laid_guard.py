"""A bank worth guarding: items in use on published forms, each with a sign of its own, and its staff."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.store import accounts
from examsvc.store.models import ItemReviewRow, ItemRow, ItemVersionRow, ItemViewRow, UserRow
from tests.integration.laid_campaign import Laid, lay_organisation

PASSWORD = "a-long-enough-password"
MORE_STAFF = {
    "chi": (Role.REVIEWER, "Chi"),
    "dung": (Role.BANK_MANAGER, "Dung"),
    "giang": (Role.BANK_MANAGER, "Giang"),
    "quan": (Role.ADMIN, "Quân"),
    "hung": (Role.EXAMINER, "Hùng"),
    "loan": (Role.HR, "Loan"),
    "son": (Role.LEADER, "Sơn"),
}


@dataclass(frozen=True, slots=True)
class Guarded:
    """The organisation, its staff by name, and the items in use: version id by code."""

    laid: Laid
    staff: dict[str, Actor]
    versions: dict[str, int]

    @property
    def codes(self) -> list[str]:
        return sorted(self.versions)


def lay_guarded(deps: Services, n_items: int = 12) -> Guarded:
    """Items in use whose every text bears a sign that says whose it is: CANARY, the item's id, an end."""
    laid = lay_organisation(deps, n_items=n_items, officers=(2, 0), password=PASSWORD)
    staff = dict(laid.staff)
    for name, (role, shown) in MORE_STAFF.items():
        user_id = add_user(deps, None, NewUser(name, shown, frozenset({role}), PASSWORD, locale="en"))
        with deps.store.read() as session:
            staff[name] = accounts.actor_of(session, session.get_one(UserRow, user_id))
    with deps.store.begin() as session:
        rows = session.execute(sa.select(ItemVersionRow, ItemRow).join(ItemRow)).all()
        versions = {}
        for version, item in rows:
            sign = sign_of(item.id)
            version.stem = f"{sign} Câu hỏi mật số {version.id} về thủ tục hải quan và thời hạn nộp hồ sơ?"
            version.options = [{**one, "content": f"{sign} {one['content']}"} for one in version.options]
            version.rationale = f"{sign} Luật quy định như vậy."
            versions[item.code] = version.id
            session.add(_appraised(version, staff["chi"], f"{sign} Đúng là phương án B."))
    return Guarded(laid, staff, versions)


def _appraised(version: ItemVersionRow, reviewer: Actor, comment: str) -> ItemReviewRow:
    """What people write about an item quotes it."""
    return ItemReviewRow(
        item_version_id=version.id,
        review_round=version.review_round,
        reviewer_id=reviewer.user_id,
        decision="accept",
        checklist=[],
        comment=comment,
        created_at=version.created_at,
    )


def sign_of(item_id: int) -> str:
    return f"CANARY{item_id}X"


def views_of(deps: Services, user_id: int) -> list[ItemViewRow]:
    """What the log says that this user has seen, in order."""
    with deps.store.read() as session:
        query = sa.select(ItemViewRow).where(ItemViewRow.user_id == user_id).order_by(ItemViewRow.id)
        return list(session.scalars(query))
