"""Moodle XML files: each type of question taken, degraded with what was lost, or refused by name."""

from __future__ import annotations

import base64
import hashlib
import time
from decimal import Decimal
from fractions import Fraction

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import BankFacts, Fate, ForeignBank, ForeignItem
from item_bank.formats.moodle_xml import read_moodle_xml, write_moodle_xml
from item_bank.interactions.asked import Area, Asked, Option, Place
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key, share
from item_bank.pool import Pool
from item_bank.stimulus import Stimulus
from item_bank.taxonomy import CognitiveLevel
from tests.unit.item_bank.pictures import png

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def quiz(*questions: str, head: str = HEAD) -> bytes:
    return f"{head}<quiz>{''.join(questions)}</quiz>".encode()


def question(kind: str, inside: str = "", stem: str = "Thân câu hỏi", **attributes: str) -> str:
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<question type="{kind}"{said}><name><text>Câu 1</text></name>'
        f'<questiontext format="html"><text><![CDATA[{stem}]]></text></questiontext>{inside}</question>'
    )


def answer(text: str, fraction: str = "0", more: str = "") -> str:
    return f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{more}</answer>'


def read(*questions: str) -> ForeignBank:
    return read_moodle_xml(quiz(*questions))


def only(kind: str, inside: str = "", stem: str = "Thân câu hỏi", **attributes: str) -> ForeignItem:
    (item,) = read(question(kind, inside, stem, **attributes)).items
    return item


def taken(kind: str, inside: str = "", stem: str = "Thân câu hỏi") -> tuple[ForeignItem, Asked, Key]:
    item = only(kind, inside, stem)
    assert item.refused is None, item.refused
    assert item.asked is not None
    assert item.key is not None
    return item, item.asked, item.key


def codes(item: ForeignItem) -> list[str]:
    return [remark.code for remark in item.lost]


def contents(asked: Asked) -> list[str]:
    return [option.content for option in asked.options]


CHOICE = "<single>true</single>" + answer("một", "100") + answer("hai") + answer("ba")


def test_single_choice_with_all_that_a_question_has_besides():
    inside = (
        '<generalfeedback format="html"><text><![CDATA[<p>Điều 5</p>]]></text></generalfeedback>'
        "<defaultgrade>2.5000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden><idnumber/>"
        "<shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>"
        "<correctfeedback format='html'><text>Your answer is correct.</text></correctfeedback>"
        "<tags><tag><text>thuế</text></tag><tag><text>T05</text></tag></tags>" + CHOICE
    )
    item = only("multichoice", inside, "<p>Chọn <b>một</b></p>", lang="vi")
    assert item.fate is Fate.TAKEN
    assert (item.where, item.stem, item.rationale) == ("Câu 1", "<p>Chọn <b>một</b></p>", "<p>Điều 5</p>")
    assert (item.max_mark, item.language, item.tags) == (2.5, "vi", ("thuế", "T05"))
    assert item.asked is not None
    assert contents(item.asked) == ["một", "hai", "ba"]
    assert item.key == Key(1, ("A",))


def test_what_has_no_place_in_the_bank_is_named():
    inside = (
        "<penalty>0.5</penalty><hidden>1</hidden><idnumber>MH 7/a</idnumber><defaultgrade>0</defaultgrade>"
        "<shuffleanswers>0</shuffleanswers><hint format='html'><text>gợi ý</text></hint>"
        "<correctfeedback><text>Giỏi!</text></correctfeedback><image>a.gif</image>"
        + CHOICE
        + answer("bốn", "0", "<feedback><text>không</text></feedback>")
    )
    item = only("multichoice", inside)
    assert item.fate is Fate.DEGRADED
    assert sorted(codes(item)) == [
        "COMBINED_FEEDBACK_LOST",
        "ELEMENT_LOST",
        "FEEDBACK_LOST",
        "FIXED_ORDER_LOST",
        "HIDDEN",
        "HINTS_LOST",
        "IDNUMBER_LOST",
        "INVALID_MARK",
        "PENALTY_LOST",
    ]
    assert {remark.line for remark in item.lost} == {2}


