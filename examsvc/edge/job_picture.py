"""A job in words and figures, the same for its panel on a page and for the polls that keep it live."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import Facts, permit
from examsvc.edge.failures import words_of
from examsvc.edge.room import current_actor
from examsvc.services.jobs import UNFINISHED
from examsvc.store.models import JobRow

TITLES: dict[str, LazyString] = {
    "calibrate": _l("Calibrating"),
    "score": _l("Scoring"),
    "assemble": _l("Assembling forms"),
    "replay": _l("Assembling again"),
    "near_duplicates": _l("Searching for near-duplicates"),
    "check_import": _l("Checking a file"),
    "import_items": _l("Importing items"),
    "bulk_preview": _l("Finding out what would change"),
    "bulk_change": _l("Changing many items"),
    "export_check": _l("Checking what the format carries"),
    "export_write": _l("Writing the file"),
}
# kind → (endpoint, its argument): where the outcome is to be seen; a key of the job's outcome
PLACES: dict[str, tuple[str, str]] = {
    "calibrate": ("examiner.calibration", "calibration_id"),
    "score": ("examiner.results", "campaign_id"),
    "assemble": ("exam.show_run", "run_id"),
    "replay": ("exam.show_run", "run_id"),
    "check_import": ("author.import_report_page", "report_id"),
    "import_items": ("author.desk", "tab"),
    "bulk_preview": ("author.bulk_preview", "preview_id"),
    "export_check": ("author.export", "export_id"),
    "export_write": ("author.export", "export_id"),
}

# the stages of a calibration in their order, in words
STAGES: dict[str, LazyString] = {
    "fitting": _l("fitting the items"),
    "items": _l("fit of the items"),
    "persons": _l("fit of the sittings"),
    "forms": _l("reliability and fit of the forms"),
    "dimensions": _l("competencies as dimensions"),
    "storing": _l("storing the proposal"),
}

# those of an import, and of a change in bulk
IMPORT_STAGES: dict[str, LazyString] = {
    "planning": _l("Looking at the items:"),
    "comparing": _l("Holding the items against the preview:"),
    "changing": _l("Changing the items, all of them in one step:"),
    "reading": _l("Reading the file."),
    "checking": _l("Holding its items against the bank:"),
    "storing": _l("Storing the items."),
}


# work of which nothing stays when it is stopped
STOPPED: dict[str, LazyString] = {
    "calibrate": _l("The calibration was stopped. Nothing of it was kept."),
    "bulk_preview": _l("The work was stopped. No item was changed."),
    "bulk_change": _l("The work was stopped. No item was changed."),
}


@dataclass(frozen=True, slots=True)
class JobPicture:
    """What a reader sees of a job; `percent` is None where the length of the way is not known.

    `url` leads to the outcome, unless the reader is there already.
    """

    id: int
    title: str
    state: str
    done: int
    total: int
    percent: int | None
    text: str
    is_over: bool
    may_cancel: bool
    url: str | None


def picture_job(row: JobRow) -> JobPicture:
    """The job as its reader sees it."""
    return JobPicture(
        id=row.id,
        title=str(TITLES.get(row.kind, row.kind)),
        state=row.state,
        done=row.done,
        total=row.total,
        percent=_percent(row),
        text=_text(row),
        is_over=row.state not in UNFINISHED,
        may_cancel=row.state in UNFINISHED and _may_cancel(row),
        url=_url(row),
    )


def _may_cancel(row: JobRow) -> bool:
    """For the button alone: the service decides again."""
    try:
        permit(current_actor(), "jobs.cancel", Facts(owner_user_id=row.created_by))
    except Forbidden:
        return False
    return True


def _percent(row: JobRow) -> int | None:
    if row.state == "done":
        return 100
    if row.kind == "calibrate" and row.state in UNFINISHED:
        return _share_of_stages(row)
    if row.total == 0:
        return None
    return min(100, 100 * row.done // row.total)


def _share_of_stages(row: JobRow) -> int | None:
    """By stages done: iterations end when they have converged, long before their limit."""
    return None if row.stage not in STAGES else 100 * list(STAGES).index(row.stage) // len(STAGES)


def _text(row: JobRow) -> str:
    if row.state == "queued":
        return str(_("Waiting for a free worker."))
    if row.state == "running":
        if row.cancel_requested:
            return str(_("Stopping at the next step."))
        if row.kind == "calibrate":
            return _calibrating_text(row)
        return _running_text(row)
    if row.state == "done":
        return _done_text(row)
    if row.state == "cancelled" and row.kind in STOPPED:
        return str(STOPPED[row.kind])
    return words_of(row.message)


def _running_text(row: JobRow) -> str:
    if row.kind == "near_duplicates":
        return str(_("%(percent)s%% of the bank compared.", percent=row.done))
    if row.stage in IMPORT_STAGES:
        stage = str(IMPORT_STAGES[row.stage])
        known = row.total > 1
        return f"{stage} {_('%(done)s of %(total)s.', done=row.done, total=row.total)}" if known else stage
    return str(_("Step %(done)s of %(total)s.", done=row.done, total=row.total))


def _calibrating_text(row: JobRow) -> str:
    if row.stage is None or row.stage not in STAGES:
        return str(_("Reading the responses."))
    number = list(STAGES).index(row.stage) + 1
    if row.stage == "fitting":
        return str(
            _(
                "Stage %(number)s of %(all)s: fitting the items, iteration %(done)s.",
                number=number,
                all=len(STAGES),
                done=row.done,
            )
        )
    return str(
        _("Stage %(number)s of %(all)s: %(stage)s.", number=number, all=len(STAGES), stage=STAGES[row.stage])
    )


def _done_text(row: JobRow) -> str:
    if row.kind == "calibrate":
        return str(_("The calibration is ready. A second person looks at it and adopts it."))
    if row.kind == "score":
        added = int(row.outcome.get("added", 0))
        if not added:
            return str(
                _("Nothing was added: every sitting had a score under this calibration and these keys.")
            )
        return str(ngettext("%(num)s sitting was scored.", "%(num)s sittings were scored.", added))
    if row.kind == "near_duplicates":
        n_found = int(row.outcome.get("n_found", 0))
        return str(ngettext("%(num)s pair reads alike.", "%(num)s pairs read alike.", n_found))
    return str(_("Done."))


def _url(row: JobRow) -> str | None:
    endpoint, argument = PLACES.get(row.kind, ("", ""))
    if argument not in row.outcome or endpoint not in current_app.view_functions:
        return None
    url = url_for(endpoint, **{argument: row.outcome[argument]})
    return None if url == request.path else url
