"""Sections on their way: typed into a blueprint, assembled into a form, delivered to a candidate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from examsvc.accounts.roles import Role
from examsvc.assembly.blueprint import BlueprintSection
from examsvc.assembly.errors import AssemblyRefused, BlueprintInvalid
from examsvc.services import Services, assembly, blueprints, campaigns, rooms
from examsvc.services.assembly import AssemblyOrder
from examsvc.services.blueprints import BlueprintEdit
from examsvc.services.campaigns import NewAdministration, NewCampaign
from examsvc.store import assembly as store
from examsvc.store import outlines
from examsvc.store.models import BlueprintRow, FormSectionRow, LevelScaleRow, OfficerRow, SittingRow
from tests.integration.assembly_bank import TOPICS, Laid, add_actor, lay_bank
from tests.integration.laid import PASSWORD, LaidSitting, lay_sitting, response, wire
from tests.integration.laid_campaign import lay_officer, move_start, now_of
from tests.integration.signing_in import Browser, sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]

RISK = BlueprintSection("Rủi ro", "Risk", ("T06", "T07", "T08"), 900)
REST = BlueprintSection("Nghiệp vụ", "Customs work", tuple(t for t in TOPICS if t not in RISK.topics), 1800)
TIMED = ((3, 1500), (2, 1200))


@pytest.fixture
def bank(services: Services) -> Laid:
    return lay_bank(services, password_hash=services.passwords.hash(PASSWORD))


def edit_of(services: Services, blueprint_id: int, sections: tuple[BlueprintSection, ...] | None):
    with services.store.read() as session:
        row, _position, value = store.load_blueprint(session, blueprint_id)
        return BlueprintEdit(value.counts, row.n_items, row.limit_s, sections)


def sections_of(services: Services, blueprint_id: int) -> tuple[BlueprintSection, ...]:
    with services.store.read() as session:
        return store.load_blueprint(session, blueprint_id)[2].sections


def in_sections(services: Services, bank: Laid) -> int:
    """An approved blueprint in two sections."""
    blueprint_id = blueprints.derive(services, bank.secretary, "GSQL")
    blueprints.edit(services, bank.secretary, blueprint_id, edit_of(services, blueprint_id, (RISK, REST)))
    blueprints.approve(services, bank.chairman, blueprint_id)
    return blueprint_id


def assembled(services: Services, bank: Laid, blueprint_id: int) -> tuple[int, list[int]]:
    """A run and its forms."""
    order = AssemblyOrder(blueprint_id, seed=2026)
    run_id = assembly.assemble_forms(services, bank.secretary, order, lambda _done, _total: None)
    with services.store.read() as session:
        return run_id, [form.id for form in store.list_forms(session, run_id=run_id)]


def test_sections_are_kept_revised_and_frozen_with_the_blueprint(services: Services, bank: Laid):
    blueprint_id = in_sections(services, bank)
    assert sections_of(services, blueprint_id) == (RISK, REST)
    with pytest.raises(AssemblyRefused):
        blueprints.edit(services, bank.secretary, blueprint_id, edit_of(services, blueprint_id, ()))
    revised = blueprints.revise(services, bank.secretary, blueprint_id)
    assert sections_of(services, revised) == (RISK, REST)
    blueprints.edit(services, bank.secretary, revised, edit_of(services, revised, None))
    assert sections_of(services, revised) == (RISK, REST)  # who says nothing of them leaves them
    longer = replace(edit_of(services, revised, None), limit_s=3000)
    with pytest.raises(BlueprintInvalid) as refused:
        blueprints.edit(services, bank.secretary, revised, longer)
    assert [problem.code for problem in refused.value.problems] == ["section_limits_sum"]
    blueprints.edit(services, bank.secretary, revised, edit_of(services, revised, ()))
    assert sections_of(services, revised) == ()
    with services.store.read() as session:
        no_value = sa.select(BlueprintRow.id).where(BlueprintRow.sections.is_(None))
        assert session.scalars(no_value).all() == [revised]


def test_a_topic_outside_the_taxonomy_is_refused_with_its_section(services: Services, bank: Laid):
    blueprint_id = blueprints.derive(services, bank.secretary, "GSQL")
    strange = replace(REST, topics=(*REST.topics, "T99"))
    with pytest.raises(BlueprintInvalid) as refused:
        blueprints.edit(
            services, bank.secretary, blueprint_id, edit_of(services, blueprint_id, (RISK, strange))
        )
    (problem,) = refused.value.problems
    assert (problem.code, problem.params) == ("section_topic_unknown", {"section": 2, "topic": "T99"})


def test_an_assembled_form_has_the_sections_of_its_blueprint(services: Services, bank: Laid):
    blueprint_id = in_sections(services, bank)
    run_id, form_ids = assembled(services, bank, blueprint_id)
    for form_id in form_ids:
        with services.store.read() as session:
            rows = outlines.list_sections(session, form_id)
            lines = store.list_form_lines(session, form_id)
            outline = outlines.get_outline(session, form_id)
        assert [(row.name_vi, row.name_en, row.limit_s) for row in rows] == [
            ("Rủi ro", "Risk", 900),
            ("Nghiệp vụ", "Customs work", 1800),
        ]
        for line in lines:
            expected = 1 if line.topic in RISK.topics else 2
            assert outline.placed[str(line.version_id)].section == expected
        assert rows[1].first_item == 1 + sum(line.topic in RISK.topics for line in lines)
    again = assembly.replay(services, bank.chairman, run_id)
    assert (again.same, again.changed) == (True, ())


def test_a_form_without_sections_has_no_rows_of_any(services: Services, bank: Laid):
    blueprint_id = blueprints.derive(services, bank.secretary, "GSQL")
    blueprints.approve(services, bank.chairman, blueprint_id)
    assembled(services, bank, blueprint_id)
    with services.store.read() as session:
        assert session.scalars(sa.select(FormSectionRow)).all() == []


def test_a_form_whose_sections_were_altered_is_not_published(services: Services, bank: Laid):
    _run_id, form_ids = assembled(services, bank, in_sections(services, bank))
    assembly.publish_form(services, bank.chairman, form_ids[1])
    with services.store.begin() as session:
        session.get_one(FormSectionRow, (form_ids[0], 2)).limit_s = 3600
    with pytest.raises(AssemblyRefused) as refused:
        assembly.publish_form(services, bank.chairman, form_ids[0])
    assert refused.value.code == "form_altered"


def test_the_manager_types_sections_and_reads_them_on_every_page(app: Flask, services: Services, bank: Laid):
    manager = sign_in(app, "secretary", PASSWORD)
    blueprint_id = blueprints.derive(services, bank.secretary, "GSQL")
    edit = edit_of(services, blueprint_id, None)
    fields = {f"cell-{cell.topic}-{cell.cognitive_level}": n for cell, n in edit.counts.items()}
    page = f"/blueprints/{blueprint_id}"

    def save(text: str) -> TestResponse:
        return manager.post_form(page, n_items=30, minutes=45, sections=text, **fields)

    refused = save("Rủi ro | Risk | T06, T07, T08 | x\n\n<b>Nghiệp vụ")
    assert refused.status_code == 400
    assert "line 1: &#34;x&#34; is not a whole number of minutes" in refused.text
    assert "line 2: Write two names" in refused.text
    assert "T06, T07, T08 | x\n&lt;b&gt;Nghiệp vụ</textarea>" in refused.text
    wrong = save("Rủi ro | Risk | T06, T07 | 15\nNghiệp vụ | Work | T06, T99")
    assert wrong.status_code == 400
    for words in (
        "line 2: There is no topic T99.",
        "line 2: Topic T06 stands in line 1 already.",
        "stand in no section: T01, T02, T03, T04, T05, T08, T09, T10.",
        "Write minutes in every line or in none: 1 of 2 have them.",
    ):
        assert words in wrong.text, words
    assert sections_of(services, blueprint_id) == ()

    rest = ", ".join(REST.topics).lower()
    text = f"Rủi ro | Risk | T06, T07, T08 | 15\nNghiệp vụ | Customs work | {rest} | 30"
    assert save(text).status_code == 302
    assert sections_of(services, blueprint_id) == (RISK, REST)
    assert text.replace(rest, rest.upper()) in manager.get(page).text

    blueprints.approve(services, bank.chairman, blueprint_id)
    run_id, form_ids = assembled(services, bank, blueprint_id)
    fixed, certificate, form = (
        manager.get(path).text for path in (page, f"/assembly-runs/{run_id}", f"/forms/{form_ids[0]}")
    )
    assert 'name="sections"' not in fixed
    for shown in (fixed, certificate):
        assert "T06, T07, T08</td>" in shown
        assert "15 min</td>" in shown
    assert form.count('class="section-head"') == form.count('<ol class="proof"') == form.count("</ol>") == 2


def test_the_papers_sections_are_those_that_the_manager_made(app: Flask, services: Services, bank: Laid):
    blueprint_id = in_sections(services, bank)
    _run_id, form_ids = assembled(services, bank, blueprint_id)
    for form_id in form_ids:
        assembly.publish_form(services, bank.chairman, form_id)
    browser, sitting_id = candidate_of(app, services, bank, blueprint_id)
    clock = browser.post_json(f"/api/v1/sittings/{sitting_id}/open", {}).json["clock"]
    assert (clock["section"], 0 < clock["section_remaining_ms"] <= 900_000) == (1, True)
    paper = browser.get(f"/api/v1/sittings/{sitting_id}/paper").json
    sizes = [section["n_items"] for section in paper["sections"]]
    assert paper["sections"] == [
        {"ordinal": 1, "name_vi": "Rủi ro", "name_en": "Risk", "limit_s": 900, "n_items": sizes[0]},
        {
            "ordinal": 2,
            "name_vi": "Nghiệp vụ",
            "name_en": "Customs work",
            "limit_s": 1800,
            "n_items": sizes[1],
        },
    ]
    assert [item["section"] for item in paper["items"]] == [1] * sizes[0] + [2] * sizes[1]
    assert [item["number"] for item in paper["items"]] == list(range(1, 31))


def candidate_of(app: Flask, services: Services, bank: Laid, blueprint_id: int) -> tuple[Browser, int]:
    """One officer's sitting of an exam on this blueprint that has begun a minute ago."""
    with services.store.begin() as session:
        proctor = add_actor(session, "proctor", Role.PROCTOR)
        officer = lay_officer(session, "I", 1, services.passwords.hash(PASSWORD))
        session.get_one(OfficerRow, officer.officer_id).appointed_on = date(2020, 1, 1)
        scale_id = session.scalars(sa.select(LevelScaleRow.id)).one()
    campaign_id = campaigns.create_campaign(
        services, bank.secretary, NewCampaign("C1", "Kỳ thử", "Trial", "INTERNAL_CA", scale_id)
    )
    new = NewAdministration(
        campaign_id, "C1-GSQL", blueprint_id, now_of(services) + timedelta(hours=1), (("P1", 10),)
    )
    administration_id = campaigns.add_administration(services, bank.secretary, new)
    campaigns.fill_roster(services, bank.secretary, administration_id)
    campaigns.approve_campaign(services, bank.chairman, campaign_id)
    with services.store.read() as session:
        sitting_id = session.scalars(sa.select(SittingRow.id)).one()
    rooms.check_in(services, proctor, sitting_id)
    move_start(services, administration_id, 60)
    return sign_in(app, officer.username, PASSWORD), sitting_id


