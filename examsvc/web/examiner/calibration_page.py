"""One calibration: how it ended, its items, forms, persons and links, and what its adoption changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for

from examsvc.accounts.permissions import allowed
from examsvc.edge.language import in_language
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.store import Session, scored
from examsvc.store import measuring as store
from examsvc.store.models import CalibrationRow, CampaignRow
from examsvc.store.rows import get_row
from examsvc.web.examiner import sections, wording
from examsvc.web.examiner.adoption import Change, change_between
from examsvc.web.examiner.document import Cell, Section, Table, figures
from examsvc.web.examiner.item_lines import SHOWN, ItemLine, Wish, count_flags, list_lines, read_wish
from examsvc.web.examiner.population_change import population_change
from examsvc.web.examiner.room import room
from examsvc.web.examiner.sections import Context
from examsvc.web.examiner.wording import decimal

REJECT = "calibrations.reject"
ADOPTABLE = ("JUDGED", "CONVERGED")


@dataclass(frozen=True, slots=True)
class Adoption:
    """What the second person decides on."""

    in_force: CalibrationRow | None
    change: Change
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    moved: Table
    population: Table | None  # and the competencies
    is_outdated: bool  # it was linked to a calibration that is not in force any more


@room.view("/calibrations/<int:calibration_id>", permission="calibrations.read")
def calibration(calibration_id: int) -> str:
    """How a calibration ended, and everything in it."""
    wish = read_wish(request.args)
    with deps().store.read() as session:
        context = load_context(session, calibration_id)
        adoption = _adoption(session, context) if context.row.state == "proposed" else None
    return render_template(
        "examiner/calibration.html",
        row=context.row,
        context=context,
        adoption=adoption,
        may_adopt=context.row.created_by != current_actor().user_id,
        rejected_at=datetime.fromisoformat(context.row.rejection["at"]) if context.row.rejection else None,
        may_reject=allowed(current_actor(), REJECT),
        is_adoptable=context.row.summary.get("status") in ADOPTABLE,
        lines=wish.of(context.lines),
        wish=wish,
        counts={name: sum(map(keep, context.lines)) for name, keep in SHOWN.items()},
        flags=count_flags([line for line in context.lines if line.is_carried == (wish.show == "carried")]),
        topics=sorted({line.topic.code for line in context.lines}),
        before=[sections.convergence_section(context), sections.data_section(context)],
        measuring=sections.measuring_section(context),
        after=found_sections(context),
        words=wording,
        **_columns(context, wish),
    )


def load_context(
    session: Session, calibration_id: int, *, is_linked: bool = True, most: int | None = None
) -> Context:
    """A calibration with all that its sections draw on. Raises NotFound."""
    row = get_row(session, CalibrationRow, calibration_id)
    return Context(
        row=row,
        campaign=None if row.campaign_id is None else get_row(session, CampaignRow, row.campaign_id),
        lines=list_lines(session, calibration_id),
        staff=scored.staff_names(session, [row.created_by, row.adopted_by, (row.rejection or {}).get("by")]),
        competencies={one.code: in_language(one) for one in scored.list_competencies(session)},
        is_linked=is_linked,
        most=most,
    )


def found_sections(context: Context) -> list[Section]:
    """What the analysis found, in the order of reading; parts that were not computed are left out."""
    found = (
        sections.reliability_section(context),
        sections.classification_section(context),
        sections.model_fit_section(context),
        sections.dependence_section(context),
        sections.dimensions_section(context),
        sections.persons_section(context),
        sections.linking_section(context),
    )
    return [section for section in found if section is not None]


def _columns(context: Context, wish: Wish) -> dict[str, Any]:
    """The table's headings: key of the order, label, whether it holds figures."""
    headings = [
        ("code", _("Item"), False),
        ("topic", _("Topic"), False),
        ("n", "n", True),
        ("p", "p", True),
        ("rpb", "r", True),
        ("a", "a", True),
        ("se_a", "se", True),
        ("b", "b", True),
        ("se_b", "se", True),
        *([("c", "c", True)] if any(line.parameter.c for line in context.lines) else []),
        ("sx2", "S-X² p", True),
        ("infit", _("Infit"), True),
        ("outfit", _("Outfit"), True),
        ("flags", _("Flags"), False),
    ]
    here = wish.sort.removeprefix("-")
    return {
        "headings": [
            (key, label, numeric, _next_sort(key, wish), key == here) for key, label, numeric in headings
        ],
        "has_guessing": any(line.parameter.c for line in context.lines),
    }


def _next_sort(key: str, wish: Wish) -> str:
    return f"-{key}" if wish.sort == key else key


def _adoption(session: Session, context: Context) -> Adoption:
    in_force = store.find_adopted(session)
    before = {} if in_force is None else store.get_parameters(session, in_force.id)
    change = change_between(before, {line.version.id: line.parameter for line in context.lines})
    gone = {} if in_force is None else _codes(list_lines(session, in_force.id))
    codes = gone | context.item_names
    headings = (_("Item"), _("b before"), _("b after"), _("Change of b (new − old)"))
    moved = tuple(
        (_item(context, key), decimal(old), decimal(new), decimal(new - old))
        for key, old, new in change.most_moved
    )
    return Adoption(
        in_force=in_force,
        change=change,
        gained=tuple(codes[key] for key in change.gained),
        lost=tuple(codes[key] for key in change.lost),
        moved=Table(_("The items that move most"), headings, moved, figures(headings)),
        population=None if in_force is None else population_change(in_force, context.row),
        is_outdated=_is_outdated(context, in_force),
    )


def _is_outdated(context: Context, in_force: CalibrationRow | None) -> bool:
    """Whether it is tied to a calibration that is not in force any more, or carries figures of one."""
    link = context.analysis.get("linking") or {}
    bases = {link.get("reference_id"), context.row.summary.get("carried_from")} - {None}
    return bool(bases - {None if in_force is None else in_force.id})


def _codes(lines: list[ItemLine]) -> dict[int, str]:
    return {line.version.id: line.item.code for line in lines}


def _item(context: Context, version_id: int) -> Cell:
    href = url_for("examiner.item", calibration_id=context.row.id, version_id=version_id)
    return Cell(context.item_names[version_id], href=href)
