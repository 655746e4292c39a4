"""Whoever wants the items in use: what staff of the bank tried, and what stands there now."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.bank_errors import PairRefused
from examsvc.services.bank_views import view_item
from examsvc.services.fingerprints import refresh_all
from examsvc.services.item_history import view_history
from examsvc.services.near_duplicate_views import view_undecided
from examsvc.services.near_duplicates import Decision, decide
from examsvc.services.view_limits import set_limit
from examsvc.store import Session, database_now
from examsvc.store.bank import drop_enemies, enemy_codes
from examsvc.store.models import FormItemRow, ItemReviewRow, ItemRow, ItemVersionRow, NearDuplicateRow
from examsvc.store.stimuli import keep_stimulus
from item_bank.stimulus import Stimulus
from tests.integration.laid_guard import PASSWORD, Guarded, lay_guarded, views_of
from tests.integration.signing_in import sign_in

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


def found(page: str, bank: Guarded) -> set[str]:
    return {code for code in bank.codes if code in page}


def test_being_found_by_its_words_costs_as_much_as_being_seen(app: Flask, services: Services, bank: Guarded):
    """A search is an oracle: who may see no more today must not ask which items hold which words."""
    set_limit(services, bank.staff["dung"], Role.REVIEWER, 2, "Thử")
    set_limit(services, bank.staff["dung"], Role.BANK_MANAGER, 2, "Thử")
    refresh_all(services)  # of what was laid straight into the tables
    for name, address in (("chi", "/items?tab=all&q=ho+so"), ("giang", "/exports/new?q=ho+so")):
        client = sign_in(app, name, PASSWORD)
        assert len(found(client.get(address).text, bank)) == 2
        assert len(views_of(services, bank.staff[name].user_id)) == 2
        assert found(client.get(address).text, bank) == set()
        assert found(client.get(address.replace("ho+so", "t01-004")).text, bank) == {"T01-004"}


def test_what_waits_for_a_pilot_is_guarded_and_costs_the_bank_manager_nothing(
    app: Flask, services: Services, bank: Guarded
):
    """Approved items are the next exam's; whoever has to move them on is not stopped by that."""
    with services.store.begin() as session:
        session.execute(sa.delete(FormItemRow))
        for version_id in bank.versions.values():
            session.get_one(ItemVersionRow, version_id).state = "approved"
    sign_in(app, "chi", PASSWORD).get("/items?tab=all")
    sign_in(app, "giang", PASSWORD).get("/items?tab=pilot")
    counted = {
        name: [row.counted for row in views_of(services, bank.staff[name].user_id)]
        for name in ("chi", "giang")
    }
    assert counted == {"chi": [True] * 4, "giang": [False] * 4}


def test_no_list_tells_for_nothing_how_many_items_of_another_one_hold_these_words(
    app: Flask, services: Services, bank: Guarded
):
    refresh_all(services)
    client = sign_in(app, "chi", PASSWORD)
    for words in ("ho+so", "nothing+of+the+kind"):
        page = client.get(f"/items?tab=review&q={words}").text
        counted = re.search(r"All items\s*<span[^>]*>(\d+)</span>", page)
        assert counted is not None
        assert counted[1] == str(len(bank.codes))
    assert views_of(services, bank.staff["chi"].user_id) == []


def test_what_a_history_quotes_is_a_look_and_is_left_out_where_the_day_allows_none(
    services: Services, bank: Guarded
):
    set_limit(services, bank.staff["dung"], Role.REVIEWER, 1, "Thử")
    first, second = (bank.versions[code] for code in bank.codes[:2])
    for version_id in (first, second):
        with services.store.begin() as session:
            session.add(returned(session, version_id, bank.staff["dung"].user_id, "B mới đúng, không phải C"))
    chi = bank.staff["chi"]
    assert "B mới đúng, không phải C" in {event.note for event in view_history(services, chi, first).events}
    assert [row.detail for row in views_of(services, chi.user_id)] == ["history"]
    events = view_history(services, chi, second).events
    assert "reviewed" in {event.kind for event in events}
    assert {event.note for event in events} == {""}


def returned(session: Session, version_id: int, reviewer_id: int, comment: str) -> ItemReviewRow:
    return ItemReviewRow(
        item_version_id=version_id,
        review_round=session.get_one(ItemVersionRow, version_id).review_round,
        reviewer_id=reviewer_id,
        decision="return",
        checklist=[],
        comment=comment,
        created_at=database_now(session),
    )


@pytest.mark.parametrize(("role", "scores_told"), [("author", False), ("reviewer", True)])
def test_how_much_others_items_are_alike_is_told_to_those_alone_who_may_read_them(
    services: Services, bank: Guarded, role: str, scores_told: bool
):
    """The figure says of each word that an author tries in his draft whether it stands in somebody's item."""
    thief, owner = bank.staff["author"], bank.staff["dung"]
    refresh_all(services)
    with services.store.begin() as session:
        for code in bank.codes[1:]:
            item_id = session.get_one(ItemVersionRow, bank.versions[code]).item_id
            session.get_one(ItemRow, item_id).author_id = owner.user_id
    reader = thief if role == "author" else bank.staff["chi"]
    similar = view_item(services, reader, bank.versions[bank.codes[0]]).similar
    assert similar
    assert {one.readable for one in similar} == {scores_told}
    assert all((one.stem_score is None) is not scores_told for one in similar)


def test_nobody_dismisses_a_near_duplicate_of_his_own_item(services: Services, bank: Guarded):
    lay_pairs(services, bank)
    dung, giang = bank.staff["dung"], bank.staff["giang"]
    with services.store.begin() as session:
        pair = session.scalars(sa.select(NearDuplicateRow).order_by(NearDuplicateRow.item_a_id)).first()
        ids = (pair.item_a_id, pair.item_b_id)
        session.get_one(ItemRow, ids[1]).author_id = dung.user_id
    with pytest.raises(PairRefused) as refusal:
        decide(services, dung, [ids], Decision.DISMISSED, "Khác nhau")
    assert refusal.value.code == "PAIR_OF_ONES_OWN"
    decide(services, giang, [ids], Decision.DISMISSED, "Khác nhau")


def test_an_author_does_not_undo_in_his_draft_what_the_bank_manager_made_enemies(
    services: Services, bank: Guarded
):
    lay_pairs(services, bank)
    with services.store.begin() as session:
        pair = session.scalars(sa.select(NearDuplicateRow).order_by(NearDuplicateRow.item_a_id)).first()
        ids = (pair.item_a_id, pair.item_b_id)
    decide(services, bank.staff["giang"], [ids], Decision.ENEMIES)
    with services.store.begin() as session:
        drop_enemies(session, ids[0])  # what saving a first draft does
        assert enemy_codes(session, ids[0]) != []


def test_whoever_keeps_other_material_under_a_code_does_not_part_the_items_that_share_it(
    services: Services, bank: Guarded
):
    """An imported file may name any code."""
    author, thief = bank.staff["author"].user_id, bank.staff["chi"].user_id
    with services.store.begin() as session:
        now = database_now(session)
        first = keep_stimulus(session, Stimulus("TH-1", "Công ty A nhập 120 xe."), author, now)
        others = keep_stimulus(session, Stimulus("TH-1", "Khác hẳn."), thief, now)
        again = keep_stimulus(session, Stimulus("TH-1", "Công ty A nhập 120 xe."), author, now)
        assert (first.version, others.version, again.id) == (1, 2, first.id)


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
