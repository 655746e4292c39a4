"""What is in a package: its XML files looked at one by one, whatever a manifest says of them."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import Final

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import Remark
from item_bank.formats.qti.archive import LEAST_BYTES, MAX_ENTRY_BYTES, MAX_LIST_BYTES, Archive
from item_bank.formats.qti.manifest import Resource, resources_in, resources_of
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.usage import statistics_in
from item_bank.formats.qti.xml import Looked, Node, parse, stream

MANIFEST: Final = "imsmanifest.xml"
LEAST_XML_BYTES: Final = 64 * 1024 * 1024  # parsed, a file as often as it is; of a large package more
_USAGE: Final = (b"usageData", b"usage-data")
_STATISTICS: Final = frozenset({"ordinaryStatistic", "categorizedStatistic"})
_HINTS: Final = (b"assessmentItem", b"assessment-item")


class Contents:
    """The files of a package by what they are.

    items : paths, in the order of the manifest, then of the tests, then by name
    broken, missing : what is listed as an item or looks like one, and is none
    usage : statistics by the identifier that they are of
    weighted : items that a test gives a weight, with the test
    english : the file of an English version by the item that it is of
    is_old : whether there are items of QTI 1, which is another language

    Raises ImportRefused TOO_LARGE, DAMAGED_FILE.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.resources: dict[str, Resource] = {}
        self.tests: list[str] = []
        self.usage: dict[str, list[Node]] = {}
        self.weighted: dict[str, str] = {}
        self.identifiers: Counter[str] = Counter()
        self.broken: dict[str, Remark] = {}
        self.missing: list[str] = []
        self.is_old = False
        self._most_bytes = max(LEAST_XML_BYTES, archive.most_bytes)
        if archive.most_bytes == LEAST_BYTES:
            self._most_bytes = LEAST_XML_BYTES
        self._bytes_left = self._most_bytes
        self._found: set[str] = set()
        self._in_tests: list[str] = []
        self.english: dict[str, str] = {}
        self.items = self._look()

    def parse(self, path: str) -> Node:
        """The tree of a file. Raises Refused as `xml.parse` does, ImportRefused TOO_LARGE, DAMAGED_FILE."""
        return parse(self._read(path))

    def _read(self, path: str) -> bytes:
        data = self.archive.read(path)
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise ImportRefused("TOO_LARGE", limit_mb=self._most_bytes // 1024**2)
        return data

    def _look(self) -> tuple[str, ...]:
        paths = [path for path in self.archive.paths if path.lower().endswith(".xml")]
        manifests = [path for path in paths if posixpath.basename(path).lower() == MANIFEST]
        for path in sorted(manifests, key=len)[:1]:
            self._list(path)
        listed = [path for path in self.resources if path not in {*manifests, *self.english.values()}]
        aside = {*manifests, *self.english.values()}
        for path in dict.fromkeys([*listed, *sorted(set(paths) - aside)]):
            resource = self.resources.get(path)
            if path.lower().endswith(".xml") or (resource is not None and resource.is_item):
                self._sort(path, resource)
        order = dict.fromkeys([*listed, *self._in_tests, *sorted(self._found)])
        return tuple(path for path in order if path in self._found)

    def _list(self, path: str) -> None:
        try:
            resources = self._resources(path)
        except Refused:  # every file is looked at, listed or not
            return
        folder = posixpath.dirname(path)
        for resource in resources:
            found = self.archive.find(resource.href, folder) if resource.href else None
            if found is not None:
                self.resources.setdefault(found, resource)
                english = self.archive.find(resource.english, folder) if resource.english else None
                if english is not None and english != found:
                    self.english[found] = english
            elif resource.is_item:
                self.missing.append(resource.href[:200])
        # what is listed by itself is an item, whatever another says of it
        self.english = {item: file for item, file in self.english.items() if file not in self.resources}

    def _resources(self, path: str) -> list[Resource]:
        """What a manifest lists, however long it is. Raises Refused."""
        if self.archive.size(path) <= MAX_ENTRY_BYTES:
            try:
                return resources_of(self.parse(path))
            except Refused as refused:
                if refused.remark.code != "XML_TOO_LONG":
                    raise
        return list(resources_in(self.archive.read(path, MAX_LIST_BYTES)))

    def _note_large(self, path: str) -> bool:
        """Whether a file was a long list of statistics, which is read a piece at a time."""
        data = self.archive.read(path, MAX_LIST_BYTES)
        if not any(name in data[:4096] for name in _USAGE):
            return False
        for _base, node in stream(data, _STATISTICS):
            self._note_statistic(node)
        return True

    def _note_statistic(self, node: Node) -> None:
        for target in node.all("targetObject"):
            self.usage.setdefault(target.get("identifier"), []).append(node)

    def _sort(self, path: str, resource: Resource | None) -> None:
        is_listed = resource is not None and resource.is_item
        try:
            if self.archive.size(path) > MAX_ENTRY_BYTES and not is_listed and self._note_large(path):
                return
            looked = Looked(self._read(path))
        except Refused as refused:
            if is_listed or any(hint in self.archive.read(path) for hint in _HINTS):
                self.broken[path] = refused.remark
            return
        name = looked.root.name
        if name == "assessmentItem":
            self._found.add(path)
            self.identifiers[looked.root.get("identifier")] += 1
        elif name == "assessmentTest":
            self._note_test(path, looked.tree())
        elif name == "questestinterop":
            self.is_old = True
        elif name == "usageData":
            for node in statistics_in(looked.tree()):
                self._note_statistic(node)
        elif is_listed:
            self.broken[path] = Remark("NOT_AN_ITEM", {"name": name[:60]})

    def _note_test(self, path: str, test: Node) -> None:
        self.tests.append(path)
        for ref in test.within("assessmentItemRef"):
            found = self.archive.find(ref.get("href"), posixpath.dirname(path))
            if found is not None:
                self._in_tests.append(found)
                if ref.all("weight"):
                    self.weighted[found] = path