def test_what_the_bank_itself_wrote_as_number_tags_and_marked_html_are_its_facts():
    tags = "".join(
        f"<tag><text>{tag}</text></tag>"
        for tag in (
            "thuế",
            "topic:T05",
            "level:apply",
            "level:lạ",
            "pool:practice",
            "share:0.7",
            "enemy:T05-2",
        )
    )
    stem = '<div class="bank-stimulus" title="S1"><p>Chung</p></div><p>Hỏi</p>'
    said = '<generalfeedback format="html"><text><![CDATA[Vì<p class="bank-law">Điều 5 &amp; 6</p>]]></text>'
    inside = f"<idnumber>T05-001</idnumber><tags>{tags}</tags>{said}</generalfeedback>{CHOICE}"
    item = only("multichoice", inside, stem)
    assert item.facts == BankFacts(
        "T05-001", "T05", CognitiveLevel.APPLY, "Điều 5 & 6", 0.7, Pool.PRACTICE, ("T05-2",)
    )
    assert (item.tags, item.stem, item.rationale) == (("thuế", "level:lạ"), "<p>Hỏi</p>", "Vì")
    assert (item.stimulus, item.fate) == (Stimulus("S1", "<p>Chung</p>"), Fate.TAKEN)


def test_a_file_without_facts_of_the_bank_leaves_them_empty():
    assert only("multichoice", CHOICE).facts == BankFacts()
    assert only("multichoice", CHOICE).stimulus is None


def test_a_rubric_of_the_bank_is_read_and_other_notes_are_lost():
    table = '<table class="bank-rubric"><tr><td>Nêu đủ &lt;3&gt; bước</td><td>10</td></tr></table>'
    notes = f'<graderinfo format="html"><text><![CDATA[{table}]]></text></graderinfo>'
    _item, _asked, key = taken("essay", notes)
    assert key.rubric == (Criterion("Nêu đủ <3> bước", 10),)
    notes = notes.replace(' class="bank-rubric"', "")
    assert codes(only("essay", notes)) == ["GRADER_NOTES_LOST"]


def test_rounded_thirds_are_thirds_and_equal_parts_are_credit_by_parts():
    right = "".join(answer(text, "33.33333") for text in "abc")
    _item, asked, key = taken("multichoice", f"<single>false</single>{right}{answer('d', '-33.33333')}")
    assert key == Key(1, ("A B C",), Credit.PARTS)
    _item, asked, key = taken("multichoice", f"<single>false</single>{right}{answer('d')}")
    assert [share(asked, key, response) for response in ("A B C", "A B", "A B D")] == [
        1,
        Fraction(2, 3),
        Fraction(2, 3),
    ]


@pytest.mark.parametrize("percents", [("33.33", "33.33", "33.34"), ("66.667", "16.667", "16.667")])
def test_parts_that_add_up_as_written_or_as_meant_are_taken(percents: tuple[str, ...]):
    inside = "".join(answer(f"x{n}", percent) for n, percent in enumerate(percents)) + answer("sai")
    _item, asked, key = taken("multichoice", f"<single>false</single>{inside}")
    assert share(asked, key, "A B C") == 1


def test_all_or_nothing_choice_is_whole_credit():
    _item, asked, key = taken("multichoiceset", answer("a", "100") + answer("b", "100") + answer("c"))
    assert asked.interaction is Interaction.MULTIPLE_RESPONSE
    assert key == Key(1, ("A B",), Credit.WHOLE)


@pytest.mark.parametrize(("words", "key"), [(("true", "false"), "F"), (("Sai", "Đúng"), "T")])
def test_true_or_false_goes_by_the_words(words: tuple[str, str], key: str):
    _item, _asked, found = taken("truefalse", answer(words[0]) + answer(words[1], "100"))
    assert found == Key(1, (key,))


def test_short_text_keeps_capitals_and_parts():
    inside = "<usecase>1</usecase>" + answer("VNACCS", "100") + answer("VCIS", "33.33333") + answer("*", "0")
    _item, asked, key = taken("shortanswer", inside)
    assert key.with_case
    assert [share(asked, key, text) for text in ("VNACCS", "VCIS", "vnaccs")] == [1, Fraction(1, 3), 0]


def test_a_pattern_beside_a_text_is_lost_and_named():
    item, _asked, key = taken("shortanswer", answer("tờ khai", "100") + answer("tờ*", "50"))
    assert key.accepted == ("tờ khai",)
    assert [(loss.code, loss.params) for loss in item.lost] == [("WILDCARD_LOST", {"value": "tờ*"})]


