"""When each section of a form begins and ends: by its limit, by leaving it early, by time granted in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from examsvc.delivery.deadline import AdjustmentKind, ExamClock, TimeAdjustment
from examsvc.delivery.outline import Section

# These give back a stretch of time that ended when they were made: it belongs to the section it began in.
_GIVEN_BACK = frozenset({AdjustmentKind.PAUSE, AdjustmentKind.MACHINE_FAILURE})
# A begun second is given back whole, so the stretch may have begun as much later; taken for earlier, it would
# be added to a section that had just been left, and be lost.
_ROUNDED = timedelta(microseconds=999_999)


@dataclass(frozen=True, slots=True)
class Span:
    """A section's time: from `starts_at` up to, not including, `ends_at`."""

    starts_at: datetime
    ends_at: datetime


def schedule(
    clock: ExamClock,
    sections: Sequence[Section],
    adjustments: Sequence[TimeAdjustment],
    left_at: Sequence[datetime],
) -> tuple[Span, ...]:
    """The spans of timed sections, one after the other; what is left of a section is not carried over.

    Parameters
    ----------
    sections : each with a limit of its own
    adjustments : in the order they were made; one that was made before the start is shared out in proportion
        to the limits, any other belongs to the section in which it was made
    left_at : instants at which the candidate left sections early, from the first section on
    """
    lengths = [section.limit_s or 0 for section in sections]
    limits = tuple(lengths)
    for line in adjustments:
        at = line.made_at
        if line.kind in _GIVEN_BACK:
            at -= timedelta(seconds=line.seconds) - _ROUNDED
        if at <= clock.starts_at:
            for index, share in enumerate(_shares(line.seconds, limits)):
                lengths[index] += share
        else:
            lengths[_index_at(_spans(clock, lengths, left_at), at)] += line.seconds
    return _spans(clock, lengths, left_at)


def section_at(spans: Sequence[Span], now: datetime) -> int:
    """The section, from 1, that is current at `now`: the first before the start, the last after the end."""
    return _index_at(spans, now) + 1


def _spans(clock: ExamClock, lengths: Sequence[int], left_at: Sequence[datetime]) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = clock.starts_at
    for index, length in enumerate(lengths):
        end = min(start + timedelta(seconds=max(0, length)), clock.window_ends_at)
        if index < len(left_at):
            end = max(start, min(end, left_at[index]))
        spans.append(Span(start, end))
        start = end
    return tuple(spans)


def _index_at(spans: Sequence[Span], at: datetime) -> int:
    return next((index for index, span in enumerate(spans) if at < span.ends_at), len(spans) - 1)


def _shares(seconds: int, limits: Sequence[int]) -> list[int]:
    """Whole seconds in proportion to the limits; what rounding leaves goes to the last."""
    total = sum(limits)
    shares = [seconds * limit // total if seconds >= 0 else -(-seconds * limit // total) for limit in limits]
    shares[-1] += seconds - sum(shares)
    return shares
