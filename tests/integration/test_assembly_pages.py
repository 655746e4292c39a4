"""Blueprints and forms through the pages: what each role sees, what a refused save keeps."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from examsvc.services import Services, assembly, blueprints
from examsvc.services.accounts import log_in
from examsvc.services.assembly import AssemblyOrder
from examsvc.store import assembly as store
from examsvc.store.models import ItemRow, ItemVersionRow
from tests.integration.assembly_bank import Laid, lay_bank

pytestmark = [pytest.mark.integration, pytest.mark.either_database]


@pytest.fixture
def laid(services: Services) -> Laid:
    return lay_bank(services, password_hash=services.passwords.hash("secret-secret"))


@pytest.fixture
def as_user(app: Flask, services: Services, laid: Laid):
    """A client that is logged in as one of the bank's staff."""
    app.config["WTF_CSRF_ENABLED"] = False

    def enter(username: str) -> FlaskClient:
        client = app.test_client()
        _actor, token = log_in(services, username, "secret-secret", "127.0.0.1")
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"], session["locale"] = token, True, "en"
        return client

    return enter


def cells_of(page: str) -> dict[str, str]:
    """What stands in the inputs of a blueprint's page."""
    inputs = re.findall(r"<input[^>]*>", page)
    names = [(re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in inputs]
    typed = {name[1]: value[1] for name, value in names if name and value}
    return {
        name: value
        for name, value in typed.items()
        if name.startswith("cell-") or name in {"n_items", "minutes"}
    }


def test_the_whole_way_from_position_to_published_form(as_user, services: Services, laid: Laid):
    secretary, chairman = as_user("secretary"), as_user("chairman")
    assert "No blueprint yet." in secretary.get("/blueprints").text
    derived = secretary.post("/blueprints/derive", data={"position": "GSQL"})
    page = secretary.get(derived.location).text
    assert "needs 9, has 12" in re.sub(r"<[^>]+>|\s+", " ", page).replace("  ", " ").replace("  ", " ")

    typed = {**cells_of(page), "cell-T06-recall": "-1", "cell-T01-apply": "many", "minutes": "0"}
    refused = secretary.post(derived.location, data=typed)
    assert refused.status_code == 400
    assert "is not a whole number" in refused.text
    assert cells_of(refused.text) == typed
    typed["cell-T01-apply"] = "4"
    refused = secretary.post(derived.location, data=typed)
    assert refused.status_code == 400
    for words in ("cannot hold fewer than 0", "between 1 minute and 8 hours", "instead of 30"):
        assert words in refused.text
    saved = secretary.post(derived.location, data={**cells_of(page), "minutes": "50"}, follow_redirects=True)
    assert "30 items, 50 minutes" in saved.text

    assert secretary.post(f"{derived.location}/approve").status_code == 403
    approved = chairman.post(f"{derived.location}/approve", follow_redirects=True)
    assert "The blueprint is approved." in approved.text

    order = {"n_forms": "2", "seed": "77", "max_overlap": "6"}
    assert secretary.post(f"{derived.location}/assemble", data={**order, "n_forms": "99"}).status_code == 400
    asked = secretary.post(f"{derived.location}/assemble", data=order)
    run = secretary.get(f"{asked.location}&done=1")
    assert "/assembly-runs/" in run.location
    page = secretary.get(run.location).text
    for words in ("fits the contents", "T01 recall: exactly 3 items", "Information of each form by ability"):
        assert words in page
    publish = re.findall(r'action="(/forms/\d+/publish)"', chairman.get(run.location).text)
    assert len(publish) == 2
    assert not re.findall(r"/forms/\d+/publish", page)
    assert secretary.post(publish[0]).status_code == 403
    assert "The form is published." in chairman.post(publish[0], follow_redirects=True).text
    again = secretary.post(f"{run.location}/replay")
    assert "the same certificate" in secretary.get(again.location).text


def test_a_form_is_read_without_its_keys_and_never_by_an_author(as_user, services: Services, laid: Laid):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    blueprints.approve(services, laid.chairman, blueprint_id)
    run_id = assembly.assemble_forms(
        services, laid.secretary, AssemblyOrder(blueprint_id), lambda _done, _total: None
    )
    with services.store.read() as session:
        form_id = store.list_forms(session, run_id=run_id)[0].id
    page = as_user("secretary").get(f"/forms/{form_id}").text
    assert page.count('class="proof-stem"') == 30
    assert "is_key" not in page
    author = as_user("author")
    for path in (f"/forms/{form_id}", f"/assembly-runs/{run_id}", f"/blueprints/{blueprint_id}"):
        assert author.get(path).status_code == 403


def test_a_bank_too_small_names_its_cells_on_the_page(as_user, services: Services, laid: Laid):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    with services.store.begin() as session:
        for version in session.query(ItemVersionRow).join(ItemRow, ItemRow.id == ItemVersionRow.item_id):
            if version.stem.startswith("Item T10-A"):
                version.state = "suspended"
    page = as_user("chairman").post(f"/blueprints/{blueprint_id}/approve", follow_redirects=True).text
    assert "T10 apply needs 3, has 0" in page
    assert "has 0: 3 short" in page


def test_an_impossible_order_says_what_clashes(as_user, services: Services, laid: Laid):
    blueprint_id = blueprints.derive(services, laid.secretary, "GSQL")
    blueprints.approve(services, laid.chairman, blueprint_id)
    order = AssemblyOrder(blueprint_id, n_forms=6, max_overlap=0)
    run_id = assembly.assemble_forms(services, laid.secretary, order, lambda _done, _total: None)
    page = as_user("secretary").get(f"/assembly-runs/{run_id}").text
    assert "What clashes" in page
    assert "Allow two forms to share" in page
