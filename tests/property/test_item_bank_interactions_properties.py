"""Whatever the item and whatever is sent: one spelling, marks from 0 to 1, the key earns it all."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from item_bank.errors import InvalidResponse
from item_bank.interactions.asked import Asked, Option, Place
from item_bank.interactions.kinds import KINDS, Form, Interaction
from item_bank.interactions.marking import Credit, Key, check_key, share
from item_bank.interactions.responses import parts_of, read_response, readings

LETTERS = "ABCDEFGH"
WITH_PARTS = [
    Interaction.SINGLE_CHOICE,
    Interaction.MULTIPLE_RESPONSE,
    Interaction.ORDER,
    Interaction.MATCH,
    Interaction.GAP_MATCH,
    Interaction.INLINE_CHOICE,
]
_limit = st.one_of(st.none(), st.integers(1, 3))


@st.composite
def items(draw: st.DrawFn) -> Asked:
    interaction = draw(st.sampled_from(WITH_PARTS))
    kind = KINDS[interaction]
    places = tuple(
        Place(f"p{n}", at_most=1 if kind.own_options else draw(_limit))
        for n in range(draw(st.integers(1, 4)) if kind.places[1] else 0)
    )
    if kind.own_options:
        options = tuple(Option(f"{place.id}{x}", "", place.id) for place in places for x in "xyz")
    else:
        options = tuple(
            Option(letter, "", at_most=draw(_limit)) for letter in LETTERS[: draw(st.integers(2, 8))]
        )
    return Asked(interaction, options, places)


@st.composite
def responses(draw: st.DrawFn, asked: Asked) -> str:
    """Something that the item allows, in any spelling."""
    form = asked.kind.form
    if form is Form.ONE:
        return draw(st.sampled_from(asked.option_ids))
    if form is Form.SOME:
        return " ".join(draw(st.lists(st.sampled_from(asked.option_ids), min_size=1, unique=True)))
    if form is Form.ORDERED:
        return " ".join(draw(st.permutations(asked.option_ids)))
    allowed = [
        f"{option.id}>{place.id}"
        for place in asked.places
        for option in asked.options
        if option.place in {None, place.id}
    ]
    written = " ".join(draw(st.lists(st.sampled_from(allowed), min_size=1, max_size=6, unique=True)))
    try:
        read_response(asked, written)
    except InvalidResponse:
        assume(False)
    return written


@given(st.data())
def test_a_spelling_is_its_own_spelling_and_the_order_of_writing_does_not_matter(data: st.DataObject):
    asked = data.draw(items())
    written = data.draw(responses(asked))
    spelling = read_response(asked, written)
    assert read_response(asked, spelling) == spelling
    if asked.kind.form is not Form.ORDERED:
        shuffled = " ".join(data.draw(st.permutations(written.split(" "))))
        assert read_response(asked, shuffled) == spelling


@given(st.data())
def test_marks_lie_between_nothing_and_all_and_only_the_key_earns_all(data: st.DataObject):
    asked = data.draw(items())
    form = asked.kind.form
    credits_ = [Credit.WHOLE] if form is Form.ONE else [Credit.WHOLE, Credit.PARTS]
    key = check_key(asked, Key(1, (data.draw(responses(asked)),), data.draw(st.sampled_from(credits_))))
    given_ = read_response(asked, data.draw(responses(asked)))
    earned = share(asked, key, given_)
    assert 0 <= earned <= 1
    assert share(asked, key, key.accepted[0]) == 1
    if earned == 1:
        assert set(parts_of(key.accepted[0])) <= set(parts_of(given_))
    if given_ == key.accepted[0]:
        assert earned == 1


@given(st.data(), st.text(max_size=60))
def test_whatever_is_sent_is_read_or_refused_and_never_raises_in_marking(data: st.DataObject, text: str):
    asked = data.draw(
        st.one_of(items(), st.sampled_from([Asked(Interaction.NUMERIC), Asked(Interaction.SHORT_TEXT)]))
    )
    accepted = "7" if not asked.options else data.draw(responses(asked))
    earned = share(asked, Key(1, (accepted,)), text)
    assert 0 <= earned <= 1
    try:
        spelling = read_response(asked, text)
    except InvalidResponse:
        assert earned == 0
    else:
        assert share(asked, Key(1, (accepted,)), spelling) == earned


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from([",", "."]))
def test_a_number_is_read_back_from_every_way_of_writing_it(number: Decimal, point: str):
    other = "." if point == "," else ","
    plain = f"{number:f}"
    grouped = f"{number:,f}".replace(",", "_").replace(".", point).replace("_", other)
    assert number in readings(plain)
    assert number in readings(plain.replace(".", ","))
    assert number in readings(grouped)
    assert number in readings(grouped.replace(other, " "))
