"""What blueprints, certificates and clashes say, in words: stable codes in, sentences out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from examsvc.assembly.errors import AssemblyRefused
from examsvc.assembly.findings import Problem
from examsvc.edge.language import duration
from examsvc.edge.refusals import explain
from examsvc.edge.texts import gettext as _
from examsvc.edge.texts import ngettext
from examsvc.web.resting_wording import with_resting
from examsvc.web.terms import COGNITIVE_LEVELS

BLUEPRINT_STATES: Final = {
    "draft": (_l("Draft"), "badge-warn"),
    "approved": (_l("Approved"), "badge-good"),
    "superseded": (_l("Superseded"), ""),
}
FORM_STATES: Final = {
    "draft": (_l("Draft"), "badge-warn"),
    "published": (_l("Published"), "badge-good"),
    "withdrawn": (_l("Withdrawn"), ""),
}
RUN_STATES: Final = {
    "OPTIMAL": (_l("Optimal"), "badge-good"),
    "FEASIBLE_WITHIN_TOLERANCE": (_l("Within tolerance"), "badge-good"),
    "INFEASIBLE": (_l("Impossible"), "badge-bad"),
    "TIME_LIMIT": (_l("Undecided"), "badge-warn"),
}
RUN_STATUS_WORDS: Final = {
    "OPTIMAL": _l(
        "Every demand is met, information lies within the tightest band around the target, "
        "and the items are used as evenly as possible, up to the gap."
    ),
    "FEASIBLE_WITHIN_TOLERANCE": _l(
        "Every demand is met. Information needed a wider band around the target, "
        "or it is not proven that the items are used as evenly as possible."
    ),
    "INFEASIBLE": _l("No form can satisfy all these demands at once. The demands that clash stand below."),
    "TIME_LIMIT": _l(
        "The solver reached its limit without an answer. This does not mean that no form exists: "
        "try another seed or allow more overlap."
    ),
}
CHANGED_PARTS: Final = {
    "blueprint": _l("the level scale or the blueprint"),
    "pool": _l("the pool of operational items or their parameters"),
    "enemies": _l("the enemies"),
    "solver": _l("the version of the solver"),
    "outcome": _l("the forms that come out"),
}
# where one section is meant, its line is named beside these (see problem_place)
_SECTION_PROBLEMS: Final = {
    "section_parts": _l("Write two names, topics and perhaps minutes, with an upright bar | between them."),
    "section_minutes": _l('"%(text)s" is not a whole number of minutes.'),
    "section_name_range": _l(
        "Write a name in Vietnamese and one in English, each of at most %(most)s printable characters."
    ),
    "section_limit_range": _l("The time limit is between 1 minute and 8 hours."),
    "section_empty": _l("This section holds no items. Name topics that have items in the table."),
    "section_topic_unknown": _l("There is no topic %(topic)s."),
    "section_topic_twice": _l("Topic %(topic)s stands in line %(first)s already."),
    "section_topics_missing": _l("These topics have items in the table and stand in no section: %(topics)s."),
    "section_limits_mixed": _l(
        "Write minutes in every line or in none: %(found)s of %(expected)s have them."
    ),
    "section_limits_sum": _l(
        "The sections last %(found)s together, the whole form %(expected)s. Both must be equal."
    ),
    "sections_many": _l("A form has at most %(most)s sections, not %(found)s."),
}
# the cell of a problem, or the field it belongs to
_FIELDS: Final = {
    "n_items_range": "n_items",
    "cells_sum": "n_items",
    "time_limit_range": "minutes",
}


def level_name(level: str) -> str:
    """A cognitive level's name; one without words keeps its code."""
    return str(COGNITIVE_LEVELS.get(level, level))


def place_name(what: Mapping[str, Any]) -> str:
    """A cell as people say it: topic and level."""
    return f"{what['topic']} {level_name(str(what['cognitive_level'])).lower()}"


def field_of(problem: Problem) -> str:
    """The name of the input that a problem belongs to; empty where it belongs to none."""
    if "cognitive_level" in problem.params:
        return f"cell-{problem.params['topic']}-{problem.params['cognitive_level']}"
    if problem.code.startswith("section"):
        return "sections"
    return str(problem.params.get("field", _FIELDS.get(problem.code, "")))


def problem_words(problem: Problem) -> str:
    """What is wrong, and what would be right."""
    params = problem.params
    if problem.code == "cells_sum":
        return _sum_words(int(params["found"]), int(params["expected"]))
    if problem.code == "section_limits_sum":
        params = {name: duration(int(seconds)) for name, seconds in params.items()}
    words = {
        "not_a_number": _l('"%(text)s" is not a whole number.'),
        "number_range": _l("Write a number from %(least)s to %(most)s."),
        "cell_negative": _l("A cell cannot hold fewer than 0 items."),
        "cell_duplicate": _l("This cell is named twice."),
        "cell_unknown": _l("This topic or level is not in the taxonomy."),
        "n_items_range": _l("A form holds 1 to %(most)s items."),
        "time_limit_range": _l("The time limit is between 1 minute and 8 hours."),
        "cut_shares_order": _l("The cuts of the level scale must rise between 0 and 1: %(cut_shares)s."),
        **_SECTION_PROBLEMS,
    }
    found = words.get(problem.code)
    return _("This value is not possible.") if found is None else str(found) % params


