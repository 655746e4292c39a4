"""Secrecy, views, limits and exports in the reader's language."""

from __future__ import annotations

from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from examsvc.accounts.roles import Role
from item_bank.confidentiality import Secrecy, Stage, Step
from item_bank.viewing import How, Oddity

LIMITED_ROLES: Final[dict[str, LazyString]] = {
    Role.AUTHOR.value: _l("Author"),
    Role.REVIEWER.value: _l("Reviewer"),
    Role.BANK_MANAGER.value: _l("Bank manager"),
}
HOWS: Final[dict[str, LazyString]] = {
    How.PAGE.value: _l("Item page"),
    How.LIST.value: _l("In a list"),
    How.BOARD.value: _l("On the board"),
    How.PREVIEW.value: _l("Preview"),
    How.EXPORT.value: _l("Export"),
    How.PROOF.value: _l("Form, proof-read"),
}
# the desk's lists, as its tabs and the log of what was seen name them
LISTS: Final[dict[str, LazyString]] = {
    "returned": _l("Returned to me"),
    "law": _l("The law has changed"),
    "drafts": _l("My drafts"),
    "mine": _l("All my items"),
    "review": _l("To appraise"),
    "approve": _l("To approve"),
    "release": _l("To put in use"),
    "pilot": _l("For a pilot"),
    "all": _l("All items"),
}
# what a showing's detail says, where it is not a number or a code that speaks for itself
SHOWN_AS: Final[dict[str, LazyString]] = LISTS | {"compared": _l("compared with another version")}
ODDITIES: Final[dict[str, LazyString]] = {
    Oddity.OUT_OF_HOURS.value: _l("%(count)s items outside office hours"),
    Oddity.MANY_IN_AN_HOUR.value: _l("%(count)s items within one hour"),
    Oddity.ABOVE_OWN_MEDIAN.value: _l("%(count)s items, where %(usual)s a day are usual for this person"),
}
# how secret → name, badge
SECRECIES: Final[dict[str, tuple[LazyString, str]]] = {
    Secrecy.LEAK_SUSPECTED.value: (_l("Leaked (suspected)"), "badge-bad"),
    Secrecy.RUNNING.value: (_l("Secret: the exam is running"), "badge-bad"),
    Secrecy.AWAITED.value: (_l("Secret: on a form that is still to be sat"), "badge-warn"),
    Secrecy.KEYS_CLOSED.value: (_l("Sat; the key is secret until the marking ends"), "badge-warn"),
    Secrecy.SAT.value: (_l("Sat; waits to be opened or used again"), "badge-info"),
    Secrecy.UNUSED.value: (_l("Secret: in the bank, on no form yet"), "badge-info"),
    Secrecy.IN_THE_MAKING.value: (_l("In the making"), ""),
    Secrecy.OPEN.value: (_l("Open: for practice"), ""),
    Secrecy.RETIRED.value: (_l("Retired"), ""),
}
STAGES: Final[dict[str, LazyString]] = {
    Stage.DRAFT.value: _l("not published"),
    Stage.AWAITED.value: _l("not sat yet"),
    Stage.RUNNING.value: _l("being sat now"),
    Stage.MARKING.value: _l("sat, being marked"),
    Stage.OVER.value: _l("sat, results released"),
}
STEPS: Final[dict[str, LazyString]] = {
    Step.WITHDRAW_FORM.value: _l(
        "Ask the exam manager to withdraw the form and to assemble another without the item."
    ),
    Step.TELL_CHAIRMAN.value: _l("Tell the chairman now: candidates have the item in front of them."),
    Step.CHECK_RESPONSES.value: _l(
        "Ask the examiner to check the responses to the item before results are released."
    ),
    Step.EXAMINE_RESULTS.value: _l("Ask the examiner what would change in the results without the item."),
    Step.READ_VIEWS.value: _l("Find out who has seen the item, and which exports had it."),
}
FORMATS: Final[dict[str, LazyString]] = {
    "qti-3.0": _l("QTI 3.0 package"),
    "qti-2.2": _l("QTI 2.2 package"),
    "qti-2.1": _l("QTI 2.1 package"),
    "moodle-xml": _l("Moodle XML"),
    "gift": _l("GIFT"),
    "aiken": _l("Aiken"),
    "xlsx": _l("Workbook (.xlsx)"),
    "docx": _l("Word document (.docx)"),
}
# state of an export → name, badge
EXPORT_STATES: Final[dict[str, tuple[LazyString, str]]] = {
    "checking": (_l("Being checked"), "badge-info"),
    "asked": (_l("Waits for a second person"), "badge-warn"),
    "refused": (_l("Refused"), "badge-bad"),
    "confirmed": (_l("Confirmed, being written"), "badge-info"),
    "ready": (_l("Ready to be taken out"), "badge-good"),
    "taken": (_l("Taken out"), ""),
    "expired": (_l("Expired"), ""),
    "failed": (_l("Could not be written"), "badge-bad"),
}
EXPORT_REFUSALS: Final[dict[str, LazyString]] = {
    "NO_ITEMS": _l("Choose at least one item."),
    "CODES_UNKNOWN": _l("No item of these codes can be exported: %(codes)s."),
    "TOO_MANY_ITEMS": _l("At most %(most)s items at a time."),
    "FORMAT_UNKNOWN": _l("This format is not known."),
    "PURPOSE_MISSING": _l("Say what the items are wanted for."),
    "RECIPIENT_MISSING": _l("Say who receives the items."),
    "NOTHING_CARRIED": _l("This format can carry none of the items chosen."),
    "REASON_MISSING": _l("Give a reason: whoever asked for the export will read it."),
    "DECIDED_ALREADY": _l("This export has been decided on already."),
    "NOT_READY": _l("There is no file to take out: the export is not ready, was taken out, or has expired."),
}
REASONS: Final[dict[str, LazyString]] = {
    "INTERACTION_NOT_CARRIED": _l("the format does not know this kind of item"),
    "KEY_NOT_CARRIED": _l("the format cannot say this key"),
    "NOT_FOUR_OPTIONS": _l("the workbook holds single choices of four alone"),
    "EQUAL_OPTIONS": _l("two options read the same there"),
    "TEXT_TOO_LONG": _l("a text is too long for it"),
    "WORDING_NOT_CARRIED": _l("the wording has signs that the format cannot hold"),
}
LOSSES: Final[dict[str, LazyString]] = {
    "NOT_WRITTEN": _l("cannot be written in this format: left out"),
    "PICTURES_LOST": _l("lose their pictures"),
    "PICTURE_MISSING": _l("lack a picture"),
    "RATIONALE_LOST": _l("lose their rationale"),
    "CATEGORY_LOST": _l("lose their topic"),
    "TAGS_LOST": _l("lose their tags"),
    "LANGUAGE_LOST": _l("lose their language"),
    "MAX_MARK_LOST": _l("lose their number of marks"),
    "STATISTICS_LOST": _l("lose their calibration"),
    "COMPETENCIES_LOST": _l("lose their competencies"),
    "STIMULUS_LOST": _l("lose the text or picture that they share with other items"),
    "ENGLISH_LOST": _l("lose their English wording"),
    "STIMULUS_ENGLISH_LOST": _l("lose the English version of what they share with other items"),
    "TRANSLATION_LOST": _l("lose their English wording"),
    "OPTION_TEXTS_LOST": _l("say true and false in other words"),
    "MARKUP_CHANGED": _l("keep their words, but some of their layout changes"),
    "FACT_LOST": _l("lose a detail of the item"),
    "LEGAL_BASIS_LOST": _l("lose their legal basis"),
    "MARKUP_LOST": _l("lose bold, tables, formulas and the like"),
    "CREDIT_CHANGED": _l("are marked in another way"),
    "INTERACTION_CHANGED": _l("become another kind of item"),
    "CASE_LOST": _l("lose that capitals count"),
    "LIMIT_LOST": _l("lose how many may be chosen"),
    "BOUNDS_LOST": _l("lose the bounds of their marks"),
    "NOTHING_CARRIED": _l("cannot be written in this format: nothing is left"),
    "NO_VISIBLE_MARK": _l("carry no visible mark of the recipient: the format has no comments"),
}
