"""Where the bars, marks and ticks of a level chart stand; the template only draws them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 400
LEFT: Final = 14
RIGHT: Final = 386
TOP: Final = 24
ROW: Final = 58
STUB: Final = 5  # a held level 0 must still be seen
LIKELY: Final = 0.9
LABEL_LETTERS: Final = 34
HEAT_STEPS: Final = (0.15, 0.30, 0.45, 0.60)


@dataclass(frozen=True, slots=True)
class LevelBar:
    """A competency to draw: what is held (None: no level), what is required, how sure it is."""

    label: str
    note: str
    held: int | None
    required: int
    probabilities: tuple[float, ...]
    status: str


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """A bar with its places; `whisker` spans the levels that are likely together."""

    bar: LevelBar
    label: str
    y: int
    length: float
    required_x: float
    whisker: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class LevelChart:
    """A chart of levels 0 to `highest`."""

    width: int
    height: int
    ticks: tuple[tuple[int, float], ...]
    bars: tuple[DrawnBar, ...]


def level_chart(bars: Sequence[LevelBar], highest: int) -> LevelChart:
    """Lay the bars out one below the other on a common scale."""
    ticks = tuple((level, _x(level, highest)) for level in range(highest + 1))
    drawn = tuple(_draw(bar, TOP + ROW * place, highest) for place, bar in enumerate(bars))
    return LevelChart(WIDTH, TOP + ROW * len(bars) + 8, ticks, drawn)


def likely_levels(probabilities: Sequence[float], share: float = LIKELY) -> tuple[int, int] | None:
    """The lowest and highest level between which `share` of the probability lies, equal tails cut off."""
    total = sum(probabilities)
    if total <= 0:
        return None
    tail = (1 - share) / 2 * total
    return _first_beyond(probabilities, tail), len(probabilities) - 1 - _first_beyond(
        probabilities[::-1], tail
    )


def heat(share: float | None) -> str:
    """The colour step of a share of officers below what is required: 0 to 5, or `none`."""
    if share is None:
        return "none"
    if share <= 0:
        return "0"
    return str(bisect_left(HEAT_STEPS, share) + 1)


def _draw(bar: LevelBar, y: int, highest: int) -> DrawnBar:
    span = likely_levels(bar.probabilities) if bar.held is not None else None
    label = bar.label if len(bar.label) <= LABEL_LETTERS else bar.label[: LABEL_LETTERS - 1].rstrip() + "…"
    return DrawnBar(
        bar=bar,
        label=label,
        y=y,
        length=0.0 if bar.held is None else max(STUB, _x(bar.held, highest) - LEFT),
        required_x=_x(bar.required, highest),
        whisker=None if span is None else (_x(span[0], highest), _x(span[1], highest)),
    )


def _x(level: int, highest: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * min(level, highest) / highest, 1)


def _first_beyond(probabilities: Sequence[float], tail: float) -> int:
    gathered = 0.0
    for place, probability in enumerate(probabilities):
        gathered += probability
        if gathered > tail:
            return place
    return len(probabilities) - 1
