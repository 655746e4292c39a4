"""Whoever wants the items in use: what staff of the bank tried, and what stands there now."""

from __future__ import annotations

from itertools import pairwise

import pytest

from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.near_duplicate_views import view_undecided
from examsvc.services.view_limits import set_limit
from examsvc.store import database_now
from examsvc.store.models import ItemVersionRow, NearDuplicateRow
from tests.integration.laid_guard import Guarded, lay_guarded, views_of

pytestmark = pytest.mark.integration


@pytest.fixture
def bank(services: Services) -> Guarded:
    return lay_guarded(services, n_items=4)


def lay_pairs(services: Services, bank: Guarded) -> None:
    """As though a search had found every item like the next one."""
    with services.store.begin() as session:
        rows = [session.get_one(ItemVersionRow, version_id) for version_id in bank.versions.values()]
        for one, other in pairwise(sorted(rows, key=lambda row: row.item_id)):
            session.add(
                NearDuplicateRow(
                    item_a_id=one.item_id,
                    item_b_id=other.item_id,
                    version_a_id=one.id,
                    version_b_id=other.id,
                    stem_score=0.9,
                    whole_score=0.9,
                    found_at=database_now(session),
                )
            )


def test_near_duplicates_side_by_side_are_looks_that_the_log_has(services: Services, bank: Guarded):
    lay_pairs(services, bank)
    view_undecided(services, bank.staff["chi"], 1)
    seen = views_of(services, bank.staff["chi"].user_id)
    assert {row.item_version_id for row in seen} == set(bank.versions.values())
    assert all(row.counted for row in seen)


def test_near_duplicates_show_no_more_than_the_day_allows(services: Services, bank: Guarded):
    lay_pairs(services, bank)
    set_limit(services, bank.staff["dung"], Role.REVIEWER, 2, "Thử")
    found = view_undecided(services, bank.staff["chi"], 1)
    sides = [side for group in found.groups for pair in group.pairs for side in pair.sides]
    assert len({side.line.version_id for side in sides if side.stem}) == 2
    hidden = [side for side in sides if side.withheld]
    assert {side.line.version_id for side in hidden}
    assert not any(side.stem or side.options for side in hidden)
    assert len(views_of(services, bank.staff["chi"].user_id)) == 2
