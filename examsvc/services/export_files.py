"""The items of an export as the file of a format, and what the format does not carry of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from examsvc.store import Session, measuring
from examsvc.store import bank as bank_store
from examsvc.store import item_versions as versions
from examsvc.store.media import get_pictures
from examsvc.store.models import ItemParameterRow
from item_bank.errors import InvalidItem
from item_bank.formats.catalog import FORMATS, FileFormat
from item_bank.formats.foreign import ForeignBank, ForeignItem, Remark, Statistics, of_bank
from item_bank.media import references
from item_bank.watermark.files import VISIBLE

Lost = Sequence[tuple[str, Remark]]
CODES_NAMED: Final = 20  # of the items that lose something
SUFFIXES: Final = {
    "qti-3.0": ("zip", "application/zip"),
    "qti-2.2": ("zip", "application/zip"),
    "qti-2.1": ("zip", "application/zip"),
    "moodle-xml": ("xml", "application/xml"),
    "gift": ("txt", "text/plain"),
    "aiken": ("txt", "text/plain"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


def write_file(session: Session, version_ids: Sequence[int], kind: str) -> tuple[bytes, list[dict[str, Any]]]:
    """The file without any mark, and what it loses, by kind of loss.

    Raises InvalidItem NOTHING_CARRIED where no item can be written at all.
    """
    items = load_items(session, version_ids)
    write = FORMATS[FileFormat(kind)].write
    if write is None:
        raise InvalidItem("FORMAT_NOT_WRITTEN", format=kind)
    data, lost = write(ForeignBank(tuple(items), _pictures(session, items)))
    left_out = {where for where, remark in lost if remark.code == "NOT_WRITTEN"}
    if len(left_out) >= len(items):
        raise InvalidItem("NOTHING_CARRIED", field="format")
    return data, summed(lost, kind, len(items))


def load_items(session: Session, version_ids: Sequence[int]) -> list[ForeignItem]:
    """Stored wordings with the keys in force, as a writer takes them, in this order.

    With them go their enemies among these items and what the calibration in force says of them.
    """
    wordings, keys = versions.get_versions(session, version_ids), versions.newest_keys(session, version_ids)
    enemies: dict[str, list[str]] = defaultdict(list)
    for one, other in bank_store.enemy_pairs(session, {item.code for item in wordings.values()}):
        enemies[one].append(other)
    adopted = measuring.find_adopted(session)
    known = {} if adopted is None else measuring.get_parameters(session, adopted.id)
    return [
        of_bank(
            wordings[id_], keys[id_], tuple(sorted(enemies[wordings[id_].code])), _statistics(known.get(id_))
        )
        for id_ in version_ids
    ]


def _statistics(row: ItemParameterRow | None) -> Statistics | None:
    """What QTI has names for: the parameters of a dichotomous item, and the classical figures."""
    if row is None or row.thresholds:
        return None
    return Statistics(row.a, row.b, row.c, row.p_value, row.point_biserial, row.n_responses)


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
    texts = [item.stem, item.rationale]
    if item.asked is not None:
        texts += [one.content for one in item.asked.options] + [one.content for one in item.asked.places]
    if item.stimulus is not None:
        texts += [item.stimulus.content, item.stimulus.english]
    if item.english is not None:
        english = item.english
        texts += [english.stem, english.rationale, *english.options.values(), *english.places.values()]
    return texts
