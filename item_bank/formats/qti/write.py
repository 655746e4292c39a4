"""Items of the bank as a QTI content package: deterministic, with a remark for all that it cannot carry."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal

from item_bank.errors import InvalidItem, InvalidMedia
from item_bank.formats.foreign import ForeignItem, Remark
from item_bank.formats.losses import Losses
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.versions import Version, attribute, version_of
from item_bank.formats.qti.write_body import BodyWriter
from item_bank.formats.qti.write_content import Markup, picture_path
from item_bank.formats.qti.write_manifest import Written, write_manifest, write_usage
from item_bank.formats.qti.write_scores import scoring_of
from item_bank.formats.qti.xml import parse
from item_bank.interactions.asked import Option, Place, check_stem
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import check_key
from item_bank.media import Picture, read_picture, references

Lost = tuple[tuple[str, Remark], ...]
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_package(
    items: Sequence[ForeignItem], pictures: Mapping[str, bytes], version: str
) -> tuple[bytes, Lost]:
    """The items as a content package, each in a file of its own.

    Parameters
    ----------
    pictures : by the SHA-256 of their content
    version : "2.1", "2.2" or "3.0"

    Returns
    -------
    The bytes of the package (the same for the same items), and what was lost by the item's `where`. An item
    that cannot be written at all is remarked as NOT_WRITTEN.

    Raises InvalidItem QTI_VERSION_UNKNOWN.
    """
    spoken, known = version_of(version), _known(pictures)
    lost: list[tuple[str, Remark]] = []
    written: list[Written] = []
    files: dict[str, bytes] = {}
    for number, item in enumerate(items, 1):
        losses = Losses()
        identifier = f"item-{number:05d}"
        try:
            content = write_item(item, identifier, spoken, Markup(known, losses, spoken.hyphens))
        except Refused as refused:
            lost.append((item.where, Remark("NOT_WRITTEN", {"reason": refused.remark.code})))
            continue
        if item.statistics is not None and not spoken.hyphens:
            losses.add("STATISTICS_LOST")
        files[f"items/{identifier}.xml"] = content
        shown = [sha256 for sha256 in references(*_markups(item)) if sha256 in known]
        paths = tuple(picture_path(sha256, known[sha256]) for sha256 in shown)
        files.update({path: known[sha256].content for path, sha256 in zip(paths, shown, strict=True)})
        written.append(Written(identifier, item, paths))
        lost.extend((item.where, remark) for remark in losses.all())
    usage = write_usage(written) if spoken.hyphens else None
    if usage is not None:
        files["usagedata.xml"] = usage
    files = {"imsmanifest.xml": write_manifest(written, spoken, with_usage=usage is not None), **files}
    return _zipped(files), tuple(lost)


def write_item(item: ForeignItem, identifier: str, version: Version, markup: Markup) -> bytes:
    """One item file. Raises Refused of what cannot be written."""
    if item.asked is None or item.key is None:
        raise Refused("REFUSED")
    try:
        key = check_key(item.asked, item.key)
        check_stem(item.asked, item.stem)
    except InvalidItem as fault:
        raise Refused(fault.code) from fault
    if item.asked.interaction is Interaction.SHORT_TEXT and not key.with_marks:
        markup.losses.add("WITHOUT_MARKS_LOST")
    best = Decimal(repr(item.max_mark))
    if not best.is_finite() or best <= 0:
        raise Refused("INVALID_MAX_MARK")
    scoring, body = scoring_of(version, item.asked, key, best), BodyWriter(version, markup)
    rated = item.asked.kind.rated
    feedback = body.feedback(item.rationale) if item.rationale and not rated else ""
    said = {
        "xmlns": version.namespace,
        "identifier": identifier,
        "title": item.where or identifier,
        "adaptive": "false",
        "timeDependent": "false",
    } | ({"xml:lang": item.language} if item.language else {})
    root = version.element(
        "assessmentItem",
        said,
        scoring.responses,
        _outcomes(version, best, rated=rated, feedback=bool(feedback)),
        scoring.outcomes,
        body.body(item, item.asked),
        scoring.processing,
        feedback,
    )
    content = f"{DECLARATION}{root}\n".encode()
    parse(content)  # a mark across tags would break it
    return content


def _outcomes(version: Version, best: Decimal, *, rated: bool, feedback: bool) -> str:
    said = {"identifier": "SCORE", "cardinality": "single", "baseType": "float"}
    most = {**said, "identifier": "MAXSCORE"}
    human = {"externalScored": "human"} if rated and version.number != "2.1" else {}
    bounds = {"normalMaximum": f"{best:f}", "normalMinimum": "0"}

    def start(text: str) -> str:
        return version.element("defaultValue", {}, version.element("value", {}, attribute(text)))

    outcomes = [
        version.element("outcomeDeclaration", {**said, **bounds, **human}, start("0")),
        version.element("outcomeDeclaration", most, start(f"{best:f}")),
    ]
    if feedback:
        hidden = {"identifier": "FEEDBACK", "cardinality": "single", "baseType": "identifier"}
        outcomes.append(version.element("outcomeDeclaration", hidden))
    return "".join(outcomes)


def _markups(item: ForeignItem) -> list[str]:
    asked = item.asked
    parts: list[Option | Place] = [] if asked is None else [*asked.options, *asked.places]
    return [item.stem, item.rationale, *(part.content for part in parts)]


def _known(pictures: Mapping[str, bytes]) -> dict[str, Picture]:
    known: dict[str, Picture] = {}
    for sha256, content in pictures.items():
        try:
            known[sha256] = read_picture(content)
        except InvalidMedia:  # remarked where an item refers to it
            continue
    return known


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files, whenever and wherever it is written."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            info = zipfile.ZipInfo(path, _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
