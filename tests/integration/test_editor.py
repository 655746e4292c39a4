"""The item's form over HTTP: every interaction is written, shown again and kept, without any script."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask

from examsvc.accounts.actor import Actor
from examsvc.accounts.roles import Role
from examsvc.services import Services
from examsvc.services.accounts import NewUser, add_user
from examsvc.services.bank_views import ItemView, view_item
from examsvc.store.models import TopicRow
from item_bank.interactions.kinds import Interaction
from item_bank.wording import Wording, compose
from tests.every_interaction import EXAMPLES
from tests.integration.signing_in import Browser, sign_in
from tests.item_forms import Fields, fields_of, fields_on
from tests.unit.item_bank.pictures import png

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
READER = Actor(99, "reader", "Reader", frozenset({Role.REVIEWER}))
PASSWORD = "a-long-enough-password"
EVERY = pytest.mark.parametrize("interaction", list(Interaction), ids=lambda one: one.value)


@pytest.fixture
def author(services: Services, app: Flask) -> Browser:
    with services.store.begin() as session:
        session.add(TopicRow(code="T01", name_vi="Thủ tục", name_en="Procedures"))
    add_user(services, None, NewUser("an", "An", frozenset({Role.AUTHOR}), PASSWORD, locale="en"))
    return sign_in(app, "an", PASSWORD)


@pytest.fixture
def picture(author: Browser) -> str:
    body = {"csrf_token": author.token, "file": (io.BytesIO(png(4, 4)), "anh.png"), "alt": "Thùng"}
    return author.client.post("/items/media", data=body, headers={"Accept": "application/json"}).json[
        "reference"
    ]


def post(author: Browser, path: str, fields: Fields, **more: str):
    data = {**fields, "csrf_token": [author.token], **{name: [value] for name, value in more.items()}}
    return author.client.post(path, data=data)


def fault(answer) -> list[str]:
    return re.findall(r'(?:field-error"[^>]*|role="alert"[^>]*)>([^<]+)<', answer.text)


def stored(services: Services, location: str) -> ItemView:
    return view_item(services, READER, int(location.rsplit("/", 1)[1]))


@EVERY
def test_every_interaction_is_written_and_kept_as_its_example(
    services: Services, author: Browser, picture: str, interaction: Interaction
):
    example = EXAMPLES[interaction]
    saved = post(author, "/items/new", fields_of(interaction, picture), code="T01-001")
    assert saved.status_code == 302, fault(saved)
    view = stored(services, saved.location)
    stem = example.stem.replace("{picture}", picture)
    wording = Wording("T01-001", "T01", "apply", stem, example.asked, example.key, "Luật")
    item, key = compose(wording, "1")
    assert (view.item.asked, view.item.stem, view.key) == (item.asked, item.stem, key)


@EVERY
def test_what_the_edit_page_shows_is_saved_as_the_same(
    services: Services, author: Browser, picture: str, interaction: Interaction
):
    location = post(author, "/items/new", fields_of(interaction, picture), code="T01-001").location
    before = stored(services, location)
    page = author.get(f"{location}/edit")
    assert page.status_code == 200
    again = post(author, f"{location}/edit", fields_on(page.text))
    assert again.status_code == 302, fault(again)
    after = stored(services, location)
    assert (after.item, after.key) == (before.item, before.key)


@EVERY
def test_a_new_form_of_every_interaction_comes_back_from_a_button_with_all_that_was_typed(
    author: Browser, interaction: Interaction
):
    page = author.get(f"/items/new?kind={interaction.value}")
    fields = fields_on(page.text)
    for name, values in fields.items():
        if name.startswith(("option_", "place_", "pair_", "accepted_", "criterion_", "rationale", "legal")):
            fields[name] = [f"gõ vào {name}" for _ in values]
    back = post(author, "/items/new", fields, act="shape", stem=EXAMPLES[interaction].stem)
    assert back.status_code == 200
    shown = fields_on(back.text)
    lost = {name: values for name, values in fields.items() if values != [""] and shown.get(name) != values}
    assert lost.keys() <= {"csrf_token", "stem"}
    assert shown["stem"] == [EXAMPLES[interaction].stem]


@EVERY
def test_the_item_page_shows_every_interaction_with_its_key(
    author: Browser, picture: str, interaction: Interaction
):
    location = post(author, "/items/new", fields_of(interaction, picture), code="T01-001").location
    page = author.get(location).text
    for option in EXAMPLES[interaction].asked.options:
        assert option.content in page
    assert "Rubric" in page if EXAMPLES[interaction].key.rubric else "Right in part" in page


def test_the_interaction_is_chosen_first(author: Browser):
    page = author.get("/items/new").text
    assert page.count('class="kind-example"') == len(Interaction)
    assert 'id="item-form"' not in page


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(author: Browser):
    fields = fields_of(Interaction.MATCH) | {
        "pair_p2": [" "],
        "place_p1": ["Nhập <5 triệu"],
        "code": ["T01-001"],
    }
    page = post(author, "/items/new", fields)
    assert page.status_code == 400
    assert 'id="item-pair_p2-error">Empty: this must be filled in.' in page.text
    assert fields_on(page.text)["place_p1"] == ["Nhập <5 triệu"]
    assert fields_on(page.text)["option_a"] == ["G51"]


def test_the_english_wording_and_the_material_are_shown_beside_the_item(author: Browser):
    english = {"english": ["y"], "english_stem": ["What is the time limit?"]}
    english |= {f"english_option_{id_}": [f"{hours} hours"] for id_, hours in zip("abc", "246", strict=True)}
    material = {
        "stimulus": ["+"],
        "stimulus_code": ["TH-1"],
        "stimulus_content": ["Công ty A nhập 120 xe."],
    }
    fields = fields_of(Interaction.SINGLE_CHOICE) | english | material
    page = author.get(post(author, "/items/new", fields, code="T01-001").location).text
    for words in ("What is the time limit?", "4 hours", "Công ty A nhập 120 xe."):
        assert words in page
    shared = fields_of(Interaction.ORDER) | {"stimulus": ["TH-1"]}
    second = post(author, "/items/new", shared, code="T01-002").location
    assert "Công ty A nhập 120 xe." in author.get(second).text
    assert "with T01-001" in author.get(f"{second}/edit").text
    taken = post(author, "/items/new", fields, code="T01-003")
    assert "material with the code TH-1 already" in taken.text


def test_an_author_is_shown_nobody_elses_material(services: Services, author: Browser, app: Flask):
    material = {"stimulus": ["+"], "stimulus_code": ["TH-1"], "stimulus_content": ["Công ty A nhập 120 xe."]}
    fields = fields_of(Interaction.SINGLE_CHOICE) | material
    assert post(author, "/items/new", fields, code="T01-001").status_code == 302
    add_user(services, None, NewUser("bi", "Bi", frozenset({Role.AUTHOR}), PASSWORD, locale="en"))
    thief = sign_in(app, "bi", PASSWORD)
    page = thief.get("/items/new?kind=single_choice").text
    assert "Công ty A" not in page
    assert "TH-1" not in page
    shared = fields_of(Interaction.ORDER) | {"stimulus": ["TH-1"]}
    assert (
        "Công ty A"
        not in thief.client.post("/items/preview", data=shared | {"csrf_token": [thief.token]}).text
    )
    assert post(thief, "/items/new", shared, code="T01-002").status_code == 400
    taken = post(thief, "/items/new", fields | {"stimulus_code": ["th-1"]}, code="T01-003")
    assert "material with the code th-1 already" in taken.text
    assert "TH-1" in author.get("/items/new?kind=order").text


ENGLISH = {
    "english": ["y"],
    "english_stem": ["What is the time limit?"],
    **{f"english_option_{id_}": [f"{hours} hours"] for id_, hours in zip("abc", "246", strict=True)},
}
MATERIAL = {
    "stimulus": ["+"],
    "stimulus_code": ["TH-1"],
    "stimulus_content": ["Công ty A nhập 120 xe."],
    "english_stimulus": ["Company A\r\nimports <b>120</b> cars."],
}


@pytest.fixture
def shared(author: Browser) -> str:
    """The page of an item that shows the material in both languages."""
    fields = fields_of(Interaction.SINGLE_CHOICE) | ENGLISH | MATERIAL
    return post(author, "/items/new", fields, code="T01-001").location


def english_of(services: Services, location: str) -> str:
    stimulus = stored(services, location).item.stimulus
    assert stimulus is not None
    return stimulus.english


def test_the_english_text_of_the_material_is_kept_and_shown_to_whoever_reads_english(
    services: Services, author: Browser, shared: str
):
    assert english_of(services, shared) == "Company A<br>imports <b>120</b> cars."
    fields = fields_of(Interaction.SINGLE_CHOICE) | ENGLISH | MATERIAL | {"stimulus_code": ["TH-2"]}
    preview = author.client.post("/items/preview", data={**fields, "csrf_token": [author.token]}).text
    for page in (author.get(shared).text, preview):
        assert (
            '<div class="stimulus-text wording" lang="en">Company A<br>imports <b>120</b> cars.</div>' in page
        )
        assert '<div class="stimulus-text wording" lang="vi">Công ty A nhập 120 xe.</div>' in page
        assert "There is no English version of this material" not in page
    without = fields | {"english_stimulus": [""]}
    preview = author.client.post("/items/preview", data={**without, "csrf_token": [author.token]}).text
    assert preview.count("There is no English version of this material") == 1
    assert preview.count('<div class="stimulus-text wording" lang="vi">Công ty A nhập 120 xe.</div>') == 2


def test_material_in_both_languages_that_nobody_touched_stays_the_same(
    services: Services, author: Browser, shared: str
):
    before = stored(services, shared).item
    fields = fields_on(author.get(f"{shared}/edit").text)
    assert fields["english_stimulus"] == ["Company A\nimports <b>120</b> cars."]
    assert post(author, f"{shared}/edit", fields).status_code == 302
    assert stored(services, shared).item == before
    second = fields_of(Interaction.ORDER) | {"stimulus": ["TH-1"]}  # not in English itself
    assert stored(services, post(author, "/items/new", second, code="T01-002").location).item.stimulus == (
        before.stimulus
    )


def test_another_english_text_is_kept_for_this_item_and_an_untouched_one_takes_what_is_new(
    services: Services, author: Browser, shared: str
):
    second = fields_of(Interaction.SINGLE_CHOICE) | ENGLISH | {"stimulus": ["TH-1"]}
    other = post(author, "/items/new", second, code="T01-002").location
    untouched = fields_on(author.get(f"{other}/edit").text)
    changed = fields_on(author.get(f"{shared}/edit").text) | {"english_stimulus": ["Company A"]}
    assert post(author, f"{shared}/edit", changed).status_code == 302
    assert english_of(services, shared) == "Company A"
    assert english_of(services, other) == "Company A<br>imports <b>120</b> cars."
    assert post(author, f"{other}/edit", untouched).status_code == 302
    assert english_of(services, other) == "Company A"
    cleared = fields_on(author.get(f"{other}/edit").text) | {"english_stimulus": [""]}
    assert post(author, f"{other}/edit", cleared).status_code == 302
    assert english_of(services, other) == ""


def test_the_english_text_of_one_material_never_becomes_that_of_another(
    services: Services, author: Browser, shared: str
):
    fields = fields_of(Interaction.SINGLE_CHOICE) | ENGLISH | MATERIAL
    fields |= {"stimulus_code": ["TH-2"], "english_stimulus": [""]}
    other = post(author, "/items/new", fields, code="T01-002").location
    chosen = fields_on(author.get(f"{shared}/edit").text) | {"stimulus": ["TH-2"]}
    fragment = author.client.post("/items/material", data={**chosen, "csrf_token": [author.token]}).text
    assert fields_on(f'<form id="item-form">{fragment}</form>')["english_stimulus"] == [""]
    typed = chosen | {"english_stimulus": ["Other cars"]}
    fragment = author.client.post("/items/material", data={**typed, "csrf_token": [author.token]}).text
    assert fields_on(f'<form id="item-form">{fragment}</form>')["english_stimulus"] == ["Other cars"]
    back = post(author, f"{shared}/edit", chosen, act="material")  # the button, where no script runs
    assert fields_on(back.text)["english_stimulus"] == [""]
    assert post(author, f"{shared}/edit", chosen).status_code == 302
    assert english_of(services, shared) == english_of(services, other) == ""


def test_the_next_of_a_series_begins_with_what_the_one_before_had(author: Browser):
    saved = post(author, "/items/new", fields_of(Interaction.ORDER), code="T01-009", then="next")
    begun = fields_on(author.get(saved.location).text)
    assert begun["code"] == ["T01-010"]
    assert begun["interaction"] == ["order"]
    assert begun["legal_basis"] == ["Luật Hải quan 2014, Điều 21"]
    assert begun["option_a"] == [""]


def test_the_preview_says_what_a_response_earns(author: Browser):
    fields = fields_of(Interaction.STATEMENTS) | {"try_p1": ["A"], "try_p2": ["B"], "try_p3": ["A"]}
    page = author.client.post("/items/preview", data={**fields, "csrf_token": [author.token]}).text
    assert "Earns 0.25 of the mark" in page
    assert page.count("wrong</li>") == 1


def test_the_kind_of_an_item_is_changed_with_its_stem_and_options(author: Browser):
    page = post(author, "/items/new", fields_of(Interaction.MULTIPLE_RESPONSE), act="kind:order")
    shown = fields_on(page.text)
    assert shown["interaction"] == ["order"]
    assert [shown[f"option_{id_}"][0] for id_ in "abc"] == ["Hóa đơn", "Thực đơn", "Vận đơn"]
    assert shown["stem"] == ["Chứng từ nào thuộc hồ sơ hải quan?"]


def test_a_reviewer_sees_what_has_changed_since_he_returned_it(
    services: Services, app: Flask, author: Browser
):
    add_user(services, None, NewUser("chi", "Chi", frozenset({Role.REVIEWER}), PASSWORD, locale="en"))
    reviewer = sign_in(app, "chi", PASSWORD)
    first = post(author, "/items/new", fields_of(Interaction.MATCH), code="T01-001", then="submit").location
    reviewer.post_form(f"{first}/review", decision="return", comment="Sai mã.")
    draft = author.post_form(f"{first}/versions").location
    review = author.get(first).text.split("/reply")[0].rsplit("/reviews/", 1)[1]
    author.post_form(f"/items/reviews/{review}/reply", reply="Đã sửa mã.")
    changed = fields_on(author.get(draft).text) | {"pair_p1": ["A12"]}
    second = post(author, draft, changed, then="submit").location
    page = reviewer.get(f"{second}/review").text
    assert "Changed since version 1 was returned" in page
    assert '<ins><span class="visually-hidden">added: </span>A12</ins>' in page
    assert '<del><span class="visually-hidden">removed: </span>A11</del>' in page
    assert "Nhập kinh doanh → " in page  # the key is told in its words
