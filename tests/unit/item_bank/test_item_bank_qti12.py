"""QTI 1.2 of Canvas and of who writes for it: each type taken with its key, or refused by name."""

from __future__ import annotations

import hashlib
import io
import zipfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.aiken import read_aiken
from item_bank.formats.foreign import Fate, ForeignBank, ForeignItem
from item_bank.formats.qti.read import read_package
from item_bank.formats.qti12.read import read_qti12
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key, share
from tests.unit.item_bank.pictures import png

PEERS = Path(__file__).resolve().parents[2] / "data" / "qti12"
NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"


def field(label: str, entry: str) -> str:
    return (
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry>"
        "</qtimetadatafield>"
    )


def material(markup: str, kind: str = "text/html") -> str:
    text = markup.replace("&", "&amp;").replace("<", "&lt;")
    return f'<material><mattext texttype="{kind}">{text}</mattext></material>'


def labels(*idents: str, kind: str = "text/html") -> str:
    inside = "".join(
        f'<response_label ident="{one}">{material(f"Phương án {one}", kind)}</response_label>'
        for one in idents
    )
    return f"<render_choice>{inside}</render_choice>"


def chosen(*idents: str, name: str = "response1", several: bool = False, before: str = "") -> str:
    said = "Multiple" if several else "Single"
    return f'<response_lid ident="{name}" rcardinality="{said}">{before}{labels(*idents)}</response_lid>'


TYPED = '<response_str ident="response1" rcardinality="Single"><render_fib/></response_str>'


def when(condition: str, worth: float, *, name: str = "response1", more: str = "", act: str = "Set") -> str:
    test = f'<varequal respident="{name}">{condition}</varequal>' if "<" not in condition else condition
    return (
        f"<respcondition{more}><conditionvar>{test}</conditionvar>"
        f'<setvar varname="SCORE" action="{act}">{worth}</setvar></respcondition>'
    )


def item(kind: str, asked: str, *conditions: str, stem: str = "<p>Hỏi gì?</p>", **more: str) -> str:
    fields = field("question_type", kind) + field("points_possible", more.pop("points", "1.0"))
    fields += more.pop("fields", "")
    rules = "".join(conditions)
    return (
        f'<item ident="{more.get("ident", "q1")}" title="{more.get("title", "Câu 1")}">'
        f"<itemmetadata><qtimetadata>{fields}</qtimetadata></itemmetadata>"
        f"<presentation>{material(stem)}{asked}</presentation>"
        '<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/>'
        f"</outcomes>{rules}</resprocessing>{more.get('behind', '')}</item>"
    )


def quiz(*items: str) -> bytes:
    return (
        f'<?xml version="1.0"?><questestinterop xmlns="{NAMESPACE}"><assessment ident="a" title="Bài">'
        f'<section ident="root_section">{"".join(items)}</section></assessment></questestinterop>'
    ).encode()


def read(*items: str) -> ForeignBank:
    return read_qti12(quiz(*items))


def only(written: str) -> ForeignItem:
    bank = read(written)
    assert [one.refused.code for one in bank.items[1:] if one.refused] == ["TEST_NOT_KEPT"]
    return bank.items[0]


def key_of(found: ForeignItem) -> Key:
    assert found.refused is None, found.refused
    assert found.key is not None
    return found.key


def marks(found: ForeignItem, *responses: str) -> list[Fraction]:
    assert found.asked is not None
    return [share(found.asked, key_of(found), response) for response in responses]


def codes(found: ForeignItem) -> list[str]:
    return [remark.code for remark in found.lost]


