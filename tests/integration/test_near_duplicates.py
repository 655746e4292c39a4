"""Near-duplicates and the search on a real database: what is kept with a wording, found, decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.services import Services, jobs
from examsvc.services import near_duplicates as service
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.audit import verify_chain
from examsvc.services.bank import add_item, edit_draft, new_version, submit_for_review
from examsvc.services.bank_board import view_board
from examsvc.services.bank_errors import PairRefused
from examsvc.services.bank_import import File, check_file
from examsvc.services.bank_lists import Part, list_items, page_items
from examsvc.services.bank_views import view_item
from examsvc.services.fingerprints import RefreshChore, refresh_all, refresh_fingerprints
from examsvc.services.near_duplicate_views import list_decided, view_undecided
from examsvc.services.near_duplicates import Basis, Decision, Search
from examsvc.store import bank, fingerprints
from examsvc.store.bank import ItemFilter
from examsvc.store.migrate import migrate
from examsvc.store.models import ItemFingerprintRow, ItemVersionRow, JobRow, UserRoleRow
from item_bank.interactions.asked import single_choice
from item_bank.quality import Fault
from item_bank.similarity import fold
from tests.integration.schema_steps import go_back
from tests.integration.signing_in import sign_in
from tests.integration.test_bank import WORDING, Cast
from tests.unit.item_bank.workbook_factory import row_of, workbook

pytestmark = pytest.mark.integration

PASSWORD = "a-long-enough-password"
STEM = "Thời hạn nộp tờ khai hải quan đối với hàng hóa nhập khẩu là bao lâu?"
OPTIONS = ("Trong 15 ngày", "Trong 30 ngày kể từ ngày hàng đến", "Trong 45 ngày", "Không có thời hạn")
OTHERS = ("Chi cục trưởng", "Cục trưởng quyết định", "Bộ trưởng", "Đội trưởng đội thủ tục")


@pytest.fixture
def people(services: Services) -> Cast:
    cast = Cast(services)
    with services.store.begin() as session:  # a job is run as whoever the database knows
        session.add(UserRoleRow(user_id=cast.manager.user_id, role=Role.BANK_MANAGER.value))
    return cast


def write(services: Services, people: Cast, code: str, stem: str = STEM, options=OPTIONS, **wording) -> int:
    typed = replace(WORDING, code=code, stem=stem, asked=single_choice(*options), **wording)
    return add_item(services, people.author, typed)


@pytest.fixture
def twins(services: Services, people: Cast) -> dict[str, int]:
    """Three that read alike, one of them with other options and in another topic, and one that does not."""
    return {
        "A": write(services, people, "A"),
        "B": write(services, people, "B", fold(STEM), OPTIONS[::-1], topic="T02"),
        "C": write(services, people, "C", STEM, OTHERS),
        "D": write(services, people, "D", "Ai có thẩm quyền quyết định kiểm tra sau thông quan?", OTHERS),
    }


def search(services: Services, people: Cast, threshold: float = 0.85, basis: str = Basis.WHOLE) -> JobRow:
    params = {"threshold": threshold, "basis": str(basis)}
    job_id = jobs.ask(services, people.manager, "near_duplicates", params)
    job = jobs.read_job(services, people.manager, job_id)
    assert job.state == "done", job.message
    return job


def pairs_of(services: Services, people: Cast) -> list[tuple[str, str]]:
    found = view_undecided(services, people.manager, 1)
    return [tuple(side.line.code for side in pair.sides) for group in found.groups for pair in group.pairs]


def numbers_of(services: Services, *codes: str) -> tuple[int, int]:
    with services.store.read() as session:
        ids = bank.item_ids(session)
    one, other = sorted(ids[code] for code in codes)
    return one, other


def test_what_reads_alike_is_found_across_topics_with_both_scores(services, people, twins):
    similar = view_item(services, people.reviewer, twins["A"]).similar
    assert [(one.code, one.stem_score, one.whole_score == 1.0) for one in similar] == [
        ("B", 1.0, True),
        ("C", 1.0, False),
    ]


def test_an_edited_draft_is_compared_by_its_new_wording(services, people, twins):
    edit_draft(
        services,
        people.author,
        twins["B"],
        replace(WORDING, code="B", stem="Mã HS gồm mấy chữ số?", asked=single_choice(*OTHERS)),
    )
    assert [one.code for one in view_item(services, people.reviewer, twins["A"]).similar] == ["C"]


def test_an_import_is_held_against_every_stem_of_the_bank(services, people, twins):
    file = File("new.xlsx", workbook([row_of(CODE="N-1", STEM=STEM + " Vì sao?")]))
    report = check_file(services, people.author, file)
    assert [(remark.code, remark.params["other"]) for line in report.lines for remark in line.warnings] == [
        ("NEAR_DUPLICATE", "A")
    ]


def test_code_stem_and_options_are_searched_with_or_without_diacritics(services, people, twins):
    def codes(text: str, **narrowed) -> list[str]:
        wanted = ItemFilter(text=text, **narrowed)
        assert [line.code for line in list_items(services, people.reviewer, wanted)] == [
            line.code for line in page_items(services, people.reviewer, wanted, Part(50)).lines
        ]
        return [line.code for line in list_items(services, people.reviewer, wanted)]

    assert codes("THỜI HẠN nộp") == codes("thoi han nop") == ["A", "B", "C"]
    assert codes("Cuc truong quyet dinh") == ["C", "D"]
    assert codes("hang den", topic="T02") == ["B"]
    assert codes("%") == ["A", "B", "C", "D"]  # nothing but punctuation narrows nothing
    assert codes("khong co o dau") == []


def test_a_page_has_its_lines_and_the_number_of_all(services, people, twins):
    wanted = ItemFilter(text="thoi han")
    for offset, codes in ((0, ["A", "B"]), (2, ["C"]), (4, [])):
        page = page_items(services, people.reviewer, wanted, Part(2, offset))
        assert ([line.code for line in page.lines], page.n_lines) == (codes, 3)
    assert page_items(services, people.reviewer, ItemFilter(), Part(3, 3)).n_lines == 4


def test_a_wording_that_was_written_by_an_earlier_release_is_caught_up_with(services, people, twins):
    with services.store.begin() as session:
        session.execute(sa.delete(ItemFingerprintRow).where(ItemFingerprintRow.item_version_id == twins["A"]))
        session.execute(
            sa.update(ItemFingerprintRow)
            .where(ItemFingerprintRow.item_version_id == twins["B"])
            .values(wording_hash="0" * 64, folded="x\ny", key_version=0)
        )
    with services.store.read() as session:
        assert fingerprints.list_outdated(session, 10) == [twins["A"], twins["B"]]
    RefreshChore()(services)
    assert refresh_fingerprints(services) == []
    found = list_items(services, people.reviewer, ItemFilter(text="thoi han"))
    assert [line.code for line in found] == ["A", "B", "C"]


def test_a_wording_whose_own_hash_is_wrong_does_not_hold_the_search_up(services, people, twins):
    with services.store.begin() as session:
        changed = sa.update(ItemVersionRow).where(ItemVersionRow.id == twins["A"])
        session.execute(changed.values(wording_hash="0" * 64))
    refresh_all(services)  # comes to its end
    with services.store.read() as session:
        assert fingerprints.list_outdated(session, 10) == [twins["A"]]


def test_the_migration_reads_what_was_written_before_it(services, people, twins):
    def kept() -> list[tuple[object, ...]]:
        with services.store.read() as session:
            rows = session.scalars(sa.select(ItemFingerprintRow).order_by(ItemFingerprintRow.item_version_id))
            return [(r.item_version_id, r.method, r.wording_hash, r.sketches, r.folded) for r in rows]

    before = kept()
    go_back(services.store, "0011")
    assert migrate(services.store)[:2] == ["0012", "0013"]
    assert len(before) == 4
    assert kept() == before
    with services.store.read() as session:  # faults are found with keys, by the chore
        assert fingerprints.list_outdated(session, 10) == sorted(twins.values())


def test_the_board_counts_faults_where_they_were_found(services, people, twins):
    long_key = ("Sai", "Khai bổ sung hồ sơ trong thời hạn do pháp luật quy định", "Đúng", "Khác")
    write(services, people, "E", "Người khai hải quan phải làm gì?", long_key)
    board = view_board(services, people.manager)
    assert (board.n_items, board.states) == (5, {"draft": 5})
    assert board.balance.counts == {"A": 0, "B": 5, "C": 0, "D": 0}
    assert board.faults[Fault.KEY_IS_LONGEST] == 2
    found = list_items(services, people.reviewer, ItemFilter(fault=Fault.KEY_IS_LONGEST))
    assert [line.code for line in found] == ["A", "E"]


def test_a_search_finds_the_pairs_and_a_decided_one_stays_decided(services, people, twins):
    job = search(services, people)
    assert (job.state, job.outcome) == ("done", {"n_items": 4, "n_found": 1, "n_undecided": 1})
    assert pairs_of(services, people) == [("A", "B")]
    search(services, people, 0.9, Basis.STEM)
    assert sorted(pairs_of(services, people)) == [("A", "B"), ("A", "C"), ("B", "C")]
    [group] = view_undecided(services, people.manager, 1).groups
    assert (group.n_items, group.n_pairs) == (3, 3)

    pair = numbers_of(services, "A", "B")
    service.decide(services, people.manager, [pair], Decision.DISMISSED, " Khác cấp độ ")
    assert search(services, people).outcome["n_undecided"] == 0
    assert pairs_of(services, people) == []
    [decided], n_decided = list_decided(services, people.reviewer, 1)
    assert (decided.codes, decided.by, decided.row.reason, n_decided) == (
        ("A", "B"),
        "Dung",
        "Khác cấp độ",
        1,
    )

    service.reopen(services, people.manager, pair)
    assert pairs_of(services, people) == [("A", "B")]
    verify_chain(services)


def test_enemies_are_declared_all_or_none(services, people, twins):
    search(services, people, 0.9, Basis.STEM)
    known, unknown = numbers_of(services, "A", "B"), numbers_of(services, "A", "D")
    with pytest.raises(PairRefused, match="PAIR_DECIDED"):
        service.decide(services, people.manager, [known, unknown], Decision.ENEMIES)
    assert view_item(services, people.reviewer, twins["A"]).enemies == []
    service.decide(services, people.manager, [known, numbers_of(services, "A", "C")], Decision.ENEMIES)
    assert view_item(services, people.reviewer, twins["A"]).enemies == ["B", "C"]
    with pytest.raises(PairRefused, match="PAIR_DECIDED"):
        service.decide(services, people.manager, [known], Decision.DISMISSED)
    with pytest.raises(PairRefused, match="PAIR_NOT_DISMISSED"):
        service.reopen(services, people.manager, known)


def test_only_the_bank_manager_decides_and_no_author_looks(services, people, twins):
    search(services, people)
    with pytest.raises(Forbidden):
        service.decide(services, people.reviewer, [numbers_of(services, "A", "B")], Decision.DISMISSED)
    with pytest.raises(Forbidden):
        view_undecided(services, people.author, 1)
    with pytest.raises(Forbidden):
        jobs.ask(services, people.author, "near_duplicates", {"threshold": 0.9})


def test_a_search_compares_newest_versions_and_leaves_out_what_is_retired(services, people, twins):
    submit_for_review(services, people.author, [twins["A"]])
    draft = new_version(services, people.author, twins["A"])
    with services.store.begin() as session:
        retired = session.get_one(ItemVersionRow, twins["B"])
        retired.state = "retired"
    search(services, people, 0.9, Basis.STEM)
    [group] = view_undecided(services, people.manager, 1).groups
    assert [side.line.version_id for side in group.pairs[0].sides] == [draft, twins["C"]]


@pytest.mark.parametrize(("threshold", "basis"), [(0.3, "whole"), (1.1, "whole"), (0.9, "key")])
def test_no_search_is_made_of_what_cannot_be_searched(threshold, basis):
    with pytest.raises(PairRefused):
        Search(threshold, basis)


def test_the_pages_search_compare_and_decide(services: Services, people: Cast, twins, app: Flask):
    for role in (Role.BANK_MANAGER, Role.REVIEWER):
        add_user(services, None, NewUser(role.value, role.value, frozenset({role}), PASSWORD, locale="en"))
    manager = sign_in(app, "bank_manager", PASSWORD)
    sent = manager.post_form("/bank/near-duplicates/search", threshold="90", basis="stem")
    assert sent.status_code == 302
    page = manager.get(sent.location).text
    assert "A – B" in page
    assert '<mark class="differs">' in page
    one, other = numbers_of(services, "A", "B")
    answer = manager.post_form(
        "/bank/near-duplicates/decide", pairs=f"{one}-{other}", decision="dismissed", reason="Khác"
    )
    assert answer.status_code == 302
    assert "A – B" not in manager.get("/bank/near-duplicates").text
    assert "Khác" in manager.get("/bank/near-duplicates/decided").text
    for form in ({"pairs": "x"}, {"decision": "dismissed"}, {"pairs": "1-2", "decision": "eat"}):
        assert manager.post_form("/bank/near-duplicates/decide", **form).status_code == 400
    reviewer = sign_in(app, "reviewer", PASSWORD)
    assert 'name="decision"' not in reviewer.get("/bank/near-duplicates").text
    assert manager.get("/items?tab=all&q=thoi+han&page=7").status_code == 200
