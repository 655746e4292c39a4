"""Two pieces of code that share nothing mark whatever is sent to whatever item alike."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from examsvc.results.categories import possible_categories
from examsvc.results.marks import ItemKey
from examsvc.results.remark import category_of, remark
from item_bank.interactions.asked import Asked
from item_bank.interactions.attainable import attainable_shares
from item_bank.interactions.kinds import Form, Interaction
from item_bank.interactions.marking import Credit, Key, Weights, share
from tests.every_interaction import EXAMPLES
from tests.property.foreign_items import KINDS, typed

MARKED = [kind for kind in Interaction if EXAMPLES[kind].key.accepted]
Marked = tuple[Asked, Key]


def marked_items() -> st.SearchStrategy[Marked]:
    """Of every interaction that a computer marks; the examples have the limits and rules the others lack."""
    examples = st.sampled_from([(EXAMPLES[kind].asked, EXAMPLES[kind].key) for kind in MARKED])
    return st.one_of(examples, *(KINDS[kind] for kind in MARKED))


@st.composite
def weighed_items(draw: st.DrawFn) -> Marked:
    """Weights with every bound there is; of what is typed with two texts that read alike."""
    weight = st.sampled_from([Fraction(n, 6) for n in range(-6, 10)])
    low = draw(st.sampled_from([None, Fraction(0), Fraction(1, 3)]))
    high = draw(st.sampled_from([None, Fraction(1, 2), Fraction(3, 2)]))
    best, otherwise = draw(st.sampled_from([Fraction(1), Fraction(3, 2)])), draw(weight)
    if draw(st.booleans()):
        asked, right = Asked(Interaction.SHORT_TEXT), "mã số"
        of = {text: draw(weight) for text in ("mã số", "MÃ  SỐ", "ma so", "mã")}
    else:
        asked, right = EXAMPLES[Interaction.MULTIPLE_RESPONSE].asked, "A C"
        of = {option: draw(weight) for option in "AC"}
    weights = Weights(of, best, otherwise, low, high)
    return asked, Key(1, (right,), Credit.WEIGHTS, with_marks=draw(st.booleans()), weights=weights)


def _parts(asked: Asked) -> list[str]:
    """Everything a response might name, and some that it must not."""
    if asked.kind.form is Form.PAIRED:
        allowed = [f"{option}>{place}" for option in asked.option_ids for place in asked.place_ids]
        return [*allowed, "A", "A>", "nobody>nowhere"]
    return [*asked.choosable_ids, "nobody", ""]


@st.composite
def sent(draw: st.DrawFn, item: Marked) -> str:
    """Near the key as often as not: where marks are neither nothing nor all."""
    asked, key = item
    form = asked.kind.form
    accepted = draw(st.sampled_from(key.accepted))
    if draw(st.integers(0, 9)) == 0:
        return draw(st.one_of(typed(), st.text(max_size=30)))
    if form is Form.NUMBER:
        return draw(_numbers(accepted))
    if form is Form.TEXT:
        return draw(st.sampled_from([accepted, accepted.upper(), f" {accepted.lower()}  ", accepted + "x"]))
    right = accepted.split(" ")
    if form is Form.ORDERED:
        return " ".join(draw(st.permutations(right)))
    kept = draw(st.lists(st.sampled_from(right), max_size=len(right), unique=True))
    more = draw(st.lists(st.sampled_from(_parts(asked)), max_size=3, unique=True))
    return " ".join([*kept, *(part for part in more if part not in kept or draw(st.booleans()))])


@st.composite
def _numbers(draw: st.DrawFn, accepted: str) -> str:
    moved = draw(st.sampled_from(["0", "0.05", "-0.05", "0.051", "1"]))
    try:
        number = Decimal(accepted.replace(",", ".")) + Decimal(moved)
    except ArithmeticError:
        return accepted
    point, group = draw(st.sampled_from([(",", "."), (".", ","), (",", " "), (".", "\u00a0"), (",", "")]))
    written = f"{number:,f}".replace(",", "_").replace(".", point).replace("_", group)
    return written.replace("-", draw(st.sampled_from(["-", "\u2212"])))


@given(st.data())
def test_the_second_marking_gives_what_the_first_gives(data: st.DataObject):
    asked, key = item = data.draw(marked_items())
    response = data.draw(sent(item))
    assert remark(ItemKey(asked, key), response) == share(asked, key, response)


@given(st.data())
def test_weights_are_summed_and_held_within_their_bounds_alike_twice(data: st.DataObject):
    asked, key = item = data.draw(weighed_items())
    typed_ = st.sampled_from(["mã số", "Mã số", "MA SO", "mã", "khác", " "])
    response = data.draw(typed_ if asked.interaction is Interaction.SHORT_TEXT else sent(item))
    earned = share(asked, key, response)
    assert remark(ItemKey(asked, key), response) == earned
    shares = attainable_shares(asked, key, 64)
    assert shares is None or earned in shares


@given(st.data(), st.text(max_size=40))
def test_numbers_in_any_writing_are_read_alike_twice(data: st.DataObject, more: str):
    digits = st.text(alphabet="0123456789., \u00a0\u202f+-\u2212", max_size=24)
    written = data.draw(st.one_of(digits, st.just(more)))
    asked = Asked(Interaction.NUMERIC)
    key = Key(
        1, data.draw(st.sampled_from([("7",), ("1234",), ("-0,5", "1234567")])), tolerance=Decimal("0.5")
    )
    assert remark(ItemKey(asked, key), written) == share(asked, key, written)


@given(st.data())
def test_no_response_earns_a_share_that_the_key_was_not_said_to_give(data: st.DataObject):
    asked, key = item = data.draw(marked_items())
    earned = share(asked, key, data.draw(sent(item)))
    shares = attainable_shares(asked, key, 64)
    assert shares is None or earned in shares
    assert shares is None or (shares[0] == 0 and list(shares) == sorted(set(shares)))


@given(st.data(), st.fractions(0, 1))
def test_a_share_falls_into_one_category_whoever_counts(data: st.DataObject, share_: Fraction):
    known = possible_categories(*data.draw(marked_items()))
    place = known.place(share_)
    assert place == category_of(known, share_)
    assert known.bounds[place] <= share_
    assert place + 1 == len(known) or share_ < known.bounds[place + 1]
    assert known.from_json(known.as_json()) == known


@given(st.data())
def test_merging_leaves_only_categories_that_somebody_is_in(data: st.DataObject):
    known = possible_categories(*data.draw(marked_items()))
    shares = st.sampled_from([*known.bounds, Fraction(1)])
    found = data.draw(st.dictionaries(shares, st.integers(1, 9), min_size=2))
    merged = known.merged(found)
    met = {merged.place(one) for one in found}
    assert met == set(range(len(merged))) or len({known.place(one) for one in found}) < 2
    assert set(merged.bounds) <= set(known.bounds)
