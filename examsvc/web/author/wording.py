"""Problem codes, states and checks of the item bank in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from examsvc.edge.language import local_day
from examsvc.edge.texts import gettext as _
from examsvc.web.author.wording_findings import ACTS, FAULTS, FINDINGS
from examsvc.web.author.wording_guarding import EXPORT_REFUSALS
from examsvc.web.author.wording_parts import PROBLEMS as PARTS
from examsvc.web.terms import ITEM_STATES
from item_bank.assignments import Progress
from item_bank.errors import ItemBankError
from item_bank.legal_basis import Kind, Standing
from item_bank.lifecycle import State
from item_bank.quality import Fault, Finding
from item_bank.review import Check

__all__ = [
    "CHANGES",
    "CHECKS",
    "DECISIONS",
    "FAULTS",
    "KINDS",
    "MOVES",
    "PROGRESS",
    "STANDINGS",
    "STATES",
    "finding",
    "refusal",
    "words_of",
]

_BADGES: dict[State, str] = {
    State.DRAFT: "",
    State.OPERATIONAL: "badge-good",
    State.RETIRED: "",
    State.SUSPENDED: "badge-warn",
    State.NEEDS_LAW_UPDATE: "badge-warn",
    State.QUARANTINED: "badge-bad",
}
# state → name, badge
STATES: dict[str, tuple[LazyString, str]] = {
    state.value: (ITEM_STATES[state.value], _BADGES.get(state, "badge-info")) for state in State
}
# where the bank manager moves an item → what the choice says
MOVES: dict[str, LazyString] = {
    State.DRAFT.value: _l("Give back to the author"),
    State.IN_REVIEW.value: _l("Back to review"),
    State.APPRAISED.value: _l("Back to appraised"),
    State.APPROVED.value: _l("Approve"),
    State.PILOT.value: _l("Deliver as a pilot item, unscored"),
    State.CALIBRATED.value: _l("Back to calibrated"),
    State.OPERATIONAL.value: _l("Use in exams"),
    State.SUSPENDED.value: _l("Suspend"),
    State.NEEDS_LAW_UPDATE.value: _l("Law has changed: take out"),
    State.QUARANTINED.value: _l("Leak suspected: quarantine"),
    State.RETIRED.value: _l("Retire"),
}
# how an assignment stands → name, badge
PROGRESS: dict[str, tuple[LazyString, str]] = {
    Progress.OPEN.value: (_l("Open"), "badge-info"),
    Progress.DUE_SOON.value: (_l("Due soon"), "badge-warn"),
    Progress.LATE.value: (_l("Late"), "badge-bad"),
    Progress.DELIVERED.value: (_l("Delivered"), "badge-good"),
    Progress.DELIVERED_LATE.value: (_l("Delivered late"), "badge-warn"),
    Progress.CLOSED.value: (_l("Closed"), ""),
    Progress.WITHDRAWN.value: (_l("Withdrawn"), ""),
}
DECISIONS: dict[str, tuple[LazyString, str]] = {
    "accept": (_l("Accepted"), "badge-good"),
    "return": (_l("Returned"), "badge-warn"),
}
CHECKS: dict[str, LazyString] = {
    Check.KEY_RIGHT.value: _l("The key is right"),
    Check.ONE_KEY.value: _l("No other option can be defended"),
    Check.BASIS_CURRENT.value: _l("The legal basis is in force and says so"),
    Check.WORDING_CLEAR.value: _l("The wording is clear and gives nothing away"),
    Check.OPTIONS_PLAUSIBLE.value: _l("Every distractor is plausible"),
    Check.LEVEL_RIGHT.value: _l("Topic and cognitive level are right"),
}
KINDS: dict[str, LazyString] = {
    Kind.LAW.value: _l("Law or resolution of the National Assembly"),
    Kind.ORDINANCE.value: _l("Ordinance"),
    Kind.DECREE.value: _l("Decree"),
    Kind.RESOLUTION.value: _l("Resolution"),
    Kind.DECISION.value: _l("Decision"),
    Kind.DIRECTIVE.value: _l("Directive"),
    Kind.CIRCULAR.value: _l("Circular"),
    Kind.CONSOLIDATED.value: _l("Consolidated text"),
    Kind.OTHER.value: _l("Other document"),
}
# standing of a legal act → name, badge
STANDINGS: dict[str, tuple[LazyString, str]] = {
    Standing.IN_FORCE.value: (_l("In force"), "badge-good"),
    Standing.NOT_YET.value: (_l("Not yet in force"), "badge-info"),
    Standing.REPEALED.value: (_l("No longer in force"), "badge-bad"),
    Standing.UNKNOWN.value: (_l("Not in the register"), "badge-warn"),
}
CHANGES: dict[str, LazyString] = {
    "added": _l("Added to the register"),
    "edited": _l("Corrected"),
    "repealed": _l("Repeal entered"),
    "undone": _l("Repeal taken back"),
    "took_effect": _l("The day came: items moved"),
}
_PROBLEMS: dict[str, LazyString] = {
    **ACTS,
    # a row of the workbook, a field of the form
    "MISSING_CELL": _l("Empty: this must be filled in."),
    "INVALID_CODE": _l("This cannot be a code: use letters, digits, dots and hyphens, such as T06-001."),
    "TEXT_TOO_LONG": _l("Too long: %(length)s characters, at most %(limit)s."),
    "CODE_IN_BANK": _l("The bank has an item with the code %(value)s already."),
    "UNKNOWN_TOPIC": _l("The topic “%(value)s” does not exist. Use a code such as T06."),
    "UNKNOWN_LEVEL": _l("“%(value)s” is no cognitive level. Choose one from the cell's list."),
    "DUPLICATE_OPTION": _l("This option reads like option %(same_as)s."),
    "SHARE_OUT_OF_RANGE": _l("The share must lie between 0 and 100 %%."),
    "SELF_ENEMY": _l("An item cannot be its own enemy."),
    "UNKNOWN_ENEMY": _l("The enemy %(value)s is neither in this file nor in the bank."),
    "UNKNOWN_POOL": _l("“%(value)s” is no pool. Choose one from the list: exams or practice."),
    # pictures and formulas in a text
    "BAD_IMAGE": _l(
        'A picture is written <img src="media:…" alt="…">: with straight quotes, and with words in alt for'
        " readers who cannot see it."
    ),
    "UNKNOWN_MEDIA": _l("The picture %(value)s… is not in the bank. Upload it first."),
    "FORMULA_UNCLOSED": _l("Formula %(number)s has no end: %(source)s"),
    "FORMULA_HAS_MARKUP": _l("Formula %(number)s holds tags: write < as \\lt. It begins %(source)s"),
    "FORMULA_EMPTY": _l("Formula %(number)s is empty."),
    "FORMULA_TOO_LONG": _l(
        "Formula %(number)s is too long: at most %(limit)s characters. It begins %(source)s"
    ),
    "FORMULA_TOO_DEEP": _l("Formula %(number)s is nested too deeply: %(source)s"),
    "FORMULA_UNKNOWN_COMMAND": _l("Formula %(number)s: %(command)s is not known here."),
    "FORMULA_UNBALANCED": _l("Formula %(number)s: a bracket or a pair is not closed (%(sign)s): %(source)s"),
    "FORMULA_NOT_UNDERSTOOD": _l("Formula %(number)s cannot be read: %(source)s"),
    "FORMULAS_TOO_MANY": _l("More than %(limit)s formulas in one text: the others are shown as typed."),
    # a picture's file
    "IMAGE_TOO_LARGE": _l("The picture is too large: at most 1 MB."),
    "IMAGE_TOO_WIDE": _l(
        "The picture is %(width)s × %(height)s pixels: at most %(limit)s a side, 8 million in all."
    ),
    "IMAGE_IS_SVG": _l("SVG drawings may carry programs and are not taken. Save the drawing as PNG."),
    "IMAGE_NOT_SUPPORTED": _l("This is no picture that can be used: PNG, JPEG, GIF or WebP."),
    "IMAGE_DAMAGED": _l("The picture's file is damaged or holds more than a picture. Save it anew."),
    "IMAGE_MOVES": _l("Moving pictures are not taken: they cannot be stopped by the reader."),
    "NEAR_DUPLICATE": _l("Reads much like %(other)s. Check that it does not test the same fact."),
}
_REFUSALS: dict[str, LazyString] = {
    "THRESHOLD_OUT_OF_RANGE": _l("This degree of likeness cannot be searched for."),
    "UNKNOWN_BASIS": _l("Choose what the items are compared by."),
    "PAIR_OF_ONES_OWN": _l("One of these is your own item: %(item)s. Somebody else decides the pair."),
    "PAIR_DECIDED": _l("Somebody has decided one of these pairs in the meantime, or a new search has begun."),
    "PAIR_NOT_DISMISSED": _l("This pair is not among those dismissed."),
    "WORDING_FROZEN": _l("This wording has been in review and is frozen. Make a new version instead."),
    "DRAFT_OPEN": _l("This item has an open draft already."),
    "SUPERSEDED": _l("A newer version has taken this one's place."),
    "OWN_ITEM": _l("Nobody appraises or approves his own item."),
    "REVIEWED_BY_YOU": _l("You appraised this item: somebody else has to approve it."),
    "ONLY_THE_AUTHOR": _l("Only its author may do this."),
    "PRACTICE_ITEM": _l("This item is for practice: no exam may use it."),
    "NOT_REVIEWED": _l("Nobody else has appraised this item yet."),
    "NOT_CALIBRATED": _l("No adopted calibration covers this item yet."),
    "NOT_WHERE_IT_WAS": _l("A suspended item goes back where it was, nowhere else."),
    "COMMENT_REQUIRED": _l("Give a reason: whoever gets the item back needs it."),
    "REPEALED_ACT_NAMED": _l(
        "It names an act that is repealed: %(numbers)s. Give the item back, or say on its page why it may."
    ),
    "CHECKLIST_INCOMPLETE": _l(
        "An item is accepted when every point of the checklist holds. Else return it."
    ),
    "MORE_REVIEWERS": _l("More reviewers have to accept this item first."),
    "ACCEPTED_BY_YOU": _l("You have accepted this item: another reviewer has to do so as well."),
    "REPLY_REQUIRED": _l("Reply to whoever returned the item first."),
    "NOTHING_TO_REPLY": _l("There is nothing to reply to: the item has been handed in again."),
    "REPLY_EMPTY": _l("Write what you have changed, or why not."),
    "UNKNOWN_ASSIGNMENT": _l("This assignment has ended or is not yours. Choose another one."),
    "NOT_FOR_ASSIGNMENT": _l("The assignment asks for another topic, cognitive level or pool."),
    "AUTHORS_MISSING": _l("Choose at least one author."),
    "NO_SUCH_AUTHOR": _l("One of the accounts chosen writes no items (any more)."),
    "ITEMS_OUT_OF_RANGE": _l("At least 1 item, at most %(most)s."),
    "DUE_IN_THE_PAST": _l("The deadline lies in the past."),
    "SAME_DEADLINE": _l("This is the deadline already."),
    "REASON_MISSING": _l("Give a reason."),
    "ASSIGNED_ALREADY": _l(
        "%(author)s has an open assignment of exactly this kind already. Nothing was made."
    ),
    "ASSIGNMENT_ENDED": _l("This assignment has ended."),
    "REVIEWERS_OUT_OF_RANGE": _l("At least 1 reviewer, at most %(most)s."),
    "ROLE_NOT_LIMITED": _l("No limit is set for this role."),
    "OWN_LIMIT_RAISED": _l(
        "The limit of a role that you have yourself is raised by somebody else: it is %(limit)s now."
    ),
    "LIMIT_OUT_OF_RANGE": _l("At least 1 item, at most %(most)s."),
    "NO_LIMIT_TO_LIFT": _l("No limit holds for this person."),
    "NO_SUCH_TRANSITION": _l("The item is in another state by now. Look at it again."),
    "WRONG_ROLE": _l("Your role does not allow this."),
    # the register of legal acts
    "INVALID_ACT_NUMBER": _l("“%(value)s” holds no number of a legal act. Write it like 08/2015/NĐ-CP."),
    "SEVERAL_ACT_NUMBERS": _l("These are several numbers. Enter one act at a time."),
    "ACT_REGISTERED": _l("%(value)s is in the register already."),
    "NUMBER_CITED": _l("Items cite %(value)s: its number stays. Enter the other act as a new one."),
    "UNLIKELY_DATE": _l("This day cannot be right: it must lie between %(first)s and %(last)s."),
    "EFFECTIVE_AFTER_REPEAL": _l("The act is no longer in force from %(day)s on: it must begin before that."),
    "REPEAL_BEFORE_EFFECT": _l("The act takes effect on %(day)s: it cannot end before that."),
    "ALREADY_REPEALED": _l("The repeal of %(value)s has been entered already, as of %(day)s."),
    "NOT_REPEALED": _l("No repeal of %(value)s has been entered."),
    "REPEAL_IN_EFFECT": _l(
        "The repeal of %(value)s has taken effect: its items go back by review, one by one."
    ),
    "SUCCESSOR_LEADS_BACK": _l("%(value)s cannot replace this act: it has been replaced by it."),
}


class _Facts(dict[str, Any]):
    """Facts of a message; one that is not known shows as a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


