"""Queries about blueprints, the pool they draw from, assembly runs and forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.assembly.blueprint import CUT_SHARES, Blueprint, Cell, overlap_of
from examsvc.assembly.pool import PoolItem
from examsvc.store.form_sections import add_sections, sections_from_json
from examsvc.store.models import (
    AssemblyRunRow,
    BlueprintCellRow,
    BlueprintRow,
    FormItemRow,
    FormRow,
    ItemEnemyRow,
    ItemParameterRow,
    ItemRow,
    ItemVersionRow,
    LevelScaleRow,
    PositionRow,
    TopicRow,
    TopicWeightRow,
)
from examsvc.store.rows import get_row
from examsvc.store.topics import list_topics
from item_bank.interactions.kinds import RATED

ACCEPTED: Final = ("approved", "pilot", "calibrated", "operational")


def find_position(session: Session, code: str) -> PositionRow | None:
    """The version of a position in force."""
    query = (
        sa.select(PositionRow).where(PositionRow.code == code).order_by(PositionRow.version.desc()).limit(1)
    )
    return session.scalars(query).one_or_none()


def list_positions(session: Session) -> list[PositionRow]:
    """Positions in force that have topic weights: those an exam can be derived for."""
    newest = sa.select(PositionRow.code, sa.func.max(PositionRow.version)).group_by(PositionRow.code)
    query = (
        sa.select(PositionRow)
        .where(
            sa.tuple_(PositionRow.code, PositionRow.version).in_(newest),
            PositionRow.id.in_(sa.select(TopicWeightRow.position_id)),
        )
        .order_by(PositionRow.code)
    )
    return list(session.scalars(query))


def topic_weights(session: Session, position_id: int) -> dict[str, int]:
    """Items of 60 by topic code."""
    query = (
        sa.select(TopicRow.code, TopicWeightRow.n_items)
        .join(TopicRow, TopicRow.id == TopicWeightRow.topic_id)
        .where(TopicWeightRow.position_id == position_id)
        .order_by(TopicRow.code)
    )
    return dict(session.execute(query).all())


def list_blueprints(session: Session) -> list[tuple[BlueprintRow, PositionRow]]:
    """Blueprints with their positions, the newest version of each position first."""
    query = (
        sa.select(BlueprintRow, PositionRow)
        .join(PositionRow, PositionRow.id == BlueprintRow.position_id)
        .order_by(PositionRow.code, BlueprintRow.version.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def next_version(session: Session, position_id: int) -> int:
    """The version that the next blueprint of a position bears."""
    query = sa.select(sa.func.coalesce(sa.func.max(BlueprintRow.version), 0)).where(
        BlueprintRow.position_id == position_id
    )
    return int(session.execute(query).scalar_one()) + 1


def load_blueprint(session: Session, blueprint_id: int) -> tuple[BlueprintRow, PositionRow, Blueprint]:
    """A blueprint's row, its position, and the value that the assembler works on. Raises NotFound."""
    row = get_row(session, BlueprintRow, blueprint_id)
    position = get_row(session, PositionRow, row.position_id)
    query = (
        sa.select(TopicRow.code, BlueprintCellRow.cognitive_level, BlueprintCellRow.n_items)
        .join(TopicRow, TopicRow.id == BlueprintCellRow.topic_id)
        .where(BlueprintCellRow.blueprint_id == blueprint_id)
        .order_by(TopicRow.code, BlueprintCellRow.cognitive_level)
    )
    cells = tuple((Cell(topic, level), n_items) for topic, level, n_items in session.execute(query))
    scale = session.scalars(sa.select(LevelScaleRow).order_by(LevelScaleRow.id).limit(1)).one_or_none()
    percents = () if scale is None else tuple(scale.cut_percents)
    value = Blueprint(
        code=f"BP-{position.code}",
        position=position.code,
        version=row.version,
        n_items=row.n_items,
        time_limit_s=row.limit_s,
        cells=cells,
        cut_shares=tuple(percent / 100 for percent in percents) or CUT_SHARES,
        max_overlap=overlap_of(row.n_items),
        sections=sections_from_json(row.sections),
    )
    return row, position, value


