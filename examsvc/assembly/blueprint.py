"""How many items of which topic and cognitive level a position's form holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from examsvc.assembly.errors import WeightsInvalid
from examsvc.assembly.findings import Problem
from examsvc.assembly.rounding import IntArray, controlled_rounding, largest_remainder

COGNITIVE_MIX: Mapping[str, float] = {"recall": 0.3, "apply": 0.5, "situation": 0.2}
CUT_SHARES = (0.50, 0.66, 0.83)
MOST_ITEMS = 200
LONGEST_S = 8 * 3600
MOST_SECTIONS = 20
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A place in the blueprint's table."""

    topic: str
    cognitive_level: str


ELIGIBILITY_FACTOR = 3  # eligible items for each on the form: drawn from, not used up
MAX_OVERLAP_SHARE = 0.2  # of a form, shared with another one


@dataclass(frozen=True, slots=True)
class BlueprintSettings:
    """What a derived blueprint takes from the rules rather than from the position."""

    n_items: int = 30
    time_limit_s: int = 2700
    cognitive_mix: Mapping[str, float] = field(default_factory=lambda: dict(COGNITIVE_MIX))
    cut_shares: tuple[float, ...] = CUT_SHARES
    eligibility_factor: int = ELIGIBILITY_FACTOR
    max_overlap_share: float = MAX_OVERLAP_SHARE


