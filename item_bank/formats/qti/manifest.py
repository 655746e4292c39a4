"""What a package's manifest says: its item files in order, with competencies, topics and keywords."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from item_bank.formats.facts import with_code, with_enemy, with_level, with_pool, with_share, with_topic
from item_bank.formats.foreign import BankFacts
from item_bank.formats.qti.write_manifest import OWN_SOURCE
from item_bank.formats.qti.xml import Node, stream
from item_bank.stem import plain_line

MOST_TAGS = 50
_Read = Callable[[BankFacts, str], BankFacts | None]
_CLASSIFIED: Final[dict[str, _Read]] = {
    "topic": with_topic,
    "cognitive-level": with_level,
    "judged-share": with_share,
    "pool": with_pool,
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the package as the manifest lists it.

    english : the file of the item's English version, where this bank wrote one
    """

    href: str
    type: str
    competencies: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    facts: BankFacts = field(default_factory=BankFacts)
    english: str = ""

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


def resources_in(manifest: bytes) -> Iterator[Resource]:
    """The same of a manifest so long that it is read a resource at a time. Raises Refused."""
    for base, node in stream(manifest, frozenset({"resource"})):
        yield _resource(node, base + node.get("base"))


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
        _facts(metadata),
        next(_of_catalog(_catalogued(metadata), "english"), ""),
    )


def _facts(metadata: list[Node]) -> BankFacts:
    """What this bank wrote of an item beside its wording; what is no such fact is left out."""
    listed = _catalogued(metadata)
    facts = BankFacts(legal_basis=next(_of_catalog(listed, "law"), ""))
    said: list[tuple[_Read, str]] = [(with_code, code) for code in _of_catalog(listed, "item")]
    said += [(with_enemy, code) for code in _of_catalog(listed, "enemy")]
    for node in metadata:
        if node.name != "taxonPath":
            continue
        source, taxon = node.first("source"), node.first("taxon")
        if source is not None and taxon is not None:
            read = _CLASSIFIED.get(source.words().removeprefix(OWN_SOURCE))
            id_ = taxon.first("id")
            said += [(read, id_.words())] if read and id_ is not None else []
    for read, value in said[:MOST_TAGS]:
        facts = read(facts, value) or facts
    return facts


def _catalogued(metadata: list[Node]) -> list[tuple[str, Node]]:
    """Identifiers: the catalogue and the entry."""
    pairs = [(one.first("catalog"), one.first("entry")) for one in metadata if one.name == "identifier"]
    return [(catalog.words(), entry) for catalog, entry in pairs if catalog is not None and entry is not None]


def _of_catalog(listed: list[tuple[str, Node]], name: str) -> Iterator[str]:
    """The entries of identifiers in one of this bank's catalogues."""
    for catalog, entry in listed:
        if catalog == f"{OWN_SOURCE}{name}":
            yield plain_line(entry.words())


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
        path = next((one for one in node.all("taxonPath") if not _is_ours(one)), None)
        if "discipline" in said.split() and path is not None:
            for taxon in path.all("taxon"):
                entry = taxon.first("entry")
                yield "" if entry is None else entry.words()
            return


def _is_ours(path: Node) -> bool:
    source = path.first("source")
    return source is not None and source.words().startswith(OWN_SOURCE)


def _keywords(metadata: list[Node]) -> Iterator[str]:
    for node in metadata:
        if node.name == "keyword":
            strings = node.within("string", "langstring")
            yield from (one.words() for one in strings or [node])
