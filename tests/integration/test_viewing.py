"""Every look at a guarded item is logged before it is shown, and stops at the day's allowance."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.services import Services, view_log
from examsvc.services.assembly import proof_read
from examsvc.services.audit import verify_chain
from examsvc.services.bank_errors import QuotaReached, RuleRefused
from examsvc.services.bank_review import move_items
from examsvc.services.bank_views import view_item
from examsvc.services.secrecy import view_secrecy
from examsvc.services.view_limits import grant_views, list_holders, set_limit, view_limits
from examsvc.services.viewing import Showing, open_stems, read_quota
from examsvc.store.models import FormItemRow, FormRow, ItemVersionRow
from item_bank.confidentiality import Secrecy, Stage, Step
from item_bank.lifecycle import State
from item_bank.viewing import How, Standing
from tests.integration.laid_campaign import approved_room, move_start
from tests.integration.laid_guard import Guarded, lay_guarded, views_of

pytestmark = pytest.mark.integration


@pytest.fixture
def bank(services: Services) -> Guarded:
    return lay_guarded(services)


def limited(services: Services, bank: Guarded, role: Role, n: int) -> None:
    set_limit(services, bank.staff["dung"], role, n, "Thử")


def listed(bank: Guarded, *codes: str) -> Showing:
    return Showing([bank.versions[code] for code in codes or bank.codes], How.LIST, "all")


def test_a_page_is_logged_with_who_when_and_how(services: Services, bank: Guarded):
    code = bank.codes[0]
    view_item(services, bank.staff["chi"], bank.versions[code])
    (row,) = views_of(services, bank.staff["chi"].user_id)
    assert (row.item_version_id, row.how, row.counted) == (bank.versions[code], "page", True)


def test_a_list_shows_what_fits_and_withholds_the_rest(services: Services, bank: Guarded):
    limited(services, bank, Role.REVIEWER, 5)
    opened = open_stems(services, bank.staff["chi"], listed(bank))
    assert (len(opened.stems), len(opened.withheld)) == (5, 7)
    assert opened.quota.standing is Standing.REACHED
    assert len(views_of(services, bank.staff["chi"].user_id)) == 5
    again = open_stems(services, bank.staff["chi"], listed(bank))
    assert set(again.stems) == set(opened.stems)  # what was seen today stays open


def test_a_page_beyond_the_allowance_is_refused_and_not_logged(services: Services, bank: Guarded):
    limited(services, bank, Role.REVIEWER, 2)
    for code in bank.codes[:2]:
        view_item(services, bank.staff["chi"], bank.versions[code])
    with pytest.raises(QuotaReached) as refusal:
        view_item(services, bank.staff["chi"], bank.versions[bank.codes[2]])
    assert refusal.value.params == {"limit": 2, "seen": 2}
    view_item(services, bank.staff["chi"], bank.versions[bank.codes[0]])
    assert len({row.item_id for row in views_of(services, bank.staff["chi"].user_id)}) == 2


def test_eight_at_once_share_one_allowance(services: Services, bank: Guarded):
    limited(services, bank, Role.REVIEWER, 5)

    def look(code: str) -> bool:
        try:
            view_item(services, bank.staff["chi"], bank.versions[code])
        except QuotaReached:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(look, bank.codes))
    assert sum(shown) == 5
    assert read_quota(services, bank.staff["chi"]).seen == 5


def test_an_authors_own_items_are_logged_and_never_counted(services: Services, bank: Guarded):
    limited(services, bank, Role.AUTHOR, 1)
    opened = open_stems(services, bank.staff["author"], listed(bank))
    assert not opened.withheld
    rows = views_of(services, bank.staff["author"].user_id)
    assert len(rows) == 12
    assert not any(row.counted for row in rows)


def test_an_author_opens_nobody_elses_stem(services: Services, bank: Guarded):
    with services.store.begin() as session:
        session.execute(sa.text("UPDATE item SET author_id = :id"), {"id": bank.staff["chi"].user_id})
    with pytest.raises(Forbidden):
        open_stems(services, bank.staff["author"], listed(bank))


def test_drafts_are_not_logged_until_another_version_of_the_item_is_in_use(services: Services, bank: Guarded):
    code = bank.codes[0]
    with services.store.begin() as session:
        session.execute(sa.delete(FormItemRow))
        session.get_one(ItemVersionRow, bank.versions[code]).state = "draft"
    view_item(services, bank.staff["chi"], bank.versions[code])
    assert views_of(services, bank.staff["chi"].user_id) == []


@pytest.mark.parametrize("state", ["retired", "in_review", "approved"])
def test_what_stands_on_a_form_is_guarded_in_every_state(services: Services, bank: Guarded, state: str):
    """Whoever retires an item that is still to be sat, or has it appraised afresh, opens it to nobody."""
    code = bank.codes[0]
    with services.store.begin() as session:
        session.get_one(ItemVersionRow, bank.versions[code]).state = state
    view_item(services, bank.staff["giang"], bank.versions[code])
    assert [row.counted for row in views_of(services, bank.staff["giang"].user_id)] == [True]


def test_the_auditor_sees_all_and_all_of_it_is_logged(services: Services, bank: Guarded):
    opened = open_stems(services, bank.staff["auditor"], listed(bank))
    assert len(opened.stems) == 12
    assert opened.quota.standing is Standing.FREE
    assert len(views_of(services, bank.staff["auditor"].user_id)) == 12


def test_proof_reading_a_form_is_logged_item_by_item(services: Services, bank: Guarded):
    with services.store.read() as session:
        form = session.scalars(sa.select(FormRow)).first()
    _form, lines = proof_read(services, bank.staff["chairman"], form.id)
    rows = views_of(services, bank.staff["chairman"].user_id)
    assert [row.item_version_id for row in rows] == [line.version_id for line in lines]
    assert {(row.how, row.detail, row.counted) for row in rows} == {("proof", form.code, False)}


def test_the_log_refuses_to_change(services: Services, bank: Guarded):
    view_item(services, bank.staff["chi"], bank.versions[bank.codes[0]])
    for statement in ("DELETE FROM item_view", "UPDATE item_view SET user_id = 1"):
        with pytest.raises(sa.exc.DatabaseError), services.store.begin() as session:
            session.execute(sa.text(statement))


def test_another_manager_or_the_chairman_allows_more_for_a_day_and_nobody_for_himself(
    services: Services, bank: Guarded
):
    limited(services, bank, Role.REVIEWER, 2)
    limited(services, bank, Role.BANK_MANAGER, 2)
    chi, dung = bank.staff["chi"], bank.staff["dung"]
    open_stems(services, chi, listed(bank))
    grant_views(services, dung, chi.user_id, 3, "Rà soát chuyên đề")
    assert len(open_stems(services, chi, listed(bank)).stems) == 5
    with pytest.raises(Forbidden):
        grant_views(services, dung, dung.user_id, 100, "Cho mình")
    grant_views(services, bank.staff["giang"], dung.user_id, 1, "Bàn giao")
    grant_views(services, bank.staff["chairman"], dung.user_id, 1, "Bàn giao")
    assert read_quota(services, dung).allowance == 4
    for nobody in ("author", "auditor", "quan", "manager"):
        with pytest.raises(Forbidden):
            grant_views(services, bank.staff[nobody], chi.user_id, 100, "Thử")
    assert list_holders(services, dung)[0].name == "Chi"
    assert len(view_limits(services, dung).grants) == 3
    assert verify_chain(services).first_bad_seq is None


def test_a_limit_is_a_rule_with_versions_and_reasons(services: Services, bank: Guarded):
    dung = bank.staff["dung"]
    assert set_limit(services, dung, Role.REVIEWER, 50, "Một") == 1
    assert set_limit(services, dung, Role.REVIEWER, 60, "Hai") == 2
    assert view_limits(services, dung).in_force["reviewer"] == 60
    for role, n, reason in ((Role.REVIEWER, 0, "x"), (Role.REVIEWER, 5, " "), (Role.AUDITOR, 5, "x")):
        with pytest.raises(RuleRefused):
            set_limit(services, dung, role, n, reason)
    with pytest.raises(Forbidden):
        set_limit(services, bank.staff["chi"], Role.AUTHOR, 5, "x")


def test_nobody_raises_the_limit_of_a_role_that_he_has(services: Services, bank: Guarded):
    dung = bank.staff["dung"]
    set_limit(services, dung, Role.BANK_MANAGER, 250, "Ít hơn")
    with pytest.raises(RuleRefused) as refusal:
        set_limit(services, dung, Role.BANK_MANAGER, 251, "Cho mình")
    assert refusal.value.code == "OWN_LIMIT_RAISED"
    set_limit(services, bank.staff["chairman"], Role.BANK_MANAGER, 400, "Rà soát toàn ngân hàng")
    assert read_quota(services, dung).allowance == 400


def test_the_auditor_learns_who_has_seen_an_item_and_who_saw_many(services: Services, bank: Guarded):
    code = bank.codes[3]
    view_item(services, bank.staff["chi"], bank.versions[code])
    open_stems(services, bank.staff["dung"], listed(bank))
    auditor = bank.staff["auditor"]
    seen = view_log.views_of_item(services, auditor, code.lower(), 31)
    assert [line.viewer for line in seen.lines] == ["Dung", "Chi"]
    assert view_log.views_of_item(services, auditor, "NO-SUCH", 31) is None
    people = view_log.view_overview(services, auditor, 31).people
    assert [(name, items) for _id, name, items, _n in people] == [("Dung", 12), ("Chi", 1)]
    assert view_log.views_of_user(services, auditor, bank.staff["chi"].user_id, 7).n_items == 1
    for nobody in ("author", "chi", "quan", "chairman"):
        with pytest.raises(Forbidden):
            view_log.view_overview(services, bank.staff[nobody], 31)


def test_how_secret_an_item_is_follows_the_exam(services: Services, bank: Guarded):
    dung, version_id = bank.staff["dung"], bank.versions[bank.codes[0]]
    administration_id, _room, _sittings = approved_room(services, bank.laid)
    before = view_secrecy(services, dung, version_id).confidentiality
    assert before.secrecy is Secrecy.AWAITED
    assert {use.campaign_code for use in before.decisive} == {"C1"}
    move_start(services, administration_id, 60)
    assert view_secrecy(services, dung, version_id).confidentiality.secrecy is Secrecy.RUNNING
    move_start(services, administration_id, 100_000)
    assert view_secrecy(services, dung, version_id).confidentiality.secrecy is Secrecy.KEYS_CLOSED
    for nobody in ("author", "chi", "quan"):
        with pytest.raises(Forbidden):
            view_secrecy(services, bank.staff[nobody], version_id)


def test_a_suspected_leak_names_the_forms_and_what_to_do(services: Services, bank: Guarded):
    dung, version_id = bank.staff["dung"], bank.versions[bank.codes[0]]
    approved_room(services, bank.laid)
    view_item(services, bank.staff["chi"], version_id)
    move_items(services, dung, [version_id], State.QUARANTINED, comment="Thấy trên mạng")
    found = view_secrecy(services, dung, version_id)
    assert found.confidentiality.secrecy is Secrecy.LEAK_SUSPECTED
    assert {use.stage for use in found.confidentiality.uses} <= {Stage.AWAITED, Stage.DRAFT}
    assert found.steps[0][0] is Step.WITHDRAW_FORM
    assert found.steps[-1][0] is Step.READ_VIEWS
    assert [name for name, *_rest in found.viewers] == ["Chi"]
