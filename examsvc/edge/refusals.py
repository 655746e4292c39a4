"""From a refusal of the rules to a sentence that its reader can act on."""

from __future__ import annotations

import math
from functools import singledispatch

from examsvc.accounts.errors import Forbidden
from examsvc.assembly.errors import AssemblyError
from examsvc.delivery.errors import (
    DeliveryError,
    EventsRefused,
    NotCheckedIn,
    NotOpen,
    NotReady,
    NotStarted,
    PermitRequired,
    PracticeRefused,
    RosterTooLarge,
    SeatsExceeded,
    SittingClosed,
    StillSitting,
    TimeInvalid,
    TransitionRefused,
    WindowOver,
)
from examsvc.edge.failures import words_of
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.results.errors import ResultsError
from examsvc.services.failures import failure_of
from proctoring.errors import ExtensionNeedsChairman, ProctoringRefused
from scoring.errors import ScoringError

# What a view catches to tell its reader why not; whatever else is raised goes to the error pages.
REFUSALS: tuple[type[Exception], ...] = (
    AssemblyError,
    DeliveryError,
    ProctoringRefused,
    ResultsError,
    ScoringError,
)


@singledispatch
def explain(error: Exception) -> str:
    """The refusal in the reader's language; an error that has no words here is raised again."""
    raise error


@explain.register
def forbidden_reason(error: Forbidden) -> str:
    """Why the permission table said no."""
    reasons = {
        "own": _("Only the person it belongs to may do this."),
        "not_own": _("A second person has to do this: you did an earlier step of it."),
        "not_himself": _("Nobody may do this for himself. Ask a colleague."),
        "asker_or_examiner": _("Only who asked for this work, an examiner or an administrator may stop it."),
        "own_profile_or_staff": _("You may see your own profile and those of your unit."),
        "own_unit_or_hr": _("You may see your own unit."),
    }
    return reasons.get(error.code, _("Your role does not allow this."))


@explain.register
def _delivery(_error: DeliveryError) -> str:
    return _("This step is not possible now.")


@explain.register
def _not_ready(error: NotReady) -> str:
    reasons = {
        "code_taken": _("This code is already in use. Choose another one."),
        "campaign_not_draft": _("The campaign has been approved: its plan cannot change any more."),
        "no_published_forms": _("This blueprint has no published form yet."),
        "starts_in_the_past": _("The start must lie in the future."),
        "administration_not_planned": _("The roster is closed: the administration has been approved."),
        "no_administrations": _("The campaign has no administration yet."),
        "empty_roster": _("An administration has an empty roster. Fill every roster first."),
        "administration_not_ready": _("The campaign has not been approved yet."),
        "already_started": _("The exam has already started."),
        "administration_closed": _("The exam has been closed."),
        "not_started": _("The exam has not started yet."),
        "gate_open": _("Late candidates may still come in. Close the exam after that."),
        "reason_missing": _("Give a reason: it goes into the minutes."),
        "nobody_to_extend": _("Nobody is still working: there is no time to extend."),
        # pauses
        "nobody_to_pause": _("Nobody's clock is running: there is nothing to stop."),
        "nobody_paused": _("Nobody's clock stands still: there is nothing to resume."),
        "already_paused": _("The clock stands still already."),
        "not_paused": _("The clock is running already."),
        "paused_by_chairman": _("The chairman has stopped the whole exam: only he lets it go on."),
        # events kept aside
        "sitting_not_over": _("The sitting is not over yet: decide when it has ended."),
        "results_scored": _("Results of this campaign have been scored: what counts cannot change any more."),
        "nothing_kept_aside": _("Choose entries that were kept aside."),
        "already_proposed": _("Some of these entries have been proposed or decided already. Look again."),
        "already_decided": _("This has been decided already."),
        # the emergency file
        "emergency_unreadable": _("This is not an emergency file of an exam machine."),
        "emergency_too_large": _("The file is too large: an emergency file has at most 4 MB."),
        "emergency_foreign": _("This file belongs to no candidate of this room."),
        "emergency_altered": _("This file was altered or damaged: nothing of it was taken."),
    }
    return reasons.get(error.code, _delivery(error))


