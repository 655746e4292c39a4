"""Queries about users and their logins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.store.models.accounts import LoginSessionRow, UserRoleRow, UserRow
from examsvc.store.types import database_clock

_ACTOR: Final = (
    UserRow.id,
    UserRow.username,
    UserRow.display_name,
    UserRow.officer_id,
    UserRow.unit_id,
    UserRow.locale,
    UserRoleRow.role,
)
_HOLDER: Final = (
    sa.select(*_ACTOR)
    .join(LoginSessionRow, LoginSessionRow.user_id == UserRow.id)
    .outerjoin(UserRoleRow, UserRoleRow.user_id == UserRow.id)
    .where(
        LoginSessionRow.token_hash == sa.bindparam("token_hash"),
        LoginSessionRow.revoked_at.is_(None),
        LoginSessionRow.expires_at > database_clock(),
        UserRow.active,
    )
)
_KNOCKING: Final = (
    sa.select(*_ACTOR, UserRow.password_hash, database_clock().label("now"))
    .outerjoin(UserRoleRow, UserRoleRow.user_id == UserRow.id)
    .where(UserRow.username == sa.bindparam("name"), UserRow.active)
)
_LOGIN: Final = sa.insert(LoginSessionRow)


@dataclass(frozen=True, slots=True)
class Knocking:
    """An account whose holder wants to log in, its password's hash, and the database's time."""

    actor: Actor
    password_hash: str | None
    now: datetime


def find_knocking(session: Session, username: str) -> Knocking | None:
    """The active account of this name, with all that a login asks for, in one statement."""
    rows = session.connection().execute(_KNOCKING, {"name": username}).all()
    if not rows:
        return None
    return Knocking(_actor_in(rows), rows[0].password_hash, rows[0].now)


def add_login(session: Session, **login: Any) -> None:
    """Open a login; its columns are those of LoginSessionRow."""
    session.connection().execute(_LOGIN, login)


def find_user(session: Session, username: str) -> UserRow | None:
    """The user with this name."""
    return session.scalars(sa.select(UserRow).where(UserRow.username == username)).one_or_none()


def list_lookers(session: Session, roles: Iterable[str]) -> list[tuple[UserRow, list[str]]]:
    """Active users who hold one of these roles, with all roles they hold."""
    wanted = set(roles)
    return [(user, held) for user, held in list_users(session) if user.active and wanted & set(held)]


def list_users(session: Session, *, staff_only: bool = True) -> list[tuple[UserRow, list[str]]]:
    """Users with their roles; officers who hold no staff role are left out unless asked for."""
    users = session.scalars(sa.select(UserRow).order_by(UserRow.username)).all()
    roles: dict[int, list[str]] = {}
    for row in session.scalars(sa.select(UserRoleRow).order_by(UserRoleRow.role)):
        roles.setdefault(row.user_id, []).append(row.role)
    listed = [(user, roles.get(user.id, [])) for user in users]
    return [pair for pair in listed if not staff_only or set(pair[1]) - {Role.OFFICER.value}]


def list_users_by_id(session: Session, user_ids: Iterable[int]) -> dict[int, UserRow]:
    """These users, by id."""
    query = sa.select(UserRow).where(UserRow.id.in_(list(user_ids)))
    return {user.id: user for user in session.scalars(query)}


def actor_of(session: Session, user: UserRow) -> Actor:
    """The user as the permission table sees him."""
    roles = session.scalars(sa.select(UserRoleRow.role).where(UserRoleRow.user_id == user.id))
    return Actor(
        user_id=user.id,
        username=user.username,
        display_name=user.display_name,
        roles=frozenset(Role(role) for role in roles),
        officer_id=user.officer_id,
        unit_id=user.unit_id,
        locale=user.locale,
    )


def find_actor_by_token(session: Session, token_hash: str) -> Actor | None:
    """Who is logged in with this token, if the login is neither revoked nor over; asked by every page."""
    rows = session.execute(_HOLDER, {"token_hash": token_hash}).all()
    return _actor_in(rows) if rows else None


def _actor_in(rows: Sequence[Any]) -> Actor:
    """The user of these rows, of which there is one for each of his roles."""
    user = rows[0]
    return Actor(
        user_id=user.id,
        username=user.username,
        display_name=user.display_name,
        roles=frozenset(Role(row.role) for row in rows if row.role is not None),
        officer_id=user.officer_id,
        unit_id=user.unit_id,
        locale=user.locale,
    )


def revoke_logins(session: Session, user_id: int, now: datetime, *, token_hash: str | None = None) -> None:
    """End one login of a user, or all of them."""
    query = sa.update(LoginSessionRow).where(
        LoginSessionRow.user_id == user_id, LoginSessionRow.revoked_at.is_(None)
    )
    if token_hash is not None:
        query = query.where(LoginSessionRow.token_hash == token_hash)
    session.execute(query.values(revoked_at=now))


def set_roles(session: Session, user_id: int, roles: frozenset[Role]) -> None:
    """Replace a user's roles."""
    session.execute(sa.delete(UserRoleRow).where(UserRoleRow.user_id == user_id))
    session.add_all(UserRoleRow(user_id=user_id, role=role.value) for role in sorted(roles))
