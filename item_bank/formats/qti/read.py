"""QTI packages and item files of any version, read into what the bank knows."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import ForeignBank, ForeignItem, Remark
from item_bank.formats.qti.archive import Archive
from item_bank.formats.qti.content import Body
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.item import Beside, name_of, read_tree
from item_bank.formats.qti.manifest import Resource, resources_of
from item_bank.formats.qti.pictures import NoFiles, Pictures
from item_bank.formats.qti.remarks import Losses, Refused
from item_bank.formats.qti.usage import statistics_in, statistics_of
from item_bank.formats.qti.xml import Node, parse

MANIFEST: Final = "imsmanifest.xml"
STEPS: Final = 4_000_000  # of scoring, over all items of one package
MAX_XML_BYTES: Final = 64 * 1024 * 1024
_HINTS: Final = (b"assessmentItem", b"assessment-item")


@dataclass(slots=True)
class _Found:
    """The XML of a package by what it is, in the order in which it is to be read."""

    resources: dict[str, Resource] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    tests: dict[str, Node] = field(default_factory=dict)
    usage: list[Node] = field(default_factory=list)
    identifiers: Counter[str] = field(default_factory=Counter)
    broken: dict[str, Remark] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def read_package(data: bytes) -> ForeignBank:
    """The items of a content package (zip) of QTI 2.1, 2.2 or 3.0.

    Every XML file is looked at: a manifest that is missing or lists the test alone hides no item. A test
    itself is not kept; it stands among the items as refused.

    Returns
    -------
    ForeignBank: items in the order of the manifest, then of the tests, then by path.

    Raises ImportRefused: NOT_A_PACKAGE, TOO_LARGE, ENCRYPTED, UNSAFE_ENTRY, DAMAGED_FILE, NO_ITEMS.
    """
    archive = Archive(data)
    found = _look(archive)
    if not found.items and not found.broken and not found.missing:
        raise ImportRefused("NO_ITEMS")
    pictures, budget = Pictures(archive), Budget(STEPS)
    items = [_read(path, archive, found, pictures, budget) for path in found.items]
    names = Counter(item.where for item in items)
    items = [
        replace(item, where=f"{item.where} ({path})") if names[item.where] > 1 else item
        for item, path in zip(items, found.items, strict=True)
    ]
    items += [ForeignItem(path, refused=remark) for path, remark in found.broken.items()]
    items += [ForeignItem(path, refused=Remark("FILE_MISSING", {"file": path})) for path in found.missing]
    items += [ForeignItem(path, refused=Remark("TEST_NOT_KEPT")) for path in found.tests]
    return ForeignBank(tuple(items), {sha256: one.content for sha256, one in pictures.found.items()})


def read_item(data: bytes) -> ForeignItem:
    """The item of a single file; its pictures are elsewhere, and so are lost with a remark.

    Raises ImportRefused: NOT_AN_ITEM (with the reason where the XML cannot be read).
    """
    try:
        root = parse(data)
    except Refused as refused:
        raise ImportRefused("NOT_AN_ITEM", reason=refused.remark.code, line=refused.remark.line) from refused
    if root.name != "assessmentItem":
        raise ImportRefused("NOT_AN_ITEM", reason="ROOT", name=root.name[:60])
    return read_tree(root, name_of(root, ""), Beside(Pictures(NoFiles()), Budget(STEPS)))


def _look(archive: Archive) -> _Found:
    found = _Found()
    paths = [path for path in archive.paths if path.lower().endswith(".xml")]
    manifests = [path for path in paths if posixpath.basename(path).lower() == MANIFEST]
    for path in sorted(manifests, key=len)[:1]:
        try:
            manifest = parse(archive.read(path))
        except Refused:  # every file is looked at, listed or not
            continue
        _list(manifest, posixpath.dirname(path), archive, found)
    listed = [path for path, resource in found.resources.items() if path not in manifests]
    items, left = set[str](), MAX_XML_BYTES
    for path in dict.fromkeys([*listed, *sorted(set(paths) - set(manifests))]):
        if not path.lower().endswith(".xml") and not found.resources[path].is_item:
            continue
        data = archive.read(path)
        left -= len(data)
        if left < 0:
            raise ImportRefused("TOO_LARGE", limit_mb=MAX_XML_BYTES // 1024**2)
        _sort(path, data, items, found)
    in_tests = [path for test in found.tests.items() for path in _referred(*test, archive)]
    order = dict.fromkeys([*(path for path in listed if path in items), *in_tests, *sorted(items)])
    found.items = [path for path in order if path in items]
    return found


def _list(manifest: Node, folder: str, archive: Archive, found: _Found) -> None:
    for resource in resources_of(manifest):
        path = archive.find(resource.href, folder) if resource.href else None
        if path is not None:
            found.resources.setdefault(path, resource)
        elif resource.is_item:
            found.missing.append(resource.href[:200])


def _sort(path: str, data: bytes, items: set[str], found: _Found) -> None:
    resource = found.resources.get(path)
    try:
        root = parse(data)
    except Refused as refused:
        if (resource is not None and resource.is_item) or any(hint in data for hint in _HINTS):
            found.broken[path] = refused.remark
        return
    if root.name == "assessmentItem":
        items.add(path)
        found.identifiers[root.get("identifier")] += 1
    elif root.name == "assessmentTest":
        found.tests[path] = root
    elif root.name == "usageData":
        found.usage.extend(statistics_in(root))
    elif resource is not None and resource.is_item:
        found.broken[path] = Remark("NOT_AN_ITEM", {"name": root.name[:60]})


def _referred(path: str, test: Node, archive: Archive) -> list[str]:
    folder = posixpath.dirname(path)
    found = [archive.find(ref.get("href"), folder) for ref in test.within("assessmentItemRef")]
    return [one for one in found if one is not None]


def _read(path: str, archive: Archive, found: _Found, pictures: Pictures, budget: Budget) -> ForeignItem:
    root, folder, losses = parse(archive.read(path)), posixpath.dirname(path), Losses()
    resource = found.resources.get(path, Resource(path, ""))
    beside = Beside(
        pictures,
        budget,
        folder,
        _stimuli(root, folder, archive, pictures, losses),
        losses,
        resource.category,
        resource.tags,
        resource.competencies,
    )
    identifier = root.get("identifier")
    if found.identifiers[identifier] == 1:
        beside.statistics = statistics_of(identifier, found.usage, losses)
    elif any(True for _one in _targets(identifier, found.usage)):
        losses.add("STATISTICS_UNCLEAR", identifier=identifier)
    _note_weights(path, archive, found, losses)
    return read_tree(root, name_of(root, path), beside)


def _targets(identifier: str, usage: list[Node]) -> list[Node]:
    return [
        node
        for node in usage
        for target in node.all("targetObject")
        if target.get("identifier") == identifier
    ]


def _stimuli(root: Node, folder: str, archive: Archive, pictures: Pictures, losses: Losses) -> dict[str, str]:
    """The shared texts that an item refers to, by its reference."""
    texts: dict[str, str] = {}
    for ref in root.all("assessmentStimulusRef"):
        path = archive.find(ref.get("href"), folder)
        try:
            stimulus = None if path is None else parse(archive.read(path))
        except Refused:
            continue
        body = None if stimulus is None else stimulus.first("stimulusBody")
        if path is not None and body is not None:
            texts[ref.get("href")] = Body(pictures, losses, posixpath.dirname(path)).inside(body)
    return texts


def _note_weights(path: str, archive: Archive, found: _Found, losses: Losses) -> None:
    for test_path, test in found.tests.items():
        for ref in test.within("assessmentItemRef"):
            if ref.all("weight") and archive.find(ref.get("href"), posixpath.dirname(test_path)) == path:
                losses.add("TEST_WEIGHT_LOST", test=test_path)
