"""Practice with an item of every interaction, in a browser without scripts: asked, told, without barriers."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, expect

from examsvc.accounts.roles import Role
from examsvc.sample.staff import PASSWORD
from examsvc.services.accounts import NewUser, add_user
from examsvc.store import database_now
from examsvc.store.models import ItemRow, ItemVersionRow, MediaRow, PracticeRunRow
from examsvc.store.practice import list_offered
from item_bank.interactions.kinds import Form
from tests.e2e.conftest import TIMEOUT_MS, OpenPage, Server, log_in, switch_to_english
from tests.e2e.every_item import KINDS, lay_interaction
from tests.e2e.exam_hall import open_services
from tests.e2e.test_practice import look
from tests.every_interaction import EXAMPLES

pytestmark = pytest.mark.e2e
OFFICER = "e2e_moi_dang"


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> list[int]:
    """Runs of an officer through one practice item of each interaction; two of them."""
    with open_services(served_home) as deps:
        user_id = add_user(deps, None, NewUser(OFFICER, "Lê Luyện", frozenset({Role.OFFICER}), PASSWORD))
        with deps.store.begin() as session:
            offered = list_offered(session)[: len(KINDS)]
            assert len(offered) == len(KINDS), "the sample has too few items to practise with"
            picture = session.scalars(sa.select(MediaRow.sha256).order_by(MediaRow.sha256)).first()
            for one, interaction in zip(offered, KINDS, strict=True):
                lay_interaction(
                    session, session.get_one(ItemVersionRow, one.version_id), interaction, str(picture)
                )
            runs = [
                PracticeRunRow(
                    user_id=user_id,
                    topic_ids=[session.get_one(ItemRow, offered[0].item_id).topic_id],
                    n_items=len(KINDS),
                    item_version_ids=[one.version_id for one in offered],
                    seed=seed,
                    started_at=database_now(session),
                )
                for seed in (1, 2)
            ]
            session.add_all(runs)
            session.flush()
            return [run.id for run in runs]


@pytest.fixture
def without_scripts(server: Server, browser: Browser) -> Page:
    """A page in a browser that runs no script of the site."""
    context: BrowserContext = browser.new_context(
        base_url=server.url, java_script_enabled=False, viewport={"width": 1280, "height": 900}, locale="vi"
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    log_in(page, OFFICER)
    return page


def respond_by_form(page: Page, kind_at: int) -> None:
    """Fill in what earns the whole mark, control by control."""
    example = EXAMPLES[KINDS[kind_at]]
    form, right = example.asked.kind.form, example.right or ""
    if form in {Form.NUMBER, Form.TEXT}:
        page.locator("[name=response]").fill(right or "Hai nguyên tắc.\nMột câu <b>nữa</b>.")
    elif form is Form.ORDERED:
        for rank, option in enumerate(right.split(), 1):
            page.locator(f"[name=rank-{option}]").select_option(str(rank))
    elif form is Form.PAIRED:
        for option, place in (pair.split(">") for pair in right.split()):
            field = page.locator(f"[name=place-{place}]")
            if field.count() > 1:
                field.and_(page.locator(f'[value="{option}"]')).check()
            else:
                field.select_option(option)
    elif form is not Form.NOTHING:
        for part in right.split():
            page.locator(f'[name=response][value="{part}"]').check()


def test_every_interaction_is_practised_without_a_script(without_scripts: Page, prepared: list[int]):
    page = without_scripts
    page.goto(f"/practice/{prepared[0]}")
    for at, kind in enumerate(KINDS):
        respond_by_form(page, at)
        page.locator(".practice-actions .btn-primary").click()
        if EXAMPLES[kind].asked.kind.rated:
            expect(page.locator(".rubric tbody tr")).to_have_count(2)
        else:
            expect(page.locator(".feedback-right")).to_be_visible()
        page.locator(".practice-actions a").click()
    expect(page.locator(".summary-line")).to_have_count(len(KINDS))
    expect(page.locator(".score")).to_contain_text("12 / 12")


def test_no_page_of_practice_has_a_barrier(open_page: OpenPage, prepared: list[int]):
    page = open_page(OFFICER)
    for at, kind in enumerate(KINDS):
        page.goto(f"/practice/{prepared[1]}")
        look(page)
        if at % 2:  # half of them right, half not known
            respond_by_form(page, at)
            page.locator(".practice-actions button").first.click()
        else:
            page.locator(".practice-actions [name=unknown]").click()
        expect(page.locator("#feedback"), str(kind)).to_be_focused()
        look(page)
    page.goto("/")
    switch_to_english(page)
    for ordinal in range(1, len(KINDS) + 1):
        page.goto(f"/practice/{prepared[1]}?item={ordinal}")
        look(page)
