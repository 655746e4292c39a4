"""Deriving a blueprint from a position, editing it, approving it by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.assembly.blueprint import Blueprint, Cell, derive_blueprint, validate
from examsvc.assembly.errors import AssemblyRefused, BlueprintInvalid
from examsvc.services.audit import record_act
from examsvc.services.deps import Services
from examsvc.store import Session, database_now
from examsvc.store import assembly as store
from examsvc.store.models import BlueprintRow, PositionRow
from examsvc.store.rows import get_row


@dataclass(frozen=True, slots=True)
class CellNeed:
    """What a cell needs of the bank (three eligible items for each on the form) and what it has."""

    cell: Cell
    n_items: int
    need: int
    have: int

    @property
    def is_met(self) -> bool:
        return self.have >= self.need


def derive(deps: Services, actor: Actor, position_code: str) -> int:
    """A draft from the position's topic weights: halved to 30 items and 45 minutes, with the cognitive mix.

    Raises NotFound for an unknown position, AssemblyRefused when it has no topic weights.
    """
    permit(actor, "blueprints.edit")
    with deps.store.begin() as session:
        position = store.find_position(session, position_code)
        weights = {} if position is None else store.topic_weights(session, position.id)
        if position is None or not weights:
            raise AssemblyRefused("position_without_weights", position=position_code)
        available = store.count_eligible(session)
        value = derive_blueprint(position.code, weights, available=available or None)
        row = _add_draft(session, actor, position, value)
        record_act(
            session, actor, "blueprints.derive", f"blueprint:{row.id}", position=position_code, version=row.version
        )
        return row.id


def edit(deps: Services, actor: Actor, blueprint_id: int, counts: Mapping[Cell, int], limit_s: int) -> None:
    """Change a draft's cells and time; it must stay consistent. Raises BlueprintInvalid with every problem."""
    permit(actor, "blueprints.edit")
    with deps.store.begin() as session:
        row = get_row(session, BlueprintRow, blueprint_id, lock=True)
        if row.state != "draft":
            raise AssemblyRefused("blueprint_not_draft")
        _row, _position, value = store.load_blueprint(session, blueprint_id)
        known = {topic.code for topic in store.list_topics(session)}
        if any(cell.topic not in known for cell in counts):
            raise AssemblyRefused("unknown_topic")
        n_items = sum(counts.values())
        edited = replace(value, cells=tuple(sorted(counts.items())), n_items=n_items, time_limit_s=limit_s)
        problems = validate(edited)
        if problems:
            raise BlueprintInvalid(problems)
        store.replace_cells(session, blueprint_id, counts)
        row.n_items, row.limit_s = n_items, limit_s
        record_act(session, actor, "blueprints.edit", f"blueprint:{blueprint_id}", n_items=n_items, limit_s=limit_s)


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
        short = [need for need in cell_needs(value, store.count_eligible(session)) if not need.is_met]
        if short:
            raise AssemblyRefused("cells_short", n_cells=len(short))
        store.supersede_approved(session, position.code)
        row.state = "approved"
        row.approved_by = actor.user_id
        row.approved_at = database_now(session)
        record_act(session, actor, "blueprints.approve", f"blueprint:{blueprint_id}")


def revise(deps: Services, actor: Actor, blueprint_id: int) -> int:
    """A new draft with the cells of an approved blueprint, which stays as it is."""
    permit(actor, "blueprints.edit")
    with deps.store.begin() as session:
        _row, position, value = store.load_blueprint(session, blueprint_id)
        row = _add_draft(session, actor, position, value)
        record_act(session, actor, "blueprints.revise", f"blueprint:{row.id}", of=blueprint_id)
        return row.id


def cell_needs(blueprint: Blueprint, eligible: Mapping[Cell, int]) -> list[CellNeed]:
    """Every cell of a blueprint against the bank."""
    factor = blueprint.eligibility_factor
    return [
        CellNeed(cell, n_items, factor * n_items, eligible.get(cell, 0))
        for cell, n_items in blueprint.counts.items()
    ]


def _add_draft(session: Session, actor: Actor, position: PositionRow, value: Blueprint) -> BlueprintRow:
    row = BlueprintRow(
        position_id=position.id,
        version=store.next_version(session, position.id),
        state="draft",
        n_items=value.n_items,
        limit_s=value.time_limit_s,
        created_by=actor.user_id,
        created_at=database_now(session),
    )
    session.add(row)
    session.flush()
    store.replace_cells(session, row.id, value.counts)
    return row