def test_numbers_keep_their_tolerance_and_lose_their_units():
    inside = answer("12.5", "100", "<tolerance>0.25</tolerance>") + answer("*", "0")
    units = "<units><unit><multiplier>1</multiplier><unit_name>kg</unit_name></unit></units>"
    item, _asked, key = taken("numerical", f"{inside}{units}<unitgradingtype>1</unitgradingtype>")
    assert (key.accepted, key.tolerance) == (("12.5",), Decimal("0.25"))
    assert [(loss.code, loss.params) for loss in item.lost] == [
        ("UNITS_LOST", {"units": ("kg",), "graded": True})
    ]


def pair(place: str, option: str) -> str:
    return (
        f'<subquestion format="html"><text><![CDATA[{place}]]></text>'
        f"<answer><text><![CDATA[{option}]]></text></answer></subquestion>"
    )


def test_matching_with_equal_options_and_a_distractor():
    inside = pair("<i>Một</i>", "lẻ") + pair("Hai", "chẵn") + pair("Ba", "lẻ") + pair("", "cả hai")
    _item, asked, key = taken("matching", inside)
    assert contents(asked) == ["chẵn", "cả hai", "lẻ"]
    assert [place.content for place in asked.places] == ["<i>Một</i>", "Hai", "Ba"]
    assert key == Key(1, ("C>1 A>2 C>3",), Credit.PARTS)


def test_an_order_is_not_told_by_the_letters():
    inside = "".join(answer(text, f"{n}.0000000") for n, text in enumerate(("Khai", "Nộp", "Đóng"), start=1))
    item, asked, key = taken("ordering", f"<gradingtype>ALL_OR_NOTHING</gradingtype>{inside}")
    assert contents(asked) == ["Khai", "Nộp", "Đóng"]
    assert key == Key(1, ("A B C",), Credit.WHOLE)
    item, asked, key = taken(
        "ordering", "".join(answer(text, str(n)) for n, text in enumerate("cab", start=1))
    )
    assert contents(asked) == ["a", "b", "c"]
    assert key == Key(1, ("C A B",), Credit.PARTS)
    assert codes(item) == ["CREDIT_CHANGED"]


def test_an_essay_has_no_key_and_loses_what_only_its_marker_saw():
    notes = "<graderinfo format='html'><text>thang điểm</text></graderinfo>"
    item, asked, key = taken(
        "essay", f"<responseformat>editor</responseformat><attachments>1</attachments>{notes}"
    )
    assert (asked.interaction, key) == (Interaction.ESSAY, Key(1, ()))
    assert codes(item) == ["ATTACHMENTS_LOST", "GRADER_NOTES_LOST"]


def test_words_dragged_into_a_text_are_a_gap_match():
    boxes = "".join(f"<dragbox><text>{text}</text><group>1</group></dragbox>" for text in ("30", "10"))
    infinite = "<dragbox><text>ngày</text><group>1</group><infinite/></dragbox>"
    item, asked, key = taken("ddwtos", boxes + infinite, "Nộp trong [[1]] [[3]], muộn [[2]] [[3]].")
    assert item.fate is Fate.TAKEN
    assert item.stem == "Nộp trong [[1]] [[2]], muộn [[3]] [[4]]."
    assert [(one.content, one.at_most) for one in asked.options] == [("10", 1), ("30", 1), ("ngày", None)]
    assert key == Key(1, ("B>1 C>2 A>3 C>4",), Credit.PARTS)


def test_groups_of_words_are_merged_and_that_is_named():
    boxes = "".join(f"<dragbox><text>{n}</text><group>{n}</group></dragbox>" for n in (1, 2))
    assert codes(only("ddwtos", boxes, "[[1]] [[2]]")) == ["GROUPS_MERGED"]


def test_words_selected_in_a_text_are_inline_choice():
    options = (("10", 1), ("30", 1), ("ngày", 2), ("giờ", 2))
    choices = "".join(
        f"<selectoption><text>{text}</text><group>{group}</group></selectoption>" for text, group in options
    )
    item, asked, key = taken("gapselect", f"<shuffleanswers>0</shuffleanswers>{choices}", "Trong [[2]] [[3]]")
    assert item.stem == "Trong [[1]] [[2]]"
    assert [(one.place, one.content) for one in asked.options] == [
        ("1", "10"),
        ("1", "30"),
        ("2", "ngày"),
        ("2", "giờ"),
    ]
    assert key == Key(1, ("1_2>1 2_1>2",), Credit.PARTS)