def packed(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def test_a_single_choice_is_taken_with_its_points_and_its_general_feedback():
    behind = (
        f'<itemfeedback ident="general_fb"><flow_mat>{material("<p>Vì thế.</p>")}</flow_mat></itemfeedback>'
    )
    behind += f'<itemfeedback ident="b_fb">{material("Sai rồi")}</itemfeedback>'
    found = only(
        item("multiple_choice_question", chosen("a", "b"), when("b", 100), points="2.5", behind=behind)
    )
    assert (found.stem, found.max_mark, found.rationale) == ("<p>Hỏi gì?</p>", 2.5, "<p>Vì thế.</p>")
    assert (found.category, codes(found), key_of(found).accepted) == (("Bài",), ["FEEDBACK_LOST"], ("B",))


def test_an_option_may_earn_a_part():
    found = only(item("multiple_choice_question", chosen("a", "b", "c"), when("a", 100), when("b", 50)))
    assert marks(found, "A", "B", "C") == [1, Fraction(1, 2), 0]


def test_without_any_condition_there_is_no_key():
    found = only(item("multiple_choice_question", chosen("a", "b")))
    assert found.refused is not None
    assert found.refused.code == "KEY_MISSING"


def test_conditions_are_tried_in_order_until_one_ends_them():
    found = only(item("multiple_choice_question", chosen("a", "b"), when("a", 100), when("a", 0)))
    assert marks(found, "A", "B") == [1, 0]
    goes_on = when("a", 100, more=' continue="Yes"')
    found = only(item("multiple_choice_question", chosen("a", "b"), goes_on, when("a", 0), when("b", 100)))
    assert marks(found, "A", "B") == [0, 1]


def test_several_answers_count_whole_where_the_file_says_so():
    test = "<and>{}<not>{}</not></and>"
    equal = '<varequal respident="response1">{}</varequal>'
    condition = test.format(equal.format("a") + equal.format("c"), equal.format("b"))
    found = only(item("multiple_answers_question", chosen("a", "b", "c", several=True), when(condition, 100)))
    assert (key_of(found).accepted, key_of(found).credit) == (("A C",), Credit.WHOLE)
    assert marks(found, "A C", "A", "A B C") == [1, 0, 0]


def test_twenty_options_are_proved_by_their_form():
    idents = [f"o{n}" for n in range(20)]
    equal = '<varequal respident="response1">{}</varequal>'
    right, wrong = idents[:3], idents[3:]
    condition = "".join(map(equal.format, right)) + "".join(f"<not>{equal.format(n)}</not>" for n in wrong)
    found = only(
        item("multiple_answers_question", chosen(*idents, several=True), when(f"<and>{condition}</and>", 100))
    )
    assert key_of(found).accepted == ("A B C",)


def test_each_right_answer_may_add_and_each_wrong_one_take_away():
    conditions = [when(one, worth, act="Add") for one, worth in (("a", 50), ("b", 50), ("c", -50))]
    found = only(item("multiple_answers_question", chosen("a", "b", "c", several=True), *conditions))
    assert marks(found, "A B", "A", "A B C", "C") == [1, Fraction(1, 2), Fraction(1, 2), 0]


@pytest.mark.parametrize(
    ("condition", "accepted", "tolerance"),
    [
        ("5", "5", "0"),
        (
            '<or><varequal respident="response1">5.0</varequal>'
            '<and><vargte respident="response1">4.5</vargte>'
            '<varlte respident="response1">5.5</varlte></and></or>',
            "5",
            "0.5",
        ),
        (
            '<vargte respident="response1">1.25</vargte><varlte respident="response1">1.75</varlte>',
            "1.5",
            "0.25",
        ),
    ],
)
def test_numbers_are_taken_alone_with_a_margin_or_as_a_range(condition: str, accepted: str, tolerance: str):
    found = only(item("numerical_question", TYPED, when(condition, 100)))
    assert (key_of(found).accepted, key_of(found).tolerance) == ((accepted,), Decimal(tolerance))


def test_a_range_that_has_no_end_is_refused():
    test = '<vargt respident="response1">1</vargt>'
    found = only(item("numerical_question", TYPED, when(test, 100)))
    assert found.refused is not None
    assert found.refused.code == "NUMBER_WITHOUT_END"


def test_texts_side_by_side_are_alternatives_and_capitals_matter_where_the_file_says_so():
    texts = '<varequal respident="response1">tờ khai</varequal><varequal respident="response1">TK</varequal>'
    found = only(item("short_answer_question", TYPED, when(texts, 100)))
    assert marks(found, "Tờ khai", "tk", "khác") == [1, 1, 0]
    strict = '<varequal respident="response1" case="Yes">VNACCS</varequal>'
    assert marks(only(item("short_answer_question", TYPED, when(strict, 100))), "VNACCS", "vnaccs") == [1, 0]


def test_a_matching_takes_its_lists_as_one_and_each_pair_counts():
    asked = "".join(
        chosen("x", "y", "z", name=f"response_{n}", before=material(f"Vế {n}")) for n in range(1, 4)
    )
    conditions = [
        when(ident, 33.33, name=f"response_{n}", act="Add") for n, ident in ((1, "y"), (2, "x"), (3, "z"))
    ]
    found = only(item("matching_question", asked, *conditions))
    assert found.asked is not None
    assert [place.content for place in found.asked.places] == ["Vế 1", "Vế 2", "Vế 3"]
    assert marks(found, "B>1 A>2 C>3", "B>1", "A>1") == [1, Fraction(1, 3), 0]


def test_a_matching_of_ten_by_ten_is_proved_by_its_form():
    names = [f"n{n}" for n in range(10)]
    asked = "".join(chosen(*names, name=f"r{n}", before=material(f"Vế {n}")) for n in range(10))
    conditions = [when(f"n{n}", 10, name=f"r{n}", act="Add") for n in range(10)]
    assert key_of(only(item("matching_question", asked, *conditions))).credit is Credit.PARTS


def test_lists_in_the_text_stand_where_their_names_stood():
    asked = chosen("a", "b", name="response_luong", before=material("luong", "text/plain"))
    asked += chosen("c", "d", name="response_muc", before=material("muc", "text/plain"))
    conditions = [
        when("b", 50, name="response_luong", act="Add"),
        when("c", 50, name="response_muc", act="Add"),
    ]
    found = only(
        item("multiple_dropdowns_question", asked, *conditions, stem="<p>Luồng [luong], mức [muc].</p>")
    )
    assert found.stem == "<p>Luồng [[1]], mức [[2]].</p>"
    assert marks(found, "1_2>1 2_1>2", "1_2>1 2_2>2", "1_1>1") == [1, Fraction(1, 2), 0]


def test_one_blank_accepts_all_its_texts_and_several_are_refused():
    blank = chosen("1", "2", name="response_ma", before=material("ma", "text/plain"))
    said = when("1", 100, name="response_ma", act="Add")
    found = only(item("fill_in_multiple_blanks_question", blank, said, stem="Mã là [ma]."))
    assert (found.stem, key_of(found).accepted) == ("Mã là _____.", ("Phương án 1", "Phương án 2"))
    two = blank + chosen("3", name="response_b", before=material("b", "text/plain"))
    refused = only(item("fill_in_multiple_blanks_question", two, said, stem="[ma] [b]")).refused
    assert refused is not None
    assert (refused.code, refused.params["count"]) == ("SEVERAL_BLANKS", 2)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("file_upload_question", "FILE_WANTED"),
        ("text_only_question", "TEXT_ALONE"),
        ("calculated_question", "TYPE_NOT_SUPPORTED"),
    ],
)
def test_what_the_bank_has_no_place_for_is_refused_by_name(kind: str, code: str):
    refused = only(item(kind, "")).refused
    assert refused is not None
    assert refused.code == code


