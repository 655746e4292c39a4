"""Packages as tools leave them, and as attackers make them."""

from __future__ import annotations

import hashlib
import io
import time
import tracemalloc
import zipfile
from dataclasses import replace

import pytest

from item_bank.errors import ImportRefused, InvalidItem
from item_bank.formats.foreign import BankFacts, Fate, ForeignBank, ForeignItem, Statistics
from item_bank.formats.qti import archive, read
from item_bank.formats.qti.manifest import resources_in, resources_of
from item_bank.formats.qti.read import read_item, read_package
from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.write import write_package
from item_bank.formats.qti.xml import MAX_DEPTH, Looked, parse
from item_bank.interactions.asked import Asked, Option, Place, single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key
from item_bank.media import reference
from item_bank.pool import Pool
from item_bank.stem import from_authored
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from tests.unit.item_bank.pictures import png
from tests.unit.item_bank.qti_samples import (
    V21,
    choice,
    item,
    literal,
    manifest,
    mapped,
    processing,
    resource,
    response,
    sets,
    single,
    variable,
    when,
    zipped,
)

PICTURE = png(40, 30)
SHA256 = hashlib.sha256(PICTURE).hexdigest()


def wheres(bank: ForeignBank) -> list[str]:
    return [one.where for one in bank.items]


def reasons(read: ForeignItem) -> list[str]:
    return [remark.code for remark in read.lost]


def refused(data: bytes) -> str:
    with pytest.raises(ImportRefused) as refusal:
        read_package(data)
    return refusal.value.code


def test_items_come_in_the_order_of_the_manifest():
    files = {f"q/{n}.xml": single(title=f"Câu {n}") for n in (1, 2, 3)}
    listed = manifest(*(resource(f"q/{n}.xml") for n in (3, 1, 2)))
    assert wheres(read_package(zipped({"imsmanifest.xml": listed, **files}))) == ["Câu 3", "Câu 1", "Câu 2"]


def test_no_item_hides_behind_a_manifest_that_is_missing_broken_or_lists_the_test_alone():
    files = {"b.xml": single(title="B"), "a.xml": single(title="A")}
    assert wheres(read_package(zipped(files))) == ["A", "B"]
    assert wheres(read_package(zipped({"imsmanifest.xml": b"<manifest", **files}))) == ["A", "B"]
    test = (
        f'<assessmentTest xmlns="{V21}" identifier="t"><testPart><assessmentSection>'
        '<assessmentItemRef identifier="1" href="b.xml"><weight identifier="w" value="2"/>'
        "</assessmentItemRef>"
        '<assessmentItemRef identifier="2" href="a.xml"/></assessmentSection></testPart></assessmentTest>'
    ).encode()
    listed = manifest(resource("test.xml", "imsqti_test_xmlv2p1"))
    bank = read_package(zipped({"imsmanifest.xml": listed, "test.xml": test, **files}))
    assert wheres(bank) == ["B", "A", "test.xml"]
    assert reasons(bank.items[0]) == ["TEST_WEIGHT_LOST"]
    assert bank.items[2].refused is not None
    assert bank.items[2].refused.code == "TEST_NOT_KEPT"


def test_junk_of_file_managers_is_no_item_and_a_listed_file_that_is_not_there_is_said():
    files = {
        "a.xml": single(),
        "__MACOSX/._a.xml": b"\0\5\x16\7",
        "x/._a.xml": b"junk",
        "notes.xml": b"<notes/>",
    }
    listed = manifest(resource("a.xml"), resource("gone.xml"))
    bank = read_package(zipped({"imsmanifest.xml": listed, **files}))
    assert wheres(bank) == ["Câu 1", "gone.xml"]
    assert bank.items[1].refused is not None
    assert bank.items[1].refused.code == "FILE_MISSING"


def test_a_broken_item_is_refused_alone_and_with_its_line():
    bank = read_package(zipped({"a.xml": single(), "b.xml": b"<assessmentItem>\n<p></assessmentItem>"}))
    assert [one.fate for one in bank.items] == [Fate.TAKEN, Fate.REFUSED]
    assert bank.items[1].refused is not None
    assert (bank.items[1].refused.code, bank.items[1].refused.line) == ("NOT_WELL_FORMED", 2)


def test_names_that_repeat_are_told_apart_by_their_files():
    bank = read_package(zipped({"a.xml": single(), "b.xml": single()}))
    assert wheres(bank) == ["Câu 1 (a.xml)", "Câu 1 (b.xml)"]


