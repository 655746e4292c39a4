"""Each interaction with its parts and its key, and what its body loses."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from item_bank.formats.foreign import Fate
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Key, share
from tests.unit.item_bank.qti_samples import (
    CHOICES,
    MAP_RESPONSE,
    MATCH_CORRECT,
    SCORE,
    choice,
    codes,
    item,
    literal,
    mapped,
    processing,
    refusal,
    response,
    sets,
    single,
    taken,
    variable,
    when,
)


def test_a_plain_single_choice():
    read = taken(single())
    assert read.fate is Fate.TAKEN
    assert (read.where, read.stem, read.max_mark) == ("Câu 1", "Hỏi gì?", 1.0)
    assert read.asked is not None
    assert read.asked.interaction is Interaction.SINGLE_CHOICE
    assert read.asked.options[1].content == "Phương án B"
    assert read.key == Key(1, ("B",))


def test_choices_that_read_as_truth_values_are_true_or_false():
    choices = (
        '<simpleChoice identifier="x">Đúng.</simpleChoice><simpleChoice identifier="y">Sai</simpleChoice>'
    )
    read = taken(item(choice(choices=choices), response("identifier", "single", "y")))
    assert read.asked is not None
    assert read.asked.interaction is Interaction.TRUE_FALSE
    assert read.key == Key(1, ("y",))


def test_several_choices_by_match_and_by_mapping():
    matched = taken(item(choice(most=0), response("identifier", "multiple", "A", "C")))
    assert matched.key == Key(1, ("A C",))
    mapping = mapped({"A": 1, "C": 1}, defaultValue=-1, lowerBound=0)
    by_parts = taken(item(choice(most=0), response("identifier", "multiple", mapping=mapping), MAP_RESPONSE))
    assert by_parts.key == Key(1, ("A C",), Credit.PARTS)
    assert by_parts.max_mark == 2
    mapping = mapped({"A": 2, "C": 1}, defaultValue=0)
    weighed = taken(item(choice(most=0), response("identifier", "multiple", mapping=mapping), MAP_RESPONSE))
    assert weighed.key is not None
    assert weighed.key.credit is Credit.WEIGHTS
    assert weighed.asked is not None
    assert share(weighed.asked, weighed.key, "A D") == Fraction(2, 3)


def test_rules_over_single_values_are_worked_out_as_weights():
    rules = processing(
        *(
            when(
                f"<member>{literal(id_)}{variable()}</member>",
                sets(f"<sum>{variable('SCORE')}{literal(worth, 'float')}</sum>"),
            )
            for id_, worth in (("A", "2"), ("B", "1"))
        )
    )
    read = taken(item(choice(most=0), response("identifier", "multiple", "A", "B"), rules))
    assert read.key is not None
    assert read.key.accepted == ("A B",)
    assert read.key.weights is not None
    assert dict(read.key.weights.of) == {"A": 2, "B": 1}


ENTRY = '<p>Thủ đô là <textEntryInteraction responseIdentifier="RESPONSE"/>.</p>'


def test_a_text_entry_stands_as_a_gap_where_a_sentence_goes_on():
    read = taken(item(ENTRY, response("string", "single", "Hà Nội")))
    assert read.stem == "<p>Thủ đô là ____.</p>"
    assert read.key == Key(1, ("Hà Nội",), with_case=True)


def test_texts_by_mapping_and_by_string_match():
    entries = "".join(
        f'<mapEntry mapKey="{key}" mappedValue="1" caseSensitive="false"/>'
        for key in ("Hà Nội", "Thăng Long")
    )
    mapping = f"<mapping>{entries}</mapping>"
    read = taken(item(ENTRY, response("string", "single", "Hà Nội", mapping=mapping), MAP_RESPONSE))
    assert read.key == Key(1, ("Hà Nội", "Thăng Long"))
    compared = f'<stringMatch caseSensitive="false">{variable()}{literal("Hà Nội", "string")}</stringMatch>'
    assert taken(item(ENTRY, response("string"), processing(when(compared, sets(1))))).key == Key(
        1, ("Hà Nội",)
    )
    partly = compared.replace("stringMatch caseS", 'stringMatch substring="true" caseS')
    assert refusal(item(ENTRY, response("string"), processing(when(partly, sets(1))))) == "EXPRESSION_UNKNOWN"


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        (
            '<equal toleranceMode="absolute" tolerance="0.5 0.5"><correct identifier="RESPONSE"/>{v}</equal>',
            Key(1, ("12.5",), tolerance=Decimal("0.5")),
        ),
        ('<equal toleranceMode="exact">{v}<correct identifier="RESPONSE"/></equal>', Key(1, ("12.5",))),
        (
            '<equal toleranceMode="relative" tolerance="10"><correct identifier="RESPONSE"/>{v}</equal>',
            Key(1, ("12.5",), tolerance=Decimal("1.25")),
        ),
        (
            "<and><gte>{v}{low}</gte><lte>{v}{high}</lte></and>",
            Key(1, ("12.5",), tolerance=Decimal("2.5")),
        ),
        ('<equal toleranceMode="absolute" tolerance="1 2"><correct identifier="RESPONSE"/>{v}</equal>',
         "NUMBER_NOT_NAMED"),
        ("<gt>{v}{low}</gt>", "NUMBER_WITHOUT_END"),
        ("<gt><sum>{v}{low}</sum>{low}</gt>", "NUMBER_RULE_UNKNOWN"),
    ],
)  # fmt: skip
def test_numbers_with_a_tolerance(condition, key):
    said = condition.format(v=variable(), low=literal("10", "float"), high=literal("15", "float"))
    xml = item(ENTRY, response("float", "single", "12.5"), processing(when(said, sets(1))))
    if isinstance(key, str):
        assert refusal(xml) == key
    else:
        assert taken(xml).key == key


def test_a_number_that_could_be_read_in_two_ways_is_written_in_one():
    assert taken(item(ENTRY, response("float", "single", "1.234"))).key == Key(1, ("1.2340",))


def test_whole_numbers_within_a_tolerance_become_all_numbers():
    key = '<correct identifier="RESPONSE"/>'
    near = f'<equal toleranceMode="absolute" tolerance="1 1">{key}{variable()}</equal>'
    read = taken(item(ENTRY, response("integer", "single", "7"), processing(when(near, sets(1)))))
    assert (read.key, codes(read)) == (Key(1, ("7",), tolerance=Decimal(1)), ["WHOLE_NUMBERS_LOST"])


def test_a_slider_becomes_a_number_to_type():
    body = '<p>Mấy ngày?</p><sliderInteraction responseIdentifier="RESPONSE" lowerBound="0" upperBound="30"/>'
    read = taken(item(body, response("integer", "single", "15")))
    assert (read.key, codes(read)) == (Key(1, ("15",)), ["SLIDER_LOST"])


def test_an_order_and_an_order_of_some():
    body = f'<orderInteraction responseIdentifier="RESPONSE">{CHOICES}</orderInteraction>'
    xml = item(f"<p>Xếp</p>{body}", response("identifier", "ordered", "C", "A", "B", "D"))
    assert taken(xml).key == Key(1, ("C A B D",))
    some = xml.replace(b"<orderInteraction ", b'<orderInteraction maxChoices="2" ')
    assert refusal(some) == "ORDER_OF_SOME"


def associable(*ids: str, most: int = 1) -> str:
    name = "simpleAssociableChoice"
    choices = (f'<{name} identifier="{id_}" matchMax="{most}">{id_}</{name}>' for id_ in ids)
    return f"<simpleMatchSet>{''.join(choices)}</simpleMatchSet>"


def test_a_match_and_rows_that_are_true_or_false():
    sets_ = associable("a", "b") + associable("x", "y", most=0)
    said = 'responseIdentifier="RESPONSE" maxAssociations="0"'
    body = f"<p>Ghép</p><matchInteraction {said}>{sets_}</matchInteraction>"
    read = taken(item(body, response("directedPair", "multiple", "a y", "b x")))
    assert read.key == Key(1, ("b>x a>y",))
    assert read.asked is not None
    assert (read.asked.interaction, read.asked.places[0].at_most) == (Interaction.MATCH, None)
    body = body.replace(">x<", ">Đúng<").replace(">y<", ">Sai<")
    read = taken(item(body, response("directedPair", "multiple", "a y", "b x")))
    assert read.asked is not None
    assert read.asked.interaction is Interaction.STATEMENTS
    assert read.key == Key(1, ("y>a x>b",))


def test_gaps_and_choices_in_the_text_become_marks():
    body = (
        '<gapMatchInteraction responseIdentifier="RESPONSE"><prompt>Điền</prompt>'
        '<gapText identifier="W1" matchMax="1">mười</gapText>'
        '<gapText identifier="W2" matchMax="1">hai</gapText>'
        '<p>Sau <gap identifier="G1"/> ngày</p></gapMatchInteraction>'
    )
    read = taken(item(body, response("directedPair", "multiple", "W1 G1")))
    assert (read.stem, read.key) == ("<p>Điền</p><p>Sau [[G1]] ngày</p>", Key(1, ("W1>G1",)))
    inline = "".join(
        f'<inlineChoiceInteraction responseIdentifier="R{n}"><inlineChoice identifier="a">một</inlineChoice>'
        f'<inlineChoice identifier="b">hai</inlineChoice></inlineChoiceInteraction> '
        for n in (1, 2)
    )
    declared = "".join(
        response("identifier", "single", right, name=f"R{n}") for n, right in ((1, "a"), (2, "b"))
    )
    both = "".join(f'<match>{variable(f"R{n}")}<correct identifier="R{n}"/></match>' for n in (1, 2))
    read = taken(item(f"<p>{inline}</p>", declared, processing(when(f"<and>{both}</and>", sets(1)))))
    assert read.stem == "<p>[[R1]] [[R2]] </p>"
    assert read.key == Key(1, ("o1>R1 o4>R2",))


def test_words_of_the_text_itself_are_chosen():
    body = (
        '<hottextInteraction responseIdentifier="RESPONSE" maxChoices="1"><p>Câu <hottext identifier="H1">này'
        '</hottext> hay <hottext identifier="H2">kia</hottext></p></hottextInteraction>'
    )
    read = taken(item(body, response("identifier", "single", "H2")))
    assert (read.stem, read.key) == ("<p>Câu [[H1:này]] hay [[H2:kia]]</p>", Key(1, ("H2",)))


def test_an_upload_is_a_practical_task():
    body = '<p>Lập hồ sơ</p><uploadInteraction responseIdentifier="RESPONSE" type="application/pdf"/>'
    read = taken(item(body, response("file"), ""))
    assert read.asked is not None
    assert (read.asked.interaction, codes(read)) == (Interaction.PRACTICAL, ["UPLOAD_LOST"])


def test_what_the_body_loses_is_said():
    body = (
        '<h2>Tình huống</h2><p>Xem <a href="http://x.example/">đây</a> và <audio src="a.mp3"/>'
        '<feedbackInline outcomeIdentifier="F" identifier="f">tốt</feedbackInline> [[A]]</p>'
        + choice() + "<p>Hết</p>"
    )  # fmt: skip
    read = taken(item(body, response("identifier", "single", "B")))
    assert set(codes(read)) == {
        "HEADING_LOST", "MARKUP_LOST", "MEDIA_LOST", "FEEDBACK_LOST", "BRACKETS_CHANGED", "CONTENT_MOVED"
    }  # fmt: skip
    assert read.stem == "<p><b>Tình huống</b></p><p>Xem đây và [ [A]]</p><p>Hỏi gì?</p><p>Hết</p>"


def test_feedback_becomes_the_rationale():
    shown = (
        '<modalFeedback outcomeIdentifier="F" identifier="ok" showHide="show"><p>Điều 5</p></modalFeedback>'
        '<modalFeedback outcomeIdentifier="F" identifier="no" showHide="show" title="Sai">'
        "Đọc lại</modalFeedback>"
    )
    read = taken(item(choice(), response("identifier", "single", "B"), behind=shown))
    assert read.rationale == "<p>Điều 5</p><p><b>Sai</b></p>Đọc lại"
    assert codes(read) == ["FEEDBACK_CONDITIONS_LOST"]


MATH = (
    '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mrow><m:mfrac><m:mi>a</m:mi><m:mi>b</m:mi>'
    "</m:mfrac><m:mo>+</m:mo><m:msup><m:mi>x</m:mi><m:mn>2</m:mn></m:msup></m:mrow></m:math>"
)


def test_mathml_becomes_latex_where_it_is_shown_alike():
    read = taken(item(choice(prompt=f"<prompt>Tính {MATH}</prompt>"), response("identifier", "single", "B")))
    assert (read.stem, read.lost) == (r"Tính \(\frac{a}{b} + {x}^{2}\)", ())
    odd = MATH.replace("m:mfrac", "m:menclose")
    read = taken(item(choice(prompt=f"<prompt>Tính {odd}</prompt>"), response("identifier", "single", "B")))
    assert codes(read) == ["FORMULA_NOT_EXACT"]
    assert read.stem == "Tính a b + (x)^(2)"


def test_long_identifiers_get_letters():
    choices = "".join(f'<simpleChoice identifier="choice-{n:020}">Số {n}</simpleChoice>' for n in range(3))
    read = taken(item(choice(choices=choices), response("identifier", "single", f"choice-{1:020}")))
    assert read.asked is not None
    assert (read.asked.option_ids, read.key) == (("A", "B", "C"), Key(1, ("B",)))


def test_a_maximum_that_no_response_reaches_is_remarked():
    most = SCORE + SCORE.replace("SCORE", "MAXSCORE").replace(
        "/>", "><defaultValue><value>4</value></defaultValue></outcomeDeclaration>"
    )
    read = taken(item(choice(), response("identifier", "single", "B"), MATCH_CORRECT, outcomes=most))
    assert (codes(read), read.max_mark) == (["MAXSCORE_DIFFERS"], 1.0)


def test_many_choices_are_taken_by_the_form_of_their_scoring():
    choices = "".join(f'<simpleChoice identifier="c{n}">Số {n}</simpleChoice>' for n in range(20))
    body = choice(most=0, choices=choices)
    assert taken(item(body, response("identifier", "multiple", "c1", "c19"))).key == Key(1, ("c1 c19",))
    mapping = mapped({"c1": 1, "c2": 1}, defaultValue=-1, lowerBound=0)
    declared = response("identifier", "multiple", "c1", "c2", mapping=mapping)
    assert taken(item(body, declared, MAP_RESPONSE)).key == Key(1, ("c1 c2",), Credit.PARTS)
    odd = processing(when(f"<member>{literal('c1')}{variable()}</member>", sets(1)))
    assert refusal(item(body, response("identifier", "multiple", "c1"), odd)) == "TOO_MANY_TO_CHECK"


def test_a_text_that_earns_by_being_none_of_those_named_is_refused():
    other = f"<not><match>{variable()}{literal('Huế', 'string')}</match></not>"
    assert refusal(item(ENTRY, response("string"), processing(when(other, sets(1))))) == "SCORING_NOT_KEPT"
