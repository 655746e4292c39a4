"""The bank from an author's file to an item that exams may use, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.services import Services, bank
from examsvc.services.audit import verify_chain
from examsvc.services.bank import add_item, edit_draft, new_version, submit_for_review
from examsvc.services.bank_board import view_board
from examsvc.services.bank_errors import DraftOpen, ImportIncomplete, Superseded, WordingFrozen
from examsvc.services.bank_import import File, check_file, import_file
from examsvc.services.bank_lists import list_items, list_returned, review_queue
from examsvc.services.bank_replies import reply_to_return
from examsvc.services.bank_review import (
    Judgement,
    approve_items,
    mark_calibrated,
    move_items,
    review_item,
)
from examsvc.services.bank_views import view_item
from examsvc.services.media import add_media
from examsvc.services.rendering import render_items
from examsvc.store import assembly, measuring
from examsvc.store.bank import ItemFilter
from examsvc.store.forms_delivery import DeliveredWording
from examsvc.store.migrate import migrate
from examsvc.store.models import (
    BankImportRow,
    BlueprintCellRow,
    BlueprintRow,
    CalibrationRow,
    ItemEnemyRow,
    ItemKeyRow,
    ItemParameterRow,
    ItemRow,
    ItemVersionRow,
    MediaRow,
    PositionRow,
    TopicRow,
    UserRow,
)
from item_bank.errors import AppraisalRefused, ImportRefused, InvalidItem, TransitionRefused
from item_bank.formats.foreign import BankFacts, ForeignBank, ForeignItem
from item_bank.formats.xlsx_bank.read import read_workbook
from item_bank.formats.xlsx_bank.write import write_workbook
from item_bank.intake import Known, take_in
from item_bank.interactions.asked import single_choice
from item_bank.interactions.marking import Key
from item_bank.lifecycle import State
from item_bank.media import reference
from item_bank.review import CHECKLIST, Decision
from item_bank.wording import Wording
from tests.integration.schema_steps import go_back
from tests.unit.item_bank.pictures import png
from tests.unit.item_bank.workbook_factory import row_of, workbook

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ACCEPT = Judgement(Decision.ACCEPT, frozenset(CHECKLIST))
RETURN = Judgement(Decision.RETURN, frozenset(), "Căn cứ đã hết hiệu lực.")


class Cast:
    """The people of the bank."""

    def __init__(self, deps: Services) -> None:
        with deps.store.begin() as session:
            session.add_all(TopicRow(code=code, name_vi=code, name_en=code) for code in ("T01", "T02"))
            users = {
                name: UserRow(username=name, display_name=name.title(), locale="vi", created_at=NOW)
                for name in ("an", "binh", "chi", "dung", "giang", "hoa")
            }
            session.add_all(users.values())
            session.flush()

            def actor(name: str, *roles: Role) -> Actor:
                return Actor(users[name].id, name, name.title(), frozenset(roles))

            self.author = actor("an", Role.AUTHOR)
            self.other_author = actor("binh", Role.AUTHOR, Role.REVIEWER)
            self.reviewer = actor("chi", Role.REVIEWER)
            self.manager = actor("dung", Role.BANK_MANAGER)
            self.examiner = actor("giang", Role.EXAMINER)
            self.officer = actor("hoa", Role.OFFICER)


@pytest.fixture
def people(services: Services) -> Cast:
    return Cast(services)


WORDING = Wording(
    code="T01-100",
    topic="T01",
    level="apply",
    stem="Trị giá < 5 triệu đồng thì làm gì?",
    asked=single_choice("Khai báo", "Miễn khai", "Nộp thuế", "Tạm giữ"),
    key=Key(1, ("B",)),
    legal_basis="Luật Hải quan 2014, Điều 25",
)


def three_rows() -> list[dict[str, str]]:
    return [
        row_of(ENEMIES="T01-002"),
        row_of(CODE="T01-002", STEM="Ai có thẩm quyền kiểm tra thực tế hàng hóa?", KEY="A"),
        row_of(CODE="T02-001", TOPIC="T02", STEM="Mã HS gồm mấy chữ số theo biểu thuế?", KEY="C"),
    ]


def imported(services: Services, people: Cast) -> list[int]:
    outcome = import_file(services, people.author, File("cau-hoi.xlsx", workbook(three_rows())))
    return list(outcome.version_ids)


def count(services: Services, kind: type) -> int:
    with services.store.read() as session:
        return int(session.scalar(sa.select(sa.func.count()).select_from(kind)) or 0)


def states(services: Services, ids: list[int]) -> list[str]:
    with services.store.read() as session:
        return [session.get_one(ItemVersionRow, id_).state for id_ in ids]


def in_review(services: Services, people: Cast) -> list[int]:
    ids = imported(services, people)
    submit_for_review(services, people.author, ids)
    return ids


def approved(services: Services, people: Cast) -> list[int]:
    ids = in_review(services, people)
    for id_ in ids:
        review_item(services, people.reviewer, id_, ACCEPT)
    approve_items(services, people.manager, ids)
    return ids


def calibrate(services: Services, people: Cast, ids: list[int]) -> int:
    with services.store.begin() as session:
        row = CalibrationRow(
            code="judged",
            method="judgement",
            model="2PL",
            state="proposed",
            n_persons=0,
            n_items=len(ids),
            summary={},
            checksum="0" * 64,
            created_by=people.examiner.user_id,
            created_at=NOW,
        )
        session.add(row)
        session.flush()
        session.add_all(
            ItemParameterRow(
                calibration_id=row.id,
                item_version_id=id_,
                a=1.0,
                b=0.0,
                c=0.0,
                n_responses=0,
                options=[],
                flags=[],
            )
            for id_ in ids
        )
        session.flush()
        row.state = "adopted"
        return mark_calibrated(session, people.examiner, row.id)


def test_a_good_file_becomes_drafts_of_the_one_who_sent_it(services: Services, people: Cast):
    ids = imported(services, people)
    lines = list_items(services, people.author, ItemFilter())
    assert [(line.code, line.state, line.author_name) for line in lines] == [
        ("T01-001", "draft", "An"),
        ("T01-002", "draft", "An"),
        ("T02-001", "draft", "An"),
    ]
    assert len(ids) == 3
    view = view_item(services, people.author, ids[0])
    assert view.key.option_id == "B"
    assert view.enemies == ["T01-002"]
    with services.store.read() as session:
        record = session.scalars(sa.select(BankImportRow)).one()
        assert (record.filename, record.n_items) == ("cau-hoi.xlsx", 3)
        assert session.scalars(sa.select(ItemEnemyRow)).one().item_a_id == view.line.item_id
    assert verify_chain(services).first_bad_seq is None


def test_a_file_is_stored_in_parts_and_whole(services: Services, people: Cast, monkeypatch):
    """Whatever the parts: each code has its own wording and key, in the order of the file."""
    monkeypatch.setattr(bank, "AT_ONCE", 2)
    outcome = import_file(services, people.author, File("cau-hoi.xlsx", workbook(three_rows())))
    found = [view_item(services, people.author, id_) for id_ in outcome.version_ids]
    assert [one.item.code for one in found] == ["T01-001", "T01-002", "T02-001"]
    assert [one.item.stem.split()[0] for one in found] == ["Thời", "Ai", "Mã"]
    assert [one.key.option_id for one in found] == ["B", "A", "C"]


def test_one_wrong_row_keeps_the_whole_file_out_and_is_named(services: Services, people: Cast):
    rows = [*three_rows(), row_of(CODE="T01-009", KEY="E", STEM="Câu có đáp án sai?")]
    file = File("x.xlsx", workbook(rows))
    [refused] = [line.refused for line in check_file(services, people.author, file).lines if line.refused]
    assert refused.code == "INVALID_KEY"
    assert [refused.params[name] for name in ("row", "column", "header")] == [5, "I", "Đáp án"]
    with pytest.raises(ImportIncomplete):
        import_file(services, people.author, file)
    assert [count(services, kind) for kind in (ItemRow, ItemVersionRow, ItemKeyRow, BankImportRow)] == [0] * 4


def test_checking_a_file_changes_nothing(services: Services, people: Cast):
    report = check_file(services, people.author, File("x.xlsx", workbook(three_rows())))
    assert [line.fate for line in report.lines] == ["taken"] * 3
    assert count(services, ItemRow) == 0


def test_a_second_import_is_compared_with_the_whole_bank(services: Services, people: Cast):
    imported(services, people)
    new = "Hàng quá cảnh được lưu kho tối đa bao nhiêu ngày?"
    rows = [
        row_of(CODE="T01-050"),
        row_of(CODE="t01-002", STEM="Một câu khác hẳn về kho ngoại quan?"),
        row_of(CODE="T01-051", STEM=new),
        row_of(CODE="T01-052", STEM="Hang qua canh duoc luu kho toi da bao nhieu ngay"),
    ]
    report = check_file(services, people.other_author, File("x.xlsx", workbook(rows)))
    [alike, held, first, second] = report.lines
    assert [
        [(note.code, note.params["other"]) for note in one.warnings] for one in (alike, first, second)
    ] == [
        [("NEAR_DUPLICATE", "T01-001")],
        [],
        [("NEAR_DUPLICATE", "T01-051")],
    ]
    assert held.refused is not None
    assert held.refused.code == "CODE_IN_BANK"


def test_a_code_longer_than_the_bank_keeps_is_refused_not_cut(services: Services, people: Cast):
    file = File("x.xlsx", workbook([row_of(CODE="T" * 41)]))
    [line] = check_file(services, people.author, file).lines
    assert line.refused is not None
    assert (line.refused.code, line.refused.params["row"]) == ("TEXT_TOO_LONG", 2)


def test_what_is_no_workbook_is_refused_as_a_whole(services: Services, people: Cast):
    with pytest.raises(ImportRefused, match="FILE_UNKNOWN"):
        import_file(services, people.author, File("x.xlsx", b"no workbook"))


def test_only_authors_write(services: Services, people: Cast):
    for stranger in (people.reviewer, people.manager, people.officer):
        with pytest.raises(Forbidden):
            import_file(services, stranger, File("x.xlsx", workbook(three_rows())))
        with pytest.raises(Forbidden):
            add_item(services, stranger, WORDING)


def test_an_added_item_keeps_what_was_typed(services: Services, people: Cast):
    view = view_item(services, people.author, add_item(services, people.author, WORDING))
    assert view.item.stem == "Trị giá &lt; 5 triệu đồng thì làm gì?"
    assert view.rights.edit
    assert view.rights.submit
    assert not view.rights.make_version


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"stem": "<p> </p>"}, "MISSING_CELL", "stem"),
        (
            {"asked": single_choice("Khai báo", "Miễn khai", "khai  báo", "Tạm giữ")},
            "DUPLICATE_OPTION",
            "option_c",
        ),
        ({"enemies": ("T09-999",)}, "UNKNOWN_ENEMY", "enemies"),
        ({"enemies": ("t01-100",)}, "SELF_ENEMY", "enemies"),
        ({"topic": "T99"}, "UNKNOWN_TOPIC", "topic"),
        ({"level": "guess"}, "UNKNOWN_LEVEL", "level"),
        ({"code": "x" * 41}, "INVALID_CODE", "code"),
    ],
)
def test_a_faulty_item_is_refused_with_the_field(services: Services, people: Cast, change, code, field):
    with pytest.raises(InvalidItem) as refused:
        add_item(services, people.author, replace(WORDING, **change))
    assert (refused.value.code, refused.value.params["field"]) == (code, field)
    assert count(services, ItemRow) == 0


def test_a_code_is_taken_once_whatever_its_case(services: Services, people: Cast):
    add_item(services, people.author, WORDING)
    with pytest.raises(InvalidItem, match="CODE_IN_BANK"):
        add_item(services, people.other_author, replace(WORDING, code="t01-100"))


def test_a_draft_changes_in_place_and_its_key_gets_a_new_version(services: Services, people: Cast):
    id_ = add_item(services, people.author, WORDING)
    changed = replace(WORDING, topic="T02", key=Key(1, ("D",)), stem="Câu hỏi mới?", code="ignored")
    edit_draft(services, people.author, id_, changed)
    view = view_item(services, people.author, id_)
    assert (view.line.code, view.line.topic.code, view.item.stem) == ("T01-100", "T02", "Câu hỏi mới?")
    assert (view.key.option_id, view.key.version) == ("D", 2)


def test_versions_written_before_the_migration_know_which_is_the_latest(services: Services, people: Cast):
    def superseded() -> list[tuple[int, bool]]:
        with services.store.read() as session:
            rows = session.execute(sa.select(ItemVersionRow.id, ItemVersionRow.superseded))
            return sorted((row.id, row.superseded) for row in rows)

    first = add_item(services, people.author, WORDING)
    submit_for_review(services, people.author, [first])
    second = new_version(services, people.author, first)
    other = add_item(services, people.author, replace(WORDING, code="T01-101", stem="Ai ký tờ khai?"))
    assert superseded() == [(first, True), (second, False), (other, False)]
    go_back(services.store, "0017")
    assert migrate(services.store)[0] == "0018"
    assert superseded() == [(first, True), (second, False), (other, False)]


def test_nobody_edits_another_authors_draft(services: Services, people: Cast):
    id_ = add_item(services, people.author, WORDING)
    with pytest.raises(Forbidden, match="own"):
        edit_draft(services, people.other_author, id_, WORDING)
    with pytest.raises(Forbidden, match="own"):
        submit_for_review(services, people.other_author, [id_])


def test_an_author_does_not_see_other_authors_items(services: Services, people: Cast):
    id_ = add_item(services, people.other_author, WORDING)
    assert list_items(services, people.author, ItemFilter()) == []
    with pytest.raises(Forbidden, match="own"):
        view_item(services, people.author, id_)
    with pytest.raises(Forbidden):
        view_item(services, people.officer, id_)


def test_from_review_on_a_change_makes_a_new_version(services: Services, people: Cast):
    [first, *_] = in_review(services, people)
    wording = replace(WORDING, code="T01-001")
    with pytest.raises(WordingFrozen):
        edit_draft(services, people.author, first, wording)
    draft = new_version(services, people.author, first)
    view = view_item(services, people.author, draft)
    assert (view.line.code, view.line.version, view.line.state) == ("T01-001", 2, "draft")
    assert view.item.stem == view_item(services, people.author, first).item.stem
    with pytest.raises(DraftOpen) as refused:
        new_version(services, people.author, first)
    assert refused.value.params["version_id"] == draft
    edit_draft(services, people.author, draft, wording)
    assert (
        view_item(services, people.author, first).item.stem
        != view_item(services, people.author, draft).item.stem
    )


def test_a_returned_item_is_revised_as_a_new_version(services: Services, people: Cast):
    [first, *_] = in_review(services, people)
    review_item(services, people.reviewer, first, RETURN)
    [returned] = list_returned(services, people.author)
    assert (returned.line.version_id, returned.comment) == (first, RETURN.comment)
    with pytest.raises(WordingFrozen):
        edit_draft(services, people.author, first, WORDING)
    draft = new_version(services, people.author, first)
    assert list_returned(services, people.author) == []
    with pytest.raises(Superseded):
        submit_for_review(services, people.author, [first])
    with pytest.raises(TransitionRefused, match="REPLY_REQUIRED"):
        submit_for_review(services, people.author, [draft])
    reply_to_return(services, people.author, returned.review_id, "Đã thay căn cứ.")
    submit_for_review(services, people.author, [draft])
    assert draft in [line.version_id for line in review_queue(services, people.reviewer)]


def test_an_author_never_reviews_his_own_item(services: Services, people: Cast):
    id_ = add_item(services, people.other_author, WORDING)
    submit_for_review(services, people.other_author, [id_])
    assert review_queue(services, people.other_author) == []
    with pytest.raises(Forbidden, match="not_own"):
        review_item(services, people.other_author, id_, ACCEPT)
    assert states(services, [id_]) == ["in_review"]


def test_a_reviewer_cannot_approve(services: Services, people: Cast):
    ids = in_review(services, people)
    review_item(services, people.reviewer, ids[0], ACCEPT)
    with pytest.raises(Forbidden):
        approve_items(services, people.reviewer, ids[:1])
    both = replace(people.reviewer, roles=frozenset({Role.REVIEWER, Role.BANK_MANAGER}))
    with pytest.raises(Forbidden, match="not_own"):
        approve_items(services, both, ids[:1])


def test_an_appraisal_is_complete_or_says_why_not(services: Services, people: Cast):
    [first, *_] = in_review(services, people)
    with pytest.raises(AppraisalRefused, match="CHECKLIST_INCOMPLETE"):
        review_item(services, people.reviewer, first, replace(ACCEPT, checklist=frozenset(CHECKLIST[1:])))
    with pytest.raises(AppraisalRefused, match="COMMENT_REQUIRED"):
        review_item(services, people.reviewer, first, replace(RETURN, comment=" "))
    assert states(services, [first]) == ["in_review"]


def test_two_reviewers_cannot_both_decide(services: Services, people: Cast):
    [first, *_] = in_review(services, people)
    review_item(services, people.reviewer, first, ACCEPT)
    with pytest.raises(TransitionRefused):
        review_item(services, people.other_author, first, RETURN)


def test_a_bulk_approval_is_all_or_nothing(services: Services, people: Cast):
    ids = in_review(services, people)
    review_item(services, people.reviewer, ids[0], ACCEPT)
    with pytest.raises(TransitionRefused) as refused:
        approve_items(services, people.manager, ids[:2])
    assert refused.value.params["item"] == "T01-002"
    assert states(services, ids[:2]) == ["appraised", "in_review"]


def test_the_way_to_operational_needs_an_adopted_calibration(services: Services, people: Cast):
    ids = approved(services, people)
    with pytest.raises(TransitionRefused):
        move_items(services, people.manager, ids, State.OPERATIONAL)
    move_items(services, people.manager, ids[:1], State.PILOT)
    assert calibrate(services, people, ids) == 3
    assert states(services, ids) == ["calibrated"] * 3
    move_items(services, people.manager, ids, State.OPERATIONAL)
    assert states(services, ids) == ["operational"] * 3
    assert verify_chain(services).first_bad_seq is None


def test_a_suspended_item_goes_back_where_it_was(services: Services, people: Cast):
    [first, second, _] = approved(services, people)
    move_items(services, people.manager, [first, second], State.PILOT)
    with pytest.raises(TransitionRefused, match="COMMENT_REQUIRED"):
        move_items(services, people.manager, [first], State.SUSPENDED)
    move_items(services, people.manager, [first, second], State.SUSPENDED, comment="Nghi lộ đề")
    assert State.PILOT in view_item(services, people.manager, first).rights.moves
    with pytest.raises(TransitionRefused):
        move_items(services, people.manager, [first], State.APPROVED, comment="Nhầm")
    move_items(services, people.manager, [first], State.PILOT, comment="Không lộ")
    assert states(services, [first, second]) == ["pilot", "suspended"]


def test_what_the_manager_gives_back_reaches_the_author(services: Services, people: Cast):
    [first, *_] = in_review(services, people)
    review_item(services, people.reviewer, first, ACCEPT)
    move_items(services, people.manager, [first], State.DRAFT, comment="Trùng ý với câu khác")
    assert [returned.comment for returned in list_returned(services, people.author)] == [
        "Trùng ý với câu khác"
    ]


def test_the_text_search_needs_no_diacritics(services: Services, people: Cast):
    imported(services, people)
    found = list_items(services, people.reviewer, ItemFilter(text="tham quyen"))
    assert [line.code for line in found] == ["T01-002"]
    assert [line.code for line in list_items(services, people.reviewer, ItemFilter(topic="T02"))] == [
        "T02-001"
    ]


def test_the_board_holds_the_bank_against_the_largest_approved_blueprint(services: Services, people: Cast):
    ids = approved(services, people)
    calibrate(services, people, ids)
    move_items(services, people.manager, ids[:2], State.OPERATIONAL)
    with services.store.begin() as session:
        position = PositionRow(code="GSQL", version=1, name_vi="x", name_en="x", created_at=NOW)
        session.add(position)
        session.flush()
        topic = session.scalars(sa.select(TopicRow.id).where(TopicRow.code == "T01")).one()
        for version, (state, n_items) in enumerate([("approved", 1), ("draft", 9)], start=1):
            blueprint = BlueprintRow(
                position_id=position.id,
                version=version,
                state=state,
                n_items=30,
                limit_s=2700,
                created_by=people.manager.user_id,
                created_at=NOW,
            )
            session.add(blueprint)
            session.flush()
            session.add(
                BlueprintCellRow(
                    blueprint_id=blueprint.id, topic_id=topic, cognitive_level="apply", n_items=n_items
                )
            )
    board = view_board(services, people.examiner)
    cell = board.cells["T01", "apply"]
    assert (cell.operational, cell.needed, cell.status) == (2, 3, "short")
    assert board.cells["T02", "apply"].status == "unused"
    assert board.lacking() == 1
    (short,) = board.shortages()
    assert (short.topic.code, short.level, short.n_missing, short.n_unassigned) == ("T01", "apply", 1, 1)
    assert board.states == {"operational": 2, "calibrated": 1}
    with pytest.raises(Forbidden):
        view_board(services, people.officer)


def _in_pool(services: Services, people: Cast, code: str, pool: str) -> int:
    """An approved item of this pool."""
    stem = f"Luyện tập và thi {code}"
    version_id = add_item(services, people.author, replace(WORDING, code=code, stem=stem, pool=pool))
    submit_for_review(services, people.author, [version_id])
    review_item(services, people.reviewer, version_id, ACCEPT)
    approve_items(services, people.manager, [version_id])
    return version_id


def test_practice_items_are_neither_calibrated_nor_assembled(services: Services, people: Cast):
    exam = _in_pool(services, people, "T01-301", "operational")
    practice = _in_pool(services, people, "T01-302", "practice")
    with services.store.read() as session:
        assert [version.id for version, _item in measuring.list_judgeable(session)] == [exam]
    for to in (State.PILOT, State.CALIBRATED, State.OPERATIONAL):
        with pytest.raises(TransitionRefused):
            move_items(services, people.manager, [practice], to)
    with services.store.begin() as session:  # even where the state said otherwise
        session.execute(sa.update(ItemVersionRow).values(state="operational"))
        session.add(_calibration_of(people, [exam, practice]))
        session.flush()
        calibration_id = session.scalars(sa.select(CalibrationRow.id)).one()
        session.add_all(
            ItemParameterRow(
                calibration_id=calibration_id,
                item_version_id=id_,
                a=1.0,
                b=0.0,
                n_responses=0,
                options=[],
                flags=[],
            )
            for id_ in (exam, practice)
        )
    with services.store.read() as session:
        assert [item.version_id for item in assembly.list_pool(session, calibration_id)] == [exam]
        assert sum(assembly.count_eligible(session).values()) == 1
    assert view_board(services, people.manager).n_items == 1


def _calibration_of(people: Cast, ids: list[int]) -> CalibrationRow:
    return CalibrationRow(
        code="K1", method="judgement", model="2PL", state="proposed", n_persons=0, n_items=len(ids),
        summary={}, checksum="0", created_by=people.examiner.user_id, created_at=NOW,
    )  # fmt: skip


def test_the_board_counts_practice_items_apart(services: Services, people: Cast):
    _in_pool(services, people, "T01-301", "operational")
    _in_pool(services, people, "T01-302", "practice")
    board = view_board(services, people.manager)
    assert (board.n_items, board.n_practice) == (1, {"T01": 1})


def test_the_pool_may_change_until_others_have_seen_the_item(services: Services, people: Cast):
    version_id = add_item(services, people.author, replace(WORDING, pool="practice"))
    edit_draft(services, people.author, version_id, WORDING)
    assert view_item(services, people.author, version_id).line.pool == "operational"
    submit_for_review(services, people.author, [version_id])
    review_item(services, people.reviewer, version_id, RETURN)
    draft = new_version(services, people.author, version_id)
    edit_draft(services, people.author, draft, replace(WORDING, pool="practice"))
    assert view_item(services, people.author, draft).line.pool == "operational"
    with pytest.raises(sa.exc.DBAPIError), services.store.begin() as session:
        session.execute(sa.update(ItemRow).values(pool="practice"))


def test_a_workbook_says_which_pool_and_keeps_formulas_and_pictures(services: Services, people: Cast):
    picture = add_media(services, people.author, png())
    stem = f"Tính \\(\\frac{{a}}{{b}}\\) theo hình {reference(picture, 'Sơ đồ')}"
    data = workbook([row_of(STEM=stem, POOL="Luyện tập")])
    [version_id] = import_file(services, people.author, File("x.xlsx", data)).version_ids
    view = view_item(services, people.author, version_id)
    assert (view.line.pool, view.item.stem) == ("practice", stem)
    item = view.item
    facts = BankFacts(
        *(item.code, item.topic, item.cognitive_level, item.legal_basis, item.judged_share, item.pool)
    )
    foreign = ForeignItem(item.code, item.stem, item.asked, view.key, item.rationale, facts=facts)
    written, lost = write_workbook(ForeignBank((foreign,), {picture: png()}))
    again = take_in(read_workbook(written), Known(["T01"]), BankFacts(), item.author)
    assert (lost, [one.item for one in again.taken]) == ((), [item])


def test_the_wording_hash_covers_the_picture(services: Services, people: Cast):
    one, other = (add_media(services, people.author, png(3, height)) for height in (2, 4))
    hashes = set()
    for code, picture in (("T01-401", one), ("T01-402", one), ("T01-403", other)):
        wording = replace(WORDING, code=code, stem=f"Xem {reference(picture, 'Hình')}")
        hashes.add(
            view_item(services, people.author, add_item(services, people.author, wording)).item.wording_hash
        )
    assert len(hashes) == 2


def test_the_same_picture_is_kept_once(services: Services, people: Cast):
    assert add_media(services, people.author, png()) == add_media(services, people.other_author, png())
    assert count(services, MediaRow) == 1
    with pytest.raises(Forbidden):
        add_media(services, people.reviewer, png())


def test_a_candidates_item_carries_formula_and_picture_and_nothing_to_fetch(services: Services, people: Cast):
    picture = add_media(services, people.author, png())
    wording = DeliveredWording(
        f"\\(x\\) {reference(picture, 'Hình')}", single_choice("$5", reference("0" * 64, "Mất"))
    )
    with services.store.read() as session:
        [shown] = render_items(session, [wording])
    assert shown.stem.startswith('<math display="inline">')
    assert 'src="data:image/png;base64,' in shown.stem
    assert [option.content for option in shown.asked.options] == ["$5", "[Mất]"]