@pytest.fixture
def timed(services: Services) -> LaidSitting:
    return lay_sitting(services, password=PASSWORD, sections=TIMED)


@pytest.fixture
def browser(app: Flask, timed: LaidSitting) -> Browser:
    signed_in = sign_in(app, timed.owner.username, PASSWORD)
    assert signed_in.post_json(f"/api/v1/sittings/{timed.sitting_id}/open", {}).status_code == 200
    return signed_in


def send(browser: Browser, timed: LaidSitting, seq: int, number: int) -> tuple[int, str]:
    """Respond to the item with this number; the status and what became of the event."""
    events = {"events": [wire(response(seq, timed.item_ids[number - 1]))]}
    answer = browser.post_json(f"/api/v1/sittings/{timed.sitting_id}/events", events)
    (outcome,) = answer.json["outcomes"].values()
    return answer.status_code, outcome


def leave(browser: Browser, timed: LaidSitting, section: int) -> TestResponse:
    return browser.post_json(f"/api/v1/sittings/{timed.sitting_id}/section", {"leave": section})


def test_a_timed_section_takes_responses_in_its_own_time_alone(
    services: Services, timed: LaidSitting, browser: Browser
):
    assert send(browser, timed, 1, 3) == (200, "accepted")
    assert send(browser, timed, 2, 4) == (409, "out_of_turn")
    move_start(services, timed.administration_id, 1500 + 31)  # the section's limit and the grace are over
    clock = browser.get(f"/api/v1/sittings/{timed.sitting_id}/clock").json
    assert (clock["section"], clock["phase"]) == (2, "open")
    assert send(browser, timed, 3, 3) == (409, "late")
    assert send(browser, timed, 4, 4) == (200, "accepted")


