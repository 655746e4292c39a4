"""A sitting that speaks while its clock stands still: what that means for its time, and for the minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from examsvc.delivery import sitting as rules
from examsvc.delivery.deadline import AdjustmentKind, TimeAdjustment
from examsvc.services.incidents import note_incident
from examsvc.store import Session
from examsvc.store import sittings as store
from examsvc.store.models import SittingRow
from examsvc.store.saving import SavingFacts
from examsvc.store.sittings import SittingFacts


def go_on(session: Session, facts: SittingFacts, sitting: rules.Sitting, now: datetime) -> rules.Sitting:
    """Write `sitting` as one that a machine holds which works, with the time back that a failed one has cost.

    A leave to change machines is used up by it. Returns the sitting as it is now.
    """
    store.store_sitting(facts.row, _running_again(session, facts, sitting, now))
    forget_failure(facts.row)
    return store.refreshed(session, facts)


def forget_failure(row: SittingRow) -> None:
    """No machine counts as failed any more, and none may take its place."""
    row.failed_at = row.failure_by = None
    row.takeover_allowed = False


def _running_again(
    session: Session, facts: SittingFacts, sitting: rules.Sitting, now: datetime
) -> rules.Sitting:
    """Unchanged where no machine has failed."""
    lost_s = rules.paused_s(sitting, now)
    if facts.row.failed_at is None or facts.row.failure_by is None or not lost_s:
        return sitting
    by = facts.row.failure_by
    line = TimeAdjustment(lost_s, AdjustmentKind.MACHINE_FAILURE, "machine_failure", str(by), now)
    store.add_adjustment(session, facts.row, line, by)
    return rules.resume(sitting, line)


def spoke_in_pause(session: Session, facts: SavingFacts) -> rules.Sitting:
    """What holds after a response that arrived while the clock stood still, and counts.

    A machine that was taken for failed and sends responses has not failed, or does no more: its clock runs on
    from here, with the time back that it was silent for. In a pause a response may come from a network that
    was away before; or somebody works while the others wait. It counts, and people are told.
    """
    since = facts.sitting.paused_at
    if since is None:
        return facts.sitting
    held = store.get_sitting(session, facts.id, lock=True)
    if held.row.failed_at is not None:
        note_incident(
            session, facts.administration_id, facts.id, "machine_back", {"since": since.isoformat()}
        )
        return go_on(session, held, held.sitting, facts.now)
    if facts.now > since + timedelta(seconds=facts.sitting.clock.grace_s):
        note_incident(
            session, facts.administration_id, facts.id, "response_in_pause", {"since": since.isoformat()}
        )
    return facts.sitting