def test_cloze_of_lists_is_inline_choice_with_its_weights():
    stem = "<p>Nộp {1:MULTICHOICE:10#sai~=30~%50%20} {2:MCS:giờ~=ngày\\~đêm}.</p>"
    item, asked, key = taken("cloze", "", stem)
    assert item.stem == "<p>Nộp [[1]] [[2]].</p>"
    assert item.max_mark == 3
    assert contents(asked) == ["10", "30", "20", "giờ", "ngày~đêm"]
    earned = [share(asked, key, given) for given in ("1_2>1 2_2>2", "1_3>1 2_2>2", "1_2>1")]
    assert earned == [1, Fraction(5, 6), Fraction(1, 3)]
    assert codes(item) == ["FEEDBACK_LOST"]


def test_cloze_with_one_typed_gap_is_taken_and_a_mixed_one_refused():
    item, asked, key = taken("cloze", "", "Thủ đô: {1:SHORTANSWER_C:=Hà&nbsp;Nội~%50%Hanoi}.")
    assert item.stem == "Thủ đô: _____."
    assert key.with_case
    assert share(asked, key, "Hà Nội") == 1
    _item, asked, key = taken("multianswer", "", "Sôi ở {2:NUMERICAL:=100:0.5#đúng} độ")
    assert (key.accepted, key.tolerance) == (("100",), Decimal("0.5"))
    refused = only("cloze", "", "{1:SA:=a} {1:MC:=b~c}").refused
    assert refused is not None
    assert (refused.code, refused.params) == ("CLOZE_NOT_SUPPORTED", {"kinds": ("MC", "SA"), "count": 2})


@pytest.mark.parametrize(
    "kind",
    [
        *("description", "random", "calculated", "calculatedsimple", "calculatedmulti", "ddmarker"),
        *("ddimageortext", "randomsamatch", "stack", "coderunner", ""),
    ],
)
def test_types_that_have_no_equal_here_are_refused_by_name(kind: str):
    item = only(kind, CHOICE)
    assert item.refused is not None
    assert (item.refused.code, item.refused.params, item.refused.line) == (
        "TYPE_NOT_SUPPORTED",
        {"type": kind},
        2,
    )
    assert item.stem == "Thân câu hỏi"


@pytest.mark.parametrize(
    ("kind", "inside", "code"),
    [
        ("multichoice", answer("a") + answer("b"), "NO_KEY"),
        ("multichoice", answer("a", "90") + answer("b"), "NO_KEY"),
        ("multichoice", answer("a", "100") + answer("b", "100"), "TWO_KEYS"),
        ("multichoice", answer("a", "hai") + answer("b", "100"), "BAD_FRACTION"),
        ("multichoice", answer("a", "1e2") + answer("b"), "BAD_FRACTION"),
        (
            "multichoice",
            "<single>0</single>" + answer("a", "50") + answer("b", "25"),
            "FRACTIONS_DO_NOT_ADD_UP",
        ),
        (
            "multichoice",
            "<single>0</single>" + answer("a", "100") + answer("b", "50"),
            "FRACTIONS_DO_NOT_ADD_UP",
        ),
        ("multichoice", "<single>0</single>" + answer("a", "-50") + answer("b"), "NO_KEY"),
        ("multichoice", "", "NO_KEY"),
        ("multichoice", answer("a", "100"), "WRONG_NUMBER_OF_OPTIONS"),
        ("multichoice", answer("a", "100") + answer("a"), "EQUAL_OPTIONS"),
        ("multichoice", answer("", "100") + answer("a"), "EMPTY_PART"),
        (
            "multichoice",
            '<answer fraction="100"><text><b>x</b></text></answer>' + answer("a"),
            "TEXT_HAS_ELEMENTS",
        ),
        ("multichoiceset", answer("a", "50") + answer("b"), "BAD_FRACTION"),
        ("multichoiceset", answer("a") + answer("b"), "KEY_MISSING"),
        ("truefalse", answer("true", "100") + answer("false", "100"), "NO_KEY"),
        ("truefalse", answer("true") + answer("false"), "NO_KEY"),
        ("truefalse", answer("Oui", "100") + answer("Non"), "TRUE_FALSE_UNCLEAR"),
        ("shortanswer", answer("tờ*", "100"), "WILDCARD_KEY"),
        ("shortanswer", answer("tờ", "50"), "NO_KEY"),
        ("numerical", answer("một", "100"), "NOT_A_NUMBER"),
        ("numerical", answer("*", "100"), "WILDCARD_KEY"),
        ("essay", "<attachmentsrequired>1</attachmentsrequired>", "FILE_WANTED"),
        ("ordering", answer("a", "2") + answer("b", "1"), "ORDER_UNCLEAR"),
        ("ddwtos", "<dragbox><text>a</text></dragbox>", "NO_GAPS"),
        ("matching", "", "WRONG_NUMBER_OF_OPTIONS"),
        ("matching", pair("", "x"), "WRONG_NUMBER_OF_PLACES"),
        ("cloze", "", "NO_GAPS"),
    ],
)
def test_a_key_is_never_guessed(kind: str, inside: str, code: str):
    item = only(kind, inside)
    assert item.refused is not None
    assert item.refused.code == code
    assert item.asked is item.key is None


