"""Items of the bank as a QTI content package: deterministic, with a remark for all that it cannot carry."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from item_bank.formats.qti.xml import Looked
from item_bank.interactions.asked import Option, Place, check_stem
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import check_key
from item_bank.media import Picture, read_picture, references
from item_bank.stimulus import Stimulus
from item_bank.translation import Translation, check_translation

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

    A stimulus is a file that items share in QTI 3, and the first block of the wording before. An English
    version is an item file of its own with the same identifiers (`items/….en.xml`), to which the manifest
    relates the item: no version of QTI has a place for two languages in one item. It refers to the English
    text of its stimulus, or begins with that; a stimulus whose items are all in Vietnamese alone loses it
    (STIMULUS_ENGLISH_LOST).

    Raises InvalidItem QTI_VERSION_UNKNOWN.
    """
    spoken, known = version_of(version), _known(pictures)
    package = _Package(spoken, known)
    for number, item in enumerate(items, 1):
        package.add(item, f"item-{number:05d}")
    package.note_stimuli_without_english()
    files = package.files
    usage = write_usage(package.written) if spoken.hyphens else None
    if usage is not None:
        files["usagedata.xml"] = usage
    manifest = write_manifest(package.written, spoken, package.stimuli, with_usage=usage is not None)
    return _zipped({"imsmanifest.xml": manifest, **files}), tuple(package.lost)


@dataclass(slots=True)
class _Package:
    """The files of a package while its items are written one after the other.

    stimuli : the pictures of each file of a shared text, by its path
    translated : the shared texts that the English version of some item shows in English
    """

    version: Version
    known: Mapping[str, Picture]
    files: dict[str, bytes] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)
    lost: list[tuple[str, Remark]] = field(default_factory=list)
    stimuli: dict[str, tuple[str, ...]] = field(default_factory=dict)
    translated: set[Stimulus] = field(default_factory=set)
    _paths: dict[tuple[Stimulus, str], str] = field(default_factory=dict)

    def add(self, item: ForeignItem, identifier: str) -> None:
        losses = Losses()
        markup = Markup(self.known, losses, self.version.hyphens)
        stimulus = self._stimulus(item.stimulus, markup) if self.version.hyphens else ""
        try:
            content = write_item(item, identifier, self.version, markup, stimulus)
        except Refused as refused:
            self.lost.append((item.where, Remark("NOT_WRITTEN", {"reason": refused.remark.code})))
            return
        if item.statistics is not None and not self.version.hyphens:
            losses.add("STATISTICS_LOST")
        self.files[f"items/{identifier}.xml"] = content
        english = self._english(item, identifier, losses)
        paths = self._pictures(_markups(item))
        self.written.append(Written(identifier, item, paths, english, stimulus))
        self.lost.extend((item.where, remark) for remark in losses.all())

    def note_stimuli_without_english(self) -> None:
        """What no English version of any item could show in English, once all are written."""
        for one in self.written:
            stimulus = one.item.stimulus
            if stimulus is not None and stimulus.english and stimulus not in self.translated:
                self.lost.append((one.item.where, Remark("STIMULUS_ENGLISH_LOST")))

    def _pictures(self, markups: Sequence[str]) -> tuple[str, ...]:
        shown = [sha256 for sha256 in references(*markups) if sha256 in self.known]
        paths = tuple(picture_path(sha256, self.known[sha256]) for sha256 in shown)
        self.files.update(
            {path: self.known[sha256].content for path, sha256 in zip(paths, shown, strict=True)}
        )
        return paths

    def _english(self, item: ForeignItem, identifier: str, losses: Losses) -> str:
        """The file of the English version: the same item in other words; empty where there is none."""
        if item.english is None or item.asked is None:
            return ""
        try:
            check_translation(item.asked, item.english)
            other = in_english(item, item.english)
            markup = Markup(self.known, losses, self.version.hyphens)
            shared = self._stimulus(other.stimulus, markup, "en") if self.version.hyphens else ""
            content = write_item(other, identifier, self.version, markup, shared)
        except (InvalidItem, Refused):
            losses.add("ENGLISH_LOST")
            return ""
        path = f"items/{identifier}.en.xml"
        self.files[path] = content
        if item.stimulus is not None:
            self.translated.add(item.stimulus)
        return path

    def _stimulus(self, stimulus: Stimulus | None, markup: Markup, language: str = "") -> str:
        """The file of a shared text in one language, written once."""
        if stimulus is None:
            return ""
        if (stimulus, language) not in self._paths:
            identifier = f"stimulus-{len(self._paths) + 1:05d}"
            path = self._paths[stimulus, language] = f"stimuli/{identifier}.xml"
            body = self.version.element("stimulusBody", {}, markup.xml(stimulus.content))
            said = {
                "xmlns": self.version.namespace,
                "identifier": identifier,
                "title": stimulus.code,
            } | ({"xml:lang": language} if language else {})
            root = self.version.element("assessmentStimulus", said, body)
            self.files[path] = f"{DECLARATION}{root}\n".encode()
            self.stimuli[path] = self._pictures([stimulus.content])
        return self._paths[stimulus, language]


def in_english(item: ForeignItem, english: Translation) -> ForeignItem:
    """The item with the wording of its translation, and its stimulus in English where it has that."""
    assert item.asked is not None
    shared = item.stimulus
    options = tuple(replace(one, content=english.options.get(one.id, "")) for one in item.asked.options)
    places = tuple(replace(one, content=english.places.get(one.id, "")) for one in item.asked.places)
    return replace(
        item,
        stem=english.stem,
        asked=replace(item.asked, options=options, places=places),
        rationale=english.rationale,
        language="en",
        stimulus=replace(shared, content=shared.english, english="") if shared and shared.english else None,
    )


def write_item(
    item: ForeignItem, identifier: str, version: Version, markup: Markup, stimulus: str = ""
) -> bytes:
    """One item file; `stimulus` is the file of its shared text. Raises Refused of what cannot be written."""
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
        _reference(version, stimulus),
        body.body(item, item.asked),
        scoring.processing,
        feedback,
    )
    content = f"{DECLARATION}{root}\n".encode()
    Looked(content)  # a mark across tags would break it
    return content


def _reference(version: Version, stimulus: str) -> str:
    if not stimulus:
        return ""
    name = stimulus.rpartition("/")[2].removesuffix(".xml")
    said = {"identifier": name, "href": f"../{stimulus}", "title": name}
    return version.element("assessmentStimulusRef", said)


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
    english = item.english
    other = [] if english is None else [english.stem, english.rationale]
    other += [] if english is None else [*english.options.values(), *english.places.values()]
    shared = [] if item.stimulus is None else [item.stimulus.content, item.stimulus.english]
    return [item.stem, item.rationale, *shared, *(part.content for part in parts), *other]


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
