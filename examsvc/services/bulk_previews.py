"""What an order for many items would do, kept for a day and looked at page by page.

Kept is what becomes of each item, never its words: those are read anew for the page that shows them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec

from examsvc.accounts.actor import Actor
from examsvc.ports import StagedProgress
from examsvc.services import jobs
from examsvc.services.bulk_order import BulkLine, BulkOrder, Way, require_order
from examsvc.services.bulk_plan import parts_of, plan_part
from examsvc.services.deps import Services
from examsvc.services.uploads import keep_upload
from examsvc.services.viewing import Showing, admit_part
from examsvc.store import NotFound, database_now
from item_bank.changes import Difference, differences
from item_bank.viewing import How, Quota

PREVIEWING: Final = "bulk_preview"
AT_ONCE: Final = 200  # of more items a worker makes the preview, with its progress on a page
SHOWN: Final = 50  # lines of a preview on a page
_DERIVED: Final = frozenset({"key"})  # no change in bulk touches a key: its options may read differently


@dataclass(frozen=True, slots=True)
class KeptLine:
    """What becomes of one item version; `way` is empty where it is left as it is."""

    version_id: int
    code: str
    version: int
    state: str
    way: str
    why: str
    facts: dict[str, Any]
    was: str
    n_places: int
    n_missed: int
    mark: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A preview: who ordered what, when, and what becomes of every item of it, by code."""

    user_id: int
    made_at: str
    order: BulkOrder
    lines: list[KeptLine]

    @property
    def changed(self) -> list[KeptLine]:
        return [line for line in self.lines if line.way]

    @property
    def left(self) -> list[KeptLine]:
        return [line for line in self.lines if not line.way]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order and its items, on their way to the worker that makes the preview."""

    user_id: int
    asked_at: str
    order: BulkOrder
    version_ids: list[int]


_What = TypeVar("_What", Kept, Wanted)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the preview's page.

    found : what differs; None where its words are withheld for today
    is_outdated : the item is not what it was when the preview was made
    """

    kept: KeptLine
    found: tuple[Difference, ...] | None
    is_outdated: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A page of what an order would do.

    reasons : why items are left → how many
    ways : how items take the change → how many
    n_missed : how often the words stay where no replacement reaches
    """

    order: BulkOrder
    lines: list[ShownLine]
    n_changed: int
    n_left: int
    n_pages: int
    n_missed: int
    quota: Quota
    reasons: dict[str, int] = field(default_factory=dict)
    ways: dict[str, int] = field(default_factory=dict)

    @property
    def n_to_review(self) -> int:
        """How many items get a version that is appraised and approved anew."""
        return self.ways.get(Way.NEW_VERSION.value, 0)


def ask_preview(deps: Services, actor: Actor, order: BulkOrder, version_ids: Sequence[int]) -> str | int:
    """The name of the order's preview, or, of many items, the id of the job that makes it.

    Changes nothing. Raises BulkRefused with the field that is wrong, NotFound, Forbidden.
    """
    with deps.store.read() as session:
        require_order(session, actor, order, len(version_ids))
        asked_at = database_now(session).isoformat()
    if len(version_ids) <= AT_ONCE:
        return make_preview(deps, actor, order, version_ids)
    wanted = Wanted(actor.user_id, asked_at, order, list(version_ids))
    wanted_id = keep_upload(deps, msgspec.json.encode(wanted))
    return jobs.ask_once(deps, actor, PREVIEWING, {"wanted_id": wanted_id})


def make_wanted(deps: Services, actor: Actor, wanted_id: str, progress: StagedProgress) -> str:
    """Make the preview that was asked for under this name."""
    wanted = _read(deps, actor, wanted_id, Wanted)
    preview_id = make_preview(deps, actor, wanted.order, wanted.version_ids, progress)
    deps.uploads.remove(wanted_id)
    return preview_id


def make_preview(
    deps: Services,
    actor: Actor,
    order: BulkOrder,
    version_ids: Sequence[int],
    progress: StagedProgress | None = None,
) -> str:
    """Find out what the order would do, and keep it for a day under the name that is returned."""
    lines: list[KeptLine] = []
    with deps.store.read() as session:
        require_order(session, actor, order, len(version_ids))
        made_at = database_now(session).isoformat()
        for part in parts_of(session, version_ids):
            if progress is not None:
                progress(len(lines), len(version_ids), "planning")
            lines += [_kept(line) for line in plan_part(session, actor, order, part)]
    lines.sort(key=lambda line: (line.code, line.version))
    return keep_upload(deps, msgspec.json.encode(Kept(actor.user_id, made_at, order, lines), enc_hook=str))


def renew_preview(deps: Services, actor: Actor, preview_id: str) -> str | int:
    """The same order for the same items, looked at anew."""
    kept = read_preview(deps, actor, preview_id)
    return ask_preview(deps, actor, kept.order, [line.version_id for line in kept.lines])


def read_preview(deps: Services, actor: Actor, preview_id: str) -> Kept:
    """A preview of the actor's own. Raises NotFound where it has gone, or is another's."""
    return _read(deps, actor, preview_id, Kept)


def view_preview(deps: Services, actor: Actor, preview_id: str, fate: str, page: int) -> Preview:
    """A page of the preview, of one fate ("changed", "left", or all); what it shows is logged before."""
    kept = read_preview(deps, actor, preview_id)
    changed, left = kept.changed, kept.left
    chosen = {"changed": changed, "left": left}.get(fate, [*changed, *left])
    shown, quota = _shown(deps, actor, kept.order, chosen[(page - 1) * SHOWN : page * SHOWN])
    return Preview(
        kept.order,
        shown,
        len(changed),
        len(left),
        max(1, -(-len(chosen) // SHOWN)),
        sum(line.n_missed for line in changed),
        quota,
        dict(Counter(line.why for line in left).most_common()),
        dict(Counter(line.way for line in changed)),
    )


def _read(deps: Services, actor: Actor, name: str, what: type[_What]) -> _What:
    data = deps.uploads.find(name)
    try:
        found = None if data is None else msgspec.json.decode(data, type=what)
    except msgspec.DecodeError:  # a file of another kind
        found = None
    if found is None or found.user_id != actor.user_id:
        raise NotFound("preview", name)
    return found


def _kept(line: BulkLine) -> KeptLine:
    return KeptLine(
        line.version_id,
        line.code,
        line.version,
        line.state,
        "" if line.way is None else line.way.value,
        line.why,
        dict(line.facts),
        line.was,
        line.n_places,
        line.n_missed,
        line.mark,
    )


def _shown(
    deps: Services, actor: Actor, order: BulkOrder, lines: Sequence[KeptLine]
) -> tuple[list[ShownLine], Quota]:
    """The lines with what differs by now, as far as this reader may see it today."""
    with deps.store.read() as session:
        planned = {
            line.version_id: line
            for line in plan_part(session, actor, order, [line.version_id for line in lines])
        }
    wanted = [id_ for id_, line in planned.items() if line.after is not None and order.shows_texts]
    admitted = admit_part(deps, actor, Showing(wanted, How.PREVIEW, "bulk"))
    open_ids = {wording.version_id for wording in admitted.shown}
    return [
        ShownLine(
            line,
            _differences(order, planned[line.version_id], open_ids),
            planned[line.version_id].mark != line.mark,
        )
        for line in lines
    ], admitted.quota


def _differences(order: BulkOrder, line: BulkLine, open_ids: set[int]) -> tuple[Difference, ...] | None:
    if line.before is None or line.after is None or not order.shows_texts:
        return ()
    if line.version_id not in open_ids:
        return None
    return tuple(one for one in differences(line.before, line.after) if one.part not in _DERIVED)
