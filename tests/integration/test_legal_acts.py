"""Legal acts: what cites them, and what their repeal does to it, on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from examsvc import bootstrap, whole
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.bootstrap import House
from examsvc.services import Services, legal_repeals
from examsvc.services.audit import verify_chain
from examsvc.services.bank import add_item, edit_draft, new_version, submit_for_review
from examsvc.services.bank_errors import LegalActRefused
from examsvc.services.bank_import import File, check_file
from examsvc.services.bank_lists import list_law_updates, list_movable
from examsvc.services.bank_review import Judgement, move_items, review_item
from examsvc.services.bank_views import view_item
from examsvc.services.legal_acts import (
    ActFacts,
    add_act,
    edit_act,
    list_register,
    view_act,
    view_number,
)
from examsvc.services.legal_repeals import (
    MOVED,
    Repeal,
    carry_out_due_repeals,
    preview_repeal,
    repeal_act,
    undo_repeal,
)
from examsvc.store.legal_acts import cite, numbers_cited_by
from examsvc.store.migrate import migrate
from examsvc.store.models import AdministrationRow, AuditEntryRow, CitationRow, ItemVersionRow, LegalActRow
from item_bank.errors import InvalidActNumber, TransitionRefused
from item_bank.interactions.asked import single_choice
from item_bank.legal_basis import Standing
from item_bank.lifecycle import State
from item_bank.quality import Fault
from item_bank.review import CHECKLIST, Decision
from item_bank.stimulus import Stimulus
from item_bank.translation import Translation
from tests.integration.laid_acts import BASIS, CIRCULAR, DECREE, Bank
from tests.integration.laid_campaign import lay_organisation, plan_campaign
from tests.integration.schema_steps import go_back
from tests.integration.test_bank import WORDING
from tests.unit.item_bank.workbook_factory import row_of, workbook

pytestmark = pytest.mark.integration
REASON = "Nghị định mới thay thế."


@pytest.fixture
def bank(services: Services) -> Bank:
    return Bank(services)


@pytest.fixture
def decree(services: Services, bank: Bank) -> int:
    """The decree's id in the register."""
    return add_act(services, bank.manager, ActFacts(DECREE, "Nghị định về thủ tục hải quan"))


def now_on(bank: Bank, **changes: object) -> Repeal:
    return replace(Repeal(bank.today(), REASON), **changes)


def in_a_week(bank: Bank) -> Repeal:
    return Repeal(bank.today() + timedelta(days=7), REASON)


def cited(services: Services, version_id: int) -> list[str]:
    with services.store.read() as session:
        return sorted(numbers_cited_by(session, [version_id]).get(version_id, []))


def acts_of(services: Services, action: str) -> list[dict]:
    with services.store.read() as session:
        records = [json.loads(record) for record in session.scalars(sa.select(AuditEntryRow.record))]
    return [record for record in records if record["action"] == action]


def faults(services: Services, bank: Bank, version_id: int) -> set[Fault]:
    return {finding.fault for finding in view_item(services, bank.manager, version_id).findings}


# ---- what cites what ----


def test_whoever_writes_a_wording_keeps_the_acts_it_cites(services: Services, bank: Bank):
    wording = replace(WORDING, legal_basis="NĐ 8/2015/nđ-cp; TT 38/2015/TT-BTC")
    version_id = add_item(services, bank.author, wording)
    assert cited(services, version_id) == [DECREE, CIRCULAR]
    edit_draft(services, bank.author, version_id, replace(wording, legal_basis="TT 38/2015/TT-BTC"))
    assert cited(services, version_id) == [CIRCULAR]
    submit_for_review(services, bank.author, [version_id])
    assert cited(services, new_version(services, bank.author, version_id)) == [CIRCULAR]


def test_the_migration_reads_what_was_written_before_it(services: Services, bank: Bank):
    version_id = bank.lay("T01-001", "operational", "Nghị định 08/2015/NĐ-CP; Luật Hải quan 54/2014/QH13")
    bank.lay("T01-002", "operational", "WCO SAFE Framework of Standards")
    go_back(services.store, "0008")
    assert migrate(services.store)[:2] == ["0009", "0010"]
    assert cited(services, version_id) == [DECREE, "54/2014/QH13"]
    with services.store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(CitationRow)) == 2