def test_categories_and_their_paths():
    switch = '<question type="category"><category><text>{}</text></category></question>'
    bank = read(
        question("essay"),
        switch.format("$course$/top/Chuyên đề 1/Thuế//phí"),
        question("essay"),
        switch.format("$system$/top"),
        question("essay"),
    )
    assert [item.category for item in bank.items] == [(), ("Chuyên đề 1", "Thuế/phí"), ()]


def with_file(stem: str, data: bytes, name: str = "hình 1.png") -> str:
    packed = base64.b64encode(data).decode()
    return (
        f'<question type="essay"><name><text>Câu 1</text></name><questiontext format="html">'
        f'<text><![CDATA[{stem}]]></text><file name="{name}" path="/" encoding="base64">{packed}</file>'
        "</questiontext></question>"
    )


def test_a_picture_travels_with_its_text():
    stem = 'Xem <img src="@@PLUGINFILE@@/h%C3%ACnh%201.png" alt="Con dấu &amp; chữ" width="9" onerror="x()">'
    bank = read(with_file(stem, png()))
    sha256 = hashlib.sha256(png()).hexdigest()
    assert bank.pictures == {sha256: png()}
    assert bank.items[0].stem == f'Xem <img src="media:{sha256}" alt="Con dấu &amp; chữ">'
    assert bank.items[0].fate is Fate.TAKEN


@pytest.mark.parametrize(
    ("stem", "data", "loss"),
    [
        ("<img src='@@PLUGINFILE@@/b.png' alt='x'>", png(), "FILE_MISSING"),
        ("<img src='@@PLUGINFILE@@/a.png' alt='x'>", b"<svg onload=alert(1)>", "IMAGE_IS_SVG"),
        ("<img src='@@PLUGINFILE@@/a.png' alt='x'>", png()[:-3], "IMAGE_DAMAGED"),
        ("<img src='@@PLUGINFILE@@/a.png' alt='x'>", png() + bytes(1_500_000), "IMAGE_TOO_LARGE"),
        ("<img src='https://xau.example/a.png' alt='x'>", png(), "PICTURE_ELSEWHERE"),
        ("<img src='data:image/png;base64,%%%' alt='x'>", png(), "IMAGE_DAMAGED"),
        ("<img src='javascript:alert(1)' alt='x'>", png(), "PICTURE_ELSEWHERE"),
    ],
)
def test_a_picture_that_cannot_come_along_is_named_and_its_words_stay(stem: str, data: bytes, loss: str):
    bank = read(with_file(f"Xem {stem} đây", data, "a.png"))
    (item,) = bank.items
    assert item.stem == "Xem x đây"
    assert bank.pictures == {}
    lost = [remark.params["reason"] for remark in item.lost if remark.code == "PICTURE_LOST"]
    assert lost == [loss]


def test_a_picture_without_words_gets_its_name_and_files_without_use_are_named():
    item = read(with_file("Xem <img src='@@PLUGINFILE@@/a.png'>", png(), "a.png")).items[0]
    assert 'alt="a"' in item.stem
    assert codes(item) == ["PICTURE_WITHOUT_WORDS"]
    assert codes(read(with_file("Xem", png())).items[0]) == ["FILE_NOT_USED"]