def replace_cells(session: Session, blueprint_id: int, counts: Mapping[Cell, int]) -> None:
    """Write a draft's cells anew."""
    topic_ids = {topic.code: topic.id for topic in list_topics(session)}
    session.execute(sa.delete(BlueprintCellRow).where(BlueprintCellRow.blueprint_id == blueprint_id))
    session.add_all(
        BlueprintCellRow(
            blueprint_id=blueprint_id,
            topic_id=topic_ids[cell.topic],
            cognitive_level=cell.cognitive_level,
            n_items=n_items,
        )
        for cell, n_items in counts.items()
        if n_items
    )


def supersede_approved(session: Session, position_code: str) -> None:
    """Approved blueprints of a position give way to a newer one; forms made from them keep naming them."""
    of_position = sa.select(PositionRow.id).where(PositionRow.code == position_code)
    session.execute(
        sa.update(BlueprintRow)
        .where(BlueprintRow.position_id.in_(of_position), BlueprintRow.state == "approved")
        .values(state="superseded")
    )


def count_eligible(session: Session) -> dict[Cell, int]:
    """Operational items per topic and cognitive level that a computer marks."""
    return _count_cells(session, ItemVersionRow.interaction.not_in(RATED))


def count_rated(session: Session) -> dict[Cell, int]:
    """Accepted items per topic and cognitive level that people mark: of no use to a form.

    From approval on: without marks of a computer's nothing calibrates them, so few ever become operational.
    """
    return _count_cells(session, ItemVersionRow.interaction.in_(RATED), ACCEPTED)


def _count_cells(
    session: Session, which: sa.ColumnElement[bool], states: Sequence[str] = ("operational",)
) -> dict[Cell, int]:
    query = (
        sa.select(TopicRow.code, ItemVersionRow.cognitive_level, sa.func.count())
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
        .where(ItemVersionRow.state.in_(states), ItemRow.pool == "operational", which)
        .group_by(TopicRow.code, ItemVersionRow.cognitive_level)
    )
    return {Cell(topic, level): n for topic, level, n in session.execute(query)}


def list_pool(session: Session, calibration_id: int) -> list[PoolItem]:
    """Operational items that the calibration has usable parameters for.

    None that officers practise with, and none that people mark.
    """
    query = (
        sa.select(ItemVersionRow, ItemRow.code, TopicRow.code, ItemParameterRow)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
        .join(ItemParameterRow, ItemParameterRow.item_version_id == ItemVersionRow.id)
        .where(
            ItemVersionRow.state == "operational",
            ItemRow.pool == "operational",
            ItemVersionRow.interaction.not_in(RATED),
            ItemParameterRow.calibration_id == calibration_id,
            ItemParameterRow.a > 0,
        )
        .order_by(ItemVersionRow.id)
    )
    return [
        PoolItem(
            version.id,
            code,
            topic,
            version.cognitive_level,
            parameter.a or 0.0,
            parameter.b or 0.0,
            parameter.c or 0.0,
            *_in_parts(parameter),
        )
        for version, code, topic, parameter in session.execute(query)
    ]


def _in_parts(parameter: ItemParameterRow) -> tuple[str, tuple[float, ...], tuple[float, ...]]:
    """Model, thresholds and what the categories are worth, of an item whose mark can be earned in part."""
    if not parameter.thresholds:
        return "", (), ()
    worth = tuple(float(one) for _bound, one in parameter.categories or ())
    return parameter.model, tuple(map(float, parameter.thresholds)), worth


