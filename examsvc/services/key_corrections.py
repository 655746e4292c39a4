"""Another key for a wording that is frozen: one person proposes it, another one confirms it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from examsvc.accounts.actor import Actor
from examsvc.accounts.errors import Forbidden
from examsvc.accounts.permissions import Facts, allowed, permit
from examsvc.services.audit import record_act
from examsvc.services.bank import is_editable
from examsvc.services.bank_errors import KeyCorrectionRefused
from examsvc.services.bank_views import require_reader
from examsvc.services.deps import Services
from examsvc.store import Session, database_now, fingerprints
from examsvc.store import item_versions as versions
from examsvc.store import key_corrections as store
from examsvc.store.item_parts import read_key, write_key
from examsvc.store.key_corrections import Correction, MarkedBefore
from examsvc.store.models import ItemKeyRow, ItemRow, ItemVersionRow, KeyCorrectionRow
from examsvc.store.rows import get_row
from item_bank.interactions.marking import Key, check_key
from item_bank.lifecycle import State

REASON_LIMIT = 2000
# what the reviewers accept, and the bank manager approves, is the key that they read: it changes by a return
APPRAISED_NOW = frozenset({State.IN_REVIEW, State.APPRAISED})
CONFIRMED, REFUSED = "confirmed", "refused"


@dataclass(frozen=True, slots=True)
class KeyPage:
    """A frozen wording's key with its corrections, and what this reader may do about it.

    marked : campaigns whose closed sittings had the item
    """

    corrections: list[Correction]
    marked: list[MarkedBefore]
    may_propose: bool
    may_decide: bool

    @property
    def open(self) -> Correction | None:
        return next((one for one in self.corrections if one.row.decision is None), None)


def view_key(deps: Services, actor: Actor, version_id: int) -> KeyPage:
    """What stands about the key of one wording, for whoever may read the item."""
    with deps.store.read() as session:
        require_reader(session, actor, version_id)
        version = get_row(session, ItemVersionRow, version_id)
        item = get_row(session, ItemRow, version.item_id)
        corrections = store.list_corrections(session, version_id)
        pending = next((one.row for one in corrections if one.row.decision is None), None)
        return KeyPage(
            corrections,
            store.list_marked_before(session, [version_id]).get(version_id, []),
            may_propose=pending is None
            and not is_editable(session, version)
            and version.state not in APPRAISED_NOW
            and _may(actor, "keys.propose", Facts(owner_user_id=item.author_id)),
            may_decide=pending is not None and may_decide(actor, item.author_id, pending),
        )


def propose_key_correction(deps: Services, actor: Actor, version_id: int, key: Key, reason: str) -> int:
    """Propose another key for a frozen wording; returns the proposal's id. The key in force stays in force.

    The item's author does not propose. Raises InvalidItem (what `check_key` says), KeyCorrectionRefused:
    KEY_NOT_FROZEN, KEY_BEING_APPRAISED, CORRECTION_OPEN, KEY_UNCHANGED, REASON_MISSING, TEXT_TOO_LONG.
    """
    permit(actor, "keys.propose")
    reason = reason.strip()
    with deps.store.begin() as session:
        [(version, item)] = versions.get_pairs(session, [version_id], lock=True)
        permit(actor, "keys.propose", Facts(owner_user_id=item.author_id))
        if is_editable(session, version):
            raise KeyCorrectionRefused("KEY_NOT_FROZEN", item=item.code)
        _require_not_appraised_now(version, item)
        if store.find_open(session, version_id) is not None:
            raise KeyCorrectionRefused("CORRECTION_OPEN", item=item.code)
        known = versions.newest_keys(session, [version_id])[version_id]
        asked = versions.get_version(session, version_id).asked
        corrected = check_key(asked, replace(key, version=known.version + 1))
        if replace(corrected, version=known.version) == known:
            raise KeyCorrectionRefused("KEY_UNCHANGED", field="key")
        if not reason:
            raise KeyCorrectionRefused("REASON_MISSING", field="reason")
        if len(reason) > REASON_LIMIT:
            raise KeyCorrectionRefused(
                "TEXT_TOO_LONG", field="reason", length=len(reason), limit=REASON_LIMIT
            )
        row = KeyCorrectionRow(
            item_version_id=version_id,
            base_version=known.version,
            reason=reason,
            proposed_by=actor.user_id,
            proposed_at=database_now(session),
        )
        keys = ItemKeyRow(item_version_id=version_id)
        write_key(keys, corrected)
        row.option_id, row.rule = keys.option_id, keys.rule
        session.add(row)
        session.flush()
        record_act(
            session,
            actor,
            "keys.propose",
            f"item_version:{version_id}",
            correction=row.id,
            key_version=corrected.version,
            reason=reason,
        )
        return row.id


def confirm_key_correction(deps: Services, actor: Actor, correction_id: int) -> int:
    """Put a proposed key in force as the next version of the key; returns its number.

    Only whoever neither proposed it nor wrote the item. Nothing is marked anew by it: what was scored keeps
    its provenance until the campaign is scored again. Raises KeyCorrectionRefused: CORRECTION_DECIDED,
    KEY_MOVED_ON, KEY_BEING_APPRAISED.
    """
    with deps.store.begin() as session:
        row, version = _decidable(session, actor, correction_id)
        _require_not_appraised_now(version, get_row(session, ItemRow, version.item_id))
        known = versions.newest_keys(session, [version.id])[version.id]
        if known.version != row.base_version:
            raise KeyCorrectionRefused("KEY_MOVED_ON")
        number = known.version + 1
        now = database_now(session)
        corrected = ItemKeyRow(
            item_version_id=version.id,
            version=number,
            option_id=row.option_id,
            rule=row.rule,
            reason=row.reason,
            created_by=row.proposed_by,
            created_at=now,
        )
        session.add(corrected)
        item = versions.get_version(session, version.id)
        fingerprints.keep(session, {version.id: (item, read_key(corrected))})
        row.decision, row.decided_by, row.decided_at = CONFIRMED, actor.user_id, now
        record_act(
            session,
            actor,
            "keys.confirm",
            f"item_version:{version.id}",
            correction=row.id,
            key_version=number,
            proposed_by=row.proposed_by,
        )
        return number


def refuse_key_correction(deps: Services, actor: Actor, correction_id: int, reason: str) -> None:
    """Leave the key as it is, and say why. Raises KeyCorrectionRefused as above, and REASON_MISSING."""
    with deps.store.begin() as session:
        row, version = _decidable(session, actor, correction_id)
        if not reason.strip():
            raise KeyCorrectionRefused("REASON_MISSING", field="decision_reason")
        row.decision, row.decided_by, row.decided_at = REFUSED, actor.user_id, database_now(session)
        row.decision_reason = reason.strip()[:REASON_LIMIT]
        record_act(
            session,
            actor,
            "keys.refuse",
            f"item_version:{version.id}",
            correction=row.id,
            reason=row.decision_reason,
        )


def _decidable(session: Session, actor: Actor, correction_id: int) -> tuple[KeyCorrectionRow, ItemVersionRow]:
    """The proposal with its wording, both locked, where this person may decide it."""
    permit(actor, "keys.confirm")
    row = get_row(session, KeyCorrectionRow, correction_id)
    [(version, item)] = versions.get_pairs(session, [row.item_version_id], lock=True)
    row = get_row(session, KeyCorrectionRow, correction_id, lock=True)
    permit(actor, "keys.confirm", _facts(item.author_id, row))
    if row.decision is not None:
        raise KeyCorrectionRefused("CORRECTION_DECIDED")
    return row, version


def _require_not_appraised_now(version: ItemVersionRow, item: ItemRow) -> None:
    if version.state in APPRAISED_NOW:
        raise KeyCorrectionRefused("KEY_BEING_APPRAISED", item=item.code)


def may_decide(actor: Actor, author_id: int, row: KeyCorrectionRow) -> bool:
    """Whether this person may decide the proposal about an item of this author."""
    return _may(actor, "keys.confirm", _facts(author_id, row))


def _facts(author_id: int, row: KeyCorrectionRow) -> Facts:
    return Facts(owner_user_id=author_id, doers=(row.proposed_by,))


def _may(actor: Actor, action: str, facts: Facts) -> bool:
    if not allowed(actor, action):
        return False
    try:
        permit(actor, action, facts)
    except Forbidden:
        return False
    return True