def test_a_text_that_questions_name_as_theirs_is_their_stimulus():
    shared = item("text_only_question", "", stem="<p>Tình huống</p>", ident="s1", title="Đọc")
    fields = field("parent_stimulus_item_ident", "s1")
    asked = item("true_false_question", chosen("a", "b"), when("a", 100), fields=fields, ident="q2")
    found = read(shared, asked).items[0]
    assert found.stimulus is not None
    assert (found.stimulus.code, found.stimulus.content) == ("s1", "<p>Tình huống</p>")


def test_an_essay_has_no_key_and_a_group_tells_its_points():
    selection = (
        "<selection_ordering><selection><selection_number>1</selection_number><selection_extension>"
        "<points_per_item>3</points_per_item></selection_extension></selection></selection_ordering>"
    )
    essay = item("essay_question", TYPED)
    found = read(f'<section ident="g" title="Nhóm">{selection}{essay}</section>').items[0]
    assert (found.asked is not None, found.max_mark) == (True, 3.0)
    assert (found.category, codes(found)) == (("Bài", "Nhóm"), ["SELECTION_LOST"])


def test_pictures_of_the_package_and_formulas_of_canvas_are_kept():
    sha256 = hashlib.sha256(png()).hexdigest()
    formula = '<img class="equation_image" title="\\frac{1}{2}" src="/equation_images/x" alt="LaTeX: 1/2">'
    base = "%24IMS-CC-FILEBASE%24"
    stem = f'<p>Xem <img src="{base}/Uploaded%20Media/a%20b.png?x=1" alt="Sơ đồ"> {formula}</p>'
    xml = quiz(item("essay_question", TYPED, stem=stem))
    bank = read_qti12(packed(**{"q__q.xml": xml, "Uploaded Media__a b.png": png()}))
    assert f'<img src="media:{sha256}" alt="Sơ đồ">' in bank.items[0].stem
    assert r"\(\frac{1}{2}\)" in bank.items[0].stem
    assert bank.pictures == {sha256: png()}
    assert codes(bank.items[0]) == []
    assert codes(read_qti12(xml).items[0]) == ["PICTURE_LOST"]


