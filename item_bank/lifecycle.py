"""The states of an item version, and who may move it where: one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from item_bank.errors import TransitionRefused


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPRAISED = "appraised"
    APPROVED = "approved"
    PILOT = "pilot"
    CALIBRATED = "calibrated"
    OPERATIONAL = "operational"
    RETIRED = "retired"
    SUSPENDED = "suspended"
    NEEDS_LAW_UPDATE = "needs_law_update"
    QUARANTINED = "quarantined"


LIVE: tuple[State, ...] = (
    State.IN_REVIEW,
    State.APPRAISED,
    State.APPROVED,
    State.PILOT,
    State.CALIBRATED,
    State.OPERATIONAL,
)
ASIDE: tuple[State, ...] = (State.SUSPENDED, State.NEEDS_LAW_UPDATE, State.QUARANTINED)

AUTHOR, REVIEWER, BANK_MANAGER, EXAMINER = "author", "reviewer", "bank_manager", "examiner"


@dataclass(frozen=True, slots=True)
class Mover:
    """Who asks for the move."""

    id: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class History:
    """What happened to the item version so far, as far as moving it depends on it.

    `reviewer_ids` are all who appraised it; `suspended_from` is the live state a suspended item left;
    `calibration_adopted` says that an adopted calibration covers it (expert judgement counts as one);
    `practice` that the item is one to practise with, which no exam ever uses. `accepted_by` are those who
    accepted it since it last came to review, `min_reviewers` how many must; `reply_owed` says that its author
    has not yet replied to whoever returned it; `repealed_acts` are those that it names. `writer_id` is who
    wrote this version in the author's place: what nobody may do with his own item, nobody may do with his own
    words either.
    """

    author_id: str
    reviewer_ids: frozenset[str] = field(default_factory=frozenset)
    suspended_from: State | None = None
    calibration_adopted: bool = False
    practice: bool = False
    accepted_by: frozenset[str] = field(default_factory=frozenset)
    min_reviewers: int = 1
    reply_owed: bool = False
    repealed_acts: tuple[str, ...] = ()
    writer_id: str | None = None

    @property
    def hands(self) -> frozenset[str]:
        """Whose work it is: nobody of them judges it."""
        return frozenset({self.author_id} if self.writer_id is None else {self.author_id, self.writer_id})

    @property
    def n_accepted(self) -> int:
        """How many others than those who wrote it have accepted it in this round."""
        return len(self.accepted_by - self.hands)


@dataclass(frozen=True, slots=True)
class Move:
    """One request, as the conditions see it."""

    to: State
    mover: Mover
    history: History
    comment: str


def _by_author(move: Move) -> bool:
    return move.mover.id == move.history.author_id


def _not_by_author(move: Move) -> bool:
    return move.mover.id not in move.history.hands


def _not_by_reviewer(move: Move) -> bool:
    return move.mover.id not in move.history.reviewer_ids


def _reviewed_by_another(move: Move) -> bool:
    return bool(move.history.reviewer_ids - move.history.hands)


def _accepted_by_enough(move: Move) -> bool:
    return move.history.n_accepted >= max(1, move.history.min_reviewers)


def _replied(move: Move) -> bool:
    return not move.history.reply_owed


def _calibrated(move: Move) -> bool:
    return move.history.calibration_adopted


def _for_exams(move: Move) -> bool:
    return not move.history.practice


def _with_comment(move: Move) -> bool:
    return bool(move.comment.strip())


def _law_holds(move: Move) -> bool:
    """Or somebody says why an item may name an act that is repealed: as history, or as a wrong option."""
    return not move.history.repealed_acts or bool(move.comment.strip())


def _back_where_it_was(move: Move) -> bool:
    return move.to is move.history.suspended_from


Condition = Callable[[Move], bool]
_CODES: dict[Condition, str] = {
    _by_author: "ONLY_THE_AUTHOR",
    _not_by_author: "OWN_ITEM",
    _not_by_reviewer: "REVIEWED_BY_YOU",
    _reviewed_by_another: "NOT_REVIEWED",
    _accepted_by_enough: "MORE_REVIEWERS",
    _replied: "REPLY_REQUIRED",
    _calibrated: "NOT_CALIBRATED",
    _for_exams: "PRACTICE_ITEM",
    _with_comment: "COMMENT_REQUIRED",
    _law_holds: "REPEALED_ACT_NAMED",
    _back_where_it_was: "NOT_WHERE_IT_WAS",
}


@dataclass(frozen=True, slots=True)
class Transition:
    source: State
    to: State
    role: str
    conditions: tuple[Condition, ...]


# taking an item out of use protects the exam, so that even its author may do it; bringing it back is not
_PROTECT = (_with_comment,)
_BANK = (_not_by_author,)
_BANK_WITH_REASON = (_not_by_author, _with_comment)
_READY = (_not_by_author, _reviewed_by_another)

TRANSITIONS: tuple[Transition, ...] = (
    # source, to, who, under which conditions
    Transition(State.DRAFT, State.IN_REVIEW, AUTHOR, (_by_author, _replied)),
    Transition(State.IN_REVIEW, State.DRAFT, REVIEWER, (_not_by_author, _with_comment)),
    Transition(State.IN_REVIEW, State.APPRAISED, REVIEWER, (_not_by_author, _accepted_by_enough)),
    Transition(State.APPRAISED, State.DRAFT, BANK_MANAGER, _BANK_WITH_REASON),
    Transition(State.APPRAISED, State.APPROVED, BANK_MANAGER, (*_READY, _not_by_reviewer, _law_holds)),
    Transition(State.APPROVED, State.PILOT, BANK_MANAGER, (_for_exams, *_BANK, _law_holds)),
    Transition(State.APPROVED, State.CALIBRATED, EXAMINER, (_for_exams, _calibrated)),
    Transition(State.PILOT, State.CALIBRATED, EXAMINER, (_for_exams, _calibrated)),
    Transition(
        State.CALIBRATED, State.OPERATIONAL, BANK_MANAGER, (_for_exams, *_READY, _calibrated, _law_holds)
    ),
    # aside, from any live state; only a suspension leads back to where the item was
    *(Transition(live, aside, BANK_MANAGER, _PROTECT) for live in LIVE for aside in ASIDE),
    *(
        Transition(State.SUSPENDED, live, BANK_MANAGER, (*_BANK_WITH_REASON, _back_where_it_was))
        for live in LIVE
    ),
    Transition(State.SUSPENDED, State.NEEDS_LAW_UPDATE, BANK_MANAGER, _PROTECT),
    Transition(State.SUSPENDED, State.QUARANTINED, BANK_MANAGER, _PROTECT),
    Transition(State.NEEDS_LAW_UPDATE, State.QUARANTINED, BANK_MANAGER, _PROTECT),
    # wording that may no longer be right, or no longer secret, is appraised afresh
    Transition(State.NEEDS_LAW_UPDATE, State.IN_REVIEW, BANK_MANAGER, _BANK_WITH_REASON),
    Transition(State.QUARANTINED, State.IN_REVIEW, BANK_MANAGER, _BANK_WITH_REASON),
    *(Transition(state, State.RETIRED, BANK_MANAGER, _PROTECT) for state in (*LIVE, *ASIDE)),
)
_BY_ENDS: dict[tuple[State, State], Transition] = {(t.source, t.to): t for t in TRANSITIONS}


def move(state: State, to: State, mover: Mover, history: History, *, comment: str = "") -> State:
    """The state after the move; raises `TransitionRefused` with the first rule that forbids it."""
    transition = _BY_ENDS.get((state, to))
    facts = {"source": state.value, "to": to.value}
    if transition is None:
        raise TransitionRefused("NO_SUCH_TRANSITION", **facts)
    if transition.role not in mover.roles:
        raise TransitionRefused("WRONG_ROLE", role=transition.role, **facts)
    request = Move(to, mover, history, comment)
    for condition in transition.conditions:
        if not condition(request):
            if condition is _law_holds:
                facts["numbers"] = ", ".join(history.repealed_acts)
            raise TransitionRefused(_CODES[condition], **facts)
    return to


def allowed_moves(state: State, mover: Mover, history: History) -> list[State]:
    """Where this person may move the item now, given a reason where one is asked for."""
    allowed: list[State] = []
    for transition in TRANSITIONS:
        if transition.source is not state or transition.role not in mover.roles:
            continue
        request = Move(transition.to, mover, history, comment="(given)")
        if all(condition(request) for condition in transition.conditions):
            allowed.append(transition.to)
    return allowed


def needs_comment(state: State, to: State) -> bool:
    transition = _BY_ENDS.get((state, to))
    return transition is not None and _with_comment in transition.conditions


def is_wording_frozen(state: State, *, was_in_review: bool) -> bool:
    """Whether a change must make a new version: from `in_review` on, also after a return to draft."""
    return was_in_review or state is not State.DRAFT
