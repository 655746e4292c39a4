"""Nothing that stands in an item runs or fetches anything, wherever and to whomever the item is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from examsvc.accounts.roles import Role
from examsvc.sample.staff import PASSWORD, actor
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.bank_import import File, Order, import_file
from examsvc.services.import_report import Answers
from examsvc.store import Session, database_now
from examsvc.store.models import FormItemRow, ItemKeyRow, ItemRow, ItemVersionRow, PracticeRunRow, SittingRow
from item_bank.formats.catalog import FileFormat
from item_bank.interactions.kinds import Interaction
from item_bank.pool import Pool
from item_bank.stem import sanitise
from tests.e2e import exam_hall
from tests.e2e.canary import Canary
from tests.e2e.conftest import OpenPage, Server
from tests.e2e.exam_hall import Hall, open_services
from tests.e2e.hostile_files import (
    CODE_PREFIX,
    FILE_NAME,
    FOREIGN,
    HOSTILE_FORMATS,
    PAYLOADS,
    hostile_file,
    spread,
)
from tests.e2e.player_page import Player

pytestmark = pytest.mark.e2e
ANSWERS = Answers(topic="T01", level="apply", legal_basis="Luật Hải quan 54/2014/QH13", code="XSS-MADE")
HOSTILE_SUFFIXES = {
    FileFormat.GIFT: ".gift",
    FileFormat.MOODLE_XML: ".xml",
    FileFormat.QTI_30: ".zip",
    FileFormat.XLSX: ".xlsx",
    FileFormat.DOCX: ".docx",
}
CONTEXTS = (  # where a sanitised text may come to stand
    "{}",
    "<p>{}</p>",
    "<ul><li>{}</li></ul>",
    "<table><tr><td>{}</td></tr></table>",
    "<b><i><u>{}</u></i></b>",
    "<math><mtext>{}</mtext></math>",
    "<svg><title>{}</title></svg>",
    "<select><option>{}</option></select>",
    "<details open><summary>{}</summary></details>",
    "<label>{}</label>",
)


@dataclass(frozen=True, slots=True)
class Laid:
    """Hostile items in the bank: as drafts, handed in, on an exam's forms, and in a run of practice."""

    drafts: dict[str, list[int]]  # by format
    kinds: set[Interaction]
    hall: Hall
    practice_run: int
    n_practice: int


@pytest.fixture(scope="module")
def prepared(served_home: Path) -> Laid:
    exam_hall.lay_passwords_and_canaries(served_home)
    hall = exam_hall.lay_running_exam(served_home, "E2E-XSS")
    with open_services(served_home) as deps:
        officer = add_user(
            deps,
            None,
            NewUser("e2e_xss", "Lê <img src=x onerror=__ran=1>", frozenset({Role.OFFICER}), PASSWORD),
        )
        drafts = bring_in(deps, "XSS-D", Pool.OPERATIONAL)
        exam = bring_in(deps, "XSS-E", Pool.OPERATIONAL)
        practice = bring_in(deps, "XSS-P", Pool.PRACTICE)
        with deps.store.begin() as session:
            versions = of_every_kind(session, exam)
            kinds = lay_on_forms(session, hall.administration, versions)
            practised = of_every_kind(session, practice)
            run = lay_practice(session, officer, practised)
    return Laid(drafts, kinds, hall, run, len(practised))


def bring_in(deps: Services, series: str, pool: Pool) -> dict[str, list[int]]:
    """The versions that a file of each format made; what cannot be taken is left out."""
    made: dict[str, list[int]] = {}
    for form, _series, data in spread(series, pool):
        order = Order(ANSWERS, without_refused=True)
        outcome = import_file(deps, actor(deps, "ban_de_1"), File(FILE_NAME, data), order)
        assert outcome.n_left_out <= 1, form  # at most one has lost its picture to the payload
        made[form.value] = list(outcome.version_ids)
    return made


def of_every_kind(session: Session, made: dict[str, list[int]]) -> list[int]:
    """One of each interaction, then another of each, by one format after the other: a form has few items."""
    by_kind: dict[str, list[int]] = {}
    for id_ in (id_ for ids in made.values() for id_ in ids):
        by_kind.setdefault(session.get_one(ItemVersionRow, id_).interaction, []).append(id_)
    turned = [ids[place % len(ids) :] + ids[: place % len(ids)] for place, ids in enumerate(by_kind.values())]
    return [id_ for row in zip_longest(*turned) for id_ in row if id_ is not None]


def lay_on_forms(session: Session, administration_id: int, versions: list[int]) -> set[Interaction]:
    """The wordings of this exam's items become the hostile ones, in turn; returns what is on each form."""
    session.execute(
        sa.update(ItemVersionRow).where(ItemVersionRow.id.in_(versions)).values(state="operational")
    )
    sat = sa.select(SittingRow.form_id).where(SittingRow.administration_id == administration_id)
    form_items = session.scalars(
        sa.select(FormItemRow).where(FormItemRow.form_id.in_(sat)).order_by(FormItemRow.ordinal)
    ).all()
    on_form: dict[int, set[Interaction]] = {}
    for row in form_items:
        source = session.get_one(ItemVersionRow, versions[(row.ordinal - 1) % len(versions)])
        copy_wording(session, source, session.get_one(ItemVersionRow, row.item_version_id))
        on_form.setdefault(row.form_id, set()).add(Interaction(source.interaction))
    return set.intersection(*on_form.values())