def test_pictures_are_kept_by_their_content_and_others_are_remarked():
    shown = '<p>Hình <img src="../img/a%20b.png" alt="Sơ đồ"/></p><p><img src="../img/c.svg" alt="vẽ"/></p>'
    shown += '<p><img src="../../etc/passwd" alt="hỏng"/><img src="http://x.example/a.png" alt="xa"/></p>'
    files = {
        "q/1.xml": item(shown + choice(), response("identifier", "single", "B")),
        "img/a b.png": PICTURE,
        "img/c.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    }
    bank = read_package(zipped(files))
    assert bank.pictures == {SHA256: PICTURE}
    assert bank.items[0].stem == (
        f"<p>Hình {reference(SHA256, 'Sơ đồ')}</p><p>[vẽ]</p><p>[hỏng][xa]</p><p>Hỏi gì?</p>"
    )
    assert reasons(bank.items[0]) == ["PICTURE_LOST", "PICTURE_MISSING", "PICTURE_MISSING"]


def hotspot(width: int, *choices: str) -> bytes:
    body = (
        '<p>Chỉ ra</p><hotspotInteraction responseIdentifier="RESPONSE" maxChoices="1">'
        f'<object data="a.png" type="image/png" width="{width}" height="{width * 3 // 4}">Bản đồ</object>'
        f"{''.join(choices)}</hotspotInteraction>"
    )
    return item(body, response("identifier", "single", "H2"))


RECT = '<hotspotChoice identifier="H1" shape="rect" coords="0,0,10,10" hotspotLabel="Cổng"/>'
CIRCLE = '<hotspotChoice identifier="H2" shape="circle" coords="10,10,5"/>'


def test_areas_of_a_picture_are_told_in_its_own_pixels():
    bank = read_package(zipped({"a.xml": hotspot(20, RECT, CIRCLE), "a.png": PICTURE}))
    (read,) = bank.items
    assert read.asked is not None
    assert read.stem == f"<p>Chỉ ra</p>{reference(SHA256, 'Bản đồ')}"
    assert [place.area and place.area.coords for place in read.asked.places] == [(0, 0, 20, 20), (20, 20, 10)]
    assert (read.asked.places[0].content, read.key) == ("Cổng", Key(1, ("H2",)))
    odd = CIRCLE.replace("circle", "ellipse")
    (read,) = read_package(zipped({"a.xml": hotspot(40, RECT, odd), "a.png": PICTURE})).items
    assert read.refused is not None
    assert read.refused.code == "SHAPE_NOT_KEPT"


def test_a_shared_text_is_the_stimulus_and_of_several_they_stay_before_the_stem():
    xml = (
        b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="T">'
        b'<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">'
        b"<qti-correct-response><qti-value>b</qti-value></qti-correct-response></qti-response-declaration>"
        b'<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
        b'<qti-assessment-stimulus-ref identifier="s" href="../s/s.xml"/><qti-item-body>'
        b'<qti-choice-interaction response-identifier="RESPONSE" max-choices="1"><qti-prompt>Q?</qti-prompt>'
        b'<qti-simple-choice identifier="a">A</qti-simple-choice>'
        b'<qti-simple-choice identifier="b">B</qti-simple-choice></qti-choice-interaction></qti-item-body>'
        b'<qti-response-processing template="https://www.imsglobal.org/question/qti_v3p0/rptemplates/'
        b'match_correct.xml"/></qti-assessment-item>'
    )
    shared = b"<qti-stimulus-body><p>Chung</p></qti-stimulus-body>"
    stimulus = b"<qti-assessment-stimulus>" + shared + b"</qti-assessment-stimulus>"
    (read,) = read_package(zipped({"q/1.xml": xml, "s/s.xml": stimulus})).items
    assert (read.stem, reasons(read), read.stimulus) == ("Q?", [], Stimulus("s/s.xml", "<p>Chung</p>"))
    ref = b'<qti-assessment-stimulus-ref identifier="t" href="../s/t.xml"/>'
    several = xml.replace(b"<qti-item-body>", ref + b"<qti-item-body>")
    (read,) = read_package(zipped({"q/1.xml": several, "s/s.xml": stimulus, "s/t.xml": stimulus})).items
    assert (read.stem, reasons(read)[0]) == ("<p>Chung</p><p>Chung</p>Q?", "STIMULUS_IN_STEM")


METADATA = (
    "<lom><general><keyword><langstring>thuế</langstring></keyword></general></lom>"
    "<curriculumStandardsMetadataSet><curriculumStandardsMetadata><setOfGUIDs><labelledGUID>"
    "<label>CM01</label><caseItemURI>https://case.example/CFItems/1</caseItemURI><GUID>1</GUID>"
    "</labelledGUID><labelledGUID><GUID>abc</GUID></labelledGUID></setOfGUIDs>"
    "</curriculumStandardsMetadata></curriculumStandardsMetadataSet>"
)


def usage(identifier: str) -> bytes:
    values = {"A-Parm": "1.1", "B-Parm": "-0.5", "PTbis": "0.4", "Odd": "1"}
    inside = "".join(
        f'<ordinaryStatistic name="{name}" context="x" caseCount="250">'
        f'<targetObject identifier="{identifier}"/><value baseType="float">{value}</value>'
        "</ordinaryStatistic>"
        for name, value in values.items()
    )
    return f"<usageData>{inside}</usageData>".encode()


def test_competencies_keywords_and_statistics_are_kept():
    listed = manifest(resource("a.xml", metadata=METADATA), resource("u.xml", "qtiusagedata/xml"))
    files = {"imsmanifest.xml": listed, "a.xml": single(), "u.xml": usage("i1")}
    (read,) = read_package(zipped(files)).items
    assert read.competencies == ("https://case.example/CFItems/1", "abc")
    assert read.tags == ("thuế",)
    assert read.statistics == Statistics(1.1, -0.5, point_biserial=0.4, n_responses=250)
    assert reasons(read) == ["STATISTIC_LOST"]
    bank = read_package(zipped({**files, "b.xml": single()}))
    assert [one.statistics for one in bank.items] == [None, None]
    assert reasons(bank.items[0]) == ["STATISTICS_UNCLEAR"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "NOT_A_PACKAGE"),
        (b"%PDF-1.7", "NOT_A_PACKAGE"),
        (single(), "NOT_A_PACKAGE"),
        (b"PK\x03\x04" + bytes(40), "NOT_A_PACKAGE"),
        (zipped({}), "NO_ITEMS"),
        (zipped({"a.txt": b"x", "b.xml": b"<html/>"}), "NO_ITEMS"),
        (zipped({"a.xml": b"<questestinterop><item/></questestinterop>"}), "OLD_QTI"),
        (zipped({"../a.xml": single()}), "UNSAFE_ENTRY"),
        (zipped({"/etc/a.xml": single()}), "UNSAFE_ENTRY"),
        (zipped({"x\\..\\a.xml": single()}), "UNSAFE_ENTRY"),
        (zipped({"C:/a.xml": single()}), "UNSAFE_ENTRY"),
        (zipped({"a.xml": single(), "bomb.bin": bytes(30_000_000)}), "TOO_LARGE"),
        (zipped({f"{n}.xml": b"" for n in range(archive.LEAST_ENTRIES + 1)}), "TOO_LARGE"),
    ],
)
def test_what_is_no_package_is_refused_whole(data, code):
    assert refused(data) == code


