"""QTI 1.2 of Blackboard and of Brightspace: the idioms of each, in items of our own."""

from __future__ import annotations

import html
from fractions import Fraction

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.catalog import FileFormat
from item_bank.formats.foreign import ForeignItem
from item_bank.formats.qti12.read import read_qti12
from item_bank.formats.recognition import read_any, recognised
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit
from item_bank.stem import plain_text
from tests.unit.item_bank.test_item_bank_qti12 import codes, key_of, marks, packed

MAX = '<setvar variablename="SCORE" action="Set">SCORE.max</setvar>'
SHOWN = '<displayfeedback feedbacktype="Response" linkrefid="correct"/>'
OTHER = (
    '<respcondition title="incorrect"><conditionvar><other/></conditionvar>'
    '<setvar variablename="SCORE" action="Set">0.0</setvar></respcondition>'
)
TYPED = '<response_str ident="response" rcardinality="Single"><render_fib rows="1"/></response_str>'


def words(text: str, kind: str = "HTML") -> str:
    typed = html.escape(text, quote=False)
    return (
        '<flow class="FORMATTED_TEXT_BLOCK"><material><mat_extension>'
        f'<mat_formattedtext type="{kind}">{typed}</mat_formattedtext></mat_extension></material></flow>'
    )


def label(ident: str, text: str) -> str:
    return f'<flow_label><response_label ident="{ident}">{words(text)}</response_label></flow_label>'


def listed(labels: dict[str, str], cardinality: str = "Single") -> str:
    inside = "".join(label(ident, text) for ident, text in labels.items())
    return (
        f'<flow class="RESPONSE_BLOCK"><response_lid ident="response" rcardinality="{cardinality}">'
        f"<render_choice>{inside}</render_choice></response_lid></flow>"
    )


def equal(value: str, name: str = "response") -> str:
    return f'<varequal case="No" respident="{name}">\n {value}\n </varequal>'


def condition(test: str, act: str = MAX + SHOWN) -> str:
    return f"<respcondition><conditionvar>{test}</conditionvar>{act}</respcondition>"


def blackboard(kind: str, asked: str, *conditions: str, points: str = "2.0", partial: str = "") -> str:
    return (
        f"<item><itemmetadata><bbmd_asitype>Item</bbmd_asitype><bbmd_questiontype>{kind}</bbmd_questiontype>"
        f"<bbmd_partialcredit>{partial}</bbmd_partialcredit><qmd_absolutescore_max>{points}"
        "</qmd_absolutescore_max><qmd_weighting>0.0</qmd_weighting></itemmetadata>"
        f'<presentation><flow class="Block"><flow class="QUESTION_BLOCK">{words("<p>Hàng nào?</p>")}'
        f'<flow class="FILE_BLOCK"><material/></flow></flow>{asked}</flow></presentation>'
        f'<resprocessing><outcomes><decvar varname="SCORE" defaultval="0.0" minvalue="0.0" '
        f'maxvalue="{points}"/></outcomes>{"".join(conditions)}{OTHER}</resprocessing></item>'
    )


def pool(*items: str) -> bytes:
    section = f"<section>{''.join(items)}</section>"
    return f'<questestinterop><assessment title="Kho">{section}</assessment></questestinterop>'.encode()


def only(item: str) -> ForeignItem:
    return read_qti12(pool(item)).items[0]


FOUR = {"a1": "Gạo", "a2": "Sắt", "a3": "Chè", "a4": "Than"}


def test_a_package_of_blackboard_is_known_by_its_dat_files():
    single = blackboard("Multiple Choice", listed(FOUR), condition(equal("a3")))
    resource = b'<resource type="assessment/x-bb-qti-pool" identifier="res1"/>'
    manifest = b"<manifest><resources>" + resource + b"</resources></manifest>"
    data = packed(**{"imsmanifest.xml": manifest, "res1.dat": pool(single)})
    form, bank = read_any("ExportFile.zip", data)
    assert form is FileFormat.QTI_12
    assert (bank.items[0].where, key_of(bank.items[0]).accepted, bank.items[0].max_mark) == (
        "Hàng nào?",
        ("C",),
        2,
    )
    with pytest.raises(ImportRefused):
        recognised("other.zip", packed(**{"res1.dat": b"<POOL/>"}))