def problem_place(problem: Problem) -> str:
    """Where a problem is, for the list above the form."""
    if "cognitive_level" in problem.params:
        return place_name(problem.params)
    if "section" in problem.params:
        return _("Sections, line %(number)s", number=problem.params["section"])
    return {"n_items": _("Number of items"), "minutes": _("Time limit"), "sections": _("Sections")}.get(
        field_of(problem), _("Blueprint")
    )


def _sum_words(found: int, expected: int) -> str:
    if found > expected:
        return ngettext(
            "The cells hold %(found)s items instead of %(expected)s: remove %(num)s.",
            "The cells hold %(found)s items instead of %(expected)s: remove %(num)s.",
            found - expected,
            found=found,
            expected=expected,
        )
    return ngettext(
        "The cells hold %(found)s items instead of %(expected)s: add %(num)s.",
        "The cells hold %(found)s items instead of %(expected)s: add %(num)s.",
        expected - found,
        found=found,
        expected=expected,
    )


def refusal_words(error: Exception) -> str:
    """Why a step was refused; a bank too small names its cells."""
    if isinstance(error, AssemblyRefused) and error.code == "cells_short":
        cells = "; ".join(with_resting(_shortage(cell), cell) for cell in error.params["cells"])
        return _("The bank is too small for this blueprint: %(cells)s.", cells=cells)
    return explain(error)


def _shortage(cell: Mapping[str, Any]) -> str:
    counts = {"need": cell["need"], "have": cell["have"]}
    text = _("%(place)s needs %(need)s, has %(have)s", place=place_name(cell), **counts)
    rated = int(cell.get("rated", 0))
    if not rated:
        return text
    more = ngettext("%(num)s more is marked by people", "%(num)s more are marked by people", rated)
    return f"{text} ({more})"


def rated_words(problems: Sequence[Problem]) -> str:
    """That items of these cells stay off every form, and why; empty where there are none."""
    found = sum(int(problem.params["found"]) for problem in problems)
    if not found:
        return ""
    return ngettext(
        "%(num)s item of these cells is an essay or a practical task: people mark it, "
        "so it is on no form that the computer marks.",
        "%(num)s items of these cells are essays or practical tasks: people mark them, "
        "so they are on no form that the computer marks.",
        found,
    )


def line_words(line: Mapping[str, Any]) -> str:
    """A demand on a form, as one would say it."""
    what = line["what"]
    if line["kind"] == "cell":
        return ngettext(
            "%(place)s: exactly %(num)s item",
            "%(place)s: exactly %(num)s items",
            round(float(line["lower"])),
            place=place_name(what),
        )
    if line["kind"] == "enemies":
        return _("%(one)s and %(other)s are enemies", one=what["first_code"], other=what["second_code"])
    if line["kind"] == "target":
        return _(
            "information at the cut of %(percent)s %% between %(low)s and %(high)s",
            percent=percent(what["share"]),
            low=figure(line["lower"]),
            high=figure(line["upper"]),
        )
    return _(
        "forms %(first)s and %(second)s share at most %(num)s items",
        first=what["first"],
        second=what["second"],
        num=round(float(line["upper"])),
    )


def overlaps_words(lines: Sequence[Mapping[str, Any]]) -> str:
    """Several demands on pairs of forms in one sentence."""
    numbers = sorted({int(line["what"][end]) for line in lines for end in ("first", "second")})
    return _(
        "forms %(numbers)s share at most %(num)s items, two by two",
        numbers=", ".join(map(str, numbers)),
        num=round(float(lines[0]["upper"])),
    )


def repair_words(repair: Mapping[str, Any]) -> str:
    """The least change that would do by itself."""
    params: Mapping[str, Any] = repair["params"]
    if repair["code"] == "cell_short":
        words = _(
            "%(place)s: needs %(needs)s, has %(has)s operational with parameters. "
            "Release %(lacks)s more, or lower the cell to %(has)s.",
            place=place_name(params),
            needs=params["needs"],
            has=params["has"],
            lacks=params["lacks"],
        )
        return with_resting(words, params)
    if repair["code"] == "cell_crowded":
        words = _(
            "%(place)s: ask for %(would_do)s instead of %(needs)s, or release more items of this cell.",
            place=place_name(params),
            needs=params["needs"],
            would_do=params["would_do"],
        )
        return with_resting(words, params)
    if repair["code"] == "overlap_tight":
        return _(
            "Allow two forms to share %(would_do)s items instead of %(needs)s.",
            needs=params["needs"],
            would_do=params["would_do"],
        )
    return _(
        "At the cut of %(percent)s %% the items reach %(would_do)s instead of the target %(wanted)s: "
        "release items that measure there.",
        percent=percent(params["share"]),
        would_do=figure(params["would_do"]),
        wanted=figure(params["wanted"]),
    )


def figure(value: float, digits: int = 2) -> str:
    """A number in the reader's spelling."""
    text = str(format_decimal(round(float(value), digits), format="0." + "0" * digits if digits else "0"))
    return text.replace("-", "−")


def short_figure(value: float) -> str:
    """A number with one digit after the point, and none where that would be 0."""
    return str(format_decimal(round(float(value), 1), format="0.#"))


def percent_tick(share: float) -> str:
    """A share as an axis spells it."""
    return f"{percent(share)} %"


def percent(share: float) -> str:
    """A share of 1 as a whole or half percent."""
    return str(format_decimal(round(100 * float(share), 1), format="0.#"))