def test_a_whole_file_that_is_no_item_is_refused():
    for data in (
        b"",
        b"<html/>",
        b"<a",
        b"\xff\xfe\0",
        b"PK\3\4",
        b"<?xml version='1.0' encoding='x-y'?><a/>",
    ):
        with pytest.raises(ImportRefused) as refusal:
            read_item(data)
        assert refusal.value.code == "NOT_AN_ITEM"


def test_entities_and_document_types_are_never_read():
    bomb = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]>' + single()
    outside = b'<!DOCTYPE a SYSTEM "file:///etc/passwd">' + single()
    assert read_item(outside) == read_item(single())  # not followed, and so without harm
    assert read_item(outside.replace("Hỏi".encode(), b"&Aacute;&lt;")).stem == "Á&lt; gì?"
    for text in (bomb, outside + b"<!DOCTYPE b>", bomb.decode().encode("utf-16")):
        with pytest.raises(ImportRefused) as refusal:
            read_item(text)
        assert refusal.value.params["reason"] == "DTD_IN_FILE"
    bank = read_package(zipped({"a.xml": bomb, "b.xml": single()}))
    assert [one.fate for one in bank.items] == [Fate.TAKEN, Fate.REFUSED]


def test_a_bomb_within_a_picture_or_a_deep_file_costs_little():
    deep = b"<assessmentItem>" + b"<p>" * 5_000 + b"</p>" * 5_000 + b"</assessmentItem>"
    wide = b"<assessmentItem>" + b"".join(b"<p>%d</p>" % n for n in range(100_000)) + b"</assessmentItem>"
    data = zipped({"a.xml": deep, "b.xml": wide})
    tracemalloc.start()
    started = time.process_time()
    bank = read_package(data)
    seconds, (_now, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(one.fate is Fate.REFUSED for one in bank.items)
    assert seconds < 10
    assert peak < 120_000_000


def test_an_entry_that_lies_about_its_size_is_read_no_further_than_allowed():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.xml", single() + b" " * 3_000_000)
    lying = target.getvalue().replace(
        (len(single()) + 3_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little")
    )
    assert refused(lying) in {"DAMAGED_FILE", "NO_ITEMS", "NOT_A_PACKAGE"}


EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x00]]>&amp;'


