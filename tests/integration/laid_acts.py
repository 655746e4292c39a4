"""Items that cite legal acts, in every state, laid straight into the tables, and the people of the bank."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.citations import today
from examsvc.store.legal_acts import cite
from examsvc.store.models import ItemVersionRow, LegalActRow, TopicRow
from item_bank.legal_basis import cited_numbers
from tests.integration.assembly_bank import add_actor
from tests.integration.laid_items import Made, lay_item
from tests.integration.test_bank import NOW

DECREE, CIRCULAR = "08/2015/NĐ-CP", "38/2015/TT-BTC"
BASIS = f"Nghị định {DECREE}, Điều 25"


PEOPLE = {
    "author": ("an", Role.AUTHOR),
    "other_author": ("binh", Role.AUTHOR),
    "reviewer": ("chi", Role.REVIEWER),
    "manager": ("dung", Role.BANK_MANAGER),
    "second_manager": ("giang", Role.BANK_MANAGER),
    "auditor": ("khanh", Role.AUDITOR),
    "officer": ("hoa", Role.OFFICER),
    "admin": ("lam", Role.ADMIN),
}


class Bank:
    """A topic, and everybody who has to do with acts, or must not."""

    author: Actor
    other_author: Actor
    reviewer: Actor
    manager: Actor
    second_manager: Actor
    auditor: Actor
    officer: Actor
    admin: Actor

    def __init__(self, deps: Services, password_hash: str | None = None) -> None:
        self.deps = deps
        with deps.store.begin() as session:
            topic = TopicRow(code="T01", name_vi="Thủ tục", name_en="Procedures")
            session.add(topic)
            for name, (username, role) in PEOPLE.items():
                setattr(self, name, add_actor(session, username, role, password_hash=password_hash))
            session.flush()
            self.topic_id = topic.id

    def lay(self, code: str, state: str, basis: str = BASIS, author: Actor | None = None) -> int:
        """An item in this state; returns the id of its version."""
        made = Made((author or self.author).user_id, NOW)
        with self.deps.store.begin() as session:
            row = lay_item(
                session, code, self.topic_id, made, state=state, legal_basis=basis, stem=f"Câu {code}?"
            )
            cite(session, {row.id: cited_numbers(basis)})
            return row.id

    def state_of(self, version_id: int) -> str:
        with self.deps.store.read() as session:
            return session.get_one(ItemVersionRow, version_id).state

    def today(self) -> date:
        with self.deps.store.read() as session:
            return today(session)

    def let_the_day_come(self, act_id: int) -> None:
        """As though the days until the repeal had passed."""
        with self.deps.store.begin() as session:
            session.execute(
                sa.update(LegalActRow)
                .where(LegalActRow.id == act_id)
                .values(effective_to=today(session) - timedelta(days=1))
            )
