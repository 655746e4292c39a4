"""Showing wordings to staff: what is guarded is logged and taken off the day's allowance before that.

The one door to the wordings: whatever page shows a stem, an option or a key asks here first. The entry of the
log is committed before the wording leaves the process, so that nothing is ever shown that stands in no log.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import permit
from examsvc.accounts.roles import Role
from examsvc.services.bank_errors import QuotaReached
from examsvc.services.deps import Services
from examsvc.services.office_calendar import office_date
from examsvc.store import Session, database_now
from examsvc.store import views as store
from examsvc.store.views import Looker
from item_bank.viewing import Admitted, How, Quota, Wording, admit, limit_of

READS_ALL = frozenset({Role.REVIEWER, Role.BANK_MANAGER, Role.AUDITOR})  # an author reads his own items


@dataclass(frozen=True, slots=True)
class Showing:
    """What is to be shown, and how; `duty`: it waits for the judgement of whoever looks."""

    version_ids: Sequence[int]
    how: How
    detail: str = ""
    duty: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The stems that may be shown, by version, those withheld for today, and how the day stands."""

    stems: dict[int, str]
    withheld: frozenset[int]
    quota: Quota


def open_stems(deps: Services, actor: Actor, showing: Showing) -> Opened:
    """The stems of a list's page: as many as the day's allowance still covers, the others are withheld."""
    permit(actor, "items.read")
    admitted = _admitted(deps, actor, showing, whole=False)
    allowed = [wording.version_id for wording in admitted.shown]
    with deps.store.read() as session:
        found = store.stems(session, allowed)
    if not actor.roles & READS_ALL and any(author != actor.user_id for _stem, author in found.values()):
        raise Forbidden("items.read", "own")
    withheld = frozenset(wording.version_id for wording in admitted.withheld)
    return Opened({id_: stem for id_, (stem, _author) in found.items()}, withheld, admitted.quota)


def admit_showing(deps: Services, actor: Actor, showing: Showing) -> Quota:
    """Log that these wordings are about to be shown: all of them, or none. Raises QuotaReached."""
    return _admitted(deps, actor, showing, whole=True).quota


def admit_part(deps: Services, actor: Actor, showing: Showing) -> Admitted:
    """Log that as many of these wordings are about to be shown as the day still allows; no other may be."""
    return _admitted(deps, actor, showing, whole=False)


def log_showing(session: Session, actor: Actor, showing: Showing) -> None:
    """The same within a transaction that is writing anyway, for what no allowance bounds: proofs, exports."""
    looker = _looker(actor)
    found = store.wordings(session, showing.version_ids, looker)
    guarded = [replace(found[id_], duty=True) for id_ in showing.version_ids if found[id_].guarded]
    now = database_now(session)
    store.add_views(session, guarded, actor.user_id, (now, office_date(now)), (showing.how, showing.detail))


def read_quota(deps: Services, actor: Actor) -> Quota:
    """How this person's day stands."""
    with deps.store.read() as session:
        return quota_of(session, actor)[0]


def quota_of(session: Session, actor: Actor) -> tuple[Quota, set[int]]:
    """How his day stands, and which items count in it."""
    limit = limit_of([role.value for role in actor.roles], store.limits(session))
    if limit is None:
        return Quota(None), set()
    day = office_date(database_now(session))
    seen = store.seen_items(session, actor.user_id, day)
    return Quota(limit, store.granted(session, actor.user_id, day), len(seen)), seen


def _admitted(deps: Services, actor: Actor, showing: Showing, *, whole: bool) -> Admitted:
    with deps.store.read() as session:
        wanted = _wanted(session, actor, showing)
        if not any(wording.guarded for wording in wanted):
            # the usual page of an author or reviewer: nothing to log, and no writing transaction for it
            return Admitted(tuple(wanted), (), quota_of(session, actor)[0])
    with deps.store.begin() as session:
        store.lock_viewer(session, actor.user_id)
        admitted = admit(_wanted(session, actor, showing), *_standing(session, actor))
        if whole and admitted.withheld:
            raise QuotaReached(
                "QUOTA_REACHED", limit=admitted.quota.allowance, seen=admitted.quota.seen
            )  # rolled back: nothing was shown
        now = database_now(session)
        guarded = [wording for wording in admitted.shown if wording.guarded]
        at, how = (now, office_date(now)), (showing.how, showing.detail)
        store.add_views(session, guarded, actor.user_id, at, how)
        return admitted


def _standing(session: Session, actor: Actor) -> tuple[Collection[int], Quota]:
    quota, seen = quota_of(session, actor)
    return seen, quota


def _wanted(session: Session, actor: Actor, showing: Showing) -> list[Wording]:
    found = store.wordings(session, showing.version_ids, _looker(actor))
    wanted = [found[id_] for id_ in dict.fromkeys(showing.version_ids)]
    return [replace(wording, duty=True) for wording in wanted] if showing.duty else wanted


def _looker(actor: Actor) -> Looker:
    return Looker(actor.user_id, reviews=Role.REVIEWER in actor.roles)
