"""How many guarded items a role may see a day, and what somebody else grants one person beyond that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.accounts.roles import Role
from examsvc.services.audit import record_act
from examsvc.services.bank_errors import RuleRefused
from examsvc.services.deps import Services
from examsvc.services.office_calendar import office_date, today
from examsvc.store import Session, accounts, bank, database_now
from examsvc.store import views as store
from examsvc.store.models import UserRow, ViewGrantRow, ViewLimitRow
from examsvc.store.rows import get_row
from item_bank.viewing import Quota, limit_of

LIMITED: Final = (Role.AUTHOR, Role.REVIEWER, Role.BANK_MANAGER)
MOST_A_DAY: Final = 5_000
GRANTS_SHOWN: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ViewLimits:
    """What is in force by role, every version, and what was granted lately (row, to whom, by whom)."""

    in_force: dict[str, int | None]
    versions: list[tuple[ViewLimitRow, str]]
    grants: list[tuple[ViewGrantRow, str, str]]
    today: date


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody whose looking is limited, and how his day stands."""

    user_id: int
    name: str
    quota: Quota


def view_limits(deps: Services, actor: Actor) -> ViewLimits:
    """The limits in force and their history."""
    permit(actor, "views.read_limits")
    with deps.store.read() as session:
        day = today(session)
        grants = store.list_grants(session, day - GRANTS_SHOWN)
        return ViewLimits(store.limits(session), store.list_limits(session), grants, day)


def list_holders(deps: Services, actor: Actor) -> list[Holder]:
    """Everybody whose looking is limited, with how his day stands; the fullest day first."""
    permit(actor, "views.grant")
    with deps.store.read() as session:
        day, limits = today(session), store.limits(session)
        holders = [
            Holder(user.id, user.display_name, _quota(session, user.id, limit, day))
            for user, roles in accounts.list_lookers(session, [role.value for role in LIMITED])
            if (limit := limit_of(roles, limits)) is not None
        ]
    return sorted(holders, key=lambda one: (-one.quota.seen / max(1, one.quota.allowance or 1), one.name))


def _quota(session: Session, user_id: int, limit: int, day: date) -> Quota:
    return Quota(limit, store.granted(session, user_id, day), len(store.seen_items(session, user_id, day)))


def set_limit(deps: Services, actor: Actor, role: Role, day_limit: int, reason: str) -> int:
    """So many a day from now on; returns the number of the new version.

    Nobody raises the limit of a role that he has: raising the bank managers' is the chairman's. Raises
    RuleRefused with the `field` that is wrong.
    """
    permit(actor, "views.set_limit")
    if role not in LIMITED:
        raise RuleRefused("ROLE_NOT_LIMITED", field="role")
    if not 1 <= day_limit <= MOST_A_DAY:
        raise RuleRefused("LIMIT_OUT_OF_RANGE", field="day_limit", most=MOST_A_DAY)
    if not reason.strip():
        raise RuleRefused("REASON_MISSING", field="reason")
    with deps.store.begin() as session:
        bank.lock_bank(session)  # two managers at once do not make one version twice
        before = store.limits(session)[role.value]
        if role in actor.roles and before is not None and day_limit > before:
            raise RuleRefused("OWN_LIMIT_RAISED", field="day_limit", limit=before)
        version = store.newest_limit(session, role.value) + 1
        row = ViewLimitRow(
            role=role.value,
            version=version,
            day_limit=day_limit,
            reason=reason.strip(),
            made_by=actor.user_id,
            made_at=database_now(session),
        )
        session.add(row)
        session.flush()
        facts = {"role": role.value, "version": version, "day_limit": day_limit, "reason": row.reason}
        record_act(session, actor, "bank.set_view_limit", f"view_limit:{row.id}", **facts)
        return version


def grant_views(deps: Services, actor: Actor, user_id: int, extra: int, reason: str) -> None:
    """So many more items for somebody else, for the rest of today. Raises RuleRefused, NotFound."""
    permit(actor, "views.grant", Facts(owner_user_id=user_id))
    if not 1 <= extra <= MOST_A_DAY:
        raise RuleRefused("LIMIT_OUT_OF_RANGE", field="extra", most=MOST_A_DAY)
    if not reason.strip():
        raise RuleRefused("REASON_MISSING", field="reason")
    with deps.store.begin() as session:
        holder = accounts.actor_of(session, get_row(session, UserRow, user_id))
        if limit_of([role.value for role in holder.roles], store.limits(session)) is None:
            raise RuleRefused("NO_LIMIT_TO_LIFT", field="user")
        now = database_now(session)
        row = ViewGrantRow(
            user_id=user_id,
            day=office_date(now),
            extra=extra,
            reason=reason.strip(),
            granted_by=actor.user_id,
            granted_at=now,
        )
        session.add(row)
        session.flush()
        facts = {"user_id": user_id, "day": row.day.isoformat(), "extra": extra, "reason": row.reason}
        record_act(session, actor, "views.grant", f"view_grant:{row.id}", **facts)