@pytest.mark.parametrize("cardinality", ["Single", "Multiple"])
def test_a_multiple_answer_is_one_whatever_its_cardinality_says(cardinality: str):
    test = f"<and>{equal('a1')}<not>{equal('a2')}</not>{equal('a3')}<not>{equal('a4')}</not></and>"
    found = only(blackboard("Multiple Answer", listed(FOUR, cardinality), condition(test)))
    assert found.asked is not None
    assert found.asked.interaction is Interaction.MULTIPLE_RESPONSE
    assert marks(found, "A C", "A", "A C D") == [1, 0, 0]


@pytest.mark.parametrize(("partial", "earned"), [("true", Fraction(1, 2)), ("false", 0), ("", 0)])
def test_percentages_of_options_count_where_credit_by_parts_is_given(partial: str, earned: Fraction):
    shares = {"a1": "100", "a2": "50", "a3": "0", "a4": "0"}
    own = [
        condition(
            f'<varequal respident="{ident}"/>', f'<setvar variablename="SCORE" action="Set">{worth}</setvar>'
        )
        for ident, worth in shares.items()
    ]
    found = only(
        blackboard("Multiple Choice", listed(FOUR), condition(equal("a1")), OTHER, *own, partial=partial)
    )
    assert marks(found, "A", "B", "C") == [1, earned, 0]
    assert found.max_mark == 2


def matching(partial: str) -> ForeignItem:
    rows = "".join(
        f'<flow class="Block"><response_lid ident="r{row}" rcardinality="Single"><render_choice>'
        + "".join(f'<response_label ident="r{row}-{place}"/>' for place in (1, 2, 3))
        + f"</render_choice></response_lid>{words(f'Vế {row}<br />')}</flow>"
        for row in (1, 2)
    )
    rights = "".join(f'<flow class="Block">{words(text)}</flow>' for text in ("Thuế", "Giá", "Mã"))
    asked = f'<flow class="RESPONSE_BLOCK">{rows}</flow><flow class="RIGHT_MATCH_BLOCK">{rights}</flow>'
    tests = [condition(equal("r1-3", "r1"), SHOWN), condition(equal("r2-1", "r2"), SHOWN)]
    return only(blackboard("Matching", asked, *tests, partial=partial))


@pytest.mark.parametrize(("partial", "half"), [("true", Fraction(1, 2)), ("", Fraction(1, 2)), ("false", 0)])
def test_a_matching_finds_the_other_side_by_its_order(partial: str, half: Fraction):
    found = matching(partial)
    assert found.asked is not None
    names = {plain_text(option.content): option.id for option in found.asked.options}
    assert [plain_text(place.content) for place in found.asked.places] == ["Vế 1", "Vế 2"]
    assert "Vế" not in plain_text(found.stem)
    right = f"{names['Mã']}>1 {names['Thuế']}>2"
    assert marks(found, right, f"{names['Mã']}>1 {names['Giá']}>2") == [1, half]


def test_an_ordering_earns_everything_or_nothing():
    test = f"<and>{''.join(map(equal, ('a3', 'a1', 'a4', 'a2')))}</and>"
    found = only(blackboard("Ordering", listed(FOUR, "Ordered"), condition(test)))
    assert key_of(found).credit is Credit.WHOLE
    assert marks(found, "C A D B", "A C D B") == [1, 0]
    again = f"<and>{''.join(map(equal, ('a3', 'a3', 'a4', 'a2')))}</and>"
    refused = only(blackboard("Ordering", listed(FOUR, "Ordered"), condition(again))).refused
    assert refused is not None
    assert refused.code == "SCORING_NOT_KEPT"


def test_a_text_is_right_by_the_feedback_that_it_shows():
    found = only(blackboard("Fill in the Blank", TYPED, condition(equal("tờ khai"), SHOWN)))
    assert marks(found, "tờ khai", "Tờ khai", "hóa đơn") == [1, 1, 0]


def test_a_number_is_told_by_its_range_and_once_more():
    test = f'<vargte respident="response">9.5</vargte><varlte respident="response">10.5</varlte>{equal("10")}'
    asked = TYPED.replace("response_str", "response_num")
    found = only(blackboard("Numeric", asked, condition(test, SHOWN)))
    assert marks(found, "10", "9.5", "10.5", "10.6") == [1, 1, 1, 0]


