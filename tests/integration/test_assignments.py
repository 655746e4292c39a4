"""Assignments from the bank manager's order to what the board counts, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.appraisal_rules import set_min_reviewers, view_rules
from examsvc.services.assignment_choice import FITTING, NONE
from examsvc.services.assignment_views import (
    LatenessBoard,
    export_lateness,
    list_own,
    view_assignment,
    view_lateness,
)
from examsvc.services.assignments import Order, change_deadline, end_assignment, make_assignments
from examsvc.services.audit import verify_chain
from examsvc.services.bank import add_item, edit_draft, new_version, submit_for_review
from examsvc.services.bank_errors import AssignmentRefused, NothingToReply, RuleRefused
from examsvc.services.bank_import import File, import_file
from examsvc.services.bank_import import Order as ImportOrder
from examsvc.services.bank_lists import appraisal_queue, list_returned, review_queue
from examsvc.services.bank_replies import reply_to_return
from examsvc.services.bank_review import approve_items, move_items, review_item
from examsvc.services.bank_views import view_item
from examsvc.services.office_calendar import office_date
from examsvc.store import NotFound, database_now
from examsvc.store import accounts as account_store
from examsvc.store.models import (
    AppraisalRuleRow,
    DeadlineChangeRow,
    ItemAssignmentRow,
    ItemRow,
    OrganisationUnitRow,
    TopicRow,
    UserRow,
)
from item_bank.assignments import Ending, Progress
from item_bank.errors import AppraisalRefused, InvalidItem, TransitionRefused
from item_bank.lifecycle import State
from item_bank.pool import Pool
from tests.integration.test_bank import ACCEPT, NOW, RETURN, WORDING
from tests.unit.item_bank.workbook_factory import row_of, workbook

pytestmark = pytest.mark.integration

CAST = {
    "an": (Role.AUTHOR, "DV1"),
    "binh": (Role.AUTHOR, "DV2"),
    "chi": (Role.REVIEWER, None),
    "chau": (Role.REVIEWER, None),
    "dung": (Role.BANK_MANAGER, None),
    "thanh": (Role.AUDITOR, None),
    "quan": (Role.ADMIN, None),
}


class Cast:
    """The people of the bank and their units."""

    def __init__(self, deps: Services) -> None:
        self.deps = deps
        with deps.store.begin() as session:
            session.add_all(TopicRow(code=code, name_vi=code, name_en=code) for code in ("T01", "T02"))
            units = {
                code: OrganisationUnitRow(
                    code=code,
                    name_vi=f"Đơn vị {code}",
                    name_en=f"Unit {code}",
                    kind="central",
                    valid_from=NOW.date(),
                )
                for code in ("DV1", "DV2")
            }
            session.add_all(units.values())
            session.flush()
            ids = {code: unit.id for code, unit in units.items()}
        for name, (role, unit) in CAST.items():
            add_user(deps, None, NewUser(name, name.title(), frozenset({role}), unit_id=ids.get(unit or "")))
        with deps.store.read() as session:
            self.today = office_date(database_now(session))

    def __getitem__(self, name: str) -> Actor:
        with self.deps.store.read() as session:
            user = account_store.find_user(session, name)
            assert user is not None
            return account_store.actor_of(session, user)

    def order(self, *authors: str, **change) -> Order:
        asked = Order(
            author_ids=tuple(self[name].user_id for name in authors or ("an",)),
            topic="T01",
            level="apply",
            n_items=2,
            legal_basis="Luật Hải quan 2014",
            due_on=self.today + timedelta(days=20),
        )
        return replace(asked, **change)


@pytest.fixture
def people(services: Services) -> Cast:
    return Cast(services)


def assigned(services: Services, people: Cast, *authors: str, **change) -> int:
    return make_assignments(services, people["dung"], people.order(*authors, **change))[0]


def late_since(services: Services, assignment_id: int, due_on: date) -> None:
    """As if the deadline had been this day all along."""
    with services.store.begin() as session:
        session.execute(
            sa.update(ItemAssignmentRow).where(ItemAssignmentRow.id == assignment_id).values(due_on=due_on)
        )


def written(services: Services, people: Cast, code: str, assignment: str = FITTING, **change) -> int:
    wording = replace(WORDING, code=code, stem=f"Câu hỏi về thủ tục số {code}?", **change)
    return add_item(services, people["an"], wording, assignment)


def handed_in(services: Services, people: Cast, code: str, **change) -> int:
    version_id = written(services, people, code, **change)
    submit_for_review(services, people["an"], [version_id])
    return version_id


def assignment_of(services: Services, version_id: int, people: Cast) -> int | None:
    line = view_item(services, people["dung"], version_id).assignment
    return None if line is None else line.row.id


def board_lines(board: LatenessBoard):
    return {
        (unit.unit.code if unit.unit else "", author.name): author.sums
        for unit in board.units
        for author in unit.authors
    }


def test_several_authors_get_the_same_each_with_his_unit(services: Services, people: Cast):
    made = make_assignments(services, people["dung"], people.order("an", "binh"))
    assert len(made) == 2
    [own] = list_own(services, people["binh"])
    assert (own.line.unit.code, own.figures.owed, own.figures.progress) == ("DV2", 2, Progress.OPEN)
    assert own.line.row.made_by == people["dung"].user_id
    assert verify_chain(services).first_bad_seq is None


def test_one_author_who_cannot_be_assigned_keeps_all_from_being_so(services: Services, people: Cast):
    stranger = people["chi"].user_id
    order = replace(people.order("an", "binh"), author_ids=(*people.order("an", "binh").author_ids, stranger))
    with pytest.raises(AssignmentRefused) as refused:
        make_assignments(services, people["dung"], order)
    assert (refused.value.code, refused.value.params["field"]) == ("NO_SUCH_AUTHOR", "authors")
    assert list_own(services, people["an"]) == []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"author_ids": ()}, "AUTHORS_MISSING", "authors"),
        ({"topic": "T99"}, "UNKNOWN_TOPIC", "topic"),
        ({"level": "guess"}, "UNKNOWN_LEVEL", "level"),
        ({"n_items": 0}, "ITEMS_OUT_OF_RANGE", "n_items"),
        ({"n_items": 501}, "ITEMS_OUT_OF_RANGE", "n_items"),
        ({"legal_basis": " "}, "MISSING_CELL", "legal_basis"),
        ({"due_on": date(2020, 1, 1)}, "DUE_IN_THE_PAST", "due_on"),
    ],
)
def test_a_faulty_order_is_refused_with_its_field(services: Services, people: Cast, change, code, field):
    with pytest.raises(AssignmentRefused) as refused:
        make_assignments(services, people["dung"], people.order(**change))
    assert (refused.value.code, refused.value.params["field"]) == (code, field)


def test_what_was_agreed_on_paper_is_recorded_with_its_past_date(services: Services, people: Cast):
    assigned(services, people, due_on=people.today - timedelta(days=9), overdue_agreed=True)
    [own] = list_own(services, people["an"])
    assert (own.figures.progress, own.figures.days_late, own.days_left) == (Progress.LATE, 9, -9)


def test_a_form_sent_twice_assigns_once(services: Services, people: Cast):
    assigned(services, people)
    with pytest.raises(AssignmentRefused, match="ASSIGNED_ALREADY"):
        make_assignments(services, people["dung"], people.order("binh", "an"))
    assert list_own(services, people["binh"]) == []


def test_the_bank_manager_alone_assigns_and_nobody_reads_more_than_his_part(services: Services, people: Cast):
    id_ = assigned(services, people)
    for name in ("an", "chi", "thanh", "quan"):
        with pytest.raises(Forbidden):
            make_assignments(services, people[name], people.order())
        with pytest.raises(Forbidden):
            change_deadline(services, people[name], id_, people.today, "vì")
        with pytest.raises(Forbidden):
            end_assignment(services, people[name], id_, Ending.CLOSED, "vì")
    for name in ("chi", "dung", "thanh"):
        assert view_lateness(services, people[name]).total.asked == 2
        assert view_assignment(services, people[name], id_).assessed.figures.owed == 2
    assert view_assignment(services, people["an"], id_).changes == []
    for name in ("an", "quan"):
        with pytest.raises(Forbidden):
            view_lateness(services, people[name])
    for name in ("binh", "quan"):
        with pytest.raises(Forbidden):
            view_assignment(services, people[name], id_)


def test_every_deadline_that_ever_was_stays_on_record(services: Services, people: Cast):
    id_ = assigned(services, people)
    first, later = people.order().due_on, people.today + timedelta(days=30)
    change_deadline(services, people["dung"], id_, later, "Chờ nghị định mới")
    view = view_assignment(services, people["an"], id_)
    assert view.assessed.line.row.due_on == later
    [(change, name)] = view.changes
    assert (change.due_before, change.due_on, change.reason, name) == (
        first,
        later,
        "Chờ nghị định mới",
        "Dung",
    )
    for verb in (sa.update(DeadlineChangeRow).values(reason="x"), sa.delete(DeadlineChangeRow)):
        with pytest.raises(sa.exc.DBAPIError, match="only grows"), services.store.begin() as session:
            session.execute(verb)


@pytest.mark.parametrize(
    ("days", "reason", "code"),
    [(20, "vì", "SAME_DEADLINE"), (-1, "vì", "DUE_IN_THE_PAST"), (9, " ", "REASON_MISSING")],
)
def test_a_deadline_moves_for_a_reason_and_never_into_the_past(
    services: Services, people: Cast, days, reason, code
):
    id_ = assigned(services, people)
    with pytest.raises(AssignmentRefused, match=code):
        change_deadline(services, people["dung"], id_, people.today + timedelta(days=days), reason)


def test_nobody_moves_his_own_deadline_or_forgives_himself(services: Services, people: Cast):
    id_ = assigned(services, people)
    both = replace(people["an"], roles=frozenset({Role.AUTHOR, Role.BANK_MANAGER}))
    with pytest.raises(Forbidden):
        change_deadline(services, both, id_, people.today + timedelta(days=60), "Chưa xong")
    with pytest.raises(Forbidden):
        end_assignment(services, both, id_, Ending.CLOSED, "Đủ rồi")
    end_assignment(services, people["dung"], id_, Ending.CLOSED, "Đủ rồi")


def test_what_has_ended_changes_no_more_and_takes_no_items(services: Services, people: Cast):
    id_ = assigned(services, people)
    with pytest.raises(AssignmentRefused, match="REASON_MISSING"):
        end_assignment(services, people["dung"], id_, Ending.WITHDRAWN, " ")
    end_assignment(services, people["dung"], id_, Ending.WITHDRAWN, "Giao nhầm")
    for change in (
        lambda: end_assignment(services, people["dung"], id_, Ending.CLOSED, "vì"),
        lambda: change_deadline(services, people["dung"], id_, people.today, "vì"),
    ):
        with pytest.raises(AssignmentRefused, match="ASSIGNMENT_ENDED"):
            change()
    with pytest.raises(InvalidItem, match="UNKNOWN_ASSIGNMENT"):
        written(services, people, "T01-201", assignment=str(id_))
    assert assignment_of(services, written(services, people, "T01-202"), people) is None
    assert view_lateness(services, people["dung"]).total.asked == 0
    with pytest.raises(NotFound):
        end_assignment(services, people["dung"], 999, Ending.CLOSED, "vì")


def test_a_new_item_is_written_for_what_is_due_first_and_fits(services: Services, people: Cast):
    later = assigned(services, people, level="", n_items=5)
    first = assigned(services, people, n_items=1, due_on=people.today + timedelta(days=3))
    versions = [written(services, people, f"T01-21{n}") for n in range(2)]
    assert [assignment_of(services, version, people) for version in versions] == [first, later]
    recall = written(services, people, "T01-213", level="recall")
    assert assignment_of(services, recall, people) == later
    for change in ({"topic": "T02"}, {"pool": "practice"}, {"assignment": NONE}):
        code = f"T01-3{len(change)}{next(iter(change))[:2]}"
        assert assignment_of(services, written(services, people, code, **change), people) is None


def test_an_item_that_does_not_fit_the_assignment_named_is_refused(services: Services, people: Cast):
    id_ = assigned(services, people)
    strangers = assigned(services, people, "binh")
    for change, code in (
        ({"level": "recall", "assignment": str(id_)}, "NOT_FOR_ASSIGNMENT"),
        ({"pool": "practice", "assignment": str(id_)}, "NOT_FOR_ASSIGNMENT"),
        ({"assignment": str(strangers)}, "UNKNOWN_ASSIGNMENT"),
        ({"assignment": "drop table"}, "UNKNOWN_ASSIGNMENT"),
    ):
        with pytest.raises(InvalidItem, match=code) as refused:
            written(services, people, "T01-220", **change)
        assert refused.value.params["field"] == "assignment"


def test_an_imported_file_fills_one_assignment_after_the_other_or_is_refused_whole(
    services: Services, people: Cast
):
    first = assigned(services, people, n_items=1, due_on=people.today + timedelta(days=3))
    second = assigned(services, people, level="")
    rows = [
        row_of(),
        row_of(CODE="T01-002", STEM="Ai có thẩm quyền kiểm tra thực tế hàng hóa?"),
        row_of(CODE="T02-001", TOPIC="T02", STEM="Mã HS gồm mấy chữ số theo biểu thuế?"),
    ]
    with pytest.raises(InvalidItem, match="NOT_FOR_ASSIGNMENT") as refused:
        import_file(
            services, people["an"], File("x.xlsx", workbook(rows)), ImportOrder(assignment=str(second))
        )
    assert refused.value.params["item"] == "T02-001"
    outcome = import_file(services, people["an"], File("x.xlsx", workbook(rows)))
    found = [assignment_of(services, version, people) for version in outcome.version_ids]
    assert found == [first, second, None]


def test_a_draft_may_be_written_for_another_until_it_is_handed_in(services: Services, people: Cast):
    id_, other = assigned(services, people), assigned(services, people, topic="T02")
    version = written(services, people, "T01-230")
    edit_draft(services, people["an"], version, replace(WORDING, stem="Khác?"))
    assert assignment_of(services, version, people) == id_
    edit_draft(services, people["an"], version, replace(WORDING, topic="T02", stem="Khác?"))
    assert assignment_of(services, version, people) == other
    submit_for_review(services, people["an"], [version])
    review_item(services, people["chi"], version, RETURN)
    draft = new_version(services, people["an"], version)
    edit_draft(services, people["an"], draft, replace(WORDING, topic="T02"), NONE)
    assert assignment_of(services, draft, people) == other


def test_the_board_follows_an_item_from_draft_to_acceptance(services: Services, people: Cast):
    assigned(services, people, n_items=1)

    def figures():
        [own] = list_own(services, people["an"])
        return own.figures

    version = written(services, people, "T01-240")
    assert (figures().written, figures().delivered, figures().owed) == (1, 0, 1)
    submit_for_review(services, people["an"], [version])
    assert (figures().in_review, figures().delivered, figures().progress) == (1, 1, Progress.DELIVERED)
    review_item(services, people["chi"], version, RETURN)
    assert (figures().returned, figures().owed, figures().progress) == (1, 1, Progress.OPEN)
    draft = new_version(services, people["an"], version)
    [back] = view_item(services, people["an"], draft).history.open_returns
    reply_to_return(services, people["an"], back.review.id, "Đã thay.")
    submit_for_review(services, people["an"], [draft])
    review_item(services, people["chi"], draft, ACCEPT)
    assert (figures().accepted, figures().delivered, figures().returned) == (1, 1, 0)
    approve_items(services, people["dung"], [draft])
    move_items(services, people["dung"], [draft], State.RETIRED, comment="Luật mới")
    assert figures().accepted == 1


def test_an_item_retired_before_its_appraisal_is_owed_anew(services: Services, people: Cast):
    assigned(services, people, n_items=1)
    version = handed_in(services, people, "T01-250")
    move_items(services, people["dung"], [version], State.RETIRED, comment="Trùng")
    [own] = list_own(services, people["an"])
    assert (own.figures.owed, own.figures.written) == (1, 0)


def test_the_latest_unit_stands_first_and_sums_are_right(services: Services, people: Cast):
    on_time = assigned(services, people, "an")
    late = assigned(services, people, "binh", n_items=3)
    late_since(services, late, people.today - timedelta(days=4))
    handed_in(services, people, "T01-260", assignment=str(on_time))
    board = view_lateness(services, people["thanh"])
    assert [unit.unit.code for unit in board.units] == ["DV2", "DV1"]
    lines = board_lines(board)
    assert (lines["DV2", "Binh"].overdue, lines["DV2", "Binh"].days_late) == (3, 4)
    assert (lines["DV1", "An"].delivered, lines["DV1", "An"].owed, lines["DV1", "An"].overdue) == (1, 1, 0)
    assert (board.total.asked, board.total.owed, board.total.n_late) == (5, 4, 1)
    assert export_lateness(services, people["thanh"]).total == board.total


def test_the_unit_of_the_day_of_assigning_keeps_the_debt(services: Services, people: Cast):
    assigned(services, people)
    with services.store.begin() as session:
        session.execute(sa.update(UserRow).where(UserRow.username == "an").values(unit_id=None))
    assert list(board_lines(view_lateness(services, people["dung"]))) == [("DV1", "An")]


def test_a_day_ends_at_midnight_in_vietnam():
    assert office_date(datetime(2026, 3, 20, 16, 59, tzinfo=UTC)) == date(2026, 3, 20)
    assert office_date(datetime(2026, 3, 20, 17, 0, tzinfo=UTC)) == date(2026, 3, 21)


def two_reviewers(services: Services, people: Cast) -> None:
    assert set_min_reviewers(services, people["dung"], Pool.OPERATIONAL, 2, "Kỳ 2026") == 1


def test_two_different_reviewers_accept_where_the_rule_says_so(services: Services, people: Cast):
    two_reviewers(services, people)
    version = handed_in(services, people, "T01-270")
    assert review_item(services, people["chi"], version, ACCEPT) is State.IN_REVIEW
    with pytest.raises(AppraisalRefused, match="ACCEPTED_BY_YOU"):
        review_item(services, people["chi"], version, ACCEPT)
    assert review_queue(services, people["chi"]) == []
    [(line, progress)] = appraisal_queue(services, people["chau"])
    assert (line.version_id, progress.n_accepted, progress.n_asked) == (version, 1, 2)
    assert review_item(services, people["chau"], version, ACCEPT) is State.APPRAISED
    assert verify_chain(services).first_bad_seq is None


def test_one_return_empties_the_count_of_its_round(services: Services, people: Cast):
    two_reviewers(services, people)
    version = handed_in(services, people, "T01-280")
    review_item(services, people["chi"], version, ACCEPT)
    assert review_item(services, people["chau"], version, RETURN) is State.DRAFT
    [back] = list_returned(services, people["an"])
    reply_to_return(services, people["an"], back.review_id, "Căn cứ vẫn còn hiệu lực.")
    submit_for_review(services, people["an"], [version])
    assert view_item(services, people["chi"], version).progress.n_accepted == 0
    assert review_item(services, people["chi"], version, ACCEPT) is State.IN_REVIEW
    assert review_item(services, people["chau"], version, ACCEPT) is State.APPRAISED


def test_what_is_appraised_afresh_is_counted_afresh(services: Services, people: Cast):
    two_reviewers(services, people)
    version = handed_in(services, people, "T01-290")
    review_item(services, people["chi"], version, ACCEPT)
    move_items(services, people["dung"], [version], State.NEEDS_LAW_UPDATE, comment="Luật đổi")
    move_items(services, people["dung"], [version], State.IN_REVIEW, comment="Xem lại")
    assert review_item(services, people["chi"], version, ACCEPT) is State.IN_REVIEW


def test_whoever_is_reviewer_and_manager_cannot_skip_the_second_reviewer(services: Services, people: Cast):
    two_reviewers(services, people)
    version = handed_in(services, people, "T01-295")
    both = replace(people["dung"], roles=frozenset({Role.REVIEWER, Role.BANK_MANAGER}))
    with pytest.raises(TransitionRefused, match="MORE_REVIEWERS"):
        move_items(services, both, [version], State.APPRAISED)


def test_rules_are_versions_that_only_grow(services: Services, people: Cast):
    assert view_rules(services, people["an"]).in_force == {Pool.OPERATIONAL: 1, Pool.PRACTICE: 1}
    two_reviewers(services, people)
    assert set_min_reviewers(services, people["dung"], Pool.OPERATIONAL, 3, "Thêm người") == 2
    rules = view_rules(services, people["thanh"])
    assert rules.in_force == {Pool.OPERATIONAL: 3, Pool.PRACTICE: 1}
    assert [(row.version, row.min_reviewers) for row, _name in rules.versions] == [(2, 3), (1, 2)]
    for n_reviewers, reason, code in (
        (0, "vì", "REVIEWERS_OUT_OF_RANGE"),
        (9, "vì", "REVIEWERS"),
        (2, " ", "REASON"),
    ):
        with pytest.raises(RuleRefused, match=code):
            set_min_reviewers(services, people["dung"], Pool.OPERATIONAL, n_reviewers, reason)
    for name in ("an", "chi", "thanh", "quan"):
        with pytest.raises(Forbidden):
            set_min_reviewers(services, people[name], Pool.OPERATIONAL, 1, "vì")
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), services.store.begin() as session:
        session.execute(sa.update(AppraisalRuleRow).values(min_reviewers=1))


def test_a_relaxed_rule_lets_an_item_go_on_with_those_it_has(services: Services, people: Cast):
    two_reviewers(services, people)
    version = handed_in(services, people, "T01-297")
    review_item(services, people["chi"], version, ACCEPT)
    set_min_reviewers(services, people["dung"], Pool.OPERATIONAL, 1, "Thiếu người")
    assert [line.version_id for line in review_queue(services, people["chi"])] == [version]
    assert review_item(services, people["chi"], version, ACCEPT) is State.APPRAISED


def test_no_item_is_handed_in_again_without_a_reply(services: Services, people: Cast):
    version = handed_in(services, people, "T01-300")
    review_item(services, people["chi"], version, RETURN)
    draft = new_version(services, people["an"], version)
    with pytest.raises(TransitionRefused, match="REPLY_REQUIRED") as refused:
        submit_for_review(services, people["an"], [draft])
    assert refused.value.params["item"] == "T01-300"
    [back] = view_item(services, people["an"], draft).history.open_returns
    with pytest.raises(NothingToReply, match="REPLY_EMPTY"):
        reply_to_return(services, people["an"], back.review.id, " \u200b ")
    reply_to_return(services, people["an"], back.review.id, "Đã thay")
    reply_to_return(services, people["an"], back.review.id, "Đã thay căn cứ.")
    submit_for_review(services, people["an"], [draft])
    history = view_item(services, people["chi"], draft).history
    assert history.replies[back.review.id].reply == "Đã thay căn cứ."
    with pytest.raises(NothingToReply, match="NOTHING_TO_REPLY"):
        reply_to_return(services, people["an"], back.review.id, "Muộn rồi")


def test_what_the_manager_gives_back_is_replied_to_as_well(services: Services, people: Cast):
    version = handed_in(services, people, "T01-310")
    review_item(services, people["chi"], version, ACCEPT)
    move_items(services, people["dung"], [version], State.DRAFT, comment="Trùng ý")
    with pytest.raises(TransitionRefused, match="REPLY_REQUIRED"):
        submit_for_review(services, people["an"], [version])


def test_an_old_return_is_not_asked_about_again(services: Services, people: Cast):
    version = handed_in(services, people, "T01-320")
    review_item(services, people["chi"], version, RETURN)
    draft = new_version(services, people["an"], version)
    [back] = view_item(services, people["an"], draft).history.open_returns
    reply_to_return(services, people["an"], back.review.id, "Đã thay.")
    submit_for_review(services, people["an"], [draft])
    third = new_version(services, people["an"], draft)
    assert view_item(services, people["an"], third).history.open_returns == []
    submit_for_review(services, people["an"], [third])


def test_nobody_replies_for_another(services: Services, people: Cast):
    version = handed_in(services, people, "T01-330")
    review_item(services, people["chi"], version, RETURN)
    [back] = list_returned(services, people["an"])
    for name in ("binh", "chi", "dung", "quan"):
        with pytest.raises(Forbidden):
            reply_to_return(services, people[name], back.review_id, "x")


def test_the_board_asks_the_database_as_often_for_many_items_as_for_one(services: Services, people: Cast):
    id_ = assigned(services, people, n_items=200)

    def statements() -> int:
        counted = []
        engines = {services.store.reader, services.store.writer}

        def count(*_facts):
            counted.append(1)

        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", count)
        view_lateness(services, people["thanh"])
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", count)
        return len(counted)

    written(services, people, "T01-340")
    before = statements()
    assert before > 0
    with services.store.begin() as session:
        template = session.scalars(sa.select(ItemRow)).one()
        session.add_all(
            ItemRow(
                code=f"X{n}",
                topic_id=template.topic_id,
                author_id=template.author_id,
                created_at=NOW,
                assignment_id=id_,
            )
            for n in range(50)
        )
    assert statements() == before
