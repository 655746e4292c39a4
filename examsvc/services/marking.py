"""Marks of sittings as soon as they are closed: once for each log and set of keys."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from examsvc.results.marks import keys_checksum, tally
from examsvc.services.deps import Services
from examsvc.store import Session, database_now, measuring
from examsvc.store import marking as store
from examsvc.store.candidates import keys_for_marking
from examsvc.store.models import SittingMarkRow, SittingRow

MANY: Final = 200  # sittings in a transaction


def mark_closed(deps: Services) -> int:
    """Mark every closed sitting that has not been; returns how many.

    Rows that another worker holds are passed over: it marks them. Repeating it changes nothing.
    """
    marked = 0
    while True:
        with deps.store.begin() as session:
            now_marked = _mark(session, store.lock_unmarked(session, MANY))
        if not now_marked:
            return marked
        marked += now_marked


def _mark(session: Session, rows: list[SittingRow]) -> int:
    by_form: dict[int, list[SittingRow]] = defaultdict(list)
    for row in rows:
        by_form[row.form_id].append(row)
    responses = measuring.responses_by_sitting(session, [row.id for row in rows])
    now = database_now(session)
    for form_id, sittings in by_form.items():
        keys = keys_for_marking(session, form_id)
        checksum = keys_checksum(list(keys), keys)
        for row in sittings:
            held = {str(version_id): response for version_id, response in responses[row.id].items()}
            row.marked = True
            if store.find_mark(session, row.id, row.receipt or "", checksum) is not None:
                continue  # marked by a worker that died before it could say so
            points, right = tally(list(keys), held, keys)
            session.add(
                SittingMarkRow(
                    sitting_id=row.id,
                    form_checksum=row.form_checksum,
                    keys_checksum=checksum,
                    receipt=row.receipt or "",
                    number_correct=right,
                    points=points,
                    n_marked=len(keys),
                    marked_at=now,
                )
            )
    return len(rows)
