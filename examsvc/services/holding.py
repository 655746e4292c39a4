"""A sitting and who asks for it, in one read: what every step of a candidate begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NewType

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import Facts, permit
from examsvc.accounts.roles import Role
from examsvc.store import NotFound, Session
from examsvc.store.saving import SavingFacts, lock_for_saving

Login = NewType("Login", str)  # the digest of a login's token; whose it is, the same read finds out
Glance = Callable[[int, str | None], SavingFacts | None]  # what is known of a sitting, asked with a login


def look(
    glance: Glance, sitting_id: int, who: Actor | Login, action: str = "sittings.take"
) -> tuple[SavingFacts, Actor]:
    """The sitting as it is now, for whoever may ask. Raises NotFound, Forbidden."""
    return _permitted(glance(sitting_id, _login(who)), sitting_id, who, action)


def hold(
    session: Session, sitting_id: int, who: Actor | Login, action: str = "sittings.take"
) -> tuple[SavingFacts, Actor]:
    """The same with the sitting's row locked until the transaction ends."""
    found = lock_for_saving(session, {sitting_id: _login(who)})
    return _permitted(found.get(sitting_id), sitting_id, who, action)


def actor_of(facts: SavingFacts, who: Actor | Login | None, action: str) -> Actor:
    """Who asks, as far as the permission table asks. Raises Forbidden where nobody holds the login."""
    if isinstance(who, Actor):
        return who
    if facts.actor_id is None:
        raise Forbidden(action, "login")
    return Actor(
        user_id=facts.actor_id,
        username="",
        display_name="",
        roles=frozenset(Role(role) for role in facts.roles),
    )


def _permitted(
    facts: SavingFacts | None, sitting_id: int, who: Actor | Login, action: str
) -> tuple[SavingFacts, Actor]:
    if facts is None:
        raise NotFound("sitting", sitting_id)
    actor = actor_of(facts, who, action)
    permit(actor, action, Facts(owner_user_id=facts.owner_id))
    return facts, actor


def _login(who: Actor | Login) -> str | None:
    return None if isinstance(who, Actor) else who
