"""The manifest of a package and its usage data: files, keywords, topics, competencies, statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from item_bank.formats.foreign import ForeignItem
from item_bank.formats.qti.usage import NAMES
from item_bank.formats.qti.versions import Version, attribute

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
_USAGE: Final = "http://www.imsglobal.org/xsd/imsqti_usagedata_v3p0"
_CONTEXT: Final = "urn:examsvc:calibration"


@dataclass(frozen=True, slots=True)
class Written:
    """An item that has a file in the package, and the pictures that it shows."""

    identifier: str
    item: ForeignItem
    pictures: tuple[str, ...]


def write_manifest(written: Sequence[Written], version: Version, *, with_usage: bool) -> bytes:
    """The manifest (1EdTech content packaging), with metadata an item."""
    resources = [_resource(one, version) for one in written]
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
    files = "".join(f'<file href="{path}"/>' for path in (href, *one.pictures))
    metadata = _lom(one.item) + _competencies(one.item, version)
    return (
        f'<resource identifier="{one.identifier}" type="{version.item_type}" href="{href}">'
        f"{f'<metadata>{metadata}</metadata>' if metadata else ''}{files}</resource>"
    )


def _lom(item: ForeignItem) -> str:
    keywords = "".join(f"<keyword><string>{attribute(tag)}</string></keyword>" for tag in item.tags)
    taxons = "".join(
        f"<taxon><entry><string>{attribute(topic)}</string></entry></taxon>" for topic in item.category
    )
    general = f"<general>{keywords}</general>" if keywords else ""
    topics = (
        "<classification><purpose><source>LOMv1.0</source><value>discipline</value></purpose>"
        f"<taxonPath>{taxons}</taxonPath></classification>"
        if taxons
        else ""
    )
    return f'<lom xmlns="{_LOM}">{general}{topics}</lom>' if general or topics else ""


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
