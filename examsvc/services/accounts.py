"""Logging in and out, and managing accounts."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import LoginRefused, RolesClash, UsernameTaken
from examsvc.accounts.permissions import Facts, permit
from examsvc.accounts.roles import Role, clashes
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.store import accounts, database_now
from examsvc.store.models import UserRow
from examsvc.store.rows import get_row

LOGIN_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to be made; without a password nobody can log in with it."""

    username: str
    display_name: str
    roles: frozenset[Role]
    password: str | None = None
    officer_id: int | None = None
    unit_id: int | None = None
    locale: str = "vi"


def log_in(deps: Services, username: str, password: str, address: str) -> tuple[Actor, str]:
    """Check the password and open a login; returns the actor and the token for his cookie.

    The password is checked outside the transaction: hashing is slow, and the one writer must not wait for it.
    """
    with deps.store.read() as session:
        knocking = accounts.find_knocking(session, username)
    known_hash = knocking.password_hash if knocking is not None else None
    if not deps.passwords.verify(known_hash, password) or knocking is None:
        with deps.store.begin() as session:
            record_act(session, None, "account.login_refused", f"username:{username[:64]}", address=address)
        raise LoginRefused
    token = secrets.token_urlsafe(32)
    actor, now = knocking.actor, knocking.now
    with deps.store.begin() as session:
        accounts.add_login(
            session,
            token_hash=token_digest(token),
            user_id=actor.user_id,
            address=address,
            created_at=now,
            expires_at=now + LOGIN_LASTS,
        )
        record_act(session, actor, "account.log_in", f"user:{actor.user_id}", address=address)
    return actor, token


def log_out(deps: Services, actor: Actor, token: str) -> None:
    """End this login."""
    with deps.store.begin() as session:
        accounts.revoke_logins(session, actor.user_id, database_now(session), token_hash=token_digest(token))
        record_act(session, actor, "account.log_out", f"user:{actor.user_id}")


def find_actor(deps: Services, token: str) -> Actor | None:
    """Who holds this login token."""
    with deps.store.read() as session:
        return accounts.find_actor_by_token(session, token_digest(token))


def add_user(deps: Services, actor: Actor | None, new: NewUser) -> int:
    """Make an account; the first ones are made by the command line (`actor` None)."""
    if actor is not None:
        permit(actor, "accounts.manage")
    _refuse_clashes(new.roles)
    password_hash = deps.passwords.hash(new.password) if new.password else None
    with deps.store.begin() as session:
        if accounts.find_user(session, new.username) is not None:
            raise UsernameTaken(new.username)
        user = UserRow(
            username=new.username,
            display_name=new.display_name,
            password_hash=password_hash,
            locale=new.locale,
            officer_id=new.officer_id,
            unit_id=new.unit_id,
            created_at=database_now(session),
        )
        session.add(user)
        session.flush()
        accounts.set_roles(session, user.id, new.roles)
        record_act(
            session, actor, "accounts.add", f"user:{user.id}", username=new.username, roles=sorted(new.roles)
        )
        return user.id


def list_users(deps: Services, actor: Actor, *, staff_only: bool = True) -> list[tuple[UserRow, list[str]]]:
    """Accounts with their roles."""
    permit(actor, "accounts.manage")
    with deps.store.read() as session:
        return accounts.list_users(session, staff_only=staff_only)


def get_user(deps: Services, actor: Actor, user_id: int) -> tuple[UserRow, frozenset[Role]]:
    """One account and its roles. Raises NotFound."""
    permit(actor, "accounts.manage")
    with deps.store.read() as session:
        user = get_row(session, UserRow, user_id)
        return user, accounts.actor_of(session, user).roles


def change_roles(deps: Services, actor: Actor, user_id: int, roles: frozenset[Role]) -> None:
    """Give a user other roles; his logins end, so that no old right outlives the change. Never one's own."""
    permit(actor, "accounts.change_roles", Facts(owner_user_id=user_id))
    _refuse_clashes(roles)
    with deps.store.begin() as session:
        user = get_row(session, UserRow, user_id, lock=True)
        before = accounts.actor_of(session, user).roles
        accounts.set_roles(session, user_id, roles)
        accounts.revoke_logins(session, user_id, database_now(session))
        record_act(
            session,
            actor,
            "accounts.change_roles",
            f"user:{user_id}",
            roles=sorted(roles),
            before=sorted(before),
        )


def set_password(deps: Services, actor: Actor, user_id: int, password: str) -> None:
    """Issue a password, and end the user's logins."""
    permit(actor, "accounts.manage")
    password_hash = deps.passwords.hash(password)
    with deps.store.begin() as session:
        user = get_row(session, UserRow, user_id, lock=True)
        user.password_hash = password_hash
        accounts.revoke_logins(session, user_id, database_now(session))
        record_act(session, actor, "accounts.set_password", f"user:{user_id}")


def set_locale(deps: Services, actor: Actor, locale: str) -> None:
    """Remember the language a user reads."""
    permit(actor, "account.use")
    with deps.store.begin() as session:
        get_row(session, UserRow, actor.user_id, lock=True).locale = locale


def token_digest(token: str) -> str:
    """What is stored of a login token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _refuse_clashes(roles: frozenset[Role]) -> None:
    found = clashes(roles)
    if found:
        raise RolesClash([(first.value, second.value) for first, second in found])
