"""Queries for calibrating and scoring: responses, keys, parameters, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from examsvc.delivery.sitting import MARKED_STATES, UNFINISHED_STATES
from examsvc.results.release import ResultAct, ResultState, state_after
from examsvc.store.item_parts import asked_of, read_key
from examsvc.store.models import (
    AdministrationRow,
    BlueprintRow,
    CalibrationRow,
    CampaignRow,
    CandidateRow,
    CompetencyRow,
    CompetencyScoreRow,
    CompetencyTopicRow,
    CurrentResponseRow,
    EvidenceRow,
    FormItemRow,
    FormRow,
    ItemKeyRow,
    ItemParameterRow,
    ItemRow,
    ItemVersionRow,
    PositionRow,
    ResultRow,
    ScoreRow,
    SittingRow,
    TopicRow,
)
from examsvc.store.parts import in_parts
from item_bank.interactions.asked import Asked
from item_bank.interactions.kinds import RATED
from item_bank.interactions.marking import Key

ADOPTING: Final = 7_201_402  # the number of the advisory lock under which calibrations come into force


@dataclass(frozen=True, slots=True)
class FormItem:
    """An item of a form as scoring needs it: what it asks for and what it is evidence of."""

    version_id: int
    topic: str
    asked: Asked

    @property
    def option_ids(self) -> tuple[str, ...]:
        return self.asked.option_ids


@dataclass(frozen=True, slots=True)
class SatForm:
    """A form that was sat in a campaign."""

    form_id: int
    checksum: str
    blueprint_label: str
    position_id: int
    items: tuple[FormItem, ...]


def list_sat_forms(session: Session, campaign_id: int) -> list[SatForm]:
    """The forms of a campaign's closed sittings, with their scored items in order."""
    query = (
        sa.select(FormRow, BlueprintRow, PositionRow)
        .join(BlueprintRow, BlueprintRow.id == FormRow.blueprint_id)
        .join(PositionRow, PositionRow.id == BlueprintRow.position_id)
        .where(
            FormRow.id.in_(
                sa.select(SittingRow.form_id)
                .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
                .where(AdministrationRow.campaign_id == campaign_id, SittingRow.state.in_(MARKED_STATES))
            )
        )
        .order_by(FormRow.id)
    )
    return [
        SatForm(
            form.id,
            form.checksum,
            f"{position.code}@{position.version}/{blueprint.version}",
            position.id,
            tuple(list_form_items(session, form.id)),
        )
        for form, blueprint, position in session.execute(query)
    ]