def copy_wording(session: Session, source: ItemVersionRow, target: ItemVersionRow) -> None:
    for name in ("stem", "interaction", "options", "places", "most_chosen", "stimulus_id", "english",
                 "rationale", "legal_basis", "wording_hash"):  # fmt: skip
        setattr(target, name, getattr(source, name))
    newest = (
        sa.select(ItemKeyRow)
        .where(ItemKeyRow.item_version_id == source.id)
        .order_by(ItemKeyRow.version.desc())
    )
    key = session.scalars(newest).first()
    assert key is not None
    held = sa.select(sa.func.max(ItemKeyRow.version)).where(ItemKeyRow.item_version_id == target.id)
    kept = {
        column.key: getattr(key, column.key)
        for column in sa.inspect(ItemKeyRow).columns
        if column.key != "id"
    }
    kept |= {"item_version_id": target.id, "version": (session.scalar(held) or 0) + 1}
    session.add(ItemKeyRow(**kept))


def lay_practice(session: Session, user_id: int, versions: list[int]) -> int:
    session.execute(sa.update(ItemVersionRow).where(ItemVersionRow.id.in_(versions)).values(state="approved"))
    items = session.scalars(sa.select(ItemRow).join(ItemVersionRow).where(ItemVersionRow.id.in_(versions)))
    for item in items:  # a format that does not say it has made it an exam's
        item.pool = Pool.PRACTICE.value
    topic = session.scalar(
        sa.select(ItemRow.topic_id).join(ItemVersionRow).where(ItemVersionRow.id == versions[0])
    )
    run = PracticeRunRow(
        user_id=user_id,
        topic_ids=[topic],
        n_items=len(versions),
        item_version_ids=versions,
        seed=1,
        started_at=database_now(session),
    )
    session.add(run)
    session.flush()
    return run.id


def watched(open_page: OpenPage, server: Server, username: str) -> Canary:
    return Canary(open_page(username), server.url)


# ---- the sanitiser by itself, without a policy behind it ----


def test_what_the_sanitiser_leaves_does_nothing_without_any_policy(browser: Browser, server: Server):
    context = browser.new_context(offline=False)
    page = context.new_page()
    canary = Canary(page, server.url)
    page.route("**/*", lambda route, _request: route.fulfill(body="<!doctype html><main></main>"))
    page.goto(server.url + "/")  # an origin of its own, and no policy
    for payload in PAYLOADS:
        markup = "".join(place.format(sanitise(payload)) for place in CONTEXTS)
        page.evaluate("markup => { document.querySelector('main').innerHTML = markup; }", markup)
        page.mouse.move(40, 40)
        canary.look()
        page.set_content(f"<main>{markup}</main>")
        canary.look()
    context.close()


def test_the_canary_sings_when_a_payload_runs(browser: Browser, server: Server):
    """Or the tests beside this one would prove nothing."""
    for payload in (f"<img src='http://{FOREIGN}/a.png'>", "<img src=x onerror='window.__ran=1'>"):
        context = browser.new_context()
        page = context.new_page()
        canary = Canary(page, server.url)
        page.goto(server.url + "/login")
        page.evaluate("markup => { document.querySelector('main').innerHTML = markup; }", payload)
        with pytest.raises(AssertionError):
            canary.look()
        context.close()


# ---- an author's pages ----


@pytest.mark.parametrize("form", HOSTILE_FORMATS, ids=lambda form: form.value)
def test_an_import_shows_and_runs_nothing(
    form: FileFormat, open_page: OpenPage, server: Server, prepared: Laid
):
    canary = watched(open_page, server, "ban_de_1")
    author = canary.page
    series = f"XSS-U{HOSTILE_FORMATS.index(form)}"
    author.goto("/items/import")
    author.set_input_files(
        "#import-file",
        {
            "name": FILE_NAME + HOSTILE_SUFFIXES[form],
            "mimeType": "application/octet-stream",
            "buffer": hostile_file(form, series, 7),
        },
    )
    author.click("form.choose button")
    expect(author.locator(".verdict")).to_be_visible()
    canary.look()
    answer(author, CODE_PREFIX)
    canary.look()
    answer(author, "XSS-MADE")
    canary.look()
    for fate in ("taken", "degraded", "refused", "warned"):
        canary.open(f"{author.url.partition('?')[0]}?fate={fate}")
    author.goto(author.url.partition("?")[0])
    if author.locator("#confirm-without_refused").count():
        author.check("#confirm-without_refused")
    author.click(".verdict button")
    expect(author.locator(".alert-success")).to_be_visible()
    canary.look()


