"""How many reviewers must accept an item: made by the bank manager, each change a new version."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.audit import record_act
from examsvc.services.bank_errors import RuleRefused
from examsvc.services.deps import Services
from examsvc.store import appraisal_rules as store
from examsvc.store import bank, database_now
from examsvc.store.models import AppraisalRuleRow
from item_bank.pool import Pool

MOST_REVIEWERS = 5


@dataclass(frozen=True, slots=True)
class AppraisalRules:
    """What is in force by pool, and every version that ever was, with who made it."""

    in_force: dict[Pool, int]
    versions: list[tuple[AppraisalRuleRow, str]]


def view_rules(deps: Services, actor: Actor) -> AppraisalRules:
    """The rules in force and their history."""
    permit(actor, "bank.read_board")
    with deps.store.read() as session:
        return AppraisalRules(store.min_reviewers(session), store.list_rules(session))


def set_min_reviewers(deps: Services, actor: Actor, pool: Pool, n_reviewers: int, reason: str) -> int:
    """Ask for so many reviewers from now on; returns the number of the new version.

    Items appraised under an earlier version stay appraised; those in review now are under the new one.
    """
    permit(actor, "bank.set_rules")
    if not 1 <= n_reviewers <= MOST_REVIEWERS:
        raise RuleRefused("REVIEWERS_OUT_OF_RANGE", field="min_reviewers", most=MOST_REVIEWERS)
    if not reason.strip():
        raise RuleRefused("REASON_MISSING", field="reason")
    with deps.store.begin() as session:
        bank.lock_bank(session)  # two managers at once do not make one version twice
        version = store.newest_version(session, pool) + 1
        row = AppraisalRuleRow(
            pool=pool.value,
            version=version,
            min_reviewers=n_reviewers,
            reason=reason.strip(),
            made_by=actor.user_id,
            made_at=database_now(session),
        )
        session.add(row)
        session.flush()
        record_act(
            session,
            actor,
            "bank.set_rules",
            f"appraisal_rule:{row.id}",
            pool=pool.value,
            version=version,
            min_reviewers=n_reviewers,
            reason=row.reason,
        )
        return version
