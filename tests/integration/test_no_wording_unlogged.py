"""No page shows a guarded wording to staff without an entry in the log: every route, every role of staff.

A page of the future is walked as well, for it stands in the map of routes; and a template that shows a stem
as lists carry it fails at once.
"""

from __future__ import annotations

import io
import re
import zipfile
from itertools import pairwise

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from examsvc.services import Services
from examsvc.services.accounts import log_in
from examsvc.services.bulk_order import BulkOrder
from examsvc.services.bulk_previews import ask_preview
from examsvc.services.exports import ExportOrder, ask_export
from examsvc.store import database_now
from examsvc.store.bank import ItemFilter, list_lines
from examsvc.store.models import FormRow, ItemRow, ItemVersionRow, ItemViewRow, StimulusRow, ViewLimitRow
from examsvc.store.sealed import WordingSealed
from item_bank.interactions.kinds import Interaction
from tests.integration.laid_campaign import approved_room
from tests.integration.laid_guard import PASSWORD, Guarded, lay_guarded
from tests.integration.test_route_permissions import STATIC
from tests.item_forms import fields_of

pytestmark = [pytest.mark.integration, pytest.mark.either_database]
WALKED = ("author", "chi", "dung", "manager", "chairman", "proctor", "auditor", "quan")
SIGN = re.compile(r"CANARY(\d+)X")


@pytest.fixture
def bank(services: Services) -> Guarded:
    return lay_guarded(services, n_items=6)


def _signed_in(app: Flask, services: Services, username: str) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    _actor, token = log_in(services, username, PASSWORD, "127.0.0.1")
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


def _identities(services: Services, bank: Guarded) -> dict[str, list[object]]:
    """What there is, by the name that routes give it; of what is not named here the first row is tried."""
    order = ExportOrder(" ".join(bank.codes), "gift", "Thử", "Tổ")
    export_id = ask_export(services, bank.staff["dung"], order)
    words = BulkOrder("replace", "Thử", find="thủ tục", put="nghiệp vụ", parts=("stem",))
    previews = ask_preview(services, bank.staff["dung"], words, list(bank.versions.values()))
    with services.store.read() as session:
        forms = list(session.scalars(sa.select(FormRow.id)))
    return {
        "version_id": list(bank.versions.values())[:2],
        "form_id": forms,
        "user_id": [actor.user_id for actor in bank.staff.values()][:2],
        "export_id": [export_id],
        "preview_id": [previews],
        "code": bank.codes[:1],
        "number": ["08/2015/NĐ-CP"],
    }


def _paths(app: Flask, known: dict[str, list[object]]) -> list[tuple[str, str]]:
    paths = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in STATIC or rule.endpoint == "account.log_out" or rule.build_only:
            continue
        filled = [rule.rule]
        for name in rule.arguments:
            holes = re.compile(rf"<(?:[a-z_]+:)?{name}>")
            filled = [holes.sub(str(value), path) for path in filled for value in known.get(name, [1])]
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            paths += [(method, path) for path in filled]
    return sorted(paths)  # GET before POST: what is there is looked at before it is changed


