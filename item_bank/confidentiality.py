"""How secret an item is now, derived from where it stands and what became of the exams that had it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from item_bank.lifecycle import State
from item_bank.pool import Pool
from item_bank.viewing import GUARDED


class Stage(StrEnum):
    """How far the exam is in which an item stands."""

    DRAFT = "draft"  # the form is not published: nobody will sit it yet
    AWAITED = "awaited"  # published, and no exam with it is over
    RUNNING = "running"
    MARKING = "marking"  # the exam is over, its results are not released
    OVER = "over"  # results are released


@dataclass(frozen=True, slots=True)
class Sat:
    """When an administration hands a form out, and how far its results are.

    closed : the chairman has ended it; provisional, released : how many results stand so
    """

    starts_at: datetime
    ends_at: datetime
    closed: bool
    provisional: int = 0
    released: int = 0


def stage_of(sat: Sat | None, now: datetime, *, published: bool = True) -> Stage:
    """How far the exam is; None: no administration hands the form out.

    Where nobody has a result, the marking counts as not ended: the keys stay closed until somebody says.
    """
    if sat is None:
        return Stage.AWAITED if published else Stage.DRAFT
    if not sat.closed and now < sat.ends_at:
        return Stage.RUNNING if now >= sat.starts_at else Stage.AWAITED
    return Stage.OVER if sat.released and not sat.provisional else Stage.MARKING


class Secrecy(StrEnum):
    """From the most to the least alarming; keys stay secret until the marking ends."""

    LEAK_SUSPECTED = "leak_suspected"
    RUNNING = "running"
    AWAITED = "awaited"  # on a form that is still to be sat
    KEYS_CLOSED = "keys_closed"  # candidates have read the wording, the marking goes on
    SAT = "sat"  # every exam with it is over: it waits to be opened, or to be used again
    UNUSED = "unused"  # in the bank for exams, on no form yet
    IN_THE_MAKING = "in_the_making"  # with its author and reviewers
    OPEN = "open"  # to practise with: every officer may see it
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Use:
    """A form that has the item, and the campaign that has the form, where there is one."""

    form_id: int
    form_code: str
    stage: Stage
    campaign_code: str | None = None
    campaign_id: int | None = None


@dataclass(frozen=True, slots=True)
class Confidentiality:
    """What is to be known of an item's secrecy: how secret, and by which uses."""

    secrecy: Secrecy
    uses: tuple[Use, ...] = ()

    @property
    def decisive(self) -> tuple[Use, ...]:
        """The uses that make it so."""
        stages = _STAGES.get(self.secrecy, ())
        return tuple(use for use in self.uses if use.stage in stages)


class Step(StrEnum):
    """What there is to do about an item of which a leak is suspected."""

    WITHDRAW_FORM = "withdraw_form"  # and assemble another without it, before anybody sits it
    TELL_CHAIRMAN = "tell_chairman"  # candidates have it in front of them now
    CHECK_RESPONSES = "check_responses"  # before the results are released
    EXAMINE_RESULTS = "examine_results"  # results were released: what would change without the item?
    READ_VIEWS = "read_views"  # who has seen it


_STAGES: Final[dict[Secrecy, tuple[Stage, ...]]] = {
    Secrecy.RUNNING: (Stage.RUNNING,),
    Secrecy.AWAITED: (Stage.AWAITED,),
    Secrecy.KEYS_CLOSED: (Stage.MARKING,),
    Secrecy.SAT: (Stage.OVER,),
    Secrecy.LEAK_SUSPECTED: tuple(Stage),
}
_STEPS: Final[dict[Stage, Step]] = {
    Stage.DRAFT: Step.WITHDRAW_FORM,
    Stage.AWAITED: Step.WITHDRAW_FORM,
    Stage.RUNNING: Step.TELL_CHAIRMAN,
    Stage.MARKING: Step.CHECK_RESPONSES,
    Stage.OVER: Step.EXAMINE_RESULTS,
}


def confidentiality_of(state: State, pool: Pool, uses: Sequence[Use]) -> Confidentiality:
    """How secret the item is; the most secret of its uses decides, whatever became of the others."""
    return Confidentiality(_secrecy(state, pool, {use.stage for use in uses}), tuple(uses))


def _secrecy(state: State, pool: Pool, stages: set[Stage]) -> Secrecy:
    if state is State.QUARANTINED:
        return Secrecy.LEAK_SUSPECTED
    for secrecy in (Secrecy.RUNNING, Secrecy.AWAITED, Secrecy.KEYS_CLOSED):
        if stages.intersection(_STAGES[secrecy]):
            return secrecy
    if Stage.OVER in stages:
        return Secrecy.SAT
    if state is State.RETIRED:
        return Secrecy.RETIRED
    if pool is Pool.PRACTICE:
        return Secrecy.OPEN if state is State.APPROVED else Secrecy.IN_THE_MAKING
    return Secrecy.UNUSED if state in GUARDED else Secrecy.IN_THE_MAKING


def steps_after_leak(uses: Sequence[Use]) -> list[tuple[Step, Use | None]]:
    """What to do about a suspected leak, the most pressing first; None: it is about the item itself."""
    pressing = [Stage.RUNNING, Stage.AWAITED, Stage.MARKING, Stage.OVER, Stage.DRAFT]
    ordered = sorted(uses, key=lambda use: (pressing.index(use.stage), use.form_code))
    return [*((_STEPS[use.stage], use) for use in ordered), (Step.READ_VIEWS, None)]
