"""Response processing by the standard's rules, worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from item_bank.formats.qti.remarks import Refused
from item_bank.formats.qti.scores import score
from tests.unit.item_bank.qti_samples import (
    IS_CORRECT,
    MAP_RESPONSE,
    choice,
    item,
    literal,
    mapped,
    processing,
    response,
    sets,
    template,
    variable,
    when,
)

SEVERAL = choice(most=0)
WORTH = {"A": 2, "B": 1, "C": -1}


def several(mapping: str) -> bytes:
    return item(SEVERAL, response("identifier", "multiple", "A", "B", mapping=mapping), MAP_RESPONSE)


@pytest.mark.parametrize(
    ("given", "earned"),
    [("B", 1), ("A", 0), (None, 0), ("Z", 0)],
)
def test_match_correct_is_one_or_nothing(given, earned):
    assert score(item(choice(), response("identifier", "single", "B")), given) == earned


@pytest.mark.parametrize(
    ("given", "earned"),
    [(["A", "C"], 1), (["C", "A"], 1), (["A"], 0), (["A", "C", "B"], 0), ([], 0), (["A", "A", "C"], 0)],
)
def test_the_order_of_a_multiple_response_does_not_matter(given, earned):
    assert score(item(SEVERAL, response("identifier", "multiple", "A", "C")), given) == earned


def test_the_order_of_an_ordered_response_matters():
    xml = item("<p>x</p>", response("identifier", "ordered", "A", "B", "C"))
    assert score(xml, ["A", "B", "C"]) == 1
    assert score(xml, ["A", "C", "B"]) == 0


@pytest.mark.parametrize(
    ("given", "bounds", "earned"),
    [
        (["A", "B"], {}, 3),
        (["A", "C"], {}, 1),
        (["C"], {}, -1),
        (["C"], {"lowerBound": 0}, 0),
        (["A", "B"], {"upperBound": 2}, 2),
        (["A", "D"], {"defaultValue": -0.5}, Fraction(3, 2)),
        (["A", "A", "A"], {}, 2),
        (None, {"defaultValue": 5, "lowerBound": 1}, 0),
    ],
)
def test_map_response_sums_equal_values_once_within_its_bounds(given, bounds, earned):
    if given is None:  # the template asks for NULL before it maps
        assert score(several(mapped(WORTH, defaultValue=5)), None) == earned
    else:
        assert score(several(mapped(WORTH, **bounds)), given) == earned


def test_a_text_is_mapped_with_or_without_regard_to_capitals():
    entries = (
        '<mapping defaultValue="0"><mapEntry mapKey="Hà Nội" mappedValue="1" caseSensitive="false"/>'
        '<mapEntry mapKey="HN" mappedValue="0.5"/></mapping>'
    )
    xml = item("<p>x</p>", response("string", "single", mapping=entries), MAP_RESPONSE)
    assert [score(xml, text) for text in ("hà NỘI", "HN", "hn", "")] == [1, Fraction(1, 2), 0, 0]


def test_a_pair_has_no_direction_and_a_directed_pair_has_one():
    pair = item("<p>x</p>", response("pair", "multiple", "A B", "C D"))
    assert score(pair, ["D C", "A B"]) == 1
    directed = item("<p>x</p>", response("directedPair", "multiple", "A B"))
    assert score(directed, ["B A"]) == 0


AREAS = (
    '<areaMapping defaultValue="0" upperBound="3">'
    '<areaMapEntry shape="circle" coords="10,10,5" mappedValue="2"/>'
    '<areaMapEntry shape="rect" coords="20,0,30,10" mappedValue="1"/>'
    '<areaMapEntry shape="poly" coords="40,0,60,0,50,20" mappedValue="4"/>'
    '<areaMapEntry shape="ellipse" coords="80,10,10,5" mappedValue="1"/></areaMapping>'
)


@pytest.mark.parametrize(
    ("points", "earned"),
    [
        (["10 10"], 2),
        (["10 15", "12 10"], 2),
        (["10 16"], 0),
        (["10 10", "25 5"], 3),
        (["50 5"], 3),
        (["89 10"], 1),
        (["91 10"], 0),
        ([], 0),
    ],
)
def test_an_area_counts_once_however_many_points_lie_in_it(points, earned):
    xml = item("<p>x</p>", response("point", "multiple", mapping=AREAS), template("map_response_point"))
    assert score(xml, points) == earned


NULL = "<null/>"
TRUE, FALSE = literal("true", "boolean"), literal("false", "boolean")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (f"<and>{FALSE}{NULL}</and>", False),
        (f"<not><and>{FALSE}{NULL}</and></not>", True),
        (f"<not><and>{TRUE}{NULL}</and></not>", False),
        (f"<or>{TRUE}{NULL}</or>", True),
        (f"<isNull>{NULL}</isNull>", True),
        (f"<isNull>{variable()}</isNull>", False),
        (f"<match>{variable()}{NULL}</match>", False),
        (f"<member>{literal('A')}<multiple>{literal('A')}{literal('B')}</multiple></member>", True),
        (f"<contains><multiple>{literal('A')}{literal('B')}</multiple><multiple>{literal('B')}</multiple>"
         "</contains>", True),
        (f"<contains><ordered>{literal('A')}{literal('B')}{literal('C')}</ordered><ordered>{literal('A')}"
         f"{literal('C')}</ordered></contains>", False),
        (f"<gte>{literal('2', 'integer')}{literal('2.0', 'float')}</gte>", True),
        (f"<lt>{literal('2', 'integer')}{NULL}</lt>", False),
        (f'<equal toleranceMode="exact">{literal("0.1", "float")}{literal("0.10", "float")}</equal>', True),
        (f'<equal toleranceMode="absolute" tolerance="1 2">{literal("10", "float")}{literal("12", "float")}'
         "</equal>", True),
        (f'<equal toleranceMode="absolute" tolerance="1 2" includeUpperBound="false">'
         f'{literal("10", "float")}{literal("12", "float")}</equal>', False),
        (f'<equal toleranceMode="relative" tolerance="5">{literal("200", "float")}{literal("190", "float")}'
         "</equal>", True),
        (f'<stringMatch caseSensitive="false">{literal("AB", "string")}{literal("ab", "string")}'
         "</stringMatch>", True),
        (f'<stringMatch caseSensitive="true">{literal("AB", "string")}{literal("ab", "string")}'
         "</stringMatch>", False),
        (f'<match><index n="2"><ordered>{literal("A")}{literal("B")}</ordered></index>{literal("B")}</match>',
         True),
    ],
)  # fmt: skip
def test_expressions_are_three_valued_and_typed(condition, holds):
    xml = item(choice(), response(), processing(when(condition, sets(1))))
    assert score(xml, "A") == (1 if holds else 0)


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (f"<sum>{literal('1', 'float')}{literal('0.5', 'float')}</sum>", Fraction(3, 2)),
        (f"<product>{literal('3', 'float')}{literal('2', 'integer')}</product>", 6),
        (f"<divide>{literal('1', 'float')}{literal('3', 'float')}</divide>", Fraction(1, 3)),
        (f"<divide>{literal('1', 'float')}{literal('0', 'float')}</divide>", 0),
        (f"<subtract>{literal('1', 'float')}{literal('3', 'float')}</subtract>", -2),
        (f"<max>{literal('1', 'float')}{literal('3', 'float')}</max>", 3),
        (f"<containerSize>{variable()}</containerSize>", 1),
        (f"<sum>{variable('SCORE')}{NULL}</sum>", 0),
    ],
)
def test_numbers_are_exact(value, result):
    assert score(item(choice(), response(), processing(sets(value))), "A") == result


def test_the_first_branch_that_holds_is_the_only_one():
    chain = (
        f"<responseCondition><responseIf>{IS_CORRECT}{sets(3)}</responseIf>"
        f"<responseElseIf><isNull>{variable()}</isNull>{sets(1)}</responseElseIf>"
        f"<responseElse>{sets(2)}</responseElse></responseCondition>"
    )
    xml = item(choice(), response("identifier", "single", "B"), processing(chain))
    assert [score(xml, given) for given in ("B", None, "A")] == [3, 1, 2]


def test_exit_ends_the_processing():
    rules = processing(sets(1), when(IS_CORRECT, "<exitResponse/>"), sets(5))
    xml = item(choice(), response("identifier", "single", "B"), rules)
    assert (score(xml, "B"), score(xml, "A")) == (1, 5)


def test_several_response_variables_are_given_by_name():
    declared = response("identifier", "single", "a", name="R1") + response(
        "identifier", "single", "b", name="R2"
    )
    both = "".join(f'<match>{variable(name)}<correct identifier="{name}"/></match>' for name in ("R1", "R2"))
    xml = item("<p>x</p>", declared, processing(when(f"<and>{both}</and>", sets(1))))
    assert score(xml, {"R1": "a", "R2": "b"}) == 1
    assert score(xml, {"R1": "a"}) == 0


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (processing(sets("<randomFloat min='0' max='1'/>")), "EXPRESSION_UNKNOWN"),
        (processing(sets('<mapResponse identifier="RESPONSE"/>')), "MAPPING_MISSING"),
        (processing(sets(1), "<lookupOutcomeValue identifier='SCORE'/>"), "RULE_UNKNOWN"),
        (template("cc2_match"), "TEMPLATE_UNKNOWN"),
    ],
)
def test_what_is_unknown_is_refused_by_name(rules, code):
    with pytest.raises(Refused) as refusal:
        score(item(choice(), response(), rules), "A")
    assert refusal.value.remark.code == code


def test_version_three_says_the_same_in_other_words():
    xml = (
        b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i">'
        b'<qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="identifier">'
        b'<qti-mapping lower-bound="0" upper-bound="2" default-value="-1">'
        b'<qti-map-entry map-key="A" mapped-value="1"/><qti-map-entry map-key="B" mapped-value="2"/>'
        b"</qti-mapping>"
        b'</qti-response-declaration><qti-outcome-declaration identifier="SCORE" base-type="float"/>'
        b"<qti-item-body/><qti-response-processing template="
        b'"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/></qti-assessment-item>'
    )
    assert [score(xml, given) for given in (["A"], ["A", "B"], ["A", "C"], ["C"])] == [1, 2, 0, 0]