def list_form_items(session: Session, form_id: int) -> list[FormItem]:
    """The scored items of a form in order."""
    query = (
        sa.select(
            ItemVersionRow.id,
            TopicRow.code,
            ItemVersionRow.interaction,
            ItemVersionRow.options,
            ItemVersionRow.places,
            ItemVersionRow.most_chosen,
        )
        .join(FormItemRow, FormItemRow.item_version_id == ItemVersionRow.id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
        .where(
            FormItemRow.form_id == form_id,
            FormItemRow.scored,
            ItemVersionRow.interaction.not_in([one.value for one in RATED]),
        )
        .order_by(FormItemRow.ordinal)
    )
    return [
        FormItem(version_id, topic, asked_of(*columns))
        for version_id, topic, *columns in session.execute(query)
    ]


def list_closed_sittings(session: Session, campaign_id: int, form_id: int | None = None) -> list[SittingRow]:
    """Sittings that ended and stand, of one form or of all, in order."""
    query = (
        sa.select(SittingRow)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(AdministrationRow.campaign_id == campaign_id, SittingRow.state.in_(MARKED_STATES))
        .order_by(SittingRow.id)
    )
    if form_id is not None:
        query = query.where(SittingRow.form_id == form_id)
    return list(session.scalars(query))


def count_unfinished(session: Session, campaign_id: int) -> int:
    """Sittings of a campaign that are neither over nor given up."""
    query = (
        sa.select(sa.func.count())
        .select_from(SittingRow)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(
            AdministrationRow.campaign_id == campaign_id,
            SittingRow.state.in_(UNFINISHED_STATES),
        )
    )
    return int(session.execute(query).scalar_one())


def responses_by_sitting(session: Session, sitting_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """The response by item version, for each sitting; blanks are absent."""
    found: dict[int, dict[int, str]] = {sitting_id: {} for sitting_id in sitting_ids}
    for part in in_parts(sitting_ids):
        query = sa.select(
            CurrentResponseRow.sitting_id, CurrentResponseRow.item_version_id, CurrentResponseRow.response
        ).where(
            CurrentResponseRow.sitting_id.in_(part),
            CurrentResponseRow.response.is_not(None),
        )
        for sitting_id, version_id, response in session.execute(query):
            if response is not None:
                found[sitting_id][version_id] = response
    return found


def keys_in_force(session: Session, version_ids: Iterable[int]) -> dict[int, Key]:
    """The newest key of each item version."""
    wanted = set(version_ids)
    rows = session.scalars(sa.select(ItemKeyRow).order_by(ItemKeyRow.version))
    return {row.item_version_id: read_key(row) for row in rows if row.item_version_id in wanted}


def get_parameters(session: Session, calibration_id: int) -> dict[int, ItemParameterRow]:
    """A calibration's parameters by item version."""
    query = sa.select(ItemParameterRow).where(ItemParameterRow.calibration_id == calibration_id)
    return {row.item_version_id: row for row in session.scalars(query)}


def list_calibrations(session: Session) -> list[tuple[CalibrationRow, CampaignRow | None]]:
    """All calibrations, newest first, with the campaign whose responses they rest on."""
    query = (
        sa.select(CalibrationRow, CampaignRow)
        .outerjoin(CampaignRow, CampaignRow.id == CalibrationRow.campaign_id)
        .order_by(CalibrationRow.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def find_adopted(session: Session) -> CalibrationRow | None:
    """The calibration in force: the one adopted last."""
    query = (
        sa.select(CalibrationRow)
        .where(CalibrationRow.state == "adopted")
        .order_by(CalibrationRow.adopted_at.desc(), CalibrationRow.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def lock_adopting(session: Session) -> None:
    """Until the transaction ends nobody else puts a calibration in force (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(ADOPTING)))


def list_judgeable(session: Session) -> list[tuple[ItemVersionRow, ItemRow]]:
    """Items for exams that are approved, piloted, calibrated or in use, for a calibration by judgement.

    None that people mark: a computer has no marks of theirs to model.
    """
    query = (
        sa.select(ItemVersionRow, ItemRow)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .where(
            ItemVersionRow.state.in_(["approved", "pilot", "calibrated", "operational"]),
            ItemRow.pool == "operational",
            ItemVersionRow.interaction.not_in([one.value for one in RATED]),
        )
        .order_by(ItemVersionRow.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def list_item_rows(
    session: Session, calibration_id: int
) -> list[tuple[ItemParameterRow, ItemVersionRow, ItemRow, TopicRow]]:
    """A calibration's items with their code and topic, for the examiner's table."""
    query = (
        sa.select(ItemParameterRow, ItemVersionRow, ItemRow, TopicRow)
        .join(ItemVersionRow, ItemVersionRow.id == ItemParameterRow.item_version_id)
        .join(ItemRow, ItemRow.id == ItemVersionRow.item_id)
        .join(TopicRow, TopicRow.id == ItemRow.topic_id)
        .where(ItemParameterRow.calibration_id == calibration_id)
        .order_by(ItemRow.code, ItemVersionRow.version)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def competency_of_topic(session: Session) -> dict[str, tuple[int, str]]:
    """Topic code → the competency (id, code) that its items are evidence for."""
    query = (
        sa.select(TopicRow.code, CompetencyRow.id, CompetencyRow.code)
        .join(CompetencyTopicRow, CompetencyTopicRow.topic_id == TopicRow.id)
        .join(CompetencyRow, CompetencyRow.id == CompetencyTopicRow.competency_id)
    )
    return {topic: (competency_id, code) for topic, competency_id, code in session.execute(query)}


def find_scored(session: Session, calibration_id: int, sitting_ids: Sequence[int]) -> set[tuple[int, str]]:
    """(sitting, checksum of the keys) pairs that this calibration has scored already."""
    query = sa.select(ScoreRow.sitting_id, ScoreRow.keys_checksum).where(
        ScoreRow.calibration_id == calibration_id
    )
    wanted = set(sitting_ids)
    return {(sitting, keys) for sitting, keys in session.execute(query) if sitting in wanted}


def supersede(session: Session, sitting_ids: Sequence[int], state: ResultState) -> None:
    """Results of these sittings in this state give way to newer ones."""
    for part in in_parts(sitting_ids):
        session.execute(
            sa.update(ResultRow)
            .where(
                ResultRow.sitting_id.in_(part),
                ResultRow.state == state.value,
            )
            .values(state=state_after(state, ResultAct.SUPERSEDE).value)
        )


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A sitting's result with what it stands on; examiners see the candidate's number, never the name.

    released : what stands in the profile until this provisional result takes its place, if anything does
    """

    result: ResultRow
    score: ScoreRow
    sitting: SittingRow
    candidate: CandidateRow
    position: PositionRow
    calibration: CalibrationRow
    released: ScoreRow | None = None

    @property
    def doers(self) -> tuple[int | None, ...]:
        """Who did what this result rests on: scored it, and put its calibration in force."""
        return self.score.created_by, self.calibration.adopted_by


def list_results(
    session: Session,
    campaign_id: int,
    states: Sequence[str] = (ResultState.PROVISIONAL, ResultState.RELEASED),
) -> list[ResultLine]:
    """A campaign's results in the order of the candidate numbers, one a sitting.

    Where a provisional result and a released one stand side by side, the line is the provisional one's, with
    the released score beside it.
    """
    query = (
        sa.select(ResultRow, ScoreRow, SittingRow, CandidateRow, PositionRow, CalibrationRow)
        .join(ScoreRow, ScoreRow.id == ResultRow.score_id)
        .join(CalibrationRow, CalibrationRow.id == ScoreRow.calibration_id)
        .join(SittingRow, SittingRow.id == ResultRow.sitting_id)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .join(FormRow, FormRow.id == SittingRow.form_id)
        .join(BlueprintRow, BlueprintRow.id == FormRow.blueprint_id)
        .join(PositionRow, PositionRow.id == BlueprintRow.position_id)
        .where(AdministrationRow.campaign_id == campaign_id)
        .where(ResultRow.state.in_({*states, ResultState.RELEASED}))
        .order_by(AdministrationRow.code, CandidateRow.number, ResultRow.id)
    )
    found = [ResultLine(*row) for row in session.execute(query)]
    released = {line.sitting.id: line.score for line in found if line.result.state == ResultState.RELEASED}
    lines: dict[int, ResultLine] = {}
    for line in found:
        if line.result.state not in states:
            continue
        is_released = line.result.state == ResultState.RELEASED
        if is_released and line.sitting.id in lines:
            continue
        before = None if is_released else released.get(line.sitting.id)
        lines[line.sitting.id] = replace(line, released=before)
    return list(lines.values())


def list_competency_scores(session: Session, score_ids: Sequence[int]) -> dict[int, list[CompetencyScoreRow]]:
    """The competency scores of each score."""
    found: dict[int, list[CompetencyScoreRow]] = {score_id: [] for score_id in score_ids}
    for part in in_parts(score_ids):
        query = (
            sa.select(CompetencyScoreRow)
            .where(CompetencyScoreRow.score_id.in_(part))
            .order_by(CompetencyScoreRow.competency_id)
        )
        for row in session.scalars(query):
            found[row.score_id].append(row)
    return found


def count_officers_with_evidence(session: Session, campaign_id: int) -> int:
    """How many officers have evidence in their profile from this campaign's released results."""
    query = (
        sa.select(sa.func.count(sa.distinct(EvidenceRow.officer_id)))
        .join(ResultRow, ResultRow.id == EvidenceRow.result_id)
        .join(SittingRow, SittingRow.id == ResultRow.sitting_id)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(AdministrationRow.campaign_id == campaign_id)
    )
    return int(session.execute(query).scalar_one())