@pytest.mark.parametrize(
    ("raw", "stem", "lost"),
    [
        ("<h2>Đề</h2><div>một</div><div>hai</div>", "Đề<br>một<br>hai", ["MARKUP_LOST"]),
        ("<p dir='ltr' style='text-align:left'><span>a</span></p>", "<p>a</p>", []),
        ("<div><p>a</p></div><p>b</p>", "<p>a</p><p>b</p>", []),
        ("a <span style='text-decoration: underline'>b</span>", "a b", ["STYLE_LOST"]),
        ("<a href='http://x.vn'>luật</a>", "luật", ["LINK_LOST"]),
        ("nghe <audio controls><source src='a.mp3'></audio>", "nghe", ["MEDIA_LOST", "MEDIA_LOST"]),
        ("a<script>alert(1)</script><style>b{}</style>", "a", ["SCRIPT_LOST", "SCRIPT_LOST"]),
        ("<span lang='vi' class='multilang'>a</span>", "a", ["SEVERAL_LANGUAGES"]),
        (r"[tex]x^2[/tex] và \(y\) và $$z$$", r"\(x^2\) và \(y\) và $$z$$", []),
        (r"\(\xau\)", r"\(\xau\)", ["FORMULA_UNKNOWN_COMMAND"]),
        ("2<sup>3</sup> &lt; 9&nbsp;&amp; <table><tr><td>x</td></tr></table>", None, []),
    ],
)
def test_what_becomes_of_html(raw: str, stem: str | None, lost: list[str]):
    item = only("essay", "", raw)
    assert stem is None or item.stem == stem
    assert codes(item) == lost


@pytest.mark.parametrize(
    ("form", "stem"),
    [
        ("html", "a b<b>c</b>"),
        ("moodle_auto_format", "a<br>b<b>c</b>"),
        ("plain_text", "a<br>b&lt;b&gt;c&lt;/b&gt;"),
        ("markdown", "a<br>b&lt;b&gt;c&lt;/b&gt;"),
        ("lạ", "a b<b>c</b>"),
    ],
)
def test_text_formats(form: str, stem: str):
    text = f'<questiontext format="{form}"><text>a\nb&lt;b&gt;c&lt;/b&gt;</text></questiontext>'
    (item,) = read(f'<question type="essay"><name><text>x</text></name>{text}</question>').items
    assert item.stem == stem
    assert bool(item.lost) == (form in {"markdown", "lạ"})


BOMB = (
    '<!DOCTYPE quiz [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {chr(98 + n)} "{"&" + chr(97 + n) + ";"}{"&" + chr(97 + n) + ";" * 9}">' for n in range(9)
    )
    + "]>"
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "DAMAGED_FILE"),
        (b"chi la chu", "DAMAGED_FILE"),
        (quiz("<question>"), "DAMAGED_FILE"),
        (quiz() + b"<quiz/>", "DAMAGED_FILE"),
        (quiz("&nbsp;"), "DAMAGED_FILE"),
        (b"<?xml version='1.0' encoding='klingon'?><quiz/>", "DAMAGED_FILE"),
        (quiz(), "NO_ITEMS"),
        (b"<html><body/></html>", "NOT_MOODLE_XML"),
        (b"PK\x03\x04", "DAMAGED_FILE"),
        (quiz("<x>&j;</x>", head=BOMB), "DTD_IN_FILE"),
        (quiz("&x;", head='<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "DTD_IN_FILE"),
        (b"<!-- <quiz> -->" + BOMB.encode() + b'<quiz a="&j;">&j;</quiz>', "DTD_IN_FILE"),
        (quiz("<a>" * 100 + "</a>" * 100), "TOO_LARGE"),
        (quiz("<a/>" * 300_001), "TOO_LARGE"),
        (b"<quiz>" + b"<a>" * 5_000_000, "DAMAGED_FILE"),
        (b" " * (48 * 1024 * 1024 + 1), "TOO_LARGE"),
    ],
)
def test_a_file_that_is_none_or_means_harm_is_refused_whole_and_soon(data: bytes, code: str):
    began = time.process_time()
    with pytest.raises(ImportRefused) as refusal:
        read_moodle_xml(data)
    assert refusal.value.code == code
    assert time.process_time() - began < 5