def test_the_same_assessment_in_the_shape_of_a_cartridge_is_read_once():
    full = quiz(item("essay_question", TYPED, title="Đủ"))
    short = quiz(item("essay_question", TYPED, title="Thiếu"))
    bank = read_qti12(packed(**{"a__q.xml": short, "non_cc_assessments__a.xml.qti": full}))
    assert [one.where for one in bank.items if one.refused is None] == ["Đủ"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<a/>", "NOT_QTI12"),
        (b"<questestinterop><!-- --></questestinterop>", "NO_ITEMS"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><questestinterop/>", "NOT_QTI12"),
        (packed(a=b"b"), "NO_ITEMS"),
    ],
)
def test_what_is_no_qti_is_refused_whole(data: bytes, code: str):
    with pytest.raises(ImportRefused) as refusal:
        read_qti12(data)
    assert refusal.value.code == code


def _keys(bank: ForeignBank) -> list[tuple[Interaction, Key]]:
    return [(one.asked.interaction, one.key) for one in bank.items if one.asked and one.key]


def test_what_text2qti_wrote_is_read_with_its_questions_and_keys():
    bank = read_qti12((PEERS / "text2qti.zip").read_bytes())
    assert _keys(bank) == [
        (Interaction.SINGLE_CHOICE, Key(1, ("A",))),
        (Interaction.TRUE_FALSE, Key(1, ("A",))),
        (Interaction.MULTIPLE_RESPONSE, Key(1, ("A B",))),
        (Interaction.NUMERIC, Key(1, ("60",), tolerance=Decimal("0.5"))),
        (Interaction.NUMERIC, Key(1, ("1.5",), tolerance=Decimal("0.25"))),
        (Interaction.SHORT_TEXT, Key(1, ("VNACCS", "VNACCS/VCIS"))),
        (Interaction.ESSAY, Key(1, ())),
        (Interaction.SINGLE_CHOICE, Key(1, ("B",))),
        (Interaction.SINGLE_CHOICE, Key(1, ("A",))),
    ]
    stems = [one.stem for one in bank.items if one.refused is None]
    assert stems[0] == "<p>Chứng từ nào thuộc hồ sơ hải quan theo Luật Hải quan?</p>"
    refused = [one.refused.code for one in bank.items if one.refused]
    assert refused == ["FILE_WANTED", "TEXT_ALONE", "TEST_NOT_KEPT"]


def test_what_qti_package_maker_wrote_for_canvas_is_read_with_its_questions_and_keys():
    bank = read_qti12((PEERS / "qpm-canvas.zip").read_bytes())
    assert _keys(bank) == [
        (Interaction.SINGLE_CHOICE, Key(1, ("A",))),
        (Interaction.MULTIPLE_RESPONSE, Key(1, ("A B",))),
        (Interaction.MATCH, Key(1, ("A>1 C>2 B>3",), Credit.PARTS)),
        (Interaction.NUMERIC, Key(1, ("60",), tolerance=Decimal("0.5"))),
        (Interaction.SHORT_TEXT, Key(1, ("VNACCS", "VNACCS/VCIS"))),
    ]
    assert bank.items[0].stem == "Chứng từ nào thuộc hồ sơ hải quan?"
    assert [one.refused.code for one in bank.items if one.refused] == ["SEVERAL_BLANKS", "TEST_NOT_KEPT"]


def test_what_qti_package_maker_wrote_for_blackboard_is_read_with_its_questions_and_keys():
    bank = read_package((PEERS / "qpm-blackboard.zip").read_bytes())
    assert [(kind, key.accepted) for kind, key in _keys(bank)] == [
        (Interaction.SINGLE_CHOICE, ("answer_1",)),
        (Interaction.MULTIPLE_RESPONSE, ("answer_1 answer_2",)),
        (Interaction.MATCH, ("prompt_001>choice_001 prompt_002>choice_002 prompt_003>choice_003",)),
        (Interaction.NUMERIC, ("60",)),
        (Interaction.SHORT_TEXT, ("VNACCS", "VNACCS/VCIS")),
    ]
    assert bank.count(Fate.REFUSED) == 2  # two blanks, and the test


def test_what_qti_package_maker_wrote_as_aiken_is_read_with_its_question_and_key():
    (found,) = read_aiken((PEERS / "qpm-aiken.txt").read_bytes()).items
    assert found.asked is not None
    right = {option.id: option.content for option in found.asked.options}[key_of(found).option_id]
    assert (found.stem, right) == ("Which document opens a customs dossier?", "Declaration")