def test_adding_an_act_finds_wordings_of_a_process_that_kept_no_citations(services: Services, bank: Bank):
    version_id = bank.lay("T01-001", "operational")
    with services.store.begin() as session:
        session.execute(sa.delete(CitationRow))
    act_id = add_act(services, bank.manager, ActFacts(DECREE, "Nghị định"))
    assert cited(services, version_id) == [DECREE]
    assert view_act(services, bank.manager, act_id).states == {"operational": 1}


# ---- the register ----


def test_an_act_is_entered_once_however_its_number_is_spelled(services: Services, bank: Bank, decree: int):
    with pytest.raises(LegalActRefused) as refused:
        add_act(services, bank.manager, ActFacts("nghị định 8/2015/nd-cp", "Khác"))
    assert (refused.value.code, refused.value.params["field"]) == ("ACT_REGISTERED", "number")


def test_two_who_enter_the_same_act_at_once_enter_it_once(services: Services, bank: Bank):
    def enter(actor) -> object:
        try:
            return add_act(services, actor, ActFacts(DECREE, "Nghị định"))
        except LegalActRefused as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(enter, (bank.manager, bank.second_manager)))
    assert outcomes.count("ACT_REGISTERED") == 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": "  "}, "MISSING_CELL", "title"),
        ({"issued_on": date(215, 1, 21)}, "UNLIKELY_DATE", "issued_on"),
        ({"effective_from": date(2215, 1, 21)}, "UNLIKELY_DATE", "effective_from"),
        ({"number": "Luật Hải quan"}, "INVALID_ACT_NUMBER", None),
        ({"number": f"{DECREE}, {CIRCULAR}"}, "SEVERAL_ACT_NUMBERS", None),
    ],
)
def test_an_act_that_cannot_be_right_is_refused_with_its_field(
    services: Services, bank: Bank, change, code, field
):
    with pytest.raises((LegalActRefused, InvalidActNumber)) as refused:
        add_act(services, bank.manager, replace(ActFacts(DECREE, "Nghị định"), **change))
    assert (refused.value.code, refused.value.params.get("field")) == (code, field)
    assert list_register(services, bank.manager).lines == []


def test_a_number_stays_once_items_cite_it(services: Services, bank: Bank, decree: int):
    edit_act(services, bank.manager, decree, ActFacts("09/2015/NĐ-CP", "Gõ nhầm số"))
    edit_act(services, bank.manager, decree, ActFacts(DECREE, "Nghị định"))
    bank.lay("T01-001", "draft")
    with pytest.raises(LegalActRefused, match="NUMBER_CITED"):
        edit_act(services, bank.manager, decree, ActFacts("09/2015/NĐ-CP", "Khác"))
    edit_act(services, bank.manager, decree, ActFacts(DECREE, "Tên đúng", effective_from=date(2015, 3, 15)))
    view = view_act(services, bank.manager, decree)
    assert (view.act.row.title, view.act.row.effective_from) == ("Tên đúng", date(2015, 3, 15))
    assert [change.change for change, _name in view.changes] == ["edited"] * 3 + ["added"]


def test_the_register_counts_citing_items_by_state_and_names_numbers_it_lacks(
    services: Services, bank: Bank, decree: int
):
    bank.lay("T01-001", "operational", f"{BASIS}; Thông tư {CIRCULAR}")
    bank.lay("T01-002", "draft")
    bank.lay("T01-003", "retired", "Thông tư 99/2010/TT-BTC")
    [line] = list_register(services, bank.manager).lines
    assert (line.act.number, line.states) == (DECREE, {"operational": 1, "draft": 1})
    unknown = list_register(services, bank.manager, wanted=Standing.UNKNOWN)
    assert [line.act.number for line in unknown.lines] == [CIRCULAR]  # nobody needs what is retired
    assert unknown.counts == {"in_force": 1, "unknown": 1}
    assert [line.code for line in view_number(services, bank.manager, CIRCULAR).lines] == ["T01-001"]


def test_the_register_is_searched_by_number_and_title_without_diacritics(
    services: Services, bank: Bank, decree: int
):
    add_act(services, bank.manager, ActFacts(CIRCULAR, "Thông tư về quản lý rủi ro"))

    def found(text: str) -> list[str]:
        return [line.act.number for line in list_register(services, bank.reviewer, text=text).lines]

    assert found("rui ro") == [CIRCULAR]
    assert found("08/2015") == [DECREE]
    assert found("xyz") == []


# ---- who may ----


