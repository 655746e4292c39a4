"""Packages and files of QTI 1.2, read into what the bank knows."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import ForeignBank, ForeignItem, Remark
from item_bank.formats.qti.archive import MAX_FILE_BYTES, Archive
from item_bank.formats.qti.contents import LEAST_XML_BYTES, MANIFEST
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.manifest import resources_of
from item_bank.formats.qti.read import PACKAGE_STEPS
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.xml import BANK, Node, parse
from item_bank.formats.qti12.item import PARENT, STIMULUS, TYPE, Beside, metadata_of, read_item
from item_bank.formats.qti12.texts import Texts
from item_bank.formats.zips import MAGIC
from item_bank.stem import plain_line

ROOT: Final = "questestinterop"
MAX_ITEMS: Final = 20_000
_ENDINGS: Final = (".xml", ".qti", ".dat")
_FULL: Final = "non_cc_assessments"  # where Canvas keeps what Common Cartridge cannot say


def read_qti12(data: bytes) -> ForeignBank:
    """The items of a package of QTI 1.2 (zip), or of a file of it alone.

    Taken, of Canvas: multiple_choice, true_false, multiple_answers, numerical, short_answer, matching, essay,
    multiple_dropdowns, fill_in_multiple_blanks with one typed blank or with lists or banks of words alone,
    ordering, categorization; of Common Cartridge, Blackboard and Brightspace what is the same (`dialects`).
    The response processing is taken as it is: a key is what it is proved to be over all responses. The title
    of an assessment, a group or a bank is the category, general feedback the rationale, a text that items
    name as theirs their stimulus. Identifiers and how a question is shown are passed over.

    Raises ImportRefused: NOT_A_PACKAGE, TOO_LARGE, ENCRYPTED, UNSAFE_ENTRY, DAMAGED_FILE, NO_ITEMS,
    NOT_QTI12 (with the reason, of a file alone).
    Items are refused for TYPE_NOT_SUPPORTED (calculated and all that is not named above), FILE_WANTED,
    TEXT_ALONE, SEVERAL_BLANKS, PLACE_NOT_IN_STEM, KEY_NO_OPTION, SCORE_UNREADABLE, INTERACTION_NOT_KEPT (with
    the element) and what keys of QTI are refused for; an assessment itself is not kept (TEST_NOT_KEPT).
    Losses: FEEDBACK_LOST, INVALID_MARK, SELECTION_LOST (of a group), STIMULUS_MISSING, PART_LOST,
    PARTIAL_CREDIT_LOST (of categories), TEXT_RULE_LOST, SLIDER_LOST, what keys of QTI lose, and those of
    `item_bank.formats.moodle_text`.

    Source: IMS Question & Test Interoperability 1.2, ASI information model; exports of Canvas.
    """
    if not data.startswith(MAGIC):
        return _read_alone(data)
    archive = Archive(data)
    reader = _Reader(archive)
    for path in _paths(archive):
        reader.read(path)
    return reader.bank()


def _read_alone(data: bytes) -> ForeignBank:
    if len(data) > MAX_FILE_BYTES:
        raise ImportRefused("TOO_LARGE", limit_mb=MAX_FILE_BYTES // 1024**2)
    try:
        root = parse(data, BANK)
    except Refused as refused:
        raise ImportRefused("NOT_QTI12", reason=refused.remark.code, line=refused.remark.line) from refused
    if root.name != ROOT:
        raise ImportRefused("NOT_QTI12", reason="ROOT", name=root.name[:60])
    reader = _Reader(None)
    reader.add("", root)
    return reader.bank()


def _paths(archive: Archive) -> list[str]:
    """The files that may hold items, in the order of the manifest, then by name."""
    paths = [path for path in archive.paths if path.lower().endswith(_ENDINGS)]
    manifests = [path for path in paths if posixpath.basename(path).lower() == MANIFEST]
    listed: list[str] = []
    for path in sorted(manifests, key=len)[:1]:
        try:
            resources = resources_of(parse(archive.read(path)))
        except Refused:  # every file is looked at, listed or not
            continue
        found = [archive.find(one.href, posixpath.dirname(path)) for one in resources if one.href]
        listed = [one for one in found if one is not None]
    order = dict.fromkeys([*(path for path in listed if path in paths), *sorted(paths)])
    # what Canvas keeps in full comes before what a cartridge shows of the same
    return sorted((path for path in order if path not in manifests), key=lambda path: _FULL not in path)


class _Reader:
    """Collects the items of all files of a package."""

    def __init__(self, archive: Archive | None) -> None:
        self._archive = archive
        self._texts = Texts(archive)
        self._budget = Budget(PACKAGE_STEPS)
        self._items: list[ForeignItem] = []
        self._behind: list[ForeignItem] = []
        self._seen: set[str] = set()
        self._bytes_left = LEAST_XML_BYTES

    def read(self, path: str) -> None:
        assert self._archive is not None
        data = self._archive.read(path, BANK.bytes)
        if ROOT.encode() not in data:
            return
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise ImportRefused("TOO_LARGE", limit_mb=LEAST_XML_BYTES // 1024**2)
        try:
            root = parse(data, BANK)
        except Refused as refused:
            self._behind.append(ForeignItem(path, refused=refused.remark))
            return
        if root.name == ROOT:
            self.add(path, root)

    def add(self, path: str, root: Node) -> None:
        self._texts.folder = posixpath.dirname(path)
        once = [part for part in root.children if part.name != "assessment" or self._is_new(part)]
        root = replace(root, children=once)
        stimuli = {one.get("ident"): one for one in root.within("item") if _is_stimulus(one)}
        used = {metadata_of(one).get(PARENT, "") for one in root.within("item")} & stimuli.keys()
        beside = Beside(self._texts, self._budget, stimuli={ident: stimuli[ident] for ident in used})
        for item, around in _walk(root, beside):
            if item.get("ident") in used:
                continue
            self._items.append(read_item(item, len(self._items) + 1, around))
            if len(self._items) > MAX_ITEMS:
                raise ImportRefused("TOO_LARGE", limit_items=MAX_ITEMS)
        if root.all("assessment"):
            self._behind.append(ForeignItem(path or "assessment", refused=Remark("TEST_NOT_KEPT")))

    def _is_new(self, assessment: Node) -> bool:
        """Whether it was not there before; a cartridge has it once more in a shape that says less."""
        ident = assessment.get("ident")
        is_new = not ident or ident not in self._seen
        self._seen.add(ident)
        return is_new

    def bank(self) -> ForeignBank:
        if not self._items and all(one.refused == Remark("TEST_NOT_KEPT") for one in self._behind):
            raise ImportRefused("NO_ITEMS")
        names = Counter(item.where for item in self._items)
        items = [
            replace(item, where=f"{item.where} #{number}") if names[item.where] > 1 else item
            for number, item in enumerate(self._items, start=1)
        ]
        return ForeignBank((*items, *self._behind), self._texts.pictures.found)


def _is_stimulus(item: Node) -> bool:
    return metadata_of(item).get(TYPE) == STIMULUS


def _walk(node: Node, beside: Beside) -> Iterator[tuple[Node, Beside]]:
    """The items in the order of the file, each with what its groups say."""
    for child in node.children:
        if child.name == "item":
            yield child, beside
        elif child.name in {"assessment", "section", "objectbank"}:
            yield from _walk(child, _within(child, beside))


def _within(node: Node, beside: Beside) -> Beside:
    title = plain_line(node.get("title") or metadata_of(node).get("bank-title", ""))
    category = (*beside.category, title) if title else beside.category
    within = replace(beside, category=category)
    selection = node.first("selection_ordering")
    for one in selection.within("selection_number", "points_per_item") if selection is not None else ():
        if one.name == "points_per_item":
            within.points = one.words() or None
        elif one.words():
            within.picks = one.words()[:10]
    return within
