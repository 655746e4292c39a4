"""QTI packages and item files of any version, read into what the bank knows."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import replace
from typing import Final

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import ForeignBank, ForeignItem, Remark
from item_bank.formats.losses import Losses
from item_bank.formats.progress import Progress, silent
from item_bank.formats.qti.archive import Archive
from item_bank.formats.qti.beside import in_both_languages, one_stimulus_each, translation_of
from item_bank.formats.qti.content import Body
from item_bank.formats.qti.contents import Contents
from item_bank.formats.qti.expressions import Budget
from item_bank.formats.qti.item import Beside, name_of, read_tree
from item_bank.formats.qti.manifest import Resource
from item_bank.formats.qti.pictures import NoFiles, Pictures
from item_bank.formats.qti.processing import STEPS
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.usage import statistics_of
from item_bank.formats.qti.xml import Node, parse

PACKAGE_STEPS: Final = 2_000_000  # of scoring, over all items of one package
ITEM_STEPS: Final = 400  # for each item of a package that has many
STEP: Final = 200  # items between two words about the progress


def read_package(data: bytes, progress: Progress = silent) -> ForeignBank:
    """The items of a content package (zip) of QTI 2.1, 2.2 or 3.0.

    progress : called with (done, total); whatever it raises ends the reading

    Every XML file is looked at: a manifest that is missing or lists the test alone hides no item. A test
    itself is not kept; it stands among the items as refused.

    Returns
    -------
    ForeignBank: items in the order of the manifest, then of the tests, then by path.

    Raises ImportRefused: NOT_A_PACKAGE, TOO_LARGE, ENCRYPTED, UNSAFE_ENTRY, DAMAGED_FILE, NO_ITEMS, OLD_QTI
    (items of QTI 1 alone).
    """
    contents = Contents(Archive(data))
    if not contents.items and not contents.broken and not contents.missing:
        raise ImportRefused("OLD_QTI" if contents.is_old else "NO_ITEMS")
    pictures = Pictures(contents.archive)
    budget = Budget(max(PACKAGE_STEPS, ITEM_STEPS * len(contents.items)))
    items: list[ForeignItem] = []
    for path in contents.items:
        items.append(_read(path, contents, pictures, budget))
        if len(items) % STEP == 0:
            progress(len(items), len(contents.items))
    names = Counter(item.where for item in items)
    items = [
        replace(item, where=f"{item.where} ({path})") if names[item.where] > 1 else item
        for item, path in zip(items, contents.items, strict=True)
    ]
    items = one_stimulus_each(items)
    items += [ForeignItem(path, refused=remark) for path, remark in contents.broken.items()]
    items += [ForeignItem(path, refused=Remark("FILE_MISSING", {"file": path})) for path in contents.missing]
    items += [ForeignItem(path, refused=Remark("TEST_NOT_KEPT")) for path in contents.tests]
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
    return read_tree(root, name_of(root, "item"), Beside(Pictures(NoFiles()), Budget(STEPS)))


def _read(path: str, contents: Contents, pictures: Pictures, budget: Budget) -> ForeignItem:
    root, losses = contents.parse(path), Losses()
    resource = contents.resources.get(path, Resource(path, ""))
    granted = min(STEPS, budget.left)
    beside = Beside(
        pictures,
        Budget(granted),
        posixpath.dirname(path),
        _stimuli(root, posixpath.dirname(path), contents, pictures, losses),
        losses,
        resource.category,
        resource.tags,
        resource.competencies,
        facts=resource.facts,
    )
    identifier = root.get("identifier")
    usage = contents.usage.get(identifier, [])
    if contents.identifiers[identifier] == 1:
        beside.statistics = statistics_of(usage, losses)
    elif usage:
        losses.add("STATISTICS_UNCLEAR", identifier=identifier)
    if path in contents.weighted:
        losses.add("TEST_WEIGHT_LOST", test=contents.weighted[path])
    item = read_tree(root, name_of(root, path), beside)
    budget.left -= granted - beside.budget.left
    if path in contents.english and item.asked is not None:
        item = _with_english(item, contents.english[path], contents, (pictures, budget))
    return item


def _with_english(
    item: ForeignItem, path: str, contents: Contents, beside: tuple[Pictures, Budget]
) -> ForeignItem:
    """The item with its English version, which is an item of its own with the same identifiers."""
    pictures, budget = beside
    granted = Budget(min(STEPS, budget.left))
    given = granted.left
    try:
        root, folder, losses = contents.parse(path), posixpath.dirname(path), Losses()
        shared = _stimuli(root, folder, contents, pictures, losses)
        other = read_tree(root, path, Beside(pictures, granted, folder, shared, losses))
        english = translation_of(item, other)
        item = replace(item, stimulus=in_both_languages(item.stimulus, other.stimulus))
    except Refused:
        english = None
    budget.left -= given - granted.left
    if english is None:
        return replace(item, lost=(*item.lost, Remark("ENGLISH_LOST", {"file": path[:200]})))
    return replace(item, english=english)


def _stimuli(
    root: Node, folder: str, contents: Contents, pictures: Pictures, losses: Losses
) -> dict[str, tuple[str, str]]:
    """The shared texts that an item refers to, by its reference: the name of each and its markup."""
    texts: dict[str, tuple[str, str]] = {}
    for ref in root.all("assessmentStimulusRef"):
        path = contents.archive.find(ref.get("href"), folder)
        try:
            stimulus = None if path is None else contents.parse(path)
        except Refused:  # remarked as missing
            continue
        body = None if stimulus is None else stimulus.first("stimulusBody")
        if path is not None and stimulus is not None and body is not None:
            markup = Body(pictures, losses, posixpath.dirname(path)).inside(body)
            texts[ref.get("href")] = (name_of(stimulus, path), markup)
    return texts