def test_whoever_reads_items_reads_acts_and_the_bank_manager_alone_changes_them(
    services: Services, bank: Bank, decree: int
):
    for reader in (bank.author, bank.reviewer, bank.manager, bank.auditor):
        assert view_act(services, reader, decree).act.number == DECREE
    for stranger in (bank.officer, bank.admin):
        with pytest.raises(Forbidden):
            list_register(services, stranger)
        with pytest.raises(Forbidden):
            view_number(services, stranger, DECREE)
    for reader in (bank.author, bank.reviewer, bank.auditor, bank.officer, bank.admin):
        for change in (
            lambda who: add_act(services, who, ActFacts(CIRCULAR, "Thông tư")),
            lambda who: edit_act(services, who, decree, ActFacts(DECREE, "Khác")),
            lambda who: preview_repeal(services, who, decree, now_on(bank)),
            lambda who: repeal_act(services, who, decree, now_on(bank)),
            lambda who: undo_repeal(services, who, decree),
        ):
            with pytest.raises(Forbidden):
                change(reader)


def test_an_author_counts_and_sees_his_own_items_alone(services: Services, bank: Bank, decree: int):
    bank.lay("T01-001", "operational")
    bank.lay("T01-002", "operational", f"{BASIS}; {CIRCULAR}", author=bank.other_author)
    view = view_act(services, bank.author, decree)
    assert [line.code for line in view.lines] == ["T01-001"]
    assert (view.states, view.own_only) == ({"operational": 1}, True)
    assert list_register(services, bank.author, wanted=Standing.UNKNOWN).lines == []
    assert view_act(services, bank.reviewer, decree).n_lines == 2


# ---- repealing ----


def test_a_repeal_moves_every_citing_version_in_use_with_its_reason(
    services: Services, bank: Bank, decree: int
):
    moving = [bank.lay(f"T01-{number:03}", state) for number, state in enumerate(MOVED)]
    staying = {
        bank.lay("T01-100", "draft"): "draft",
        bank.lay("T01-101", "retired"): "retired",
        bank.lay("T01-102", "quarantined"): "quarantined",
        bank.lay("T01-103", "operational", "Thông tư 38/2015/TT-BTC"): "operational",
        bank.lay("T01-104", "operational", "Nghị định 108/2015/NĐ-CP"): "operational",
    }
    assert repeal_act(services, bank.manager, decree, now_on(bank)) == len(moving) == 7
    assert {bank.state_of(id_) for id_ in moving} == {"needs_law_update"}
    assert {id_: bank.state_of(id_) for id_ in staying} == staying
    moves = acts_of(services, "items.move")
    assert {move["subject"] for move in moves} == {f"item_version:{id_}" for id_ in moving}
    assert {(move["actor"], move["detail"]["comment"]) for move in moves} == {(bank.manager.user_id, REASON)}
    assert verify_chain(services).first_bad_seq is None


ELSEWHERE = {
    "stem": {"stem": "Theo Nghị định 08/2015/NĐ-CP, tờ khai nộp khi nào?"},
    "option": {"asked": single_choice("Theo NĐ 8/2015/NĐ-CP", "Miễn khai", "Nộp thuế", "Tạm giữ")},
    "rationale": {"rationale": "Xem Điều 25 Nghị định số 08 / 2015 / NĐ-CP."},
    "stimulus": {"stimulus": Stimulus("TH-1", "Trích Nghị định 08/2015/NĐ-CP: …")},
    "english": {
        "english": Translation(
            "Under Decree No. 08/2015/ND-CP?", dict(zip("ABCD", ("a", "b", "c", "d"), strict=True))
        )
    },
}


@pytest.mark.parametrize("kept", [True, False], ids=["of this release", "of an earlier one"])
@pytest.mark.parametrize("where", list(ELSEWHERE))
def test_a_repeal_moves_items_that_name_the_act_elsewhere_than_in_their_basis(
    services: Services, bank: Bank, decree: int, where: str, kept: bool
):
    wording = replace(WORDING, legal_basis="Thông tư 38/2015/TT-BTC", **ELSEWHERE[where])
    version_id = add_item(services, bank.author, wording)
    with services.store.begin() as session:
        session.get_one(ItemVersionRow, version_id).state = "operational"
        if not kept:
            session.execute(sa.delete(CitationRow).where(CitationRow.number == DECREE))
    assert preview_repeal(services, bank.manager, decree, now_on(bank)).n_moving == 1
    assert repeal_act(services, bank.manager, decree, now_on(bank)) == 1
    assert bank.state_of(version_id) == "needs_law_update"


