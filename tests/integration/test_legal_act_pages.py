"""The register of legal acts over HTTP: entering, looking, repealing, taking back, and who gets in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from examsvc.services import Services
from examsvc.services.legal_repeals import carry_out_due_repeals
from tests.integration.laid_acts import BASIS, DECREE, Bank
from tests.integration.signing_in import Browser, sign_in

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
PASSWORD = "a-long-enough-password"
FORM = {"number": "nghị định 8/2015/nd-cp", "title": "Nghị định về thủ tục hải quan"}
REASON = "Nghị định mới thay thế."


@pytest.fixture
def bank(services: Services, app: Flask) -> Bank:
    return Bank(services, password_hash=services.passwords.hash(PASSWORD))


@pytest.fixture
def manager(app: Flask, bank: Bank) -> Browser:
    return sign_in(app, "dung", PASSWORD)


def enter(manager: Browser, **changes: str) -> str:
    """Enter an act; returns the address of its page."""
    answer = manager.post_form("/legal-acts/new", **{**FORM, **changes})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def repeal_form(bank: Bank, days: int = 0, **changes: str) -> dict[str, str]:
    day = bank.today() + timedelta(days=days)
    return {"effective_to": day.isoformat(), "reason": REASON, "successor": "0", **changes}


def errors_of(page: str) -> dict[str, str]:
    """Field → what is said beside it."""
    found = re.findall(r'<p class="field-error" id="\w+?-(\w+)-error">([^<]*)</p>', page)
    return dict(found)


def test_an_act_goes_from_the_list_of_unknown_numbers_into_the_register(manager: Browser, bank: Bank):
    bank.lay("T01-001", "operational")
    unknown = manager.get("/legal-acts?standing=unknown").text
    assert DECREE in unknown
    assert "mistyped, or to be added" in unknown
    cited = manager.get(f"/legal-acts/cited?number={DECREE}").text
    assert "The register does not know this act" in cited
    assert "T01-001" in cited
    assert f'value="{DECREE}"' in manager.get(f"/legal-acts/new?number={DECREE}").text
    act = enter(manager, effective_from="2015-03-15")
    page = manager.get(act).text
    assert "The act is in the register." in page
    assert "15 Mar 2015" in page
    assert "Decree" in page
    assert "T01-001" in page
    assert manager.get(f"/legal-acts/cited?number={DECREE}").location == act
    assert "Every cited number is in the register." in manager.get("/legal-acts?standing=unknown").text


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"number": ""}, "number", "Fill this in."),
        ({"number": "Luật Hải quan"}, "number", "holds no number of a legal act"),
        ({"number": f"{DECREE}; 59/2018/NĐ-CP"}, "number", "several numbers"),
        ({"number": "x" * 101}, "number", "At most 100 characters."),
        ({"title": " "}, "title", "must be filled in"),
        ({"title": "x" * 501}, "title", "At most 500 characters."),
        ({"issued_on": "2015-02-30"}, "issued_on", "This is no day of the calendar."),
        ({"effective_from": "0215-03-15"}, "effective_from", "between 2 Sep 1945 and 31 Dec 2100"),
    ],
)
def test_what_is_wrong_with_an_act_stands_at_its_field(manager: Browser, change, field, words):
    answer = manager.post_form("/legal-acts/new", **{**FORM, **change})
    assert answer.status_code == 400
    assert list(errors_of(answer.text)) == [field]
    assert words in errors_of(answer.text)[field]


def test_a_number_that_is_taken_or_cited_is_told_so_at_its_field(manager: Browser, bank: Bank):
    act = enter(manager)
    assert "in the register already" in errors_of(manager.post_form("/legal-acts/new", **FORM).text)["number"]
    bank.lay("T01-001", "draft")
    moved = manager.post_form(f"{act}/edit", **{**FORM, "number": "9/2015/NĐ-CP"})
    assert "its number stays" in errors_of(moved.text)["number"]
    assert manager.post_form(f"{act}/edit", **{**FORM, "title": "Tên đúng"}).status_code == 302
    assert "Tên đúng" in manager.get(act).text


def test_a_repeal_is_seen_before_it_is_made(services: Services, manager: Browser, bank: Bank):
    act = enter(manager)
    moving, draft = bank.lay("T01-001", "operational"), bank.lay("T01-002", "draft")
    seen = manager.post_form(f"{act}/repeal", step="preview", **repeal_form(bank)).text
    assert "1 item moves at once" in seen
    assert "1 draft cites it" in seen
    assert "T01-001" in seen
    assert bank.state_of(moving) == "operational"
    again = manager.post_form(f"{act}/repeal", step="edit", **repeal_form(bank))
    assert again.status_code == 200
    assert REASON in again.text
    done = manager.post_form(f"{act}/repeal", step="confirm", **repeal_form(bank))
    page = manager.get(done.location).text
    assert "1 item now needs an update of the law." in page
    assert "No longer in force" in page
    assert REASON in page
    assert [bank.state_of(id_) for id_ in (moving, draft)] == ["needs_law_update", "draft"]
    assert "/repeal" not in page  # once is enough


@pytest.mark.parametrize("step", ["preview", "confirm"])
@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"effective_to": ""}, "effective_to", "Fill this in."),
        ({"effective_to": "31/12/2026"}, "effective_to", "This is no day of the calendar."),
        ({"effective_to": "2015-03-14"}, "effective_to", "takes effect on 15 Mar 2015"),
        ({"reason": "  "}, "reason", "Give a reason"),
        ({"reason": "x" * 2001}, "reason", "At most 2000 characters."),
    ],
)
def test_what_is_wrong_with_a_repeal_stands_at_its_field(
    manager: Browser, bank: Bank, step, change, field, words
):
    act = enter(manager, effective_from="2015-03-15")
    version_id = bank.lay("T01-001", "operational")
    answer = manager.post_form(f"{act}/repeal", step=step, **repeal_form(bank, **change))
    assert answer.status_code == 400
    assert words in errors_of(answer.text)[field]
    assert bank.state_of(version_id) == "operational"


def test_an_act_that_does_not_exist_cannot_replace_another(manager: Browser, bank: Bank):
    act = enter(manager)
    answer = manager.post_form(f"{act}/repeal", step="confirm", **repeal_form(bank, successor="987654"))
    assert answer.status_code == 400
    assert "successor" in errors_of(answer.text)
    assert manager.get("/legal-acts/987654").status_code == 404
    assert manager.get("/legal-acts/987654/repeal").status_code == 404


def test_a_second_repeal_is_told_of_the_first(manager: Browser, bank: Bank):
    act = enter(manager)
    for _time in range(2):
        answer = manager.post_form(f"{act}/repeal", step="confirm", **repeal_form(bank))
    assert answer.status_code == 400
    assert f"The repeal of {DECREE} has been entered already" in answer.text


def test_a_repeal_ahead_is_announced_and_can_be_taken_back(services: Services, manager: Browser, bank: Bank):
    act = enter(manager)
    version_id = bank.lay("T01-001", "operational")
    form = repeal_form(bank, days=30)
    assert "Today that would be 1 item." in manager.post_form(f"{act}/repeal", step="preview", **form).text
    done = manager.post_form(f"{act}/repeal", step="confirm", **form)
    page = manager.get(done.location).text
    assert "Its items move on" in page
    assert "Take the repeal back" in page
    assert bank.state_of(version_id) == "operational"
    undone = manager.post_form(f"{act}/undo-repeal")
    assert "the act stays in force" in manager.get(undone.location).text
    manager.post_form(f"{act}/repeal", step="confirm", **form)
    bank.let_the_day_come(int(act.rsplit("/", 1)[1]))
    carry_out_due_repeals(services)
    assert "1 item moved." in manager.get(act).text
    late = manager.post_form(f"{act}/undo-repeal")
    assert "has taken effect" in manager.get(late.location).text


def test_an_author_goes_from_the_desk_to_a_new_version(app: Flask, manager: Browser, bank: Bank):
    act = enter(manager)
    newer = enter(manager, number="167/2025/NĐ-CP", title="Nghị định mới")
    version_id = bank.lay("T01-001", "operational")
    successor = newer.rsplit("/", 1)[1]
    manager.post_form(f"{act}/repeal", step="confirm", **repeal_form(bank, successor=successor))
    author = sign_in(app, "an", PASSWORD)
    desk = author.get("/items").text  # the first list in which something waits
    assert all(said in desk for said in (DECREE, REASON, "167/2025/NĐ-CP", "Revise as a new version"))
    item = author.get(f"/items/{version_id}").text
    assert "The law has changed:" in item
    assert f"{DECREE} is no longer in force, 167/2025/NĐ-CP replaces it" in item
    draft = author.post_form(f"/items/{version_id}/versions").location
    assert "Go on with the draft" in author.get("/items?tab=law").text
    assert author.get(draft).status_code == 200


def test_items_without_a_number_or_with_an_unknown_one_say_so_on_their_page(manager: Browser, bank: Bank):
    nameless = bank.lay("T01-001", "operational", "Bộ luật Hình sự 2015, Điều 188")
    unknown = bank.lay("T01-002", "operational")
    assert "a repeal will not find this item" in manager.get(f"/items/{nameless}").text
    page = manager.get(f"/items/{unknown}").text
    assert f"The register of legal acts does not know {DECREE}" in page
    assert "Not in the register" in page


def test_readers_see_no_button_and_strangers_no_page(app: Flask, manager: Browser, bank: Bank):
    act = enter(manager)
    bank.lay("T01-001", "operational", BASIS, author=bank.other_author)
    for name in ("an", "chi", "khanh"):
        reader = sign_in(app, name, PASSWORD)
        assert "Add an act" not in reader.get("/legal-acts").text
        page = reader.get(act).text
        assert "/repeal" not in page
        assert ("T01-001" in page) is (name != "an")  # an author reads his own items
        for path in ("/legal-acts/new", f"{act}/edit", f"{act}/repeal"):
            assert reader.get(path).status_code == 403
        assert reader.post_form(f"{act}/undo-repeal").status_code == 403
    for name in ("hoa", "lam"):
        stranger = sign_in(app, name, PASSWORD)
        for path in ("/legal-acts", act, f"/legal-acts/cited?number={DECREE}"):
            assert stranger.get(path).status_code == 403
        assert "/legal-acts" not in stranger.get("/").text


def test_odd_addresses_lead_to_a_page(manager: Browser, bank: Bank):
    act = enter(manager)
    for path in (
        "/legal-acts?standing=xyz&q=%25&page=-1",
        "/legal-acts?page=99999999999999999999",
        f"{act}?state=xyz&page=0",
        f"{act}?page=99999999999999999999",
    ):
        assert manager.get(path).status_code == 200, path
    assert manager.get("/legal-acts/cited?number=xyz").location.endswith("standing=unknown")
    assert manager.get("/legal-acts/99999999999").status_code == 404


def test_many_citing_items_are_shown_page_by_page_and_by_state(manager: Browser, bank: Bank):
    act = enter(manager)
    for number in range(52):
        bank.lay(f"T01-{number:03}", "pilot" if number else "draft")
    assert manager.get(act).text.count('class="stem-link"') == 50
    assert manager.get(f"{act}?page=2").text.count('class="stem-link"') == 2
    assert manager.get(f"{act}?state=draft").text.count('class="stem-link"') == 1
