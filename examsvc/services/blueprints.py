"""Deriving a blueprint from a position, editing it, approving it by a second person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.assembly.blueprint import (
    COGNITIVE_MIX,
    Blueprint,
    BlueprintSection,
    Cell,
    derive_blueprint,
    overlap_of,
    validate,
)
from examsvc.assembly.eligibility import CellNeed, cell_needs
from examsvc.assembly.errors import AssemblyRefused, BlueprintInvalid
from examsvc.assembly.findings import Problem
from examsvc.assembly.resting import CellRest, count_available, count_resting
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.services.resting import list_resting, resting_items
from examsvc.store import Session, database_now
from examsvc.store import assembly as store
from examsvc.store.form_sections import sections_to_json
from examsvc.store.models import BlueprintRow, PositionRow
from examsvc.store.rows import get_row
from examsvc.store.topics import list_topics


@dataclass(frozen=True, slots=True)
class BlueprintEdit:
    """A draft as somebody typed it: the cells must add up to the number of items that stands beside them.

    sections : None leaves those that the draft has; an empty tuple makes the form one piece
    """

    counts: Mapping[Cell, int]
    n_items: int
    limit_s: int
    sections: tuple[BlueprintSection, ...] | None = None


def derive(deps: Services, actor: Actor, position_code: str) -> int:
    """A draft from the position's topic weights: halved to 30 items and 45 minutes, with the cognitive mix.

    Raises AssemblyRefused when the position is unknown or has no topic weights.
    """
    permit(actor, "blueprints.edit")
    with deps.store.begin() as session:
        position = store.find_position(session, position_code)
        weights = {} if position is None else store.topic_weights(session, position.id)
        if position is None or not weights:
            raise AssemblyRefused("position_without_weights", position=position_code)
        available, _resting = available_cells(session)
        value = derive_blueprint(position.code, weights, available=available or None)
        row = _add_draft(session, actor, position, value)
        record_act(
            session,
            actor,
            "blueprints.derive",
            f"blueprint:{row.id}",
            position=position_code,
            version=row.version,
        )
        return row.id


def edit(deps: Services, actor: Actor, blueprint_id: int, edit: BlueprintEdit) -> None:
    """Change a draft's cells, size, time and sections.

    Raises BlueprintInvalid with every problem, nothing changed.

    Who edits becomes the draft's writer: a second person has to approve what was written last.
    """
    permit(actor, "blueprints.edit")
    with deps.store.begin() as session:
        row = get_row(session, BlueprintRow, blueprint_id, lock=True)
        if row.state != "draft":
            raise AssemblyRefused("blueprint_not_draft")
        _row, _position, value = store.load_blueprint(session, blueprint_id)
        edited = _edited(value, edit)
        topics = {topic.code for topic in list_topics(session)}
        problems = (
            *_place_problems(edit.counts, topics),
            *_unknown_topics(edited.sections, topics),
            *validate(edited),
        )
        if problems:
            raise BlueprintInvalid(problems)
        store.replace_cells(session, blueprint_id, edit.counts)
        row.n_items, row.limit_s, row.created_by = edit.n_items, edit.limit_s, actor.user_id
        row.sections = sections_to_json(edited.sections)
        size = {"n_items": edit.n_items, "limit_s": edit.limit_s, "n_sections": len(edited.sections)}
        record_act(session, actor, "blueprints.edit", f"blueprint:{blueprint_id}", **size)


def approve(deps: Services, actor: Actor, blueprint_id: int) -> None:
    """The second person approves; cells without three eligible items each stop it. Raises AssemblyRefused."""
    with deps.store.begin() as session:
        row = get_row(session, BlueprintRow, blueprint_id, lock=True)
        permit(actor, "blueprints.approve", Facts(doers=(row.created_by,)))
        if row.state != "draft":
            raise AssemblyRefused("blueprint_not_draft")
        _row, position, value = store.load_blueprint(session, blueprint_id)
        problems = validate(value)
        if problems:
            raise BlueprintInvalid(problems)
        available, resting = available_cells(session)
        needs = cell_needs(value, available, store.count_rated(session))
        short = [need for need in needs if not need.is_met]
        if short:
            raise AssemblyRefused(
                "cells_short", n_cells=len(short), cells=[_shortage(need, resting) for need in short]
            )
        store.supersede_approved(session, position.code)
        row.state = "approved"
        row.approved_by = actor.user_id
        row.approved_at = database_now(session)
        record_act(session, actor, "blueprints.approve", f"blueprint:{blueprint_id}")


def revise(deps: Services, actor: Actor, blueprint_id: int) -> int:
    """A new draft with the cells and sections of an approved blueprint, which stays as it is."""
    permit(actor, "blueprints.edit")
    with deps.store.begin() as session:
        source, position, value = store.load_blueprint(session, blueprint_id)
        if source.state == "draft":
            raise AssemblyRefused("blueprint_still_draft")
        row = _add_draft(session, actor, position, value)
        record_act(session, actor, "blueprints.revise", f"blueprint:{row.id}", of=blueprint_id)
        return row.id


def available_cells(session: Session) -> tuple[dict[Cell, int], dict[Cell, CellRest]]:
    """What new forms may draw from, by cell, and what rests of each cell."""
    resting = count_resting(resting_items(session, list_resting(session)))
    return count_available(store.count_eligible(session), resting), resting


def _shortage(need: CellNeed, resting: Mapping[Cell, CellRest]) -> dict[str, str | int]:
    place = {"topic": need.cell.topic, "cognitive_level": need.cell.cognitive_level}
    rated = {"rated": need.rated} if need.rated else {}
    rest = resting[need.cell].facts if need.cell in resting else {}
    return {**place, "need": need.need, "have": need.have, **rated, **rest}


def _place_problems(cells: Iterable[Cell], topics: Collection[str]) -> Iterator[Problem]:
    for cell in cells:
        if cell.topic not in topics or cell.cognitive_level not in COGNITIVE_MIX:
            yield Problem("cell_unknown", {"topic": cell.topic, "cognitive_level": cell.cognitive_level})


def _unknown_topics(sections: Iterable[BlueprintSection], topics: Collection[str]) -> Iterator[Problem]:
    for number, section in enumerate(sections, start=1):
        for topic in section.topics:
            if topic not in topics:
                yield Problem("section_topic_unknown", {"section": number, "topic": topic})


def _edited(value: Blueprint, edit: BlueprintEdit) -> Blueprint:
    return replace(
        value,
        cells=tuple(sorted(edit.counts.items())),
        n_items=edit.n_items,
        time_limit_s=edit.limit_s,
        max_overlap=overlap_of(edit.n_items),
        sections=value.sections if edit.sections is None else edit.sections,
    )


def _add_draft(session: Session, actor: Actor, position: PositionRow, value: Blueprint) -> BlueprintRow:
    row = BlueprintRow(
        position_id=position.id,
        version=store.next_version(session, position.id),
        state="draft",
        n_items=value.n_items,
        limit_s=value.time_limit_s,
        sections=sections_to_json(value.sections),
        created_by=actor.user_id,
        created_at=database_now(session),
    )
    session.add(row)
    session.flush()
    store.replace_cells(session, row.id, value.counts)
    return row
