"""Items leave the bank by two persons, once, in time, and every file is traced to who took it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import TABLE
from examsvc.accounts.roles import Role
from examsvc.services import Services, exports
from examsvc.services.audit import verify_chain
from examsvc.services.bank_errors import ExportRefused
from examsvc.services.deps import NothingKept
from examsvc.services.export_waiting import exports_waiting
from examsvc.services.exports import (
    ExportOrder,
    ask_export,
    clear_exports,
    confirm_export,
    refuse_export,
    take_export,
    view_export,
)
from examsvc.services.tracing import trace_file
from examsvc.store import NotFound, database_now
from examsvc.store.models import AuditEntryRow, ItemExportRow, ItemVersionRow
from item_bank.formats.gift import read_gift
from item_bank.translation import Translation
from item_bank.watermark.files import KINDS
from tests.integration.laid_guard import PASSWORD, Guarded, lay_guarded, views_of
from tests.integration.signing_in import sign_in

pytestmark = pytest.mark.integration
_ENGLISH = Translation("ENGLISHBA?", {id_: f"Option {id_}" for id_ in "ABCD"}, {}, "")


@pytest.fixture
def bank(services: Services) -> Guarded:
    return lay_guarded(services)


def order(bank: Guarded, kind: str = "gift", **change: str) -> ExportOrder:
    facts = {"codes": "\n".join(bank.codes), "format": kind, "purpose": "Tập huấn", "recipient": "Tổ ra đề"}
    return ExportOrder(**{**facts, **change})


def ready(
    services: Services, bank: Guarded, kind: str = "gift", by: str = "dung", second: str = "giang"
) -> int:
    export_id = ask_export(services, bank.staff[by], order(bank, kind))
    confirm_export(services, bank.staff[second], export_id)
    return export_id


def state_of(services: Services, export_id: int) -> str:
    with services.store.read() as session:
        return session.get_one(ItemExportRow, export_id).state


def files(services: Services) -> list[str]:
    return services.files.names()


def acts(services: Services) -> list[str]:
    with services.store.read() as session:
        records = session.scalars(sa.select(AuditEntryRow.record).order_by(AuditEntryRow.seq))
        return [act for record in records if (act := json.loads(record)["action"]).startswith("exports.")]


@pytest.mark.parametrize("kind", KINDS)
def test_one_asks_another_confirms_and_the_file_is_traced_to_both(
    services: Services, bank: Guarded, kind: str
):
    others = ready(services, bank, kind)
    export_id = ready(services, bank, kind, second="chairman")
    taken = take_export(services, bank.staff["dung"], export_id)
    assert taken.name.startswith(f"XK-{export_id:06d}.")
    traced = trace_file(services.store, taken.data)
    assert [suspect.line.row.id for suspect in traced.suspects if suspect.certain] == [export_id]
    assert traced.named == ([] if kind == "aiken" else [export_id])
    assert (traced.suspects[0].line.asked_by, traced.n_exports) == ("Dung", 2)
    assert state_of(services, others) == "ready"


def test_everything_stands_in_the_chain_and_every_item_counts_as_seen(services: Services, bank: Guarded):
    export_id = ready(services, bank)
    assert views_of(services, bank.staff["dung"].user_id) == []
    take_export(services, bank.staff["dung"], export_id)
    rows = views_of(services, bank.staff["dung"].user_id)
    assert sorted(row.item_version_id for row in rows) == sorted(bank.versions.values())
    assert {(row.how, row.detail) for row in rows} == {("export", f"XK-{export_id:06d}")}
    assert acts(services) == ["exports.ask", "exports.confirm", "exports.write", "exports.take"]
    assert verify_chain(services).first_bad_seq is None


def test_a_file_is_taken_out_once_by_however_many_at_once(services: Services, bank: Guarded):
    export_id = ready(services, bank)

    def take(_n: int) -> bool:
        try:
            take_export(services, bank.staff["dung"], export_id)
        except ExportRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    assert files(services) == []
    assert len(views_of(services, bank.staff["dung"].user_id)) == 12


def test_nobody_confirms_what_he_asked_for(services: Services, bank: Guarded):
    export_id = ask_export(services, bank.staff["dung"], order(bank))
    for act in (confirm_export, refuse_export):
        with pytest.raises(Forbidden):
            act(services, bank.staff["dung"], export_id, "Tự quyết")
    assert state_of(services, export_id) == "asked"
    assert files(services) == []
    assert not view_export(services, bank.staff["dung"], export_id).may_decide


def test_nobody_but_who_asked_takes_it_out(services: Services, bank: Guarded):
    export_id = ready(services, bank)
    for name in ("giang", "chairman", "auditor", "quan", "author", "chi"):
        with pytest.raises(Forbidden):
            take_export(services, bank.staff[name], export_id)
    assert state_of(services, export_id) == "ready"


def test_the_admin_has_no_part_in_it_and_an_auditor_only_reads(services: Services, bank: Guarded):
    assert not any(
        Role.ADMIN in TABLE[action].roles for action in TABLE if action.startswith(("exports", "views"))
    )
    export_id = ask_export(services, bank.staff["dung"], order(bank))
    for name in ("quan", "auditor", "author", "chi", "manager"):
        with pytest.raises(Forbidden):
            ask_export(services, bank.staff[name], order(bank))
        with pytest.raises(Forbidden):
            confirm_export(services, bank.staff[name], export_id)
    assert view_export(services, bank.staff["auditor"], export_id).line.row.n_items == 12
    with pytest.raises(Forbidden):
        view_export(services, bank.staff["quan"], export_id)


def test_a_refusal_needs_a_reason_and_is_the_end(services: Services, bank: Guarded):
    export_id = ask_export(services, bank.staff["dung"], order(bank))
    with pytest.raises(ExportRefused) as refusal:
        refuse_export(services, bank.staff["giang"], export_id, " ")
    assert refusal.value.code == "REASON_MISSING"
    refuse_export(services, bank.staff["giang"], export_id, "Không rõ nơi nhận")
    with pytest.raises(ExportRefused) as decided:
        confirm_export(services, bank.staff["chairman"], export_id)
    assert decided.value.code == "DECIDED_ALREADY"
    with pytest.raises(ExportRefused):
        take_export(services, bank.staff["dung"], export_id)


def test_two_who_confirm_at_once_are_one_confirmation(services: Services, bank: Guarded):
    export_id = ask_export(services, bank.staff["dung"], order(bank))

    def confirm(name: str) -> bool:
        try:
            confirm_export(services, bank.staff[name], export_id)
        except ExportRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(confirm, ("giang", "chairman"))) == 1
    assert len(files(services)) == 1


def test_after_a_day_the_file_is_gone(services: Services, bank: Guarded):
    export_id = ready(services, bank)
    with services.store.begin() as session:
        session.get_one(ItemExportRow, export_id).expires_at = database_now(session) - timedelta(seconds=1)
    with pytest.raises(ExportRefused) as refusal:
        take_export(services, bank.staff["dung"], export_id)
    assert refusal.value.code == "NOT_READY"
    assert views_of(services, bank.staff["dung"].user_id) == []
    assert len(files(services)) == 1
    assert clear_exports(services) == 1
    assert (state_of(services, export_id), files(services), clear_exports(services)) == ("expired", [], 0)


def test_what_nobody_decides_lapses(services: Services, bank: Guarded):
    export_id = ask_export(services, bank.staff["dung"], order(bank))
    with services.store.begin() as session:
        row = session.get_one(ItemExportRow, export_id)
        row.asked_at = row.asked_at - timedelta(days=8)
    clear_exports(services)
    with pytest.raises(ExportRefused):
        confirm_export(services, bank.staff["giang"], export_id)


def test_a_file_that_was_tampered_with_is_not_handed_out(services: Services, bank: Guarded):
    export_id = ready(services, bank)
    (name,) = files(services)
    services.files.write(name, b"another")
    with pytest.raises(ExportRefused):
        take_export(services, bank.staff["dung"], export_id)


def test_losses_are_known_before_anybody_confirms(services: Services, bank: Guarded):
    with services.store.begin() as session:
        version = session.get_one(ItemVersionRow, bank.versions[bank.codes[0]])
        version.interaction, version.options = "essay", []
    asked = ask_export(services, bank.staff["dung"], order(bank, "aiken"))
    losses = {
        loss["code"]: loss for loss in view_export(services, bank.staff["giang"], asked).line.row.losses
    }
    assert losses["NOT_WRITTEN"]["items"] == [bank.codes[0]]
    assert losses["NO_VISIBLE_MARK"]["n"] == 12
    confirm_export(services, bank.staff["giang"], asked)
    assert take_export(services, bank.staff["dung"], asked).data.count(b"ANSWER:") == 11


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"codes": " "}, "NO_ITEMS"),
        ({"codes": "NO-SUCH"}, "CODES_UNKNOWN"),
        ({"format": "pdf"}, "FORMAT_UNKNOWN"),
        ({"purpose": " "}, "PURPOSE_MISSING"),
        ({"recipient": ""}, "RECIPIENT_MISSING"),
    ],
)
def test_an_order_says_which_items_as_what_for_what_and_to_whom(
    services: Services, bank: Guarded, change, code
):
    with pytest.raises(ExportRefused) as refusal:
        ask_export(services, bank.staff["dung"], order(bank, **change))
    assert refusal.value.code == code


def test_many_items_are_a_job(services: Services, bank: Guarded, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(exports, "AT_ONCE", 5)
    export_id = ready(services, bank)
    with services.store.read() as session:
        assert session.get_one(ItemExportRow, export_id).job_id is not None
    data = take_export(services, bank.staff["dung"], export_id).data
    assert len(read_gift(data).items) == 12


def test_the_second_person_sees_how_many_wait_for_him(services: Services, bank: Guarded):
    ask_export(services, bank.staff["dung"], order(bank))
    waiting = {
        name: exports_waiting(services, bank.staff[name]) for name in ("dung", "giang", "chairman", "quan")
    }
    assert waiting == {"dung": 0, "giang": 1, "chairman": 1, "quan": 0}


def test_a_number_nobody_has_is_not_found(services: Services, bank: Guarded):
    for act in (confirm_export, take_export, view_export):
        with pytest.raises(NotFound):
            act(services, bank.staff["giang"], 987_654)


@pytest.mark.either_database
def test_the_way_over_the_pages(app: Flask, services: Services, bank: Guarded):
    manager, second = sign_in(app, "dung", PASSWORD), sign_in(app, "giang", PASSWORD)
    ids = "&".join(f"version_ids={id_}" for id_ in bank.versions.values())
    form = manager.get(f"/exports/new?{ids}").text
    assert all(code in form for code in bank.codes)
    assert bank.codes[0] in manager.get("/exports/new?state=operational").text
    wanted = {"codes": " ".join(bank.codes), "format": "gift", "purpose": "Tập huấn", "recipient": "Tổ"}
    assert manager.post_form("/exports/new", **{**wanted, "recipient": ""}).status_code == 400
    page = manager.post_form("/exports/new", **wanted).location
    assert 'name="decision"' not in manager.get(page).text
    assert "menu-count" in second.get(page).text
    assert manager.post_form(f"{page}/decide", decision="confirm").status_code == 403
    assert second.post_form(f"{page}/decide", decision="refuse", reason="").status_code == 400
    assert second.post_form(f"{page}/decide", decision="confirm").status_code == 302
    assert second.post_form(f"{page}/take").status_code == 403
    assert manager.get(f"{page}/take").status_code == 405
    file = manager.post_form(f"{page}/take")
    assert file.headers["Cache-Control"] == "no-store"
    assert b"XK-" in file.data
    assert manager.post_form(f"{page}/take").status_code == 302


def test_a_file_that_cannot_be_written_is_no_export_and_lapses(services: Services, bank: Guarded):
    export_id = ask_export(services, bank.staff["dung"], order(bank))
    nowhere = replace(services, files=NothingKept())
    with pytest.raises(NotImplementedError):
        confirm_export(nowhere, bank.staff["giang"], export_id)
    with pytest.raises(ExportRefused):
        take_export(services, bank.staff["dung"], export_id)
    with services.store.begin() as session:
        session.get_one(ItemExportRow, export_id).expires_at = database_now(session) - timedelta(seconds=1)
    assert clear_exports(services) == 1
    assert state_of(services, export_id) == "expired"