def _part(name: str) -> str:
    """What a part of an item is called: its name in the form, or the letter or number it has in the bank."""
    parts = {"stem": _("Stem"), "rationale": _("Rationale")}
    what, _line, id_ = name.rpartition("_")
    if what == "place" or (not what and id_[:1] == "P" and id_[1:].isdigit()):
        return _("Part %(number)s", number=id_.lstrip("pP"))
    return parts.get(name) or _("Option %(letter)s", letter=id_.upper())


def finding(found: Finding) -> str:
    """What a program sees in an item."""
    if found.fault is Fault.BROKEN_FORMULA:
        reason = _words(_PROBLEMS, found.params["reason"], found.params)
        return _("%(part)s: %(reason)s", part=_part(found.params["part"]), reason=reason)
    return _words(FINDINGS, found.fault.value, found.params)


def known_codes() -> set[str]:
    """The codes that there are words for."""
    return {*PARTS, *_PROBLEMS, *_REFUSALS}


def reason(code: str, params: Mapping[str, Any]) -> str:
    """What is wrong, by its code."""
    return _words({**PARTS, **_PROBLEMS, **_REFUSALS}, code, params)


def refusal(error: ItemBankError) -> str:
    """Why the bank refused, with the item it was about."""
    known = {**PARTS, **_PROBLEMS, **_REFUSALS, **EXPORT_REFUSALS}
    sentence = _words(known, error.code, error.params)
    item = error.params.get("item")
    return _("%(item)s: %(reason)s", item=item, reason=sentence) if item else sentence


def words_of(code: str, params: Mapping[str, Any]) -> str:
    """Why something was refused, without the item it was about."""
    return _words({**PARTS, **_PROBLEMS, **_REFUSALS}, code, params)


def _words(texts: Mapping[str, LazyString], code: str, params: Mapping[str, Any]) -> str:
    if params.get("successor"):  # a legal act with another in its place
        code = f"{code}_REPLACED"
    if code not in texts:
        return _("Not possible (%(code)s).", code=code)
    said = {name: local_day(fact) if isinstance(fact, date) else fact for name, fact in params.items()}
    return str(texts[code]) % _Facts(said)
