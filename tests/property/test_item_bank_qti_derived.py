"""Whatever rules a file scores by: if the item is taken, its key gives every response the file's score."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from item_bank.formats.foreign import ForeignItem
from item_bank.formats.qti.read import read_item
from item_bank.formats.qti.scores import score
from item_bank.interactions.marking import share
from tests.property.searches import part
from tests.unit.item_bank.qti_samples import (
    CHOICES,
    choice,
    item,
    literal,
    mapped,
    processing,
    response,
    sets,
    variable,
    when,
)

MANY = settings(part(2), deadline=None, suppress_health_check=list(HealthCheck))
KEY = '<correct identifier="RESPONSE"/>'
MAPPED = '<mapResponse identifier="RESPONSE"/>'
ENTRY = '<p>Bao nhiêu <textEntryInteraction responseIdentifier="RESPONSE"/></p>'


def told(read: ForeignItem, scored: Fraction) -> Fraction:
    """The file's score less what is said to be lost of it: marks below nothing, and what everybody gets."""
    start = [one.params["score"] for one in read.lost if one.code == "START_SCORE_LOST"]
    assert scored >= sum(start) or "NEGATIVE_MARK_LOST" in {one.code for one in read.lost}
    return max(Fraction(0), scored - Fraction(str(sum(start))))


_id = st.sampled_from("ABCD")
_small = st.integers(-2, 6).map(lambda n: str(Decimal(n) / 2))


_worth = st.sampled_from(["1", "1", "2", "0.5", "0", "-1"])


