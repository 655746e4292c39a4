"""What the form of a scoring proves is what trying every response comes to, key and remarks alike."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from item_bank.formats.foreign import ForeignItem
from item_bank.formats.qti import keys
from item_bank.formats.qti.read import read_item, read_package
from item_bank.formats.qti.write import write_package
from item_bank.interactions.kinds import Interaction
from tests.every_interaction import EXAMPLES
from tests.property import foreign_items
from tests.property.test_item_bank_qti_round import PICTURE, SHA256, VERSIONS
from tests.property.test_item_bank_qti_round import items as items_of_the_bank
from tests.unit.item_bank.qti_samples import (
    IS_CORRECT,
    MAP_RESPONSE,
    MATCH_CORRECT,
    SCORE,
    choice,
    item,
    literal,
    processing,
    response,
    sets,
    variable,
    when,
)

MANY = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
COUNTER = (
    '<outcomeDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
    "{start}</outcomeDeclaration>"
)
TRIED = {Interaction.NUMERIC, Interaction.SHORT_TEXT, Interaction.ESSAY, Interaction.PRACTICAL}
mostly = st.sampled_from([True, True, True, True, True, False])


def by_trial(xml: bytes) -> ForeignItem:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keys, "proven_key", lambda *_: None)
        return read_item(xml)


@MANY
@given(st.one_of(items_of_the_bank(), foreign_items.items()), st.sampled_from(VERSIONS))
def test_of_items_that_this_bank_writes(written: ForeignItem, version: str):
    package, lost = write_package([written], foreign_items.PICTURES | {SHA256: PICTURE}, version)
    assume(all(remark.code != "NOT_WRITTEN" for _where, remark in lost))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keys, "proven_key", lambda *_: None)
        tried = read_package(package).items
    if tried and tried[0].refused is not None and tried[0].refused.code == "TOO_MANY_TO_CHECK":
        return
    assert read_package(package).items == tried


def mapping(entries: dict[str, str], said: dict[str, str], with_case: str) -> str:
    inside = "".join(
        f'<mapEntry mapKey="{key}" mappedValue="{worth}" caseSensitive="{with_case}"/>'
        for key, worth in entries.items()
    )
    bounds = "".join(f' {name}="{value}"' for name, value in said.items())
    return f"<mapping{bounds}>{inside}</mapping>"


_bounds = st.fixed_dictionaries(
    {"defaultValue": st.sampled_from(["0", "0", "-1", "1"])},
    optional={
        "lowerBound": st.sampled_from(["0", "0", "-1", "1"]),
        "upperBound": st.sampled_from(["1", "2", "3", "0"]),
    },
)
_summed = st.sampled_from(
    [
        MAP_RESPONSE,
        MAP_RESPONSE,
        processing(sets('<mapResponse identifier="RESPONSE"/>')),
        processing(sets(f'<product><mapResponse identifier="RESPONSE"/>{literal("2", "float")}</product>')),
        processing(sets(f'<product>{literal("-1", "float")}<mapResponse identifier="RESPONSE"/></product>')),
        processing(
            when(
                f"<isNull>{variable()}</isNull>",
                sets("0"),
                otherwise=sets('<mapResponse identifier="RESPONSE"/>'),
            )
        ),
        processing(
            sets(f'<sum>{variable("SCORE")}<mapResponse identifier="RESPONSE"/></sum>'),
            when(f"<gt>{variable('SCORE')}{literal('2', 'float')}</gt>", sets("2")),
            when(f"<lt>{variable('SCORE')}{literal('0', 'float')}</lt>", sets("0")),
        ),
        MATCH_CORRECT,
        processing(when(IS_CORRECT, sets("2"))),
        processing(when(IS_CORRECT, sets("1"), otherwise=sets("0"))),
    ]
)


@MANY
@given(
    _summed,
    st.sampled_from(["ABCD", "ABab", "AaBC"]),
    st.integers(0, 3),
    st.data(),
)
def test_of_choices(rules: str, ids: str, most: int, data: st.DataObject):
    """Identifiers that differ in capitals alone, weights that are equal or not quite, bounds of all kinds."""
    right = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
    worth = {id_: "1" if id_ in right else data.draw(st.sampled_from(["-1", "0", "-1"])) for id_ in ids}
    if not data.draw(mostly):
        worth[data.draw(st.sampled_from(ids))] = data.draw(st.sampled_from(["0.5", "2", "-2"]))
    named = {id_: one for id_, one in worth.items() if id_ in right or data.draw(st.booleans())}
    declared = response(
        "identifier",
        data.draw(st.sampled_from(["multiple", "multiple", "single"])),
        *right,
        mapping=mapping(named, data.draw(_bounds), data.draw(st.sampled_from(["true", "false"]))),
    )
    choices = "".join(f'<simpleChoice identifier="{id_}">Phương án {id_}</simpleChoice>' for id_ in ids)
    body = (
        f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="{most}"><prompt>Hỏi?</prompt>'
        f"{choices}</choiceInteraction>"
    )
    xml = item(body, declared, rules)
    assert read_item(xml) == by_trial(xml)


def _set(names: list[str], limits: list[int]) -> str:
    inside = "".join(
        f'<simpleAssociableChoice identifier="{name}" matchMax="{limit}">{name}</simpleAssociableChoice>'
        for name, limit in zip(names, limits, strict=True)
    )
    return f"<simpleMatchSet>{inside}</simpleMatchSet>"


@MANY
@given(_summed, st.lists(st.sampled_from([1, 1, 1, 1, 0, 2]), min_size=5, max_size=5), st.data())
def test_of_pairs(rules: str, limits: list[int], data: st.DataObject):
    """Places that take one or several, identifiers that no pair can be written of, single variables."""
    options = data.draw(st.sampled_from([["a", "b", "c"], ["a", "b c", "d"], ["a", "A", "c"]]))
    pairs = [f"{option} {place}" for place in "xy" for option in options]
    right = data.draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3, unique=True))
    wrong = data.draw(st.sampled_from(["0", "-1", "0", "0.5"]))
    named = {pair: "1" if pair in right else wrong for pair in pairs if pair in right or wrong != "0"}
    declared = response(
        "directedPair",
        data.draw(st.sampled_from(["multiple", "multiple", "multiple", "single"])),
        *right,
        mapping=mapping(named, data.draw(_bounds), "true"),
    )
    body = (
        '<matchInteraction responseIdentifier="RESPONSE" maxAssociations="0"><prompt>Hỏi?</prompt>'
        f"{_set(options, limits[:3])}{_set(['x', 'y'], limits[3:])}</matchInteraction>"
    )
    xml = item(body, declared, rules)
    assert read_item(xml) == by_trial(xml)


@st.composite
def counters(draw: st.DrawFn) -> str:
    odd = not draw(mostly)
    start = draw(st.sampled_from(["0", "1", ""])) if odd else "0"
    return COUNTER.format(
        name="HITS",
        cardinality=draw(st.sampled_from(["single", "multiple"])) if odd else "single",
        base=draw(st.sampled_from(["float", "integer", "identifier"])) if odd else "float",
        start=f"<defaultValue><value>{start}</value></defaultValue>" if start else "",
    )


def adds(draw: st.DrawFn, name: str = "HITS") -> str:
    one = literal("1", "float") if draw(mostly) else literal(draw(st.sampled_from(["2", "-1"])), "integer")
    return sets(f"<sum>{variable(name)}{one}</sum>", name)


def _share(of: int) -> str:
    scaled = f"<product>{variable('HITS')}{literal('3', 'float')}</product>"
    return f"<divide>{scaled}{literal(str(of), 'float')}</divide>"


@st.composite
def orders(draw: st.DrawFn) -> bytes:
    n = draw(st.integers(2, 4))
    right = draw(st.permutations("ABCD"[:n]))
    counting = [
        when(
            f'<match><index n="{place}">{variable()}</index>'
            f"{literal(id_ if draw(mostly) else 'A', draw(_base))}</match>",
            adds(draw),
        )
        for place, id_ in enumerate(right, 1)
        if draw(mostly)
    ]
    last = draw(
        st.sampled_from(
            [
                sets(_share(n)),
                sets(_share(n)),
                sets(f"<max>{literal('0', 'float')}{_share(n)}</max>"),
                sets(f"<sum>{_share(n)}<mapResponse identifier='RESPONSE'/></sum>"),
                sets(f"<sum>{_share(n)}{literal('1', 'float')}</sum>"),
                when(f"<gte>{variable('HITS')}{literal(str(n), 'float')}</gte>", sets("1")),
                when(f"<gte>{variable('HITS')}{literal('1', 'float')}</gte>", sets(_share(n))),
                sets(f"<product>{variable('HITS')}<containerSize>{variable()}</containerSize></product>"),
            ]
        )
    )
    shown = right if draw(mostly) else draw(st.permutations(right))
    choices = "".join(f'<simpleChoice identifier="{id_}">Bước {id_}</simpleChoice>' for id_ in "ABCD"[:n])
    body = f'<orderInteraction responseIdentifier="RESPONSE"><prompt>Xếp</prompt>{choices}</orderInteraction>'
    declared = response("identifier", "ordered", *shown, mapping=mapping({"A": "1"}, {}, "true"))
    return item(body, declared, processing(*counting, last), outcomes=SCORE + draw(counters()))


_base = st.sampled_from([*["identifier"] * 12, "string", "float"])


@MANY
@given(orders())
def test_of_orders(xml: bytes):
    assert read_item(xml) == by_trial(xml)


@st.composite
def truths(draw: st.DrawFn) -> bytes:
    n = draw(st.sampled_from([4, 4, 4, 3]))
    rows = [f"s{number}" for number in range(1, n + 1)]
    right = [f"{row} {draw(st.sampled_from('TF'))}" for row in rows]
    counting = [
        when(
            f"<member>{literal(pair if draw(mostly) else right[0], 'directedPair')}{variable()}</member>",
            adds(draw),
        )
        for pair in right
        if draw(mostly)
    ]
    shares = ["1", "0.5", "0.25", "0.1"] if draw(mostly) else ["1", "0.75", "0.5", "0.25"]
    branches = [
        f"<gte>{variable('HITS')}{literal(str(4 - place), 'float')}</gte>{sets(one)}"
        for place, one in enumerate(shares)
    ]
    tags = ["responseIf", *["responseElseIf"] * 3]
    inside = "".join(f"<{tag}>{one}</{tag}>" for tag, one in zip(tags, branches, strict=True))
    last = f"<responseCondition>{inside}</responseCondition>" if draw(mostly) else sets(_share(n))
    limits = [1] * n if draw(mostly) else [2] * n
    words = (
        '<simpleMatchSet><simpleAssociableChoice identifier="T" matchMax="0">Đúng</simpleAssociableChoice>'
    )
    words += (
        '<simpleAssociableChoice identifier="F" matchMax="0">Sai</simpleAssociableChoice></simpleMatchSet>'
    )
    body = (
        '<matchInteraction responseIdentifier="RESPONSE" maxAssociations="0"><prompt>Xét</prompt>'
        f"{_set(rows, limits)}{words}</matchInteraction>"
    )
    declared = response("directedPair", "multiple", *(right if draw(mostly) else right[1:]))
    return item(body, declared, processing(*counting, last), outcomes=SCORE + draw(counters()))


@MANY
@given(truths())
def test_of_statements(xml: bytes):
    assert read_item(xml) == by_trial(xml)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("interaction", [one for one in Interaction if one not in TRIED])
def test_no_response_is_tried_of_what_this_bank_writes_with_one_right_response(interaction, version):
    example = EXAMPLES[interaction]
    picture = next(iter(foreign_items.PICTURES))
    stem = example.stem.replace("{picture}", f'<img src="media:{picture}" alt="hình">')
    written = ForeignItem("x", stem, example.asked, example.key)
    package, _lost = write_package([written], foreign_items.PICTURES, version)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(keys, "responses_of", lambda _asked: pytest.fail("tried"))
        (read,) = read_package(package).items
    assert read.refused is None


def test_a_variable_that_is_an_outcome_too_proves_nothing():
    outcome = SCORE.replace('"SCORE"', '"RESPONSE"').replace("float", "identifier")
    xml = item(choice(), response("identifier", "single", "A"), outcomes=SCORE + outcome)
    assert read_item(xml) == by_trial(xml)
    assert read_item(xml).refused is not None


def test_counting_the_same_part_twice_proves_nothing():
    """Each order that has A first earns two points: that is no order of parts."""
    rule = when(
        f'<match><index n="1">{variable()}</index>{literal("A")}</match>',
        sets(f"<sum>{variable('HITS')}{literal('1', 'float')}</sum>", "HITS"),
    )
    start = COUNTER.format(
        name="HITS", cardinality="single", base="float", start="<defaultValue><value>0</value></defaultValue>"
    )
    choices = "".join(f'<simpleChoice identifier="{id_}">Số {id_}</simpleChoice>' for id_ in "ABC")
    body = f'<orderInteraction responseIdentifier="RESPONSE"><prompt>Xếp</prompt>{choices}</orderInteraction>'
    declared = response("identifier", "ordered", *"ABC")
    xml = item(body, declared, processing(rule, rule, sets(variable("HITS"))), outcomes=SCORE + start)
    tried = by_trial(xml)
    assert read_item(xml) == tried
    assert tried.key is not None
    assert set(tried.key.accepted) == {"A B C", "A C B"}
