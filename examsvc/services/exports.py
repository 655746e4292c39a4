"""Items leave the bank as a file by two persons: one asks, another confirms, the first takes it out, once."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from examsvc.accounts.actor import Actor
from examsvc.accounts.permissions import Facts, permit
from examsvc.ports import Progress
from examsvc.services import jobs
from examsvc.services.audit import record_act
from examsvc.services.bank_errors import ExportRefused
from examsvc.services.deps import Services
from examsvc.services.export_files import SUFFIXES, write_file
from examsvc.services.office_calendar import OFFICE_TIME
from examsvc.services.viewing import Showing, log_showing
from examsvc.store import NotFound, Session, database_now
from examsvc.store import exports as store
from examsvc.store.exports import ExportLine
from examsvc.store.models import ItemExportRow, UserRow
from examsvc.store.rows import get_row
from item_bank.errors import ItemBankError
from item_bank.viewing import How
from item_bank.watermark.files import KINDS, stamped
from item_bank.watermark.stamp import Stamp

MOST_ITEMS: Final = 50_000
AT_ONCE: Final = 200  # items that are checked and written while somebody waits; more are a job
KEPT_FOR: Final = timedelta(hours=24)
ASKED_FOR: Final = timedelta(days=7)  # without a word, an export has lapsed
LISTED: Final = 200
ITEMS_SHOWN: Final = 200
_SEPARATORS: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What the bank manager asks for."""

    codes: str
    format: str
    purpose: str
    recipient: str


@dataclass(frozen=True, slots=True)
class ExportView:
    """An export with its first items (version id, code, version, state), and what this reader may do now."""

    line: ExportLine
    items: list[tuple[int, str, int, str]]
    may_decide: bool
    may_take: bool


@dataclass(frozen=True, slots=True)
class TakenFile:
    """The file, on its one way out."""

    name: str
    mime: str
    data: bytes


def ask_export(deps: Services, actor: Actor, order: ExportOrder) -> int:
    """Ask for an export; returns its number. What the format loses is found out before anybody decides.

    Raises ExportRefused with the `field` that is wrong.
    """
    permit(actor, "exports.ask")
    codes = list(dict.fromkeys(code for code in _SEPARATORS.split(order.codes) if code))
    _check_order(order, codes)
    with deps.store.begin() as session:
        found = store.exportable(session, codes)
        unknown = [code for code in codes if code not in found]
        if unknown:
            raise ExportRefused("CODES_UNKNOWN", field="codes", codes=", ".join(unknown[:10]))
        row = ItemExportRow(
            state="checking",
            format=order.format,
            purpose=order.purpose.strip(),
            recipient=order.recipient.strip(),
            n_items=len(codes),
            losses=[],
            asked_by=actor.user_id,
            asked_at=database_now(session),
            trace_key=secrets.token_hex(32),
        )
        session.add(row)
        session.flush()
        store.add_lines(session, row.id, [found[code] for code in codes])
        facts = {
            "format": row.format,
            "n_items": row.n_items,
            "purpose": row.purpose,
            "recipient": row.recipient,
        }
        record_act(session, actor, "exports.ask", f"item_export:{row.id}", **facts)
        export_id, n_items = row.id, row.n_items
    if n_items > AT_ONCE:
        _as_job(deps, actor, "export_check", export_id)
    else:
        check_export(deps, actor, export_id)
    return export_id


def codes_of(deps: Services, actor: Actor, version_ids: Sequence[int]) -> list[str]:
    """The item codes of these versions, each once."""
    permit(actor, "exports.ask")
    with deps.store.read() as session:
        return store.codes_of(session, version_ids)


def _check_order(order: ExportOrder, codes: list[str]) -> None:
    wrong = {
        ("NO_ITEMS", "codes"): not codes,
        ("TOO_MANY_ITEMS", "codes"): len(codes) > MOST_ITEMS,
        ("FORMAT_UNKNOWN", "format"): order.format not in KINDS,
        ("RECIPIENT_MISSING", "recipient"): not order.recipient.strip(),
        ("PURPOSE_MISSING", "purpose"): not order.purpose.strip(),
    }
    for (code, field), is_wrong in wrong.items():
        if is_wrong:
            raise ExportRefused(code, field=field, most=MOST_ITEMS)


