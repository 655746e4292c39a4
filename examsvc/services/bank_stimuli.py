"""Material that several items share, as an author chooses it."""

from __future__ import annotations

from dataclasses import dataclass

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import permit
from examsvc.services.deps import Services
from examsvc.services.office_calendar import office_date
from examsvc.services.viewing import Showing, admit_showing
from examsvc.store import database_now, views
from examsvc.store import stimuli as store
from item_bank.stimulus import Stimulus
from item_bank.viewing import How


@dataclass(frozen=True, slots=True)
class StimulusChoice:
    """A stimulus by its code, and the author's items that show it: nothing of what it says."""

    code: str
    items: tuple[str, ...]


def list_stimuli(deps: Services, actor: Actor) -> list[StimulusChoice]:
    """The author's own to choose from, by code: others' material is part of items that he may not read."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        items = store.items_of_stimuli(session, actor.user_id)
        return [
            StimulusChoice(row.code, tuple(items.get(row.code, ())))
            for row in store.list_stimuli(session, actor.user_id)
        ]


def is_code_taken(deps: Services, actor: Actor, code: str) -> bool:
    """Whether any material of the bank has this code, whoever wrote it."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        return code.casefold() in {known.casefold() for known in store.list_codes(session)}


def find_stimulus(deps: Services, actor: Actor, code: str) -> Stimulus | None:
    """The author's own, to be saved with an item: whoever shows it asks `open_stimulus` first."""
    permit(actor, "items.write")
    with deps.store.read() as session:
        rows = store.list_stimuli(session, actor.user_id, code)
        return next((Stimulus(row.code, row.content, row.english) for row in rows), None)


def open_stimulus(deps: Services, actor: Actor, code: str) -> Stimulus | None:
    """The author's own, to be shown.

    It is a part of every item that shows it: a look at it is a look at each of them, logged once a day with
    its code, for the form is laid out anew with every few letters. Raises QuotaReached.
    """
    stimulus = find_stimulus(deps, actor, code)
    if stimulus is None:
        return None
    with deps.store.read() as session:
        day = office_date(database_now(session))
        logged = views.seen_versions(session, actor.user_id, day, code)
        shown = [id_ for id_ in store.versions_with(session, code) if id_ not in logged]
    if shown:
        admit_showing(deps, actor, Showing(shown, How.PREVIEW, code))
    return stimulus