def test_an_item_of_a_repealed_act_goes_nowhere_without_a_reason(services: Services, bank: Bank, decree: int):
    repeal_act(services, bank.manager, decree, now_on(bank))
    version_id = add_item(services, bank.author, replace(WORDING, legal_basis=BASIS))
    submit_for_review(services, bank.author, [version_id])
    review_item(services, bank.reviewer, version_id, Judgement(Decision.ACCEPT, frozenset(CHECKLIST)))
    with pytest.raises(TransitionRefused) as refused:
        move_items(services, bank.manager, [version_id], State.APPROVED)
    assert (refused.value.code, refused.value.params["numbers"]) == ("REPEALED_ACT_NAMED", DECREE)
    assert bank.state_of(version_id) == "appraised"
    move_items(services, bank.manager, [version_id], State.APPROVED, comment="Hỏi về lịch sử của quy định.")
    assert bank.state_of(version_id) == "approved"
    with pytest.raises(TransitionRefused, match="REPEALED_ACT_NAMED"):
        move_items(services, bank.manager, [version_id], State.PILOT)


def test_a_repeal_that_fails_in_the_middle_leaves_nothing_behind(
    services: Services, bank: Bank, decree: int, monkeypatch: pytest.MonkeyPatch
):
    version_id = bank.lay("T01-001", "operational")

    def fail(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(legal_repeals, "record_moves", fail)
    with pytest.raises(ZeroDivisionError):
        repeal_act(services, bank.manager, decree, now_on(bank))
    assert bank.state_of(version_id) == "operational"
    assert view_act(services, bank.manager, decree).act.standing is Standing.IN_FORCE
    assert acts_of(services, "legal_acts.repealed") == []


def test_an_act_is_repealed_once_also_by_two_at_the_same_moment(services: Services, bank: Bank, decree: int):
    for number in range(20):
        bank.lay(f"T01-{number:03}", "operational")

    def repeal(actor) -> object:
        try:
            return repeal_act(services, actor, decree, now_on(bank))
        except LegalActRefused as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        outcomes = set(pool.map(repeal, (bank.manager, bank.second_manager)))
    assert outcomes == {20, "ALREADY_REPEALED"}
    assert len(acts_of(services, "items.move")) == 20
    assert repeal(bank.manager) == "ALREADY_REPEALED"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"reason": " \n "}, "COMMENT_REQUIRED", "reason"),
        ({"effective_to": date(26, 1, 1)}, "UNLIKELY_DATE", "effective_to"),
        ({"effective_to": date(2015, 3, 15)}, "REPEAL_BEFORE_EFFECT", "effective_to"),
    ],
)
def test_a_repeal_that_cannot_be_right_is_refused_with_its_field(
    services: Services, bank: Bank, decree: int, change, code, field
):
    edit_act(services, bank.manager, decree, ActFacts(DECREE, "Nghị định", effective_from=date(2015, 3, 15)))
    for attempt in (preview_repeal, repeal_act):
        with pytest.raises(LegalActRefused) as refused:
            attempt(services, bank.manager, decree, now_on(bank, **change))
        assert (refused.value.code, refused.value.params["field"]) == (code, field)


def test_no_act_replaces_itself_even_by_way_of_another(services: Services, bank: Bank, decree: int):
    newer = add_act(services, bank.manager, ActFacts("167/2025/NĐ-CP", "Nghị định mới"))
    with pytest.raises(LegalActRefused, match="SUCCESSOR_LEADS_BACK"):
        repeal_act(services, bank.manager, decree, now_on(bank, successor_id=decree))
    repeal_act(services, bank.manager, decree, now_on(bank, successor_id=newer))
    with pytest.raises(LegalActRefused) as refused:
        repeal_act(services, bank.manager, newer, now_on(bank, successor_id=decree))
    assert refused.value.params["field"] == "successor"
    assert view_act(services, bank.manager, decree).successor.number == "167/2025/NĐ-CP"


def test_a_successor_can_be_named_after_the_repeal(services: Services, bank: Bank, decree: int):
    repeal_act(services, bank.manager, decree, now_on(bank))
    newer = add_act(services, bank.manager, ActFacts("167/2025/NĐ-CP", "Nghị định mới"))
    edit_act(services, bank.manager, decree, ActFacts(DECREE, "Nghị định", successor_id=newer))
    assert view_act(services, bank.manager, decree).act.successor == "167/2025/NĐ-CP"
    late = ActFacts(DECREE, "Nghị định", effective_from=bank.today(), successor_id=newer)
    with pytest.raises(LegalActRefused, match="EFFECTIVE_AFTER_REPEAL"):
        edit_act(services, bank.manager, decree, late)