def list_enemies(session: Session, version_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs of these item versions whose items are enemies."""
    wanted = set(version_ids)
    versions: dict[int, list[int]] = {}
    for version_id, item_id in session.execute(sa.select(ItemVersionRow.id, ItemVersionRow.item_id)):
        if version_id in wanted:
            versions.setdefault(item_id, []).append(version_id)
    pairs = session.execute(sa.select(ItemEnemyRow.item_a_id, ItemEnemyRow.item_b_id))
    return [
        (first, second)
        for item_a, item_b in pairs
        for first in versions.get(item_a, ())
        for second in versions.get(item_b, ())
    ]


def count_uses(session: Session) -> dict[int, int]:
    """How many forms in use each item version stands on."""
    query = (
        sa.select(FormItemRow.item_version_id, sa.func.count())
        .join(FormRow, FormRow.id == FormItemRow.form_id)
        .where(FormRow.state.in_(["draft", "published"]))
        .group_by(FormItemRow.item_version_id)
    )
    return dict(session.execute(query).all())


def add_forms(
    session: Session, run: AssemblyRunRow, prefix: str, forms: Sequence[tuple[Sequence[int], str]]
) -> None:
    """Store the forms of a run: their items in order, their sections, and their checksums."""
    blueprint = load_blueprint(session, run.blueprint_id)[2]
    for index, (version_ids, checksum) in enumerate(forms, start=1):
        form = FormRow(
            code=f"{prefix}-{run.id}-{index}",
            blueprint_id=run.blueprint_id,
            assembly_run_id=run.id,
            state="draft",
            checksum=checksum,
            created_at=run.created_at,
        )
        session.add(form)
        session.flush()
        session.add_all(
            FormItemRow(form_id=form.id, ordinal=ordinal, item_version_id=version_id, scored=True)
            for ordinal, version_id in enumerate(version_ids, start=1)
        )
        add_sections(session, form, blueprint)


def list_runs(session: Session, blueprint_id: int) -> list[AssemblyRunRow]:
    """The assembly runs of a blueprint, newest first."""
    query = (
        sa.select(AssemblyRunRow)
        .where(AssemblyRunRow.blueprint_id == blueprint_id)
        .order_by(AssemblyRunRow.id.desc())
    )
    return list(session.scalars(query))


def list_forms(
    session: Session, *, run_id: int | None = None, blueprint_id: int | None = None
) -> list[FormRow]:
    """Forms of a run or of a blueprint, in order."""
    query = sa.select(FormRow).order_by(FormRow.id)
    if run_id is not None:
        query = query.where(FormRow.assembly_run_id == run_id)
    if blueprint_id is not None:
        query = query.where(FormRow.blueprint_id == blueprint_id)
    return list(session.scalars(query))


def count_forms(session: Session) -> dict[int, int]:
    """How many published forms each blueprint has."""
    query = (
        sa.select(FormRow.blueprint_id, sa.func.count())
        .where(FormRow.state == "published")
        .group_by(FormRow.blueprint_id)
    )
    return dict(session.execute(query).all())


@dataclass(frozen=True, slots=True)
class FormLine:
    """An item of a form as a proof-reader meets it: wording and place, never the key."""

    ordinal: int
    version_id: int
    code: str
    version: int
    state: str
    topic: str
    cognitive_level: str
    stem: str
    options: tuple[tuple[str, str], ...]


def list_form_lines(session: Session, form_id: int) -> list[FormLine]:
    """The items of a form in the order they are delivered in."""
    query = (
        sa.select(FormItemRow.ordinal, ItemVersionRow, ItemRow.code, TopicRow.code)
        .join(ItemVersionRow, ItemVersionRow.id == FormItemRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
        .where(FormItemRow.form_id == form_id)
        .order_by(FormItemRow.ordinal)
    )
    return [
        FormLine(
            ordinal,
            version.id,
            code,
            version.version,
            version.state,
            topic,
            version.cognitive_level,
            version.stem,
            tuple((option["id"], option["content"]) for option in version.options),
        )
        for ordinal, version, code, topic in session.execute(query)
    ]
