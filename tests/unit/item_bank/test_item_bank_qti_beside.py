"""What a package of QTI says of an item beside its wording: facts, stimulus, rubric, English version."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from item_bank.formats.foreign import BankFacts, Fate, ForeignItem
from item_bank.formats.qti.read import read_package
from item_bank.formats.qti.write import write_package
from item_bank.interactions.asked import Asked, Option
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Criterion, Key
from item_bank.pool import Pool
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from item_bank.translation import Translation
from tests.unit.item_bank.qti_samples import single

VERSIONS = ["2.1", "2.2", "3.0"]
FACTS = BankFacts(
    "T01-1", "T01", CognitiveLevel.RECALL, "Điều 24", 0.65, Pool.OPERATIONAL, ("T01-2", "T01-3")
)
SHARED = Stimulus("Tình huống <1>", "<p>Một lô hàng</p>", "<p>A consignment</p>")
ASKED = Asked(Interaction.SINGLE_CHOICE, (Option("A", "một"), Option("B", "hai")))
ENGLISH = Translation("What?", {"A": "one", "B": "two"}, rationale="Because.")
ITEM = ForeignItem(
    "Câu 1", "Gì?", ASKED, Key(1, ("A",)), "Vì thế", facts=FACTS, stimulus=SHARED, english=ENGLISH
)


def files(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("version", VERSIONS)
def test_all_that_stands_beside_a_wording_comes_back(version: str):
    package, lost = write_package([ITEM], {}, version)
    assert (lost, read_package(package).items) == ((), (ITEM,))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_rubric_is_for_scorers_and_apart_from_the_rationale(version: str):
    key = Key(1, (), rubric=(Criterion("Nêu đủ < 3 bước", 10), Criterion("Căn cứ", 5)))
    essay = ForeignItem("x", "Nêu", Asked(Interaction.ESSAY), key, "Gợi ý")
    package, _lost = write_package([essay], {}, version)
    assert read_package(package).items == (essay,)
    assert b'view="scorer"' in files(package)["items/item-00001.xml"]


def test_items_share_the_file_of_their_stimulus_in_qti_3():
    package, _lost = write_package([ITEM, ITEM], {}, "3.0")
    texts = {name: text for name, text in files(package).items() if name.startswith("stimuli/")}
    assert list(texts) == ["stimuli/stimulus-00001.xml", "stimuli/stimulus-00002.xml"]
    assert [b'xml:lang="en"' in text for text in texts.values()] == [False, True]
    assert [item.stimulus for item in read_package(package).items] == [SHARED, SHARED]


@pytest.mark.parametrize("version", VERSIONS)
def test_one_english_version_of_a_set_gives_every_item_of_it_the_english_stimulus(version: str):
    other = replace(ITEM, where="Câu 2", facts=BankFacts("T01-2"), english=None)
    package, lost = write_package([other, ITEM], {}, version)
    assert (lost, read_package(package).items) == ((), (other, ITEM))


@pytest.mark.parametrize("version", VERSIONS)
def test_an_english_stimulus_that_no_english_version_shows_is_said_to_be_lost(version: str):
    half = Translation("What?", {"A": "one"})
    items = [replace(ITEM, english=None), replace(ITEM, where="Câu 2", english=half)]
    package, lost = write_package(items, {}, version)
    assert [(where, remark.code) for where, remark in lost] == [
        ("Câu 2", "ENGLISH_LOST"),
        ("Câu 1", "STIMULUS_ENGLISH_LOST"),
        ("Câu 2", "STIMULUS_ENGLISH_LOST"),
    ]
    assert {item.stimulus for item in read_package(package).items} == {replace(SHARED, english="")}


def test_an_english_version_about_another_stimulus_says_nothing_of_this_one():
    parts = files(write_package([ITEM], {}, "3.0")[0])
    english = parts["stimuli/stimulus-00002.xml"]
    parts["stimuli/stimulus-00002.xml"] = english.replace(b"&lt;1&gt;", b"2")
    (read,) = read_package(packed(parts)).items
    assert (read.stimulus, read.english) == (replace(SHARED, english=""), ENGLISH)


def test_a_package_without_facts_leaves_them_empty():
    (read,) = read_package(packed({"1.xml": single()})).items
    assert (read.facts, read.stimulus, read.english) == (BankFacts(), None, None)


def test_an_english_version_that_is_not_whole_is_said_to_be_lost():
    half = ForeignItem("x", "Gì?", ASKED, Key(1, ("A",)), english=Translation("What?", {"A": "one"}))
    _package, lost = write_package([half], {}, "3.0")
    assert [remark.code for _where, remark in lost] == ["ENGLISH_LOST"]
    parts = files(write_package([ITEM], {}, "2.1")[0])
    parts["items/item-00001.en.xml"] = b"<broken"
    (read,) = read_package(packed(parts)).items
    assert (read.english, [one.code for one in read.lost]) == (None, ["ENGLISH_LOST"])


def test_items_that_name_each_other_as_their_english_version_are_both_kept():
    parts = files(write_package([ITEM, ITEM], {}, "2.1")[0])
    for number, other in (("1", "2"), ("2", "1")):
        own = f"items/item-0000{number}.en.xml".encode()
        manifest = parts["imsmanifest.xml"]
        parts["imsmanifest.xml"] = manifest.replace(
            b"<entry>" + own, f"<entry>items/item-0000{other}.xml".encode()
        )
        del parts[own.decode()]
    items = read_package(packed(parts)).items
    assert [item.fate for item in items] == [Fate.TAKEN] * 2
    assert [item.english for item in items] == [None, None]
