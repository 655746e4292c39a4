"""The manifest of a package and its usage data: files, keywords, topics, competencies, statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from item_bank.formats.foreign import BankFacts, ForeignItem
from item_bank.formats.qti.usage import NAMES
from item_bank.formats.qti.versions import Version, attribute

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
OWN_SOURCE: Final = "urn:examsvc:"  # begins the names of vocabularies and catalogues that are this bank's
_LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
_USAGE: Final = "http://www.imsglobal.org/xsd/imsqti_usagedata_v3p0"
_CONTEXT: Final = "urn:examsvc:calibration"


@dataclass(frozen=True, slots=True)
class Written:
    """An item that has a file in the package, and the files beside it.

    english : the file of its English version; stimulus : of the text that it shares with others
    """

    identifier: str
    item: ForeignItem
    pictures: tuple[str, ...]
    english: str = ""
    stimulus: str = ""


def write_manifest(
    written: Sequence[Written], version: Version, stimuli: Mapping[str, Sequence[str]], *, with_usage: bool
) -> bytes:
    """The manifest (1EdTech content packaging), with metadata an item; `stimuli` with their pictures.

    What this bank keeps of an item beside its wording has its home in LOM: the code is an identifier,
    topic, cognitive level, judged share and pool are classifications by vocabularies of our own, legal basis,
    enemies and the file of the English version are relations. That file is no resource of its own: a reader
    who knows nothing of it would take it for another item.
    """
    resources = [_resource(one, version) for one in written]
    for path, pictures in stimuli.items():
        files = "".join(f'<file href="{one}"/>' for one in (path, *pictures))
        resources.append(
            f'<resource identifier="{_stimulus_id(path)}" type="imsqti_stimulus_xmlv3p0" href="{path}">'
            f"{files}</resource>"
        )
    if with_usage:
        resources.append(
            '<resource identifier="usage" type="qtiusagedata/xml" href="usagedata.xml">'
            '<file href="usagedata.xml"/></resource>'
        )
    return (
        f'{DECLARATION}<manifest xmlns="{version.manifest_namespace}" identifier="manifest">'
        f"<metadata><schema>{version.schema}</schema>"
        f"<schemaversion>{version.schema_version}</schemaversion></metadata>"
        f"<organizations/><resources>{''.join(resources)}</resources></manifest>\n"
    ).encode()


def write_usage(written: Sequence[Written]) -> bytes | None:
    """The statistics of all items that have any, as usage data; None where none has.

    This part of QTI 3 kept the names of QTI 2.
    """
    found = [line for one in written for line in _statistics(one)]
    if not found:
        return None
    return f'{DECLARATION}<usageData xmlns="{_USAGE}">{"".join(found)}</usageData>\n'.encode()


def _resource(one: Written, version: Version) -> str:
    href = f"items/{one.identifier}.xml"
    beside = (one.english,) if one.english else ()
    files = "".join(f'<file href="{path}"/>' for path in (href, *beside, *one.pictures))
    if one.stimulus:
        files += f'<dependency identifierref="{_stimulus_id(one.stimulus)}"/>'
    metadata = _lom(one) + _competencies(one.item, version)
    return (
        f'<resource identifier="{one.identifier}" type="{version.item_type}" href="{href}">'
        f"{f'<metadata>{metadata}</metadata>' if metadata else ''}{files}</resource>"
    )


def _stimulus_id(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".xml")


def _lom(one: Written) -> str:
    item = one.item
    code = _identifier("item", item.facts.code) if item.facts.code else ""
    keywords = "".join(f"<keyword><string>{attribute(tag)}</string></keyword>" for tag in item.tags)
    general = f"<general>{code}{keywords}</general>" if code or keywords else ""
    parts = general + _relations(one) + _topics(item) + _classifications(item.facts)
    return f'<lom xmlns="{_LOM}">{parts}</lom>' if parts else ""


def _topics(item: ForeignItem) -> str:
    taxons = "".join(
        f"<taxon><entry><string>{attribute(topic)}</string></entry></taxon>" for topic in item.category
    )
    return _classification("discipline", taxons) if taxons else ""


def _classification(purpose: str, path: str) -> str:
    return (
        f"<classification><purpose><source>LOMv1.0</source><value>{purpose}</value></purpose>"
        f"<taxonPath>{path}</taxonPath></classification>"
    )


def _classifications(facts: BankFacts) -> str:
    said: dict[str, tuple[str, object]] = {
        "topic": ("discipline", facts.topic),
        "cognitive-level": ("educational objective", facts.cognitive_level),
        "judged-share": (
            "skill level",
            None if facts.judged_share is None else repr(float(facts.judged_share)),
        ),
        "pool": ("security level", facts.pool),
    }
    return "".join(
        _classification(
            purpose,
            f"<source><string>{OWN_SOURCE}{name}</string></source>"
            f"<taxon><id>{attribute(str(value))}</id></taxon>",
        )
        for name, (purpose, value) in said.items()
        if value is not None
    )


def _relations(one: Written) -> str:
    facts = one.item.facts
    said = [("isbasedon", "law", facts.legal_basis)] if facts.legal_basis else []
    said += [("isrelatedto", "enemy", code) for code in facts.enemies]
    said += [("hasversion", "english", one.english)] if one.english else []
    return "".join(
        f"<relation><kind><source>LOMv1.0</source><value>{kind}</value></kind>"
        f"<resource>{_identifier(catalog, value)}</resource></relation>"
        for kind, catalog, value in said
    )


def _identifier(catalog: str, entry: str) -> str:
    return (
        f"<identifier><catalog>{OWN_SOURCE}{catalog}</catalog><entry>{attribute(entry)}</entry></identifier>"
    )


def _competencies(item: ForeignItem, version: Version) -> str:
    """1EdTech's curriculum standards metadata: a CASE address beside the GUID that ends it."""
    if not item.competencies:
        return ""
    labelled = "".join(_labelled(one) for one in item.competencies)
    return (
        f'<curriculumStandardsMetadataSet xmlns="{version.metadata_namespace}">'
        f"<curriculumStandardsMetadata><setOfGUIDs>{labelled}</setOfGUIDs></curriculumStandardsMetadata>"
        "</curriculumStandardsMetadataSet>"
    )


def _labelled(competency: str) -> str:
    address = f"<caseItemURI>{attribute(competency)}</caseItemURI>" if ":" in competency else ""
    guid = competency.rstrip("/").rpartition("/")[2] if address else competency
    return f"<labelledGUID>{address}<GUID>{attribute(guid)}</GUID></labelledGUID>"


def _statistics(one: Written) -> list[str]:
    statistics = one.item.statistics
    if statistics is None:
        return []
    count = "" if statistics.n_responses is None else f' caseCount="{statistics.n_responses}"'
    return [
        f'<ordinaryStatistic name="{name}" context="{_CONTEXT}"{count}>'
        f'<targetObject identifier="{one.identifier}"/>'
        f'<value baseType="float">{getattr(statistics, field)!r}</value></ordinaryStatistic>'
        for name, field in NAMES.items()
        if getattr(statistics, field) is not None
    ]
