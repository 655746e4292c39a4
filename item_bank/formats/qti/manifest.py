"""What a package's manifest says: its item files in order, with competencies, topics and keywords."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from item_bank.formats.qti.xml import Node
from item_bank.stem import plain_line

MOST_TAGS = 50


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the package as the manifest lists it."""

    href: str
    type: str
    competencies: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_item(self) -> bool:
        return self.type.startswith("imsqti_item") or "/assessmentItem" in self.type


def resources_of(manifest: Node) -> list[Resource]:
    """The resources in the order of the manifest, with the addresses that `xml:base` leads to."""
    found: list[Resource] = []
    for group in manifest.all("resources"):
        base = manifest.get("base") + group.get("base")
        found.extend(_resource(node, base + node.get("base")) for node in group.all("resource"))
    return found


def _resource(node: Node, base: str) -> Resource:
    files = [one.get("href") for one in node.all("file")]
    href = node.get("href") or next(iter(files), "")
    metadata = [one for one in node.all("metadata") for one in one.walk()]
    return Resource(
        base + href if href else "",
        node.get("type"),
        _unique(_competencies(metadata)),
        _unique(_topics(metadata)),
        _unique(_keywords(metadata)),
    )


def _unique(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in (plain_line(one) for one in found) if text))[:MOST_TAGS]


def _competencies(metadata: list[Node]) -> Iterator[str]:
    """1EdTech curriculum standards metadata: the address of a CASE item where there is one, else its GUID."""
    for node in metadata:
        if node.name == "labelledGUID":
            by_name = {child.name: child.words() for child in node.children}
            yield by_name.get("caseItemURI") or by_name.get("GUID") or ""


def _topics(metadata: list[Node]) -> Iterator[str]:
    """The first path of LOM's classification by discipline."""
    for node in metadata:
        if node.name != "classification":
            continue
        purpose = node.first("purpose")
        said = "" if purpose is None else " ".join(one.words() for one in purpose.within("value"))
        path = node.first("taxonPath")
        if "discipline" in said.split() and path is not None:
            for taxon in path.all("taxon"):
                entry = taxon.first("entry")
                yield "" if entry is None else entry.words()
            return


def _keywords(metadata: list[Node]) -> Iterator[str]:
    for node in metadata:
        if node.name == "keyword":
            strings = node.within("string", "langstring")
            yield from (one.words() for one in strings or [node])
