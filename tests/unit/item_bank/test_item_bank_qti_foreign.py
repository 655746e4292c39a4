"""Idioms of other systems' QTI 2 and 3: taken with a loss that is named, and marked as they say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.foreign import Fate, ForeignItem
from item_bank.formats.qti.read import read_package
from item_bank.formats.recognition import read_any
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Key, share
from tests.unit.item_bank.qti_samples import (
    CHOICES,
    IS_CORRECT,
    MAP_RESPONSE,
    SCORE,
    choice,
    codes,
    item,
    literal,
    manifest,
    mapped,
    processing,
    refusal,
    resource,
    response,
    sets,
    taken,
    variable,
    when,
    zipped,
)

ENTRY = '<p>Thuế suất là <textEntryInteraction responseIdentifier="RESPONSE"/> %.</p>'
LONG = '<p>Mã nước?</p><extendedTextInteraction responseIdentifier="RESPONSE"/>'


def marks(read: ForeignItem, *responses: str) -> list[Fraction]:
    assert read.asked is not None
    assert read.key is not None
    return [share(read.asked, read.key, one) for one in responses]


def test_marks_below_nothing_are_nothing_and_that_is_said():
    weights = mapped({"A": 1, "B": -1})
    read = taken(item(choice(most=0), response("identifier", "multiple", mapping=weights), MAP_RESPONSE))
    assert marks(read, "A", "A B", "B") == [1, 0, 0]
    assert codes(read) == ["NEGATIVE_MARK_LOST"]
    rules = processing(when(IS_CORRECT, sets(2), otherwise=sets(-1)))
    read = taken(item(choice(), response("identifier", "single", "B"), rules))
    assert (read.key, codes(read)) == (Key(1, ("B",)), ["NEGATIVE_MARK_LOST"])


def test_a_mapping_that_no_rule_uses_is_the_scoring_where_it_agrees_with_the_key():
    weights = mapped({"B": 1, "A": -0.5}, lowerBound=-1, upperBound=1)
    read = taken(
        item(choice(), response("identifier", "single", "B", mapping=weights), "<responseProcessing/>")
    )
    assert marks(read, "B", "A", "C") == [1, 0, 0]
    assert codes(read) == ["PROCESSING_MISSING", "NEGATIVE_MARK_LOST"]
    against = response("identifier", "single", "A", mapping=mapped({"B": 1, "A": 0.5}))
    assert refusal(item(choice(), against, "")) == "PROCESSING_MISSING"


def test_tags_in_cdata_are_markup_and_words_are_words():
    first = '<simpleChoice identifier="A"><![CDATA[<p>Tờ <b>khai</b></p>]]></simpleChoice>'
    second = '<simpleChoice identifier="B"><![CDATA[1 < 2]]></simpleChoice>'
    third = '<simpleChoice identifier="C">&lt;p&gt;</simpleChoice>'
    body = choice(choices=first + second + third)
    declared = response("identifier", "single", "B").replace("<value>B", "<value><![CDATA[B]]>")
    read = taken(item(f"<![CDATA[<div>Chọn gì?</div>]]>{body}", declared))
    assert read.asked is not None
    assert [one.content for one in read.asked.options] == ["<p>Tờ <b>khai</b></p>", "1 &lt; 2", "&lt;p&gt;"]
    assert "&lt;" not in read.stem
    assert codes(read) == ["CDATA_AS_MARKUP"]


def test_a_text_that_is_compared_keeps_the_tags_of_its_cdata():
    declared = response("string", "single", "x").replace("<value>x", "<value><![CDATA[<b>1</b>]]>")
    assert taken(item(ENTRY, declared)).key == Key(1, ("<b>1</b>",), with_case=True)


def test_a_page_before_a_wording_is_what_the_items_share():
    page = "<html><head><title>x</title></head><body><p>Lô hàng<br>gạo</p></body></html>".encode()
    shown = '<object data="../p/lo.html" type="text/html"/>'
    block = f'<rubricBlock view="candidate"><div>{shown}</div></rubricBlock>'
    files = {
        f"items/{name}.xml": item(block + choice(), response("identifier", "single", name), identifier=name)
        for name in "AB"
    }
    bank = read_package(zipped({**files, "p/lo.html": page}))
    for read in bank.items:
        assert read.stimulus is not None, read.refused
        assert (read.stimulus.code, read.stimulus.content) == ("lo", "<p>Lô hàng<br>gạo</p>")
        assert read.stem == "Hỏi gì?"
        assert codes(read) == []
    (alone,) = read_package(zipped({"items/A.xml": files["items/A.xml"]})).items
    assert (alone.stimulus, codes(alone)) == (None, ["MEDIA_LOST"])


def test_a_page_within_a_wording_stands_in_it():
    body = f'<div><p>Đọc:</p><object data="a.htm"/></div>{choice()}'
    (read,) = read_package(
        zipped({"i.xml": item(body, response("identifier", "single", "B")), "a.htm": b"<p>Bang</p>"})
    ).items
    assert "<p>Bang</p>" in read.stem
    assert read.stimulus is None


def compared(*texts: str) -> str:
    return processing(
        *(
            when(
                f'<stringMatch caseSensitive="false">{variable()}{literal(text, "string")}</stringMatch>',
                sets(1),
            )
            for text in texts
        )
    )


def test_a_long_text_that_the_file_compares_with_texts_is_a_short_one():
    read = taken(item(LONG, response("string"), compared("VN", "Việt Nam")))
    assert read.asked is not None
    assert read.asked.interaction is Interaction.SHORT_TEXT
    assert marks(read, "vn", "Việt Nam", "Lào") == [1, 1, 0]
    lines = LONG.replace("/>", ' expectedLines="6"/>')
    read = taken(item(lines, response("string"), compared("VN")))
    assert read.asked is not None
    assert read.asked.interaction is Interaction.ESSAY
    assert codes(read) == ["MACHINE_SCORING_LOST"]


def test_a_model_answer_alone_leaves_an_essay_an_essay():
    read = taken(item(LONG, response("string", "single", "Phải nêu căn cứ."), processing(when(IS_CORRECT))))
    assert read.asked is not None
    assert read.asked.interaction is Interaction.ESSAY


def test_an_option_that_shows_nothing_is_refused_for_its_picture():
    choices = CHOICES.replace("Phương án A", '<img src="a.png" alt=""/>')
    assert refusal(item(choice(choices=choices), response("identifier", "single", "B"))) == "PICTURE_MISSING"
    empty = CHOICES.replace("Phương án A", "")
    assert refusal(item(choice(choices=empty), response("identifier", "single", "B"))) == "EMPTY_PART"


@pytest.mark.parametrize(
    ("condition", "correct", "key", "lost"),
    [
        (
            '<equal toleranceMode="relative" tolerance="10">{v}<correct identifier="RESPONSE"/></equal>',
            ("20",),
            Key(1, ("20",), tolerance=Decimal(2)),
            "TOLERANCE_TURNED",
        ),
        (
            '<equal toleranceMode="absolute" tolerance="1" includeUpperBound="false">'
            '<correct identifier="RESPONSE"/>{v}</equal>',
            ("12.5",),
            Key(1, ("12.5",), tolerance=Decimal(1)),
            "RANGE_END_TAKEN",
        ),
        (
            "<and><gte>{v}{low}</gte><lte>{v}{high}</lte></and>",
            (),
            Key(1, ("12.5",), tolerance=Decimal("2.5")),
            "RANGE_MIDDLE_SHOWN",
        ),
    ],
)
def test_numbers_that_are_told_in_another_way(condition: str, correct: tuple[str, ...], key: Key, lost: str):
    said = condition.format(v=variable(), low=literal("10", "float"), high=literal("15", "float"))
    read = taken(item(ENTRY, response("float", "single", *correct), processing(when(said, sets(1)))))
    assert (read.key, codes(read)) == (key, [lost])


def test_a_score_that_everybody_gets_alone_is_no_scoring():
    start = SCORE.replace("/>", "><defaultValue><value>1</value></defaultValue></outcomeDeclaration>")
    declared = response("identifier", "single", "B")
    rules = processing(when(IS_CORRECT, sets(0)))
    assert refusal(item(choice(), declared, rules, outcomes=start)) == "SCORE_WITHOUT_RESPONSE"


def constant(name: str, value: str) -> str:
    inside = f"<value>{value}</value>" if value else "<value/>"
    return (
        f'<templateDeclaration identifier="{name}" cardinality="single" baseType="float">'
        f"<defaultValue>{inside}</defaultValue></templateDeclaration>"
    )


def test_points_kept_in_template_variables_that_nothing_draws_are_points():
    """As Inspera has them, with an upper bound and a text for another language that is hidden."""
    null = f"<and><isNull>{variable()}</isNull></and>"
    total = f'<sum>{variable("SCORE")}<mapResponse identifier="RESPONSE"/></sum>'
    rules = processing(
        when(null, sets(variable("NONE"), "SCORE"), otherwise=sets(total)),
        when(f"<and><gte>{variable('SCORE')}{literal('2', 'float')}</gte></and>", sets(2)),
    )
    declared = response("identifier", "multiple", "A", "C", mapping=mapped({"A": 1, "C": 1}))
    points = constant("NONE", "0") + constant("LEAST", "")
    body = f'<p lang="en_us" style="display: none;">Which?</p><p>Những gì?</p>{choice(most=0, prompt="")}'
    read = taken(item(body, declared + points, rules))
    assert marks(read, "A C", "A", "A B", "B") == [1, Fraction(1, 2), Fraction(1, 2), 0]
    assert (read.stem, read.max_mark) == ("<p>Những gì?</p>", 2)
    assert [(one.code, one.params) for one in read.lost] == [("HIDDEN_TEXT_LOST", {"text": "Which?"})]


def test_what_is_drawn_when_it_is_shown_is_refused():
    printed = '<p>Tính <printedVariable identifier="X"/></p>'
    declared = response("identifier", "single", "B") + constant("X", "3")
    assert refusal(item(printed + choice(), declared)) == "TEMPLATE_PROCESSING"
    unread = when(IS_CORRECT, sets(variable("LEAST")))
    empty = response("identifier", "single", "B") + constant("LEAST", "")
    assert refusal(item(choice(), empty, processing(unread))) == "VARIABLE_UNDECLARED"


def test_a_part_in_a_file_of_its_own_is_included_once():
    body = f'<include href="p.xml"/>{choice()}'
    part = b"<div><p>Lo 1</p><include href='i.xml'/></div>"
    (read,) = read_package(
        zipped({"i.xml": item(body, response("identifier", "single", "B")), "p.xml": part})
    ).items
    assert read.stem == "<p>Lo 1</p> <p>Hỏi gì?</p>"
    assert [(one.code, one.params["file"]) for one in read.lost] == [("MARKUP_LOST", "i.xml")]
    asks = zipped({"i.xml": item(body, response("identifier", "single", "B")), "p.xml": choice().encode()})
    assert codes(read_package(asks).items[0]) == ["MARKUP_LOST"]


def test_an_address_with_backslashes_is_found():
    files = {"items/a.xml": item(choice(), response("identifier", "single", "B"))}
    listed = manifest(resource("items\\a.xml"))
    assert [read.fate for read in read_package(zipped({"imsmanifest.xml": listed, **files})).items] == [
        Fate.TAKEN
    ]


def test_an_archive_that_holds_only_another_is_that_one_and_several_are_refused():
    inner = zipped({"a.xml": item(choice(), response("identifier", "single", "B"))})
    _form, bank = read_any(
        "export.zip", zipped({"x/one.zip": inner, "__MACOSX/x/._one.zip": b"", "read.me": b"x"})
    )
    assert [read.fate for read in bank.items] == [Fate.TAKEN]
    with pytest.raises(ImportRefused, match="ZIPS_WITHIN"):
        read_any("export.zip", zipped({"one.zip": inner, "two.zip": inner}))
    _form, bank = read_any(
        "export.zip", zipped({"a.xml": item(choice(), response("identifier", "single", "B")), "b.zip": inner})
    )
    assert len(bank.items) == 1