@explain.register
def _practice(error: PracticeRefused) -> str:
    reasons = {
        "nothing_to_practise": _("There is no item to practise with in this choice."),
        "at_an_exam": _("You are at an exam now. Practise again when you have handed in."),
        "not_due": _("This item is not due now. The page has been brought up to date."),
        "no_such_option": _("This item has no such option."),
    }
    return reasons.get(error.code, _delivery(error))


@explain.register
def _time_invalid(error: TimeInvalid) -> str:
    reasons = {
        "adjustment_without_seconds": _("An extension needs at least one minute."),
        "adjustment_without_reason": _("Give a reason: it goes into the minutes."),
    }
    return reasons.get(error.code, _delivery(error))


@explain.register
def _roster_too_large(error: RosterTooLarge) -> str:
    return _(
        "%(candidates)s candidates, but only %(stations)s free stations. Nobody was added.",
        candidates=error.n_candidates,
        stations=error.n_stations,
    )


@explain.register
def _seats_exceeded(error: SeatsExceeded) -> str:
    return _(
        "Up to %(seats)s candidates would sit at the same time. The built-in database (SQLite) serves at "
        "most %(limit)s. Move the start of some administrations, or run the service on PostgreSQL.",
        seats=error.n_seats,
        limit=error.limit,
    )


@explain.register
def _events_refused(_error: EventsRefused) -> str:
    return _("The file names items or options that are not on this candidate's form.")


@explain.register
def _still_sitting(error: StillSitting) -> str:
    return ngettext(
        "%(num)s candidate has not handed in yet. Nothing was closed.",
        "%(num)s candidates have not handed in yet. Nothing was closed.",
        error.n_candidates,
    )


@explain.register
def _transition(error: TransitionRefused) -> str:
    if error.act == "check_in":
        return _("The candidate is already checked in.")
    return _delivery(error)


@explain.register
def _closed(_error: SittingClosed) -> str:
    return _("The sitting has already ended.")


@explain.register
def _not_checked_in(_error: NotCheckedIn) -> str:
    return _("The candidate has not been checked in.")


@explain.register
def _not_open(_error: NotOpen) -> str:
    return _("The candidate has not opened the exam yet.")


@explain.register
def _not_started(_error: NotStarted) -> str:
    return _("The exam has not started yet.")


@explain.register
def _window_over(_error: WindowOver) -> str:
    return _("The time for this is over.")


@explain.register
def _permit_required(_error: PermitRequired) -> str:
    return _("The exam goes on at another machine only when a proctor allows it.")


@explain.register
def _proctoring(error: ProctoringRefused) -> str:
    reasons = {
        # entry
        "exam_over": _("The exam is over: nobody can enter any more."),
        "chairman_decides": _("The door is closed: only the chairman may admit this candidate."),
        "consent_without_reason": _("Give a reason: it goes into the minutes."),
        # extensions
        "reason_missing": _("Give a reason: it goes into the minutes."),
        "seconds_out_of_range": _("An extension is between one minute and four hours."),
        # incidents
        "note_missing": _("Describe what happened."),
        "note_too_long": _("The description is too long: at most 2000 characters."),
        "reporter_missing": _("The incident names no reporter."),
        "in_the_future": _("The incident lies in the future."),
        "sitting_id_missing": _("Name the candidate: this kind of incident is about a person."),
        "item_id_missing": _("Give the number of the item that the candidate challenges."),
    }
    return reasons.get(error.code, _("This step is not possible now."))


@explain.register
def _needs_chairman(error: ExtensionNeedsChairman) -> str:
    minutes = math.floor(error.left_s / 60)
    if not minutes:
        return _("A proctor cannot give this candidate more time. The chairman can.")
    return ngettext(
        "A proctor can give this candidate %(num)s more minute. Nothing was changed; ask the chairman.",
        "A proctor can give this candidate %(num)s more minutes. Nothing was changed; ask the chairman.",
        minutes,
    )


@explain.register
def _assembly(error: AssemblyError) -> str:
    return words_of(failure_of(error) or {})


@explain.register
def _results(error: ResultsError) -> str:
    return words_of(failure_of(error) or {})


@explain.register
def _scoring(error: ScoringError) -> str:
    return words_of(failure_of(error) or {})
