"""A wrong key of a frozen wording: proposed by one, confirmed by another, and scored by anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.services import Services, key_corrections, results
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.audit import verify_chain
from examsvc.services.bank_errors import KeyCorrectionRefused
from examsvc.services.bank_review import approve_items
from examsvc.services.key_correction_views import count_waiting, list_key_corrections
from examsvc.store.models import CampaignRow, ItemKeyRow, ItemVersionRow, ScoreRow
from examsvc.store.rows import get_row
from item_bank.errors import InvalidItem
from item_bank.interactions.marking import Key
from tests.integration.measured_campaign import REVERSED, Measured, lay_measured_campaign, right_option
from tests.integration.measuring_steps import adopted, scored
from tests.integration.signing_in import sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
REASON = "Điều 21 đã được sửa: phương án đúng là phương án khác."
RIGHT = Key(1, (right_option(REVERSED),))
PASSWORD = "a-long-enough-password"


@pytest.fixture
def measured(services: Services) -> Measured:
    return lay_measured_campaign(services)


def staff(deps: Services, name: str, role: Role) -> Actor:
    user_id = add_user(deps, None, NewUser(name, name.title(), frozenset({role}), PASSWORD, locale="en"))
    return Actor(user_id, name, name.title(), frozenset({role}))


@pytest.fixture
def manager(services: Services, measured: Measured) -> Actor:
    return staff(services, "quan_ly", Role.BANK_MANAGER)


@pytest.fixture
def reviewer(services: Services, measured: Measured) -> Actor:
    return staff(services, "tham_dinh", Role.REVIEWER)


@pytest.fixture
def wrong(measured: Measured) -> int:
    """The item version whose key is wrong."""
    return measured.version_ids[REVERSED]


def propose(deps: Services, actor: Actor, version_id: int, key: Key = RIGHT, reason: str = REASON) -> int:
    return key_corrections.propose_key_correction(deps, actor, version_id, key, reason)


def keys(deps: Services, version_id: int) -> list[tuple[int, str, str]]:
    with deps.store.read() as session:
        rows = session.scalars(
            sa.select(ItemKeyRow).where(ItemKeyRow.item_version_id == version_id).order_by(ItemKeyRow.version)
        )
        return [(row.version, row.option_id, row.reason) for row in rows]


def test_a_proposed_key_is_not_in_force(services: Services, manager: Actor, wrong: int):
    propose(services, manager, wrong)
    assert [version for version, _option, _reason in keys(services, wrong)] == [1]


def test_a_confirmed_key_is_a_new_version_with_its_reason(
    services: Services, manager: Actor, reviewer: Actor, wrong: int
):
    assert key_corrections.confirm_key_correction(services, reviewer, propose(services, manager, wrong)) == 2
    assert keys(services, wrong)[-1] == (2, right_option(REVERSED), REASON)
    assert verify_chain(services).first_bad_seq is None


def test_nobody_confirms_what_he_proposed(services: Services, manager: Actor, wrong: int):
    correction = propose(services, manager, wrong)
    both = replace(manager, roles=frozenset({Role.BANK_MANAGER, Role.REVIEWER}))
    with pytest.raises(Forbidden):
        key_corrections.confirm_key_correction(services, both, correction)


def test_the_author_neither_proposes_nor_confirms(
    services: Services, measured: Measured, manager: Actor, wrong: int
):
    author = replace(measured.staff["author"], roles=frozenset({Role.BANK_MANAGER, Role.REVIEWER}))
    with pytest.raises(Forbidden):
        propose(services, author, wrong)
    with pytest.raises(Forbidden):
        key_corrections.confirm_key_correction(services, author, propose(services, manager, wrong))


def test_a_proposal_is_decided_once(services: Services, manager: Actor, reviewer: Actor, wrong: int):
    correction = propose(services, manager, wrong)
    with pytest.raises(KeyCorrectionRefused, match="CORRECTION_OPEN"):
        propose(services, manager, wrong)
    key_corrections.refuse_key_correction(services, reviewer, correction, "Khóa hiện tại đúng.")
    with pytest.raises(KeyCorrectionRefused, match="CORRECTION_DECIDED"):
        key_corrections.confirm_key_correction(services, reviewer, correction)
    assert len(keys(services, wrong)) == 1
    propose(services, manager, wrong)  # a refused one stands in nobody's way


def test_what_changes_nothing_or_gives_no_reason_is_refused(services: Services, manager: Actor, wrong: int):
    known = keys(services, wrong)[0][1]
    with pytest.raises(KeyCorrectionRefused, match="KEY_UNCHANGED"):
        propose(services, manager, wrong, Key(1, (known,)))
    with pytest.raises(KeyCorrectionRefused, match="REASON_MISSING"):
        propose(services, manager, wrong, reason=" ")
    with pytest.raises(InvalidItem, match="KEY_NO_RESPONSE"):
        propose(services, manager, wrong, Key(1, ("Z",)))


def test_the_key_of_a_draft_is_its_authors(services: Services, manager: Actor, wrong: int):
    with services.store.begin() as session:
        session.execute(sa.update(ItemVersionRow).where(ItemVersionRow.id == wrong).values(state="draft"))
    with pytest.raises(KeyCorrectionRefused, match="KEY_NOT_FROZEN"):
        propose(services, manager, wrong)


@pytest.mark.parametrize("state", ["in_review", "appraised"])
def test_no_key_changes_between_the_reviewers_and_the_approval(
    services: Services, manager: Actor, reviewer: Actor, wrong: int, state: str
):
    correction = propose(services, manager, wrong)
    with services.store.begin() as session:
        session.execute(sa.update(ItemVersionRow).where(ItemVersionRow.id == wrong).values(state=state))
    with pytest.raises(KeyCorrectionRefused, match="KEY_BEING_APPRAISED"):
        key_corrections.confirm_key_correction(services, reviewer, correction)
    key_corrections.refuse_key_correction(services, reviewer, correction, "Trả lại cho tác giả.")
    with pytest.raises(KeyCorrectionRefused, match="KEY_BEING_APPRAISED"):
        propose(services, manager, wrong)
    assert not key_corrections.view_key(services, manager, wrong).may_propose
    assert len(keys(services, wrong)) == 1


def test_nobody_approves_a_key_that_he_proposed(
    services: Services, manager: Actor, reviewer: Actor, wrong: int
):
    key_corrections.confirm_key_correction(services, reviewer, propose(services, manager, wrong))
    with services.store.begin() as session:
        session.execute(sa.update(ItemVersionRow).where(ItemVersionRow.id == wrong).values(state="appraised"))
    with pytest.raises(Forbidden):
        approve_items(services, manager, [wrong])


def test_a_corrected_key_gives_new_marks_and_old_results_keep_their_provenance(
    services: Services, measured: Measured, manager: Actor, reviewer: Actor, wrong: int
):
    adopted(services, measured)
    scored(services, measured)
    with services.store.read() as session:
        before = {
            row.id: (row.number_correct, row.keys_checksum, row.provenance)
            for row in session.scalars(sa.select(ScoreRow))
        }
    n_with_item = measured.sittings_by_item[wrong]
    (mark,) = key_corrections.view_key(services, manager, wrong).marked
    assert (mark.n_sittings, mark.n_old) == (n_with_item, 0)

    key_corrections.confirm_key_correction(services, reviewer, propose(services, manager, wrong))
    (mark,) = key_corrections.view_key(services, manager, wrong).marked
    assert (mark.n_sittings, mark.n_old, mark.n_released) == (n_with_item, n_with_item, 0)

    assert scored(services, measured) >= n_with_item
    (mark,) = key_corrections.view_key(services, manager, wrong).marked
    assert mark.n_old == 0
    with services.store.read() as session:
        after = {row.id: row for row in session.scalars(sa.select(ScoreRow))}
    for id_, facts in before.items():
        assert (after[id_].number_correct, after[id_].keys_checksum, after[id_].provenance) == facts
    fresh = {row.sitting_id: row for id_, row in after.items() if id_ not in before}
    old = {after[id_].sitting_id: after[id_] for id_ in before}
    assert any(fresh[sitting].number_correct != old[sitting].number_correct for sitting in fresh)
    lines = results.list_results(services, measured.staff["examiner"], measured.campaign_id)
    standing = {line.sitting.id: line.score.keys_checksum for line in lines}
    assert all(standing[sitting] == row.keys_checksum for sitting, row in fresh.items())


def test_the_pages_lead_from_proposal_to_key(
    services: Services, app: Flask, measured: Measured, manager: Actor, reviewer: Actor, wrong: int
):
    first, second = (sign_in(app, actor.username, PASSWORD) for actor in (manager, reviewer))
    page = f"/items/{wrong}/key"
    assert "Propose a correction" in first.get(page).text
    assert "Propose a correction" not in second.get(page).text
    told = first.post_form(page, reason=REASON)
    assert told.status_code == 400
    assert "Mark what is right." in told.text
    assert REASON in told.text
    first.post_form(page, reason=REASON, credit="whole", **{"try": right_option(REVERSED)})
    assert "Put this key in force" not in first.get(page).text
    offered = second.get(page).text
    assert "Put this key in force" in offered
    action = offered.split('/confirm"')[0].rsplit('action="', 1)[1] + "/confirm"
    done = second.post_form(action, version_id=str(wrong))
    assert "Key version 2 is in force." in second.get(done.location).text


def test_the_list_says_what_waits_for_whom_and_which_sittings_it_touches(
    services: Services, measured: Measured, manager: Actor, reviewer: Actor, wrong: int
):
    propose(services, manager, wrong)
    (mine,), (theirs,) = (list_key_corrections(services, who).waiting for who in (manager, reviewer))
    assert (mine.may_decide, theirs.may_decide) == (False, True)
    assert (theirs.line.proposer, theirs.n_days) == ("Quan_Ly", 0)
    (mark,) = theirs.marked
    assert (mark.campaign.id, mark.n_sittings) == (measured.campaign_id, measured.sittings_by_item[wrong])
    assert [count_waiting(services, who) for who in (manager, reviewer)] == [0, 1]


def test_a_decided_correction_leaves_the_waiting_and_is_listed_with_its_decider(
    services: Services, manager: Actor, reviewer: Actor, wrong: int
):
    key_corrections.refuse_key_correction(services, reviewer, propose(services, manager, wrong), "Đúng rồi.")
    key_corrections.confirm_key_correction(services, reviewer, propose(services, manager, wrong))
    found = list_key_corrections(services, manager)
    assert found.waiting == []
    assert [one.line.row.decision for one in found.decided] == ["confirmed", "refused"]
    assert {one.line.decider for one in found.decided} == {"Tham_Dinh"}
    assert found.n_decided == 2
    assert count_waiting(services, reviewer) == 0


def test_an_author_is_told_of_his_own_items_alone(
    services: Services, measured: Measured, manager: Actor, wrong: int
):
    propose(services, manager, wrong)
    author, other = measured.staff["author"], staff(services, "tac_gia", Role.AUTHOR)
    assert [one.readable for one in list_key_corrections(services, author).waiting] == [True]
    assert list_key_corrections(services, other).waiting == []
    with pytest.raises(Forbidden):
        list_key_corrections(services, staff(services, "giam_thi", Role.PROCTOR))


def test_an_examiner_sees_what_to_score_again_and_no_way_to_the_key(
    services: Services, measured: Measured, manager: Actor, reviewer: Actor, wrong: int
):
    adopted(services, measured)
    scored(services, measured)
    key_corrections.confirm_key_correction(services, reviewer, propose(services, manager, wrong))
    (one,) = list_key_corrections(services, measured.staff["examiner"]).decided
    assert not one.readable
    assert one.marked[0].n_old == measured.sittings_by_item[wrong]


def test_the_list_names_the_campaigns_and_shows_no_reason_for_it_may_give_the_key_away(
    services: Services, app: Flask, measured: Measured, manager: Actor, reviewer: Actor, wrong: int
):
    with services.store.read() as session:
        campaign_name = get_row(session, CampaignRow, measured.campaign_id).name_en
    propose(services, manager, wrong, reason="CANARY: phương án đúng là C.")
    browser = sign_in(app, reviewer.username, PASSWORD)
    desk = browser.get("/items").text
    assert "/bank/key-corrections" in desk
    page = browser.get("/bank/key-corrections").text
    assert f"/items/{wrong}/key" in page
    for told in (page, browser.get(f"/items/{wrong}/key").text):  # campaigns are named, not left blank
        assert campaign_name in told
    assert "Decide" in page
    assert "CANARY" not in page
