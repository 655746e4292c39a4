"""Practice: from the practice pool alone, each officer for himself, and nothing told before the response."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.roles import Role
from examsvc.delivery.errors import PracticeRefused
from examsvc.services import Services, practice
from examsvc.services.accounts import NewUser, add_user
from examsvc.store import NotFound, database_now
from examsvc.store import accounts as account_store
from examsvc.store import practice as practice_store
from examsvc.store.models import (
    ItemVersionRow,
    PracticeResponseRow,
    PracticeRunRow,
    SittingRow,
    TopicRow,
    UserRow,
)
from tests.integration.laid import lay_sitting
from tests.integration.laid_items import Made, lay_item
from tests.integration.signing_in import Browser, sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "tay-nải-xanh-7"
CANARY = "CANARY-exam-71c2"
SOLUTION = "LỜI-GIẢI-5ad1"
SEED = 11


class Hall:
    """Two topics with three practice items each, and as many items of exams; two officers."""

    def __init__(self, deps: Services) -> None:
        self.deps = deps
        self.officer, self.other = self._user("hoa"), self._user("lan")
        with deps.store.begin() as session:
            author = UserRow(
                username="tac_gia", display_name="x", locale="vi", created_at=database_now(session)
            )
            topics = [TopicRow(code=code, name_vi=code, name_en=code) for code in ("T01", "T02")]
            session.add_all([author, *topics])
            session.flush()
            made = Made(author.id, database_now(session))
            self.topics = [topic.id for topic in topics]
            self.practice: list[int] = []
            self.exam: list[int] = []
            for topic in topics:
                for number in range(3):
                    told = {"rationale": f"{SOLUTION} \\(x^2\\)", "legal_basis": f"Căn cứ {SOLUTION}"}
                    version = lay_item(
                        session, f"LT-{topic.code}-{number}", topic.id, made, key="C", pool="practice",
                        state="approved", stem=f"Luyện {topic.code} {number} \\(\\frac{{a}}{{b}}\\)", **told,
                    )  # fmt: skip
                    self.practice.append(version.id)
                    secret = {"stem": CANARY, "rationale": CANARY, "legal_basis": CANARY}
                    # as near to a practice item as an item of an exam can be
                    self.exam.append(
                        lay_item(
                            session, f"{topic.code}-{number}", topic.id, made, state="approved", **secret
                        ).id
                    )

    def _user(self, name: str) -> Actor:
        user_id = add_user(
            self.deps, None, NewUser(name, name, frozenset({Role.OFFICER}), PASSWORD, locale="en")
        )
        with self.deps.store.read() as session:
            return account_store.actor_of(session, session.get_one(UserRow, user_id))

    def started(self, n_items: int = 50) -> int:
        return practice.start_run(self.deps, self.officer, self.topics, n_items, SEED)

    def smuggled(self) -> int:
        """A run that names items of exams, as no service would make it."""
        with self.deps.store.begin() as session:
            run = PracticeRunRow(
                user_id=self.officer.user_id,
                topic_ids=self.topics,
                n_items=len(self.exam) + 1,
                item_version_ids=[*self.exam, self.practice[0]],
                seed=SEED,
                started_at=database_now(session),
            )
            session.add(run)
            session.flush()
            return run.id


@pytest.fixture
def hall(services: Services) -> Hall:
    return Hall(services)


def responses(deps: Services) -> list[PracticeResponseRow]:
    with deps.store.read() as session:
        return list(session.scalars(sa.select(PracticeResponseRow).order_by(PracticeResponseRow.ordinal)))


def test_a_run_draws_from_the_practice_pool_alone(services: Services, hall: Hall):
    with services.store.read() as session:
        run = session.get_one(PracticeRunRow, hall.started())
        assert sorted(run.item_version_ids) == sorted(hall.practice)


def test_only_the_chosen_topics_are_practised(services: Services, hall: Hall):
    run_id = practice.start_run(services, hall.officer, [hall.topics[1], 10**9], 50, SEED)
    with services.store.read() as session:
        run = session.get_one(PracticeRunRow, run_id)
        assert sorted(run.item_version_ids) == sorted(hall.practice[3:])
        assert run.topic_ids == [hall.topics[1]]


@pytest.mark.parametrize("state", ["draft", "in_review", "appraised", "suspended", "quarantined", "retired"])
def test_an_item_that_is_not_approved_is_not_practised(services: Services, hall: Hall, state: str):
    with services.store.begin() as session:
        session.execute(sa.update(ItemVersionRow).values(state=state))
    with pytest.raises(PracticeRefused):
        hall.started()


def test_no_query_of_practice_lets_an_item_of_an_exam_out(services: Services, hall: Hall):
    with services.store.read() as session:
        assert practice_store.get_items(session, hall.exam) == {}
        assert [practice_store.find_solution(session, id_) for id_ in hall.exam] == [None] * len(hall.exam)
        assert {item.version_id for item in practice_store.list_offered(session)} == set(hall.practice)


def test_a_run_that_names_items_of_an_exam_shows_none_of_them(services: Services, hall: Hall):
    run_id = hall.smuggled()
    page = practice.view_run(services, hall.officer, run_id)
    assert page.next_ordinal == len(hall.exam) + 1
    with pytest.raises(PracticeRefused):
        practice.respond(services, hall.officer, run_id, 1, "A")
    assert CANARY not in repr(practice.view_run(services, hall.officer, run_id, 1))


def test_nothing_is_told_before_the_response(services: Services, hall: Hall):
    run_id = hall.started()
    before = practice.view_run(services, hall.officer, run_id)
    assert before.item is not None
    assert before.item.feedback is None
    assert SOLUTION not in repr(before)
    practice.respond(services, hall.officer, run_id, 1, "A")
    after = practice.view_run(services, hall.officer, run_id, 1).item
    assert after is not None
    assert after.feedback is not None
    told = after.feedback
    assert (told.is_right, told.share, told.response, told.key.accepted) == (False, 0, "A", ("C",))
    assert "<math" in after.feedback.rationale
    assert SOLUTION in after.feedback.legal_basis
    assert SOLUTION not in repr(practice.view_run(services, hall.officer, run_id))


def test_the_first_response_stands(services: Services, hall: Hall):
    run_id = hall.started()
    practice.respond(services, hall.officer, run_id, 1, "A")
    practice.respond(services, hall.officer, run_id, 1, "C")
    assert [(row.response, row.right) for row in responses(services)] == [("A", False)]


def test_items_come_in_turn_and_with_their_own_options(services: Services, hall: Hall):
    run_id = hall.started()
    for ordinal, response in ((2, "A"), (99, "A"), (1, "E"), (1, "")):
        with pytest.raises(PracticeRefused):
            practice.respond(services, hall.officer, run_id, ordinal, response)
    assert responses(services) == []


def test_the_last_response_ends_the_run(services: Services, hall: Hall):
    run_id = hall.started(2)
    practice.respond(services, hall.officer, run_id, 1, "C")
    practice.respond(services, hall.officer, run_id, 2, None)
    page = practice.view_run(services, hall.officer, run_id)
    assert page.run.finished_at is not None
    assert (page.item, page.tally.n_right, page.tally.n_responses) == (None, 1, 2)


def test_only_what_went_wrong_is_repeated(services: Services, hall: Hall):
    run_id = hall.started()
    with services.store.read() as session:
        items = list(session.get_one(PracticeRunRow, run_id).item_version_ids)
    for ordinal in range(1, 7):
        practice.respond(services, hall.officer, run_id, ordinal, "C" if ordinal % 2 else "B")
    again = practice.repeat_wrong(services, hall.officer, run_id, SEED)
    with services.store.read() as session:
        assert sorted(session.get_one(PracticeRunRow, again).item_version_ids) == sorted(items[1::2])


def test_an_item_withdrawn_meanwhile_is_passed_over(services: Services, hall: Hall):
    run_id = hall.started()
    practice.respond(services, hall.officer, run_id, 1, "A")
    with services.store.begin() as session:
        first, second = session.get_one(PracticeRunRow, run_id).item_version_ids[:2]
        session.execute(
            sa.update(ItemVersionRow)
            .where(ItemVersionRow.id.in_([first, second]))
            .values(state="quarantined")
        )
    assert practice.view_run(services, hall.officer, run_id).next_ordinal == 3
    page = practice.view_run(services, hall.officer, run_id, 1)
    assert page.item is None
    assert SOLUTION not in repr(page)


def test_the_share_right_is_told_by_topic(services: Services, hall: Hall):
    run_id = practice.start_run(services, hall.officer, hall.topics[:1], 3, SEED)
    for ordinal, response in ((1, "C"), (2, "C"), (3, "D")):
        practice.respond(services, hall.officer, run_id, ordinal, response)
    offers = practice.view_desk(services, hall.officer).offers
    assert [(offer.n_items, offer.tally.n_responses, offer.tally.n_right) for offer in offers] == [
        (3, 3, 2),
        (3, 0, 0),
    ]
    assert practice.view_desk(services, hall.other).runs == []


def test_a_run_belongs_to_one_officer(services: Services, hall: Hall):
    run_id = hall.started()
    for act in (
        lambda: practice.view_run(services, hall.other, run_id),
        lambda: practice.respond(services, hall.other, run_id, 1, "A"),
        lambda: practice.finish_run(services, hall.other, run_id),
        lambda: practice.repeat_wrong(services, hall.other, run_id, SEED),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(NotFound):
        practice.view_run(services, hall.officer, run_id + 1000)


def test_the_log_of_responses_only_grows(services: Services, hall: Hall):
    practice.respond(services, hall.officer, hall.started(), 1, "A")
    for statement in (sa.update(PracticeResponseRow).values(right=True), sa.delete(PracticeResponseRow)):
        with pytest.raises(sa.exc.DBAPIError), services.store.begin() as session:
            session.execute(statement)


def test_nobody_practises_during_his_exam(services: Services):
    laid = lay_sitting(services)
    with pytest.raises(PracticeRefused) as refused:
        practice.start_run(services, laid.owner, [1], 5, SEED)
    assert refused.value.code == "at_an_exam"
    with services.store.begin() as session:
        session.execute(sa.update(SittingRow).values(state="submitted"))
    with pytest.raises(PracticeRefused) as refused:
        practice.start_run(services, laid.owner, [1], 5, SEED)
    assert refused.value.code == "nothing_to_practise"


def _page(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_an_officer_practises_by_forms_alone(app: Flask, hall: Hall):
    browser = sign_in(app, "hoa", PASSWORD)
    assert "Practice" in _page(browser, "/")
    assert "3 items" in _page(browser, "/practice")
    run = browser.post_form("/practice", topics=hall.topics, n_items="5").location
    page = _page(browser, run)
    assert "Item 1 of 5" in page
    assert "<mfrac>" in page
    assert SOLUTION not in page
    told = browser.post_form(f"{run}/responses", ordinal="1", response="C")
    page = _page(browser, told.location)
    assert "Right option" in page
    assert SOLUTION in page
    nothing = browser.post_form(f"{run}/responses", ordinal="2")
    assert nothing.status_code == 400
    assert "Respond to the item, or say that you do not know." in nothing.text
    browser.post_form(f"{run}/responses", ordinal="2", unknown="1")
    browser.post_form(f"{run}/end")
    page = _page(browser, run)
    assert re.search(r"<strong>1</strong> / 2", page)
    again = browser.post_form(f"{run}/again")
    assert "Item 1 of 1" in _page(browser, again.location)


def test_a_strangers_run_is_refused_over_http(app: Flask, hall: Hall):
    run_id = hall.started()
    browser = sign_in(app, "lan", PASSWORD)
    assert browser.get(f"/practice/{run_id}").status_code == 403
    assert browser.post_form(f"/practice/{run_id}/responses", ordinal="1", response="A").status_code == 403


def test_nonsense_is_answered_in_words(app: Flask, hall: Hall):
    browser = sign_in(app, "hoa", PASSWORD)
    run = browser.post_form("/practice", topics=hall.topics, n_items="5").location
    assert browser.post_form("/practice", n_items="5").status_code == 400
    assert browser.post_form("/practice", topics=["x"], n_items="5").status_code == 400
    assert browser.post_form("/practice", topics=hall.topics, n_items="7000").status_code == 400
    assert "There is no item" in _page(
        browser, browser.post_form("/practice", topics=[str(2**40)], n_items="5").location
    )
    assert "no such option" in browser.post_form(f"{run}/responses", ordinal="1", response="A" * 5000).text
    for ordinal in ("", "x", "-1", "99999999999999999999"):
        answer = browser.post_form(f"{run}/responses", ordinal=ordinal, response="A" * 5000)
        assert "not due now" in _page(browser, answer.location)
    assert browser.get(f"{run}?item=99999999999999999999").status_code == 200
    assert browser.get("/practice/2147483647").status_code == 404
