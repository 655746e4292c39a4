"""What a candidate reads: own sittings, the waiting room, the receipt."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.delivery import sitting as rules
from examsvc.delivery.deadline import TimeAccount, time_account
from examsvc.delivery.receipt import Receipt
from examsvc.results.marks import tally
from examsvc.rulepacks.pack import RulePack
from examsvc.rulepacks.registry import get_pack
from examsvc.services.clock_reading import ClockReading, clock_reading
from examsvc.services.deps import Services
from examsvc.services.holding import Login, look
from examsvc.services.sittings import note_sign_of_life
from examsvc.store import Session, candidates
from examsvc.store import sittings as store
from examsvc.store.accounts import list_users_by_id
from examsvc.store.candidates import SittingSheet
from examsvc.store.outlines import get_outline, list_sections
from examsvc.store.sittings import SittingFacts
from examsvc.store.unchanging import read_once


@dataclass(frozen=True, slots=True)
class PageSection:
    """A part of the form as it is announced beforehand; `limit_s` None: it shares the whole time."""

    ordinal: int
    name_vi: str
    name_en: str
    n_items: int
    limit_s: int | None


@dataclass(frozen=True, slots=True)
class SittingPage:
    """What the waiting room and the player are told beforehand; nothing of an item."""

    sheet: SittingSheet
    rules: RulePack
    clock: ClockReading
    n_items: int
    is_closed: bool
    owner_id: int
    sections: tuple[PageSection, ...] = ()


@dataclass(frozen=True, slots=True)
class SittingOutcome:
    """What the candidate takes away: the receipt, the counts and every second's account.

    handed_in_at : when it ended; a receipt given after a later decision bears the instant of that
    earlier : receipts that a later one has replaced, the first first
    grantors : the names of those who gave or took time, by the actor that a line of the account names
    number_correct : items that earned their whole mark; points : the sum of the marks; both None where the
        rules do not show them
    all_whole : whether every mark is earned whole or not at all, so that the points are the number correct
    """

    receipt: Receipt | None
    earlier: tuple[Receipt, ...]
    handed_in_at: datetime | None
    n_responses: int
    n_items: int
    n_marked: int
    number_correct: int | None
    points: Fraction | None
    all_whole: bool
    time: TimeAccount
    grantors: dict[str, str]


def list_own_sittings(deps: Services, actor: Actor) -> list[SittingSheet]:
    """The actor's sittings, newest first."""
    permit(actor, "sittings.list_own")
    with deps.store.read() as session:
        return candidates.list_sheets(session, actor.user_id)


def read_sitting(deps: Services, who: Actor | Login, sitting_id: int, device_token: str) -> SittingPage:
    """The slip, the rules and the clock of one's own sitting; asking for it is a sign of life."""
    facts, actor = look(deps.glance, sitting_id, who)
    with deps.store.read() as session:
        sheet = candidates.get_sheet(session, sitting_id)
        page = SittingPage(
            sheet=sheet,
            rules=get_pack(*sheet.rule_pack),
            clock=clock_reading(facts.sitting, facts.now),
            n_items=len(facts.outline.placed),
            is_closed=facts.sitting.is_closed,
            owner_id=actor.user_id,
            sections=_sections(session, sheet.form_id),
        )
    if not page.is_closed:
        note_sign_of_life(deps, facts.sitting, facts.now, device_token)
    return page


def read_outcome(deps: Services, actor: Actor, sitting_id: int) -> SittingOutcome:
    """What became of a closed sitting; the number correct where the rules show it at once."""
    with deps.store.read() as session:
        facts = _own(session, actor, sitting_id, "results.read_own")
        responses = {
            item_id: current.response for item_id, current in store.list_current(session, sitting_id).items()
        }
        keys = candidates.keys_for_marking(session, facts.row.form_id)
        counted = facts.sitting.state in rules.MARKED_STATES
        shown = facts.rules.shows_result_at_once and facts.rules.feedback != "none" and counted
        points, right = tally(list(keys), responses, keys)
        receipts = store.list_receipts(session, sitting_id)
        return SittingOutcome(
            receipt=receipts[-1] if receipts else None,
            earlier=tuple(receipts[:-1]),
            handed_in_at=facts.sitting.submitted_at or facts.sitting.finalised_at,
            n_responses=sum(response is not None for response in responses.values()),
            n_items=len(facts.outline.placed),
            n_marked=len(keys),
            number_correct=right if shown else None,
            points=points if shown else None,
            all_whole=all(key.is_whole for key in keys.values()),
            time=time_account(facts.sitting.clock, facts.sitting.adjustments),
            grantors=_grantors(session, facts),
        )


@read_once(maxsize=512)
def _sections(session: Session, form_id: int) -> tuple[PageSection, ...]:
    counts = Counter(placed.section for placed in get_outline(session, form_id).placed.values())
    return tuple(
        PageSection(row.ordinal, row.name_vi, row.name_en, counts[row.ordinal], row.limit_s)
        for row in list_sections(session, form_id)
    )


def _grantors(session: Session, facts: SittingFacts) -> dict[str, str]:
    actors = {int(line.actor) for line in facts.sitting.adjustments}
    users = list_users_by_id(session, actors) if actors else {}
    return {str(user_id): user.display_name for user_id, user in users.items()}


def _own(session: Session, actor: Actor, sitting_id: int, action: str = "sittings.take") -> SittingFacts:
    facts = store.get_sitting(session, sitting_id)
    permit(actor, action, Facts(owner_user_id=facts.row.user_id))
    return facts