def test_other_encodings_and_a_byte_order_mark_are_read():
    text = f"<quiz>{question('essay', stem='Thuế')}</quiz>"
    assert read_moodle_xml(b"\xef\xbb\xbf" + text.encode()).items[0].stem == "Thuế"
    assert read_moodle_xml(f'<?xml version="1.0"?>{text}'.encode("utf-16")).items[0].stem == "Thuế"


def test_an_unknown_element_is_no_item_and_takes_none_with_it():
    items = read("<category/>", question("essay")).items
    assert [item.refused and item.refused.code for item in items] == ["ELEMENT_UNKNOWN", None]


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:x'>b</a><b onclick=x>c</b>"
)


def test_hostile_markup_comes_out_harmless_in_every_field():
    feedback = f"<generalfeedback format='html'><text><![CDATA[{HOSTILE}]]></text></generalfeedback>"
    gaps = "".join(f"<selectoption><text><![CDATA[{text}]]></text></selectoption>" for text in (HOSTILE, "x"))
    questions = [
        question("multichoice", feedback + answer(HOSTILE, "100") + answer("x"), HOSTILE),
        question("matching", pair(HOSTILE, HOSTILE) + pair("a", "b"), HOSTILE),
        question("ordering", answer(HOSTILE, "1") + answer("x", "2"), HOSTILE),
        question("gapselect", gaps, HOSTILE + "[[1]]"),
        question("cloze", "", HOSTILE + "{1:MC:=" + HOSTILE + "~x}"),
    ]
    for item in read(*questions).items:
        assert item.refused is None, item.refused
        assert item.asked is not None
        parts = [part.content for part in (*item.asked.options, *item.asked.places)]
        for markup in (item.stem, item.rationale, *parts):
            assert not any(sign in markup for sign in ("<script", "<img", "<a", "onclick=x>", "href"))


def test_the_writer_says_what_moodle_has_no_place_for():
    areas = tuple(Place(id_, id_, Area("circle", (9, 9, 5))) for id_ in "XY")
    four = tuple(Option(id_, f"Phương án {id_}") for id_ in "ABCD")
    picture = f'Xem <img src="media:{"0" * 64}" alt="dấu">'
    items = [
        ForeignItem("c1", "Chỉ ra", Asked(Interaction.HOTSPOT, (), areas), Key(1, ("X",))),
        ForeignItem("c2", "Làm", Asked(Interaction.PRACTICAL), Key(1, ())),
        ForeignItem("c3", picture, Asked(Interaction.ESSAY), Key(1, ()), competencies=("NL1",)),
        ForeignItem("c4", "Chọn", Asked(Interaction.SINGLE_CHOICE, four), Key(1, ("A", "B"))),
        ForeignItem("c6", "Lạ", Asked(Interaction.SINGLE_CHOICE, four), Key(1, ("Z",))),
        ForeignItem("c7", "Chỗ [[1]]", Asked(Interaction.ESSAY), Key(1, ())),
        ForeignItem("c5", "Nhiều", Asked(Interaction.MULTIPLE_RESPONSE, four), Key(1, ("A B",))),
    ]
    data, lost = write_moodle_xml(items)
    assert [(where, remark.code) for where, remark in lost] == [
        ("c1", "NOT_WRITTEN"),
        ("c2", "NOT_WRITTEN"),
        ("c3", "PICTURE_MISSING"),
        ("c3", "COMPETENCIES_LOST"),
        ("c4", "NOT_WRITTEN"),
        ("c6", "NOT_WRITTEN"),
        ("c7", "NOT_WRITTEN"),
        ("c5", "CREDIT_CHANGED"),
    ]
    assert [item.stem for item in read_moodle_xml(data).items] == ["Xem dấu", "Nhiều"]


def test_percentages_of_a_machine_mean_the_fraction_that_they_stand_for():
    answers = (
        answer("a", "33.333333333333336"),
        answer("b", "66.66666666666667"),
        answer("c", "-33.333333333333336"),
    )
    found = read(question("multichoice", f"<single>false</single>{''.join(answers)}")).items[0]
    assert found.key is not None
    assert found.key.weights is not None
    assert found.key.weights.of == {"A": Fraction(1, 3), "B": Fraction(2, 3), "C": Fraction(-1, 3)}