def _as_job(deps: Services, actor: Actor, kind: str, export_id: int) -> None:
    job_id = jobs.ask_once(deps, actor, kind, {"export_id": export_id})
    with deps.store.begin() as session:
        get_row(session, ItemExportRow, export_id, lock=True).job_id = job_id


def check_export(
    deps: Services, actor: Actor, export_id: int, progress: Progress | None = None
) -> dict[str, Any]:
    """Find out what the format loses of these items; then the export waits for a second person."""
    permit(actor, "exports.ask")
    with deps.store.read() as session:
        kind = get_row(session, ItemExportRow, export_id).format
        ids = store.version_ids(session, export_id)
        _step(progress, 0)
        try:
            losses = write_file(session, ids, kind)[1]
        except ItemBankError as refusal:
            losses = [{"code": refusal.code, "reason": "", "n": len(ids), "items": []}]
    with deps.store.begin() as session:
        row = get_row(session, ItemExportRow, export_id, lock=True)
        if row.state == "checking":
            nothing = any(one["code"] == "NOTHING_CARRIED" for one in losses)
            row.state, row.losses = "failed" if nothing else "asked", losses
    _step(progress, 1)
    return {"export_id": export_id}


def list_exports(deps: Services, actor: Actor) -> list[ExportLine]:
    """The exports, open ones first."""
    permit(actor, "exports.read")
    with deps.store.read() as session:
        return store.list_exports(session, LISTED)


def view_export(deps: Services, actor: Actor, export_id: int) -> ExportView:
    """One export: codes and figures, no wording. Raises NotFound."""
    permit(actor, "exports.read")
    with deps.store.read() as session:
        line = store.find_export(session, export_id)
        if line is None:
            raise NotFound(ItemExportRow.__tablename__, export_id)
        now, row = database_now(session), line.row
        in_time = row.expires_at is not None and now < row.expires_at
        return ExportView(
            line,
            store.list_codes(session, export_id, ITEMS_SHOWN),
            may_decide=row.state == "asked" and row.asked_by != actor.user_id,
            may_take=row.state == "ready" and row.asked_by == actor.user_id and in_time,
        )


def refuse_export(deps: Services, actor: Actor, export_id: int, reason: str) -> None:
    """The second person says no, with a reason. Raises ExportRefused, Forbidden, NotFound."""
    if not reason.strip():
        raise ExportRefused("REASON_MISSING", field="reason")
    with deps.store.begin() as session:
        row = _to_decide(session, actor, export_id)
        row.state, row.decision_reason = "refused", reason.strip()
        record_act(session, actor, "exports.refuse", f"item_export:{export_id}", reason=reason.strip())


def confirm_export(deps: Services, actor: Actor, export_id: int, reason: str = "") -> None:
    """The second person says yes: the file is written, for whoever asked, for 24 hours."""
    with deps.store.begin() as session:
        row = _to_decide(session, actor, export_id)
        row.state, row.decision_reason = "confirmed", reason.strip()
        row.expires_at = database_now(session) + KEPT_FOR
        n_items = row.n_items
        facts = {"reason": reason.strip(), "expires_at": row.expires_at.isoformat()}
        record_act(session, actor, "exports.confirm", f"item_export:{export_id}", **facts)
    if n_items > AT_ONCE:
        _as_job(deps, actor, "export_write", export_id)
    else:
        write_export(deps, actor, export_id)


def _to_decide(session: Session, actor: Actor, export_id: int) -> ItemExportRow:
    """The export, locked, for another than the one who asked."""
    row = get_row(session, ItemExportRow, export_id, lock=True)
    permit(actor, "exports.decide", Facts(doers=(row.asked_by,)))
    if row.state != "asked":
        raise ExportRefused("DECIDED_ALREADY")
    row.decided_by, row.decided_at = actor.user_id, database_now(session)
    return row