# ---- a day ahead ----


def test_a_repeal_ahead_moves_nothing_until_its_day_and_then_once(
    services: Services, bank: Bank, decree: int
):
    early = bank.lay("T01-001", "operational")
    assert repeal_act(services, bank.manager, decree, in_a_week(bank)) is None
    assert carry_out_due_repeals(services) == 0
    assert bank.state_of(early) == "operational"
    assert view_act(services, bank.manager, decree).act.is_ending
    late = bank.lay("T01-002", "pilot")  # came to cite it in the meantime
    bank.let_the_day_come(decree)
    with ThreadPoolExecutor(4) as processes:
        moved = list(processes.map(carry_out_due_repeals, [services] * 4))
    assert sorted(moved) == [0, 0, 0, 2]
    assert {bank.state_of(early), bank.state_of(late)} == {"needs_law_update"}
    [entry] = acts_of(services, "legal_acts.took_effect")
    assert entry["actor"] is None
    assert entry["detail"] == {"n_moved": 2, "ordered_by": bank.manager.user_id}
    assert len(acts_of(services, "items.move")) == 2
    assert verify_chain(services).first_bad_seq is None


def test_the_processes_with_all_rooms_look_after_repeals(monkeypatch: pytest.MonkeyPatch):
    given: list[object] = []
    monkeypatch.setattr(whole, "serve_rooms", lambda *_rooms, chores: given.extend(chores))
    whole.serve()
    assert carry_out_due_repeals in given


def test_the_sweep_carries_out_what_is_due(services: Services, bank: Bank, decree: int):
    version_id = bank.lay("T01-001", "operational")
    repeal_act(services, bank.manager, decree, in_a_week(bank))
    house = House(None, services, services.queue, "", does_jobs=False)
    bootstrap._sweep(house, [carry_out_due_repeals])
    assert bank.state_of(version_id) == "operational"
    bank.let_the_day_come(decree)
    bootstrap._sweep(house, [carry_out_due_repeals])
    bootstrap._sweep(house, [carry_out_due_repeals])
    assert bank.state_of(version_id) == "needs_law_update"
    assert len(acts_of(services, "legal_acts.took_effect")) == 1


def test_items_brought_back_by_review_are_not_moved_a_second_time(
    services: Services, bank: Bank, decree: int
):
    version_id = bank.lay("T01-001", "operational")
    repeal_act(services, bank.manager, decree, in_a_week(bank))
    bank.let_the_day_come(decree)
    carry_out_due_repeals(services)
    move_items(services, bank.manager, [version_id], State.IN_REVIEW, comment="Nội dung vẫn đúng")
    assert carry_out_due_repeals(services) == 0
    assert bank.state_of(version_id) == "in_review"


def test_a_repeal_is_taken_back_as_long_as_its_day_lies_ahead(services: Services, bank: Bank, decree: int):
    version_id = bank.lay("T01-001", "operational")
    with pytest.raises(LegalActRefused, match="NOT_REPEALED"):
        undo_repeal(services, bank.manager, decree)
    repeal_act(services, bank.manager, decree, in_a_week(bank))
    undo_repeal(services, bank.manager, decree)
    with services.store.read() as session:
        row = session.get_one(LegalActRow, decree)
        assert (row.effective_to, row.replaced_by_id, row.reason, row.repealed_by) == (None, None, "", None)
    assert carry_out_due_repeals(services) == 0
    repeal_act(services, bank.manager, decree, now_on(bank))
    with pytest.raises(LegalActRefused, match="REPEAL_IN_EFFECT"):
        undo_repeal(services, bank.manager, decree)
    assert bank.state_of(version_id) == "needs_law_update"
    changes = [change.change for change, _name in view_act(services, bank.manager, decree).changes]
    assert changes == ["repealed", "undone", "repealed", "added"]


# ---- what is said of it ----