def test_leaving_a_section_early_begins_the_next_and_gives_no_time_away(
    services: Services, timed: LaidSitting, browser: Browser
):
    left = leave(browser, timed, 1)
    clock = left.json["clock"]
    assert (left.status_code, clock["section"]) == (200, 2)
    assert 1_190_000 < clock["section_remaining_ms"] <= 1_200_000
    assert send(browser, timed, 1, 4) == (200, "accepted")
    assert leave(browser, timed, 1).json["clock"]["section"] == 2  # once more changes nothing
    assert leave(browser, timed, 2).status_code == 409  # the last one is handed in, not left
    move_start(services, timed.administration_id, 60 + 31)
    assert send(browser, timed, 2, 4) == (200, "accepted")


def test_sections_without_limits_share_the_time_and_stay_open(app: Flask, services: Services):
    laid = lay_sitting(services, password=PASSWORD, sections=((2, None), (3, None)))
    browser = sign_in(app, laid.owner.username, PASSWORD)
    opened = browser.post_json(f"/api/v1/sittings/{laid.sitting_id}/open", {}).json
    assert (opened["clock"]["section"], opened["clock"]["section_remaining_ms"]) == (1, None)
    assert send(browser, laid, 1, 5) == (200, "accepted")
    assert send(browser, laid, 2, 1) == (200, "accepted")
    paper = browser.get(f"/api/v1/sittings/{laid.sitting_id}/paper").json
    assert [(one["name_vi"], one["limit_s"], one["n_items"]) for one in paper["sections"]] == [
        ("Phần 1", None, 2),
        ("Phần 2", None, 3),
    ]