def write_export(
    deps: Services, actor: Actor, export_id: int, progress: Progress | None = None
) -> dict[str, Any]:
    """Write, mark and keep the file of a confirmed export."""
    permit(actor, "exports.decide")
    with deps.store.read() as session:
        row = get_row(session, ItemExportRow, export_id)
        if row.state != "confirmed":
            return {"export_id": export_id}
        stamp = _stamp(session, row)
        kind, key = row.format, bytes.fromhex(row.trace_key)
        ids = store.version_ids(session, export_id)
        _step(progress, 0)
        plain, _losses = write_file(session, ids, kind)
    _step(progress, 1, 3)
    data = stamped(kind, plain, stamp, key)
    _step(progress, 2, 3)
    name, sha256 = secrets.token_hex(32), hashlib.sha256(data).hexdigest()
    deps.files.write(name, data)
    with deps.store.begin() as session:
        row = get_row(session, ItemExportRow, export_id, lock=True)
        kept = row.state == "confirmed"
        if kept:
            row.state, row.file_name, row.file_sha256 = "ready", name, sha256
            record_act(session, actor, "exports.write", f"item_export:{export_id}", sha256=sha256)
    if not kept:  # lapsed meanwhile, or another worker was first
        deps.files.remove(name)
    _step(progress, 3, 3)
    return {"export_id": export_id}


def _stamp(session: Session, row: ItemExportRow) -> Stamp:
    asker = get_row(session, UserRow, row.asked_by)
    decider = get_row(session, UserRow, row.decided_by or 0)
    at = (row.decided_at or row.asked_at).astimezone(OFFICE_TIME)
    names = [f"{user.display_name} ({user.username})" for user in (asker, decider)]
    return Stamp(row.id, row.recipient, names[0], names[1], at)


def take_export(deps: Services, actor: Actor, export_id: int) -> TakenFile:
    """The file for whoever asked, once and in time: every item counts as seen by him, and the file is gone.

    Raises ExportRefused NOT_READY, Forbidden, NotFound. What is lost on the way to the browser is lost: a
    second try would be a second copy that nobody confirmed.
    """
    with deps.store.begin() as session:
        row = get_row(session, ItemExportRow, export_id, lock=True)
        permit(actor, "exports.take", Facts(owner_user_id=row.asked_by))
        now = database_now(session)
        if row.state != "ready" or row.file_name is None or row.expires_at is None or now >= row.expires_at:
            raise ExportRefused("NOT_READY")
        data = deps.files.find(row.file_name)
        if data is None or hashlib.sha256(data).hexdigest() != row.file_sha256:
            raise ExportRefused("NOT_READY")
        name, row.file_name = row.file_name, None
        row.state, row.taken_at = "taken", now
        number = f"XK-{export_id:06d}"
        log_showing(session, actor, Showing(store.version_ids(session, export_id), How.EXPORT, number))
        record_act(session, actor, "exports.take", f"item_export:{export_id}", sha256=row.file_sha256)
        kind = row.format
    deps.files.remove(name)
    suffix, mime = SUFFIXES[kind]
    return TakenFile(f"{number}.{suffix}", mime, data)


def clear_exports(deps: Services) -> int:
    """Let lapse what was not taken out or decided on in time, and remove its file; returns how many."""
    with deps.store.read() as session:
        now = database_now(session)
        overdue = store.list_overdue(session, now, now - ASKED_FOR)
    return sum(_let_lapse(deps, export_id) for export_id in overdue)


def _let_lapse(deps: Services, export_id: int) -> bool:
    with deps.store.begin() as session:
        row = get_row(session, ItemExportRow, export_id, lock=True)
        now = database_now(session)
        if row.id not in store.list_overdue(session, now, now - ASKED_FOR):  # another process was first
            return False
        name, row.file_name = row.file_name, None
        row.state = "expired"
        record_act(session, None, "exports.lapse", f"item_export:{export_id}")
    if name is not None:
        deps.files.remove(name)
    return True


def _step(progress: Progress | None, done: int, total: int = 1) -> None:
    if progress is not None:
        progress(done, total)
