"""What a trace has found, line by line, for whoever has to answer for it."""

from __future__ import annotations

from collections.abc import Iterator

from examsvc.services.office_calendar import OFFICE_TIME
from examsvc.services.tracing import Suspect, Traced


def trace_lines(traced: Traced) -> Iterator[str]:
    """The findings, and how far they can be relied on."""
    named = ", ".join(f"XK-{number:06d}" for number in traced.named) or "nothing"
    yield (
        f"Items (of a Word document: paragraphs) with marks found: {traced.n_items}. "
        f"Exports held against: {traced.n_exports}."
    )
    yield f"The file says of itself: {named} (anybody could have written that)."
    if not traced.suspects:
        yield "By its marks: of no export of this bank, or its marks were wiped out."
    for suspect in traced.suspects:
        yield from _suspect_lines(suspect)


def _suspect_lines(suspect: Suspect) -> Iterator[str]:
    row, weighed = suspect.line.row, suspect.weighed
    verdict = "beyond doubt" if suspect.certain else "perhaps; not enough marks to be sure"
    yield (
        f"By its marks: XK-{row.id:06d}, {verdict}: {weighed.agreeing} of {weighed.n_places} marks agree, "
        f"{weighed.bits:.0f} bits of evidence."
    )
    taken = f"{row.taken_at.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}" if row.taken_at else "never"
    yield (
        f"  asked by {suspect.line.asked_by}, confirmed by {suspect.line.decided_by}, "
        f"for {row.recipient}; taken out {taken}"
    )