def answer(author: Page, code: str) -> None:
    """Say what the file does not; the legal basis is hostile as well."""
    panel = author.locator("details.answers-panel")
    if panel.get_attribute("open") is None:
        panel.locator("summary").click()
    author.select_option("#answers-topic", "T01")
    author.select_option("#answers-level", "apply")
    author.fill("#answers-legal_basis", PAYLOADS[6])
    author.fill("#answers-code", code)
    author.click(".answers button")
    expect(author.locator(".verdict")).to_be_visible()


def test_the_workshop_runs_nothing_of_the_items_that_it_shows(
    open_page: OpenPage, server: Server, prepared: Laid
):
    author = watched(open_page, server, "ban_de_1")
    author.open("/items?tab=drafts")
    author.open("/items?tab=mine&q=XSS-D")
    shown = every_kind_once(prepared)
    for version_id in shown:
        author.open(f"/items/{version_id}")
        author.open(f"/items/{version_id}/edit")
    author.page.goto("/items?tab=drafts")
    for version_id in shown:
        author.page.check(f'input[name="version_ids"][value="{version_id}"]')
    author.page.click('form[action$="/items/submit"] button')
    expect(author.page.locator(".alert-success")).to_be_visible()
    author.look()
    reviewer = watched(open_page, server, "tham_dinh")
    reviewer.open("/items?tab=review")
    for version_id in shown:
        reviewer.open(f"/items/{version_id}/review")
    manager = watched(open_page, server, "ngan_hang")
    for path in ("/items?tab=all&q=XSS", f"/items?tab=all&q={PAYLOADS[6].replace('#', '')}", "/bank"):
        manager.open(path)
    look_at_near_duplicates(manager)
    look_at_an_export(manager)


def every_kind_once(prepared: Laid) -> list[int]:
    """Some of each format's items, so that together they are of every interaction."""
    return [
        id_
        for place, ids in enumerate(prepared.drafts.values())
        for id_ in (ids if place == 2 else ids[place :: max(1, len(ids) // 4)])  # all of the fullest format
    ]


def look_at_near_duplicates(manager: Canary) -> None:
    """The series read alike: many pairs, with what differs marked."""
    manager.page.goto("/bank/near-duplicates")
    manager.page.locator('form[action$="/search"] button').click()
    expect(manager.page.locator(".job-done")).to_be_visible(timeout=60_000)
    expect(manager.page.locator("article.twin-pair").first).to_be_visible()
    manager.look()
    manager.page.locator('article.twin-pair button[value="dismissed"]').first.click()
    manager.look()
    manager.open("/bank/near-duplicates/decided")


def look_at_an_export(manager: Canary) -> None:
    page = manager.page
    page.goto("/exports/new")
    page.fill("#export-codes", " ".join(f"XSS-E2-{number:02}" for number in range(1, 15)))
    page.select_option("#export-format", "gift")
    page.fill("#export-recipient", PAYLOADS[6])
    page.fill("#export-purpose", PAYLOADS[0])
    page.click("#export-form button")
    expect(page.locator(".alert-success")).to_be_visible()
    manager.look()
    page.locator("main details summary").first.click()
    manager.look()
    manager.open("/exports")


def test_the_editor_and_its_preview_run_nothing(open_page: OpenPage, server: Server, prepared: Laid):
    author = watched(open_page, server, "ban_de_1")
    page = author.page
    for place, kind in enumerate(Interaction):
        page.goto(f"/items/new?kind={kind.value}")
        fields = page.locator("#item-form").locator(
            'textarea:visible, input[type="text"]:visible, input:not([type]):visible'
        )
        for number, box in enumerate(fields.all()):
            box.fill(PAYLOADS[(place * 11 + number) % len(PAYLOADS)].replace("\x0c", " "))
        with page.expect_response(re.compile("/items/preview")):
            page.locator("#item-stem").fill(f"Câu hỏi {PAYLOADS[place * 3 % len(PAYLOADS)]}")
        page.wait_for_load_state("networkidle")
        author.look()
        page.click('.actions button[name="then"][value="save"]')  # refused or kept, it is shown again
        author.look()


# ---- whoever sits an exam, or practises ----


def test_the_player_runs_nothing_of_an_items_wording(open_page: OpenPage, server: Server, prepared: Laid):
    assert prepared.kinds == set(Interaction)  # each is on the form
    seat = prepared.hall.take_seat()
    candidate = watched(open_page, server, seat.username)
    player = Player(candidate.page).enter(seat.page)
    candidate.look()
    n_items = candidate.page.locator("#navigator-list [data-jump]").count()
    for number in range(1, n_items + 1):
        player.jump(number)
        player.expect_item(number)
        candidate.look()
    player.act("review")
    candidate.look()


def test_practice_runs_nothing_before_and_after_a_response(
    open_page: OpenPage, server: Server, prepared: Laid
):
    officer = watched(open_page, server, "e2e_xss")
    page = officer.page
    for _number in range(prepared.n_practice):
        officer.open(f"/practice/{prepared.practice_run}")
        page.locator(".practice-actions [name=unknown]").click()
        expect(page.locator("#feedback")).to_be_visible()
        officer.look()
    officer.open(f"/practice/{prepared.practice_run}")
    expect(page.locator(".summary-line")).to_have_count(prepared.n_practice)