def test_either_or_shows_its_words():
    labels = {"yes_no.true": "yes_no.true", "yes_no.false": "yes_no.false"}
    found = only(blackboard("Either/Or", listed(labels), condition(equal("yes_no.false"))))
    assert found.asked is not None
    assert [option.content for option in found.asked.options] == ["yes", "no"]
    assert key_of(found).accepted == ("B",)


def test_an_essay_and_what_is_no_item_here():
    empty = condition("", MAX)
    found = only(blackboard("Essay", TYPED, empty))
    assert found.asked is not None
    assert found.asked.interaction is Interaction.ESSAY
    refused = only(blackboard("Opinion Scale", listed(FOUR))).refused
    assert refused is not None
    assert (refused.code, refused.params) == ("TYPE_NOT_SUPPORTED", {"type": "opinion scale"})


def test_a_key_that_names_no_option_is_said():
    """Blackboard Ultra may name its options anew and leave the conditions as they were."""
    test = f"<and><not>{equal('b1')}</not>{equal('b3')}</and>"
    for kind, inside in (("Multiple Answer", test), ("Multiple Choice", equal("b3"))):
        refused = only(blackboard(kind, listed(FOUR), condition(inside))).refused
        assert refused is not None
        assert (refused.code, refused.params) == ("KEY_NO_OPTION", {"value": "b3"})


def brightspace(kind: str, asked: str, *conditions: str) -> str:
    fields = "".join(
        f"<qti_metadatafield><fieldlabel>{name}</fieldlabel><fieldentry>{entry}</fieldentry></qti_metadatafield>"
        for name, entry in (("qmd_questiontype", kind), ("qmd_weighting", "3.000000000"))
    )
    stem = '<material><mattext texttype="text/html">&lt;p&gt;Chứng từ nào?&lt;/p&gt;</mattext></material>'
    return (
        f'<item ident="O1" title="Câu D2L"><itemmetadata><qtimetadata>{fields}</qtimetadata></itemmetadata>'
        f"<presentation><flow>{stem}{asked}</flow></presentation><resprocessing><outcomes>"
        f'<decvar vartype="Integer" defaultval="0"/></outcomes>{"".join(conditions)}</resprocessing></item>'
    )


def adds(worth: str, action: str = "Add") -> str:
    return f'<setvar action="{action}">{worth}</setvar>'


def test_a_multi_select_of_brightspace_allows_none_of_the_wrong_options():
    wrong = f"<not>{equal('a2')}{equal('a4')}</not>"
    right = condition(f"{equal('a1')}{equal('a3')}{wrong}", adds("1"))
    against = condition(f"<and><not>{equal('a1')}{equal('a3')}{wrong}</not></and>", adds("0"))
    found = only(brightspace("Multi-Select", listed(FOUR, "Multiple"), right, against))
    assert marks(found, "A C", "A B C", "A C D", "A") == [1, 0, 0, 0]
    assert found.max_mark == 3


def test_a_short_answer_of_brightspace_names_its_label():
    asked = (
        '<response_str ident="q_STR"><render_fib><response_label ident="q_ANS"/></render_fib></response_str>'
    )
    whole = condition(equal("vận đơn", "q_ANS"), adds("100.000000000", "Set"))
    half = condition(equal("hóa đơn", "q_ANS"), adds("50.000000000", "Set"))
    found = only(brightspace("Short Answer", asked, whole, half))
    assert marks(found, "vận đơn", "hóa đơn", "khác") == [1, Fraction(1, 2), 0]
    refused = only(brightspace("Multi-Short Answer", asked, whole, half)).refused
    assert refused is not None
    assert (refused.code, refused.params) == ("TYPE_NOT_SUPPORTED", {"type": "Multi-Short Answer"})


def test_what_everybody_gets_is_lost_by_name():
    conditions = condition(equal("a1"), adds("5"))
    item = brightspace("Multiple Choice", listed(FOUR), conditions).replace(
        'defaultval="0"', 'defaultval="1"'
    )
    found = only(item)
    assert marks(found, "A", "B") == [1, 0]
    assert codes(found) == ["START_SCORE_LOST"]