def test_a_preview_counts_what_moves_and_changes_nothing(services: Services, bank: Bank, decree: int):
    moving = bank.lay("T01-001", "operational")
    bank.lay("T01-002", "draft")
    preview = preview_repeal(services, bank.manager, decree, now_on(bank))
    assert (preview.n_moving, preview.at_once) == (1, True)
    assert preview.states == {"operational": 1, "draft": 1}
    assert [line.version_id for line in preview.moving] == [moving]
    assert not preview_repeal(services, bank.manager, decree, in_a_week(bank)).at_once
    assert bank.state_of(moving) == "operational"
    assert view_act(services, bank.manager, decree).act.row.effective_to is None


def test_a_preview_names_items_on_forms_of_coming_exams(services: Services):
    laid = lay_organisation(services)
    _campaign_id, administration_id = plan_campaign(services, laid)
    manager = replace(laid.author, roles=frozenset({Role.BANK_MANAGER}))
    decree = add_act(services, manager, ActFacts(DECREE, "Nghị định"))
    with services.store.begin() as session:
        cite(session, {laid.item_version_ids[0]: [DECREE]})
    repeal = Repeal(date(2026, 1, 1), REASON)
    uses = preview_repeal(services, manager, decree, repeal).uses
    assert uses
    assert {use.administration_code for use in uses} == {"C1-GSQL"}
    assert len({use.item_code for use in uses}) == 1
    with services.store.begin() as session:
        session.get_one(AdministrationRow, administration_id).state = "closed"
    assert preview_repeal(services, manager, decree, repeal).uses == []


def test_items_that_cite_unknown_or_repealed_acts_say_so_and_are_not_refused(
    services: Services, bank: Bank, decree: int
):
    newer = add_act(services, bank.manager, ActFacts("167/2025/NĐ-CP", "Nghị định mới"))
    unknown = bank.lay("T01-001", "operational", "Thông tư 38/2015/TT-BTC")
    assert faults(services, bank, unknown) == {Fault.UNKNOWN_ACT}
    known = bank.lay("T01-002", "operational")
    assert faults(services, bank, known) == set()
    repeal_act(services, bank.manager, decree, now_on(bank, successor_id=newer))
    draft = add_item(services, bank.author, replace(WORDING, legal_basis=BASIS))
    [finding] = view_item(services, bank.author, draft).findings
    assert finding.params == {"number": DECREE, "successor": "167/2025/NĐ-CP"}
    submit_for_review(services, bank.author, [draft])
    bank.lay("T01-003", "appraised")
    [candidate] = list_movable(services, bank.manager, State.APPRAISED, State.APPROVED)
    assert [found.fault for found in candidate.findings] == [Fault.REPEALED_ACT]


def test_a_workbook_that_cites_a_repealed_act_is_warned_of_row_by_row(
    services: Services, bank: Bank, decree: int
):
    rows = [row_of(BASIS=BASIS), row_of(CODE="T01-002", STEM="Ai kiểm tra thực tế hàng hóa?", BASIS="Luật")]
    file = File("x.xlsx", workbook(rows))
    assert [line.warnings for line in check_file(services, bank.author, file).lines] == [[], []]
    repeal_act(services, bank.manager, decree, now_on(bank))
    first, second = check_file(services, bank.author, file).lines
    assert (first.fate, [note.code for note in first.warnings]) == ("taken", ["REPEALED_ACT"])
    assert second.warnings == []


def test_an_author_finds_his_items_until_a_new_wording_is_with_the_reviewers(
    services: Services, bank: Bank, decree: int
):
    own = bank.lay("T01-001", "operational")
    bank.lay("T01-002", "operational", author=bank.other_author)
    repeal_act(services, bank.manager, decree, now_on(bank))
    [update] = list_law_updates(services, bank.author)
    assert update.line.version_id == own
    assert [(act.number, act.row.reason) for act in update.repealed] == [(DECREE, REASON)]
    assert update.draft_id is None
    draft = new_version(services, bank.author, own)
    assert list_law_updates(services, bank.author)[0].draft_id == draft
    submit_for_review(services, bank.author, [draft])
    assert list_law_updates(services, bank.author) == []
    assert bank.state_of(own) == "needs_law_update"


def test_an_item_taken_out_by_hand_tells_its_author_why(services: Services, bank: Bank):
    version_id = bank.lay("T01-001", "operational", "Bộ luật Hình sự 2015")
    comment = "Bộ luật đã sửa đổi"
    move_items(services, bank.manager, [version_id], State.NEEDS_LAW_UPDATE, comment=comment)
    [update] = list_law_updates(services, bank.author)
    assert (update.repealed, update.comment) == ([], comment)
    assert view_item(services, bank.author, version_id).law_comment == comment
