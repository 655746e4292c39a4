"""QTI 1.2 of Canvas's New Quizzes, and shapes that the examples of the standard have: in items of our own."""

from __future__ import annotations

import pytest

from item_bank.formats.foreign import ForeignItem
from item_bank.formats.qti12.read import read_qti12
from item_bank.interactions.kinds import Interaction
from item_bank.stem import plain_text
from tests.unit.item_bank.test_item_bank_qti12 import codes, field, item, marks, material, only, quiz, when

BLANKS = "fill_in_multiple_blanks_question"
STEM = "<p>Hàng [b1] nộp [b2].</p>"


def blank(name: str, *texts: str, way: str = "openEntry", rule: str = "TextInChoices", more: str = "") -> str:
    """A blank as New Quizzes has it: a key stands where its name is looked for."""
    inside = "".join(
        f'<response_label ident="{name}-{place}" scoring_algorithm="{rule}" answer_type="{way}" {more}>'
        f"{material(text, 'text/plain')}</response_label>"
        for place, text in enumerate(texts)
    )
    return (
        f'<response_lid ident="response_{name}">{material(texts[0], "text/plain")}'
        f"<render_choice>{inside}</render_choice></response_lid>"
    )


def earns(name: str, place: int, worth: float) -> str:
    return when(f"{name}-{place}", worth, name=f"response_{name}", act="Add")


def one(way: str = "openEntry", rule: str = "TextInChoices", fields: str = "") -> ForeignItem:
    asked = blank("b1", "nhập khẩu", "Nhập", way=way, rule=rule)
    return only(item(BLANKS, asked, earns("b1", 0, 100), stem="<p>Hàng [b1].</p>", fields=fields))


def asked_as(found: ForeignItem) -> Interaction:
    assert found.asked is not None, found.refused
    return found.asked.interaction


def test_lists_in_a_text_are_lists_and_only_the_named_one_is_right():
    asked = blank("b1", "nhập", "xuất", way="dropdown") + blank("b2", "thuế", "phí", way="dropdown")
    found = only(item(BLANKS, asked, earns("b1", 1, 50), earns("b2", 0, 50), stem=STEM))
    assert asked_as(found) is Interaction.INLINE_CHOICE
    assert marks(found, "1_2>1 2_1>2", "1_1>1 2_1>2", "1_1>1 2_2>2") == [1, 0.5, 0]


@pytest.mark.parametrize("again", [True, False])
def test_a_bank_of_words_goes_into_the_blanks(again: bool):
    more = 'allow_reuse="true"' if again else ""
    asked = "".join(blank(name, "thuế", "lệ phí", way="wordbank", more=more) for name in ("b1", "b2"))
    found = only(item(BLANKS, asked, earns("b1", 1, 50), earns("b2", 0, 50), stem=STEM))
    assert asked_as(found) is Interaction.GAP_MATCH
    assert found.asked is not None
    names = {plain_text(option.content): option.id for option in found.asked.options}
    assert {option.at_most for option in found.asked.options} == {None if again else 1}
    assert marks(found, f"{names['lệ phí']}>1 {names['thuế']}>2", f"{names['lệ phí']}>1") == [1, 0.5]


def test_one_list_is_no_text_whose_wrong_words_are_accepted():
    found = one(way="dropdown")
    assert asked_as(found) is Interaction.INLINE_CHOICE
    assert marks(found, "1_1>1", "1_2>1") == [1, 0]


def test_a_typed_text_accepts_its_choices_and_minds_capitals_where_that_is_said():
    assert marks(one(), "nhập khẩu", "NHẬP", "xuất") == [1, 1, 0]
    strict = field("case_sensitive", "true")
    assert marks(one(fields=strict), "nhập khẩu", "Nhập", "NHẬP") == [1, 1, 0]


@pytest.mark.parametrize("rule", ["TextContainsAnswer", "TextCloseEnough"])
def test_what_accepts_more_than_its_texts_is_lost_by_name(rule: str):
    found = one(rule=rule)
    assert [remark.params["rule"] for remark in found.lost if remark.code == "TEXT_RULE_LOST"] == [rule, rule]
    assert marks(found, "nhập khẩu", "hàng nhập khẩu") == [1, 0]


def test_a_pattern_and_several_typed_blanks_are_refused_by_name():
    refused = one(rule="TextRegex").refused
    assert refused is not None
    assert (refused.code, refused.params["name"]) == ("EXPRESSION_UNKNOWN", "TextRegex")
    both = blank("b1", "nhập") + blank("b2", "thuế", way="dropdown")
    for asked, code in (
        (blank("b1", "x") + blank("b2", "y"), "SEVERAL_BLANKS"),
        (both, "SEVERAL_INTERACTIONS"),
    ):
        refused = only(item(BLANKS, asked, earns("b1", 0, 50), earns("b2", 0, 50), stem=STEM)).refused
        assert refused is not None
        assert refused.code == code