@pytest.mark.parametrize("version", ["2.1", "2.2", "3.0"])
def test_hostile_text_in_every_field_comes_out_harmless(version):
    words = from_authored(EVIL)
    asked = Asked(Interaction.SINGLE_CHOICE, (Option("A", words), Option("B", words)))
    hostile = ForeignItem(
        EVIL, words, asked, Key(1, ("B",)), words, language=EVIL, category=(EVIL,), tags=(EVIL,),
        competencies=(EVIL,), statistics=Statistics(a=1.0),
    )  # fmt: skip
    gaps = Asked(Interaction.GAP_MATCH, (Option("A", words),), (Place("g"),))
    package, _lost = write_package(
        [hostile, ForeignItem("g", f"{words} [[g]]", gaps, Key(1, ("A>g",)))], {}, version
    )
    bank = read_package(package)
    assert [one.fate for one in bank.items] == [Fate.TAKEN, Fate.TAKEN]
    with zipfile.ZipFile(io.BytesIO(package)) as made:
        for name in made.namelist():
            assert b"<script" not in made.read(name)
            assert b"<img" not in made.read(name)
    for one in bank.items:
        assert "<script" not in f"{one.stem}{one.rationale}"


def test_hostile_markup_of_a_file_is_taken_away():
    body = (
        '<div onclick="x()"><script>alert(1)</script><p style="x">A</p><iframe src="http://x.example/"/>'
        '<img src="javascript:alert(1)" alt="x" onerror="y"/></div>'
    )
    read = read_item(item(body + choice(), response("identifier", "single", "B")))
    assert read.stem == "<p>A</p>[x] <p>Hỏi gì?</p>"
    assert set(reasons(read)) == {"MARKUP_LOST", "MEDIA_LOST", "PICTURE_MISSING"}


def test_scoring_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(read, "PACKAGE_STEPS", 200_000)
    never = '<match><variable identifier="RESPONSE"/><null/></match>' * 3_000
    choices = "".join(f'<simpleChoice identifier="c{n}">{n}</simpleChoice>' for n in range(12))
    xml = item(
        choice(most=0, choices=choices),
        response("identifier", "multiple", "c1"),
        processing(when(f"<or>{never}</or>", sets(1))),
    )
    started = time.process_time()
    bank = read_package(zipped({f"{n}.xml": xml for n in range(8)}))
    assert {one.refused and one.refused.code for one in bank.items} == {"SCORING_TOO_LONG"}
    assert time.process_time() - started < 8


def nested(tag: str, depth: int) -> str:
    return f"<{tag}>" * depth + "<mi>x</mi>" + f"<mn>2</mn></{tag}>" * depth


