"""How far the campaigns have come: sat, scored, released; for the examiner's and the chairman's lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from examsvc.delivery.sitting import MARKED_STATES
from examsvc.store.models import (
    AdministrationRow,
    CampaignRow,
    CandidateRow,
    CompetencyRow,
    FormRow,
    ItemRow,
    ItemVersionRow,
    ResultRow,
    ScoreRow,
    SittingRow,
    UserRow,
)


@dataclass(frozen=True, slots=True)
class CampaignCounts:
    """A campaign's sittings by how far they are; of `n_disagreeing` the two scorings differ.

    Each sitting counts once: with a provisional result beside a released one it is provisional.
    """

    campaign: CampaignRow
    n_sittings: int
    n_finished: int
    n_provisional: int
    n_released: int
    n_disagreeing: int

    @property
    def n_unfinished(self) -> int:
        """Sittings that are still to come or under way (absent and annulled ones are not)."""
        return self.n_sittings - self.n_finished


def count_campaigns(session: Session, campaign_id: int | None = None) -> list[CampaignCounts]:
    """Every campaign that was approved, newest first; or the one that is named."""
    campaigns = sa.select(CampaignRow).where(CampaignRow.state != "draft").order_by(CampaignRow.id.desc())
    if campaign_id is not None:
        campaigns = campaigns.where(CampaignRow.id == campaign_id)
    sat = _count_sittings(session)
    results = _count_results(session)
    return [
        CampaignCounts(
            campaign=row,
            n_sittings=sum(
                n for state, n in sat.get(row.id, {}).items() if state not in ("absent", "annulled")
            ),
            n_finished=sum(sat.get(row.id, {}).get(state, 0) for state in MARKED_STATES),
            n_provisional=sum(
                n for (state, _), n in results.get(row.id, {}).items() if state == "provisional"
            ),
            n_released=sum(n for (state, _), n in results.get(row.id, {}).items() if state == "released"),
            n_disagreeing=results.get(row.id, {}).get(("provisional", False), 0),
        )
        for row in session.scalars(campaigns)
    ]


def list_calibratable(session: Session) -> list[CampaignRow]:
    """Campaigns that somebody has sat to the end, newest first."""
    query = (
        sa.select(CampaignRow)
        .where(
            CampaignRow.id.in_(
                sa.select(AdministrationRow.campaign_id)
                .join(SittingRow, SittingRow.administration_id == AdministrationRow.id)
                .where(SittingRow.state.in_(MARKED_STATES))
            )
        )
        .order_by(CampaignRow.id.desc())
    )
    return list(session.scalars(query))


def form_codes(session: Session, form_ids: Sequence[int]) -> dict[int, str]:
    """The forms' codes by id."""
    query = sa.select(FormRow.id, FormRow.code).where(FormRow.id.in_(set(form_ids)))
    return dict(session.execute(query).all())


def candidate_numbers(session: Session, campaign_id: int) -> dict[int, str]:
    """Sitting → the candidate's number, never the name; with the administration where numbers repeat."""
    query = (
        sa.select(SittingRow.id, CandidateRow.number, AdministrationRow.code)
        .join(CandidateRow, CandidateRow.id == SittingRow.candidate_id)
        .join(AdministrationRow, AdministrationRow.id == SittingRow.administration_id)
        .where(AdministrationRow.campaign_id == campaign_id)
    )
    rows = session.execute(query).all()
    times = Counter(number for _sitting, number, _administration in rows)
    return {
        sitting: number if times[number] == 1 else f"{administration}/{number}"
        for sitting, number, administration in rows
    }


def item_names(session: Session, version_ids: Sequence[int]) -> dict[int, str]:
    """Item version → code and version, as in "T01-001/2"; no wording."""
    query = sa.select(ItemVersionRow.id, ItemRow.code, ItemVersionRow.version).join(
        ItemRow, ItemRow.id == ItemVersionRow.item_id
    )
    wanted = set(version_ids)
    return {
        identity: f"{code}/{version}"
        for identity, code, version in session.execute(query)
        if identity in wanted
    }


def list_competencies(session: Session) -> list[CompetencyRow]:
    """All competencies by code."""
    return list(session.scalars(sa.select(CompetencyRow).order_by(CompetencyRow.code)))


def staff_names(session: Session, user_ids: Sequence[int | None]) -> dict[int, str]:
    """Who proposed, adopted, scored or released: staff, never candidates."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    query = sa.select(UserRow.id, UserRow.display_name).where(UserRow.id.in_(wanted))
    return dict(session.execute(query).all())


def _count_sittings(session: Session) -> dict[int, dict[str, int]]:
    query = (
        sa.select(AdministrationRow.campaign_id, SittingRow.state, sa.func.count())
        .join(SittingRow, SittingRow.administration_id == AdministrationRow.id)
        .group_by(AdministrationRow.campaign_id, SittingRow.state)
    )
    found: dict[int, dict[str, int]] = {}
    for campaign_id, state, n in session.execute(query):
        found.setdefault(campaign_id, {})[state] = n
    return found


def _count_results(session: Session) -> dict[int, dict[tuple[str, bool], int]]:
    """Sittings by the state of their result; a provisional one hides the released one it would replace."""
    newer = aliased(ResultRow)
    is_hidden = sa.exists().where(
        ResultRow.state == "released", newer.sitting_id == ResultRow.sitting_id, newer.state == "provisional"
    )
    query = (
        sa.select(AdministrationRow.campaign_id, ResultRow.state, ScoreRow.rescored_equal, sa.func.count())
        .join(SittingRow, SittingRow.administration_id == AdministrationRow.id)
        .join(ResultRow, ResultRow.sitting_id == SittingRow.id)
        .join(ScoreRow, ScoreRow.id == ResultRow.score_id)
        .where(~is_hidden)
        .group_by(AdministrationRow.campaign_id, ResultRow.state, ScoreRow.rescored_equal)
    )
    found: dict[int, dict[tuple[str, bool], int]] = {}
    for campaign_id, state, equal, n in session.execute(query):
        found.setdefault(campaign_id, {})[state, equal] = n
    return found