@dataclass(frozen=True, slots=True)
class BlueprintSection:
    """A part of the form that holds the items of some topics; `limit_s` None: it shares the form's time."""

    name_vi: str
    name_en: str
    topics: tuple[str, ...]
    limit_s: int | None = None


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The table a form must meet exactly; cells are (cell, number of items)."""

    code: str
    position: str
    version: int
    n_items: int
    time_limit_s: int
    cells: tuple[tuple[Cell, int], ...]
    cut_shares: tuple[float, ...] = CUT_SHARES
    eligibility_factor: int = ELIGIBILITY_FACTOR
    max_overlap: int = 6
    sections: tuple[BlueprintSection, ...] = ()  # in the order of delivery; none: the form is one piece

    @property
    def counts(self) -> dict[Cell, int]:
        """The cells that hold items, in a fixed order."""
        return {cell: n_items for cell, n_items in sorted(self.cells) if n_items > 0}

    @property
    def section_numbers(self) -> dict[str, int]:
        """By topic, the section, from 1, in which its items stand."""
        return {
            topic: number for number, section in enumerate(self.sections, start=1) for topic in section.topics
        }

    @property
    def section_sizes(self) -> tuple[int, ...]:
        """How many items each section holds."""
        return tuple(
            sum(n_items for cell, n_items in self.counts.items() if cell.topic in section.topics)
            for section in self.sections
        )


def derive_blueprint(
    position_code: str,
    topic_weights: Mapping[str, float],
    settings: BlueprintSettings | None = None,
    *,
    available: Mapping[Cell, int] | None = None,
    version: int = 1,
) -> Blueprint:
    """Turn a position's topic shares into a blueprint.

    Topics are shared out by largest remainder, then topic × cognitive level is rounded with exact sums. With
    `available` (eligible items per cell) a cell avoids asking for more than the bank can serve at the
    eligibility factor, moving items to a neighbouring level of the same topic; sums stay exact.
    """
    settings = settings or BlueprintSettings()
    topics = largest_remainder(topic_weights, settings.n_items)
    levels = largest_remainder(settings.cognitive_mix, settings.n_items)
    cells = _rounded_cells(topics, levels, _caps(available, settings.eligibility_factor))
    return Blueprint(
        code=f"BP-{position_code}",
        position=position_code,
        version=version,
        n_items=settings.n_items,
        time_limit_s=settings.time_limit_s,
        cells=cells,
        cut_shares=settings.cut_shares,
        eligibility_factor=settings.eligibility_factor,
        max_overlap=overlap_of(settings.n_items, settings.max_overlap_share),
    )


def validate(blueprint: Blueprint) -> tuple[Problem, ...]:
    """Everything that contradicts itself in an edited blueprint."""
    return (
        *_range_problems(blueprint),
        *_cell_problems(blueprint),
        *_section_problems(blueprint),
        *_topic_problems(blueprint),
        *_limit_problems(blueprint),
    )


def overlap_of(n_items: int, share: float = MAX_OVERLAP_SHARE) -> int:
    """How many items two forms of this size may share."""
    return int(n_items * share)


def _caps(available: Mapping[Cell, int] | None, factor: int) -> Mapping[Cell, int] | None:
    if available is None:
        return None
    if factor < 1:
        raise WeightsInvalid("eligibility_factor_range", eligibility_factor=factor)
    return {cell: have // factor for cell, have in available.items()}


def _rounded_cells(
    topics: Mapping[str, int], levels: Mapping[str, int], caps: Mapping[Cell, int] | None
) -> tuple[tuple[Cell, int], ...]:
    names = sorted(topic for topic, n_items in topics.items() if n_items > 0)
    rows = np.array([topics[topic] for topic in names], dtype=np.int64)
    columns = np.array(list(levels.values()), dtype=np.int64)
    places = [[Cell(topic, level) for level in levels] for topic in names]
    limits: IntArray | None = None
    if caps is not None:
        limits = np.array([[caps.get(cell, 0) for cell in row] for row in places], dtype=np.int64)
    counts = controlled_rounding(rows, columns, limits)
    return tuple(
        (cell, int(n_items))
        for row, numbers in zip(places, counts, strict=True)
        for cell, n_items in zip(row, numbers, strict=True)
        if n_items > 0
    )


def _range_problems(blueprint: Blueprint) -> Iterator[Problem]:
    if not 1 <= blueprint.n_items <= MOST_ITEMS:
        yield Problem("n_items_range", {"n_items": blueprint.n_items, "most": MOST_ITEMS})
    if not 1 <= blueprint.time_limit_s <= LONGEST_S:
        yield Problem("time_limit_range", {"time_limit_s": blueprint.time_limit_s, "most": LONGEST_S})
    if blueprint.eligibility_factor < 1:
        yield Problem("eligibility_factor_range", {"eligibility_factor": blueprint.eligibility_factor})
    if not 0 <= blueprint.max_overlap <= blueprint.n_items:
        yield Problem(
            "max_overlap_range", {"max_overlap": blueprint.max_overlap, "n_items": blueprint.n_items}
        )
    shares = blueprint.cut_shares
    ordered = all(low < high for low, high in pairwise(shares))
    if not shares or not ordered or shares[0] <= 0 or shares[-1] >= 1:
        yield Problem("cut_shares_order", {"cut_shares": ", ".join(str(share) for share in shares)})


def _cell_problems(blueprint: Blueprint) -> Iterator[Problem]:
    for cell, times in Counter(cell for cell, _ in blueprint.cells).items():
        if times > 1:
            yield Problem("cell_duplicate", {"topic": cell.topic, "cognitive_level": cell.cognitive_level})
    for cell, n_items in blueprint.cells:
        if n_items < 0:
            place = {"topic": cell.topic, "cognitive_level": cell.cognitive_level}
            yield Problem("cell_negative", {**place, "n_items": n_items})
    found = sum(n_items for _, n_items in blueprint.cells)
    if found != blueprint.n_items:
        yield Problem("cells_sum", {"expected": blueprint.n_items, "found": found})


def _section_problems(blueprint: Blueprint) -> Iterator[Problem]:
    if len(blueprint.sections) > MOST_SECTIONS:
        yield Problem("sections_many", {"found": len(blueprint.sections), "most": MOST_SECTIONS})
    for number, section in enumerate(blueprint.sections, start=1):
        names = (section.name_vi, section.name_en)
        if not all(name.strip() and name.isprintable() and len(name) <= LONGEST_NAME for name in names):
            yield Problem("section_name_range", {"section": number, "most": LONGEST_NAME})
        if section.limit_s is not None and section.limit_s < 1:
            yield Problem("section_limit_range", {"section": number, "limit_s": section.limit_s})
    for number, n_items in enumerate(blueprint.section_sizes, start=1):
        if not n_items:
            yield Problem("section_empty", {"section": number})


def _topic_problems(blueprint: Blueprint) -> Iterator[Problem]:
    """Each topic's items stand in exactly one section."""
    if not blueprint.sections:
        return
    known: dict[str, int] = {}
    for number, section in enumerate(blueprint.sections, start=1):
        for topic in section.topics:
            if topic in known:
                place = {"section": number, "first": known[topic]}
                yield Problem("section_topic_twice", {**place, "topic": topic})
            known.setdefault(topic, number)
    missing = sorted({cell.topic for cell in blueprint.counts} - known.keys())
    if missing:
        yield Problem("section_topics_missing", {"topics": ", ".join(missing)})


def _limit_problems(blueprint: Blueprint) -> Iterator[Problem]:
    """Either no section has a limit, or each has and together they are the form's."""
    limits = [section.limit_s for section in blueprint.sections if section.limit_s is not None]
    if not limits:
        return
    if len(limits) < len(blueprint.sections):
        yield Problem("section_limits_mixed", {"found": len(limits), "expected": len(blueprint.sections)})
    elif sum(limits) != blueprint.time_limit_s:
        yield Problem("section_limits_sum", {"found": sum(limits), "expected": blueprint.time_limit_s})