SQUARED = sets(f"<product>{variable('SCORE')}{variable('SCORE')}</product>")
CHAIN = "".join(sets(variable(f"S{n + 1}"), f"S{n}") for n in range(3_000)) + sets(variable("S0"))
ENTRY = '<p>x <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
NEAR = '<equal toleranceMode="absolute" tolerance="1">{}</equal>'
COSTLY = {
    "nested formulas": item(f"<p>a<math>{nested('msup', 60)}</math></p>" + choice(), response()),
    "many formulas": item("<p><math><mi>x</mi></math></p>" * 3_000 + choice(), response()),
    "repeated squares": item(choice(), response(), processing(sets(10**30), *[SQUARED] * 60)),
    "a product of powers": item(choice(), response(), processing(
        sets(f"<product>{literal('9e99', 'float') * 5_000}</product>"))),
    "outcomes of outcomes": item(choice(), response(), processing(CHAIN)),
    "many entries": item(choice(most=0), response("identifier", "multiple", mapping=mapped(
        {f"k{n}": 1 for n in range(5_000)})), processing(sets('<mapResponse identifier="RESPONSE"/>'))),
    "white space": b" " * 900_000 + single(),
    "many numbers": item(ENTRY, response("float"), processing(
        *(when(NEAR.format(literal(str(n), "float") + variable()), sets(1)) for n in range(2_000)))),
    "many marks": item("<p>" + "[[a" * 100_000 + "</p>" + choice(), response("identifier", "single", "B")),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_what_is_made_to_be_costly_is_not(name):
    started = time.process_time()
    read_package(zipped({"a.xml": COSTLY[name]}))
    assert time.process_time() - started < 6


def test_openers_of_formulas_without_end_cost_one_pass_when_written():
    asked = Asked(Interaction.SINGLE_CHOICE, (Option("A", "a"), Option("B", "b")))
    started = time.process_time()
    for opener in (r"\( ", r"\[ ", "$$ ", "[[a: "):
        write_package([ForeignItem("x", opener * 50_000 + "x", asked, Key(1, ("B",)))], {}, "2.1")
    assert time.process_time() - started < 10


def test_what_cannot_be_written_is_remarked():
    broken = ForeignItem("X", refused=None)
    area = Asked(Interaction.MATCH, (Option("A", "a"),), (Place("x", "x"),))
    across = Asked(Interaction.HOTTEXT, places=(Place("h1", "a"), Place("h2", "b")))
    package, lost = write_package(
        [broken, ForeignItem("Y", "s", area, Key(1, ("A>q",))),
         ForeignItem("Z", "<b>[[h1:a</b>]] [[h2:b]]", across, Key(1, ("h1",)))],
        {}, "2.2",
    )  # fmt: skip
    assert [(where, remark.params["reason"]) for where, remark in lost] == [
        ("X", "REFUSED"),
        ("Y", "KEY_NO_RESPONSE"),
        ("Z", "NOT_WELL_FORMED"),
    ]
    assert refused(package) == "NO_ITEMS"
    with pytest.raises(InvalidItem):
        write_package([], {}, "1.2")


ONE = ForeignItem("Câu", "Bao lâu?", single_choice("02 giờ", "04 giờ"), Key(1, ("B",)))


SAID = BankFacts("CODE-1", "T01", CognitiveLevel.APPLY, "Điều 5 Luật Hải quan", 0.5, Pool.PRACTICE, ("B-2",))


def test_a_manifest_read_a_resource_at_a_time_says_the_same():
    written = write_package(
        [replace(ONE, where=f"Câu {n}", category=("T01",), facts=SAID) for n in range(30)], {}, "3.0"
    )[0]
    with zipfile.ZipFile(io.BytesIO(written)) as package:
        manifest = package.read("imsmanifest.xml")
    based = manifest.replace(b"<resources>", b'<resources xml:base="x/">')
    for data in (manifest, based):
        assert list(resources_in(data)) == resources_of(parse(data))
    for hostile in (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", b"<a><resource></a>", b"<a>" * 90 + b"</a>" * 90):
        with pytest.raises(Refused):
            list(resources_in(hostile))


def test_a_manifest_of_more_elements_than_a_file_has_still_says_what_the_items_are():
    metadata = "<lom><general><keyword><string>hải quan</string></keyword></general></lom>"
    listing = manifest(resource("a.xml", metadata=metadata), "<x/>" * 41_000)
    (read_back,) = read_package(zipped({"imsmanifest.xml": listing, "a.xml": single()})).items
    assert read_back.tags == ("hải quan",)


def test_what_is_too_deep_or_too_long_is_refused_by_a_look_as_by_the_reading():
    for levels, children in ((MAX_DEPTH, 1), (MAX_DEPTH + 1, 1), (2, 40_001), (2, 39_000)):
        inside = b"<b/>" * (children - 1)
        data = b"<a>" * levels + inside + b"</a>" * levels
        found = []
        for attempt in (parse, Looked):
            try:
                attempt(data)
                found.append("")
            except Refused as refused:
                found.append(refused.remark.code)
        assert found[0] == found[1], (levels, children, found)
    assert Looked(b"<a b='1'><c/>x</a>").tree() is not None
    assert Looked(b"<qti-x my-a='1'>x<c/></qti-x>").root.attributes == {"myA": "1"}


def test_reading_a_large_package_says_how_far_it_is_and_can_be_stopped():
    items = [replace(ONE, where=f"Câu {n}") for n in range(450)]
    data = write_package(items, {}, "2.1")[0]
    said: list[tuple[int, int]] = []
    assert len(read_package(data, lambda done, total: said.append((done, total))).items) == 450
    assert said == [(200, 450), (400, 450)]

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_package(data, stop)