def _text_of(data: bytes) -> str:
    """What an answer says; of a workbook or a package what its parts say."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def _logged(services: Services, user_id: int) -> list[int]:
    query = sa.select(ItemViewRow.item_id).where(ItemViewRow.user_id == user_id)
    with services.store.read() as session:
        return list(session.scalars(query.order_by(ItemViewRow.id)))


@pytest.mark.parametrize("username", WALKED)
def test_every_wording_that_a_route_shows_stands_in_the_log(
    app: Flask, services: Services, bank: Guarded, username: str
):
    approved_room(services, bank.laid)
    known = _identities(services, bank)
    client, actor = _signed_in(app, services, username), bank.staff[username]
    # tabs and filters are pages too
    extra = [("GET", f"/items?tab={tab}") for tab in ("mine", "all", "release", "pilot", "approve", "review")]
    extra += [("GET", "/items?tab=all&q=CANARY"), ("GET", "/items?tab=all&state=operational&page=1")]
    unlogged, shown_by = [], set()
    for method, path in [*_paths(app, known), *extra]:
        before = len(_logged(services, actor.user_id))
        shown = {int(found) for found in SIGN.findall(_text_of(client.open(path, method=method).data))}
        if shown:
            shown_by.add(path)
        if shown - set(_logged(services, actor.user_id)[before:]):
            unlogged.append((method, path, sorted(shown)))
    assert unlogged == []
    if username in ("chi", "dung", "auditor"):  # or the walk would prove nothing
        assert {path for path in shown_by if path.startswith("/items/")}
        assert "/items?tab=all" in shown_by
    if username == "dung":
        assert any(path.startswith("/bank/bulk/") for path in shown_by)
    if username in ("manager", "chairman"):
        assert any(path.startswith("/forms/") for path in shown_by)
    if username in ("quan", "proctor"):
        assert shown_by == set()


def test_material_of_items_in_use_is_shown_to_an_author_only_with_a_look_at_each_of_them(
    app: Flask, services: Services, bank: Guarded
):
    author = bank.staff["author"]
    with services.store.begin() as session:
        now = database_now(session)
        facts = {"version": 1, "content_hash": "x", "created_by": author.user_id, "created_at": now}
        texts = {"content": "<p>KÍN-VI</p>", "english": "<p>KÍN-EN</p>"}
        materials = [StimulusRow(code=code, **texts, **facts) for code in ("TL-1", "TL-2")]
        session.add_all(materials)
        session.flush()
        rows = list(session.scalars(sa.select(ItemVersionRow).order_by(ItemVersionRow.id).limit(4)))
        for row, material in zip(rows, (*materials, *materials), strict=True):
            row.stimulus_id = material.id
        items = {rows[0].item_id, rows[2].item_id}
        session.execute(sa.update(ItemRow).values(author_id=bank.staff["dung"].user_id))
    client = _signed_in(app, services, "author")
    fields = fields_of(Interaction.SINGLE_CHOICE) | {"english": ["y"], "english_stem": ["What?"]}
    begun = client.get("/items/new?kind=single_choice").get_data(as_text=True)
    assert "TL-1" in begun
    assert "KÍN" not in begun
    assert _logged(services, author.user_id) == []
    fields |= {"stimulus": ["TL-1"], "code": ["T01-901"]}
    for _again in range(2):  # with every few letters: one look a day
        for path, shown in (("/items/material", 2), ("/items/preview", 1)):
            page = client.post(path, data=fields).get_data(as_text=True)
            assert page.count("KÍN") >= shown, path
            assert sorted(_logged(services, author.user_id)) == sorted(items)
    with services.store.begin() as session:
        session.add(
            ViewLimitRow(
                role="author", version=99, day_limit=0, reason="x", made_by=author.user_id, made_at=now
            )
        )
    fields |= {"stimulus": ["TL-2"]}
    for path in ("/items/material", "/items/preview", "/items/new"):
        page = client.post(path, data=fields).get_data(as_text=True)
        assert "KÍN" not in page, path
    assert sorted(_logged(services, author.user_id)) == sorted(items)


def test_a_template_cannot_show_a_stem_that_nobody_opened(app: Flask, services: Services, bank: Guarded):
    with services.store.read() as session:
        line = list_lines(session, ItemFilter())[0]
    assert line.stem.startswith("CANARY")  # it computes like any text
    for template in (
        "{{ stem }}",
        "{{ stem|item_text }}",
        "{{ stem|item_markup }}",
        "{{ stem|item_text|truncate(9) }}",
    ):
        with app.test_request_context(), pytest.raises(WordingSealed):
            app.jinja_env.from_string(template).render(stem=line.stem)
    with pytest.raises(WordingSealed):
        escape(line.stem)


def test_the_log_is_written_once_a_page_however_many_items_it_shows(
    app: Flask, services: Services, bank: Guarded
):
    client = _signed_in(app, services, "chi")
    client.get("/items?tab=all")
    with services.store.read() as session:
        instants = list(session.scalars(sa.select(ItemViewRow.viewed_at)))
    assert len(instants) == 6
    assert all(one == other for one, other in pairwise(instants))
