"""Who acts: the user as the permission table sees him."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A logged-in user; `officer_id` names the officer he is, `unit_id` the unit he leads or serves."""

    user_id: int
    username: str
    display_name: str
    roles: frozenset[Role]
    officer_id: int | None = None
    unit_id: int | None = None
    locale: str = "vi"
