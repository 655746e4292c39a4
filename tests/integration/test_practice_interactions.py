"""Practice with an item of every interaction, by plain forms: asked, marked, told."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.roles import Role
from examsvc.services import Services, practice
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.media import add_media
from examsvc.store import accounts as account_store
from examsvc.store import database_now
from examsvc.store.item_parts import keep_translation, write_asked, write_key
from examsvc.store.models import ItemKeyRow, ItemVersionRow, StimulusRow, TopicRow, UserRow
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.responses import parts_of
from item_bank.media import reference
from item_bank.translation import Translation
from tests.every_interaction import EXAMPLES
from tests.integration.laid_items import Made, lay_item
from tests.integration.signing_in import Browser, sign_in
from tests.unit.item_bank.pictures import png

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "tay-nải-xanh-7"
every_interaction = pytest.mark.parametrize("interaction", list(Interaction))
MARKED = [kind for kind, example in EXAMPLES.items() if not example.asked.kind.rated]


class Desk:
    """One practice item of an interaction, and an officer who practises it over HTTP."""

    def __init__(self, app: Flask, deps: Services) -> None:
        self.app, self.deps = app, deps
        user_id = add_user(
            deps, None, NewUser("hoa", "hoa", frozenset({Role.OFFICER}), PASSWORD, locale="en")
        )
        with deps.store.begin() as session:
            self.actor = account_store.actor_of(session, session.get_one(UserRow, user_id))
            topic = TopicRow(code="T01", name_vi="T01", name_en="T01")
            session.add(topic)
            session.flush()
            self.topic, self.made = topic.id, Made(user_id, database_now(session))

    def lay(self, interaction: Interaction) -> None:
        example = EXAMPLES[interaction]
        stem = example.stem
        if example.picture:
            author = replace(self.actor, roles=frozenset({Role.AUTHOR}))
            stem = stem.format(picture=reference(add_media(self.deps, author, png(4, 4)), "Cửa"))
        with self.deps.store.begin() as session:
            version: ItemVersionRow = lay_item(
                session,
                f"LT-{interaction.value}",
                self.topic,
                self.made,
                pool="practice",
                state="approved",
                stem=stem,
                rationale="Vì luật nói vậy",
            )
            write_asked(version, example.asked)
            key = ItemKeyRow(
                item_version_id=version.id, reason="x", created_by=self.made.by, created_at=self.made.at
            )
            write_key(key, replace(example.key, version=2))
            session.add(key)

    def started(self) -> tuple[Browser, str]:
        browser = sign_in(self.app, "hoa", PASSWORD)
        run = browser.post_form("/practice", topics=[self.topic], n_items="5").location
        return browser, run


@pytest.fixture
def desk(app: Flask, services: Services) -> Desk:
    return Desk(app, services)


def form_of(interaction: Interaction, response: str) -> dict[str, object]:
    """The fields that a browser sends for this response."""
    form, parts = EXAMPLES[interaction].asked.kind.form, parts_of(response)
    if form is Form.SOME:
        return {"response": list(parts)}
    if form is Form.PAIRED:
        fields: dict[str, object] = {}
        for part in parts:
            option, _arrow, place = part.partition(">")
            fields[f"place-{place}"] = option
        return fields
    if form is Form.ORDERED:
        return {f"rank-{option}": str(rank) for rank, option in enumerate(parts, 1)}
    return {"response": response}


def respond(browser: Browser, run: str, fields: dict[str, object]) -> str:
    answer = browser.post_form(f"{run}/responses", ordinal="1", **fields)
    assert answer.status_code == 302, re.findall(r'class="alert[^>]*>([^<]+)', answer.text)
    return browser.get(answer.location).text


@every_interaction
def test_every_field_that_a_response_needs_stands_on_the_page(desk: Desk, interaction: Interaction):
    desk.lay(interaction)
    browser, run = desk.started()
    page = browser.get(run).text
    fields = form_of(interaction, EXAMPLES[interaction].right or "x")
    if interaction is not Interaction.PRACTICAL:
        for name in fields:
            assert f'name="{name}"' in page
    assert "Vì luật nói vậy" not in page
    assert "data-place" not in page, "a place of the stem was left empty"


@pytest.mark.parametrize("interaction", MARKED)
def test_the_key_earns_the_whole_mark_and_is_told(desk: Desk, interaction: Interaction):
    desk.lay(interaction)
    browser, run = desk.started()
    page = respond(browser, run, form_of(interaction, EXAMPLES[interaction].right or ""))
    assert re.search(r'<h2 id="feedback"[^>]*>Right response<', page)
    assert "told-is-wrong" not in page
    assert "option-wrong" not in page
    assert "Vì luật nói vậy" in page
    assert "<strong>1</strong> / 1" in browser.get(run).text


@pytest.mark.parametrize("interaction", MARKED)
def test_who_does_not_know_is_told_what_is_right(desk: Desk, interaction: Interaction):
    desk.lay(interaction)
    browser, run = desk.started()
    page = respond(browser, run, {"unknown": "1"})
    assert "Not known this time" in page
    assert "Right option" in page or "Right response" in page
    example = EXAMPLES[interaction]
    if example.asked.kind.form in {Form.NUMBER, Form.TEXT}:
        assert str(example.right) in page


def test_what_is_right_in_part_says_how_much(desk: Desk):
    desk.lay(Interaction.MATCH)
    browser, run = desk.started()
    page = respond(browser, run, {"place-P1": "A", "place-P2": "C"})
    assert "Right in part" in page
    assert "This earns 50 % of the mark." in page
    assert page.count("told-is-right") == page.count("told-is-wrong") == 1
    assert "<strong>0</strong> / 1" in browser.get(run).text


@pytest.mark.parametrize(
    ("interaction", "fields", "words"),
    [
        (Interaction.ORDER, {"rank-A": "1", "rank-B": "1"}, "a number of its own, from 1 to 4"),
        (Interaction.ORDER, {}, "Respond to the item"),
        (Interaction.NUMERIC, {"response": "12 kg"}, "cannot be read as a number"),
        (Interaction.MULTIPLE_RESPONSE, {"response": ["A", "B", "C"]}, "more than may be chosen"),
        (Interaction.MATCH, {"place-P1": "A", "place-P2": "A"}, "more than may be chosen"),
        (Interaction.INLINE_CHOICE, {"place-P1": "C"}, "no such option"),
        (Interaction.STATEMENTS, {"place-P9": "A"}, "Respond to the item"),
    ],
)
def test_what_cannot_be_taken_is_said_and_kept_on_the_page(
    desk: Desk, services: Services, interaction: Interaction, fields: dict[str, object], words: str
):
    desk.lay(interaction)
    browser, run = desk.started()
    answer = browser.post_form(f"{run}/responses", ordinal="1", **fields)
    assert answer.status_code == 400
    assert words in answer.text
    for value in fields.values() if words != "no such option" and "P9" not in str(fields) else ():
        kept = value if isinstance(value, str) else value[0]
        assert re.search(rf'value="{kept}"[^>]*(checked|selected|maxlength)|selected>{kept}<', answer.text)
    page = practice.view_run(services, desk.actor, int(run.rsplit("/", 1)[1]))
    assert page.n_done == 0


@pytest.mark.parametrize("interaction", [Interaction.ESSAY, Interaction.PRACTICAL])
def test_what_people_mark_is_compared_by_oneself_and_counts_nowhere(
    desk: Desk, services: Services, interaction: Interaction
):
    desk.lay(interaction)
    browser, run = desk.started()
    essay = (
        {"response": "Dòng một\nDòng <b>hai</b>"} if interaction is Interaction.ESSAY else {"unknown": "1"}
    )
    page = respond(browser, run, essay)
    assert "Compare for yourself" in page
    for criterion in EXAMPLES[interaction].key.rubric:
        assert criterion.description in page
    assert "<b>hai</b>" not in page
    summary = practice.view_run(services, desk.actor, int(run.rsplit("/", 1)[1]))
    assert (summary.tally.n_responses, summary.n_done) == (0, 1)
    assert "Not counted" in browser.get(run).text
    offers = practice.view_desk(services, desk.actor).offers
    assert [offer.tally.share for offer in offers] == [None]


def test_an_english_page_reads_the_english_wording_and_offers_the_official_one(
    desk: Desk, services: Services
):
    desk.lay(Interaction.GAP_MATCH)
    with services.store.begin() as session:
        version = session.scalars(sa.select(ItemVersionRow)).one()
        english = Translation(
            "Pay [[P1]] before [[P2]].", {"A": "the duty", "B": "the release", "C": "a fine"}
        )
        version.english = keep_translation(english)
        shared = StimulusRow(
            code="TL-1",
            version=1,
            content="<p>Tờ khai</p>",
            english="<p>Form</p>",
            content_hash="x",
            created_by=version.created_by,
            created_at=version.created_at,
        )
        session.add(shared)
        session.flush()
        version.stimulus_id = shared.id
    browser, run = desk.started()
    page = browser.get(run).text
    assert "<p>Form</p>" in page
    assert "<p>Tờ khai</p>" not in page
    assert "Pay <span" in page
    assert "the release" in page
    assert "The Vietnamese wording is the official one." in page
    assert "Người khai nộp" not in page
    official = browser.get(f"{run}?wording=vi").text
    assert "Người khai nộp" in official
    assert "the release" not in official
    assert "<p>Tờ khai</p>" in official
    assert "<p>Form</p>" not in official
    with services.store.begin() as session:
        session.execute(sa.update(StimulusRow).values(english=""))
    alone = browser.get(run).text
    assert "<p>Tờ khai</p>" in alone
    assert "There is no English version of this material." in alone
    told = respond(browser, run, {"place-P1": "B"})
    assert "the duty" in told
    assert "data-place" not in told


def test_a_share_is_exact(desk: Desk, services: Services):
    desk.lay(Interaction.STATEMENTS)
    browser, run = desk.started()
    respond(browser, run, {"place-P1": "A", "place-P2": "B", "place-P3": "B", "place-P4": "B"})
    item = practice.view_run(services, desk.actor, int(run.rsplit("/", 1)[1]), 1).item
    assert item is not None
    assert item.feedback is not None
    assert item.feedback.share == Fraction(1, 2)
