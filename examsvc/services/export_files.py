"""The items of an export as the file of a format, and what the format does not carry of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from examsvc.store import Session
from examsvc.store import bank as bank_store
from examsvc.store import item_versions as versions
from examsvc.store.media import get_pictures
from item_bank.errors import InvalidItem
from item_bank.formats.aiken import write_aiken
from item_bank.formats.foreign import ForeignItem, Remark, of_bank
from item_bank.formats.gift_write import write_gift
from item_bank.formats.moodle_write import write_moodle_xml
from item_bank.formats.qti.write import write_package
from item_bank.formats.xlsx import write_items
from item_bank.item import ItemVersion
from item_bank.media import references
from item_bank.watermark.files import VISIBLE

Lost = Sequence[tuple[str, Remark]]
CODES_NAMED: Final = 20  # of the items that lose something
# what the writers know nothing of, and so cannot remark: format → the facts that it does carry
CARRIED: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("qti3.0", "qti2.2", "qti2.1", "moodle_xml", "gift", "aiken"), frozenset()),
    "xlsx": frozenset({"legal_basis"}),
}
SUFFIXES: Final = {
    "qti3.0": ("zip", "application/zip"),
    "qti2.2": ("zip", "application/zip"),
    "qti2.1": ("zip", "application/zip"),
    "moodle_xml": ("xml", "application/xml"),
    "gift": ("txt", "text/plain"),
    "aiken": ("txt", "text/plain"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def write_file(session: Session, version_ids: Sequence[int], kind: str) -> tuple[bytes, list[dict[str, Any]]]:
    """The file without any mark, and what it loses, by kind of loss.

    Raises InvalidItem NOTHING_CARRIED where no item can be written at all.
    """
    items = load_items(session, version_ids)
    pictures = _pictures(session, items)
    if kind == "xlsx":
        data, lost = _workbook(session, version_ids)
    elif kind.startswith("qti"):
        data, lost = write_package(items, pictures, kind.removeprefix("qti"))
    else:
        write = {"moodle_xml": write_moodle_xml, "gift": write_gift, "aiken": write_aiken}[kind]
        data, lost = write(items, pictures)
    lost = [*lost, *_unremarked(items, kind)]
    left_out = {where for where, remark in lost if remark.code == "NOT_WRITTEN"}
    if len(left_out) >= len(items):
        raise InvalidItem("NOTHING_CARRIED", field="format")
    return data, summed(lost, kind, len(items))


def load_items(session: Session, version_ids: Sequence[int]) -> list[ForeignItem]:
    """Stored wordings with the keys in force, as a writer takes them, in this order."""
    wordings, keys = versions.get_versions(session, version_ids), versions.newest_keys(session, version_ids)
    return [of_bank(wordings[id_], keys[id_]) for id_ in version_ids]


def _unremarked(items: Sequence[ForeignItem], kind: str) -> list[tuple[str, Remark]]:
    """What an item has beside its wording in Vietnamese, and the format has no place for."""
    found = []
    for item in items:
        has = {
            "stimulus": item.stimulus is not None,
            "english": item.english is not None,
            "legal_basis": bool(item.facts.legal_basis),
        }
        found += [
            (item.where, Remark(f"{name.upper()}_LOST"))
            for name, is_there in has.items()
            if is_there and name not in CARRIED[kind]
        ]
    return found


def summed(lost: Lost, kind: str, n_items: int) -> list[dict[str, Any]]:
    """Losses by code and reason with the items they are of, the most frequent first."""
    by_kind: dict[tuple[str, str], list[str]] = defaultdict(list)
    for where, remark in lost:
        named = by_kind[remark.code, str(remark.params.get("reason", ""))]
        if where not in named[-1:]:
            named.append(where)
    found = [
        {"code": code, "reason": reason, "n": len(items), "items": items[:CODES_NAMED]}
        for (code, reason), items in by_kind.items()
    ]
    if kind not in VISIBLE:
        found.append({"code": "NO_VISIBLE_MARK", "reason": "", "n": n_items, "items": []})
    return sorted(found, key=lambda one: (one["code"] != "NOT_WRITTEN", -one["n"], one["code"]))


def _pictures(session: Session, items: Sequence[ForeignItem]) -> dict[str, bytes]:
    wanted = references(*(text for item in items for text in _texts(item)))
    return {sha256: one.content for sha256, one in get_pictures(session, wanted).items()} if wanted else {}


def _texts(item: ForeignItem) -> list[str]:
    if item.asked is None:
        return [item.stem, item.rationale]
    parts = [one.content for one in item.asked.options] + [one.content for one in item.asked.places]
    return [item.stem, item.rationale, *parts]


def _workbook(session: Session, version_ids: Sequence[int]) -> tuple[bytes, Lost]:
    wordings, keys = versions.get_versions(session, version_ids), versions.newest_keys(session, version_ids)
    left = {wordings[id_].code: (wordings[id_], keys[id_]) for id_ in version_ids}
    lost: list[tuple[str, Remark]] = []
    while left:
        try:
            written = [item for item, _key in left.values()]
            enemies = bank_store.enemy_pairs(session, {item.code for item in written})
            return write_items(written, {code: key for code, (_item, key) in left.items()}, enemies), lost
        except InvalidItem as refusal:  # the workbook is all or nothing: what it refuses is left out
            code = _refused_item(refusal, left)
            del left[code]
            lost.append((code, Remark("NOT_WRITTEN", {"reason": refusal.code})))
    return b"", lost


def _refused_item(refusal: InvalidItem, left: dict[str, tuple[ItemVersion, Any]]) -> str:
    code = str(refusal.params.get("item", ""))
    if code not in left:  # said of no item that is there: nothing could be left out
        raise refusal
    return code