def labelled(*idents: str) -> str:
    return "".join(
        f'<response_label ident="{one}">{material(f"Bước {one}")}</response_label>' for one in idents
    )


def test_an_ordering_is_taken_and_its_end_labels_are_lost():
    asked = (
        '<response_lid ident="response1" rcardinality="Ordered"><render_extension><material position="top">'
        f"<mattext>Đầu</mattext></material><ims_render_object>{labelled('x', 'y', 'z')}</ims_render_object>"
        "</render_extension></response_lid>"
    )
    order = "".join(f'<varequal respident="response1">{one}</varequal>' for one in "zxy")
    found = only(item("ordering_question", asked, when(order, 100)))
    assert marks(found, "C A B", "A B C") == [1, 0]
    assert codes(found) == ["PART_LOST"]
    untyped = item("", asked, when(order, 100)).replace("<fieldentry></fieldentry>", "<fieldentry/>")
    assert asked_as(only(untyped)) is Interaction.ORDER


def test_categories_take_several_options_and_are_right_together():
    def category(name: str) -> str:
        return (
            f'<response_lid ident="{name}" rcardinality="Multiple">{material(f"Nhóm {name}")}'
            f"<render_choice>{labelled('x', 'y', 'z')}</render_choice></response_lid>"
        )

    def all_of(name: str, *idents: str) -> str:
        return "".join(f'<varequal respident="{name}">{one}</varequal>' for one in idents)

    conditions = when(all_of("c1", "x", "y"), 50, act="Add"), when(all_of("c2", "z"), 50, act="Add")
    found = only(item("categorization_question", category("c1") + category("c2"), *conditions))
    assert marks(found, "A>1 B>1 C>2", "A>1 B>1", "A>1 B>1 C>1") == [1, 0, 0]
    assert [remark.params["share"] for remark in found.lost] == ["1/2", "1/2"]


def test_a_precision_leaves_out_its_lower_end_and_that_is_said():
    test = (
        '<or><varequal respident="response1">20</varequal><and><vargt respident="response1">19.95</vargt>'
        '<varlte respident="response1">20.05</varlte></and></or>'
    )
    typed = (
        '<response_str ident="response1" rcardinality="Single"><render_fib fibtype="Decimal"/></response_str>'
    )
    found = only(item("numerical_question", typed, when(test, 100)))
    assert marks(found, "20", "20.05", "19.96", "19.94") == [1, 1, 1, 0]
    assert [(one.code, one.params) for one in found.lost] == [("RANGE_END_TAKEN", {"value": "19.95"})]


@pytest.mark.parametrize(
    ("asked", "code", "name"),
    [
        ('<response_xy ident="r1"><render_hotspot/></response_xy>', "INTERACTION_NOT_KEPT", "response_xy"),
        (
            '<response_lid ident="r1"><render_hotspot><response_label ident="A"/></render_hotspot>'
            "</response_lid>",
            "INTERACTION_NOT_KEPT",
            "render_hotspot",
        ),
        (
            '<response_lid ident="r1"><render_slider><response_label ident="A"/></render_slider>'
            "</response_lid>",
            "INTERACTION_NOT_KEPT",
            "render_slider",
        ),
        ("", "NO_INTERACTION", None),
    ],
)
def test_a_question_of_no_type_says_what_it_asks(asked: str, code: str, name: str | None):
    refused = only(item("", asked).replace("<fieldentry></fieldentry>", "<fieldentry/>")).refused
    assert refused is not None
    assert (refused.code, refused.params.get("name")) == (code, name)


def test_a_document_type_may_declare_elements_but_no_entities():
    written = quiz(
        item("essay_question", '<response_str ident="response1"><render_fib/></response_str>')
    ).decode()
    head, _sign, rest = written.partition("?>")
    inside = '\n<!-- > ] -->\n<!ELEMENT e (a, b?)>\n<!ATTLIST e f (y|n) "y">\n'
    declared = f'\n<!DOCTYPE questestinterop SYSTEM "x.dtd" [{inside}]>\n'
    assert asked_as(read_qti12(f"{head}?>{declared}{rest}".encode()).items[0]) is Interaction.ESSAY
    for bad in ('<!ENTITY a "b">', '<!ENTITY % p "">%p;', "<!ELEMENT e (%p;)>"):
        with pytest.raises(Exception, match="NOT_QTI12"):
            read_qti12(f"{head}?><!DOCTYPE q [{bad}]>{rest}".encode())