def matched(others: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return others.map(lambda other: f"<match>{variable()}{other}</match>")


def combined(condition: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(st.sampled_from(["and", "or"]), condition, condition)
    return st.one_of(
        condition,
        condition.map(lambda one: f"<not>{one}</not>"),
        pairs.map(lambda one: f"<{one[0]}>{one[1]}{one[2]}</{one[0]}>"),
    )


def rules_of(condition: st.SearchStrategy[str], *more: str) -> st.SearchStrategy[str]:
    """Mostly rules that give something to a response of some kind; `more` are other values to set."""
    value = st.one_of(
        _worth.map(lambda worth: literal(worth, "float")),
        _worth.map(lambda worth: f"<sum>{variable('SCORE')}{literal(worth, 'float')}</sum>"),
        st.sampled_from([literal("1", "float"), *more]),
    )
    plain = st.builds(lambda test, one: when(test, sets(one)), condition, value)
    odd = st.one_of(
        st.builds(lambda test, one: when(test, sets(one)), combined(condition), value),
        st.builds(lambda test, one, two: when(test, sets(one), otherwise=sets(two)), condition, value, value),
        st.sampled_from([*map(sets, more), when(f"<isNull>{variable()}</isNull>", "<exitResponse/>")]),
        condition.map(lambda test: when(test, "<exitResponse/>")),
    )
    return st.tuples(st.lists(odd, max_size=1), st.lists(plain, min_size=1, max_size=3)).map(
        lambda found: processing(*found[0], *found[1])
    )


_set = st.lists(_id, min_size=1, unique=True)
_choices = st.one_of(
    matched(st.just(KEY)),
    matched(_set.map(lambda ids: f"<multiple>{''.join(map(literal, ids))}</multiple>")),
    _id.map(lambda id_: f"<member>{literal(id_)}{variable()}</member>"),
    st.just(f"<isNull>{variable()}</isNull>"),
    _small.map(lambda n: f"<gte><containerSize>{variable()}</containerSize>{literal(n, 'float')}</gte>"),
    _small.map(lambda n: f"<gt>{variable('SCORE')}{literal(n, 'float')}</gt>"),
)
_bounds = st.dictionaries(
    st.sampled_from(["defaultValue", "lowerBound", "upperBound"]), st.integers(-1, 3), max_size=3
)


@MANY
@given(
    rules_of(_choices, MAPPED, f"<sum>{variable('SCORE')}{MAPPED}</sum>"),
    _set,
    st.dictionaries(_id, st.integers(-1, 2)),
    _bounds,
    st.integers(0, 3),
)
def test_choices(rules, correct, worth, bounds, most):
    if bounds.get("lowerBound", -9) > bounds.get("upperBound", 9):
        return
    declared = response("identifier", "multiple", *correct, mapping=mapped(worth, **bounds))
    xml = item(choice(most=most, choices=CHOICES), declared, rules)
    read = read_item(xml)
    if read.key is None or read.asked is None:
        return
    sizes = range(1, 5 if read.asked.at_most is None else 1 + read.asked.at_most)
    for size in [1] if most == 1 else sizes:
        for ids in combinations("ABCD", size):
            earned = share(read.asked, read.key, " ".join(ids)) * Fraction(str(read.max_mark))
            assert told(read, score(xml, list(ids))) == earned
    assert told(read, score(xml, None)) == 0


_end = st.sampled_from(["-1", "0", "1", "1.5", "2", "2.5", "10"])
_numbers = st.one_of(
    matched(_end.map(lambda end: literal(end, "float"))),
    st.builds(
        lambda name, end: f"<{name}>{variable()}{literal(end, 'float')}</{name}>",
        st.sampled_from(["gt", "gte", "lt", "lte"]),
        _end,
    ),
    st.builds(
        lambda mode, tolerance, first, said: (
            f'<equal toleranceMode="{mode}" tolerance="{tolerance}" includeLowerBound="{said}">'
            f"{first}{variable()}</equal>"
        ),
        st.sampled_from(["absolute", "relative", "exact"]),
        st.sampled_from(["0.5", "1 1", "50", "0.5 1"]),
        st.one_of(st.just(KEY), _end.map(lambda end: literal(end, "float"))),
        st.sampled_from(["true", "true", "false"]),
    ),
)


@MANY
@given(
    rules_of(_numbers),
    _end,
    st.sampled_from(["float", "integer"]),
    st.lists(st.integers(-60, 500), min_size=9),
)
def test_numbers(rules, correct, base, tried):
    if base == "integer" and "." in correct:
        return
    xml = item(ENTRY, response(base, "single", correct), rules)
    read = read_item(xml)
    if read.key is None or read.asked is None:
        return
    ends = {Decimal(one.params["value"]) for one in read.lost if one.code == "RANGE_END_TAKEN"}
    for number in [*(Decimal(n) / 20 for n in tried), *(Decimal(n) / 4 for n in range(-8, 44))]:
        if base == "integer" and number != int(number):
            continue
        if number in ends:
            continue
        typed = f"{number:f}" if base == "float" else str(int(number))
        typed = f"{typed}0" if len(typed.rpartition(".")[2]) == 3 and "." in typed else typed
        earned = share(read.asked, read.key, typed) * Fraction(str(read.max_mark))
        assert told(read, score(xml, typed)) == earned


_word = st.sampled_from(["Hà Nội", "hà nội", "HN", "hn", "Huế", "12"])
_texts = st.one_of(
    matched(_word.map(lambda word: literal(word, "string"))),
    st.builds(
        lambda word, said: (
            f'<stringMatch caseSensitive="{said}">{variable()}{literal(word, "string")}</stringMatch>'
        ),
        _word,
        st.sampled_from(["true", "false"]),
    ),
    matched(st.just(KEY)),
)


@MANY
@given(
    rules_of(_texts, MAPPED),
    _word,
    st.dictionaries(_word, st.integers(0, 2)),
    st.sampled_from(["true", "false"]),
)
def test_texts(rules, correct, worth, with_case):
    mapping = mapped(worth).replace("/>", f' caseSensitive="{with_case}"/>')
    xml = item(ENTRY, response("string", "single", correct, mapping=mapping), rules)
    read = read_item(xml)
    if read.key is None or read.asked is None:
        return
    for typed in (
        "Hà Nội",
        "hà nội",
        "HÀ NỘI",
        "Hà nội",
        "HN",
        "hn",
        "Hn",
        "Huế",
        "huế",
        "12",
        "gì khác",
        "hN",
        "hUế",
    ):
        earned = share(read.asked, read.key, typed) * Fraction(str(read.max_mark))
        assert told(read, score(xml, typed)) == earned
