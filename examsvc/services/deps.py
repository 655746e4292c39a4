"""What every use case is given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from examsvc.ports import Files, Live, PasswordHasher, Presence, Queue
from examsvc.services.group_commit import GroupCommit
from examsvc.services.saving import Pending, Saved, save_alone
from examsvc.services.shared_glance import SharedGlance
from examsvc.services.staff_views import StaffViews
from examsvc.store import Store
from examsvc.store.saving import SavingFacts, glance


class NobodyListens:
    """Fulfils ports.Live where there is no live channel."""

    def changed(self, sitting_ids: Iterable[int] = (), administration_id: int | None = None) -> None:  # noqa: ARG002
        return


class NothingKept:
    """Fulfils ports.Files where nothing is to be kept: a file cannot be written."""

    def write(self, name: str, data: bytes) -> None:
        raise NotImplementedError

    def find(self, name: str) -> bytes | None:  # noqa: ARG002
        return None

    def remove(self, name: str) -> None:  # noqa: ARG002
        return


@dataclass(frozen=True, slots=True)
class Services:
    """The store and the fulfilled ports."""

    store: Store
    queue: Queue
    presence: Presence
    passwords: PasswordHasher
    saver: GroupCommit | None = None  # None: every save has a transaction of its own
    glances: SharedGlance | None = None  # None: whoever asks about a sitting asks by himself
    live: Live = field(default_factory=NobodyListens)
    views: StaffViews = field(default_factory=StaffViews)
    files: Files = field(default_factory=NothingKept)  # until their own chore forgets them
    uploads: Files = field(default_factory=NothingKept)  # for a day

    def save(self, pending: Pending) -> Saved:
        """Save a batch of events, together with others or by itself. Raises as `save_alone` does."""
        return self.saver.save(pending) if self.saver else save_alone(self.store, pending)

    def glance(self, sitting_id: int, login: str | None) -> SavingFacts | None:
        """The sitting as it is now and the holder of this login, asked for together with others or alone."""
        if self.glances is not None:
            return self.glances.ask(sitting_id, login)
        return glance(self.store, {sitting_id: login}).get(sitting_id)


def time_changed(deps: Services, sitting_ids: Iterable[int], administration_id: int | None = None) -> None:
    """After the commit: whoever waits for the time asks for it now, whoever watches sees it."""
    deps.views.forget()
    deps.live.changed(sitting_ids, administration_id)
